/** What protects which cells: whoever touches them holds it, but for reads that the C makes racily on purpose. */
import { type Expr, element, guardedBy, type Id, ite, property } from "../../checker/language/index.ts";
import { cpuSlabLock, l, listLock, pcpLock, stockLock, zone, zoneLock } from "../locks/state.ts";
import { cfg, cpu } from "../machine/config.ts";
import { chainOf, type Self } from "../machine/state.ts";
import { mc } from "../memcg/state.ts";
import { p } from "../page/state.ts";
import { bucket, slab } from "../slub/sets.ts";
import { cpuSlabOf, k } from "../slub/state.ts";

/**
 * The frame holds the lock, or (PREEMPT_RT) its task does. Without SMP the model remembers who came first: a frame above
 * that walks in by an empty trylock does not hold it.
 */
const holds = (self: Self, which: Expr<Id<"lock">>) =>
  ite(cfg.preemptRt, l.lock.at(which).owner.eq(chainOf(self)), l.lock.at(which).holder.eq(self));

export const guards = property(
  "guards",
  "c->slab and c->partial change under c->lock, a node's partial list under its list_lock, page lists and stocks under theirs",
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
