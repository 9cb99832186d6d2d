/** Contexts that make any calls: what may be said of them, what they do, and whether that is all that scripts can do. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { builtins } from "../../checker/cli/models.ts";
import { runSearch } from "../../checker/engine/run.ts";
import { cellsOf, valueAt } from "../../checker/language/cells.ts";
import type { State } from "../../checker/language/evaluate.ts";
import type { System } from "../../checker/language/index.ts";
import { expand, isAtRest } from "../../checker/reference/step.ts";
import { loadSpec } from "../../checker/spec/load.ts";
import type { ContextSpec } from "../../checker/spec/model.ts";
import { SpecError } from "../../checker/spec/problems.ts";
import { scriptText } from "../../checker/spec/script.ts";
import { doSlabFree } from "../../model/slub/do-slab-free.ts";
import { statesOf } from "../reference/states.ts";
import { runs } from "../runs.ts";
import { ask, fires, hook, linkSmall, nmi, type Small, task } from "./setup.ts";

const dir = mkdtempSync(join(tmpdir(), "nolock-any-"));
afterAll(() => rmSync(dir, { recursive: true }));

const ONE = { buckets: 1, objects: 1, slabs: ["A cpu0 free=1"] };
const heap = { version: "6.18", configuration: ONE };

const load = (contexts: readonly object[], more: object = {}) => {
  const path = join(dir, "spec.json");
  writeFileSync(path, JSON.stringify({ question: "?", model: "slub", ...heap, contexts, ...more }, null, 1));
  return loadSpec({ source: "spec.json", path }, builtins);
};

async function said(contexts: readonly object[], more: object = {}): Promise<string> {
  const error = await load(contexts, more).then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof SpecError)) throw error ?? new Error("nothing was said of this spec");
  return error.message;
}

const scriptsOf = async (contexts: readonly object[], more: object = {}) =>
  (await load(contexts, more)).spec.asked.contexts.map(({ script }) => script);

const TASK = { name: "task0", kind: "task", script: "any" };

describe('a script "any"', () => {
  it("stands for what its kind may call", async () => {
    const frames = ["nmi", "hardirq", "hook"].map((kind) => ({ name: kind, kind, script: "any" }));
    const nolock = ["kmalloc_nolock A", "kfree_nolock any"];
    const all = ["kmalloc A", "kmalloc_nolock A", "kfree any", "kfree_nolock any"];
    expect(await scriptsOf([TASK, ...frames])).toEqual([all, nolock, all, nolock]);
    const rt = { configuration: { ...ONE, preemptRt: true } };
    expect(await scriptsOf([TASK, ...frames], rt)).toEqual([all, nolock, nolock, nolock]);
    expect(await scriptsOf([{ ...TASK, preemptOff: true }], rt)).toEqual([nolock]);
    const two = { configuration: { ...ONE, buckets: 2 } };
    expect(await scriptsOf([TASK], two)).toEqual([
      ["kmalloc A", "kmalloc B", "kmalloc_nolock A", "kmalloc_nolock B", "kfree any", "kfree_nolock any"],
    ]);
    const sheaves = { version: "7.3", configuration: { ...ONE, slabs: ["A partial free=1"] } };
    expect(await scriptsOf([TASK], sheaves)).toEqual([all]);
  });

  it("lists its calls, and may free only its own", async () => {
    const { spec } = await load([{ ...TASK, script: { any: ["kmalloc A", "kfree any"], own: true } }]);
    expect(spec.asked.contexts[0]).toMatchObject({ script: ["kmalloc A", "kfree any"], any: { own: true } });
    expect(scriptText(spec.asked.contexts[0] as ContextSpec)).toBe(
      "any of kmalloc A, kfree any, again and again, of its own only",
    );
  });

  it.each([
    ["another word", { ...TASK, script: "some" }, '/contexts/0/script: "some" is not of this form'],
    ["an empty object", { ...TASK, script: {} }, "/contexts/0/script: {} must NOT have fewer than 1 properties"],
    ["no calls", { ...TASK, script: { any: [] } }, "/contexts/0/script/any: [] must NOT have fewer than 1 items"],
    ["another key", { ...TASK, script: { any: ["kmalloc A"], mine: true } }, '"mine" is not a key of a spec here'],
    ["a call twice", { ...TASK, script: { any: ["kmalloc A", "kmalloc A"] } }, '"kmalloc A" stands twice in the list'],
    ["no operation", { ...TASK, script: { any: ["malloc A"] } }, '"malloc" is not an operation of the model'],
    ["a bucket that is not there", { ...TASK, script: { any: ["kmalloc B"] } }, "there is no bucket B"],
    ["an earlier call", { ...TASK, script: { any: ["kmalloc A", "kfree #1"] } }, '"kfree #1" names one object'],
    ["an object", { ...TASK, script: { any: ["kfree s0.o0"] } }, '"kfree s0.o0" names one object'],
    ["what is done once", { ...TASK, script: { any: ["destroy A"] } }, '"destroy A" is made once'],
    ["the pool, in a list", { ...TASK, script: ["kfree any"] }, '"any" is what callers with a script "any" have'],
    ["what a free by kfree() never is", { ...TASK, script: { any: ["kfree matching"] } }, "is not a call"],
    ["what its kind may not call", { ...TASK, kind: "nmi", script: { any: ["kmalloc A"] } }, "forbidden in an NMI"],
  ])("does not take %s", async (_, context, what) => {
    expect(await said([context])).toContain(what);
  });

  it("cannot be waited for, and is not asked what is about the end of scripts", async () => {
    const after = { name: "task1", kind: "task", script: ["kmalloc A"], after: "task0" };
    expect(await said([TASK, after])).toContain('"task0" never ends');
    expect(await said([TASK, { name: "nmi0", kind: "nmi", script: "any" }], { also: ["C16"] })).toContain(
      "it is about the next call of the same frame",
    );
    const sheaves = { version: "7.3", configuration: { ...ONE, slabs: ["A partial free=1"] } };
    expect(await said([TASK], { ...sheaves, also: ["L8"] })).toContain("it is about the end of all calls");
  });
});

const any = (one: ContextSpec, own = false): ContextSpec => ({ ...one, any: { own } });
const CALLS = { task0: ["kmalloc A", "kfree any"], nmi0: ["kmalloc_nolock A", "kfree_nolock any"] };
const anyOf = (more: Partial<Small> = {}): Small => ({
  configuration: ONE,
  contexts: [any(task("task0", CALLS.task0)), any(nmi("nmi0", CALLS.nmi0))],
  ...more,
});

/** What is shared, without what only a script "any" has. */
const sharedOf = (system: System) => {
  const cells = cellsOf(system).filter(
    ({ path }) => !["pc", "local", "pool", "nolockGave"].includes(path[0] as string),
  );
  return (state: State): string => JSON.stringify(cells.map(({ path }) => [path, valueAt(state, path)]));
};

const sharedStates = (small: Small): ReadonlySet<string> => {
  const system = linkSmall(small);
  return new Set(statesOf(system).map(sharedOf(system)));
};

/** A script whose calls are among those of `CALLS`: it frees what it got, each once, and the first in any case. */
const scripts = (alloc: string, free: string, most: number) =>
  fc.array(fc.nat(4), { minLength: 0, maxLength: most - 2 }).map((drawn) => {
    const lines: string[] = [];
    const mine: number[] = [];
    for (const n of [0, ...drawn, 2]) {
      const freed = n > 1 ? mine.shift() : undefined;
      lines.push(freed === undefined ? alloc : `${free} #${freed}`);
      if (freed === undefined) mine.push(lines.length);
    }
    return lines;
  });

const SCRIPTS = { task0: scripts("kmalloc A", "kfree", 4), nmi0: scripts("kmalloc_nolock A", "kfree_nolock", 3) };

describe("the most general client", () => {
  const RULES = ["S1", "S3", "S4", "S5", "S6", "S9", "S11", "S20", "S21", "L2", "L5"];

  it.each([
    ["6.18", {}],
    ["with PREEMPT_RT", { configuration: { ...ONE, preemptRt: true } }],
    ["7.3", { version: "7.3", configuration: { ...ONE, slabs: ["A partial free=1"], sheafCapacity: 1 } }],
  ] as const)("comes to every state that a script of its calls comes to: %s", { timeout: 60_000 }, (_, more) => {
    const whole = sharedStates(anyOf(more));
    fc.assert(
      fc.property(SCRIPTS.task0, SCRIPTS.nmi0, (one, other) => {
        const scripted: Small = { configuration: ONE, ...more, contexts: [task("task0", one), nmi("nmi0", other)] };
        for (const state of sharedStates(scripted)) expect(whole.has(state)).toBe(true);
      }),
      runs(4),
    );
  });

  it.each([["no-is-locked-test"], ["nolock-deactivates"]])(
    "violates whatever a script of its calls violates: %s",
    { timeout: 60_000 },
    (variant) => {
      const violated = (contexts: readonly ContextSpec[]) => {
        const system = linkSmall({ configuration: ONE, variants: [variant], contexts, properties: RULES });
        const { result } = runSearch(system, { exploreAll: true, workers: 1 });
        return new Set(result.violations.map(({ property }) => property));
      };
      const whole = violated(anyOf().contexts);
      fc.assert(
        fc.property(SCRIPTS.task0, SCRIPTS.nmi0, (one, other) => {
          const found = violated([task("task0", one), nmi("nmi0", other)]);
          expect([...found].filter((name) => !whole.has(name))).toEqual([]);
        }),
        runs(6),
      );
    },
  );

  it("is at rest between calls, and only there", () => {
    const system = linkSmall(anyOf());
    const resting = statesOf(system).filter((state) => isAtRest(system, state, expand(system, state)));
    const where = new Set(resting.flatMap(({ pc }) => pc.map((at) => system.labels[at]?.rowLabel ?? "at its end")));
    expect(resting.length).toBeGreaterThan(2);
    expect([...where].sort()).toEqual(["arrive", "call1"]);
  });

  it("does not stand for ever where it has nothing to free", () => {
    const frees = { contexts: [task("task0", ["kmalloc A"]), any(nmi("nmi0", ["kfree_nolock any"]))] };
    expect(ask({ configuration: ONE, ...frees, properties: RULES }).violated).toEqual([]);
    const off = any(task("task0", ["kfree any"], { irqsOff: true, preemptOff: false }));
    expect(ask({ configuration: { ...ONE, slabs: ["A full"] }, contexts: [off], properties: RULES }).violated).toEqual(
      [],
    );
  });

  it("frees what is held at the start, but for what a script names", () => {
    const heapOf = (named: boolean): Small => ({
      configuration: { ...ONE, objects: 2, slabs: ["A full"] },
      contexts: [any(task("task0", ["kfree any"])), nmi("nmi0", named ? ["kfree_nolock s0.o1"] : ["kmalloc_nolock A"])],
    });
    const pools = (small: Small): number => {
      const [start] = linkSmall(small).initials as readonly [State];
      return Object.values(start.pool as Readonly<Record<string, readonly boolean[]>>)
        .flat()
        .filter(Boolean).length;
    };
    expect([pools(heapOf(false)), pools(heapOf(true))]).toEqual([2, 1]);
    expect(ask({ ...heapOf(true), properties: ["S5"] }).violated).toEqual([]);
  });

  it("frees only its own where it is asked to, and only what matches", () => {
    const frees = (...contexts: ContextSpec[]): readonly string[] =>
      ask({ configuration: ONE, contexts, properties: [fires("frees", doSlabFree, "redo")] }).met;
    const gets = ["kmalloc_nolock A"];
    expect(frees(any(task("task0", ["kfree any"])), any(nmi("nmi0", gets)))).toEqual(["frees"]);
    expect(frees(any(task("task0", ["kfree any"]), true), any(nmi("nmi0", gets), true))).toEqual([]);
    expect(frees(any(task("task0", ["kmalloc A", "kfree any"]), true))).toEqual(["frees"]);
    expect(frees(any(task("task0", ["kmalloc A", "kfree_nolock matching"])))).toEqual([]);
    expect(frees(any(task("task0", [...gets, "kfree_nolock matching"])))).toEqual(["frees"]);
  });

  it("drives a counter that is never balanced to the end of its range, and S12 says so", { timeout: 60_000 }, () => {
    const system = linkSmall({
      version: "6.18",
      variants: ["uncounted-new-slab"],
      configuration: { ...ONE, slabs: ["A full", "page"], debug: ["A"], accounting: true },
      contexts: [any(task("task0", ["kmalloc A", "kfree any"])), any(nmi("nmi0", ["kmalloc_nolock A"]))],
      properties: ["S12"],
    });
    const { result } = runSearch(system, { exploreAll: true, workers: 1, maxStates: 1_000_000 });
    expect(result.violations.map(({ property }) => property)).toEqual(["S12"]);
    expect(result.complete).toBe(true);
  });

  it("mixes with scripts", () => {
    const mixed = { contexts: [any(task("task0", CALLS.task0)), nmi("nmi0", ["kmalloc_nolock A", "kfree_nolock #1"])] };
    expect(ask({ configuration: ONE, ...mixed, properties: RULES }).violated).toEqual([]);
  });

  it("makes hooks come again", { timeout: 30_000 }, () => {
    const contexts = [any(task("task0", CALLS.task0)), any(hook("hook0", CALLS.nmi0, { at: "unlock" }))];
    expect(ask({ configuration: ONE, contexts, properties: RULES }).violated).toEqual([]);
  });
});
