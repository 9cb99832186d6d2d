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
  isKind,
  not,
  type Property,
  property,
  type Region,
  rowsOf,
  sometimes,
  standsIn,
  within,
} from "../../checker/language/index.ts";
import { l, lock } from "../locks/state.ts";
import { type CONTEXT_KINDS, cfg } from "../machine/config.ts";
import { m } from "../machine/state.ts";
import { memcgReparentObjcgs } from "../memcg/reparent-objcgs.ts";
import { PAGE_PROGRAMS } from "../page-calls.ts";
import { KERNEL_ROWS } from "../scripts.ts";
import { freeDeferredObjects } from "../slub/defer-free.ts";
import { flushSlab } from "../slub/flush-slab.ts";
import { kfree, kfreeNolock, kmalloc } from "../slub/kmalloc.ts";
import { kmallocNolock } from "../slub/kmalloc-nolock.ts";
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

const FRAMES = {
  softirq: "a softirq",
  hardirq: "a hardirq",
  nmi: "an NMI",
  hook: "a hook",
  irqWork: "an irq_work",
} as const;
type FrameName = keyof typeof FRAMES;

/** Preemption, or migration on PREEMPT_RT, is off, and interrupts are on. */
const PINNED: Region = rowsOf(slabAllocWrapper, "gate");
const isA = (kind: Kind) => (below: Context) => cfg.who.at(below).kind.eq(kind);
const inSection = (below: Context) =>
  exists(lock, (x) => and(isKind(lock, "cpuSlab", x), l.lock.at(x).holder.eq(below)));

const onWhat = (Object.keys(FRAMES) as FrameName[]).flatMap((kind) => [
  onTop(`${kind}OnPinned`, `${FRAMES[kind]} comes where a frame has pinned its CPU`, kind, (below) =>
    standsIn(below, PINNED),
  ),
  onTop(`${kind}OnSection`, `${FRAMES[kind]} comes where a frame is in a section of c->lock`, kind, inSection),
  onTop(`${kind}OnSoftirq`, `${FRAMES[kind]} comes on top of a softirq`, kind, isA("softirq")),
  onTop(`${kind}OnHardirq`, `${FRAMES[kind]} comes on top of a hardirq`, kind, isA("hardirq")),
  onTop(`${kind}OnNmi`, `${FRAMES[kind]} comes on top of an NMI`, kind, isA("nmi")),
  onTop(`${kind}OnHook`, `${FRAMES[kind]} comes on top of a hook`, kind, isA("hook")),
]);

/** What a hook may be planted in. */
const PROGRAMS = [
  kmalloc,
  kmallocNolock,
  kfree,
  kfreeNolock,
  freeDeferredObjects,
  flushSlab,
  memcgReparentObjcgs,
  ...PAGE_PROGRAMS,
];

const hookedPrograms = PROGRAMS.map((one) =>
  onTop(`hookOn:${one.name}`, `a hook fires in ${one.name}()`, "hook", (below) => standsIn(below, within(one))),
);

export const FRAME_WITNESSES = [...onWhat, ...hookedPrograms];
