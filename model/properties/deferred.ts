/** S14, and what is said of deferred frees beside L2 and L5: where they are kept, how many, who drains them. */

import {
  allOf,
  alwaysPossible,
  and,
  anyOf,
  atRest,
  context,
  count,
  type Expr,
  exists,
  forAll,
  happens,
  type Id,
  implies,
  invariant,
  not,
  or,
  property,
  standsIn,
  whenever,
  within,
} from "../../checker/language/index.ts";
import { l } from "../locks/state.ts";
import { cfg } from "../machine/config.ts";
import { cpu } from "../machine/sets.ts";
import { inNmi, onCpu, sameCpu, thisCpu } from "../machine/state.ts";
import { mm } from "../mm/config.ts";
import { cpuSlabLock } from "../mm/locks.ts";
import { bucket, object, slab } from "../mm/sets.ts";
import { deactivateSlab } from "../slub/deactivate-slab.ts";
import { deferDeactivateSlab, deferFree, freeDeferredObjects } from "../slub/defer-free.ts";
import { doSlabFree } from "../slub/do-slab-free.ts";
import { freeDeferredList } from "../slub/free-deferred-list.ts";
import { kmallocNolock } from "../slub/kmalloc-nolock.ts";
import { kmemCacheDestroy } from "../slub/kmem-cache-destroy.ts";
import { putCpuPartial, putPartials } from "../slub/put-cpu-partial.ts";
import { slabAlloc } from "../slub/slab-alloc.ts";
import { cpuSlabOf, k, linkOf, nrCpuPartial, slabOf } from "../slub/state.ts";
import { g, trackFreer } from "./ghosts.ts";

type ObjectOf = Expr<Id<"object">>;

/** On a list that no irq_work drains: it waits until somebody comes by. */
export const waitsForSomebody = (x: ObjectOf) =>
  or(
    exists(bucket, (b) => or(k.cache.at(b).deferred.at(x), k.node.at(b).deferred.at(x))),
    exists(cpu, (c) => exists(bucket, (b) => cpuSlabOf(c, b).deferred.at(x))),
  );

export const listed = (x: ObjectOf) =>
  or(
    exists(cpu, (c) => k.deferFree.at(c).objects.at(x)),
    waitsForSomebody(x),
  );

/** Listed, or in the hands of whoever drains the list. */
export const deferred = (x: ObjectOf) =>
  or(
    listed(x),
    exists(context, (f) => k.taken.at(f).objects.at(x)),
  );

export const S14 = property(
  "S14",
  "of an object that is free or deferred only the link word is written, and a link is nil or a free object of its slab",
  invariant(forAll(object, (x) => not(k.object.at(x).spoilt))),
  whenever(freeDeferredObjects, "check", ({ x }) => linkOf(x).isNull()),
);

/** What a call put off that is still under way nobody can wait for: whoever destroys the cache has not waited for the call. */
export const L3 = property(
  "L3",
  "a barrier for deferred frees returns, and then no object of the destroyed cache whose free has returned is deferred, nor a slab that a call has put off and returned",
  whenever(kmemCacheDestroy, "shutdown", ({ b }) =>
    not(
      or(
        exists(object, (x) => and(deferred(x), k.slab.at(slabOf(x)).cache.eq(b), g.freer.at(x).isNull())),
        exists(slab, (s) =>
          and(
            k.slab.at(s).cache.eq(b),
            g.giver.at(s).isNull(),
            or(
              exists(cpu, (c) => k.deferFree.at(c).slabs.at(s)),
              exists(context, (f) => k.taken.at(f).slabs.at(s)),
            ),
          ),
        ),
      ),
    ),
  ),
  alwaysPossible(not(exists(context, (f) => standsIn(f, within(kmemCacheDestroy))))),
  ...trackFreer,
);

const D18 = property(
  "D18",
  "the deferred lists hold one object at most when all is at rest, however many were freed",
  atRest(count(object, (x) => listed(x)).le(1)),
);

const E7 = property(
  "E7",
  "kmalloc_nolock() never comes to deactivate_slab() or __put_partials()",
  invariant(
    not(
      exists(context, (f) =>
        standsIn(f, allOf(within(kmallocNolock), anyOf(within(deactivateSlab), within(putPartials)))),
      ),
    ),
  ),
);

const E22 = property(
  "E22",
  "without PREEMPT_RT the callback of deferred frees begins with no section of c->lock below it",
  whenever(freeDeferredObjects, "takeObjects", ({ self }) =>
    forAll(cpu, (c) =>
      forAll(bucket, (b) => {
        const { holder } = l.lock.at(cpuSlabLock(c, b));
        return or(holder.isNull(), not(sameCpu(holder, self)));
      }),
    ),
  ),
);

const E23 = property(
  "E23",
  "on PREEMPT_RT the callback of deferred frees may sleep",
  whenever(freeDeferredObjects, "takeObjects", ({ self }) =>
    implies(
      cfg.preemptRt,
      not(or(onCpu(self).irqsOff, onCpu(self).preemptCount.gt(0), onCpu(self).hardirqCount.gt(0), inNmi(self))),
    ),
  ),
);

export const DEFERRED_CLAIMS = [D18, E7, E22, E23];

export const DEFERRED_WITNESSES = [
  property(
    "defersInNmi",
    "an NMI defers a free",
    happens(deferFree, "push", ({ self }) => inNmi(self)),
  ),
  property(
    "pushesElsewhere",
    "a deferred free goes on the list of a CPU that its caller has left",
    happens(deferFree, "push", ({ self, c }) => c.ne(thisCpu(self))),
  ),
  property(
    "defersElsewhere",
    "a free is deferred to the kmem_cache_cpu of a CPU that its caller has left",
    happens(doSlabFree, "defer", ({ self, c }) => c.ne(thisCpu(self))),
  ),
  property(
    "drainsList",
    "somebody comes by and drains a list of deferred frees that no irq_work drains",
    happens(freeDeferredList, "take"),
  ),
  property(
    "queuesElsewhere",
    "the work of one CPU is queued on another",
    happens(deferFree, "queue", ({ self, c }) => c.ne(thisCpu(self))),
  ),
  property(
    "pushesDuringCallback",
    "a free is deferred on a CPU whose callback is under way",
    happens(deferFree, "push", ({ c }) =>
      exists(context, (f) => and(standsIn(f, within(freeDeferredObjects)), cfg.who.at(f).cpu.eq(c))),
    ),
  ),
  property(
    "defersSlab",
    "kmalloc_nolock() finds another slab loaded when it comes back with a new one, and defers that one's deactivation",
    happens(deferDeactivateSlab, "push"),
  ),
  property(
    "loadConflict",
    "kmalloc_nolock() finds another slab loaded when it comes back with a new one",
    happens(slabAlloc, "conflict", ({ b, c, allowSpin }) => and(not(allowSpin), cpuSlabOf(c, b).slab.notNull())),
  ),
  property(
    "locksAfterCmpxchg",
    "__slab_free() has freed the object by a cmpxchg, and needs c->lock and then list_lock after that",
    happens(putCpuPartial, "put", ({ b, c, drain }) => and(drain, nrCpuPartial(c, b).ge(mm.cpuPartialSlabs))),
  ),
  property(
    "redo",
    "kfree_nolock() loses its cmpxchg",
    happens(doSlabFree, "cmpxchg", ({ allowSpin }) => not(allowSpin), { to: "redo" }),
  ),
];
