/** L1, L2, L5: that calls return and deferred work is done. */

import {
  alwaysPossible,
  and,
  anyOf,
  atMost,
  atRest,
  context,
  type Expr,
  element,
  except,
  exists,
  forAll,
  type Id,
  inlined,
  invariant,
  leadsTo,
  not,
  or,
  property,
  type Region,
  rowsOf,
  standsIn,
  within,
} from "../../checker/language/index.ts";
import { workAt } from "../machine/irq-work.ts";
import { cpu } from "../machine/sets.ts";
import { object, slab } from "../mm/sets.ts";
import { freeFrozenPages } from "../page/free-frozen-pages.ts";
import { deactivateSlab } from "../slub/deactivate-slab.ts";
import { deferDeactivateSlab, deferFree, freeDeferredObjects } from "../slub/defer-free.ts";
import { KERNEL_ROWS } from "../slub/rows.ts";
import { slabAlloc } from "../slub/slab-alloc.ts";
import { DEFERRED_WORK, k } from "../slub/state.ts";
import { waitsForSomebody } from "./deferred.ts";
import { pagesOfL2, somePageParked } from "./pages.ts";

export const L1 = property(
  "L1",
  "a call returns: it asks for new objects at most three times",
  atMost(slabAlloc, "gotPartial", 3),
);

const objectsListed = (c: Expr<Id<"cpu">>) => exists(object, (o) => k.deferFree.at(c).objects.at(o));
const slabsListed = (c: Expr<Id<"cpu">>) => exists(slab, (s) => k.deferFree.at(c).slabs.at(s));

const noneListed = forAll(cpu, (c) => not(or(objectsListed(c), slabsListed(c))));
const noneWaits = forAll(object, (x) => not(waitsForSomebody(x)));

export const L2 = property(
  "L2",
  "every deferred free is done: at rest the deferred lists are empty, and no page is parked",
  atRest(noneListed),
  ...pagesOfL2,
  atRest(noneWaits),
);

/** Where calls have no end nothing forces a rest: L2 then says nothing of whether one comes. */
export const rests = property(
  "rests",
  "all can come to rest: from every state one can be reached where nobody is in a call, nothing is deferred and no page is parked",
  alwaysPossible(
    and(not(exists(context, (f) => standsIn(f, KERNEL_ROWS))), noneListed, noneWaits, not(somePageParked)),
  ),
);

/** L2 says that nothing is left at rest; these, that it is done in a fair run, whatever else goes on. */
export const deferredIsDone = property(
  "deferredIsDone",
  "where a free is deferred, a time comes when none is: the irq_work runs",
  leadsTo(not(noneListed), noneListed),
);
export const callsEnd = property(
  "callsEnd",
  "who is in a call gets out of it: a time comes when nobody is in one",
  leadsTo(
    exists(context, (f) => standsIn(f, KERNEL_ROWS)),
    not(exists(context, (f) => standsIn(f, KERNEL_ROWS))),
  ),
);

/** Of one context, since others may be in calls without end. */
const firstIsIn = standsIn(element(context, 0), KERNEL_ROWS);
export const firstCallEnds = property(
  "firstCallEnds",
  "a call of the first context ends, however often others make theirs",
  leadsTo(firstIsIn, not(firstIsIn)),
);
export const firstCallEndsIfStrong = property(
  "firstCallEndsIfStrong",
  "it does, if who waits for what is free again and again gets it",
  leadsTo(firstIsIn, not(firstIsIn), { strong: KERNEL_ROWS }),
);

/** A frame that has pushed and not yet queued; v2 queues in a row of its own. */
const PUSHED = anyOf(
  rowsOf(deferFree, "queue"),
  rowsOf("defer_free", "queueThat"),
  rowsOf(deferDeactivateSlab, "queue"),
);

/** A callback that has not yet taken the objects, or the slabs, of the work that it was called for. */
const TAKES_OBJECTS = rowsOf(freeDeferredObjects, "takeObjects");
const TAKES_SLABS = except(
  within(freeDeferredObjects),
  anyOf(
    rowsOf(freeDeferredObjects, "nextSlab", "freeSlab"),
    inlined(freeDeferredObjects, freeFrozenPages),
    within(deactivateSlab),
  ),
);

const somebodyStandsIn = (region: Region) => exists(context, (f) => standsIn(f, region));

/**
 * Whose work a callback was called for is its own affair: what is lost stays lost, and shows when it has ended. A list
 * that no irq_work drains wakes nobody.
 */
export const L5 = property(
  "L5",
  "no wake-up is lost: a deferred list with something on it has its work pending, called before take-all, or about to be queued",
  invariant(
    forAll(cpu, (c) =>
      or(
        workAt(c, DEFERRED_WORK).queuedOn.notNull(),
        somebodyStandsIn(PUSHED),
        and(
          or(not(objectsListed(c)), somebodyStandsIn(TAKES_OBJECTS)),
          or(not(slabsListed(c)), somebodyStandsIn(TAKES_SLABS)),
        ),
      ),
    ),
  ),
  invariant(forAll(object, (x) => not(waitsForSomebody(x)))),
);
