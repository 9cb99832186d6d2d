/**
 * S12: whether a node's counters are true. Also what belongs to list_lock alone: who may find it held.
 *
 * For debug caches a reader of /sys compares n->nr_slabs with the lists under list_lock, so there it must be true whenever
 * list_lock is free; other caches count without the lock.
 */

import {
  and,
  atRest,
  compose,
  count,
  type Expr,
  exists,
  forAll,
  type Id,
  implies,
  invariant,
  not,
  property,
  whenever,
} from "../../checker/language/index.ts";
import { rtSpinTrylock } from "../locks/rt-mutex.ts";
import { spinTrylockIrqsave } from "../locks/spinlock.ts";
import { l } from "../locks/state.ts";
import { chainOf, sameCpu } from "../machine/state.ts";
import { mm } from "../mm/config.ts";
import { isListLock, listLock } from "../mm/locks.ts";
import { bucket, object, slab, slot } from "../mm/sets.ts";
import { freeDeferredObjects } from "../slub/defer-free.ts";
import { k, kmemCacheDebug } from "../slub/state.ts";
import { g, trackAllocated } from "./ghosts.ts";

type BucketOf = Expr<Id<"bucket">>;

export const listLockFree = (b: BucketOf) => {
  const { holder, owner } = l.lock.at(listLock(b));
  return and(holder.isNull(), owner.isNull());
};

const onPartial = (b: BucketOf) => count(slab, (s) => k.node.at(b).partial.at(s));
const onFull = (b: BucketOf) => count(slab, (s) => k.node.at(b).full.at(s));

export const S12 = property(
  "S12",
  'n->nr_partial is the length of the list whenever list_lock is free, n->nr_slabs the number of slabs: of debug caches then too, of others at rest (a spec that asks has "accounting")',
  invariant(
    and(
      mm.accounting,
      forAll(bucket, (b) => implies(listLockFree(b), k.node.at(b).nrPartial.eq(onPartial(b)))),
    ),
  ),
  invariant(
    and(
      mm.accounting,
      forAll(bucket, (b) =>
        implies(and(kmemCacheDebug(b), listLockFree(b)), k.node.at(b).nrSlabs.eq(onPartial(b).plus(onFull(b)))),
      ),
    ),
  ),
  atRest(
    and(
      mm.accounting,
      forAll(bucket, (b) => k.node.at(b).nrSlabs.eq(count(slab, (s) => k.slab.at(s).cache.eq(b)))),
    ),
  ),
);

export const E27 = property(
  "E27",
  "a trylock of list_lock never fails for a holder below on the same CPU, or for the current task as its owner",
  whenever(
    spinTrylockIrqsave,
    "try",
    ({ self, which }) => not(and(isListLock(which), sameCpu(l.lock.at(which).holder, self))),
    { to: "undo" },
  ),
  whenever(rtSpinTrylock, "fast", ({ self, which }) =>
    not(and(isListLock(which), l.lock.at(which).owner.eq(chainOf(self)))),
  ),
);

export const E11 = property(
  "E11",
  "a new slab that was deferred and is given up has no object in use",
  whenever(freeDeferredObjects, "freeSlab", ({ slab: s }) =>
    and(k.slab.at(s).inuse.eq(0), not(exists(slot, (t) => g.allocated.at(compose(object, { slab: s, slot: t }))))),
  ),
  ...trackAllocated,
);
