/** Bad specs of every kind: each gives all that is wrong with it, where it stands and how to mend it. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { expand } from "../../checker/reference/step.ts";
import { type Change, parseChange } from "../../checker/spec/change.ts";
import { type Loaded, loadSpec } from "../../checker/spec/load.ts";
import { SpecError } from "../../checker/spec/problems.ts";

const dir = mkdtempSync(join(tmpdir(), "nolock-"));
afterAll(() => rmSync(dir, { recursive: true }));
const builtins = { lights: () => import("./fixtures/lights.ts") };
/** Where models of one's own may be. */
const trusts = [fileURLToPath(new URL("fixtures", import.meta.url)), dir];
const fixture = (name: string): string => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));

const good = {
  question: "Can all lights be on?",
  model: "lights",
  contexts: [{ name: "task0", kind: "task", script: ["toggle", "toggle"] }],
  properties: ["someDark"],
};

function load(spec: object | string, sets: readonly string[] = []): Promise<Loaded> {
  const path = join(dir, "spec.json");
  writeFileSync(path, typeof spec === "string" ? spec : JSON.stringify(spec, null, 2));
  const changes = sets.map((text) => parseChange(text) as Change);
  return loadSpec({ source: "spec.json", path, trusts }, builtins, changes);
}

/** What is said of a spec, the folder of the test left out. */
async function complaints(given: object | string | Promise<Loaded>, sets: readonly string[] = []): Promise<string[]> {
  const loading = given instanceof Promise ? given : load(given, sets);
  const error = await loading.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof SpecError)) throw error ?? new Error("nothing was said of this spec");
  return error.message.replaceAll(`${dir}/`, "").split("\n");
}

describe("a spec that is as it should be", () => {
  it("has every default filled in", async () => {
    const { spec, system } = await load(good);
    expect(spec.name).toBe("spec");
    expect(spec.asked).toEqual({
      configuration: { lights: 2, lit: false, colour: "red", rooms: [] },
      version: "plain",
      variants: [],
      contexts: [{ name: "task0", kind: "task", script: ["toggle", "toggle"], options: { floor: 0 } }],
    });
    expect([spec.deadlock, spec.show, spec.expect, spec.changed]).toEqual([true, null, null, []]);
    expect(system.name).toBe("spec");
  });

  it("takes its model from a file that it names", async () => {
    const file = { source: "own.json", path: join(dir, "own.json"), trusts };
    writeFileSync(file.path, JSON.stringify({ ...good, model: fixture("lights.ts") }));
    expect((await loadSpec(file, {})).spec.model.name).toBe("lights");
  });

  it("makes a witness of each row that must happen", async () => {
    const { system } = await load({ ...good, happens: ["toggle: flip", "toggle: flip -> done"] });
    expect(system.witnesses.map((w) => w.text)).toEqual(["toggle: flip", "toggle: flip to done"]);
  });
});

describe("a file that is no spec", () => {
  it("is said to be missing, or a folder", async () => {
    mkdirSync(join(dir, "folder"));
    const say = (name: string) => complaints(loadSpec({ source: name, path: join(dir, name) }, builtins));
    expect((await say("nowhere.json"))[0]).toBe("nowhere.json: no such file");
    expect((await say("folder"))[0]).toBe("folder: a folder, not a spec");
  });

  it("is said not to be JSON, with the line", async () => {
    const mend = "  a spec is strict JSON: no comments, no trailing commas";
    expect(await complaints('{\n  "question": "a"\n  "model": "b"\n}')).toEqual([
      "spec.json:3: not JSON: comma expected",
      mend,
    ]);
    expect(await complaints("{\n  // why\n}")).toEqual(["spec.json:2: not JSON: invalid comment token", mend]);
    expect(await complaints('{ "a": 1, }')).toEqual(["spec.json:1: not JSON: property name expected", mend]);
    expect(await complaints("")).toEqual(["spec.json:1: not JSON: the file is empty", mend]);
    expect(await complaints("question: yaml")).toHaveLength(2);
  });

  it("is said to have a key twice", async () => {
    expect(await complaints('{\n  "question": "a",\n  "question": "b"\n}')).toEqual([
      "spec.json:3 /question: the key stands twice in one object",
      "  keep one of the two",
    ]);
  });

  it("is told what a spec is where it is a list", async () => {
    expect((await complaints("[]"))[0]).toBe("spec.json:1 /: a list is not an object");
  });
});

describe("the structure", () => {
  it("is told with the nearest key, and all at once, in the order of the lines", async () => {
    const said = await complaints({
      question: "",
      model: "lights",
      propertys: ["someDark"],
      deadlock: "no",
      contexts: [{ name: "a", script: [3] }],
      happens: ["toggle flip"],
      sometimes: ["allLit", "allLit"],
      expect: { verdict: "hold", states: 1.5, colour: 1 },
    });
    expect(said).toEqual([
      "spec.json:2 /question: the text is empty",
      "  expected: The question in words, as somebody would ask it in a mail.",
      'spec.json:4 /propertys: "propertys" is not a key of a spec here',
      '  did you mean "properties"?',
      'spec.json:7 /deadlock: "no" is not true or false',
      "  expected: Whether it is a violation that nothing can happen while a script is unfinished.",
      'spec.json:9 /contexts/0: the key "kind" is missing',
      "  expected: A kind of context of the model.",
      "spec.json:12 /contexts/0/script/0: 3 is not a text",
      "  expected: An operation with its arguments.",
      'spec.json:17 /happens/0: "toggle flip" is not of this form',
      '  expected: A row, "program: label", or one way out of it, "program: label -> next".',
      'spec.json:21 /sometimes/1: "allLit" stands twice in the list',
      "  keep one of the two",
      'spec.json:24 /expect/verdict: "hold" is not one of the values',
      '  did you mean "holds"? known: "holds", "violated", "deadlock", "no progress", "vacuous", "model error", "incomplete"',
      "spec.json:25 /expect/states: 1.5 is not a whole number",
      "  expected: Reachable states, a whole number.",
      'spec.json:26 /expect/colour: "colour" is not a key of a spec here',
      '  known: "verdict", "violated", "states", "transitions", "depth"',
    ]);
  });
});

describe("the names", () => {
  it("are told with the nearest ones, all at once", async () => {
    const said = await complaints({
      ...good,
      version: "plian",
      variants: ["daed"],
      configuration: { lihgts: 2, lights: 9, lit: 1, colour: "blue", rooms: ["hall", "cellar"] },
      contexts: [
        { name: "task0", kind: "tsak", script: ["togle"] },
        { name: "task0", kind: "task", script: ["toggle twice"], flor: 1, floor: -1 },
      ],
      properties: ["somDark", "allLit"],
      sometimes: ["smallIsZero", "allLitt"],
      claims: ["C2"],
      show: "smallIsZero",
      expect: { verdict: "violated", violated: ["someDrak"] },
    });
    expect(said.filter((line) => !line.startsWith("  ")).map((line) => line.replace(/^spec.json:\d+ /, ""))).toEqual([
      '/contexts/0/kind: "tsak" is not a kind of context',
      '/contexts/0/script/0: "togle" is not an operation of the model',
      '/contexts/1/name: "task0" is the name of /contexts/0 too',
      '/contexts/1/flor: "flor" is not an option of a context of kind "task"',
      "/contexts/1/floor: -1 is less than 0",
      '/properties/0: "somDark" is not a property of the model',
      '/properties/1: "allLit" is a witness: it cannot be violated, only never met',
      '/version: "plian" is not a version of the model',
      '/variants/0: "daed" is not a variant of the model',
      '/configuration/lihgts: "lihgts" is not a setting of the model "lights"',
      "/configuration/lights: 9 is more than 4",
      "/configuration/lit: 1 is not true or false",
      '/configuration/colour: "blue" is not one of the choices',
      '/configuration/rooms: "cellar" may not stand in the list',
      '/sometimes/0: "smallIsZero" is not a witness of the model',
      '/sometimes/1: "allLitt" is not a witness of the model',
      '/claims/0: "C2" is not a claim of the model',
      '/show: "smallIsZero" is not among the selected properties',
      '/expect/violated/0: "someDrak" is not among the selected properties',
    ]);
    expect(said).toContain('  "lights" is a whole number from 1 to 4: how many there are');
    expect(said).toContain('  did you mean "someDark"?');
    expect(said).toContain('  move it to "sometimes"');
  });

  it("of words that may stand in a list are told with the nearest, beside all of them", async () => {
    const said = await complaints({ ...good, configuration: { colour: "gren", rooms: ["hal"] } });
    expect(said.filter((line) => line.startsWith("  "))).toEqual([
      '  did you mean "green"? "colour" is one of "red", "green": of no account',
      '  did you mean "hall"? "rooms" is a list of words out of "hall", "attic": of no account',
    ]);
  });

  it("of what is violated must fit the verdict", async () => {
    const say = async (expected: object) =>
      (await complaints({ ...good, expect: expected }))[0]?.replace(/^spec.json:\d+ /, "");
    expect(await say({ verdict: "violated" })).toBe("/expect/violated: no property is named");
    expect(await say({ verdict: "deadlock" })).toBe('/expect/violated: "deadlock" is not named');
    expect(await say({ verdict: "holds", violated: ["someDark"] })).toBe(
      "/expect/violated: something is named, and the verdict is to be holds",
    );
  });

  it("of rows are checked against the linked programs", async () => {
    const said = await complaints({
      ...good,
      happens: ["toggl: flip", "toggle: flop", "toggle: flip -> doen", "task0: then0"],
      uncut: [
        { frame: "hook", rows: "toggle", why: "there is none" },
        { frame: "task0", rows: "toggle: flap", why: "there is none" },
      ],
    });
    expect(said.map((line) => line.replace(/^spec.json:\d+ /, ""))).toEqual([
      '/happens/0: no context runs a program "toggl"',
      '  did you mean "toggle"?',
      '/happens/1: toggle has no row "flop"',
      '  did you mean "flip"?',
      '/happens/2: toggle: flip does not go on to "doen"',
      '  did you mean "done"?',
      "/happens/3: task0: then0 takes no step of its own (it is a call)",
      "  name a row of toggle",
      '/uncut/0/frame: no context is named "hook"',
      '  known: "task0"',
      '/uncut/1/rows: toggle has no row "flap"',
      '  did you mean "flip"?',
    ]);
  });

  it("that the model itself objects to stand at their line", async () => {
    const contexts = [{ name: "task0", kind: "task", floor: 2, script: ["toggle"] }];
    expect(await complaints({ ...good, contexts })).toEqual([
      "spec.json:8 /contexts/0/floor: floor 2 has no light",
      '  set "lights" to more',
    ]);
  });
});

describe("the order of contexts", () => {
  const named = (orders: Readonly<Record<string, unknown>>) => ({
    ...good,
    contexts: Object.entries(orders).map(([name, after]) => ({
      name,
      kind: "task",
      script: ["toggle"],
      ...(after === undefined ? {} : { after }),
    })),
  });
  const say = async (orders: Readonly<Record<string, unknown>>) =>
    (await complaints(named(orders))).map((line) => line.replace(/^spec.json:\d+ /, ""));

  it("is in the guard of the first step, and in what the system says of its contexts", async () => {
    const { spec, system } = await load(named({ b: ["a"], a: undefined, c: ["a", "b"] }));
    expect(spec.asked.contexts.map(({ after }) => after)).toEqual([["a"], undefined, ["a", "b"]]);
    expect(system.contexts.map(({ after }) => after)).toEqual([[1], undefined, [1, 0]]);
    expect((await load(named({ b: "a", a: undefined }))).spec.asked.contexts[0]?.after).toEqual(["a"]);
    const begins = (state: (typeof system.initials)[0]) =>
      expand(system, state).transitions.map(({ context }) => context);
    expect(new Set(begins(system.initials[0]))).toEqual(new Set([1]));
    const ended = (...who: number[]) => ({
      ...system.initials[0],
      pc: system.initials[0].pc.map((pc, i) => (who.includes(i) ? 0 : pc)),
    });
    expect(new Set(begins(ended(1)))).toEqual(new Set([0]));
    expect(new Set(begins(ended(1, 0)))).toEqual(new Set([2]));
    expect(begins(ended(0))).not.toContain(2);
  });

  it("names contexts, each once, and can be kept", async () => {
    expect(await say({ task0: "taks1", task1: "task1", task2: ["task1", "task1"] })).toEqual([
      '/contexts/2/after/1: "task1" stands twice in the list',
      "  keep one of the two",
    ]);
    expect(await say({ task0: "taks1", task1: "task1", task2: "task1" })).toEqual([
      '/contexts/0/after: no context is named "taks1"',
      '  did you mean "task1"?',
      '/contexts/1/after: "task1" would begin after its own end',
      '  name another context, or drop "after"',
    ]);
    expect(await say({ a: "b", b: ["c", "d"], c: "a", d: undefined, e: "a" })).toEqual([
      '/contexts/0/after: none of "a", "b", "c" could begin: each waits for the next, the last for the first',
      '  drop one "after" of them',
    ]);
    expect(await say({ a: 3 })).toEqual([
      "/contexts/0/after: 3 is not a text or a list",
      "  expected: The name of another context, or a list of names: it begins, or arrives, only when these have ended.",
    ]);
  });

  it("is refused after one that may stay away, where who waits may not", async () => {
    const spin = { name: "hook0", kind: "hook", script: [] };
    const said = await complaints({ ...good, contexts: [{ ...good.contexts[0], after: "hook0" }, spin] });
    expect(said).toEqual([
      'spec.json:12 /contexts/0/after: "hook0" may stop before its end, and then "task0" would be unfinished for ever',
      "  let it stop as well where it begins (mayStop)",
    ]);
  });
});

describe("the model", () => {
  const withModel = async (model: string, rest: object = {}) =>
    (await complaints({ question: "?", properties: [], ...rest, model })).map((line) =>
      line.replaceAll(/[^\s(]*\/fixtures\//g, ""),
    );

  it("is told when it is not built in", async () => {
    expect(await withModel("ligths")).toEqual([
      'spec.json:4 /model: "ligths" is not a built-in model',
      '  did you mean "lights"? A model of your own is named by its path: "./ligths.ts"',
    ]);
  });

  it("is told when its file is missing, a folder, throws or exports none", async () => {
    expect((await withModel("./nowhere.ts"))[0]).toMatch(/^spec.json:4 \/model: no such file: .*nowhere.ts$/);
    expect((await withModel("./"))[0]).toMatch(/is a folder$/);
    expect((await withModel(fixture("throws.ts")))[0]).toMatch(
      /throws.ts cannot be loaded: no light today \(throws.ts:2\)$/,
    );
    expect((await withModel(fixture("no-model.ts")))[0]).toMatch(
      /no-model.ts exports no model: its default export lacks parameters, versions, variants, contextKinds, operations, build, problems$/,
    );
  });

  it("is told all that the linker says of it", async () => {
    const said = await withModel(fixture("unlinkable.ts"));
    expect(said.filter((line) => !line.startsWith("  "))).toEqual([
      'spec.json:4 /model: lost, row "orphan": nothing goes there',
      'spec.json:4 /model: lost: no row leaves by the exit "never"',
    ]);
    expect(said).toContain("  remove it or add the goto");
  });

  it("is told what its build throws, without a stack", async () => {
    const said = await withModel(fixture("unlinkable.ts"), { configuration: { mistake: "throw" } });
    expect(said[0]).toMatch(/\/model: the model "unlinkable" cannot answer this: nobody home \(unlinkable.ts:\d+\)$/);
    expect(said).toHaveLength(2);
  });

  it("is told of a row that fails a property it does not list", async () => {
    const stray = {
      question: "?",
      model: "lights",
      properties: [],
      contexts: [{ name: "t", kind: "task", script: ["fail"] }],
    };
    const { default: model } = await import("./fixtures/lights.ts");
    const { noFall: _, ...properties } = model.properties;
    const path = join(dir, "spec.json");
    writeFileSync(path, JSON.stringify(stray));
    const builtin = { lights: async () => ({ default: { ...model, properties } }) };
    expect((await complaints(loadSpec({ source: "spec.json", path }, builtin)))[0]).toBe(
      'spec.json:1 /model: a row fails "noFall", which the model does not list',
    );
  });

  it("is not blamed for a property that finds no row: the line that selects it is", async () => {
    const said = await complaints({ ...good, properties: ["someDark", "returns"] });
    expect(said[0]).toMatch(/^spec.json:\d+ \/properties\/1: property returns is attached to nothing here/);
    expect(said[1]).toBe("  drop it, or add a context that reaches it");
  });
});

describe("--set", () => {
  it("changes settings, version and variants, and says so in the spec", async () => {
    const sets = ["lights=3", "lit=true", "rooms=hall,attic", "version=again", "variants=dead"];
    const { spec } = await load(good, sets);
    expect(spec.asked).toMatchObject({
      configuration: { lights: 3, lit: true, rooms: ["hall", "attic"], colour: "red" },
      version: "again",
      variants: ["dead"],
    });
    expect(spec.changed).toEqual(sets);
  });

  it("tells what does not fit at the option, all at once", async () => {
    expect(await complaints(good, ["ligts=3", "lit=yes"])).toEqual([
      '--set ligts=3: "ligts" is not a setting of the model "lights"',
      '  did you mean "lights"?',
      '--set lit=yes: "yes" does not fit',
      '  "lit" is true or false: whether they are on at first',
    ]);
    expect((await complaints(good, ["lights=7", "version=new"])).filter((line) => line.startsWith("--"))).toEqual([
      "--set lights=7: 7 is more than 4",
      '--set version=new: "new" is not a version of the model',
    ]);
  });
});
