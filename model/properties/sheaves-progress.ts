/** L1, L2, L3, L5, S14, T39 and `returns` since 7.0: that calls return and deferred work is done. */

import {
  alwaysPossible,
  and,
  anyOf,
  atMost,
  atRest,
  context,
  type Expr,
  exists,
  forAll,
  type Id,
  invariant,
  next,
  not,
  or,
  property,
  rowsOf,
  standsIn,
  whenever,
  within,
} from "../../checker/language/index.ts";
import { l } from "../locks/state.ts";
import { workAt } from "../machine/irq-work.ts";
import { cpu } from "../machine/sets.ts";
import { sameCpu } from "../machine/state.ts";
import { bucket, object } from "../mm/sets.ts";
import { deferFree } from "../sheaves/defer-free.ts";
import { deferredPercpuWork } from "../sheaves/deferred-percpu-work.ts";
import { kmallocNolock } from "../sheaves/kmalloc-nolock.ts";
import { kmemCacheDestroy, kvfreeRcuBarrier } from "../sheaves/kmem-cache-destroy.ts";
import { isDeferred } from "../sheaves/lists.ts";
import { pcsReplaceFullMain } from "../sheaves/pcs-replace-full-main.ts";
import { SHEAF_ROWS } from "../sheaves/rows.ts";
import { slabAlloc } from "../sheaves/slab-alloc.ts";
import { h, sheavesLock } from "../sheaves/state.ts";
import { DEFERRED_WORK, k, slabOf } from "../slub/state.ts";
import { g } from "./ghosts.ts";
import { pagesOfL2, somePageParked } from "./pages.ts";
import { trackFreer } from "./sheaves-ghosts.ts";

export const L1 = property(
  "L1",
  "a call returns: it asks a bucket's slabs at most twice, and for an empty sheaf at most three times",
  atMost(slabAlloc, "gotPartial", 2),
  atMost(pcsReplaceFullMain, "assert", 3),
);

export const objectsListed = (c: Expr<Id<"cpu">>) => exists(object, (o) => h.deferredWork.at(c).objects.at(o));

export const noneListed = forAll(cpu, (c) => not(objectsListed(c)));

export const L2 = property(
  "L2",
  "every deferred free is done: at rest the deferred lists are empty, and no page is parked",
  atRest(noneListed),
  ...pagesOfL2,
);

/** Where calls have no end nothing forces a rest: L2 then says nothing of whether one comes. */
export const rests = property(
  "rests",
  "all can come to rest: from every state one can be reached where nobody is in a call, nothing is deferred and no page is parked",
  alwaysPossible(and(not(exists(context, (f) => standsIn(f, SHEAF_ROWS))), noneListed, not(somePageParked))),
);

/** A frame that has pushed and not yet queued; a callback that has not yet taken what it was called for. */
export const PUSHED = rowsOf(deferFree, "queue");
export const TAKES = rowsOf(deferredPercpuWork, "takeObjects");

export const L5 = property(
  "L5",
  "no wake-up is lost: a deferred list with something on it has its work pending, called before take-all, or about to be queued",
  invariant(
    forAll(cpu, (c) =>
      or(
        not(objectsListed(c)),
        workAt(c, DEFERRED_WORK).queuedOn.notNull(),
        exists(context, (f) => standsIn(f, anyOf(PUSHED, TAKES))),
      ),
    ),
  ),
);

export const S14 = property(
  "S14",
  "of an object that is free or deferred only the link word is written",
  invariant(forAll(object, (x) => not(k.object.at(x).spoilt))),
);

export const returns = property(
  "returns",
  "calls return: from every state one can be reached where nobody is in a call",
  alwaysPossible(not(exists(context, (f) => standsIn(f, SHEAF_ROWS)))),
);

/** What a call put off that is still under way nobody can wait for: whoever destroys the cache has not waited for the call. */
export const L3 = property(
  "L3",
  "a barrier for deferred frees returns, and then no object of the destroyed cache whose free has returned is deferred",
  whenever(kmemCacheDestroy, "shutdown", ({ b }) =>
    not(exists(object, (x) => and(isDeferred(x), k.slab.at(slabOf(x)).cache.eq(b), g.freer.at(x).isNull()))),
  ),
  alwaysPossible(not(exists(context, (f) => standsIn(f, anyOf(within(kmemCacheDestroy), within(kvfreeRcuBarrier)))))),
  ...trackFreer,
);

/** The size test comes after the bump, so who asks the largest bucket has one attempt. */
export const twoBuckets = property(
  "twoBuckets",
  "kmalloc_nolock() gives NULL only when it has asked the next bucket too, or there is none",
  whenever(kmallocNolock, "retry", ({ b }) => next(bucket, b).isNull(), { to: "done" }),
);

/** T39 of 7.3.4: "In !PREEMPT_RT irq_work will run after local_unlock_irqrestore()." */
export const T39 = property(
  "T39",
  "without PREEMPT_RT the callback of deferred work begins with no section of a CPU's sheaves below it",
  whenever(deferredPercpuWork, "takeObjects", ({ self }) =>
    forAll(cpu, (c) =>
      forAll(bucket, (b) => {
        const { holder } = l.lock.at(sheavesLock(c, b));
        return or(holder.isNull(), not(sameCpu(holder, self)));
      }),
    ),
  ),
);
