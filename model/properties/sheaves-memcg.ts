/** S16 and `references` since 7.0, as in `memcg.ts`, of stocks with several slots; and who may touch a stock. */
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
  property,
  setEach,
  track,
  whenever,
} from "../../checker/language/index.ts";
import { l } from "../locks/state.ts";
import { cfg } from "../machine/config.ts";
import { cpu } from "../machine/sets.ts";
import { chainOf, inNmi, type Self, thisCpu } from "../machine/state.ts";
import { objCgroupRelease } from "../memcg/obj-cgroup-release.ts";
import { memcgSlabFreeHook } from "../memcg/slab-free-hook.ts";
import { accountCells, MOST_BYTES } from "../memcg/state.ts";
import { ms, slotOf, stockSlot } from "../memcg/stock-slots.ts";
import { mm } from "../mm/config.ts";
import { stockLock } from "../mm/locks.ts";
import { objcg, object } from "../mm/sets.ts";
import { kmalloc } from "../sheaves/kmalloc.ts";
import { kmallocNolock } from "../sheaves/kmalloc-nolock.ts";
import { g } from "./ghosts.ts";

type Objcg = Expr<Id<"objcg">>;
type Cpu = Expr<Id<"cpu">>;

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

/** Slots of all stocks, counted where a test says so. */
const slotsWhere = (test: (slot: ReturnType<typeof slotOf>) => Expr<boolean>): Expr<number> =>
  count(cpu, (c) => count(stockSlot, (i) => test(slotOf(c, i))).gt(0)).plus(
    count(cpu, (c) => count(stockSlot, (i) => test(slotOf(c, i))).gt(1)),
  );

/** Bytes of all stocks that have this objcg: how many slots have at least one, at least two, .. */
const stocked = (o: Objcg): Expr<number> =>
  Array.from({ length: MOST_BYTES }, (_, n) =>
    slotsWhere(({ cached, bytes }) => and(cached.eq(o), bytes.gt(n))),
  ).reduce((sum, one) => sum.plus(one));

const live = (o: Objcg): Expr<number> => count(object, (x) => g.chargedTo.at(x).eq(o));

export const S16 = property(
  "S16",
  "at rest a cgroup is charged for its live objects, its stocks and nr_charged_bytes; what is charged is recorded and returned",
  atRest(
    forAll(objcg, (o) => {
      const { pages, charged } = accountCells.objcg.at(o);
      return implies(mm.memcg, pages.plus(pages).eq(live(o).plus(stocked(o)).plus(charged)));
    }),
  ),
  atRest(forAll(object, (x) => implies(mm.memcg, accountCells.objExts.at(x).eq(g.chargedTo.at(x))))),
  whenever(memcgSlabFreeHook, "record", ({ x }) => accountCells.objExts.at(x).eq(g.chargedTo.at(x))),
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
        accountCells.objcg.at(o).refs.eq(
          count(object, (x) => accountCells.objExts.at(x).eq(o))
            .plus(slotsWhere(({ cached }) => cached.eq(o)))
            .plus(1),
        ),
      ),
    ),
  ),
);

export const E58 = property(
  "E58",
  "no NMI releases an objcg: kfree_rcu(), and kfree(), are not for it",
  whenever(objCgroupRelease, "kfreeRcu", ({ self }) => not(inNmi(self))),
);

const ownsStock = (self: Self, c: Cpu) =>
  ite(cfg.preemptRt, l.lock.at(stockLock(c)).owner.eq(chainOf(self)), l.lock.at(stockLock(c)).holder.eq(self));
const isHere = (self: Self, c: Cpu) => thisCpu(self).eq(c);

const guarded = (by: (self: Self, c: Cpu) => Expr<boolean>) => [
  guardedBy(
    [cpu, stockSlot],
    (c, i) => slotOf(c, i).cached,
    (self, c) => by(self, c),
  ),
  guardedBy(
    [cpu, stockSlot],
    (c, i) => slotOf(c, i).bytes,
    (self, c) => by(self, c),
  ),
  guardedBy([cpu], (c) => ms.stock.at(c).drainIdx, by),
];

/** Of `guards` and S17: a stock is used under its lock, on its own CPU. */
export const stockIsLocked = guarded(ownsStock);
export const stockStaysHere = guarded(isHere);
