/** Do the linker and the reference search agree with the second answer, on systems drawn at random? */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LinkError, type LinkOptions, link, type System } from "../../checker/language/index.ts";
import { search } from "../../checker/reference/search.ts";
import { naiveSearch } from "./naive.ts";
import { drawSystem, tapes } from "./random-systems.ts";
import { Tape } from "./random-terms.ts";
import { project, projectNaive, statesOf } from "./states.ts";

const MAX_STATES = 600;

/** Links; a property that found no row to stand at says nothing, and the draw is left out. */
function linked(options: LinkOptions): System | null {
  try {
    return link(options);
  } catch (error) {
    if (error instanceof LinkError && error.problems.every((p) => p.includes("attached to nothing"))) return null;
    throw error;
  }
}

const byName = <T>(entries: Iterable<readonly [string, T]>) =>
  Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : 1)));

describe("the reference and a naive interpreter of the source", () => {
  it("find the same states, violations and witnesses", () => {
    fc.assert(
      fc.property(tapes, (numbers) => {
        const options = drawSystem(new Tape(numbers));
        const system = linked(options);
        const naive = system && naiveSearch(options, MAX_STATES);
        fc.pre(naive !== null);
        const result = search(system as System, { exploreAll: true });
        expect(
          byName(result.violations.map(({ property, verdict, length }) => [property, { verdict, length }])),
        ).toEqual(byName(naive.violations));
        expect(result.met.map((m) => m !== null)).toEqual(naive.met);
        const projections = new Set(statesOf(system as System).map((s) => project(system as System, s)));
        expect(projections).toEqual(new Set(naive.states.map((s) => projectNaive(system as System, s))));
        const noLocals = (system as System).scripts.every((s) => s.slots.length === 0);
        if (noLocals && (system as System).droppedGhosts.length === 0) {
          expect([result.states, result.transitions]).toEqual([naive.states.length, naive.transitions]);
        }
        expect(result.states).toBeLessThanOrEqual(naive.states.length);
      }),
      { numRuns: 300 },
    );
  });
});
