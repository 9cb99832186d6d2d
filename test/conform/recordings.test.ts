/** Is every recording of a kernel a way of the model? And would it be noticed if the model were another? */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { lit, otherwise, type Patch, patch, step, variant, when } from "../../checker/language/index.ts";
import { type Checked, check, hasVersion } from "../../conform/follow/check.ts";
import { agrees, Run } from "../../conform/follow/follow.ts";
import { systemOf } from "../../conform/follow/question.ts";
import { rowsOfEveryWay } from "../../conform/follow/rows.ts";
import { isSafe } from "../../conform/follow/safe.ts";
import { States } from "../../conform/follow/states.ts";
import type { Recording, Step } from "../../conform/recording/recording.ts";
import { scenarioNamed, scenarioNames } from "../../conform/recording/scenario.ts";
import { page } from "../../conform/report.ts";
import { readRecording, recordingNames, recordingProblems } from "../../conform/store.ts";
import { localUnlockIrqrestore } from "../../model/locks/local-lock.ts";
import { getFreelist } from "../../model/slub/get-freelist.ts";
import { kmallocNolock } from "../../model/slub/kmalloc-nolock.ts";
import { slabAlloc } from "../../model/slub/slab-alloc.ts";
import { slabAllocWrapper } from "../../model/slub/slab-alloc-wrapper.ts";
import { linkOf, stepTid } from "../../model/slub/state.ts";

const names = recordingNames().filter((name) => hasVersion(readRecording(name)));
const found = new Map<string, Checked>();
const checked = (name: string): Checked => {
  const known = found.get(name) ?? check(readRecording(name));
  found.set(name, known);
  return known;
};

describe("recordings", () => {
  it.each(names)("%s is a way of the model", (name) => {
    expect(checked(name).differences).toEqual([]);
    expect(checked(name).rows.size).toBeGreaterThan(5);
  });

  it.each(names)("%s names no address", (name) => {
    const text = readFileSync(join(import.meta.dirname, `../../conform/recordings/${name}.json`), "utf8");
    expect(text).not.toMatch(/\b(0x)?ffff[0-9a-f]{8,}/);
    expect(recordingProblems(JSON.parse(text))).toEqual([]);
  });

  it("are what results/conform.md was written from", () => {
    expect(readFileSync(join(import.meta.dirname, "../../results/conform.md"), "utf8")).toBe(page(names.map(checked)));
  });

  it("are refused where they have another form", () => {
    const { base, ...rest } = readRecording(names[0] as string);
    expect(recordingProblems(rest)).toEqual([expect.stringContaining("base")]);
    expect(recordingProblems({ ...rest, base: [...base, { event: "leaves", of: "task0" }] })).not.toEqual([]);
    expect(() => readRecording("6.18.15/nothing")).toThrow(/no recording/);
  });
});

describe("scenarios", () => {
  it("ask what the model says is safe", () => {
    const { about, ...one } = scenarioNamed("refill-nmi-allocates");
    expect(about).toMatch(/\.$/);
    const question = { version: "6.18.15", configuration: one.configuration, contexts: one.contexts };
    expect(isSafe("as it is", question)).toBeNull();
    const [task, nmi] = one.contexts;
    // What spins may wait for what it has interrupted.
    const spins = { ...question, contexts: [task, { ...nmi, kind: "hardirq", script: ["kmalloc A"] }] };
    expect(() =>
      isSafe("twice freed", { ...question, contexts: [task, { ...nmi, script: ["kfree s0.o3"] }] } as never),
    ).toThrow(/spin/);
    expect(isSafe("in a hardirq", spins as never)).toBeNull();
    expect(scenarioNames().length).toBeGreaterThan(5);
    expect(() => scenarioNamed("nothing")).toThrow(/no scenario/);
  });
});

const noGate = [
  patch(kmallocNolock, () => ({ gate: step("gate", when(lit(false)).goto("retry"), otherwise.goto("alloc")) })),
  patch(slabAllocWrapper, () => ({
    gate: step("gate", when(lit(false)).goto("unpinBusy"), otherwise.goto("slow")),
  })),
];

/** Rows of the model that are spoilt, and a recording that must refuse them. */
const SPOILT: readonly (readonly [string, string, readonly Patch[]])[] = [
  ["no gate", "6.18.15/refill-nmi-allocates", noGate],
  [
    "a gate that always finds the lock held",
    "6.18.15/fast-path-nmi-allocates",
    [patch(kmallocNolock, () => ({ gate: step("gate", when(lit(true)).goto("retry"), otherwise.goto("alloc")) }))],
  ],
  [
    "a retry in the same bucket",
    "6.18.15/refill-nmi-allocates",
    [
      patch(kmallocNolock, ({ canRetry, got }) => ({
        retry: step(
          "retry",
          when(canRetry).do(canRetry.set(false)).goto("supported"),
          otherwise.do(got.set(lit(null))).goto("done"),
        ),
      })),
    ],
  ],
  [
    "a mark that stays when the lock is released",
    "6.18.15/refill-nmi-allocates",
    [patch(localUnlockIrqrestore, () => ({ release: step("nothing", otherwise.goto("irqRestore")) }))],
  ],
  [
    "a slab that stays frozen without its list",
    "6.18.15/refill-nmi-allocates",
    [
      patch(getFreelist, ({ got }) => ({
        cmpxchg: step("nothing is taken", otherwise.do(got.set(lit(null))).goto("done")),
      })),
    ],
  ],
  [
    "tid before the freelist",
    "6.18.15/refill-nmi-allocates",
    [
      patch(slabAlloc, ({ c, b, next, freelist }) => ({
        loadTid: step("nothing", otherwise.goto("loadUnlock")),
        loadFreelist: step(
          "c->tid = next_tid(c->tid);",
          otherwise.do(next.set(linkOf(freelist)), stepTid(c, b)).goto("storeFreelist"),
        ),
      })),
    ],
  ],
];

describe("a model that is another is refused by a recording:", () => {
  it.each(SPOILT)("%s", (_, name, patches) => {
    const { differences } = check(readRecording(name), [variant("spoilt", "a spoilt row", ...patches)]);
    expect(differences.length).toBeGreaterThan(0);
  });
});

/** A run of the task alone, of a recording that is changed. */
function alone(change: (recording: Recording) => Recording) {
  const recording = change(readRecording("6.18.15/fast-path-nmi-allocates"));
  const states = new States(systemOf("changed", recording.question), recording.sizes.length);
  const run = Run.from(states, "task0", recording.start);
  if (!agrees(run)) return run;
  for (const [i, one] of recording.base.entries()) {
    const wrong = run.follow(one, i);
    if (wrong) return wrong;
  }
  return run;
}

describe("what no kernel did is refused:", () => {
  it("another start", () => {
    const found = alone((one) => ({ ...one, start: { ...one.start, "slab[s0].inuse": 2 } }));
    expect(found).toMatchObject({ step: 0, what: expect.stringContaining("slab[s0].inuse is 2") });
  });

  it("another object, with the rows that were open", () => {
    const found = alone((one) => ({
      ...one,
      base: one.base.map((each: Step) => ("event" in each ? { ...each, gave: "s0.o1" } : each)),
    }));
    expect(found).toMatchObject({ what: "the call of task0 returns s0.o1", open: expect.any(Array) });
  });

  it("two changes in one instruction that are two steps", () => {
    const found = alone((one) => ({
      ...one,
      base: one.base.map((each: Step) =>
        "changed" in each && "cpuSlab[CPU0][A].tid" in each.changed
          ? { ...each, changed: { ...each.changed, "lock[cpuSlab(A) on CPU0]": true } }
          : each,
      ),
    }));
    expect(found).toMatchObject({ what: expect.stringContaining("lock[cpuSlab(A) on CPU0] is true") });
    expect((found as { open: readonly string[] }).open.join()).toContain("__slab_alloc_node");
  });

  it("and what one did has rows that every way takes", () => {
    const found = alone((one) => one);
    if (!agrees(found)) throw new Error(found.what);
    expect([...rowsOfEveryWay(found)]).toContain("__slab_alloc_node: cmpxchg -> done");
    expect([...rowsOfEveryWay(found)].join()).not.toContain("___slab_alloc:");
  });
});
