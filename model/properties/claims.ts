/** Sentences of the discussion as properties, under the ids of the claims ledger: `model/claims/`. */

import {
  and,
  atMost,
  type Expr,
  happens,
  type Id,
  implies,
  ite,
  lit,
  next,
  not,
  or,
  property,
  whenever,
} from "../../checker/language/index.ts";
import { localLockIrqsave, localLockIsLocked } from "../locks/local-lock.ts";
import { rtSpinTrylock } from "../locks/rt-mutex.ts";
import { l } from "../locks/state.ts";
import { cfg } from "../machine/config.ts";
import { localLockOf } from "../machine/sets.ts";
import { atomic, chainOf, inHardirq, inNmi, m, type Self, thisCpu } from "../machine/state.ts";
import { bucketOf, cpuSlabLock, isCpuSlabLock, isOfCpuSlab } from "../mm/locks.ts";
import { bucket } from "../mm/sets.ts";
import { kmallocNolock } from "../slub/kmalloc-nolock.ts";
import { slabAlloc } from "../slub/slab-alloc.ts";
import { slabAllocNode } from "../slub/slab-alloc-node.ts";
import { slabAllocWrapper } from "../slub/slab-alloc-wrapper.ts";
import { call, trackAsked, trackGateCpu, trackNull, trackRefused } from "./call-ghosts.ts";
import { sectionsBelow } from "./gate.ts";

const inInterrupt = (self: Self) => or(inNmi(self), inHardirq(self));

/** Whose section it is, where local_lock_is_locked() is true. */
const takenBelow = (self: Self, which: Expr<Id<"lock">>) => {
  const { holder } = l.lock.at(which);
  return implies(
    localLockIsLocked(self, which),
    ite(
      cfg.preemptRt,
      m.frame.at(self).below.notNull(),
      and(holder.ne(self), m.frame.at(holder).chain.eq(chainOf(self))),
    ),
  );
};

const isLocked = [
  property(
    "C1",
    "local_lock_is_locked() is true only where an NMI came into a section with interrupts off",
    whenever(kmallocNolock, "gate", ({ self, b }) =>
      implies(localLockIsLocked(self, cpuSlabLock(thisCpu(self), b)), inNmi(self)),
    ),
    whenever(slabAllocWrapper, "gate", ({ self, allowSpin, b, c }) =>
      implies(and(not(allowSpin), localLockIsLocked(self, cpuSlabLock(c, b))), inNmi(self)),
    ),
  ),
  property(
    "C2",
    "where local_lock_is_locked() is true, a frame below, of this CPU and task, is in the section of exactly this bucket",
    whenever(slabAllocWrapper, "gate", ({ self, allowSpin, b, c }) =>
      implies(not(allowSpin), takenBelow(self, cpuSlabLock(c, b))),
    ),
    whenever(kmallocNolock, "gate", ({ self, b }) =>
      implies(inNmi(self), takenBelow(self, cpuSlabLock(thisCpu(self), b))),
    ),
  ),
  property(
    "C12",
    "who goes past the gate of kmalloc_nolock() is above no frame in a section of this bucket",
    whenever(kmallocNolock, "gate", ({ self, b }) => not(localLockIsLocked(self, cpuSlabLock(thisCpu(self), b))), {
      to: "alloc",
    }),
  ),
  property(
    "D10",
    "local_lock_is_locked() is never true in __slab_alloc()",
    whenever(slabAllocWrapper, "gate", ({ self, c, b }) => localLockIsLocked(self, cpuSlabLock(c, b)).eq(false)),
  ),
];

/** Rows of ___slab_alloc() outside of its own sections. */
const OUTSIDE = ["reread", "cpuPartial", "gotPartial", "unpin", "pin", "gotPage"] as const;

const D12 = property(
  "D12",
  "once local_lock_is_locked() was false for a call it stays so for it, on whatever CPU it goes on",
  ...OUTSIDE.map((label) =>
    whenever(slabAlloc, label, ({ self, b }) =>
      implies(call.asked.at(self).at(b), not(localLockIsLocked(self, cpuSlabLock(thisCpu(self), b)))),
    ),
  ),
  whenever(localLockIrqsave, "acquire", ({ self, which, here }) =>
    implies(
      and(isOfCpuSlab(which), call.asked.at(self).at(bucketOf(which))),
      not(localLockIsLocked(self, localLockOf(here, which))),
    ),
  ),
  whenever(localLockIrqsave, "migrateDisable", ({ self, which }) =>
    implies(
      and(isOfCpuSlab(which), call.asked.at(self).at(bucketOf(which))),
      not(localLockIsLocked(self, localLockOf(thisCpu(self), which))),
    ),
  ),
  ...trackAsked,
);

const lockIt = [
  property(
    "E4",
    "PREEMPT_RT: who owns c->lock of this CPU, where a trylock of it fails, is on another CPU",
    whenever(
      rtSpinTrylock,
      "owned",
      ({ self, which }) => implies(isCpuSlabLock(which), m.chain.at(l.lock.at(which).owner).cpu.ne(thisCpu(self))),
      { to: "busy" },
    ),
  ),
  property(
    "E9",
    "PREEMPT_RT: local_lock_is_locked() is false and a trylock of c->lock fails",
    happens(
      rtSpinTrylock,
      "owned",
      ({ self, which }) => and(isCpuSlabLock(which), l.lock.at(which).owner.ne(chainOf(self))),
      { to: "busy" },
    ),
  ),
];

const retry = [
  property(
    "C3",
    "there is one retry at most, in the next larger bucket",
    whenever(kmallocNolock, "gate", ({ size, b, canRetry }) => or(canRetry, next(bucket, size).eq(b))),
    atMost(kmallocNolock, "gate", 2),
  ),
  property(
    "C4",
    "the second attempt gets -EBUSY only where frames below are in the sections of two buckets",
    whenever(kmallocNolock, "retry", ({ self, canRetry }) => or(canRetry, sectionsBelow(self).ge(2))),
  ),
  property(
    "C15",
    "where kmalloc_nolock() gives NULL there is no memory",
    whenever(kmallocNolock, "return", ({ self, ret }) => or(ret.notNull(), call.noMemory.at(self))),
    whenever(kmallocNolock, "retry", () => lit(false), { to: "done" }),
    whenever(kmallocNolock, "context", () => lit(false), { to: "done" }),
    ...trackRefused,
  ),
  property(
    "C16",
    "where kmalloc_nolock() gave NULL, the next call of the same frame gives NULL again",
    whenever(kmallocNolock, "return", ({ self, ret }) => or(ret.isNull(), not(call.gaveNull.at(self)))),
    ...trackNull,
  ),
];

const D16 = property(
  "D16",
  "a kmalloc_nolock() in an NMI ends on the CPU where it passed the gate",
  whenever(slabAllocNode, "redo", ({ self }) =>
    implies(and(inNmi(self), call.gateCpu.at(self).notNull()), call.gateCpu.at(self).eq(thisCpu(self))),
  ),
  whenever(kmallocNolock, "return", ({ self }) => implies(inNmi(self), call.gateCpu.at(self).eq(thisCpu(self)))),
  ...trackGateCpu,
);

const realTime = [
  property(
    "C10",
    "PREEMPT_RT: kmalloc_nolock() goes no further than its first test in an NMI or a hardirq",
    whenever(kmallocNolock, "bucket", ({ self }) => implies(cfg.preemptRt, not(inInterrupt(self)))),
  ),
  property(
    "D8",
    "PREEMPT_RT: a nolock call never comes to __slab_alloc() in an NMI or a hardirq",
    whenever(slabAllocWrapper, "gate", ({ self, allowSpin }) =>
      implies(and(cfg.preemptRt, not(allowSpin)), not(inInterrupt(self))),
    ),
  ),
  property(
    "E20",
    "PREEMPT_RT: __slab_alloc() is not asked by a nolock call with interrupts or preemption off",
    whenever(slabAllocWrapper, "pin", ({ self, allowSpin }) =>
      implies(and(cfg.preemptRt, not(allowSpin)), not(atomic(self))),
    ),
  ),
];

export const CLAIM_PROPERTIES = [...isLocked, D12, ...lockIt, ...retry, D16, ...realTime];
