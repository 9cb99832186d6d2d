/** S17, S19, S20, L4, L6: that the gate is asked, that a call keeps its CPU where it must, and that it gets something. */

import {
  and,
  count,
  type Expr,
  guardedBy,
  type Id,
  implies,
  ite,
  not,
  or,
  property,
  whenever,
} from "../../checker/language/index.ts";
import { localLockIrqsave, localLockIsLocked } from "../locks/local-lock.ts";
import { l } from "../locks/state.ts";
import { cfg } from "../machine/config.ts";
import { cpu, lock } from "../machine/sets.ts";
import { chainOf, m, type Self, thisCpu } from "../machine/state.ts";
import { bucketOf, cpuSlabLock, isCpuSlabLock, isOfCpuSlab } from "../mm/locks.ts";
import { bucket, slab } from "../mm/sets.ts";
import { doSlabFree } from "../slub/do-slab-free.ts";
import { kmallocNolock } from "../slub/kmalloc-nolock.ts";
import { slabAllocNode } from "../slub/slab-alloc-node.ts";
import { cpuSlabOf } from "../slub/state.ts";
import { call, trackAsked, trackMeanwhile, trackRefused } from "./call-ghosts.ts";
import { g, trackAllocated, trackHeld } from "./ghosts.ts";
import { stockStaysHere } from "./memcg.ts";

const isHere = (self: Self, c: Expr<Id<"cpu">>) => thisCpu(self).eq(c);

/** What a later comparison repairs is exempt: the reads of the fast path (tid), of deferred work (container_of). */
export const S17 = property(
  "S17",
  "a CPU's record of a bucket, or its stock, is written on that CPU only: who noted which CPU it is on has not moved since",
  guardedBy([cpu, bucket], (c, b) => cpuSlabOf(c, b).slab, isHere, { access: "write" }),
  guardedBy([cpu, bucket], (c, b) => cpuSlabOf(c, b).freelist, isHere, { access: "write" }),
  guardedBy([cpu, bucket, slab], (c, b, s) => cpuSlabOf(c, b).partial.at(s), isHere, { access: "write" }),
  ...stockStaysHere,
);

/** What a nolock call has found as it goes for c->lock of this bucket on this CPU. */
const passedTheGate = (self: Self, c: Expr<Id<"cpu">>, b: Expr<Id<"bucket">>) =>
  implies(call.nolock.at(self), and(call.asked.at(self).at(b), not(localLockIsLocked(self, cpuSlabLock(c, b)))));

export const S19 = property(
  "S19",
  "a nolock call takes c->lock only where local_lock_is_locked() of the bucket was false in this call, and still is",
  whenever(localLockIrqsave, "acquire", ({ self, which, here }) =>
    implies(isOfCpuSlab(which), passedTheGate(self, here, bucketOf(which))),
  ),
  whenever(localLockIrqsave, "migrateDisable", ({ self, which }) =>
    implies(isOfCpuSlab(which), passedTheGate(self, thisCpu(self), bucketOf(which))),
  ),
  ...trackAsked,
);

/** Rows that let -EBUSY out say so themselves (`fails`). */
export const S20 = property(
  "S20",
  "kmalloc_nolock() gives NULL or an object that nobody else has, never -EBUSY",
  whenever(kmallocNolock, "return", ({ ret }) => or(ret.isNull(), and(g.allocated.at(ret), not(g.held.at(ret))))),
  ...trackAllocated,
  ...trackHeld,
);

/** Sections of c->lock that frames below are in: of other buckets of the CPU, for one frame may be in one only. */
export const sectionsBelow = (self: Self) =>
  count(lock, (x) =>
    and(
      isCpuSlabLock(x),
      ite(
        cfg.preemptRt,
        l.lock.at(x).owner.eq(chainOf(self)),
        and(
          l.lock.at(x).holder.notNull(),
          l.lock.at(x).holder.ne(self),
          m.frame.at(l.lock.at(x).holder).chain.eq(chainOf(self)),
        ),
      ),
    ),
  );

const mayGiveNull = (self: Self) => or(call.noMemory.at(self), call.lost.at(self), sectionsBelow(self).ge(2));

export const L4 = property(
  "L4",
  "kmalloc_nolock() gives NULL only without memory, for a spinlock lost to somebody else, or with two c->locks held below",
  whenever(kmallocNolock, "return", ({ self, ret }) => implies(ret.isNull(), mayGiveNull(self))),
  whenever(kmallocNolock, "retry", ({ self }) => mayGiveNull(self), { to: "done" }),
  ...trackRefused,
);

/** Each failure uses up one run of somebody else, so there are at most as many failures as runs. */
export const L6 = property(
  "L6",
  "the cmpxchg of a fast path fails only where somebody else ran on the CPU, or the task moved, since the path began",
  whenever(slabAllocNode, "cmpxchg", ({ self }) => call.ranMeanwhile.at(self), { to: "redo" }),
  whenever(doSlabFree, "cmpxchg", ({ self }) => call.ranMeanwhile.at(self), { to: "redo" }),
  ...trackMeanwhile,
);
