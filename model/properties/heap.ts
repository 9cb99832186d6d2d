/** S2 to S6, S11, S13, S21: what the heap must look like. */

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
  not,
  or,
  property,
  whenever,
} from "../../checker/language/index.ts";
import { l } from "../locks/state.ts";
import { cpu } from "../machine/sets.ts";
import { mm } from "../mm/config.ts";
import { cpuSlabLock } from "../mm/locks.ts";
import { bucket, object, slab } from "../mm/sets.ts";
import { p } from "../page/state.ts";
import { allocSingleFromNewSlab } from "../slub/alloc-single-from-new-slab.ts";
import { allocSingleFromPartial } from "../slub/alloc-single-from-partial.ts";
import { deferFree } from "../slub/defer-free.ts";
import { doSlabFree } from "../slub/do-slab-free.ts";
import { freeToPartialList } from "../slub/free-to-partial-list.ts";
import { listsOf } from "../slub/lists.ts";
import { slabAlloc } from "../slub/slab-alloc.ts";
import { slabAllocNode } from "../slub/slab-alloc-node.ts";
import { slabFree } from "../slub/slab-free.ts";
import { cpuSlabOf, freelist, k, kmemCacheDebug, oneAtATime, slabOf } from "../slub/state.ts";
import { listLockFree } from "./accounting.ts";
import { deferred } from "./deferred.ts";
import { g, trackAllocated, trackHeld, trackWindow } from "./ghosts.ts";
import { pagesOfS2, pagesOfS4, pagesOfS6, pagesOfS13, pagesOfS18 } from "./pages.ts";

type ObjectOf = Expr<Id<"object">>;
type SlabOf = Expr<Id<"slab">>;

const isSlab = (s: SlabOf | Expr<Id<"slab"> | null>) => k.slab.at(s).cache.notNull();

export const S2 = property(
  "S2",
  "a page is free, or a slab, or somebody's: it is handed out and taken back once; no object of a freed slab is touched",
  ...pagesOfS2,
  whenever(slabFree, "entry", ({ x }) => {
    const { cache } = k.slab.at(slabOf(x));
    return or(cache.isNull(), not(k.cache.at(cache).destroyed));
  }),
  whenever(slabAllocNode, "cmpxchg", ({ b, obj }) => k.slab.at(slabOf(obj)).cache.eq(b), { to: "done" }),
  whenever(slabAlloc, "storeFreelist", ({ b, freelist: x }) => k.slab.at(slabOf(x)).cache.eq(b), { to: "loadTid" }),
  whenever(allocSingleFromPartial, "take", ({ b, slab: s }) => k.slab.at(s).cache.eq(b)),
  whenever(freeToPartialList, "free", ({ b, slab: s }) => k.slab.at(s).cache.eq(b)),
);

export const S3 = property(
  "S3",
  "an object is handed out only when nobody has it",
  whenever(slabAllocNode, "cmpxchg", ({ obj }) => not(g.allocated.at(obj)), { to: "done" }),
  whenever(slabAlloc, "storeFreelist", ({ freelist: x }) => not(g.allocated.at(x)), { to: "loadTid" }),
  whenever(allocSingleFromPartial, "take", ({ object: x }) => not(g.allocated.at(x)), { to: "full" }),
  whenever(allocSingleFromNewSlab, "take", ({ object: x }) => not(g.allocated.at(x)), { to: "locked" }),
  ...trackAllocated,
);

/** What may become the head of c->freelist: nil, or a free object of the CPU's slab. */
const installable = (next: Expr<Id<"object"> | null | "garbage">, of: Expr<Id<"slab"> | null>) =>
  or(next.isNull(), and(of.eq(slabOf(next)), not(g.allocated.at(next))));

export const S4 = property(
  "S4",
  "nothing cuts a slow path between its read of c->freelist, or of a list of pages, and the write computed from it",
  whenever(slabAllocNode, "cmpxchg", ({ c, b }) => not(g.window.at(c).at(b)), { to: "done" }),
  whenever(doSlabFree, "cmpxchg", ({ c, b }) => not(g.window.at(c).at(b)), { to: "done" }),
  whenever(slabAllocNode, "cmpxchg", ({ c, b, next }) => installable(next, cpuSlabOf(c, b).slab), { to: "done" }),
  whenever(slabAlloc, "storeFreelist", ({ c, b, next }) => installable(next, cpuSlabOf(c, b).slab), { to: "loadTid" }),
  ...pagesOfS4,
  ...trackAllocated,
  ...trackWindow,
);

export const S5 = property(
  "S5",
  "an object is freed only by whoever it was handed to, once",
  whenever(doSlabFree, "cmpxchg", ({ x }) => g.allocated.at(x), { to: "done" }),
  whenever(doSlabFree, "lockedStore", ({ x }) => g.allocated.at(x)),
  whenever(slabFree, "cmpxchg", ({ x }) => g.allocated.at(x), { to: "after" }),
  whenever(slabFree, "read", ({ x }) => or(mm.cmpxchgDouble, g.allocated.at(x))),
  whenever(freeToPartialList, "free", ({ x }) => g.allocated.at(x)),
  whenever(deferFree, "push", ({ x }) => and(g.allocated.at(x), not(deferred(x)))),
  whenever(doSlabFree, "defer", ({ x }) => and(g.allocated.at(x), not(deferred(x)))),
  ...trackAllocated,
);

const onSlabList = (x: ObjectOf) => freelist(k.slab.at(slabOf(x)).freelist).has(x);
const onCpuList = (x: ObjectOf) =>
  exists(cpu, (c) =>
    exists(bucket, (b) => and(cpuSlabOf(c, b).slab.eq(slabOf(x)), freelist(cpuSlabOf(c, b).freelist).has(x))),
  );

/** Whose slab it is. */
const cpusOf = (s: SlabOf) => count(cpu, (c) => exists(bucket, (b) => cpuSlabOf(c, b).slab.eq(s)));

const lockFree = (c: Expr<Id<"cpu">>, b: Expr<Id<"bucket">>) => {
  const { holder, owner } = l.lock.at(cpuSlabLock(c, b));
  return and(holder.isNull(), owner.isNull());
};

/** Whether it is the slab of a CPU that is not in its lock section. */
const settledOn = (c: Expr<Id<"cpu">>, s: SlabOf) =>
  exists(bucket, (b) => and(cpuSlabOf(c, b).slab.eq(s), lockFree(c, b)));

/**
 * In c->lock a full slab is unfrozen before it leaves c->slab: in between a free on another CPU may list it, and a third
 * CPU make it its own.
 */
export const S18 = property(
  "S18",
  "a slab is on one list at a time; the slab of a CPU (outside its lock section) is on none, nor another CPU's; a page is on one list at a time, and none is a circle",
  invariant(
    forAll(slab, (s) =>
      listsOf(s)
        .plus(count(context, (f) => k.detached.at(f).at(s)))
        .le(1),
    ),
  ),
  invariant(forAll(slab, (s) => count(cpu, (c) => settledOn(c, s)).le(1))),
  invariant(forAll(slab, (s) => or(listsOf(s).eq(0), not(exists(cpu, (c) => settledOn(c, s)))))),
  ...pagesOfS18,
);

const places = (s: SlabOf) => cpusOf(s).plus(listsOf(s));

const isFull = (s: SlabOf) => and(k.slab.at(s).freelist.isNull(), k.slab.at(s).inuse.eq(mm.objects));

export const S6 = property(
  "S6",
  "nothing is lost: at rest somebody has an object, or it is on one freelist; a slab is full or in one place; so is a page",
  atRest(
    forAll(object, (x) =>
      implies(
        isSlab(slabOf(x)),
        or(
          and(g.allocated.at(x), or(g.held.at(x), deferred(x)), not(onSlabList(x)), not(onCpuList(x))),
          and(not(g.allocated.at(x)), onSlabList(x), not(onCpuList(x))),
          and(not(g.allocated.at(x)), not(onSlabList(x)), onCpuList(x)),
        ),
      ),
    ),
  ),
  atRest(
    forAll(slab, (s) =>
      implies(isSlab(s), or(places(s).eq(1), and(places(s).eq(0), isFull(s), not(kmemCacheDebug(k.slab.at(s).cache))))),
    ),
  ),
  atRest(forAll(object, (x) => implies(not(isSlab(slabOf(x))), not(g.allocated.at(x))))),
  atRest(forAll(slab, (s) => implies(not(isSlab(s)), places(s).eq(0)))),
  ...pagesOfS6,
  ...trackAllocated,
  ...trackHeld,
);

const countIsTrue = (s: SlabOf) =>
  k.slab
    .at(s)
    .inuse.plus(freelist(k.slab.at(s).freelist).length())
    .eq(mm.objects);

export const S11 = property(
  "S11",
  "a slab's count of objects in use is true, at rest (debug caches: whenever list_lock is free): all but those on slab->freelist",
  atRest(forAll(slab, (s) => implies(isSlab(s), countIsTrue(s)))),
  invariant(
    or(
      not(or(mm.tiny, mm.debugCaches)),
      forAll(bucket, (b) =>
        implies(
          and(oneAtATime(b), listLockFree(b)),
          forAll(slab, (s) => implies(or(k.node.at(b).partial.at(s), k.node.at(b).full.at(s)), countIsTrue(s))),
        ),
      ),
    ),
  ),
);

export const S13 = property(
  "S13",
  "a slab's page has reference count 0 all its life; a page is freed with count 0, by the last who counts it",
  invariant(
    implies(
      mm.pages,
      forAll(slab, (s) => implies(isSlab(s), p.page.at(s).refcount.eq(0))),
    ),
  ),
  ...pagesOfS13,
);

export const S21 = property(
  "S21",
  "a CPU's slab is frozen (outside its lock section); a slab on a partial list is not",
  invariant(
    forAll(cpu, (c) =>
      forAll(bucket, (b) =>
        implies(and(cpuSlabOf(c, b).slab.notNull(), lockFree(c, b)), k.slab.at(cpuSlabOf(c, b).slab).frozen),
      ),
    ),
  ),
  invariant(forAll(bucket, (b) => forAll(slab, (s) => implies(k.node.at(b).partial.at(s), not(k.slab.at(s).frozen))))),
  invariant(
    forAll(cpu, (c) =>
      forAll(bucket, (b) => forAll(slab, (s) => implies(cpuSlabOf(c, b).partial.at(s), not(k.slab.at(s).frozen)))),
    ),
  ),
);

/** Rows that put on a list, take off one, or give up say it themselves (`fails`): `model/slub/lists.ts`. */
export const lists = property(
  "lists",
  "what is put on a list is on none, and what is taken off a list is on it: slabs on partial, full and deferred lists, objects on deferred ones",
);

export const givenUp = property(
  "givenUp",
  "a slab is given up only where it is no CPU's, on no list, and nobody has an object of it",
);

/** Rows of versions and variants that may break it say so themselves (`fails`). */
export const S15 = property("S15", "a bucket is looked up only for a size that has one");
