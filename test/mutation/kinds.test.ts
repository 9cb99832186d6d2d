/** Other elements, rows in another order, ways past a row, loads made too early, arrivals that stay away: which are there? */
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { check } from "../../checker/answer/check.ts";
import { builtins } from "../../checker/cli/models.ts";
import {
  and,
  anyOf,
  bool,
  call,
  context,
  each,
  element,
  id,
  indexSet,
  not,
  otherwise,
  type Program,
  program,
  range,
  rowsOf,
  standsIn,
  state,
  step,
  struct,
  value,
  when,
  within,
} from "../../checker/language/index.ts";
import { rootOf } from "../../checker/language/places.ts";
import { Universe } from "../../checker/language/sets.ts";
import { rowsOf as rowsIn } from "../../checker/ledger/corpus.ts";
import { recordOf } from "../../checker/ledger/record.ts";
import { mutantsOf } from "../../checker/mutation/mutate.ts";
import { testMutant } from "../../checker/mutation/test-mutant.ts";
import { loadSpec } from "../../checker/spec/load.ts";

const cpu = indexSet("cpu");
const m = state({
  cpu: each(cpu, struct({ on: bool, depth: range(0, 3), irqs: bool })),
  left: range(0, 3),
  right: range(0, 3),
});
const universe = new Universe({ cpu: 2, context: 1 }, { cpu: ["CPU0", "CPU1"] });
const lock = program("lock", { exits: ["held"] }, () => ({ take: step("", otherwise.do(m.left.set(1)).goto("held")) }));
const unlock = program("unlock", { exits: ["done"] }, () => ({
  give: step("", otherwise.do(m.left.set(0)).goto("done")),
}));

const driver = program(
  "driver",
  { exits: ["done"], params: { c: value(id(cpu)) }, locals: { here: id(cpu), seen: range(0, 3) } },
  (_, { c }, { here, seen }) => ({
    entry: step("", otherwise.do(here.set(c)).goto("lock")),
    lock: call("lock()", lock, {}, { held: "read" }),
    read: step("seen = left;", otherwise.do(seen.set(m.left)).goto("test")),
    test: step(
      "",
      when(and(m.cpu.at(here).on, seen.eq(1))).goto("unlock"),
      when(m.cpu.at(here).on).goto("read"),
      otherwise.goto("first"),
    ),
    first: step("", otherwise.do(m.left.set(2)).goto("second")),
    second: step("", otherwise.do(m.right.set(2)).goto("note")),
    note: step("", otherwise.do(seen.set(0)).goto("unlock")),
    unlock: call("unlock()", unlock, {}, { done: "done" }),
  }),
) as unknown as Program;

const irq = program("irq", { exits: ["done"] }, () => ({
  arrive: step(
    "",
    { arrive: true },
    when(
      and(
        not(m.cpu.at(element(cpu, 1)).irqs),
        standsIn(element(context, 0), anyOf(within("driver"), rowsOf("lock", "take"))),
      ),
    )
      .do(m.right.set(1))
      .goto("done"),
  ),
})) as unknown as Program;

const fields = rootOf(m)?.fields ?? {};

function namesOf(of: Program, label: string, more: object = {}): string[] {
  const row = of.rows[label];
  if (!row) throw new Error(`no row ${label}`);
  return mutantsOf({ name: label, program: of.name, label, row, of, ...more }, universe).map(({ name }) => name);
}

const only = (names: readonly string[], ...words: string[]): string[] =>
  names.filter((name) => words.some((word) => name.includes(word)));

describe("another element as index", () => {
  it("is the first of its set, and what else the program has of that set", () => {
    expect(only(namesOf(driver, "test"), "in the place of")).toEqual([
      "test / first cpu in the place of here (-> unlock)",
      "test / c in the place of here (-> unlock)",
      "test / first cpu in the place of here (-> read)",
      "test / c in the place of here (-> read)",
    ]);
  });

  it("is none where no cell has an index, nor where the index is no expression", () => {
    expect(only(namesOf(driver, "read"), "in the place of")).toEqual([]);
    expect(only(namesOf(irq, "arrive"), "in the place of")).toEqual([]);
  });
});

describe("rows in the other order", () => {
  const order = (label: string, more: object = {}) => only(namesOf(driver, label, more), " / after ");
  it("are a row and the next, a call with one way on among them", () => {
    expect(order("lock")).toEqual([]); // others come to "read"
    expect(order("first")).toEqual(["first / after second"]);
    expect(order("second")).toEqual([]); // a local and a store: in either order the same
    expect(order("note")).toEqual([]); // others come to "unlock"
  });

  it("are no two stores that a compiler may exchange", () => {
    expect(order("first", { isPlain: () => true })).toEqual([]);
    expect(order("first", { isPlain: (cell: string) => cell === "left" })).toEqual(["first / after second"]);
  });

  it("go to each other's places", () => {
    const row = driver.rows.first as NonNullable<(typeof driver.rows)[string]>;
    const [mutant] = mutantsOf({ name: "first", program: "driver", label: "first", row, of: driver }, universe).filter(
      ({ name }) => name.includes("after"),
    );
    const rows = mutant?.variant.patches[0]?.rows ?? {};
    const ways = Object.entries(rows).map(([label, one]) => [
      label,
      one.kind === "step" ? one.entries.flat().map(({ target }) => target) : [],
    ]);
    expect(Object.fromEntries(ways)).toEqual({
      test: ["unlock", "read", "second"],
      first: ["note"],
      second: ["first"],
    });
  });
});

describe("a way past a row", () => {
  it("is there where others go that way, so that the row is not lost", () => {
    expect(only(namesOf(driver, "test"), "left out")).toEqual(["test / unlock is left out", "test / read is left out"]);
    expect(only(namesOf(driver, "note"), "left out")).toEqual(["note / unlock is left out"]);
    expect(only(namesOf(driver, "first"), "left out")).toEqual([]);
  });
});

describe("a load made too early", () => {
  it("is one of a loop, made by those who come to it", () => {
    const at = program(
      "again",
      { exits: ["done"], locals: { seen: range(0, 3), c: id(cpu) } },
      (_, __, { seen, c }) => ({
        entry: step("", otherwise.do(c.set(element(cpu, 1)), seen.set(0)).goto("read")),
        read: step("", otherwise.do(seen.set(m.cpu.at(c).depth)).goto("test")),
        test: step("", when(m.left.eq(seen)).goto("done"), otherwise.goto("read")),
      }),
    ) as unknown as Program;
    expect(only(namesOf(at, "read"), "once")).toEqual(["read / once, before: seen = cpu[c].depth (-> test)"]);
    expect(only(namesOf(at, "test"), "once")).toEqual([]);
    const row = at.rows.read as NonNullable<(typeof at.rows)[string]>;
    const [mutant] = mutantsOf({ name: "read", program: "again", label: "read", row, of: at }, universe).filter(
      ({ name }) => name.includes("once"),
    );
    const entry = mutant?.variant.patches[0]?.rows.entry;
    // Of the CPU that the row sets itself.
    expect(JSON.stringify(entry?.kind === "step" && entry.entries[0]?.[0]?.effect[2]?.value)).toContain(
      '"index":{"op":"const","value":1',
    );
  });

  it("is none that a call, or the beginning of the program, comes to", () => {
    expect(only(namesOf(driver, "read"), "once")).toEqual([]);
  });
});

describe("an arrival that stays away", () => {
  it("does so where a cell beside those it looks at is not as in the beginning, or in a part of its region", () => {
    expect(only(namesOf(irq, "arrive", { fields }), "only where", "not in")).toEqual([
      "arrive / only where !cpu[CPU1].on (-> done)",
      "arrive / only where cpu[CPU1].depth == 0 (-> done)",
      "arrive / not in within driver (-> done)",
      "arrive / not in lock: take (-> done)",
    ]);
    expect(only(namesOf(driver, "test", { fields }), "only where", "not in")).toEqual([]);
  });
});

describe("mutants of the kernel that no spec noticed once", () => {
  const specs = fileURLToPath(new URL("../../specs", import.meta.url));
  const fate = async (spec: string, program: string, label: string, what: string) => {
    const loaded = await loadSpec({ source: spec, path: `${specs}/${spec}.json` }, builtins);
    const tester = { loaded, record: recordOf(check(loaded)) };
    const of = loaded.system.programs[program] as Program;
    const row = rowsIn(loaded).find((one) => one.program === program && one.label === label) ?? {
      name: label,
      program,
      label,
      row: of.rows[label] as NonNullable<(typeof of.rows)[string]>,
    };
    const own = Object.assign({}, ...["cpu", "chain"].map((field) => ({ [field]: loaded.system.fields[field] })));
    const mutants = mutantsOf({ ...row, of, fields: own }, loaded.system.universe).filter(({ name }) =>
      name.includes(what),
    );
    expect(mutants).toHaveLength(1);
    return mutants.map((mutant) => {
      const { notice } = testMutant(mutant.name, [{ mutant, tester }]);
      return notice && `${notice.how}: ${notice.what}`;
    })[0];
  };

  it("are noticed: a gate that asks about the lock of the first CPU", async () => {
    const first = "first cpu in the place of chain[frame[self].chain].cpu (-> retry)";
    expect(await fate("company/nmi-gate-on-cpu1", "kmalloc_nolock", "gate", first)).toBe("violated: S4");
    expect(await fate("company/hook-gate-on-cpu1", "__slab_alloc", "gate", "first cpu in the place of c")).toMatch(
      /^violated/,
    );
    const free = "first cpu in the place of chain[frame[self].chain].cpu (-> defer)";
    expect(await fate("company/nmi-frees-on-cpu1", "do_slab_free", "gate", free)).toMatch(/^violated/);
    expect(await fate("company/hook-frees-on-cpu1", "do_slab_free", "gate", free)).toMatch(/^violated/);
  });

  it("are noticed: a hardirq that stays away where preemption is off", async () => {
    const where = "only where cpu[who[self].cpu].preemptCount == 0";
    expect(await fate("company/interrupts-on-cpu1", "hardirq0", "arrive", where)).toBe("witness: hardirqOnPinned");
  });
});
