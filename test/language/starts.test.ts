/** Where may a run begin? In each of several states, and whatever is told of a run says in which. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { check } from "../../checker/answer/check.ts";
import { ENGINES, runSearch } from "../../checker/engine/run.ts";
import { toMurphi } from "../../checker/export/murphi.ts";
import { toPromela } from "../../checker/export/promela.ts";
import {
  AuthorError,
  anyValue,
  bool,
  constants,
  each,
  ghosts,
  indexSet,
  invariant,
  type LinkOptions,
  lit,
  or,
  otherwise,
  program,
  property,
  range,
  setEach,
  sometimes,
  state,
  step,
  struct,
  when,
} from "../../checker/language/index.ts";
import { printSystem } from "../../checker/language/print.ts";
import { beginsWith, startsWith } from "../../checker/reference/starts.ts";
import { traceOf } from "../../checker/reference/trace.ts";
import { aut } from "../../checker/report/formats/aut.ts";
import { itf } from "../../checker/report/formats/itf.ts";
import { replay } from "../../checker/simulate/replay.ts";
import { namedOfTrace, readTrace, traceFile } from "../../checker/simulate/trace-file.ts";
import { Walk } from "../../checker/simulate/walk.ts";
import { loadSpec } from "../../checker/spec/load.ts";
import { writeWhole } from "../../checker/text/files.ts";
import tokenRing from "../../examples/token-ring.ts";
import { linkExample } from "../examples/link-example.ts";
import { statesOf, systemOf } from "./build.ts";

const dir = mkdtempSync(join(tmpdir(), "nolock-"));
afterAll(() => rmSync(dir, { recursive: true }));

const slot = indexSet("slot");
const k = state({ on: bool, n: range(0, 2), rec: struct({ a: bool, free: each(slot, bool) }) });
const fixed = constants({ limit: range(0, 2) });
const seen = ghosts({ once: bool });

/** Counts down from wherever it begins; nothing else. */
const down = program("down", { exits: ["done"] }, () => ({
  down: step(
    "n--;",
    when(k.n.gt(0))
      .do(k.n.set(k.n.minus(1)))
      .goto("down"),
    otherwise.goto("done"),
  ),
}));
const from = (initially: LinkOptions["initially"], more: Partial<LinkOptions> = {}) =>
  systemOf([down], { roots: [k, fixed, seen], sizes: { slot: 2 }, initially: initially ?? [], ...more });

describe("a run begins", () => {
  it("in one state where nothing else is said", () => {
    expect(from([]).initials).toHaveLength(1);
    expect(beginsWith(from([]), from([]).initials[0])).toEqual([]);
  });

  it("with any value of a cell, of all cells of a group, of one entry or of each", () => {
    expect(from([anyValue(k.n)]).initials.map(({ n }) => n)).toEqual([0, 1, 2]);
    expect(from([anyValue(k.rec)]).initials).toHaveLength(8);
    expect(from([anyValue(k.on), anyValue(k.n)]).initials).toHaveLength(6);
    expect(from([setEach(slot, (s) => anyValue(k.rec.free.at(s)))]).initials).toHaveLength(4);
    expect(from([anyValue(k.rec.free), k.n.set(2)]).initials.every(({ n }) => n === 2)).toBe(true);
  });

  it("where a condition holds", () => {
    const { initials } = from([anyValue(k.n), anyValue(k.on)], { startsIf: or(k.on, k.n.eq(1)) });
    expect(initials.map(({ on, n }) => [on, n])).toEqual([
      [false, 1],
      [true, 0],
      [true, 1],
      [true, 2],
    ]);
  });

  it("and what is found counts from there", () => {
    expect(statesOf(from([anyValue(k.n)]))).toBe(4);
    const late = property("late", "", invariant(k.n.ne(2)));
    for (const engine of ENGINES) {
      const { result } = runSearch(from([anyValue(k.n)], { properties: [late] }), { engine, exploreAll: true });
      expect([result.states, result.transitions, result.depth]).toEqual([4, 3, 1]);
      expect(result.violations.map(({ property, length }) => [property, length])).toEqual([["late", 0]]);
    }
  });

  it("only where the model can say so", () => {
    const refused = (make: () => unknown): string => {
      try {
        make();
      } catch (error) {
        return String(error);
      }
      throw new Error("nobody said anything");
    };
    expect(refused(() => from([anyValue(k.n)], { startsIf: lit(false) }))).toContain("none satisfies");
    expect(refused(() => from([anyValue(k.n), k.n.set(1)]))).toContain("written twice");
    expect(refused(() => from([anyValue(each as never)]))).toContain("wants a cell or a group");
    expect(refused(() => from([], { constants: [anyValue(fixed.limit)] }))).toContain('"limit" any value');
    expect(refused(() => from([], { startsIf: seen.once }))).toContain('"startsIf" reads the ghost');
    const wide = state({ wide: each(slot, range(0, 999)) });
    expect(
      refused(() => systemOf([down], { roots: [k, wide], sizes: { slot: 2 }, initially: [anyValue(wide.wide)] })),
    ).toContain("more than 65536");
    expect(() => otherwise.do(anyValue(k.n))).toThrow(AuthorError);
  });
});

describe("a token ring", () => {
  it.each([
    [2, 3],
    [3, 2],
    [4, 4],
    [5, 3],
  ])("of %i machines and %i values begins in every state, and has as many steps as machines are privileged", (n, v) => {
    const system = linkExample(tokenRing, { machines: n, values: v });
    const transitions = v ** (n - 1) + (n - 1) * (v ** n - v ** (n - 1));
    for (const engine of ENGINES) {
      const { result } = runSearch(system, { engine, exploreAll: true });
      expect([result.states, result.transitions, result.depth]).toEqual([v ** n, transitions, 0]);
      expect(result.violations.map(({ property }) => property)).toEqual(n > 2 ? ["oneFromTheStart"] : []);
    }
  });
});

describe("what is told of a run that may begin in several states", async () => {
  const path = "examples/token-ring-at-first.json";
  const outcome = check(await loadSpec({ source: path, path }, {}));
  const { system, trace } = outcome;
  if (!trace) throw new Error("it is violated");
  const begins = Object.fromEntries(beginsWith(system, trace.start));

  it("names what it begins with", () => {
    expect(begins).toEqual({ "holds[m0]": "0", "holds[m1]": "0", "holds[m2]": "1", "holds[m3]": "0" });
    expect(startsWith(system, begins)).toEqual([trace.start]);
    expect(printSystem(system)).toContain("a run begins in any of 256 states");
  });

  it("is saved and replayed from there", () => {
    const walk = new Walk(system, trace.start);
    for (let n = 0; n < 3; n++) walk.take(walk.open[0] as never);
    const taken = traceOf(system, "", "", { start: trace.start, steps: walk.taken });
    const steps = taken.steps.map((one) => namedOfTrace(system, one));
    const file = join(dir, "trace.json");
    writeWhole(file, traceFile(system, { source: path, changed: [], by: "", found: null, start: trace.start, steps }));
    const saved = readTrace(file);
    expect(saved.begins).toEqual(begins);
    const again = replay(system, saved);
    expect([again.stuck, again.walk.start, again.walk.state]).toEqual([null, trace.start, walk.state]);
  });

  it("is a trace in ITF from there, and a graph in Aldebaran's form from one state more", () => {
    const [first] = (JSON.parse(itf(outcome)) as { states: { holds: unknown }[] }).states;
    expect(first?.holds).toEqual({
      "#map": [0, 0, 1, 0].map((n, i) => [`m${i}`, { "#bigint": String(n) }]),
    });
    const lines = aut(system).trimEnd().split("\n");
    expect(lines[0]).toBe("des (256,896,257)");
    expect(lines).toHaveLength(897);
  });

  it("begins in each of them in the exports", () => {
    expect(toMurphi(system).match(/^startstate "initial \d+"/gm)).toHaveLength(256);
    expect(toPromela(system).match(/!begun ->/g)).toHaveLength(256);
    expect(toMurphi(from([]))).toContain('startstate "initial" begin');
    expect(toPromela(from([]))).not.toContain("begun");
  });
});

it("a witness may be met where a run begins", () => {
  const met = property("met", "", sometimes(k.n.eq(2)));
  const system = from([anyValue(k.n)], { properties: [met] });
  const { result } = runSearch(system, { exploreAll: true });
  const [place] = result.met;
  if (!place) throw new Error("it is met");
  expect(result.trace(place)).toMatchObject({ start: { n: 2 }, steps: [] });
});
