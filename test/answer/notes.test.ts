/** What is said beside an answer, and what calls returned: by every engine, and as a walk over all states finds it. */
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { check, statusOf } from "../../checker/answer/check.ts";
import { returnsOf } from "../../checker/answer/returns.ts";
import { changesOf } from "../../checker/cli/changes.ts";
import { builtins } from "../../checker/cli/models.ts";
import { folders, specNamed, specNames } from "../../checker/cli/specs.ts";
import { ENGINES, runSearch } from "../../checker/engine/run.ts";
import {
  atRest,
  bool,
  call,
  type LinkError,
  not,
  otherwise,
  type Property,
  program,
  property,
  type System,
  select,
  state,
  step,
  when,
} from "../../checker/language/index.ts";
import { link } from "../../checker/link/link.ts";
import { expand } from "../../checker/reference/step.ts";
import { targetOf } from "../../checker/reference/ways.ts";
import { textReport } from "../../checker/report/text.ts";
import { loadSpec } from "../../checker/spec/load.ts";
import { asOf, defineModel } from "../../checker/spec/model.ts";
import model from "../../model/index.ts";
import { statesOf } from "../reference/states.ts";
import { specOf } from "../report/counter.ts";

const door = state({ locked: bool });

const tryDoor = program("try_door", { exits: ["open", "shut"] }, () => ({
  look: step("if (locked) return false;", when(not(door.locked)).goto("open"), otherwise.goto("shut")),
}));

/** Tries the door twice; may go away before. */
const visitor = program("visitor", { exits: ["done"] }, () => ({
  wait: step("(model) comes", { mayStop: true }, otherwise.goto("first")),
  first: call(
    "try_door()",
    tryDoor,
    {},
    { open: "second", shut: "second" },
    { returns: { of: "try_door", inVain: "shut" } },
  ),
  second: call("try_door()", tryDoor, {}, { open: "done", shut: "done" }, { returns: { of: "try_door again" } }),
}));

const locker = program("locker", { exits: ["done"] }, () => ({
  turn: step("locked = true;", { mayStop: true }, otherwise.do(door.locked.set(true)).goto("done")),
}));

/** Goes round for ever. */
const guard = program("guard", { exits: [] }, () => ({
  round: step("for (;;) ;", otherwise.goto("round")),
}));

const isShutAtRest = property("shutAtRest", "the door is locked when all is quiet", atRest(door.locked));

const scripts = { visitor, locker, guard };

const system = (
  names: readonly (keyof typeof scripts)[],
  isLocked: boolean,
  properties: readonly Property[] = [],
): System =>
  link({
    name: "door",
    roots: [door],
    contexts: names.map((name) => ({ name, script: scripts[name] })),
    initially: isLocked ? [door.locked.set(true)] : [],
    properties,
  });

/** What is noted of a system, which every engine must say alike. */
function notesOn(of: System): readonly string[] {
  const spec = specOf(of, {
    model: defineModel({ name: "door", title: "a door", properties: {}, build: () => ({ roots: [], contexts: [] }) }),
  });
  const told = ENGINES.map((engine) => check({ source: "door", spec, system: of }, { engine, exploreAll: true }).notes);
  for (const notes of told) expect(notes).toEqual(told[0]);
  return told[0] as readonly string[];
}

const noProperty = "no property is asked for; npm run explain lists what there is";

describe("what calls returned", () => {
  it.each([
    ["an open door", ["visitor"], false, [["open"], ["open"]]],
    ["a locked door", ["visitor"], true, [["shut"], ["shut"]]],
    [
      "a door that is locked meanwhile",
      ["visitor", "locker"],
      false,
      [
        ["open", "shut"],
        ["open", "shut"],
      ],
    ],
  ] as const)("%s: what a walk over all states finds", (_, names, isLocked, exits) => {
    const of = system(names, isLocked);
    const walked = new Map<string, Set<string>>();
    for (const one of statesOf(of)) {
      for (const { label, command } of expand(of, one).transitions) {
        const by = label.stack.at(-1)?.callLabel ?? "";
        if (label.program === "try_door")
          walked.set(by, (walked.get(by) ?? new Set()).add(targetOf(of, command) ?? ""));
      }
    }
    for (const engine of ENGINES) {
      const found = returnsOf(of, runSearch(of, { engine, exploreAll: true }).result);
      expect(found.map((one) => one.of)).toEqual(["try_door", "try_door again"]);
      expect(found.map((one) => one.exits)).toEqual(exits);
      expect(found.map((one) => one.exits)).toEqual(
        ["first", "second"].map((at) => [...(walked.get(at) ?? [])].sort()),
      );
    }
  });

  it("one that nobody makes never returned", () => {
    const late = program("late", { exits: ["done"] }, () => ({
      wait: step("while (!locked) ;", when(door.locked).goto("try")),
      try: call("try_door()", tryDoor, {}, { open: "done", shut: "done" }, { returns: { of: "try_door" } }),
    }));
    const of = link({ name: "door", roots: [door], contexts: [{ name: "late", script: late }], deadlock: false });
    expect(returnsOf(of, runSearch(of, {}).result)).toEqual([
      { context: "late", of: "try_door", exits: [], inVain: null },
    ]);
    expect(notesOn(of)).toEqual([noProperty, "late never takes a step", "late: try_door never returns"]);
  });

  it("must be read off the steps of the callee", () => {
    const inner = program("inner", { exits: ["open", "shut"] }, () => ({
      which: select("(model) a branch", [[door.locked.eq(true), "shut"]], "open"),
    }));
    const wrong = program("wrong", { exits: ["done"] }, () => ({
      one: call("inner()", inner, {}, { open: "two", shut: "two" }, { returns: { of: "inner" } }),
      two: call("try_door()", tryDoor, {}, { open: "three", shut: "three" }, { returns: { of: "it", inVain: "lost" } }),
      three: step("return;", { returns: { of: "it" } }, otherwise.goto("done")),
    }));
    try {
      link({ name: "door", roots: [door], contexts: [{ name: "wrong", script: wrong }] });
      expect.fail("it was linked");
    } catch (error) {
      expect((error as LinkError).problems).toEqual([
        'wrong, row "one": "returns" needs a callee of steps alone, and "which" of inner is a select',
        'wrong, row "two": "returns" names "lost", which is no exit of try_door (open, shut)',
        'wrong, row "three": "returns" is about the exits of a call; put it on the call row',
      ]);
    }
  });
});

describe("a note says", () => {
  it("that a call was in vain in every run", () => {
    expect(notesOn(system(["visitor"], true))).toEqual([noProperty, "visitor: try_door returned shut in every run"]);
    expect(notesOn(system(["visitor", "locker"], false))).toEqual([noProperty]);
  });

  it("that what is asked of states at rest was asked of none", () => {
    const never = "no state is at rest, so that nothing was asked there: shutAtRest";
    expect(notesOn(system(["locker", "guard"], true, [isShutAtRest]))).toEqual([never]);
    expect(notesOn(system(["locker"], true, [isShutAtRest]))).toEqual([]);
  });

  it("that nobody runs", () => {
    expect(notesOn(system([], true))).toEqual([noProperty, "no context runs: there is nothing but the first state"]);
  });

  it("nothing of what every run did, where not every run was seen, or a violation is", () => {
    const of = system(["visitor"], true);
    const spec = specOf(of, {
      model: defineModel({ name: "door", title: "a door", properties: {}, build: () => ({ roots: [], contexts: [] }) }),
    });
    expect(check({ source: "door", spec, system: of }, { maxDepth: 1 }).notes).toEqual([noProperty]);
  });
});

const load = (name: string, ...changes: string[]) => loadSpec(specNamed(name, folders), builtins, changesOf(changes));

describe("with the model of kmalloc_nolock()", () => {
  it("an answer to another question than the spec's holds, and tells of empty cells", async () => {
    const outcome = check(await load("slabs/nmi-on-kmalloc", "version=v5"));
    expect([outcome.verdict, statusOf(outcome), outcome.vacuous]).toEqual(["holds", 0, []]);
    const strict = check(await load("slabs/nmi-on-kmalloc"));
    expect([strict.verdict, strict.notes]).toEqual(["holds", []]);
  });

  it("a call that is refused is told with its caller", async () => {
    const { notes } = check(await load("pages/nmi-refused"));
    expect(notes).toEqual(["nmi0: alloc_pages_nolock returned NULL in every run"]);
  });

  it("all properties are asked that have anything to do with the question, and the others are named", async () => {
    const { path } = specNamed("slabs/nmi-on-kmalloc", folders);
    const spec = { ...JSON.parse(readFileSync(path, "utf8")), properties: "all", expect: undefined, cuts: "noted" };
    const file = join(mkdtempSync(join(tmpdir(), "nolock-")), "all.json");
    writeFileSync(file, JSON.stringify(spec));
    const loaded = await loadSpec({ source: file, path: file }, builtins);
    const asked = loaded.system.properties.map(({ name }) => name);
    const { violated, notes } = check(loaded);
    expect(asked).toEqual(expect.arrayContaining(["S1", "S3", "S4", "guards", "L1"]));
    expect(violated).toEqual([]);
    const left = /nothing to do with the question: (.*)$/.exec(notes.join("\n").split("\n")[0] ?? "")?.[1]?.split(", ");
    const known = Object.keys(asOf(model, loaded.spec.asked.version).properties);
    const all = model.rules?.filter((name) => name !== "S12" && known.includes(name)) ?? [];
    expect(all.length).toBeGreaterThan(25);
    expect([...asked, ...(left ?? [])].sort()).toEqual([...all, ...spec.sometimes].sort());
  });

  it("a property that means nothing for a question may not be asked of it", async () => {
    const { path } = specNamed("slabs/nmi-on-kmalloc", folders);
    const spec = { ...JSON.parse(readFileSync(path, "utf8")), properties: ["S3", "S12"] };
    const file = join(mkdtempSync(join(tmpdir(), "nolock-")), "s12.json");
    writeFileSync(file, JSON.stringify(spec));
    await expect(loadSpec({ source: file, path: file }, builtins)).rejects.toThrow('"S12" means nothing here');
    const counted = loadSpec({ source: file, path: file }, builtins, changesOf(["accounting=true"]));
    expect((await counted).system.properties.map(({ name }) => name)).toContain("S12");
  });

  it("a report says where contexts begin, where there are several CPUs, and which way each step went", async () => {
    const report = textReport(check(await load("slabs/nmi-frees")), { trace: "full" });
    expect(report).not.toContain("\nwhere: ");
    const two = textReport(check(await load("company/another-cpu-and-an-nmi")), { trace: "full" });
    expect(two).toMatch(/^where: {4}task0, nmi0 on CPU0; task1 on CPU1$/m);
    const hook = textReport(check(await load("hooks/hook-cuts-freelist")), { trace: "full" });
    expect(hook).toMatch(/^ *\d+ task0 ___slab_alloc: freelist -> loadFreelist \[S\]$/m);
    expect(hook).not.toContain("tid -> ");
  });

  it("a CPU that nobody is on is told", async () => {
    const { notes } = check(await load("slabs/nmi-on-kmalloc", "cpus=2"));
    expect(notes[0]).toBe("every context begins on CPU0; none on CPU1");
  });
});

/**
 * Specs of which some cell is empty and nobody has said why: their answers say so in a note. The list may only get
 * shorter: one that is explained, or is new, must not stand here.
 */
const UNEXPLAINED = [
  "7.3/callback-uses-sheaves",
  "7.3/debug-nmi",
  "7.3/hardirq-on-sheaves",
  "7.3/hook-on-kmalloc",
  "7.3/memcg-charge-fails-alone",
  "7.3/memcg-charge-fails-deferred",
  "7.3/memcg-high-work-tracepoint",
  "7.3/memcg-high-work-tracepoint-spins",
  "7.3/memcg-last-object-by-irq-work",
  "7.3/memcg-references",
  "7.3/memcg-references-one-slot",
  "7.3/memcg-stock-full",
  "7.3/nmi-frees-a-page-contended",
  "7.3/nmi-frees-isolated-page-contended",
  "7.3/nmi-frees-with-encoded-links",
  "7.3/nmi-gets-a-random-slab",
  "7.3/nmi-on-flush-worker",
  "7.3/nmi-refused",
  "7.3/parked-page-drained",
  "7.3/tiny-nmi",
  "7.3/two-cpus-nmi-allocates-busy-barn",
  "7.3/two-hooks-two-buckets",
  "7.3/up-7.2-nmi-frees-a-page",
  "7.3/up-asks-irqs-disabled",
  "7.3/up-nmi-allocates",
  "7.3/up-nmi-frees-isolated-page",
  "7.3/without-cmpxchg-double",
  "rqspinlock/dec-before-clear",
  "rqspinlock/nmi-above-waiter",
  "rqspinlock/nmi-on-abba",
  "rqspinlock/plain-under-hardirq",
  "rqspinlock/two-cpus-two-hooks",
];

it("every spec of specs/ wants its empty cells explained, but for those that are named", async () => {
  const names = specNames(folders).filter((name) => !name.includes("@"));
  expect(names.length).toBeGreaterThan(300);
  const other = names.filter((name) => {
    const spec = JSON.parse(readFileSync(join(folders.specs, `${name}.json`), "utf8")) as { cuts?: string };
    return spec.cuts !== "explained";
  });
  expect(other.sort()).toEqual(UNEXPLAINED);
});

it.each(UNEXPLAINED)("%s has an empty cell, and its answer says so", async (name) => {
  const spec = JSON.parse(readFileSync(join(folders.specs, `${name}.json`), "utf8")) as { for?: { set: object }[] };
  const twins = (spec.for ?? []).map(
    ({ set }) => `${name}@${Object.entries(set).map(([key, value]) => (value === true ? key : value))}`,
  );
  const outcomes = await Promise.all([name, ...twins].map(async (one) => check(await load(one))));
  expect(outcomes.flatMap(({ notes }) => notes).filter((note) => /cuts nothing|never cuts/.test(note))).not.toEqual([]);
});
