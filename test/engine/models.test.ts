/** Does the engine answer as the reference does on the examples, and does it know the answers of large ones? */
import { describe, expect, it } from "vitest";
import { builtins } from "../../checker/cli/models.ts";
import { exampleSpecs, folders, specNamed, specNames } from "../../checker/cli/specs.ts";
import { engineSearch, engineSearching } from "../../checker/engine/search/search.ts";
import { search } from "../../checker/reference/search.ts";
import { loadSpec } from "../../checker/spec/load.ts";
import bits from "../../examples/bits.ts";
import freelist from "../../examples/freelist.ts";
import hanoi from "../../examples/hanoi.ts";
import { linkExample } from "../examples/link-example.ts";
import { TIMES } from "../runs.ts";
import { comparable, engineResults } from "./same-result.ts";

const specs = [...exampleSpecs(), ...specNames(folders).map((name) => specNamed(name, folders))];

/** What takes time is to generate the code of each; larger graphs are compared in part here, and whole by crosscheck. */
const MAX_STATES = 1_000;

const WAYS = [
  { way: "until a violation, in WebAssembly", exploreAll: false, backend: "wasm" },
  { way: "the whole graph, in JavaScript", exploreAll: true, backend: "js" },
] as const;

/** One spec after the other takes turns at the ways; all of them in all ways takes a quarter of an hour, nightly. */
const asked = specs.flatMap((file, i) =>
  WAYS.filter((_, turn) => TIMES > 1 || turn === i % WAYS.length).map((way) => ({ file, ...way })),
);

describe("the engine and the reference", () => {
  it.each(asked)("give the same result for $file.source, $way", async ({ file, exploreAll, backend }) => {
    const { system } = await loadSpec(file, builtins);
    const options = { exploreAll, maxStates: MAX_STATES };
    const expected = comparable(search(system, options));
    for (const result of engineResults(system, options, [{ backend }])) expect(result).toEqual(expected);
  });
});

describe("known answers", () => {
  it("hanoi with 10 discs has 3^N states and a solution of 2^N - 1 moves", () => {
    const { states, transitions, depth } = engineSearch(linkExample(hanoi, { discs: 10 }), { exploreAll: true });
    expect({ states, transitions, depth }).toEqual({
      states: 3 ** 10,
      transitions: 3 * (3 ** 10 - 1),
      depth: 2 ** 10 - 1,
    });
  });

  it("16 bits have 2^N states and N * 2^N edges", () => {
    const { states, transitions } = engineSearch(linkExample(bits, { bits: 16 }), { exploreAll: true });
    expect({ states, transitions }).toEqual({ states: 2 ** 16, transitions: 16 * 2 ** 16 });
  });

  it("the free list with 4 processes, 4 objects and 7 tags has as many states as Spin, Rumur and TLC find", () => {
    const system = linkExample(freelist, { processes: 4, objects: 4, lastTag: 7 });
    const { states, transitions, depth, violations } = engineSearch(system, { exploreAll: true });
    expect({ states, transitions, depth }).toEqual({ states: 8_169_684, transitions: 29_714_812, depth: 34 });
    expect(violations).toEqual([]);
  }, 120_000);
});

describe("threads", () => {
  it.each([
    [[], 1],
    [["untagged"], 300],
  ])("two and three give what one gives, on the free list with variants %j", (variants, crewFrom) => {
    const system = linkExample(freelist, { processes: 3, objects: 4, lastTag: 6 }, variants);
    for (const exploreAll of [false, true]) {
      const expected = comparable(engineSearch(system, { exploreAll }));
      for (const way of [
        { workers: 2 },
        { workers: 3 },
        { workers: 2, largestRoots: 1 << 12 },
        // Three parts hang on the root; two of them no longer fit a word, some time or from the start.
        { workers: 2, fitFrom: 1_000 },
        { workers: 1, fitFrom: 1_000, rootBits: 18 },
        { workers: 1, fitFrom: 1_000, rootBits: 18, backend: "js" },
        { workers: 2, fitFrom: 1_000, rootBits: 12 },
        // The roots in memories of their own, and so while they are arranged anew.
        { workers: 3, shards: 4 },
        { workers: 2, shards: 2, fitFrom: 1_000, rootBits: 18 },
        { workers: 1, shards: 2, fitFrom: 1_000, rootBits: 18, backend: "js" },
        { workers: 2, shards: 2, fitFrom: 1_000, rootBits: 12 },
      ] as const) {
        const ways = { ...way, crewFrom, firstTable: 1 };
        expect(comparable(engineSearch(system, { exploreAll, ...ways }))).toEqual(expected);
      }
    }
  });
});

it("two threads begin anew in the same memory when two numbers no longer fit a word", () => {
  const system = linkExample(freelist, { processes: 4, objects: 4, lastTag: 5 });
  const ways = { fitFrom: 1_000, crewFrom: 1_000, workers: 2, rootBits: 22 };
  expect(comparable(engineSearch(system, { exploreAll: true, ...ways }))).toEqual(
    comparable(engineSearch(system, { exploreAll: true })),
  );
});

/** Pages: fewer than the search below needs. */
const ADDRESSES = 120;

describe("where the addresses of one memory do not reach", () => {
  const system = linkExample(freelist, { processes: 4, objects: 4, lastTag: 5 });
  const expected = comparable(engineSearch(system, { exploreAll: true }));
  const small = { exploreAll: true, addresses: ADDRESSES, fitFrom: 1_000, crewFrom: 1_000 };

  it.each([
    ["wasm", 1],
    ["wasm", 2],
    ["js", 1],
  ] as const)("the search begins anew with several: %s, %i", (backend, workers) => {
    const ended = engineSearch(system, { ...small, backend, workers, memory: ADDRESSES * 65536 });
    expect(ended.incomplete).toMatch(/^all memory that 32 bits can address is in use /);
    expect(comparable(engineSearch(system, { ...small, backend, workers, memory: 2 ** 28 }))).toEqual(expected);
  });

  it("and says so", () => {
    const said = new Set<string | undefined>();
    const work = engineSearching(system, { ...small, memory: 2 ** 28 });
    for (let next = work.next(); !next.done; next = work.next()) said.add(next.value.anew);
    expect([...said]).toEqual([undefined, "one memory was full"]);
  });

  it("and keeps to the limit that all have together", () => {
    const { states, incomplete } = engineSearch(system, { ...small, workers: 2, memory: 1.5 * ADDRESSES * 65536 });
    expect(incomplete).toMatch(/^the memory limit was reached \(1[01] MiB in use\)$/);
    expect(states).toBeLessThan(expected.states);
  });
});

it("a kernel spec gives the same with a tree fitted to it, by one thread and by two", async () => {
  const { system } = await loadSpec(specNamed("company/two-tasks-and-a-scanner@preemptRt", folders), builtins);
  const expected = comparable(engineSearch(system, { exploreAll: true }));
  for (const more of [{ workers: 1 }, { workers: 2 }, { workers: 2, shards: 4 }]) {
    const ways = { fitFrom: 5_000, crewFrom: 1_000, ...more };
    expect(comparable(engineSearch(system, { exploreAll: true, ...ways }))).toEqual(expected);
  }
}, 60_000);

describe("a memory limit", () => {
  const system = linkExample(freelist, { processes: 4, objects: 4, lastTag: 7 });

  it.each([
    ["wasm", 1],
    ["wasm", 2],
    ["js", 1],
  ] as const)("ends the search as incomplete, with what it has counted: %s, %i", (backend, workers) => {
    const result = engineSearch(system, { exploreAll: true, backend, workers, memory: 8 * 2 ** 20 });
    expect(result.complete).toBe(false);
    expect(result.incomplete).toMatch(/^the memory limit was reached \([5-8] MiB in use\)$/);
    expect(result.states).toBeGreaterThan(100_000);
  });
});
