/** Does the rule that the steps of one context are ample find what the full search finds, whether all states are kept or not? */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { System } from "../../checker/language/index.ts";
import { EVERYTHING, Reduction } from "../../checker/reduction/reduction.ts";
import { reducedSearch } from "../../checker/reduction/search.ts";
import type { SearchResult } from "../../checker/reference/result.ts";
import { search } from "../../checker/reference/search.ts";
import { traceOf } from "../../checker/reference/trace.ts";
import once from "../../examples/once.ts";
import { linkExample } from "../examples/link-example.ts";
import { hook, linkSmall, task } from "../model/setup.ts";
import { runs } from "../runs.ts";
import { answers, keepingAll } from "./answers.ts";
import { restsOf } from "./graph.ts";
import { drawnSystems, searched } from "./systems.ts";

/** With all states kept, and without those that are passed through. */
function bothWays(system: System): [all: SearchResult, some: SearchResult] {
  const choice = new Reduction(system);
  return [
    reducedSearch(system, { exploreAll: true }, keepingAll(choice)),
    reducedSearch(system, { exploreAll: true }, choice),
  ];
}

describe("an ample set", () => {
  it("gives the same violations, deadlocks and witnesses, and fires the same commands", () => {
    const states = { full: 0, all: 0, some: 0 };
    fc.assert(
      fc.property(drawnSystems, (one) => {
        const { system, full } = searched(one);
        fc.pre(system.alwaysPossible.length === 0);
        const [all, some] = bothWays(system);
        for (const result of [all, some]) {
          expect(answers(result)).toEqual(answers(full));
          // Replaying throws where a way is none.
          for (const { property, why, at } of result.violations) traceOf(system, property, why, result.trace(at));
        }
        states.full += full.states;
        states.all += all.states;
        states.some += some.states;
      }),
      runs(80),
    );
    // Not a promise, but a search that reduces nothing would prove nothing.
    expect(states.all).toBeLessThan(0.9 * states.full);
    expect(states.some).toBeLessThan(0.8 * states.full);
  });

  it("gives all states at rest", () => {
    fc.assert(
      fc.property(drawnSystems, (one) => {
        const { system } = searched(one);
        expect(restsOf(system, new Reduction(system))).toEqual(restsOf(system, EVERYTHING));
      }),
      runs(80),
    );
  });

  it("takes contexts with nothing in common one after the other", () => {
    for (const contexts of [1, 4, 8]) {
      const system = linkExample(once, { contexts });
      expect(bothWays(system)[0].states).toBe(contexts + 1);
    }
  });

  it("answers a kernel question", () => {
    const system = linkSmall({
      version: "v5",
      configuration: { slabs: ["A cpu0 free=1", "A partial free=1", "page"] },
      contexts: [task("task0", ["kmalloc A"]), hook("hook0", ["kmalloc_nolock A"])],
      properties: ["S1", "S3", "S4", "S7"],
    });
    const all = search(system, { exploreAll: true });
    for (const result of bothWays(system)) expect(answers(result)).toEqual(answers(all));
  });
});
