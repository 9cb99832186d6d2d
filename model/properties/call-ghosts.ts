/** What properties remember of a call under way: what it asked, what it was refused, who ran meanwhile. */

import {
  and,
  bool,
  context,
  each,
  ghosts,
  id,
  lit,
  not,
  optional,
  or,
  setEach,
  track,
} from "../../checker/language/index.ts";
import { localLockIsLocked } from "../locks/local-lock.ts";
import { rtSpinTrylock } from "../locks/rt-mutex.ts";
import { spinTrylock, spinTrylockIrqsave } from "../locks/spinlock.ts";
import { l } from "../locks/state.ts";
import { scheduler } from "../machine/scheduler.ts";
import { cpu } from "../machine/sets.ts";
import { chainOf, inNmi, type Self, sameCpu, thisCpu } from "../machine/state.ts";
import { mm } from "../mm/config.ts";
import { cpuSlabLock, isCpuSlabLock } from "../mm/locks.ts";
import { bucket, slab } from "../mm/sets.ts";
import { p } from "../page/state.ts";
import { returned } from "../slub/calls.ts";
import { freeDeferredObjects } from "../slub/defer-free.ts";
import { doSlabFree } from "../slub/do-slab-free.ts";
import { kmallocNolock } from "../slub/kmalloc-nolock.ts";
import { slabAlloc } from "../slub/slab-alloc.ts";
import { slabAllocNode } from "../slub/slab-alloc-node.ts";
import { slabAllocWrapper } from "../slub/slab-alloc-wrapper.ts";
import { cpuSlabOf } from "../slub/state.ts";

export const call = ghosts({
  /** It is a kmalloc_nolock() or a kfree_nolock(). */
  nolock: each(context, bool),
  /** local_lock_is_locked() of the bucket was false when it was last due, in this call. */
  asked: each(context, each(bucket, bool)),
  /** The CPU about whose lock it was asked last. */
  askedCpu: each(context, optional(id(cpu))),
  /** The CPU where the gate of kmalloc_nolock() was passed last. */
  gateCpu: each(context, optional(id(cpu))),
  /** It found no page, and there was none to be had. */
  noMemory: each(context, bool),
  /** A trylock of a spinlock was lost to somebody that is not below it. */
  lost: each(context, bool),
  /** The last kmalloc_nolock() of the script gave NULL. */
  gaveNull: each(context, bool),
  /** The slab that was not on the wanted node when the fast path looked. */
  missedNode: each(context, optional(id(slab))),
  /** Since its fast path last began somebody else has run on its CPU: a call has ended there, or tasks were switched. */
  ranMeanwhile: each(context, bool),
  /** The same, in an NMI. */
  nmiMeanwhile: each(context, bool),
  /** The deferred frees of the CPU have been done once. */
  drained: each(cpu, bool),
});

/** Which kind of call it is, and what it has asked of the gate. */
export const trackAsked = [
  track(kmallocNolock, "bucket", ({ self }) => call.nolock.at(self).set(true)),
  track(doSlabFree, "redo", ({ self, allowSpin }) => call.nolock.at(self).set(not(allowSpin))),
  track(slabAllocWrapper, "gate", ({ self, allowSpin, b, c }) => [
    call.asked
      .at(self)
      .at(b)
      .set(and(not(allowSpin), not(localLockIsLocked(self, cpuSlabLock(c, b))))),
    call.askedCpu.at(self).set(c),
  ]),
  track(slabAllocWrapper, "unpin", ({ self, b }) => call.asked.at(self).at(b).set(false)),
  track(doSlabFree, "gate", ({ self, b }) =>
    call.asked
      .at(self)
      .at(b)
      .set(not(localLockIsLocked(self, cpuSlabLock(thisCpu(self), b)))),
  ),
  track(returned, "check", ({ self }) => [
    call.nolock.at(self).set(false),
    call.askedCpu.at(self).set(lit(null)),
    setEach(bucket, (b) => call.asked.at(self).at(b).set(false)),
  ]),
];

const pageToBeHad = (self: Self) => and(mm.pages, or(p.zoneList.notNull(), p.pcpList.at(thisCpu(self)).notNull()));

/** Why a kmalloc_nolock() may give NULL though nobody below it holds a lock. */
export const trackRefused = [
  track(slabAlloc, "gotPage", ({ self, fresh }) =>
    call.noMemory.at(self).set(or(call.noMemory.at(self), and(fresh.isNull(), not(pageToBeHad(self))))),
  ),
  track(
    spinTrylockIrqsave,
    "try",
    ({ self, which }) => call.lost.at(self).set(or(call.lost.at(self), not(sameCpu(l.lock.at(which).holder, self)))),
    { to: "undo" },
  ),
  track(
    spinTrylock,
    "try",
    ({ self, which }) => call.lost.at(self).set(or(call.lost.at(self), not(sameCpu(l.lock.at(which).holder, self)))),
    { to: "busy" },
  ),
  track(
    rtSpinTrylock,
    "owned",
    ({ self, which }) =>
      call.lost
        .at(self)
        .set(or(call.lost.at(self), and(not(isCpuSlabLock(which)), not(l.lock.at(which).owner.eq(chainOf(self)))))),
    { to: "busy" },
  ),
  track(returned, "check", ({ self }) => [call.noMemory.at(self).set(false), call.lost.at(self).set(false)]),
];

export const trackNull = [
  track(kmallocNolock, "return", ({ self, ret }) => call.gaveNull.at(self).set(ret.isNull())),
  track(kmallocNolock, "retry", ({ self }) => call.gaveNull.at(self).set(true), { to: "done" }),
];

export const trackGateCpu = [
  track(kmallocNolock, "gate", ({ self }) => call.gateCpu.at(self).set(thisCpu(self))),
  track(returned, "check", ({ self }) => call.gateCpu.at(self).set(lit(null))),
];

export const trackMissedNode = [
  track(slabAllocNode, "slab", ({ self, c, b }) => call.missedNode.at(self).set(cpuSlabOf(c, b).slab), {
    to: "slowWrong",
  }),
  track(returned, "check", ({ self }) => call.missedNode.at(self).set(lit(null))),
];

/** A frame on top of another has returned from a call before the other goes on; the drain has no call of its own. */
export const trackMeanwhile = [
  track(slabAllocNode, "redo", ({ self }) => call.ranMeanwhile.at(self).set(false)),
  track(doSlabFree, "redo", ({ self }) => call.ranMeanwhile.at(self).set(false)),
  track(returned, "check", ({ self }) =>
    setEach(context, (f) =>
      call.ranMeanwhile.at(f).set(and(f.ne(self), or(call.ranMeanwhile.at(f), sameCpu(f, self)))),
    ),
  ),
  track(scheduler, "switch", () => setEach(context, (f) => call.ranMeanwhile.at(f).set(true))),
  track(freeDeferredObjects, "takeObjects", ({ self }) =>
    setEach(context, (f) => call.ranMeanwhile.at(f).set(or(call.ranMeanwhile.at(f), sameCpu(f, self)))),
  ),
];

export const trackNmi = [
  track(slabAllocNode, "redo", ({ self }) => call.nmiMeanwhile.at(self).set(false)),
  track(returned, "check", ({ self }) =>
    setEach(context, (f) =>
      call.nmiMeanwhile.at(f).set(and(f.ne(self), or(call.nmiMeanwhile.at(f), and(inNmi(self), sameCpu(f, self))))),
    ),
  ),
];

export const trackDrained = [track(freeDeferredObjects, "takeObjects", ({ c }) => call.drained.at(c).set(true))];
