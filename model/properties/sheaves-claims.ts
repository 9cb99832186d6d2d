/** Sentences of the source of 7.3.4 as properties, under the ids of the claims ledger: `model/claims/`. */

import {
  and,
  bool,
  context,
  count,
  type Expr,
  each,
  exists,
  forAll,
  ghosts,
  happens,
  type Id,
  implies,
  invariant,
  ite,
  not,
  or,
  property,
  track,
  whenever,
} from "../../checker/language/index.ts";
import { rawSpinLock } from "../locks/raw-spinlock.ts";
import { l } from "../locks/state.ts";
import { cfg } from "../machine/config.ts";
import { cpu } from "../machine/sets.ts";
import { inNmi, m, sameCpu, thisCpu } from "../machine/state.ts";
import { mm } from "../mm/config.ts";
import { listLock } from "../mm/locks.ts";
import { bucket, object, slab } from "../mm/sets.ts";
import { p } from "../page/state.ts";
import { getFromPartialNode } from "../sheaves/get-from-partial-node.ts";
import { getPartialNodeBulk } from "../sheaves/get-partial-node-bulk.ts";
import { kmallocNolock } from "../sheaves/kmalloc-nolock.ts";
import { slabFree } from "../sheaves/slab-free.ts";
import { barnLock, capacityOf, h, pcsOf, sc, sheafOf, sheavesLock } from "../sheaves/state.ts";
import { slabLock } from "../slub/slab-lock.ts";
import { freelist, k, kmemCacheDebug, oneAtATime, slabOf } from "../slub/state.ts";
import { g } from "./ghosts.ts";
import { trackAllocated } from "./sheaves-ghosts.ts";

/** What a frame was given before. */
export const asked = ghosts({
  /** A kmalloc_nolock() of its script gave NULL. */
  gaveNull: each(context, bool),
});

type Lock = Expr<Id<"lock">>;

const isHeld = (x: Lock) => or(l.lock.at(x).holder.notNull(), l.lock.at(x).owner.notNull());

/** The CPU of whoever holds a lock. */
const cpuOfHolder = (x: Lock) =>
  m.cpu.at(m.chain.at(ite(cfg.preemptRt, l.lock.at(x).owner, m.frame.at(l.lock.at(x).holder).chain)).cpu);

const T3 = property(
  "T3",
  "whoever holds a list_lock or a barn->lock has interrupts off",
  invariant(
    forAll(bucket, (b) => and(...[listLock(b), barnLock(b)].map((x) => implies(isHeld(x), cpuOfHolder(x).irqsOff)))),
  ),
);

const T4 = property(
  "T4",
  "whoever holds the lock of a CPU's sheaves has preemption off there",
  invariant(
    forAll(cpu, (c) => forAll(bucket, (b) => implies(isHeld(sheavesLock(c, b)), m.cpu.at(c).preemptCount.gt(0)))),
  ),
);

const T6 = property(
  "T6",
  "wherever its lock is free a CPU's spare sheaf is empty or full, or there is none",
  invariant(
    forAll(cpu, (c) =>
      forAll(bucket, (b) => {
        const { spare } = pcsOf(c, b);
        const { size } = sheafOf(spare);
        return or(oneAtATime(b), isHeld(sheavesLock(c, b)), spare.isNull(), size.eq(0), size.eq(capacityOf(b)));
      }),
    ),
  ),
);

const T12 = property(
  "T12",
  "wherever list_lock is free, a slab on the node's list has a free object, and not all of it is in use",
  invariant(
    forAll(bucket, (b) =>
      or(
        isHeld(listLock(b)),
        forAll(slab, (s) =>
          implies(k.node.at(b).partial.at(s), and(k.slab.at(s).freelist.notNull(), k.slab.at(s).inuse.lt(mm.objects))),
        ),
      ),
    ),
  ),
);

const T15 = property(
  "T15",
  "__slab_free() holds list_lock: what it read of the slab's being listed is still so after its cmpxchg",
  whenever(slabFree, "after", ({ locked, onPartial, b, slab: s }) => {
    const isListed = k.node.at(b).partial.at(s);
    return implies(locked, or(and(onPartial, isListed), and(not(onPartial), not(isListed))));
  }),
);

const T26 = property(
  "T26",
  "the bit spinlock of a debug cache's slab is never taken",
  whenever(slabLock, "take", ({ slab: s }) => not(kmemCacheDebug(k.slab.at(s).cache))),
);

const nothingFree = (size: Expr<Id<"bucket">>) =>
  not(exists(object, (x) => and(k.slab.at(slabOf(x)).cache.eq(size), not(g.allocated.at(x)))));

const bothBusy = property(
  "bothBusy",
  "a call finds the sheaves of its CPU locked below it, and list_lock held on another CPU",
  happens(getFromPartialNode, "giveUp", ({ self, b }) => {
    const { holder } = l.lock.at(listLock(b));
    return and(isHeld(sheavesLock(thisCpu(self), b)), holder.notNull(), not(sameCpu(holder, self)));
  }),
);

const T32 = property(
  "T32",
  "where kmalloc_nolock() gives NULL, no object of the bucket is free",
  whenever(kmallocNolock, "return", ({ ret, size }) => or(ret.notNull(), nothingFree(size))),
  whenever(kmallocNolock, "retry", ({ size }) => nothingFree(size), { to: "done" }),
  ...trackAllocated,
);

const T33 = property(
  "T33",
  "where kmalloc_nolock() gave NULL, the next call of the same frame gives NULL again",
  whenever(kmallocNolock, "return", ({ self, ret }) => or(ret.isNull(), not(asked.gaveNull.at(self)))),
  track(kmallocNolock, "return", ({ self, ret }) => asked.gaveNull.at(self).set(ret.isNull())),
  track(kmallocNolock, "retry", ({ self }) => asked.gaveNull.at(self).set(true), { to: "done" }),
);

const T36 = property(
  "T36",
  "an NMI asks for no raw spinlock, such as those of debugging aids that a free tells",
  whenever(rawSpinLock, "take", ({ self }) => not(inNmi(self))),
);

const T37 = property(
  "T37",
  "no NMI comes to __slab_free(), which may wait for list_lock",
  whenever(slabFree, "entry", ({ self }) => not(inNmi(self))),
);

const T54 = property(
  "T54",
  "no CPU has a list of pages: all come from the zone, and go there",
  invariant(forAll(cpu, (c) => p.pcpList.at(c).isNull())),
);

const T64 = property(
  "T64",
  "a barn has no more full sheaves than its limit",
  invariant(forAll(bucket, (b) => h.barn.at(b).nrFull.le(sc.barnLimit))),
);

/** Objects on the freelists of slabs that a frame has taken off the node's list. */
const freeInIsolated = (self: Expr<Id<"context">>) =>
  count(object, (x) => and(h.isolated.at(self).at(slabOf(x)), freelist(k.slab.at(slabOf(x)).freelist).has(x)));

const T82 = property(
  "T82",
  "slabs that are taken off the list to fill a sheaf have at least as many free objects as were counted",
  whenever(getPartialNodeBulk, "return", ({ self, total }) => total.le(freeInIsolated(self))),
);

export const SHEAF_CLAIM_PROPERTIES = [T3, T4, T6, T12, T15, T26, T32, T33, T36, T37, T54, T64, T82, bothBusy];
