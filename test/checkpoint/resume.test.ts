/** Is the answer of a search that was cut, and went on, that of one that was not? On systems drawn at random. */
import fc from "fast-check";
import { expect, it } from "vitest";
import type { EngineOptions } from "../../checker/engine/search/options.ts";
import { engineSearch } from "../../checker/engine/search/search.ts";
import freelist from "../../examples/freelist.ts";
import ticketLock from "../../examples/ticket-lock.ts";
import { comparable } from "../engine/same-result.ts";
import { linkExample } from "../examples/link-example.ts";
import { drawnSystems, searched } from "../reduction/systems.ts";
import { runs } from "../runs.ts";
import { type Cut, searchInParts } from "./folder.ts";

/** Ways in which a search can go that must not change its answer. */
const ways: fc.Arbitrary<EngineOptions> = fc.record({
  backend: fc.constantFrom("wasm", "wasm", "wasm", "js"),
  unroll: fc.constantFrom(0, 8),
  firstTable: fc.constantFrom(1, 1024),
  slice: fc.constantFrom(1, 2, 5, 1 << 20),
  shards: fc.constantFrom(0, 0, 0, 3),
  // A part of the search is by another tree.
  fitFrom: fc.constantFrom(1, 20, 250_000),
  rootBits: fc.constantFrom(14, 32),
});

const cuts: fc.Arbitrary<Cut> = fc.record({
  how: fc.constantFrom("asked", "killed"),
  looks: fc.nat(60),
  options: ways,
  each: fc.integer({ min: 1, max: 12 }),
});

const reductions = fc.constantFrom<EngineOptions>(
  {},
  {},
  { por: true },
  { symmetry: true },
  { por: true, symmetry: true },
  { por: true, symmetry: true, reduceFrom: 40 },
);

it("a search that is cut at any moment and goes on in any other way finds the same", () => {
  const seen = { resumed: 0, reduced: 0, violated: 0 };
  fc.assert(
    fc.property(
      drawnSystems,
      reductions,
      fc.boolean(),
      fc.array(cuts, { minLength: 1, maxLength: 3 }),
      ways,
      (one, reduced, exploreAll, parts, last) => {
        const { system } = searched(one);
        const asked = { ...reduced, exploreAll };
        const whole = engineSearch(system, asked);
        const { result, resumed } = searchInParts(system, asked, parts, last);
        expect(comparable(result)).toEqual(comparable(whole));
        seen.resumed += resumed;
        if (resumed > 0 && result.reduced) seen.reduced += 1;
        if (resumed > 0 && result.violations.length > 0) seen.violated += 1;
      },
    ),
    runs(50),
  );
  // Not promises, but a test in which nothing goes on would prove nothing.
  expect(seen.resumed).toBeGreaterThan(12);
  expect(seen.reduced).toBeGreaterThan(2);
  expect(seen.violated).toBeGreaterThan(4);
});

const large = linkExample(freelist, { processes: 4, objects: 4, lastTag: 5 });

it.each<readonly [string, EngineOptions, EngineOptions]>([
  ["one thread, then two", { workers: 1 }, { workers: 2, crewFrom: 1 }],
  ["two threads, then one", { workers: 2, crewFrom: 1 }, { workers: 1 }],
  ["two threads, then two over shards", { workers: 2, crewFrom: 1 }, { workers: 2, crewFrom: 1, shards: 3 }],
  ["over shards, then over others", { workers: 2, crewFrom: 1, shards: 2 }, { workers: 2, crewFrom: 1, shards: 5 }],
])("%s: counts are those of one search", (_, first, then) => {
  const whole = engineSearch(large, { exploreAll: true });
  const options = { ...first, slice: 10_000 };
  const parts: readonly Cut[] = [
    { how: "asked", looks: 100, options, each: 1000 },
    { how: "killed", looks: 100, options: { ...then, slice: 10_000 }, each: 2 },
  ];
  const { result, resumed, safe } = searchInParts(large, { exploreAll: true }, parts, then);
  expect(comparable(result)).toEqual(comparable(whole));
  expect([result.states, resumed]).toEqual([664_814, 2]);
  expect(safe).toBeGreaterThan(10_000);
});

it("of a search that was killed no more is done again than what came since it was written", () => {
  const [slice, each] = [1000, 3];
  const looks = [120, 90, 200];
  const parts = looks.map((one): Cut => ({ how: "killed", looks: one, options: { slice, fitFrom: 1 }, each }));
  const { result, lost, safe } = searchInParts(large, { exploreAll: true }, parts, {});
  expect([result.states, result.transitions]).toEqual([664_814, 2_316_656]);
  expect(safe).toBeGreaterThan(50_000);
  // A state has two steps of each of four processes, at most; a slice may be under way, and one be what was written.
  expect(lost).toBeLessThanOrEqual((each + 2) * slice * 8);
});

it("what was seen in a slice of a level that no search looked at is not forgotten, wherever it is cut", () => {
  const torn = linkExample(ticketLock, { processes: 2 }, ["torn"]);
  const asked = { exploreAll: true, fitFrom: 1, slice: 1 };
  const whole = comparable(engineSearch(torn, asked));
  expect(Object.keys(whole.violations)).toContain("mutualExclusion");
  let resumed = 0;
  for (let looks = 2; looks < 60; looks += 2) {
    const cut: Cut = { how: "killed", looks, options: {}, each: 1 };
    const found = searchInParts(torn, asked, [cut], {});
    expect(comparable(found.result)).toEqual(whole);
    resumed += found.resumed;
  }
  expect(resumed).toBeGreaterThan(10);
});
