/** S16: what is charged to a cgroup is what its objects and its stocks have; and so are the references to its objcg. */

import {
  and,
  atRest,
  count,
  type Expr,
  forAll,
  guardedBy,
  type Id,
  implies,
  ite,
  lit,
  not,
  or,
  property,
  setEach,
  track,
  whenever,
} from "../../checker/language/index.ts";
import { localLockIrqsaveCheck } from "../locks/irqsave-check.ts";
import { cpu } from "../machine/sets.ts";
import { type Self, thisCpu } from "../machine/state.ts";
import { stockIsLocked } from "../memcg/charge-atomic.ts";
import { MOST_BYTES, mc } from "../memcg/state.ts";
import { mm } from "../mm/config.ts";
import { isOfStock } from "../mm/locks.ts";
import { objcg, object } from "../mm/sets.ts";
import { kmalloc } from "../slub/kmalloc.ts";
import { kmallocNolock } from "../slub/kmalloc-nolock.ts";
import { memcgSlabFreeHook, memcgSlabPostAllocHook } from "../slub/slab-hooks.ts";
import { g } from "./ghosts.ts";

/** An object that its caller gets is charged to the caller's objcg, and is until somebody asks to free it. */
const chargedTo = (self: Self, got: Expr<Id<"object"> | null>) =>
  setEach(object, (x) =>
    g.chargedTo.at(x).set(ite<Id<"objcg"> | null>(and(mm.memcg, got.eq(x)), mm.objcgOf.at(self), g.chargedTo.at(x))),
  );

const trackCharged = [
  track(kmalloc, "return", ({ self, ret }) => chargedTo(self, ret)),
  track(kmallocNolock, "return", ({ self, ret }) => chargedTo(self, ret)),
  track(memcgSlabFreeHook, "record", ({ x }) => g.chargedTo.at(x).set(lit(null))),
];

const here = (self: Self, c: Expr<Id<"cpu">>) => thisCpu(self).eq(c);
const askedHere = ({ self, which }: { self: Self; which: Expr<Id<"localLock">> }) =>
  or(not(isOfStock(which)), g.stockAsked.at(self).isNull(), g.stockAsked.at(self).eq(thisCpu(self)));

/** Of S17: a stock is used on its own CPU; and v1, where an allocation may not spin, on the CPU where it asked. */
export const stockStaysHere = [
  guardedBy([cpu], (c) => mc.objStock.at(c).cached, here),
  guardedBy([cpu], (c) => mc.objStock.at(c).bytes, here),
  whenever(localLockIrqsaveCheck, "irqSave", askedHere),
  whenever(localLockIrqsaveCheck, "tryIrqSave", askedHere),
  whenever(localLockIrqsaveCheck, "migrateDisable", askedHere),
  track(memcgSlabPostAllocHook, "objcg", ({ self }) => g.stockAsked.at(self).set(lit(null))),
  track(stockIsLocked, "which", ({ self, pinned }) =>
    g.stockAsked.at(self).set(ite<Id<"cpu"> | null>(pinned, thisCpu(self), lit(null))),
  ),
];

type Objcg = Expr<Id<"objcg">>;

/** Bytes of all stocks that have this objcg: how many have at least one, at least two, .. */
const stocked = (o: Objcg): Expr<number> =>
  Array.from({ length: MOST_BYTES }, (_, n) =>
    count(cpu, (c) => and(mc.objStock.at(c).cached.eq(o), mc.objStock.at(c).bytes.gt(n))),
  ).reduce((sum, one) => sum.plus(one));

const live = (o: Objcg): Expr<number> => count(object, (x) => g.chargedTo.at(x).eq(o));

export const S16 = property(
  "S16",
  "at rest a cgroup is charged for its live objects, its stocks and nr_charged_bytes; what is charged is recorded and returned",
  atRest(
    forAll(objcg, (o) =>
      implies(
        mm.memcg,
        mc.objcg
          .at(o)
          .pages.plus(mc.objcg.at(o).pages)
          .eq(live(o).plus(stocked(o)).plus(mc.objcg.at(o).charged)),
      ),
    ),
  ),
  atRest(forAll(object, (x) => implies(mm.memcg, mc.objExts.at(x).eq(g.chargedTo.at(x))))),
  whenever(memcgSlabFreeHook, "record", ({ x }) => mc.objExts.at(x).eq(g.chargedTo.at(x))),
  ...trackCharged,
);

/** For specs in which no cgroup is gone. */
export const references = property(
  "references",
  "at rest an objcg has one reference of its cgroup, one of each of its objects, and one of each stock that has it",
  atRest(
    forAll(objcg, (o) =>
      implies(
        mm.memcg,
        mc.objcg.at(o).refs.eq(
          count(object, (x) => mc.objExts.at(x).eq(o))
            .plus(count(cpu, (c) => mc.objStock.at(c).cached.eq(o)))
            .plus(1),
        ),
      ),
    ),
  ),
);
