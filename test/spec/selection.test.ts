/** Which properties does a spec ask: those that it names, or every rule that says something of its question? */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { check } from "../../checker/answer/check.ts";
import { builtins as slub } from "../../checker/cli/models.ts";
import { recordOf } from "../../checker/ledger/record.ts";
import { textReport } from "../../checker/report/text.ts";
import { parseChange } from "../../checker/spec/change.ts";
import { type Loaded, loadSpec } from "../../checker/spec/load.ts";
import { SpecError } from "../../checker/spec/problems.ts";

const dir = mkdtempSync(join(tmpdir(), "nolock-"));
afterAll(() => rmSync(dir, { recursive: true }));
const builtins = { ...slub, lights: () => import("./fixtures/lights.ts") };

const lights = {
  question: "What does a task do that switches twice?",
  model: "lights",
  contexts: [{ name: "task0", kind: "task", script: ["toggle", "toggle"] }],
};
const alloc = {
  question: "What does an allocation do?",
  model: "slub",
  configuration: { buckets: 1, slabs: ["A cpu0 free=1"] },
  contexts: [{ name: "task0", kind: "task", script: ["kmalloc A"] }],
};

function load(spec: object, sets: readonly string[] = [], wherever = false): Promise<Loaded> {
  const path = join(dir, "spec.json");
  writeFileSync(path, JSON.stringify(spec, null, 2));
  const changes = sets.flatMap((text) => parseChange(text) ?? []);
  return loadSpec(
    { source: "spec.json", path },
    builtins,
    changes.map((one) => ({ ...one, ...(wherever ? { wherever } : {}) })),
  );
}
const askedOf = async (...given: Parameters<typeof load>): Promise<readonly string[]> =>
  (await load(...given)).system.properties.map(({ name }) => name);

async function complaints(...given: Parameters<typeof load>): Promise<string[]> {
  const error = await load(...given).then(
    ({ system }) => system,
    (reason: unknown) => reason,
  );
  if (!(error instanceof SpecError)) throw error;
  return error.message.replaceAll(`${dir}/`, "").split("\n");
}

describe("a spec that names no properties", () => {
  it("is asked every rule that is attached to something of its system, and no other", async () => {
    // Nobody spins, and nothing falls.
    expect(await askedOf(lights)).toEqual(["someDark", "smallIsZero", "flipsFromDark", "canBeDark"]);
    const falls = [{ name: "task0", kind: "task", script: ["fail"] }];
    expect(await askedOf({ ...lights, contexts: falls })).toEqual(["someDark", "smallIsZero", "canBeDark", "noFall"]);
    const loaded = await load(lights);
    expect((await load({ ...lights, properties: "all" })).system.hash).toBe(loaded.system.hash);
    const { violated } = check(loaded, { exploreAll: true });
    expect(violated).toEqual(["someDark", "flipsFromDark", "canBeDark"]);
  });

  it("is not asked what its configuration alone answers", async () => {
    const asked = await askedOf(alloc);
    expect(asked).toEqual(expect.arrayContaining(["S1", "S3", "S4", "S9", "guards"]));
    // S16 is about memory cgroups, S8 about PREEMPT_RT, S12 about counters: none is there.
    expect(asked.filter((name) => ["S8", "S16", "S12"].includes(name))).toEqual([]);
    expect(await askedOf(alloc, ["memcg=true"])).toContain("S16");
    expect(await askedOf(alloc, ["preemptRt=true"])).toContain("S8");
    expect(await askedOf(alloc, ["accounting=true"])).toContain("S12");
  });

  it("does without some, and says why; asks others besides, which must be attached to something", async () => {
    const without = [{ property: "someDark", why: "it is dark outside" }];
    const spec = { ...lights, without };
    expect(await askedOf(spec)).toEqual(["smallIsZero", "flipsFromDark", "canBeDark"]);
    expect(textReport(check(await load(spec)), { trace: "short" })).toContain(
      "asked:    smallIsZero flipsFromDark canBeDark deadlock; not someDark (it\n          is dark outside)\n",
    );
    expect(await askedOf({ ...alloc, also: ["C3"], contexts: [nolock] })).toContain("C3");
    expect((await complaints({ ...alloc, also: ["C3"] }))[0]).toContain("/also: property C3 is attached to nothing");
    expect((await complaints({ ...alloc, also: ["C33"] }))[0]).toContain('/also/0: "C33" is not a property');
  });

  it("is told where what it drops or adds is no such property", async () => {
    const said = await complaints({
      ...lights,
      without: [{ property: "someDrak", why: "?" }],
      also: ["allLit", "someDark"],
      show: "noFlal",
    });
    expect(said.map((line) => line.replace(/^spec.json:\d+ /, ""))).toEqual([
      '/without/0/property: "someDrak" is not among the rules that are asked of every spec',
      '  did you mean "someDark"?',
      '/also/0: "allLit" is a witness: it cannot be violated, only never met',
      '  move it to "sometimes"',
      '/also/1: "someDark" is asked of every spec',
      "  drop it here",
      '/show: "noFlal" is not among the selected properties',
      '  did you mean "noFall"?',
    ]);
    const named = await complaints({
      ...lights,
      properties: ["someDark"],
      also: ["noFall"],
      without: [{ property: "returns", why: "?" }],
    });
    expect(named.filter((line) => !line.startsWith("  ")).map((line) => line.replace(/^spec.json:\d+ /, ""))).toEqual([
      '/also: "properties" names all that is asked',
      '/without: "properties" names all that is asked',
    ]);
  });

  it("is no evidence for what says nothing of it", async () => {
    const loaded = await load(lights);
    expect(loaded.spec.properties).toContain("returns");
    expect(recordOf(check(loaded)).asked).toEqual(["someDark", "smallIsZero", "flipsFromDark", "canBeDark"]);
  });
});

const nolock = { name: "task0", kind: "task", script: ["kmalloc_nolock A"] };

describe("a spec that names some", () => {
  it("is asked those only, and refused where one is attached to nothing", async () => {
    expect(await askedOf({ ...lights, properties: ["smallIsZero"] })).toEqual(["smallIsZero"]);
    expect((await complaints({ ...lights, properties: ["returns"] }))[0]).toContain(
      "/properties/0: property returns is attached to nothing here (spin: again)",
    );
  });
});

describe("the command line", () => {
  it("asks for others instead, and what the spec expects and shows of its own is left out", async () => {
    const pinned = { ...lights, show: "someDark", expect: { verdict: "violated", violated: ["someDark"] } };
    const loaded = await load(pinned, ["properties=smallIsZero,canBeDark"]);
    expect(loaded.system.properties.map(({ name }) => name)).toEqual(["smallIsZero", "canBeDark"]);
    expect([loaded.spec.show, loaded.spec.expect, loaded.spec.changed]).toEqual([
      null,
      null,
      ["properties=smallIsZero,canBeDark"],
    ]);
    const without = { ...lights, without: [{ property: "someDark", why: "?" }] };
    expect(await askedOf(without, ["properties=all"])).toContain("someDark");
    expect(await complaints(lights, ["properties=smallIsZer"])).toEqual([
      '--set properties=smallIsZer: "smallIsZer" is not a property of the model',
      '  did you mean "smallIsZero"?',
    ]);
  });

  it("asks for them where they say something, if all specs are asked", async () => {
    expect((await complaints(lights, ["properties=returns,noFall"]))[0]).toContain("attached to nothing");
    expect(await askedOf(lights, ["properties=returns,someDark"], true)).toEqual(["someDark"]);
    const { spec } = await load(alloc, ["properties=S12,S3"], true);
    expect(spec.properties).toEqual(["S3"]);
  });
});
