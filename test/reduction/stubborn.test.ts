/** Do stubborn sets find what the full search finds, whether all states are kept or not? */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { System } from "../../checker/language/index.ts";
import { keepingAll } from "../../checker/reduction/reduction.ts";
import { reducedSearch } from "../../checker/reduction/search.ts";
import { Stubborn } from "../../checker/reduction/stubborn.ts";
import type { SearchResult } from "../../checker/reference/result.ts";
import { search } from "../../checker/reference/search.ts";
import { traceOf } from "../../checker/reference/trace.ts";
import once from "../../examples/once.ts";
import { linkExample } from "../examples/link-example.ts";
import { hook, linkSmall, task } from "../model/setup.ts";
import { runs } from "../runs.ts";
import { drawnSystems, systemOf } from "./frames.ts";

/** What a reduction may not change. */
const answers = ({ violations, met, fired, complete }: SearchResult) => ({
  violated: violations.map((v) => v.property).toSorted(),
  met: met.map((place) => place !== null),
  fired: fired.map((n) => n > 0),
  complete,
});

/** With all states kept, and without those that are passed through. */
function reducedSearches(system: System): SearchResult[] {
  const stubborn = new Stubborn(system);
  return [keepingAll(stubborn), stubborn].map((choice) => reducedSearch(system, { exploreAll: true }, choice));
}

describe("stubborn sets", () => {
  it("find the same violations, deadlocks and witnesses, and fire the same commands", () => {
    let [full, kept, few] = [0, 0, 0];
    fc.assert(
      fc.property(drawnSystems, (one) => {
        const system = systemOf(one);
        fc.pre(system !== null);
        const all = search(system as System, { exploreAll: true });
        const [whole, merged] = reducedSearches(system as System) as [SearchResult, SearchResult];
        for (const result of [whole, merged]) {
          expect(answers(result)).toEqual(answers(all));
          // Replaying throws where a way is none.
          for (const { property, why, at } of result.violations) traceOf(system as System, property, why, result.trace(at));
        }
        full += all.states;
        kept += whole.states;
        few += merged.states;
      }),
      runs(150),
    );
    // Not a promise, but a search that reduces nothing would prove nothing.
    console.log(full, kept, few);
    expect(kept).toBeLessThan(0.9 * full);
    expect(few).toBeLessThan(0.8 * full);
  });

  it("take contexts with nothing in common one after the other", () => {
    for (const contexts of [1, 4, 8]) {
      const [whole] = reducedSearches(linkExample(once, { contexts }));
      expect(whole?.states).toBe(contexts + 1);
    }
  });

  it("answer a kernel question", () => {
    const system = linkSmall({
      version: "v5",
      configuration: { slabs: ["A cpu0 free=1", "A partial free=1", "page"] },
      contexts: [task("task0", ["kmalloc A"]), hook("hook0", ["kmalloc_nolock A"])],
      properties: ["S1", "S3", "S4", "S7"],
    });
    const all = search(system, { exploreAll: true });
    for (const result of reducedSearches(system)) expect(answers(result)).toEqual(answers(all));
  });
});
