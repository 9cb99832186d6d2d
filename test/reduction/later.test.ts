/** Is a graph reduced only where it has more states than it is worth, and is the answer then that of a reduced search? */
import fc from "fast-check";
import { expect, it } from "vitest";
import { type RunOptions, runSearch } from "../../checker/engine/run.ts";
import type { System } from "../../checker/language/index.ts";
import type { SearchResult } from "../../checker/reference/result.ts";
import { runs } from "../runs.ts";
import { drawnSystems, systemOf } from "./frames.ts";

const WAYS: readonly RunOptions[] = [
  { engine: "reference" },
  { engine: "js", workers: 1 },
  { engine: "wasm", workers: 1 },
  { engine: "wasm", workers: 2 },
];

const answer = ({ reduced, states, transitions, complete, fired, met, violations }: SearchResult) => ({
  reduced,
  states,
  transitions,
  complete,
  fired,
  met: met.map((place) => place !== null),
  violated: violations.map((v) => v.property).toSorted(),
});

it("the whole graph is the answer where it is small, and the reduced one where it is not", () => {
  let some = 0;
  fc.assert(
    fc.property(drawnSystems, fc.integer({ min: 1, max: 60 }), (one, reduceFrom) => {
      const system = systemOf(one) as System;
      fc.pre(system !== null);
      const whole = answer(runSearch(system, { engine: "reference", exploreAll: true }).result);
      const few = answer(runSearch(system, { engine: "reference", exploreAll: true, por: true }).result);
      fc.pre(few.reduced);
      // A level is finished before anybody asks how many states there are: the last one may lead beyond.
      const isSmall = whole.states <= reduceFrom;
      const isReduced = runSearch(system, { ...WAYS[0], exploreAll: true, por: true, reduceFrom }).result.reduced;
      some += Number(isReduced);
      for (const way of WAYS) {
        const { result, reductions } = runSearch(system, { ...way, exploreAll: true, por: true, reduceFrom });
        expect(answer(result)).toEqual(result.reduced ? few : whole);
        if (isSmall) expect(result.reduced).toBe(false);
        expect(reductions).toEqual(result.reduced ? ["partial order"] : []);
        expect(result.reduced).toBe(isReduced);
      }
    }),
    runs(40),
  );
  expect(some).toBeGreaterThan(5);
});
