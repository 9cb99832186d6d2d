/** What protects which cells since 7.0, and that a CPU's sheaves are changed on that CPU only. */

import { and, type Expr, element, guardedBy, type Id, ite, not, or, property } from "../../checker/language/index.ts";
import { l } from "../locks/state.ts";
import { cfg } from "../machine/config.ts";
import { cpu } from "../machine/sets.ts";
import { chainOf, type Self, thisCpu } from "../machine/state.ts";
import { mm } from "../mm/config.ts";
import { listLock, pcpLock, zoneLock } from "../mm/locks.ts";
import { bucket, slab, zone } from "../mm/sets.ts";
import { p } from "../page/state.ts";
import { barnLock, h, pcsOf, sheavesLock } from "../sheaves/state.ts";
import { k, kmemCacheDebug, oneAtATime, type SlabId } from "../slub/state.ts";
import { stockIsLocked, stockStaysHere } from "./sheaves-memcg.ts";

/**
 * The frame holds the lock, or (PREEMPT_RT) its task does. Without SMP the model remembers who came first: a frame above
 * that walks in by an empty trylock does not hold it.
 */
export const holds = (self: Self, which: Expr<Id<"lock">>) =>
  ite(cfg.preemptRt, l.lock.at(which).owner.eq(chainOf(self)), l.lock.at(which).holder.eq(self));

/** A slab of a debug cache (or, with SLUB_TINY, of any) that others can find. */
const listed = (s: SlabId) =>
  and(
    or(mm.tiny, mm.debugCaches),
    k.slab.at(s).cache.notNull(),
    oneAtATime(k.slab.at(s).cache),
    or(k.node.at(k.slab.at(s).cache).partial.at(s), k.node.at(k.slab.at(s).cache).full.at(s)),
  );

export const guards = property(
  "guards",
  "a CPU's main and spare sheaf change under its lock, a barn's lists and counters under barn->lock; a node's lists and counters, and the slabs there of a debug cache, under its list_lock; page lists and stocks under theirs",
  ...[
    (c: Expr<Id<"cpu">>, b: Expr<Id<"bucket">>) => pcsOf(c, b).main,
    (c: Expr<Id<"cpu">>, b: Expr<Id<"bucket">>) => pcsOf(c, b).spare,
  ].map((cell) => guardedBy([cpu, bucket], cell, (self, c, b) => holds(self, sheavesLock(c, b)))),
  ...[(b: Expr<Id<"bucket">>) => h.barn.at(b).full, (b: Expr<Id<"bucket">>) => h.barn.at(b).empty].map((cell) =>
    guardedBy([bucket], cell, (self, b) => holds(self, barnLock(b))),
  ),
  ...[(b: Expr<Id<"bucket">>) => h.barn.at(b).nrFull, (b: Expr<Id<"bucket">>) => h.barn.at(b).nrEmpty].map((cell) =>
    guardedBy([bucket], cell, (self, b) => holds(self, barnLock(b))),
  ),
  guardedBy(
    [bucket, slab],
    (b, s) => k.node.at(b).partial.at(s),
    (self, b) => holds(self, listLock(b)),
  ),
  guardedBy(
    [bucket, slab],
    (b, s) => k.node.at(b).full.at(s),
    (self, b) => or(not(kmemCacheDebug(b)), holds(self, listLock(b))),
  ),
  guardedBy(
    [bucket],
    (b) => k.node.at(b).nrPartial,
    (self, b) => or(not(mm.accounting), holds(self, listLock(b))),
  ),
  guardedBy(
    [bucket],
    (b) => k.node.at(b).nrSlabs,
    (self, b) => or(not(mm.accounting), not(kmemCacheDebug(b)), holds(self, listLock(b))),
  ),
  ...[(s: SlabId) => k.slab.at(s).freelist, (s: SlabId) => k.slab.at(s).inuse].map((cell) =>
    guardedBy(
      [slab],
      (s) => cell(s),
      (self, s) => or(not(listed(s)), holds(self, listLock(k.slab.at(s).cache))),
    ),
  ),
  guardedBy(
    [cpu],
    (c) => p.pcpList.at(c),
    (self, c) => holds(self, pcpLock(c)),
  ),
  guardedBy(
    [],
    () => p.zoneList,
    (self) => holds(self, zoneLock(element(zone, 0))),
  ),
  ...stockIsLocked,
);

const isHere = (self: Self, c: Expr<Id<"cpu">>) => thisCpu(self).eq(c);

export const S17 = property(
  "S17",
  "a CPU's sheaves of a bucket, and its stock, are changed on that CPU only: who noted which CPU it is on has not moved since",
  guardedBy([cpu, bucket], (c, b) => pcsOf(c, b).main, isHere, { access: "write" }),
  guardedBy([cpu, bucket], (c, b) => pcsOf(c, b).spare, isHere, { access: "write" }),
  ...stockStaysHere,
);
