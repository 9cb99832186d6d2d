/** Does the engine reduce as the reference does: the same states kept, steps taken and violations found? */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { EngineOptions } from "../../checker/engine/search/options.ts";
import { engineSearch } from "../../checker/engine/search/search.ts";
import type { System } from "../../checker/language/index.ts";
import { EVERYTHING, Reduction } from "../../checker/reduction/reduction.ts";
import { reducedSearch } from "../../checker/reduction/search.ts";
import { Symmetry } from "../../checker/reduction/symmetry.ts";
import { traceOf } from "../../checker/reference/trace.ts";
import { linkSmall, nmi, task } from "../model/setup.ts";
import { runs } from "../runs.ts";
import { answers, counts } from "./answers.ts";
import { drawnSystems, searched } from "./systems.ts";

/** Other tables, other code, and two threads: what decides how the engine goes about it, and no answer. */
const WAYS: readonly EngineOptions[] = [
  { backend: "wasm", unroll: 0, firstTable: 1 },
  { backend: "js", unroll: 0 },
  { workers: 2, crewFrom: 1, firstTable: 1 },
  { workers: 2, crewFrom: 1, firstTable: 1, shards: 3, nearBits: 0 },
];

function sameAnswers(system: System, ways: readonly EngineOptions[]): void {
  const free = Object.keys(system.renamable).length > 0;
  for (const por of system.alwaysPossible.length === 0 ? [true, false] : [false]) {
    for (const symmetry of free ? [new Symmetry(system), null] : [null]) {
      if (!por && !symmetry) continue;
      const expected = reducedSearch(system, { exploreAll: true }, por ? new Reduction(system) : EVERYTHING, symmetry);
      for (const way of ways) {
        const result = engineSearch(system, { ...way, exploreAll: true, por, symmetry: symmetry !== null });
        expect(answers(result)).toEqual(answers(expected));
        expect(counts(result)).toEqual(counts(expected));
        for (const { property, why, at } of result.violations) traceOf(system, property, why, result.trace(at));
      }
    }
  }
}

describe("the engine, with reductions", () => {
  it("keeps the states that the reference keeps, however it is set", () => {
    fc.assert(
      fc.property(drawnSystems, (one) => {
        sameAnswers(searched(one).system, WAYS);
      }),
      runs(15),
    );
  });

  it("does so on kernel questions", () => {
    const slabs = ["A cpu0 free=1", "A partial free=1", "B cpu0 free=2", "page"];
    const properties = ["S1", "S3", "S4", "S7", "S9", "guards"];
    sameAnswers(
      linkSmall({
        version: "v5",
        configuration: { slabs },
        contexts: [task("task0", ["kmalloc A", "kmalloc A"]), nmi("nmi0", ["kmalloc_nolock A"])],
        variants: ["no-is-locked-test"],
        properties,
      }),
      WAYS,
    );
    sameAnswers(
      linkSmall({
        configuration: { slabs: ["A cpu0 free=1", "A cpu1 free=1"], cpus: 2 },
        contexts: [task("task0", ["kmalloc A"]), task("task1", ["kmalloc A"], { cpu: 1 })],
        properties,
      }),
      WAYS,
    );
  });
});
