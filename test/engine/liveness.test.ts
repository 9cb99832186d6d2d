/** Does the engine decide liveness as the reference does, and show the same run, whatever its tables and threads are like? */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { EngineOptions } from "../../checker/engine/search/options.ts";
import { engineSearch } from "../../checker/engine/search/search.ts";
import {
  bool,
  type Expr,
  eventually,
  lit,
  not,
  program,
  property,
  type System,
  state,
  step,
  when,
} from "../../checker/language/index.ts";
import { link } from "../../checker/link/link.ts";
import type { SearchResult } from "../../checker/reference/result.ts";
import { search } from "../../checker/reference/search.ts";
import starvation from "../../examples/starvation.ts";
import { linkExample } from "../examples/link-example.ts";
import { drawLiveness, drawRounds } from "../reference/drawn-liveness.ts";
import { tapes } from "../reference/random-systems.ts";
import { runs } from "../runs.ts";

/** All that is said of violations: of a run that goes on for ever each step. */
const told = ({ violations }: SearchResult) =>
  violations.map(({ property, verdict, length, why, endless }) => ({
    ...{ property, verdict, length, why, start: endless?.start },
    ways: [endless?.stem ?? [], endless?.cycle ?? []].map((steps) =>
      steps.map(({ context, command, chosen }) => [context, command.id, ...chosen]),
    ),
  }));

const same = (system: System, options: EngineOptions): void =>
  expect(told(engineSearch(system, { ...options, exploreAll: true }))).toEqual(
    told(search(system, { exploreAll: true })),
  );

describe("the engine's answer to liveness", () => {
  it.each([
    { name: "WebAssembly", times: 60, options: { backend: "wasm" } },
    { name: "JavaScript", times: 60, options: { backend: "js" } },
    { name: "full tables and no choice written out", times: 30, options: { backend: "js", firstTable: 4, unroll: 1 } },
  ] as const)("is the reference's on random systems: $name", ({ times, options }) => {
    const found = { cycles: 0, stays: 0, holds: 0 };
    fc.assert(
      fc.property(tapes, fc.boolean(), (numbers, round) => {
        const system = round ? drawRounds(numbers) : drawLiveness(numbers);
        fc.pre(system !== null && search(system, { exploreAll: true, maxStates: 300 }).complete);
        same(system, options);
        const shown = search(system, { exploreAll: true }).violations.find((v) => v.endless)?.endless;
        found[shown === undefined ? "holds" : shown.cycle.length > 0 ? "cycles" : "stays"] += 1;
      }),
      runs(times),
    );
    for (const count of Object.values(found)) expect(count).toBeGreaterThan(0);
  });

  it("asks what is owed where no step is ever taken, too", () => {
    const cells = state({ a: bool });
    const { a } = cells;
    const stands = program("stands", { exits: [] }, () => ({ r0: step("", when(lit(false)).goto("r0")) }));
    const asked = (condition: Expr<boolean>): System =>
      link({
        name: "nothing happens",
        roots: [cells],
        contexts: [{ name: "p", script: stands }],
        properties: [property("live", "", eventually(condition))],
        deadlock: false,
      });
    for (const [condition, count] of [
      [not(a), 0],
      [a, 1],
    ] as const)
      for (const backend of ["wasm", "js"] as const) {
        same(asked(condition), { backend });
        expect(engineSearch(asked(condition), { exploreAll: true, backend }).violations).toHaveLength(count);
      }
  });

  it.each([
    { lock: "xchg", processes: 3 },
    { lock: "waits", processes: 4 },
    { lock: "mcs", processes: 3 },
    { lock: "ticket", processes: 4 },
  ])("does not depend on threads, nor on how a table grows: $lock with $processes", (configuration) => {
    const system = linkExample(starvation, configuration, []);
    for (const workers of [1, 2]) same(system, { workers, crewFrom: 1, firstTable: 64 });
  });
});
