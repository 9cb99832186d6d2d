/** S16: what is charged to a cgroup is what its objects and its stocks have. */
import {
  and,
  atRest,
  count,
  type Expr,
  forAll,
  type Id,
  implies,
  ite,
  lit,
  property,
  setEach,
  track,
  whenever,
} from "../../checker/language/index.ts";
import { cfg, cpu, objcg } from "../machine/config.ts";
import type { Self } from "../machine/state.ts";
import { memcgSlabFreeHook } from "../memcg/slab-hooks.ts";
import { MOST_BYTES, mc } from "../memcg/state.ts";
import { kmalloc } from "../slub/kmalloc.ts";
import { kmallocNolock } from "../slub/kmalloc-nolock.ts";
import { object } from "../slub/sets.ts";
import { g } from "./ghosts.ts";

/** An object that its caller gets is charged to the caller's objcg, and is until somebody asks to free it. */
const chargedTo = (self: Self, got: Expr<Id<"object"> | null>) =>
  setEach(object, (x) =>
    g.chargedTo.at(x).set(ite<Id<"objcg"> | null>(and(cfg.memcg, got.eq(x)), cfg.objcgOf.at(self), g.chargedTo.at(x))),
  );

const trackCharged = [
  track(kmalloc, "return", ({ self, ret }) => chargedTo(self, ret)),
  track(kmallocNolock, "return", ({ self, ret }) => chargedTo(self, ret)),
  track(memcgSlabFreeHook, "record", ({ x }) => g.chargedTo.at(x).set(lit(null))),
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
  "at rest a cgroup is charged for its live objects, its stocks and nr_charged_bytes; a free returns what was charged",
  atRest(
    forAll(objcg, (o) =>
      implies(
        cfg.memcg,
        mc.objcg
          .at(o)
          .pages.plus(mc.objcg.at(o).pages)
          .eq(live(o).plus(stocked(o)).plus(mc.objcg.at(o).charged)),
      ),
    ),
  ),
  whenever(memcgSlabFreeHook, "record", ({ x }) => mc.objExts.at(x).eq(g.chargedTo.at(x))),
  ...trackCharged,
);
