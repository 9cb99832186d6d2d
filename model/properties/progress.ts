/** L1, L2, L5: that calls return and deferred work is done. */
import {
  anyOf,
  atMost,
  atRest,
  context,
  type Expr,
  exists,
  forAll,
  type Id,
  implies,
  invariant,
  not,
  or,
  property,
  rowsOf,
  standsIn,
  within,
} from "../../checker/language/index.ts";
import { cpu } from "../machine/config.ts";
import { deferDeactivateSlab, deferFree, freeDeferredObjects } from "../slub/defer-free.ts";
import { object, slab } from "../slub/sets.ts";
import { slabAlloc } from "../slub/slab-alloc.ts";
import { k } from "../slub/state.ts";

export const L1 = property(
  "L1",
  "a call returns: it asks for new objects at most three times",
  atMost(slabAlloc, "gotPartial", 3),
);

const listed = (c: Expr<Id<"cpu">>) =>
  or(
    exists(object, (o) => k.deferFree.at(c).objects.at(o)),
    exists(slab, (s) => k.deferFree.at(c).slabs.at(s)),
  );

export const L2 = property(
  "L2",
  "every deferred free is done: at rest the deferred lists are empty",
  atRest(forAll(cpu, (c) => not(listed(c)))),
);

/** A frame that has pushed and not yet queued, or a callback that has yet to take the list. */
const UNDER_WAY = anyOf(rowsOf(deferFree, "queue"), rowsOf(deferDeactivateSlab, "queue"), within(freeDeferredObjects));

export const L5 = property(
  "L5",
  "no wake-up is lost: a deferred list with something on it has its work pending, running, or about to be queued",
  invariant(
    forAll(cpu, (c) =>
      implies(
        listed(c),
        or(
          k.deferFree.at(c).pending,
          exists(context, (f) => standsIn(f, UNDER_WAY)),
        ),
      ),
    ),
  ),
);
