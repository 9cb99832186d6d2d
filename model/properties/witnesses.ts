/** What must be reachable for an answer to mean anything: the hard cases, by name. */

import {
  and,
  context,
  ended,
  exists,
  forAll,
  happens,
  not,
  or,
  property,
  sometimes,
} from "../../checker/language/index.ts";
import { localLockIrqsaveCheck } from "../locks/irqsave-check.ts";
import { localLockIsLocked } from "../locks/local-lock.ts";
import { l } from "../locks/state.ts";
import { cfg } from "../machine/config.ts";
import { cpu } from "../machine/sets.ts";
import { atomic, chainOf, inNmi, m, thisCpu } from "../machine/state.ts";
import { cgroupRstatFlush } from "../memcg/rstat.ts";
import { mc } from "../memcg/state.ts";
import { cpuSlabLock } from "../mm/locks.ts";
import { bucket } from "../mm/sets.ts";
import { allocPages } from "../page/alloc-pages.ts";
import { freeFrozenPages, parkPage } from "../page/free-frozen-pages.ts";
import { pcpSpinTrylock } from "../page/pcp.ts";
import { rmqueue } from "../page/rmqueue.ts";
import { deferFree } from "../slub/defer-free.ts";
import { doSlabFree } from "../slub/do-slab-free.ts";
import { getFreelist } from "../slub/get-freelist.ts";
import { getPartialNode } from "../slub/get-partial-node.ts";
import { kmallocNolock } from "../slub/kmalloc-nolock.ts";
import { slabAlloc } from "../slub/slab-alloc.ts";
import { slabAllocNode } from "../slub/slab-alloc-node.ts";
import { slabAllocWrapper } from "../slub/slab-alloc-wrapper.ts";
import { cpuSlabOf, slabOf } from "../slub/state.ts";
import { call, trackAsked, trackDrained, trackMissedNode, trackNmi } from "./call-ghosts.ts";
import { sectionsBelow } from "./gate.ts";
import { somePageParked } from "./pages.ts";

const sideSystems = [
  property(
    "statsLost",
    "v1: a flush of the statistics ends, and what a CPU has counted is not among them",
    happens(cgroupRstatFlush, "end", () => exists(cpu, (c) => and(mc.rstat.at(c).counted, not(mc.rstat.at(c).listed)))),
  ),
  property(
    "checkMisses",
    "v1: local_lock_irqsave_check() walks into a section that a frame below is in, and says nothing",
    happens(localLockIrqsaveCheck, "check", undefined, { to: "irqSave" }),
  ),
];

const gate = [
  property(
    "ebusyFirst",
    "the first attempt of kmalloc_nolock() gives -EBUSY",
    happens(kmallocNolock, "retry", ({ canRetry }) => canRetry),
  ),
  property(
    "secondBucket",
    "kmalloc_nolock() returns an object from the second bucket",
    happens(kmallocNolock, "return", ({ canRetry, ret }) => and(canRetry.eq(false), ret.notNull())),
  ),
  property(
    "nilAfterTwo",
    "kmalloc_nolock() gives NULL after two attempts",
    happens(kmallocNolock, "retry", ({ canRetry }) => canRetry.eq(false)),
  ),
  property(
    "nmiAllocates",
    "kmalloc_nolock() returns an object in an NMI",
    happens(kmallocNolock, "return", ({ self, ret }) => and(inNmi(self), ret.notNull())),
  ),
  property(
    "reentersLocked",
    "kmalloc_nolock() is called where a frame below on this CPU is in a section of c->lock",
    happens(kmallocNolock, "bucket", ({ self }) => sectionsBelow(self).gt(0)),
  ),
  property(
    "busyForNothing",
    "a nolock caller that may be preempted gets -EBUSY though nobody holds c->lock below it",
    happens(kmallocNolock, "retry", ({ self, b }) =>
      and(not(atomic(self)), not(localLockIsLocked(self, cpuSlabLock(thisCpu(self), b)))),
    ),
  ),
  property(
    "hookOwnsLock",
    "PREEMPT_RT: __slab_alloc() is asked where the current task owns c->lock, outside of interrupts",
    happens(
      slabAllocWrapper,
      "gate",
      ({ self, b, c }) => and(cfg.preemptRt, localLockIsLocked(self, cpuSlabLock(c, b)), not(inNmi(self))),
      { to: "unpinBusy" },
    ),
  ),
  property(
    "preemptibleOwner",
    "PREEMPT_RT: the same, and the caller may be preempted",
    happens(
      slabAllocWrapper,
      "gate",
      ({ self, b, c }) => and(cfg.preemptRt, localLockIsLocked(self, cpuSlabLock(c, b)), not(atomic(self))),
      { to: "unpinBusy" },
    ),
  ),
  property(
    "asksHereLocksThere",
    "a nolock call asks local_lock_is_locked() on one CPU and goes on with c->lock on another",
    happens(slabAlloc, "gotPage", ({ self, allowSpin }) =>
      and(not(allowSpin), call.askedCpu.at(self).notNull(), call.askedCpu.at(self).ne(thisCpu(self))),
    ),
    ...trackAsked,
  ),
  property(
    "lockedByAnother",
    "PREEMPT_RT: a nolock caller finds c->lock owned by another task, which waits on the same CPU",
    happens(slabAllocWrapper, "gate", ({ self, allowSpin, b, c }) => {
      const { owner } = l.lock.at(cpuSlabLock(c, b));
      return and(not(allowSpin), owner.notNull(), owner.ne(chainOf(self)), m.chain.at(owner).cpu.eq(thisCpu(self)));
    }),
  ),
];

const fastPath = [
  property(
    "cmpxchgFails",
    "the cmpxchg of the allocation fast path fails",
    happens(slabAllocNode, "cmpxchg", undefined, { to: "redo" }),
  ),
  property(
    "cmpxchgFailsByNmi",
    "the cmpxchg of the allocation fast path fails after an NMI",
    happens(slabAllocNode, "cmpxchg", ({ self }) => call.nmiMeanwhile.at(self), { to: "redo" }),
    ...trackNmi,
  ),
  property(
    "fastPath",
    "the allocation fast path succeeds",
    happens(slabAllocNode, "cmpxchg", undefined, { to: "done" }),
  ),
  property(
    "fastPathMoves",
    "a task moves to another CPU between two steps of the allocation fast path",
    happens(slabAllocNode, "cmpxchg", ({ self, c }) => c.ne(thisCpu(self)), { to: "redo" }),
  ),
  property(
    "otherNode",
    "kmalloc_nolock() returns an object of a slab that is not on the wanted node",
    happens(kmallocNolock, "return", ({ self, ret }) =>
      and(ret.notNull(), call.missedNode.at(self).notNull(), call.missedNode.at(self).eq(slabOf(ret))),
    ),
    ...trackMissedNode,
  ),
];

const slowPath = [
  property(
    "loadConflict",
    "somebody loaded another slab while ___slab_alloc() asked for one (retry_load_slab)",
    happens(slabAlloc, "conflict", undefined, { to: "flushFreelist" }),
  ),
  property(
    "getFreelistRaces",
    "the cmpxchg of get_freelist() fails: an object came back meanwhile",
    happens(getFreelist, "cmpxchg", undefined, { to: "read" }),
  ),
  property(
    "listTrylockFails",
    "get_partial_node() loses its trylock of n->list_lock",
    happens(getPartialNode, "giveUp"),
  ),
  property("pcpTrylockFails", "the trylock of a page list's lock fails", happens(pcpSpinTrylock, "unpin")),
  property("zoneTrylockFails", "the trylock of the zone's lock fails", happens(rmqueue, "fail")),
  property("parks", "a page is parked by somebody who may not wait for the zone's lock", happens(parkPage, "push")),
  property(
    "parkedPassedBy",
    "a CPU's page list gives a page back to the zone, and a parked one stays",
    happens(freeFrozenPages, "long", () => somePageParked, { to: "giveBack" }),
  ),
  property(
    "parkedForGood",
    "every call of the spec is over, and a page is still parked",
    sometimes(
      and(
        somePageParked,
        forAll(context, (f) => or(cfg.who.at(f).kind.eq("scheduler"), ended(f))),
      ),
    ),
  ),
  property(
    "nullWhileParked",
    "there is no page for an allocation while one is parked",
    happens(allocPages, "count", ({ page }) => and(page.isNull(), somePageParked)),
  ),
];

const frees = [
  property(
    "slabOfTwoCpus",
    "two CPUs have the same slab: one is about to give it up, and a free and another CPU were faster",
    sometimes(
      exists(cpu, (c) =>
        exists(cpu, (other) =>
          exists(bucket, (b) => {
            const { slab } = cpuSlabOf(c, b);
            return and(c.ne(other), slab.notNull(), slab.eq(cpuSlabOf(other, b).slab));
          }),
        ),
      ),
    ),
  ),
  property("defers", "a free is deferred", happens(deferFree, "push")),
  property(
    "defersOtherSlab",
    "a free is deferred since the object is not of the CPU's slab",
    happens(doSlabFree, "slab", undefined, { to: "defer" }),
  ),
  property(
    "defersLocked",
    "a free is deferred since c->lock is held below",
    happens(doSlabFree, "gate", undefined, { to: "defer" }),
  ),
  property(
    "pushesAfterDrain",
    "a free is deferred on a CPU whose deferred frees have been done once before",
    happens(deferFree, "push", ({ c }) => call.drained.at(c)),
    ...trackDrained,
  ),
];

export const WITNESSES = [...gate, ...fastPath, ...slowPath, ...frees, ...sideSystems];
