/** Does a search that is asked to end, wherever it is, end with what it has seen and never claim more? */
import fc from "fast-check";
import { expect, it } from "vitest";
import { runSearch, runSearching } from "../../checker/engine/run.ts";
import { engineSearching } from "../../checker/engine/search/search.ts";
import type { System } from "../../checker/language/index.ts";
import { INTERRUPTED, type Lengthy, type Progress } from "../../checker/reference/progress.ts";
import type { SearchResult } from "../../checker/reference/result.ts";
import { traceOf } from "../../checker/reference/trace.ts";
import freelist from "../../examples/freelist.ts";
import { linkExample } from "../examples/link-example.ts";
import { drawnSystems, searched } from "../reduction/systems.ts";
import { runs } from "../runs.ts";

/** Runs a search and asks it to end when `isEnough`; gives also how often it said how far it was. */
function endWhen<T>(
  isEnough: (looks: number, progress?: Progress) => boolean,
  begin: (end: AbortSignal) => Lengthy<T>,
) {
  const end = new AbortController();
  const work = begin(end.signal);
  let progress: Progress | undefined;
  for (let looks = 0; ; looks++) {
    if (isEnough(looks, progress)) end.abort();
    const { done, value } = work.next();
    if (done) return { found: value, looks };
    progress = value;
  }
}

const endAfter = <T>(most: number, begin: (end: AbortSignal) => Lengthy<T>) =>
  endWhen((looks) => looks === most, begin);

/** What is true of an answer that a search was kept from completing. */
function expectHonest(system: System, found: SearchResult, full: SearchResult): void {
  expect([found.complete, found.incomplete?.startsWith(INTERRUPTED)]).toEqual([false, true]);
  expect(found.states).toBeLessThanOrEqual(full.states);
  expect(found.transitions).toBeLessThanOrEqual(full.transitions);
  const violated = full.violations.map(({ property }) => property);
  for (const { property, why, at } of found.violations) {
    expect(violated).toContain(property);
    expect(traceOf(system, property, why, found.trace(at)).steps.length).toBeGreaterThanOrEqual(0);
  }
}

const WAYS = [
  ["the reference", { engine: "reference" }],
  ["the reference, reduced", { engine: "reference", por: true }],
  ["JavaScript", { engine: "js" }],
  ["WebAssembly", { engine: "wasm", workers: 1 }],
  ["WebAssembly, reduced", { engine: "wasm", workers: 1, por: true }],
] as const;

it.each(WAYS)("%s: on systems drawn at random", (_, options) => {
  fc.assert(
    fc.property(drawnSystems, fc.nat(30), (one, looks) => {
      const { system } = searched(one);
      const ended = endAfter(looks, (signal) => runSearching(system, { ...options, exploreAll: true, signal }));
      // One that was through before it was asked is complete.
      if (ended.looks < looks) expect(ended.found.result.complete).toBe(true);
      else expectHonest(system, ended.found.result, runSearch(system, { ...options, exploreAll: true }).result);
    }),
    runs(30),
  );
});

it("two threads that are in the middle of a level stop, and what they did counts", () => {
  const system = linkExample(freelist, { processes: 4, objects: 4, lastTag: 7 });
  const options = { exploreAll: true, workers: 2, crewFrom: 1 };
  const isEnough = (_: number, progress?: Progress): boolean => (progress?.states ?? 0) > 500_000;
  const { found } = endWhen(isEnough, (signal) => engineSearching(system, { ...options, signal }));
  expect([found.complete, found.incomplete]).toEqual([false, INTERRUPTED]);
  expect(found.states).toBeGreaterThan(500_000);
  expect(found.states).toBeLessThan(8_169_684);
  expect(found.fired.reduce((n, fired) => n + fired)).toBe(found.transitions);
});

it("what is to stay possible is not taken for checked", () => {
  fc.assert(
    fc.property(drawnSystems, (one) => {
      const { system: drawn } = searched(one);
      const goal = drawn.invariants[0] ?? drawn.atRest[0];
      fc.pre(goal !== undefined);
      const system: System = { ...drawn, alwaysPossible: [goal] };
      const { looks } = endAfter(Number.POSITIVE_INFINITY, () => engineSearching(system, { exploreAll: true }));
      const { found } = endAfter(looks - 1, (signal) => engineSearching(system, { exploreAll: true, signal }));
      expect(found.complete).toBe(false);
      expect(found.incomplete).toContain(`${INTERRUPTED} when the graph was explored`);
    }),
    runs(20),
  );
});
