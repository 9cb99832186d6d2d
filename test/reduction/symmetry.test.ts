/** Is the form of a state the same whatever its names, and is a way through such forms told as a run? */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stateKey } from "../../checker/language/cells.ts";
import type { State } from "../../checker/language/evaluate.ts";
import type { System } from "../../checker/language/index.ts";
import { concretely, type Stretch } from "../../checker/reduction/concrete.ts";
import { EVERYTHING } from "../../checker/reduction/reduction.ts";
import { stateAfter } from "../../checker/reduction/sampled-states.ts";
import { reducedSearch } from "../../checker/reduction/search.ts";
import { Symmetry } from "../../checker/reduction/symmetry.ts";
import { drawn as chance } from "../../checker/reference/chance.ts";
import { expand } from "../../checker/reference/step.ts";
import { traceOf } from "../../checker/reference/trace.ts";
import { runs } from "../runs.ts";
import { answers, lengths, replay } from "./answers.ts";
import { graphOf } from "./graph.ts";
import { drawnSystems, searched } from "./systems.ts";

const boxes = (system: System): number[][] => {
  const free = system.renamable.box ?? [];
  const size = system.universe.sizes.box as number;
  return free
    .slice(1)
    .map((b, i) => Array.from({ length: size }, (_, x) => (x === b ? (free[i] as number) : x === free[i] ? b : x)));
};

/** From all over the graph. */
function someStates(system: System): State[] {
  const { states } = graphOf(system);
  const evenly = Math.ceil(states.length / 40);
  return states.filter((_, i) => i % evenly === 0);
}

describe("the form of a state", () => {
  it("is the same for all names, and is the state by other names", () => {
    fc.assert(
      fc.property(drawnSystems, (drawn) => {
        const { system } = searched(drawn);
        const symmetry = new Symmetry(system, Number.POSITIVE_INFINITY);
        const key = stateKey(system);
        const form = (state: State) => symmetry.canonical(state);
        for (const state of someStates(system)) {
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
      fc.property(drawnSystems, (drawn) => {
        const { system, full } = searched(drawn);
        const [exact, near] = [new Symmetry(system), new Symmetry(system, 1)];
        const key = stateKey(system);
        for (const state of someStates(system)) {
          const { state: least, renaming } = near.canonical(state);
          expect(key(near.rename(state, renaming))).toBe(key(least));
          expect(key(exact.canonical(least).state)).toBe(key(exact.canonical(state).state));
        }
        const few = reducedSearch(system, { exploreAll: true }, EVERYTHING, near);
        expect(answers(few)).toEqual(answers(full));
        expect(lengths(few)).toEqual(lengths(full));
        expect(few.states).toBeGreaterThanOrEqual(
          reducedSearch(system, { exploreAll: true }, EVERYTHING, exact).states,
        );
        replay(system, few);
      }),
      runs(20),
    );
  });
});

describe("a way through states that stand for others", () => {
  it("becomes a run in which each element has one name", () => {
    fc.assert(
      fc.property(drawnSystems, fc.nat(), (drawn, seed) => {
        const { system } = searched(drawn);
        const symmetry = new Symmetry(system);
        const key = stateKey(system);
        const begin = symmetry.canonical(system.initials[0]).state;
        let state = begin;
        const way: Stretch[] = [];
        for (let n = 0; n < 20; n++) {
          const { transitions } = expand(system, state);
          const via = transitions[chance(seed, n, Math.max(transitions.length, 1))];
          const after = via && stateAfter(system, state, via);
          if (!after) break;
          state = symmetry.canonical(after).state;
          way.push({ steps: [via], to: state });
        }
        // Throws where a step is not open.
        const { final } = traceOf(system, "a way", "", concretely(system, symmetry, begin, way, null));
        const exact = new Symmetry(system, Number.POSITIVE_INFINITY);
        expect(key(exact.canonical(final).state)).toBe(key(exact.canonical(state).state));
      }),
      runs(150),
    );
  });
});
