/** Does a reduced search find what the full one finds, and is what it rests on true? On systems drawn at random. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ENGINES, runSearch } from "../../checker/engine/run.ts";
import type { System } from "../../checker/language/index.ts";
import { recheck } from "../../checker/reduction/recheck-graph.ts";
import { reducedSearch } from "../../checker/reduction/search.ts";
import type { SearchResult } from "../../checker/reference/result.ts";
import { search } from "../../checker/reference/search.ts";
import { expand } from "../../checker/reference/step.ts";
import { drawSystem, linkDrawn, tapes } from "../reference/random-systems.ts";
import { Tape } from "../reference/random-terms.ts";
import { runs } from "../runs.ts";
import { answers, counts, lengths, replay } from "./answers.ts";
import { graphOf } from "./graph.ts";
import { drawnSystems, searched } from "./systems.ts";

/** By both reductions, each alone, and none: what each engine finds is what the reference finds without. Gives states. */
function searchedAllWays(system: System, full: SearchResult) {
  const states = (por: boolean, symmetry: boolean): number => {
    const [reference, ...engines] = [...ENGINES].reverse().map((engine) => {
      const run = runSearch(system, { engine, por, symmetry, exploreAll: true, workers: 1 });
      expect(run.engine).toBe(engine);
      expect(answers(run.result)).toEqual(answers(full));
      replay(system, run.result);
      return run;
    });
    const { reductions, result } = reference as ReturnType<typeof runSearch>;
    for (const engine of engines) expect(counts(engine.result)).toEqual(counts(result));
    if (!reductions.includes("partial order")) expect(lengths(result)).toEqual(lengths(full));
    for (const [context, cut] of result.cuts.entries())
      expect([...cut].filter((label) => !full.cuts[context]?.has(label))).toEqual([]);
    return result.states;
  };
  return {
    none: states(false, false),
    por: states(true, false),
    symmetry: states(false, true),
    all: states(true, true),
  };
}

describe("a reduced search", () => {
  it("finds the same violations, deadlocks and witnesses by all combinations and engines", () => {
    const seen = { systems: 0, cut: 0, por: 0, symmetry: 0, both: 0 };
    const sum = { none: 0, por: 0, symmetry: 0, all: 0 };
    const found = new Set<string>();
    const verdicts = new Set<string>();
    fc.assert(
      fc.property(drawnSystems, (one) => {
        const { system, full } = searched(one);
        const states = searchedAllWays(system, full);
        for (const way of Object.keys(sum) as (keyof typeof sum)[]) sum[way] += states[way];
        seen.systems += 1;
        if (full.cuts.some((cut) => cut.size > 0)) seen.cut += 1;
        if (states.por < states.none) seen.por += 1;
        if (states.symmetry < states.none) seen.symmetry += 1;
        if (states.all < Math.min(states.por, states.symmetry)) seen.both += 1;
        for (const { property, verdict } of full.violations) {
          found.add(property);
          verdicts.add(verdict);
        }
        for (const [i, met] of full.met.entries())
          found.add(`${met ? "met" : "never"}: ${system.witnesses[i]?.property}`);
      }),
      runs(80),
    );
    // Not promises, but searches that reduce nothing, and systems in which nothing happens, would prove nothing.
    expect(sum.por).toBeLessThan(0.85 * sum.none);
    expect(sum.all).toBeLessThan(0.97 * sum.por);
    expect(seen.cut).toBeGreaterThan(0.35 * seen.systems);
    expect(seen.por).toBeGreaterThan(0.35 * seen.systems);
    expect(seen.symmetry).toBeGreaterThan(0.1 * seen.systems);
    expect(seen.both).toBeGreaterThan(0.04 * seen.systems);
    expect([...verdicts]).toEqual(expect.arrayContaining(["deadlock", "noProgress", "violated"]));
    expect(found.size).toBeGreaterThan(12);
  });

  it("rests on what is true at every step and in every state", () => {
    const seen = { systems: 0, waits: 0, ample: 0 };
    fc.assert(
      fc.property(drawnSystems, (one) => {
        const { system, full } = searched(one);
        const { problems, complete, ample } = recheck(system, full.states);
        expect([problems, complete]).toEqual([[], true]);
        seen.systems += 1;
        if (ample > 0) seen.ample += 1;
        if (graphOf(system).states.some((state) => expand(system, state).waiting.length > 0)) seen.waits += 1;
      }),
      runs(120),
    );
    expect(seen.waits).toBeGreaterThan(0.3 * seen.systems);
    expect(seen.ample).toBeGreaterThan(0.4 * seen.systems);
  });

  it("does so with all that the language has, where partial order is all that is tried", () => {
    const seen = { none: 0, por: 0 };
    fc.assert(
      fc.property(tapes, (numbers) => {
        const linked = linkDrawn(drawSystem(new Tape(numbers)));
        fc.pre(linked !== null);
        const system: System = { ...(linked as System), alwaysPossible: [] };
        const full = search(system, { exploreAll: true, maxStates: 600 });
        fc.pre(full.complete && full.states > 2);
        const few = reducedSearch(system, { exploreAll: true });
        expect(answers(few)).toEqual(answers(full));
        replay(system, few);
        expect(recheck(system, full.states)).toMatchObject({ complete: true, problems: [] });
        seen.none += full.states;
        seen.por += few.states;
      }),
      runs(200),
    );
    expect(seen.por).toBeLessThan(seen.none);
  });
});
