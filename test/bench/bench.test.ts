/** Does the bench compare what is the same, and tell plainly what is not met? No time is asserted here. */

import { afterAll, describe, expect, it } from "vitest";
import { freelistCase } from "../../bench/cases.ts";
import { BY_HAND, EXPORTED, NOLOCK } from "../../bench/contenders.ts";
import { goalsOf } from "../../bench/goals.ts";
import { Workshop } from "../../bench/measure.ts";
import { EMPTY, type Measured, type Performance, type Setting } from "../../bench/measured.ts";
import { sharesOf } from "../../bench/profile.ts";
import { report } from "../../bench/report.ts";
import { agree, Disagreement, measure } from "../../bench/rounds.ts";
import { median, ratio } from "../../bench/statistics.ts";
import { needing } from "../needing.ts";

const setting: Setting = { commit: "c0ffee", date: "2026-01-01", machine: "a machine", versions: "tools" };
const runs = (states: number, peakKiB: number, ...seconds: readonly number[]) =>
  seconds.map((one) => ({ states, transitions: 3 * states, seconds: one, peakKiB }));
const STATES = 22_031_808;
const STATES_OF_TAG_2 = 2_850;
const freelist = (one: number, two: number, peakKiB: number): Measured => ({
  title: "the free list",
  states: STATES,
  transitions: 3 * STATES,
  builds: { "Spin DFS, by hand": 0.7 },
  runs: {
    "nolock, 1 worker": runs(STATES, peakKiB, one, one, one),
    "nolock, 2 workers": runs(STATES, peakKiB, two, two, two),
    "Spin DFS, by hand": runs(STATES, 1_500_000, 28, 30, 29),
    "Spin DFS tuned, by hand": runs(STATES, 1_500_000, 27, 28, 27.5),
    "Spin NCORE=2, by hand": runs(STATES, 1_700_000, 22, 22, 22),
    "Spin BFS_PAR, 2 cores, by hand": runs(STATES, 1_300_000, 25, 26, 25),
    "Rumur, 1 thread, by hand": runs(STATES, 700_000, 130),
  },
});
const performanceOf = (measured: Measured): Performance => ({
  cases: { "freelist-22M": { ...measured, ...setting } },
  starts: { specs: { tiny: { states: 700, first: [0.5, 0.4, 0.6], whole: [0.7, 0.9, 0.8] } }, ...setting },
});

describe("figures", () => {
  it("are medians", () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
    expect(() => median([])).toThrow("the median of nothing");
  });

  it("are compared round by round where there are as many of both", () => {
    expect(ratio([4, 9, 6], [2, 3, 2])).toEqual({ of: 3, range: [2, 3] });
    expect(ratio([10], [2, 2, 2])).toEqual({ of: 5, range: null });
  });
});

describe("a profile", () => {
  const at = (id: number, functionName: string, url: string) => ({ id, callFrame: { functionName, url } });
  const nodes = [
    at(1, "(idle)", ""),
    at(2, "number 0", "wasm://wasm/1"),
    at(3, "link", "file:///link.js"),
    at(4, "put", "wasm://wasm/1"),
  ];

  it("tells shares of the time that was worked, by generated function; what is little, together", () => {
    const shares = sharesOf({ nodes, samples: [1, 2, 2, 3, 4], timeDeltas: [1000, 400, 496, 100, 4] });
    const script = "JavaScript: loading, linking, generating code, the report";
    expect(shares?.map(([what, share]) => [what, Number(share.toFixed(1))])).toEqual([
      ["number 0", 89.6],
      [script, 10],
      ["1 others", 0.4],
    ]);
  });

  it("is none of a thread without generated code", () => {
    expect(sharesOf({ nodes: nodes.slice(0, 1), samples: [1], timeDeltas: [5] })).toBe(null);
  });

  it("is a table of its own in the document", () => {
    const known = {
      ...performanceOf(freelist(5.5, 3.2, 300_000)),
      profiles: { tiny: { shares: [["number 0", 89.6] as const], ...setting } },
    };
    expect(report(known, "")).toContain("| `number 0` | 89.6 |");
  });
});

describe("goals", () => {
  const said = (performance: Performance) =>
    goalsOf(performance).map(({ measured, why }) => [measured === null ? null : Number(measured.toFixed(2)), why]);

  it("are measured against the fastest of the others", () => {
    expect(said(performanceOf(freelist(5.5, 3.2, 300_000))).slice(0, 5)).toEqual([
      [5, "against Spin DFS tuned, by hand"],
      [6.88, "against Spin NCORE=2, by hand"],
      [23.64, "against Rumur, 1 thread, by hand"],
      [13.94, "1 worker or 2, the greater"],
      [1.72, "against nolock, 1 worker"],
    ]);
  });

  it("of checkpoints are those of the worst spec, and of the search that they are asked of", () => {
    const took = (cpu: number) => ({ cpu, seconds: 2 * cpu });
    const kept = (bytes: number, states: number, cpu: number) => ({
      states,
      bytes: bytes * states,
      isViolated: false,
      rounds: [{ plain: took(10), kept: took(cpu), start: took(1), resume: took(3) }],
    });
    const models = {
      "of/pages": kept(3, 4_000_000, 20),
      "of/debug": kept(8, 500_000, 30),
      "freelist-22M": kept(9, 22_000_000, 40),
      "counters-100M": kept(1, 100_000_000, 10.4),
    };
    const measured: Performance = { ...EMPTY, checkpoints: { models, ...setting } };
    expect(said(measured).slice(-4, -1)).toEqual([
      [8, "the most of 2: of/debug"],
      [4, "counters-100M"],
      [2, "the slowest above 1 M states: of/pages"],
    ]);
    expect(report(measured, "")).toContain(
      "| of/debug | 500,000 | 10.00 | 30.00 | 200 | 200 | 8.00 | 2.00 | 0.25 | 1 |",
    );
  });

  it("are never met by what was not measured", () => {
    expect(goalsOf(EMPTY).every(({ measured }) => measured === null)).toBe(true);
    expect(report(EMPTY, "")).not.toMatch(/\| yes \|/);
    expect(report(EMPTY, "").match(/\| not measured \|/g)).toHaveLength(12);
  });

  it("of liveness is that of the dearest model, beyond what a start takes", () => {
    const took = (cpu: number) => ({ cpu, seconds: 2 * cpu });
    const live = (cpu: number) => ({
      states: 200_000,
      transitions: 600_000,
      rounds: [{ start: took(1), search: took(3), liveness: took(cpu) }],
    });
    const models = { cheap: live(5), dear: live(9.5) };
    const measured: Performance = { ...EMPTY, liveness: { models, ...setting } };
    expect(said(measured).at(-1)).toEqual([4.25, "the dearest of 2: dear"]);
    expect(report(measured, "")).toContain("| dear | 200,000 | 600,000 | 1.00 | 3.00 | 9.50 | 4.25 | 1 |");
  });

  it("that are not met are said so", () => {
    const met = (one: number, two: number, peak: number) =>
      report(performanceOf(freelist(one, two, peak)), "")
        .split("\n")
        .filter((line) => line.includes("22 M states"))
        .map((line) => line.split(" | ")[4]);
    expect(met(5.5, 3.2, 300_000)).toEqual(["yes", "yes", "yes", "yes", "yes"]);
    expect(met(8, 4.5, 500_000)).toEqual([
      "required: yes; aimed at: no",
      "required: yes; aimed at: no",
      "**NO**",
      "required: yes; aimed at: no",
      "yes",
    ]);
    expect(met(10, 9, 900_000)).toEqual(["**NO**", "**NO**", "**NO**", "**NO**", "**NO**"]);
  });

  it("of specs of the kernel are asked of those above a million states", () => {
    const spec = (states: number): Performance => ({
      ...EMPTY,
      cases: {
        spec: {
          ...setting,
          title: "a spec",
          states,
          transitions: 3 * states,
          builds: {},
          runs: {
            "nolock, 1 worker": runs(states, 1, 2),
            "Spin DFS, exported": runs(states, 1, 9),
            "Spin BFS_PAR, 2 cores, exported": runs(states, 1, 5),
          },
        },
      },
    });
    const about = "1 worker faster than Spin on one core";
    const goal = (states: number) => goalsOf(spec(states)).find(({ what }) => what.startsWith(about));
    expect(goal(1_000_001)).toMatchObject({ what: `${about}, spec`, measured: 4.5, why: "against Spin DFS, exported" });
    expect(goal(1_000_000)).toMatchObject({ measured: null, why: "no such spec was measured" });
  });
});

it("the report is made of what was measured and of the notes, and of nothing else", () => {
  const performance = performanceOf(freelist(5.5, 3.2, 300_000));
  const text = report(performance, "## Notes\n\n- why\n");
  expect(text).toBe(report(JSON.parse(JSON.stringify(performance)), "## Notes\n\n- why\n"));
  expect(text).toContain("measured 2026-01-01 at c0ffee on a machine; tools");
  expect(text).toContain("| Spin DFS tuned, by hand | 27.50 | 5.00 [4.91-5.09] | 0.80 | 2.40 | 1465 | 69.7 |  | 3 |");
  expect(text).toContain("| tiny | 700 | 0.50 | 0.80 |");
  expect(text).toMatch(/- why\n$/);
});

describe("a case", () => {
  it("fails where two count differently", () => {
    const model = { name: "m", states: 5 };
    const of = (...all: readonly (readonly [number, number])[]) =>
      new Map(all.map(([states, transitions], i) => [`c${i}`, [{ states, transitions, seconds: 1, peakKiB: 1 }]]));
    expect(() => agree(model, of([5, 9], [5, 9]))).not.toThrow();
    expect(() => agree(model, of([5, 9], [5, 8]))).toThrow(Disagreement);
    expect(() => agree(model, of([5, 9], [4, 9]))).toThrow("m: c1 finds 4 states and 9 transitions, and not 5 and 9");
    expect(() => agree(model, of([6, 9]))).toThrow(Disagreement);
  });
});

const { suite, isRun } = await needing("with other checkers");

suite("a small case, run,", () => {
  const workshop = isRun ? new Workshop() : null;
  afterAll(() => workshop?.remove());
  const few = [...NOLOCK.slice(0, 1), ...BY_HAND, ...EXPORTED].filter(({ name }) => /nolock|DFS,|Rumur, 1/.test(name));
  const one = freelistCase("freelist-tiny", 2, STATES_OF_TAG_2, few);
  const go = async (rounds: number, before: Measured | null): Promise<{ said: string[]; kept: Measured }> => {
    const said: string[] = [];
    let kept = before as Measured;
    await measure(one, workshop as Workshop, {
      rounds,
      before,
      say: (text) => said.push(text),
      keep: (measured) => {
        kept = measured;
      },
    });
    return { said, kept };
  };

  it("counts the same by hand and exported, and goes on where it was", async () => {
    const first = await go(1, null);
    expect(Object.keys(first.kept.runs)).toEqual(few.map(({ name }) => name));
    expect(first.kept.states).toBe(STATES_OF_TAG_2);
    for (const [run] of Object.values(first.kept.runs)) expect(run?.peakKiB).toBeGreaterThan(1000);
    const second = await go(2, first.kept);
    expect(second.said).toHaveLength(few.length);
    expect(second.said.every((text) => text.includes("round 2"))).toBe(true);
    expect((await go(2, second.kept)).said).toEqual([]);
  });
});
