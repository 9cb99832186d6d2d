/** What only properties know: who has been handed what, and where a freelist is being worked on. */

import {
  and,
  bool,
  context,
  type Expr,
  each,
  ghosts,
  type Id,
  id,
  ite,
  lit,
  not,
  optional,
  or,
  setEach,
  track,
} from "../../checker/language/index.ts";
import { cpu } from "../machine/sets.ts";
import { bucket, objcg, object, slab } from "../mm/sets.ts";
import { allocSingleFromNewSlab } from "../slub/alloc-single-from-new-slab.ts";
import { allocSingleFromPartial } from "../slub/alloc-single-from-partial.ts";
import { returned } from "../slub/calls.ts";
import { deferDeactivateSlab, deferFree } from "../slub/defer-free.ts";
import { doSlabFree } from "../slub/do-slab-free.ts";
import { flushSlab } from "../slub/flush-slab.ts";
import { freeToPartialList } from "../slub/free-to-partial-list.ts";
import { slabAlloc } from "../slub/slab-alloc.ts";
import { slabAllocNode } from "../slub/slab-alloc-node.ts";
import { slabFree } from "../slub/slab-free.ts";
import { updateFreelistSlow } from "../slub/update-freelist-slow.ts";

export const g = ghosts({
  /** The object has been handed out and not been published as free since. */
  allocated: each(object, bool),
  /** A caller has the object: a call returned it, and no free was asked since. */
  held: each(object, bool),
  /** Who asked for the object to be freed, or put off a slab, and has not returned from that call. */
  freer: each(object, optional(id(context))),
  giver: each(slab, optional(id(context))),
  /** Whom a live object is charged to; null where no caller has it. */
  chargedTo: each(object, optional(id(objcg))),
  /** v1: the CPU whose stock a pinned frame has found unlocked. */
  stockAsked: each(context, optional(id(cpu))),
  /** A slow path is between reading c->freelist (or knowing it to be empty) and the write computed from it. */
  window: each(cpu, each(bucket, bool)),
  /** The page is on no list of the page allocator: somebody has it, if only a frame that is moving it. */
  pageOut: each(slab, bool),
  /** A caller has the page: a call returned it, and no free was asked since. */
  pageHeld: each(slab, bool),
});

/**
 * An object is handed out when it leaves the list that others can see, and free again when it is published on one.
 */
export const trackAllocated = [
  track(slabAllocNode, "cmpxchg", ({ obj }) => g.allocated.at(obj).set(true), { to: "done" }),
  track(slabAlloc, "storeFreelist", ({ freelist }) => g.allocated.at(freelist).set(true), { to: "loadTid" }),
  track(doSlabFree, "cmpxchg", ({ x }) => g.allocated.at(x).set(false), { to: "done" }),
  track(doSlabFree, "lockedStore", ({ x }) => g.allocated.at(x).set(false)),
  track(slabFree, "cmpxchg", ({ x }) => g.allocated.at(x).set(false), { to: "after" }),
  // Without a double cmpxchg: what a free puts at the head is free from here on; other callers' heads are so already.
  track(updateFreelistSlow, "freelist", ({ freelistNew }) =>
    setEach(object, (x) => g.allocated.at(x).set(and(g.allocated.at(x), not(freelistNew.eq(x))))),
  ),
  // Debug caches and SLUB_TINY: one object at a time.
  track(allocSingleFromPartial, "take", ({ object: x }) => g.allocated.at(x).set(true), { to: "full" }),
  track(allocSingleFromNewSlab, "take", ({ object: x }) => g.allocated.at(x).set(true), { to: "locked" }),
  track(freeToPartialList, "free", ({ x }) => g.allocated.at(x).set(false), { to: "lists" }),
];

const unless = (who: Expr<Id<"context"> | null>, self: Expr<Id<"context">>) =>
  ite<Id<"context"> | null>(who.eq(self), lit(null), who);

/** What a call returns, its caller has. */
export const trackReturned = track(returned, "check", ({ got }) =>
  setEach(object, (x) => g.held.at(x).set(or(g.held.at(x), got.eq(x)))),
);

export const trackHeld = [trackReturned, track(doSlabFree, "redo", ({ x }) => g.held.at(x).set(false))];

export const freersReturn = track(returned, "check", ({ self }) => [
  setEach(object, (x) => g.freer.at(x).set(unless(g.freer.at(x), self))),
  setEach(slab, (s) => g.giver.at(s).set(unless(g.giver.at(s), self))),
]);

/** Whose calls are under way, of those that put off a free or a slab. */
export const trackFreer = [
  track(doSlabFree, "redo", ({ self, x }) => g.freer.at(x).set(self)),
  track(deferFree, "pin", ({ self, x }) => g.freer.at(x).set(self)),
  track(deferDeactivateSlab, "note", ({ self, slab: s }) => g.giver.at(s).set(self)),
  freersReturn,
];

/** Steps 6 to 8 and 10, 17, 30, 13 and 29 of ___slab_alloc(); step 2 to 3 of flush_slab(). */
export const trackWindow = [
  ...(["freelist", "usePartial", "loadSlab", "takeFreelist", "flushFreelist"] as const).map((label) =>
    track(slabAlloc, label, ({ b, c }) => g.window.at(c).at(b).set(true)),
  ),
  ...(["dropFreelist", "flushDrop"] as const).map((label) =>
    track(slabAlloc, label, ({ b, c }) => g.window.at(c).at(b).set(false)),
  ),
  track(flushSlab, "freelist", ({ b, c }) => g.window.at(c).at(b).set(true)),
  track(flushSlab, "dropFreelist", ({ b, c }) => g.window.at(c).at(b).set(false)),
  track(slabAlloc, "full", ({ b, c }) => g.window.at(c).at(b).set(false), { to: "fullTid" }),
  track(slabAlloc, "storeFreelist", ({ b, c }) => g.window.at(c).at(b).set(false), { to: "loadTid" }),
];
