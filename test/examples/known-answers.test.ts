/**
 * Do the examples have the numbers of states and edges that are known from elsewhere? Closed forms where there are any;
 * else counts that Spin, Rumur or TLC give for the same algorithm.
 */
import { describe, expect, it } from "vitest";
import { ENGINES, runSearch } from "../../checker/engine/run.ts";
import { reducedSearch } from "../../checker/reduction/search.ts";
import { search } from "../../checker/reference/search.ts";
import type { Model, Setting } from "../../checker/spec/model.ts";
import arrayLock from "../../examples/array-lock.ts";
import bits from "../../examples/bits.ts";
import counters from "../../examples/counters.ts";
import freelist from "../../examples/freelist.ts";
import hanoi from "../../examples/hanoi.ts";
import once from "../../examples/once.ts";
import peterson from "../../examples/peterson.ts";
import philosophers from "../../examples/philosophers.ts";
import seqcount from "../../examples/seqcount.ts";
import twins from "../../examples/twins.ts";
import twoPhaseCommit from "../../examples/two-phase-commit.ts";
import { linkExample } from "./link-example.ts";
import { naiveFreelist } from "./naive-freelist.ts";
import { naiveSeqcount } from "./naive-seqcount.ts";

const explore = (model: Model, configuration: Readonly<Record<string, Setting>>) => {
  const { states, transitions, complete, violations } = search(linkExample(model, configuration), { exploreAll: true });
  expect(complete).toBe(true);
  return { states, transitions, violated: violations.map((v) => v.property) };
};
const counts = (model: Model, configuration: Readonly<Record<string, Setting>>) => {
  const { states, transitions } = explore(model, configuration);
  return { states, transitions };
};

const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1));

describe("known answers", () => {
  it.each([1, 2, 5, 10])("%i bits have 2^N states and N * 2^N edges", (n) => {
    expect(counts(bits, { bits: n })).toEqual({ states: 2 ** n, transitions: n * 2 ** n });
  });

  it.each([1, 4, 10])("%i contexts of one step have 2^N states, and N + 1 with partial order", (n) => {
    expect(counts(once, { contexts: n })).toEqual({ states: 2 ** n, transitions: n * 2 ** (n - 1) });
    const { states, transitions, violations } = reducedSearch(linkExample(once, { contexts: n }));
    expect({ states, transitions, violations }).toEqual({ states: n + 1, transitions: n, violations: [] });
  });

  it.each([1, 4, 8])("%i interchangeable bits have 2^N states, and N + 1 with symmetry", (n) => {
    expect(counts(twins, { bits: n })).toEqual({ states: 2 ** n, transitions: n * 2 ** (n - 1) });
    const system = linkExample(twins, { bits: n });
    for (const engine of ENGINES) {
      const { result } = runSearch(system, { engine, exploreAll: true, symmetry: true });
      expect(result.states).toBe(n + 1);
    }
  });

  it.each([
    [1, 3],
    [3, 2],
    [4, 3],
    [5, 3],
  ])("%i counters up to %i have (K + 1)^N states and N * K * (K + 1)^(N - 1) edges", (n, k) => {
    const transitions = n * k * (k + 1) ** (n - 1);
    expect(counts(counters, { counters: n, limit: k })).toEqual({ states: (k + 1) ** n, transitions });
  });

  it.each([1, 3, 6, 8])(
    "hanoi with %i discs has 3^N states, 3 * (3^N - 1) edges and a solution of 2^N - 1 moves",
    (n) => {
      const { states, transitions, depth, violations } = search(linkExample(hanoi, { discs: n }), { exploreAll: true });
      expect({ states, transitions, depth }).toEqual({
        states: 3 ** n,
        transitions: 3 * (3 ** n - 1),
        depth: 2 ** n - 1,
      });
      expect(violations.map((v) => [v.property, v.length])).toEqual([["neverSolved", 2 ** n - 1]]);
    },
  );

  it.each([
    [2, 6, 8],
    [3, 14, 27],
    [4, 34, 88],
    [5, 82, 265],
    [6, 198, 768],
    [7, 478, 2_163],
    [8, 1_154, 5_968],
  ])("%i philosophers have %i states and %i edges, and deadlock", (n, states, transitions) => {
    expect(states).toBe(Math.round((1 + Math.SQRT2) ** n + (1 - Math.SQRT2) ** n));
    expect(explore(philosophers, { philosophers: n })).toEqual({ states, transitions, violated: ["deadlock"] });
  });

  it.each([
    [1, 1],
    [2, 2],
    [3, 3],
    [3, 4],
    [4, 7],
  ])("an array lock of %i processes and %i slots has M * (1 + 4 * (orders of who waits)) states", (n, m) => {
    // Who waits stands in a row, the first of them at one of four steps; the ticket that is drawn next is any of M.
    const rows = Array.from({ length: n }, (_, k) => ({ k: k + 1, orders: factorial(n) / factorial(n - k - 1) }));
    const states = m * rows.reduce((sum, { orders }) => sum + 4 * orders, 1);
    const transitions = m * rows.reduce((sum, { k, orders }) => sum + 4 * orders * (n - k + 1), n);
    const { violated, ...found } = explore(arrayLock, { processes: n, slots: m });
    expect(found).toEqual({ states, transitions });
    expect(violated).toEqual([]);
  });

  it.each([
    [1, 2],
    [2, 8],
    [2, 4],
    [3, 8],
    [3, 4],
    [4, 8],
  ])("a sequence counter has the states of a simulation: %i writes, counted modulo %i", (writes, modulo) => {
    const naive = naiveSeqcount(writes, modulo);
    const { violated, ...found } = explore(seqcount, { writes, counts: modulo });
    expect(found).toEqual({ states: naive.states, transitions: naive.transitions });
    expect(violated).toEqual(naive.torn ? ["whole"] : []);
    // A reader sleeps through a whole round exactly where there are enough writes for one.
    expect(naive.torn).toBe(2 * writes >= modulo);
  });

  it("a left-handed philosopher keeps them from a deadlock", () => {
    expect(explore(philosophers, { philosophers: 5, leftHanded: true }).violated).toEqual([]);
  });

  it.each([
    [2, 43, 80],
    [3, 894, 2_196],
    [4, 18_165, 54_064],
  ])("Peterson's lock for %i processes has %i states and %i edges", (n, states, transitions) => {
    expect(explore(peterson, { processes: n })).toEqual({ states, transitions, violated: [] });
  });

  it.each([
    [2, 2, 3],
    [3, 3, 2],
    [3, 4, 3],
    [3, 3, 4],
  ])(
    "the free list with %i processes, %i objects and %i tags is that of a program written by hand",
    (processes, objects, lastTag) => {
      expect(counts(freelist, { processes, objects, lastTag })).toEqual(naiveFreelist(processes, objects, lastTag));
    },
  );

  it("two-phase commit with 3 resource managers has 288 states; TLC generates 1,146 with the initial one", () => {
    expect(explore(twoPhaseCommit, { managers: 3 })).toEqual({ states: 288, transitions: 1_146 - 1, violated: [] });
  });
});
