/** Does the engine reduce as the reference does: the same states kept, steps taken and violations found? */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { EngineOptions } from "../../checker/engine/options.ts";
import { engineSearch } from "../../checker/engine/search.ts";
import type { System } from "../../checker/language/index.ts";
import { reducedSearch } from "../../checker/reduction/search.ts";
import type { SearchResult } from "../../checker/reference/result.ts";
import { traceOf } from "../../checker/reference/trace.ts";
import { linkSmall, nmi, task } from "../model/setup.ts";
import { runs } from "../runs.ts";
import { drawnSystems, systemOf } from "./frames.ts";

const WAYS: readonly EngineOptions[] = [
  { backend: "wasm" },
  { backend: "js" },
  { backend: "wasm", unroll: 0, firstTable: 1 },
];

/** All but lengths and ways: the engine counts levels of the reduced graph, and keeps the least state of a level. */
const answers = ({ states, transitions, depth, complete, fired, met, violations }: SearchResult) => ({
  states,
  transitions,
  depth,
  complete,
  fired,
  met: met.map((place) => place !== null),
  violated: violations.map((v) => v.property).toSorted(),
});

function sameAnswers(system: System, ways: readonly EngineOptions[]): void {
  const expected = answers(reducedSearch(system, { exploreAll: true }));
  for (const way of ways) {
    const result = engineSearch(system, { ...way, exploreAll: true, por: true });
    expect(answers(result)).toEqual(expected);
    // Replaying throws where a way is none.
    for (const { property, why, at } of result.violations) traceOf(system, property, why, result.trace(at));
  }
}

describe("the engine, with partial order", () => {
  it("keeps the states that the reference keeps, and its traces replay", () => {
    fc.assert(
      fc.property(drawnSystems, (one) => {
        const system = systemOf(one);
        fc.pre(system !== null);
        sameAnswers(system as System, WAYS);
      }),
      runs(80),
    );
  });

  it("gives the same for two threads", () => {
    fc.assert(
      fc.property(drawnSystems, (one) => {
        const system = systemOf(one);
        fc.pre(system !== null);
        sameAnswers(system as System, [{ workers: 2, crewFrom: 1, firstTable: 1 }]);
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
