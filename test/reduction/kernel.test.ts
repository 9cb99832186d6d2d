/** On the kernel model: what the reductions rest on holds at every step of a spec, and a wrong footprint is noticed. */
import { describe, expect, it } from "vitest";
import type { System } from "../../checker/language/index.ts";
import { unlike } from "../../checker/reduction/alike.ts";
import { CellSet } from "../../checker/reduction/cell-set.ts";
import { dependenceOf } from "../../checker/reduction/dependence.ts";
import { type Footprint, type Footprints, footprintsOf } from "../../checker/reduction/footprints.ts";
import { Recheck } from "../../checker/reduction/recheck.ts";
import { Reduction } from "../../checker/reduction/reduction.ts";
import { reducedSearch } from "../../checker/reduction/search.ts";
import { search } from "../../checker/reference/search.ts";
import { hook, linkSmall, nmi, task } from "../model/setup.ts";
import { graphOf } from "./graph.ts";

const heap = { slabs: ["A cpu0 free=1", "A partial free=1", "B cpu0 free=2", "page"] };
const properties = ["S1", "S3", "S4", "S7", "S9", "S11", "S21", "guards"];
const QUESTIONS = {
  "an NMI on a kmalloc": {
    configuration: heap,
    contexts: [task("task0", ["kmalloc A", "kmalloc A"]), nmi("nmi0", ["kmalloc_nolock A"])],
    properties,
  },
  "a hook that cuts the freelist": {
    version: "v5",
    configuration: heap,
    contexts: [task("task0", ["kmalloc A", "kmalloc A"]), hook("hook0", ["kmalloc_nolock A"])],
    properties,
  },
  "PREEMPT_RT, two tasks": {
    configuration: { ...heap, preemptRt: true },
    contexts: [task("task0", ["kmalloc A"]), task("task1", ["kmalloc_nolock B"])],
    properties,
  },
  "two CPUs": {
    configuration: { slabs: ["A cpu0 free=1", "A cpu1 free=1"], cpus: 2 },
    contexts: [task("task0", ["kmalloc A"]), task("task1", ["kmalloc A"], { cpu: 1 })],
    properties,
  },
};

const violated = (result: ReturnType<typeof search>) => result.violations.map((v) => v.property).toSorted();

describe.each(Object.entries(QUESTIONS))("%s", (_, question) => {
  const system = linkSmall(question);
  const footprints = footprintsOf(system);
  const reduction = new Reduction(system, dependenceOf(system, footprints));
  const recheck = new Recheck(system, footprints, reduction);
  const { states, edges } = graphOf(system);

  it("violates the same properties, reduced and not", () => {
    const full = search(system, { exploreAll: true });
    const few = reducedSearch(system, { exploreAll: true });
    expect(violated(few)).toEqual(violated(full));
    expect(few.met.map((m) => m !== null)).toEqual(full.met.map((m) => m !== null));
    expect(few.fired.map((n) => n > 0)).toEqual(full.fired.map((n) => n > 0));
    expect(few.states).toBeLessThan(full.states);
  });

  it("keeps to its footprints at every step", () => {
    expect(edges.flatMap((edge) => recheck.step(...edge))).toEqual([]);
  });

  it("leaves out only what commutes", () => {
    const ample = states.flatMap((state) => reduction.ample(state).map((context) => [state, context] as const));
    expect(ample.length).toBeGreaterThan(0);
    expect(ample.flatMap((one) => recheck.ample(...one))).toEqual([]);
  });
});

describe("a wrong footprint", () => {
  const system = linkSmall(QUESTIONS["an NMI on a kmalloc"]);
  const right = footprintsOf(system);
  const { edges } = graphOf(system);
  const reads = system.labels.find((l) => l?.program === "___slab_alloc" && l.rowLabel === "freelist")?.id as number;
  const task0 = 0;

  /** All footprints of the task, one of them less some cells. */
  const without = (which: "now" | "fromHereOn", at: number, what: "reads" | "writes"): Footprints => ({
    ...right,
    [which]: (context: number, label: number): Footprint => {
      const found = right[which](context, label);
      if (context !== task0 || label !== at) return found;
      return { ...found, [what]: new CellSet(right.possible.cellCount) };
    },
  });
  const complaints = (footprints: Footprints): string[] => {
    const recheck = new Recheck(system, footprints, new Reduction(system));
    return edges.flatMap((edge) => recheck.step(...edge));
  };

  it("is caught where a row reads what it is not said to read", () => {
    expect(complaints(without("now", reads, "reads"))[0]).toMatch(
      /___slab_alloc: freelist: reads .*, beyond its footprint/,
    );
  });

  it("is caught where it writes what it is not said to write", () => {
    const store = system.labels.find((l) => l?.rowLabel === "storeFreelist")?.id as number;
    expect(complaints(without("now", store, "writes"))[0]).toMatch(/storeFreelist: writes .*, beyond its footprint/);
  });

  it("is caught where the future lacks what comes later", () => {
    expect(complaints(without("fromHereOn", reads, "writes")).join("\n")).toMatch(/later, and not from here on/);
  });
});

describe("a wrong reduction", () => {
  const system = linkSmall(QUESTIONS["an NMI on a kmalloc"]);
  const { states } = graphOf(system);

  it("is caught where steps that depend on each other are said not to", () => {
    const wrong = new Reduction(system, { ...dependenceOf(system), conflict: () => false });
    const recheck = new Recheck(system, footprintsOf(system), wrong);
    const found = states.flatMap((state) => wrong.ample(state).flatMap((context) => recheck.ample(state, context)));
    expect(found.join("\n")).toMatch(/was left out for .*: (their order matters|it changes what that one may do)/);
  });

  it("is caught where elements are said to be alike that are not", () => {
    const wrong: System = { ...system, renamable: { ...system.renamable, bucket: [0, 1] } };
    expect(unlike(wrong, states.slice(0, 200))).toContainEqual(expect.stringMatching(/behaves in another way/));
  });
});
