/** Does a search with symmetry find what the full one finds, and is the form of a state the same whatever its names? */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runSearch } from "../../checker/engine/run.ts";
import { engineSearch } from "../../checker/engine/search.ts";
import { stateKey } from "../../checker/language/cells.ts";
import type { State } from "../../checker/language/evaluate.ts";
import type { System } from "../../checker/language/index.ts";
import { unlike } from "../../checker/reduction/alike.ts";
import { EVERYTHING, Reduction } from "../../checker/reduction/reduction.ts";
import { reducedSearch } from "../../checker/reduction/search.ts";
import { Symmetry } from "../../checker/reduction/symmetry.ts";
import type { SearchResult } from "../../checker/reference/result.ts";
import { search } from "../../checker/reference/search.ts";
import { traceOf } from "../../checker/reference/trace.ts";
import { runs } from "../runs.ts";
import { graphOf } from "./graph.ts";
import { drawnNames, systemWithNames } from "./names.ts";

/** What a reduction may not change. */
const answers = ({ violations, met, fired, complete }: SearchResult) => ({
  violated: violations.map((v) => v.property).toSorted(),
  met: met.map((place) => place !== null),
  fired: fired.map((n) => n > 0),
  complete,
});

const counts = ({ states, transitions, depth, fired }: SearchResult) => ({ states, transitions, depth, fired });

/** Reduced searches by the reference: partial order only where nothing is to stay possible. */
function reducedSearches(system: System): { por: boolean; result: SearchResult }[] {
  const symmetry = new Symmetry(system);
  const run = (por: boolean) =>
    reducedSearch(system, { exploreAll: true }, por ? new Reduction(system) : EVERYTHING, symmetry);
  return [false, ...(system.alwaysPossible.length === 0 ? [true] : [])].map((por) => ({ por, result: run(por) }));
}

const replay = (system: System, { violations, trace }: SearchResult): void => {
  // Replaying throws where a run is none, from the initial state itself.
  for (const { property, why, at } of violations) traceOf(system, property, why, trace(at));
};

describe("a search with symmetry", () => {
  it("finds the same violations, deadlocks and witnesses, with and without partial order", () => {
    let full = 0;
    let reduced = 0;
    const seen = new Set<string>();
    fc.assert(
      fc.property(drawnNames, (drawn) => {
        const system = systemWithNames(drawn);
        const all = search(system, { exploreAll: true });
        for (const { por, result } of reducedSearches(system)) {
          expect(answers(result)).toEqual(answers(all));
          replay(system, result);
          if (por) continue;
          full += all.states;
          reduced += result.states;
        }
        for (const { property } of all.violations) seen.add(property);
      }),
      runs(70),
    );
    // Not a promise, but a search that reduces nothing, or systems that violate nothing, would prove nothing.
    expect(reduced).toBeLessThan(0.85 * full);
    expect(seen.size).toBeGreaterThan(2);
  });

  it("keeps the same states in the engines", () => {
    fc.assert(
      fc.property(drawnNames, (drawn) => {
        const system = systemWithNames(drawn);
        for (const { por, result: expected } of reducedSearches(system)) {
          for (const way of [
            { backend: "wasm" },
            { backend: "js" },
            { workers: 2, crewFrom: 1, firstTable: 1 },
          ] as const) {
            const result = engineSearch(system, { ...way, exploreAll: true, por, symmetry: true });
            expect(answers(result)).toEqual(answers(expected));
            expect(counts(result)).toEqual(counts(expected));
            replay(system, result);
          }
        }
      }),
      runs(15),
    );
  });

  it("tells of a violation with the names of its run", () => {
    fc.assert(
      fc.property(drawnNames, (drawn) => {
        const system = systemWithNames(drawn);
        const { result } = runSearch(system, { engine: "js", exploreAll: true, symmetry: true });
        for (const { property, why, at } of result.violations) {
          const trace = traceOf(system, property, why, result.trace(at));
          expect(trace.why).toBe(why);
        }
      }),
      runs(8),
    );
  });
});

const boxes = (system: System): number[][] => {
  const free = system.renamable.box ?? [];
  const size = system.universe.sizes.box as number;
  return free
    .slice(1)
    .map((b, i) => Array.from({ length: size }, (_, x) => (x === b ? (free[i] as number) : x === free[i] ? b : x)));
};

describe("the form of a state", () => {
  it("is the same for all names, and is the state by other names", () => {
    fc.assert(
      fc.property(drawnNames, (drawn) => {
        const system = systemWithNames(drawn);
        const symmetry = new Symmetry(system, Number.POSITIVE_INFINITY);
        const key = stateKey(system);
        const form = (state: State) => symmetry.canonical(state);
        for (const state of graphOf(system).states.slice(0, 40)) {
          const { state: least, renaming } = form(state);
          expect(key(symmetry.rename(state, renaming))).toBe(key(least));
          expect(key(symmetry.rename(least, symmetry.back(renaming)))).toBe(key(state));
          for (const swap of boxes(system)) {
            expect(key(form(symmetry.rename(state, { box: swap })).state)).toBe(key(least));
          }
        }
      }),
      runs(20),
    );
  });

  it("is the state by other names where not all renamings are tried", () => {
    fc.assert(
      fc.property(drawnNames, (drawn) => {
        const system = systemWithNames(drawn);
        const [exact, near] = [new Symmetry(system), new Symmetry(system, 1)];
        const key = stateKey(system);
        for (const state of graphOf(system).states.slice(0, 40)) {
          const { state: least, renaming } = near.canonical(state);
          expect(key(near.rename(state, renaming))).toBe(key(least));
          expect(key(exact.canonical(least).state)).toBe(key(exact.canonical(state).state));
        }
        const all = search(system, { exploreAll: true });
        const few = reducedSearch(system, { exploreAll: true }, EVERYTHING, near);
        expect(answers(few)).toEqual(answers(all));
        expect(few.states).toBeGreaterThanOrEqual(
          reducedSearch(system, { exploreAll: true }, EVERYTHING, exact).states,
        );
        replay(system, few);
      }),
      runs(20),
    );
  });

  it("rests on a relation that takes all names alike", () => {
    fc.assert(
      fc.property(drawnNames, (drawn) => {
        const system = systemWithNames(drawn);
        expect(unlike(system, graphOf(system).states.slice(0, 200))).toEqual([]);
      }),
      runs(20),
    );
  });
});
