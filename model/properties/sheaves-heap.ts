/** S2, S3, S5, S6, S18, S22 to S24 since 7.0: what slabs, sheaves and barns must look like. */

import {
  and,
  atRest,
  context,
  count,
  type Expr,
  exists,
  forAll,
  type Id,
  implies,
  invariant,
  ite,
  lit,
  not,
  or,
  property,
  whenever,
} from "../../checker/language/index.ts";
import { l } from "../locks/state.ts";
import { cpu } from "../machine/sets.ts";
import { mm } from "../mm/config.ts";
import { bucket, object, slab } from "../mm/sets.ts";
import { allocFromPcs } from "../sheaves/alloc-from-pcs.ts";
import { allocSingleFromPartial, freeToPartialList } from "../sheaves/debug-caches.ts";
import { deferFree } from "../sheaves/defer-free.ts";
import { freeToPcs } from "../sheaves/free-to-pcs.ts";
import { freeToSlab } from "../sheaves/free-to-slab.ts";
import { getFromPartialNode } from "../sheaves/get-from-partial-node.ts";
import { isDeferred, listsOf } from "../sheaves/lists.ts";
import {
  barnList,
  barnLock,
  capacityOf,
  h,
  pcsOf,
  places,
  sheaf,
  sheafOf,
  sheavesLock,
  sheavesWith,
} from "../sheaves/state.ts";
import { freelist, k, kmemCacheDebug, oneAtATime, slabOf } from "../slub/state.ts";
import { g } from "./ghosts.ts";
import { pagesOfS2, pagesOfS4, pagesOfS6, pagesOfS18 } from "./pages.ts";
import { trackAllocated, trackHeld } from "./sheaves-ghosts.ts";

type SlabOf = Expr<Id<"slab">>;
type ObjectOf = Expr<Id<"object">>;
type SheafOf = Expr<Id<"sheaf">>;
type Bucket = Expr<Id<"bucket">>;

const isSlab = (s: SlabOf | Expr<Id<"slab"> | null>) => k.slab.at(s).cache.notNull();

export const S2 = property(
  "S2",
  "a page is free, or a slab, or somebody's: it is handed out and taken back once; no object of a freed slab is touched",
  ...pagesOfS2,
  whenever(allocFromPcs, "take", ({ b, object: x }) => k.slab.at(slabOf(x)).cache.eq(b)),
  whenever(getFromPartialNode, "cmpxchg", ({ b, slab: s }) => k.slab.at(s).cache.eq(b), { to: "taken" }),
  whenever(allocSingleFromPartial, "take", ({ b, slab: s }) => k.slab.at(s).cache.eq(b)),
  whenever(freeToPartialList, "free", ({ b, slab: s }) => k.slab.at(s).cache.eq(b)),
);

export const S3 = property(
  "S3",
  "an object is handed out only when nobody has it",
  whenever(allocFromPcs, "take", ({ object: x }) => not(g.allocated.at(x))),
  whenever(getFromPartialNode, "cmpxchg", ({ old }) => not(g.allocated.at(old)), { to: "taken" }),
  whenever(getFromPartialNode, "takenSlow", ({ old }) => not(g.allocated.at(old))),
  whenever(allocSingleFromPartial, "take", ({ object: x }) => not(g.allocated.at(x)), { to: "full" }),
  ...trackAllocated,
);

/** Rows that install a link word that somebody owns say so themselves (`fails`). */
export const S4 = property(
  "S4",
  "nothing cuts a path between its read of a freelist, or of a list of pages, and the write computed from it",
  ...pagesOfS4,
);

export const S5 = property(
  "S5",
  "an object is freed only by whoever it was handed to, once",
  whenever(freeToPcs, "store", ({ x }) => g.allocated.at(x)),
  whenever(freeToSlab, "entry", ({ x }) => g.allocated.at(x)),
  whenever(deferFree, "push", ({ x }) => and(g.allocated.at(x), not(isDeferred(x)))),
  ...trackAllocated,
);

const one = (test: Expr<boolean>) => ite<number>(test, lit(1), lit(0));
const onSlabList = (x: ObjectOf) => freelist(k.slab.at(slabOf(x)).freelist).has(x);

/** Where an object is: on its slab's freelist, in a sheaf, with a caller, or put off. */
const placesOf = (x: ObjectOf) =>
  one(onSlabList(x))
    .plus(sheavesWith(x))
    .plus(one(and(g.allocated.at(x), or(g.held.at(x), isDeferred(x)))));

const isFull = (s: SlabOf) => and(k.slab.at(s).freelist.isNull(), k.slab.at(s).inuse.eq(mm.objects));
const isolated = (s: SlabOf) => exists(context, (f) => h.isolated.at(f).at(s));

export const S6 = property(
  "S6",
  "nothing is lost: at rest an object is on its slab's freelist, in one sheaf, with somebody, or put off; a slab is full or on one list",
  atRest(forAll(object, (x) => implies(isSlab(slabOf(x)), placesOf(x).eq(1)))),
  atRest(
    forAll(slab, (s) =>
      implies(
        isSlab(s),
        and(
          not(isolated(s)),
          or(listsOf(s).eq(1), and(listsOf(s).eq(0), isFull(s), not(kmemCacheDebug(k.slab.at(s).cache)))),
        ),
      ),
    ),
  ),
  atRest(forAll(object, (x) => implies(not(isSlab(slabOf(x))), and(not(g.allocated.at(x)), sheavesWith(x).eq(0))))),
  atRest(forAll(slab, (s) => implies(not(isSlab(s)), listsOf(s).eq(0)))),
  ...pagesOfS6,
  ...trackAllocated,
  ...trackHeld,
);

export const S18 = property(
  "S18",
  "a slab is on one list at a time; a page is on one list at a time, and none is a circle",
  invariant(forAll(slab, (s) => listsOf(s).le(1))),
  ...pagesOfS18,
);

const lockFree = (which: Expr<Id<"lock">>) => {
  const { holder, owner } = l.lock.at(which);
  return and(holder.isNull(), owner.isNull());
};

/** Its lock is free: what it says is what the next one finds. */
const settled = (c: Expr<Id<"cpu">>, b: Bucket) => and(not(oneAtATime(b)), lockFree(sheavesLock(c, b)));
const barnIsFree = (b: Bucket) => and(not(oneAtATime(b)), lockFree(barnLock(b)));

export const S22 = property(
  "S22",
  "a CPU has a main sheaf wherever its lock is free; an empty sheaf of a barn is empty; what stands in a sheaf is free and of its bucket",
  invariant(forAll(cpu, (c) => forAll(bucket, (b) => implies(settled(c, b), pcsOf(c, b).main.notNull())))),
  invariant(
    forAll(bucket, (b) =>
      implies(
        barnIsFree(b),
        forAll(sheaf, (x) => implies(barnList(h.barn.at(b).empty).has(x), sheafOf(x).size.eq(0))),
      ),
    ),
  ),
  invariant(
    forAll(sheaf, (x) =>
      or(
        sheafOf(x).cache.isNull(),
        and(
          sheafOf(x).size.le(capacityOf(sheafOf(x).cache)),
          forAll(places, (i) => {
            const here = sheafOf(x).objects.at(i);
            return implies(
              i.lt(sheafOf(x).size),
              and(here.notNull(), not(g.allocated.at(here)), k.slab.at(slabOf(here)).cache.eq(sheafOf(x).cache)),
            );
          }),
        ),
      ),
    ),
  ),
  ...trackAllocated,
);

/** Places of a sheaf that others can find. While its lock is held, a CPU's main sheaf may be in the barn for a step. */
export const placesOfSheaf = (x: SheafOf) =>
  count(cpu, (c) => exists(bucket, (b) => and(settled(c, b), pcsOf(c, b).main.eq(x))))
    .plus(count(cpu, (c) => exists(bucket, (b) => and(settled(c, b), pcsOf(c, b).spare.eq(x)))))
    .plus(count(bucket, (b) => and(barnIsFree(b), barnList(h.barn.at(b).full).has(x))))
    .plus(count(bucket, (b) => and(barnIsFree(b), barnList(h.barn.at(b).empty).has(x))));

export const S23 = property(
  "S23",
  "a sheaf is in one place: a CPU's main or spare one, or on one list of its barn; at rest none is lost, and none that was given back is anywhere",
  invariant(forAll(sheaf, (x) => placesOfSheaf(x).le(1))),
  atRest(forAll(sheaf, (x) => placesOfSheaf(x).eq(one(sheafOf(x).cache.notNull())))),
);

export const S24 = property(
  "S24",
  "wherever its lock is free, a barn counts as many full and empty sheaves as are on its lists",
  invariant(
    forAll(bucket, (b) => {
      const { full, empty, nrFull, nrEmpty } = h.barn.at(b);
      return implies(barnIsFree(b), and(barnList(full).length().eq(nrFull), barnList(empty).length().eq(nrEmpty)));
    }),
  ),
);
