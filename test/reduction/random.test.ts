/** Does a reduced search find what the full one finds, and is what it rests on true? On systems drawn at random. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { System } from "../../checker/language/index.ts";
import { dependenceOf } from "../../checker/reduction/dependence.ts";
import { footprintsOf } from "../../checker/reduction/footprints.ts";
import { Recheck } from "../../checker/reduction/recheck.ts";
import { Reduction } from "../../checker/reduction/reduction.ts";
import { reducedSearch } from "../../checker/reduction/search.ts";
import type { SearchResult } from "../../checker/reference/result.ts";
import { search } from "../../checker/reference/search.ts";
import { runs } from "../runs.ts";
import { drawnSystems, systemOf } from "./frames.ts";
import { graphOf } from "./graph.ts";

function drawn(one: Parameters<typeof systemOf>[0]): System {
  const system = systemOf(one);
  fc.pre(system !== null);
  return system as System;
}

/** What a reduction may not change. */
const answers = ({ violations, met, fired, complete }: SearchResult) => ({
  violated: violations.map((v) => v.property).toSorted(),
  met: met.map((place) => place !== null),
  fired: fired.map((n) => n > 0),
  complete,
});

describe("a reduced search", () => {
  it("finds the same violations, deadlocks and witnesses, and fires the same commands", () => {
    let full = 0;
    let reduced = 0;
    fc.assert(
      fc.property(drawnSystems, (one) => {
        const system = drawn(one);
        const all = search(system, { exploreAll: true });
        const few = reducedSearch(system, { exploreAll: true });
        expect(answers(few)).toEqual(answers(all));
        full += all.states;
        reduced += few.states;
      }),
      runs(200),
    );
    // Not a promise, but a search that reduces nothing would prove nothing: about half of the states remain.
    expect(reduced).toBeLessThan(0.8 * full);
  });

  it("rests on footprints that every step keeps to", () => {
    fc.assert(
      fc.property(drawnSystems, (one) => {
        const system = drawn(one);
        const footprints = footprintsOf(system);
        const recheck = new Recheck(system, footprints, new Reduction(system, dependenceOf(system, footprints)));
        expect(graphOf(system).edges.flatMap((edge) => recheck.step(...edge))).toEqual([]);
      }),
      runs(150),
    );
  });

  it("leaves out only what commutes with what it takes", () => {
    fc.assert(
      fc.property(drawnSystems, (one) => {
        const system = drawn(one);
        const footprints = footprintsOf(system);
        const reduction = new Reduction(system, dependenceOf(system, footprints));
        const recheck = new Recheck(system, footprints, reduction);
        for (const state of graphOf(system).states) {
          for (const context of reduction.alone(state)) expect(recheck.alone(state, context)).toEqual([]);
        }
      }),
      runs(150),
    );
  });
});
