/** S25 and L7, and what S17, S23, L2, L5, `rests` and `guards` say besides where something waits for a grace period. */

import {
  alwaysPossible,
  and,
  anyOf,
  atRest,
  bool,
  context,
  count,
  type Expr,
  each,
  except,
  exists,
  forAll,
  ghosts,
  guardedBy,
  type Id,
  implies,
  invariant,
  ite,
  lit,
  not,
  or,
  type Property,
  property,
  rowsOf,
  setEach,
  standsIn,
  track,
  whenever,
  within,
} from "../../checker/language/index.ts";
import { l } from "../locks/state.ts";
import { workAt } from "../machine/irq-work.ts";
import { cpu } from "../machine/sets.ts";
import { type Self, thisCpu } from "../machine/state.ts";
import { bucket, object } from "../mm/sets.ts";
import { allocFromPcs } from "../sheaves/alloc-from-pcs.ts";
import { callRcu } from "../sheaves/call-rcu.ts";
import { allocSingleFromPartial } from "../sheaves/debug-caches.ts";
import { deferKfreeRcu } from "../sheaves/defer-kfree-rcu.ts";
import { deferredPercpuWork } from "../sheaves/deferred-percpu-work.ts";
import { flushRcuSheavesOnCache } from "../sheaves/flush-rcu-sheaves.ts";
import { getFromPartialNode } from "../sheaves/get-from-partial-node.ts";
import { kfree } from "../sheaves/kfree.ts";
import { kfreeCallRcuNolock } from "../sheaves/kfree-call-rcu-nolock.ts";
import { kfreeRcuSheaf } from "../sheaves/kfree-rcu-sheaf.ts";
import { kmemCacheDestroy, kvfreeRcuBarrier } from "../sheaves/kmem-cache-destroy.ts";
import { kvfreeCallRcu } from "../sheaves/kvfree-call-rcu.ts";
import { rcuFreeSheaf } from "../sheaves/rcu-free-sheaf.ts";
import { rcuFreeSheafNobarn } from "../sheaves/rcu-free-sheaf-nobarn.ts";
import { rcuRead } from "../sheaves/rcu-read.ts";
import { isPutOff, isSheafPutOff, queuedObject, queuedSheaf, r, rcuFreeOf } from "../sheaves/rcu-state.ts";
import { RCU_ROWS } from "../sheaves/rows.ts";
import { sheaf, sheafOf, sheavesLock, standsInSheaf } from "../sheaves/state.ts";
import { DEFERRED_WORK, k, oneAtATime, slabOf } from "../slub/state.ts";
import { freersReturn, g } from "./ghosts.ts";
import { somePageParked } from "./pages.ts";
import { guards, holds, S17 } from "./sheaves-guards.ts";
import { placesOfSheaf, S5, S23 } from "./sheaves-heap.ts";
import { L2, L5, noneListed, objectsListed, PUSHED, rests, returns, TAKES } from "./sheaves-progress.ts";

export const rcuGhosts = ghosts({
  /** Readers that were in their section when the object was given to kfree_rcu(), and are. */
  seenBy: each(object, each(context, bool)),
  /** The object was given to kfree_rcu(), and is not free yet. */
  given: each(object, bool),
  /** What a barrier of this frame has to wait for: given before, by a call that has returned. */
  owed: each(context, each(object, bool)),
});

type ObjectOf = Expr<Id<"object">>;
type SheafOf = Expr<Id<"sheaf">>;

const forgets = (x: ObjectOf) => [
  rcuGhosts.given.at(x).set(false),
  ...setEach(context, (f) => rcuGhosts.owed.at(f).at(x).set(false)),
];

/** The first who gives it: a callback that hands it on gives nothing. */
const isGiven = (self: Self, x: ObjectOf) => {
  const { given, seenBy } = rcuGhosts;
  return [
    given.at(x).set(true),
    g.freer.at(x).set(ite<Id<"context"> | null>(given.at(x), g.freer.at(x), self)),
    ...setEach(context, (f) =>
      seenBy
        .at(x)
        .at(f)
        .set(or(seenBy.at(x).at(f), and(not(given.at(x)), r.reading.at(f)))),
    ),
  ];
};

const trackGiven = [
  track(kfreeCallRcuNolock, "cache", ({ self, x }) => isGiven(self, x)),
  track(kvfreeCallRcu, "cache", ({ self, x }) => isGiven(self, x)),
  ...[rcuFreeSheaf, rcuFreeSheafNobarn].map((callback) =>
    track(callback, "prepare", ({ one }) =>
      setEach(object, (x) => [
        rcuGhosts.given.at(x).set(and(rcuGhosts.given.at(x), not(standsInSheaf(one, x)))),
        ...setEach(context, (f) =>
          rcuGhosts.owed
            .at(f)
            .at(x)
            .set(and(rcuGhosts.owed.at(f).at(x), not(standsInSheaf(one, x)))),
        ),
      ]),
    ),
  ),
  track(kfree, "cache", ({ x }) => forgets(x)),
  track(rcuRead, "unlock", ({ self }) => setEach(object, (x) => rcuGhosts.seenBy.at(x).at(self).set(false))),
  freersReturn,
];

const nobodyLooks = (x: Expr<Id<"object"> | null>) => not(exists(context, (f) => rcuGhosts.seenBy.at(x).at(f)));

export const S25 = property(
  "S25",
  "an object that was given to kfree_rcu() is handed out only when every reader has left who was in his section then",
  whenever(allocFromPcs, "take", ({ object: x }) => nobodyLooks(x)),
  whenever(getFromPartialNode, "cmpxchg", ({ old }) => nobodyLooks(old), { to: "taken" }),
  whenever(getFromPartialNode, "takenSlow", ({ old }) => nobodyLooks(old)),
  whenever(allocSingleFromPartial, "take", ({ object: x }) => nobodyLooks(x)),
  ...trackGiven,
);

const inRcuFree = (x: ObjectOf) =>
  exists(cpu, (c) => exists(bucket, (b) => and(rcuFreeOf(c, b).notNull(), standsInSheaf(rcuFreeOf(c, b), x))));

export const L7 = property(
  "L7",
  "when kvfree_rcu_barrier() returns every object is free that was given to kfree_rcu() before; at rest one that is not free waits in a CPU's rcu_free sheaf",
  whenever(kvfreeRcuBarrier, "waited" as "flush", ({ self }) =>
    not(exists(object, (x) => rcuGhosts.owed.at(self).at(x))),
  ),
  whenever(kmemCacheDestroy, "shutdown", ({ b }) =>
    not(exists(object, (x) => and(rcuGhosts.given.at(x), k.slab.at(slabOf(x)).cache.eq(b), g.freer.at(x).isNull()))),
  ),
  atRest(forAll(object, (x) => implies(rcuGhosts.given.at(x), inRcuFree(x)))),
  track(kvfreeRcuBarrier, "barrier", ({ self }) =>
    setEach(object, (x) =>
      rcuGhosts.owed
        .at(self)
        .at(x)
        .set(and(rcuGhosts.given.at(x), g.freer.at(x).isNull())),
    ),
  ),
  ...trackGiven,
);

const more = ({ name, sentence, clauses }: Property, ...others: Property["clauses"]): Property =>
  property(name, sentence, ...clauses, ...others);

/** The worker of a CPU takes the sheaf in one step, where nobody has the lock. */
const isWorker = (self: Self, c: Expr<Id<"cpu">>, b: Expr<Id<"bucket">>) => {
  const { holder, owner } = l.lock.at(sheavesLock(c, b));
  return and(standsIn(self, rowsOf(flushRcuSheavesOnCache, "wait")), holder.isNull(), owner.isNull());
};

const one = (test: Expr<boolean>) => ite<number>(test, lit(1), lit(0));
const lockFree = (c: Expr<Id<"cpu">>, b: Expr<Id<"bucket">>) => {
  const { holder, owner } = l.lock.at(sheavesLock(c, b));
  return and(not(oneAtATime(b)), holder.isNull(), owner.isNull());
};

/** Places of a sheaf that waits, or collects what will. */
const rcuPlacesOf = (x: SheafOf) =>
  count(cpu, (c) => exists(bucket, (b) => and(lockFree(c, b), rcuFreeOf(c, b).eq(x))))
    .plus(one(queuedSheaf(x).on.notNull()))
    .plus(one(isSheafPutOff(x)));

const placesWithRcu = (x: SheafOf) => placesOfSheaf(x).plus(rcuPlacesOf(x));

const nonePutOff = and(
  forAll(object, (x) => not(isPutOff(x))),
  forAll(sheaf, (x) => not(isSheafPutOff(x))),
);
const noneQueued = and(
  forAll(object, (x) => queuedObject(x).on.isNull()),
  forAll(sheaf, (x) => queuedSheaf(x).on.isNull()),
);

type Cpu = Expr<Id<"cpu">>;
const objectsByRcu = (c: Cpu) => exists(object, (x) => r.rcuWork.at(c).objects.at(x));
const sheavesByRcu = (c: Cpu) => exists(sheaf, (x) => r.rcuWork.at(c).sheaves.at(x));

/** Who has pushed on one of the lists and not yet queued; and a callback that has not come to the list yet. */
const RCU_PUSHED = anyOf(PUSHED, rowsOf(deferKfreeRcu, "queue"), rowsOf(kfreeRcuSheaf, "queue"));
const AFTER_OBJECTS = anyOf(rowsOf(deferredPercpuWork, "nextByRcu" as "free"), within(kvfreeCallRcu));
const BEFORE_SHEAVES = except(within(deferredPercpuWork), rowsOf(deferredPercpuWork, "nextSheaf" as "free"));
const BEFORE_OBJECTS = except(
  BEFORE_SHEAVES,
  anyOf(AFTER_OBJECTS, rowsOf(deferredPercpuWork, "takeSheaves" as "free"), within(callRcu)),
);

const isCalledFor = (c: Cpu, taking: ReturnType<typeof anyOf>) =>
  or(
    workAt(c, DEFERRED_WORK).queuedOn.notNull(),
    exists(context, (f) => standsIn(f, anyOf(RCU_PUSHED, taking))),
  );

/** Properties of every question, which say more where something waits for a grace period. */
export const RESTATED: Readonly<Record<string, Property>> = Object.fromEntries(
  [
    more(
      S5,
      whenever(kfreeRcuSheaf, "store", ({ x }) => g.allocated.at(x)),
      whenever(deferKfreeRcu, "push", ({ x }) => and(g.allocated.at(x), not(isPutOff(x)))),
    ),
    more(
      S17,
      guardedBy([cpu, bucket], rcuFreeOf, (self, c, b) => or(thisCpu(self).eq(c), isWorker(self, c, b)), {
        access: "write",
      }),
    ),
    property(
      "S23",
      S23.sentence,
      invariant(forAll(sheaf, (x) => placesWithRcu(x).le(1))),
      atRest(forAll(sheaf, (x) => placesWithRcu(x).eq(one(sheafOf(x).cache.notNull())))),
    ),
    more(L2, atRest(nonePutOff)),
    property(
      "rests",
      rests.sentence,
      alwaysPossible(
        and(
          not(exists(context, (f) => standsIn(f, RCU_ROWS))),
          noneListed,
          nonePutOff,
          noneQueued,
          not(somePageParked),
        ),
      ),
    ),
    property("returns", returns.sentence, alwaysPossible(not(exists(context, (f) => standsIn(f, RCU_ROWS))))),
    property(
      "L5",
      L5.sentence,
      invariant(forAll(cpu, (c) => or(not(objectsListed(c)), isCalledFor(c, TAKES)))),
      invariant(forAll(cpu, (c) => or(not(objectsByRcu(c)), isCalledFor(c, BEFORE_OBJECTS)))),
      invariant(forAll(cpu, (c) => or(not(sheavesByRcu(c)), isCalledFor(c, BEFORE_SHEAVES)))),
    ),
    more(
      guards,
      guardedBy([cpu, bucket], rcuFreeOf, (self, c, b) => or(holds(self, sheavesLock(c, b)), isWorker(self, c, b))),
    ),
  ].map((property) => [property.name, property]),
);
