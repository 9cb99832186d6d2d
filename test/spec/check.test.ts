/** From a spec to a verdict: every verdict with its exit status, pins, limits, witnesses and cuts. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { type CheckOptions, check, statusOf } from "../../checker/answer/check.ts";
import { loadSpec } from "../../checker/spec/load.ts";
import { exitStatus, verdicts } from "../../checker/spec/verdict.ts";

const dir = mkdtempSync(join(tmpdir(), "nolock-"));
afterAll(() => rmSync(dir, { recursive: true }));

/** Checks a spec about one task with a script, and gives the outcome with its exit status. */
async function ask(script: readonly string[], rest: object = {}, options: CheckOptions = {}) {
  const path = join(dir, "spec.json");
  const contexts = [{ name: "task0", kind: "task", script }];
  writeFileSync(path, JSON.stringify({ question: "?", model: "lights", properties: ["someDark"], contexts, ...rest }));
  const loaded = await loadSpec({ source: "spec.json", path }, { lights: () => import("./fixtures/lights.ts") });
  const outcome = check(loaded, options);
  return { ...outcome, status: statusOf(outcome) };
}

describe("a spec that expects nothing", () => {
  const cases: readonly [string, string, number, readonly string[], object?][] = [
    ["holds", "holds", 0, ["toggle"]],
    ["is violated", "violated", 12, ["toggle", "toggle"]],
    ["deadlocks", "deadlock", 11, ["wait"]],
    ["makes no progress where it is passed too often", "no progress", 13, ["spin"], { properties: ["returns"] }],
    [
      "makes no progress where a state is never possible again",
      "no progress",
      13,
      ["toggle"],
      { properties: ["canBeDark"], configuration: { lights: 1 } },
    ],
    ["errs", "model error", 14, ["overflow"]],
    ["is violated where a row fails", "violated", 12, ["fail"], { properties: [] }],
    ["is vacuous where a witness is never met", "vacuous", 10, ["toggle"], { sometimes: ["allLit"] }],
  ];
  for (const [title, verdict, status, script, rest] of cases) {
    it(`${title}: exit status ${status}`, async () => {
      const outcome = await ask(script, rest);
      expect([outcome.verdict, outcome.status, outcome.differences]).toEqual([verdict, status, null]);
    });
  }

  it("shows the shortest counterexample, or that of the property asked for", async () => {
    const properties = ["someDark", "flipsFromDark", "smallIsZero"];
    const script = ["toggle", "toggle"];
    expect((await ask(script, { properties })).trace?.property).toBe("someDark");
    expect((await ask(script, { properties, show: "flipsFromDark" })).trace?.property).toBe("flipsFromDark");
    expect((await ask(script, { properties, show: "flipsFromDark" }, { show: "someDark" })).trace?.property).toBe(
      "someDark",
    );
    expect((await ask(["toggle"])).trace).toBeNull();
  });

  it("shows the counterexample with the fewest switches to whoever asks for it", async () => {
    const contexts = ["task0", "task1"].map((name) => ({ name, kind: "task", script: ["toggle", "toggle"] }));
    expect((await ask([], { contexts })).fewest).toBeUndefined();
    const { trace, fewest } = await ask([], { contexts }, { shortest: "switches" });
    if (fewest?.by !== "switches") throw new Error(`not searched for: ${fewest?.why}`);
    expect(fewest.cost).toEqual({ switches: 0, begins: 0, steps: trace?.steps.length });
    expect(new Set(trace?.steps.map(({ context }) => context)).size).toBe(1);
    const ended = await ask([], { contexts }, { shortest: "switches", signal: AbortSignal.abort() });
    expect([ended.fewest, ended.result.incomplete]).toEqual([undefined, "it was interrupted"]);
  });

  it("stops at the first level with a violation, and goes on when told to", async () => {
    const script = ["toggle", "toggle", "overflow"];
    const first = await ask(script);
    const all = await ask(script, {}, { exploreAll: true });
    expect([first.violated, first.result.complete]).toEqual([["someDark"], false]);
    expect([all.violated, all.result.complete, all.verdict]).toEqual([
      ["someDark", "model error"],
      true,
      "model error",
    ]);
  });

  it("is incomplete at a limit, never holds: exit status 3", async () => {
    for (const limit of [{ maxStates: 2 }, { maxDepth: 1 }]) {
      const outcome = await ask(["toggle", "toggle", "toggle"], { properties: [], sometimes: ["smallIsOne"] }, limit);
      expect([outcome.verdict, outcome.status, outcome.vacuous]).toEqual(["incomplete", 3, []]);
    }
  });
});

describe("vacuity", () => {
  it("names the witness and the row that were never met", async () => {
    const outcome = await ask(["toggle"], { sometimes: ["smallIsOne"], happens: ["toggle: flip"], properties: [] });
    expect(outcome.vacuous).toEqual(["no reachable state satisfies smallIsOne"]);
  });

  it("is where a frame never comes and that must be explained; else that is a note", async () => {
    const withHook = (...script: string[]) => [
      { name: "task0", kind: "task", script },
      { name: "nmi0", kind: "hook" },
    ];
    const asked = { contexts: withHook("spin"), properties: ["smallIsZero"] };
    const never = await ask([], { ...asked, cuts: "explained" });
    expect([never.verdict, never.status, never.vacuous]).toEqual(["vacuous", 10, ["nmi0 never comes"]]);
    const noted = await ask([], asked);
    expect([noted.verdict, noted.status, noted.vacuous, noted.notes]).toEqual(["holds", 0, [], ["nmi0 never comes"]]);
    const comes = await ask([], { contexts: withHook("toggle", "spin"), properties: ["smallIsZero"] });
    expect(comes.verdict).toBe("holds");
    expect([never, comes].map(({ cuts }) => cuts.frames.map(({ frame, rows }) => [frame, rows.length > 0]))).toEqual([
      [["nmi0", false]],
      [["nmi0", true]],
    ]);
  });
});

describe("a spec with an `expect`", () => {
  const pins = { verdict: "violated", violated: ["someDark"], states: 5, transitions: 6, depth: 2 };

  it("is as expected when verdict, set and counts agree: exit status 0", async () => {
    const outcome = await ask(["toggle", "toggle"], { expect: pins });
    expect([outcome.differences, outcome.status, outcome.result.complete]).toEqual([[], 0, true]);
  });

  it("differs with exit status 1 where the verdict is as expected and a pin is not", async () => {
    const outcome = await ask(["toggle", "toggle"], {
      properties: ["someDark", "flipsFromDark"],
      expect: { ...pins, states: 8 },
    });
    expect(outcome.differences).toEqual([
      "flipsFromDark is violated, and was not expected to be",
      "5 states, and 8 were expected",
    ]);
    expect(outcome.status).toBe(1);
  });

  it("holds though a violation was expected: exit status 1", async () => {
    const outcome = await ask(["toggle"], { expect: { verdict: "violated", violated: ["someDark"] } });
    expect([outcome.verdict, outcome.status]).toEqual(["holds", 1]);
    expect(outcome.differences).toEqual([
      "the verdict is holds, and violated was expected",
      "someDark is not violated, and was expected to be",
    ]);
  });

  it("differs where a violated spec never met its witness", async () => {
    const outcome = await ask(["toggle", "toggle"], { sometimes: ["smallIsOne"], expect: pins });
    expect(outcome.differences).toEqual(["no reachable state satisfies smallIsOne"]);
  });

  it("differs where a limit kept its pins from being compared", async () => {
    const outcome = await ask(["toggle", "toggle", "toggle"], { expect: pins }, { maxDepth: 2 });
    expect(outcome.differences).toEqual([
      "the search did not finish (the limit of 2 steps was reached): its pins cannot be compared",
    ]);
    expect(outcome.status).toBe(1);
  });

  it("differs where a reason explains no empty cell of the cut matrix", async () => {
    const uncut = [{ frame: "task0", rows: "toggle", why: "it is no frame" }];
    const outcome = await ask(["toggle"], { uncut, expect: { verdict: "holds" } });
    expect(outcome.differences).toHaveLength(1);
  });
});

describe("the list of exit statuses", () => {
  it("has one of its own for each verdict", () => {
    const statuses = verdicts.map((verdict) => exitStatus(verdict, verdict === "holds" ? "violated" : "holds", false));
    expect(new Set(statuses).size).toBe(verdicts.length);
    expect(statuses).not.toContain(0);
  });
});
