/**
 * That calls return; and which frame has come on top of what: witnesses, so that a spec that names one is vacuous where an
 * interrupt or a hook stays away.
 */

import {
  alwaysPossible,
  and,
  context,
  type Expr,
  exists,
  type Id,
  not,
  type Property,
  property,
  type Region,
  rowsOf,
  sometimes,
  standsIn,
  within,
} from "../../checker/language/index.ts";
import { l } from "../locks/state.ts";
import { type CONTEXT_KINDS, cfg } from "../machine/config.ts";
import { lock } from "../machine/sets.ts";
import { m } from "../machine/state.ts";
import { memcgReparentObjcgs } from "../memcg/reparent-objcgs.ts";
import { isCpuSlabLock } from "../mm/locks.ts";
import { allocPages } from "../page/alloc-pages.ts";
import { freePages } from "../page/free-pages.ts";
import { freeDeferredObjects } from "../slub/defer-free.ts";
import { flushSlab } from "../slub/flush-slab.ts";
import { kfree, kfreeNolock, kmalloc } from "../slub/kmalloc.ts";
import { kmallocNolock } from "../slub/kmalloc-nolock.ts";
import { KERNEL_ROWS } from "../slub/rows.ts";
import { slabAllocWrapper } from "../slub/slab-alloc-wrapper.ts";

export const returns = property(
  "returns",
  "calls return: from every state one can be reached where nobody is in a call",
  alwaysPossible(not(exists(context, (f) => standsIn(f, KERNEL_ROWS)))),
);

type Context = Expr<Id<"context">>;
type Kind = (typeof CONTEXT_KINDS)[number];

/** A frame of a kind stands right on top of one of which something is true. */
const onTop = (name: string, what: string, kind: Kind, of: (below: Context) => Expr<boolean>): Property =>
  property(
    name,
    what,
    sometimes(
      exists(context, (f) =>
        and(
          cfg.who.at(f).kind.eq(kind),
          exists(context, (below) => and(m.frame.at(f).below.eq(below), of(below))),
        ),
      ),
    ),
  );

/** Preemption, or migration on PREEMPT_RT, is off, and interrupts are on. */
const PINNED: Region = rowsOf(slabAllocWrapper, "gate");
const isA = (kind: Kind) => (below: Context) => cfg.who.at(below).kind.eq(kind);
const inSection = (below: Context) => exists(lock, (x) => and(isCpuSlabLock(x), l.lock.at(x).holder.eq(below)));

const softirq = isA("softirq");
const hardirq = isA("hardirq");
const hook = isA("hook");
const pinned = (below: Context) => standsIn(below, PINNED);

const onWhat = [
  onTop("softirqOnPinned", "a softirq comes where a frame has pinned its CPU", "softirq", pinned),
  onTop("hardirqOnPinned", "a hardirq comes where a frame has pinned its CPU", "hardirq", pinned),
  onTop("nmiOnPinned", "an NMI comes where a frame has pinned its CPU", "nmi", pinned),
  onTop("hookOnPinned", "a hook fires where a frame has pinned its CPU", "hook", pinned),
  onTop("irqWorkOnPinned", "an irq_work comes where a frame has pinned its CPU", "irqWork", pinned),
  onTop("nmiOnSection", "an NMI comes where a frame is in a section of c->lock", "nmi", inSection),
  onTop("hookOnSection", "a hook fires where a frame is in a section of c->lock", "hook", inSection),
  onTop("hardirqOnSoftirq", "a hardirq comes on top of a softirq", "hardirq", softirq),
  onTop("nmiOnSoftirq", "an NMI comes on top of a softirq", "nmi", softirq),
  onTop("nmiOnHardirq", "an NMI comes on top of a hardirq", "nmi", hardirq),
  onTop("irqWorkOnHook", "an irq_work comes on top of a hook", "irqWork", hook),
];

const hookedPrograms = [
  kmalloc,
  kmallocNolock,
  kfree,
  kfreeNolock,
  freeDeferredObjects,
  flushSlab,
  memcgReparentObjcgs,
  allocPages,
  freePages,
].map((one) =>
  onTop(`hookOn:${one.name}`, `a hook fires in ${one.name}()`, "hook", (below) => standsIn(below, within(one))),
);

export const FRAME_WITNESSES = [...onWhat, ...hookedPrograms];
