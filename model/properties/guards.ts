/** What protects which cells: whoever touches them holds it, but for reads that the C makes racily on purpose. */

import { and, type Expr, element, guardedBy, type Id, ite, not, or, property } from "../../checker/language/index.ts";
import { l } from "../locks/state.ts";
import { cfg } from "../machine/config.ts";
import { cpu } from "../machine/sets.ts";
import { chainOf, type Self } from "../machine/state.ts";
import { mc } from "../memcg/state.ts";
import { mm } from "../mm/config.ts";
import { cpuSlabLock, listLock, pcpLock, stockLock, zoneLock } from "../mm/locks.ts";
import { bucket, slab, zone } from "../mm/sets.ts";
import { p } from "../page/state.ts";
import { cpuSlabOf, k, kmemCacheDebug, oneAtATime, type SlabId } from "../slub/state.ts";

/**
 * The frame holds the lock, or (PREEMPT_RT) its task does. Without SMP the model remembers who came first: a frame above
 * that walks in by an empty trylock does not hold it.
 */
const holds = (self: Self, which: Expr<Id<"lock">>) =>
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
  "c->slab and c->partial change under c->lock; a node's lists and counters, and the slabs there of a debug cache, under its list_lock; page lists and stocks under theirs",
  guardedBy(
    [cpu, bucket],
    (c, b) => cpuSlabOf(c, b).slab,
    (self, c, b) => holds(self, cpuSlabLock(c, b)),
    { access: "write" },
  ),
  guardedBy(
    [cpu, bucket, slab],
    (c, b, s) => cpuSlabOf(c, b).partial.at(s),
    (self, c, b) => holds(self, cpuSlabLock(c, b)),
    { access: "write" },
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
    (c) => mc.objStock.at(c).cached,
    (self, c) => holds(self, stockLock(c)),
  ),
  guardedBy(
    [cpu],
    (c) => mc.objStock.at(c).bytes,
    (self, c) => holds(self, stockLock(c)),
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
);
