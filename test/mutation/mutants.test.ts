/** Which mistakes are put into a row, which of them does a spec notice, and does one that changes nothing survive? */
import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { check } from "../../checker/answer/check.ts";
import { builtins } from "../../checker/cli/models.ts";
import {
  and,
  bool,
  call,
  choose,
  each,
  id,
  indexSet,
  lit,
  not,
  optional,
  otherwise,
  program,
  select,
  setEach,
  state,
  step,
  when,
} from "../../checker/language/index.ts";
import { printNode } from "../../checker/language/print-expression.ts";
import type { SourceRow } from "../../checker/language/programs.ts";
import { Universe } from "../../checker/language/sets.ts";
import { rowsOf } from "../../checker/ledger/corpus.ts";
import { recordOf } from "../../checker/ledger/record.ts";
import { link } from "../../checker/link/link.ts";
import { infectingIn } from "../../checker/mutation/infection.ts";
import { memoIn } from "../../checker/mutation/memo.ts";
import { type Mutant, mutantsOf } from "../../checker/mutation/mutate.ts";
import { ask, type Tested, type Tester, testMutant } from "../../checker/mutation/test-mutant.ts";
import { loadSpec } from "../../checker/spec/load.ts";
import { lights, project } from "../cli/environment.ts";
import lightsModel from "../spec/fixtures/lights.ts";

const k = state({ on: bool, off: bool });
const tryIt = program("try_it", { exits: ["got", "busy"] }, () => ({
  try: step("", when(k.on).goto("busy"), otherwise.do(k.on.set(true)).goto("got")),
}));
const caller = program("caller", { exits: ["done"] }, () => ({
  entry: select("", [[lit(true), "look"]], "done"),
  look: step(
    "",
    when(and(k.on, not(k.off))).goto("done"),
    when(k.off).fails("P", "it is off"),
    otherwise.do(k.off.set(true), k.on.set(not(k.on))).goto("try"),
  ),
  try: call("", tryIt, {}, { got: "done", busy: "look" }),
}));

const namesOf = (label: "entry" | "look" | "try") =>
  mutantsOf({ name: `caller: ${label}`, program: "caller", label, row: caller.rows[label] }, new Universe({})).map(
    (mutant) => mutant.name,
  );

describe("the mutants of a row", () => {
  it("are tests that are always or never true, parts left out, and writes not done; what fails is left alone", () => {
    expect(namesOf("look")).toEqual([
      "caller: look / always: on && !off (-> done)",
      "caller: look / never: on && !off (-> done)",
      "caller: look / without: on (-> done)",
      "caller: look / without: !off (-> done)",
      "caller: look / not done: off = true (-> try)",
      "caller: look / not done: on = !on (-> try)",
    ]);
  });

  it("matter without a part of a test only where every other part is true", () => {
    const universe = new Universe({});
    const row = step("", when(and(k.on, not(k.off))).goto("done"), otherwise.goto("done"));
    const where = mutantsOf({ name: "", program: "caller", label: "look", row }, universe)
      .filter(({ name }) => name.includes("without"))
      .map(({ infects }) => infects && printNode(infects.condition, { universe, binder: () => "" }));
    expect(where).toEqual(["!on && !off", "on && !!off"]);
  });

  it("are a call left by one of its exits at once", () => {
    expect(namesOf("try")).toEqual(["caller: try / no call of try_it: got", "caller: try / no call of try_it: busy"]);
  });

  it("are none where the configuration decides", () => {
    expect(namesOf("entry")).toEqual([]);
  });
});

describe("the mutants of Peterson's lock", () => {
  let tested: ReadonlyMap<string, Tested>;
  let tester: Tester;
  let mutants: readonly Mutant[];
  beforeAll(async () => {
    const path = fileURLToPath(new URL("../../examples/peterson.json", import.meta.url));
    const loaded = await loadSpec({ source: "peterson", path }, {});
    tester = { loaded, record: recordOf(check(loaded)) };
    mutants = rowsOf(loaded).flatMap((row) => mutantsOf(row, loaded.system.universe));
    tested = new Map(mutants.map((mutant) => [mutant.name, testMutant(mutant.name, [{ mutant, tester }])]));
  });

  it("are noticed where the lock needs what they lack", () => {
    const fate = (start: string) => {
      const [one] = [...tested].filter(([name]) => name.startsWith(start)).map(([, { notice }]) => notice);
      return one && `${one.how}: ${one.what}`;
    };
    expect(fate("peterson: raise / not done: flag[self] = l")).toBe("violated: mutualExclusion");
    expect(fate("peterson: come / not done: turn[l] = self")).toBe("violated: mutualExclusion");
    expect(fate("peterson: wait / never: !(exists")).toBe("violated: deadlock");
    expect(fate("peterson: wait / not done: l = next(l)")).toBe("witness: contended");
    expect(fate("peterson: start / not done: l = level0")).toMatch(/^refused: peterson: the local "l" may be read/);
  });

  it("are noticed only where they infect", () => {
    const infects = infectingIn(tester.loaded, mutants);
    const noticed = mutants.filter(({ name }) => tested.get(name)?.notice);
    expect(noticed.filter(({ name }) => !infects.has(name))).toEqual([]);
  });

  it("survive where the spec does not ask: that a flag stays up forbids nobody's safety, though the way is another", () => {
    expect(tested.get("peterson: critical / not done: flag[self] = nil (-> start)")).toMatchObject({
      notice: null,
      asked: 1,
      differing: ["peterson"],
      unfinished: [],
    });
  });
});

describe("a mutant that takes rows out of reach", () => {
  const at = project({ off: lights(["toggle", "wait"], { properties: ["flipsFromDark"], deadlock: false }) });
  afterAll(at.remove);

  it("is not noticed for a property that then speaks of nothing", async () => {
    const builtins = { lights: () => import("../spec/fixtures/lights.ts") };
    const loaded = await loadSpec({ source: "off", path: `${at.dir}/specs/off.json` }, builtins);
    const rows = { then0: select("", [], "then1") };
    const patches = [{ program: "task0", rows, added: [], removed: [] }];
    const mutant = {
      name: "no toggle",
      infects: null,
      variant: { name: "mutant", summary: "", patches, isVersion: true },
    };
    const tested = testMutant(mutant.name, [{ mutant, tester: { loaded, record: recordOf(check(loaded)) } }]);
    expect([tested.notice, tested.differing]).toEqual([null, ["off"]]);
  });
});

describe("the mutants of a row over elements that may be renamed", () => {
  const item = indexSet("item", { interchangeable: true });
  const shelf = state({ best: optional(id(item)), mark: each(item, each(item, bool)) });
  const keeper = program("keeper", { exits: ["done"] }, () => ({
    pick: step(
      "",
      choose(item, (i) => otherwise.do(shelf.best.set(i)).goto("clear")),
    ),
    clear: step("", otherwise.do(setEach(item, (i) => shelf.mark.at(shelf.best).at(i).set(true))).goto("done")),
  }));
  const built = { sizes: { item: 2 }, roots: [shelf], contexts: [{ name: "a", script: keeper }] };
  const mutants = mutantsOf(
    { name: "keeper: clear", program: "keeper", label: "clear", row: keeper.rows.clear },
    new Universe({ item: 2 }),
  );

  it("infect, though the linker would refuse to rename where one asks what the row asks", () => {
    expect(Object.keys(link({ ...built, name: "shelf" }).renamable)).toEqual(["item"]);
    const spec = { name: "shelf", asked: { contexts: [] }, model: { build: () => built } };
    const loaded = { spec } as unknown as Parameters<typeof infectingIn>[0];
    const names = [
      "keeper: clear / not done: for each i: item . mark[best][i] = true (-> done)",
      "keeper: clear / first item in the place of best (-> done)",
    ];
    expect(mutants.map(({ name }) => name)).toEqual(names);
    expect([...infectingIn(loaded, mutants)].sort()).toEqual(names.toSorted());
  });
});

describe("the mutants of the allocator", () => {
  it("go the same way, state by state, in a spec that they do not infect", async () => {
    const path = fileURLToPath(new URL("../../specs/slabs/softirq-cuts-a-free.json", import.meta.url));
    const loaded = await loadSpec({ source: "slabs/softirq-cuts-a-free", path }, builtins);
    const tester = { loaded, record: recordOf(check(loaded)) };
    const fired = rowsOf(loaded).filter(({ program, label }) =>
      tester.record.fired[program]?.split(" ").includes(label),
    );
    const mutants = fired.flatMap((row) => mutantsOf(row, loaded.system.universe));
    const infects = infectingIn(loaded, mutants);
    // Each costs a search: some of them.
    const harmless = mutants.filter(({ name }) => !infects.has(name)).filter((_, i) => i % 7 === 0);
    expect(harmless.length).toBeGreaterThan(4);
    expect(harmless.map((mutant) => [mutant.name, ask({ mutant, tester })])).toEqual(
      harmless.map(({ name }) => [name, "the same way"]),
    );
  });
});

describe("what was found out before", () => {
  const dir = mkdtempSync(join(tmpdir(), "nolock-memo-"));
  afterAll(() => rmSync(dir, { recursive: true }));
  const memo = join(dir, "memo");
  const never = () => {
    throw new Error("asked again");
  };

  it("is not asked again, by a later run neither, and of a run that was stopped all whole answers count", () => {
    const first = memoIn(memo);
    expect(first(["a", "b"], () => ({ how: "violated" }))).toEqual({ how: "violated" });
    expect(first(["a", "b"], never)).toEqual({ how: "violated" });
    expect(first(["a"], () => "unfinished")).toBe("unfinished");
    appendFileSync(memo, '["half');
    const second = memoIn(memo);
    expect([second(["a", "b"], never), second(["a"], never)]).toEqual([{ how: "violated" }, "unfinished"]);
    second(["c"], () => "another way");
    expect(memoIn(memo)(["c"], never)).toBe("another way");
  });

  it("is asked every time where there is no file", () => {
    let asked = 0;
    for (const _ of [1, 2]) memoIn(undefined)(["a"], () => (asked += 1));
    expect(asked).toBe(2);
  });
});

describe("mutants", () => {
  const at = project({
    one: lights(["toggle"], { sometimes: ["smallIsOne"], expect: { verdict: "vacuous" } }),
    two: lights(["wait"], { expect: { verdict: "deadlock", violated: ["deadlock"] } }),
  });
  afterAll(at.remove);

  it("names the survivors, counts the rest, and fails where nobody explains one", async () => {
    const ran = await at.run("mutants", "--verbose");
    expect(ran.printed).toMatch(
      /\n\d+ mutants: \d+ noticed by what specs ask \(.*\), 0 by pinned counts alone, 0 equivalent, \d+ survive \(.* in 100 of the others\)\n/,
    );
    expect(ran.complained).toContain("more than 3 in 100 survive");
    expect(ran.complained).toContain("EXPLAINED, and there is no such mutant: toggle: flip / not there\n");
    expect(ran.status).toBe(1);
    expect((await at.run("mutants", "--row", "toggle: flip", "--list")).printed).toBe(
      "toggle: flip / not done: on[l] = !on[l] (-> done)\n",
    );
  });

  it("counts no equivalent one among the survivors, and takes nobody's word for it", async () => {
    const name = "toggle: flip / not done: on[l] = !on[l] (-> done)";
    const model = { ...lightsModel, survivors: {}, equivalents: { [name]: "lights are not looked at" } };
    const two = lights(["toggle"], { properties: [], deadlock: false, expect: { verdict: "holds", violated: [] } });
    const one = project({ two }, { lights: async () => ({ default: model }) });
    const ran = await one.run("mutants");
    one.remove();
    const isNot = `CALLED EQUIVALENT, and is not: ${name} (1 specs do not notice, 1 of them go another way)\n`;
    expect(ran.printed).toContain("0 equivalent, 1 survive (100.0 in 100 of the others)\n");
    expect(ran.complained).toContain(isNot);
    expect(ran.status).toBe(1);
  });

  it("tells apart what pinned counts alone notice", async () => {
    const expected = { verdict: "holds", violated: [], states: 5, transitions: 4 };
    const two = lights(["toggle"], { properties: [], deadlock: false, expect: expected });
    const one = project({ two }, { lights: async () => ({ default: { ...lightsModel, survivors: {} } }) });
    const ran = await one.run("mutants");
    one.remove();
    expect(ran.printed).toContain("1 by pinned counts alone, 0 equivalent, 0 survive (0.0 in 100 of the others)\n");
    expect(ran.status).toBe(0);
  });

  it("asks about what the rows of two versions have in common as one mistake", async () => {
    const specs = { one: lights(["toggle"], { deadlock: false }), two: lights(["toggle"], { variants: ["dead"] }) };
    const at = project(specs);
    const loaded = await loadSpec(
      { source: "one", path: `${at.dir}/specs/one.json` },
      { lights: async () => ({ default: lightsModel }) },
    );
    const flip = loaded.system.programs.toggle?.rows.flip as SourceRow;
    const dead = {
      name: "dead",
      summary: "",
      patches: [{ program: "toggle", rows: { flip }, added: [], removed: [] }],
      isVersion: false,
    };
    const build: typeof lightsModel.build = (asked) => ({
      ...lightsModel.build({ ...asked, variants: [] }),
      variants: asked.variants.length > 0 ? [dead] : [],
    });
    const both = project(specs, {
      lights: async () => ({ default: { ...lightsModel, build } }),
    });
    const listed = await both.run("mutants", "--list");
    const asked = await both.run("mutants");
    at.remove();
    both.remove();
    expect(listed.printed).toBe("toggle: flip / not done: on[l] = !on[l] (-> done)\n");
    expect(asked.complained).toContain("(2 specs do not notice, 2 of them go another way)");
  });

  it("takes some of them, the same for one commit", async () => {
    const some = await at.run("mutants", "--sample", "1", "--list");
    expect(some.printed.split("\n")).toHaveLength(2);
    expect((await at.run("mutants", "--sample", "1", "--list")).printed).toBe(some.printed);
    expect((await at.run("mutants", "--sample", "1", "--write")).status).toBe(2);
  });
});
