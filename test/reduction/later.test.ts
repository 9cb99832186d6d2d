/** Is a graph reduced only where it has more states than it is worth, and is the answer then that of a reduced search? */
import fc from "fast-check";
import { expect, it } from "vitest";
import { type RunOptions, runSearch } from "../../checker/engine/run.ts";
import { engineSearch } from "../../checker/engine/search/search.ts";
import once from "../../examples/once.ts";
import { linkExample } from "../examples/link-example.ts";
import { runs } from "../runs.ts";
import { answers, counts } from "./answers.ts";
import { drawnSystems, searched } from "./systems.ts";

const WAYS: readonly RunOptions[] = [
  { engine: "reference" },
  { engine: "js", workers: 1 },
  { engine: "wasm", workers: 1 },
  { engine: "wasm", workers: 2 },
];

it("what has no room whole is searched reduced", () => {
  const system = linkExample(once, { contexts: 16 });
  const asked = { workers: 1, exploreAll: true, memory: 2 ** 21, por: true, symmetry: true };
  expect(runSearch(system, { ...asked, por: false, symmetry: false }).result.incomplete).toMatch(/memory limit/);
  const { result } = runSearch(system, { ...asked, reduceFrom: 250_000 });
  expect(result).toMatchObject({ reduced: true, complete: true, states: 17 });
});

it("the whole graph is the answer where it is small, and the reduced one where it is not", () => {
  let some = 0;
  fc.assert(
    fc.property(drawnSystems, fc.integer({ min: 1, max: 60 }), (one, reduceFrom) => {
      const { system, full } = searched(one);
      const asked = { exploreAll: true, por: true, symmetry: true };
      const few = runSearch(system, { ...asked, engine: "reference" });
      fc.pre(few.result.reduced);
      const isReduced = runSearch(system, { ...WAYS[0], ...asked, reduceFrom }).result.reduced;
      // A level is finished before anybody asks how many states there are: the last one may lead beyond.
      if (full.states <= reduceFrom) expect(isReduced).toBe(false);
      some += Number(isReduced);
      for (const way of WAYS) {
        const { result, reductions } = runSearch(system, { ...way, ...asked, reduceFrom });
        expect(result.reduced).toBe(isReduced);
        expect(answers(result)).toEqual(answers(full));
        expect(counts(result)).toEqual(counts(isReduced ? few.result : full));
        expect(reductions).toEqual(isReduced ? few.reductions : []);
      }
      // Threads that were started for the whole graph are not in the way of the reduced one.
      const crew = { ...asked, reduceFrom, backend: "wasm", workers: 2, crewFrom: 1, firstTable: 1 } as const;
      expect(counts(engineSearch(system, crew))).toEqual(counts(isReduced ? few.result : full));
    }),
    runs(40),
  );
  expect(some).toBeGreaterThan(5);
});
