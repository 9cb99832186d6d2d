/** Does the engine answer as the reference does, in everything, on systems drawn at random? */
import fc from "fast-check";
import { expect, it } from "vitest";
import type { EngineOptions } from "../../checker/engine/search/options.ts";
import { engineSearch } from "../../checker/engine/search/search.ts";
import { layoutOf } from "../../checker/engine/state/layout.ts";
import { balancedTree, fittedTree } from "../../checker/engine/state/tree.ts";
import { LinkError, type System } from "../../checker/language/index.ts";
import { link } from "../../checker/link/link.ts";
import { search } from "../../checker/reference/search.ts";
import { drawSystem, tapes } from "../reference/random-systems.ts";
import { Tape } from "../reference/random-terms.ts";
import { runs } from "../runs.ts";
import { comparable, engineResults } from "./same-result.ts";

/** Not every draw links: a property may concern no row, or the initial state may mean nothing. */
function drawn(numbers: readonly number[]): System {
  try {
    return link(drawSystem(new Tape(numbers)));
  } catch (error) {
    fc.pre(!(error instanceof LinkError));
    throw error;
  }
}

const MAX_STATES = 1_000;

it.each([
  ["the whole graph", { exploreAll: true, maxStates: MAX_STATES }],
  ["up to the first violation", { maxStates: MAX_STATES }],
  ["up to a number of states", { exploreAll: true, maxStates: 12 }],
  ["up to a depth", { exploreAll: true, maxDepth: 3 }],
])("reference, WebAssembly and JavaScript give the same result: %s", (_, options) => {
  fc.assert(
    fc.property(tapes, (numbers) => {
      const system = drawn(numbers);
      const expected = comparable(search(system, options));
      for (const result of engineResults(system, options)) expect(result).toEqual(expected);
    }),
    runs(60),
  );
});

/** Places for two roots, so that nearly all are in the stash; a tree fitted to the first few states. */
const FORCED = { largestRoots: 2, firstTable: 1 };
const FITTED = { fitFrom: 5 };
/** Where three numbers are a root, two of them soon no longer fit a word. */
const NARROW = { rootBits: 22, fitFrom: 5 };

function agree(usual: number, ways: readonly EngineOptions[]): void {
  fc.assert(
    fc.property(tapes, (numbers) => {
      const system = drawn(numbers);
      const options = { exploreAll: true, maxStates: MAX_STATES };
      const expected = comparable(search(system, options));
      for (const result of engineResults(system, options, ways)) expect(result).toEqual(expected);
    }),
    runs(usual),
  );
}

it("forced fall-backs give the same result", () => {
  agree(40, [FORCED, FITTED, NARROW, { ...FORCED, ...FITTED, backend: "js" }]);
});

it("two threads give the same result", () => {
  agree(20, [
    { workers: 2, crewFrom: 1, firstTable: 1 },
    { workers: 2, crewFrom: 1, ...FORCED, ...FITTED },
  ]);
});

it("shards with memories of their own give the same result", () => {
  agree(30, [
    { nearBits: 0, shards: 1 },
    { nearBits: 0, shards: 3, ...FITTED },
    { nearBits: 0, shards: 2, ...FORCED, backend: "js" },
    { nearBits: 0, shards: 2, ...NARROW },
    { nearBits: 0, shards: 4, workers: 2, crewFrom: 1, firstTable: 1, ...FITTED },
  ]);
});

it("the tree of parts changes nothing", () => {
  fc.assert(
    fc.property(tapes, fc.array(fc.nat(), { minLength: 40, maxLength: 40 }), (numbers, noise) => {
      const system = drawn(numbers);
      const { words } = layoutOf(system);
      const sample = Array.from({ length: 20 }, (_, i) =>
        Array.from({ length: words }, (_, w) => (noise[i] as number) % (w + 2)),
      );
      const options = { exploreAll: true, maxStates: MAX_STATES };
      const results = [balancedTree(words), fittedTree(words, sample)].map((tree) =>
        comparable(engineSearch(system, { ...options, tree })),
      );
      expect(results[0]).toEqual(results[1]);
    }),
    runs(20),
  );
});
