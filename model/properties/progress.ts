/** L1, L2, L5: that calls return and deferred work is done. */
import {
  and,
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
import { cfg, cpu } from "../machine/config.ts";
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

/** A frame that has pushed and not yet queued. */
const PUSHED = anyOf(rowsOf(deferFree, "queue"), rowsOf(deferDeactivateSlab, "queue"));

/** The callback of a CPU's work is under way. */
const calledBack = (c: Expr<Id<"cpu">>) =>
  exists(context, (f) =>
    and(cfg.who.at(f).kind.eq("irqWork"), cfg.who.at(f).cpu.eq(c), standsIn(f, within(freeDeferredObjects))),
  );

export const L5 = property(
  "L5",
  "no wake-up is lost: a deferred list with something on it has its work pending, running, or about to be queued",
  invariant(
    forAll(cpu, (c) =>
      implies(
        listed(c),
        or(
          k.deferFree.at(c).pending,
          calledBack(c),
          exists(context, (f) => standsIn(f, PUSHED)),
        ),
      ),
    ),
  ),
);
