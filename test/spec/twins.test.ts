/** One file with several questions: how are its twins called, what does each ask, and where is told what is wrong with one? */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { check, statusOf } from "../../checker/answer/check.ts";
import { textReport } from "../../checker/report/text.ts";
import { parseChange } from "../../checker/spec/change.ts";
import { type Loaded, loadSpec } from "../../checker/spec/load.ts";
import { SpecError } from "../../checker/spec/problems.ts";
import { saidIn, splitTwin, twinName, twinNames, withTwin } from "../../checker/spec/twins.ts";
import { project } from "../cli/environment.ts";

const dir = mkdtempSync(join(tmpdir(), "nolock-"));
afterAll(() => rmSync(dir, { recursive: true }));
const builtins = { lights: () => import("./fixtures/lights.ts") };

const spec = {
  question: "Can all lights be on?",
  model: "lights",
  configuration: { lights: 1 },
  contexts: [{ name: "task0", kind: "task", script: ["toggle"] }],
  properties: ["someDark"],
  sometimes: ["allLit"],
  claims: ["C1"],
  expect: { verdict: "violated", violated: ["someDark"], states: 2 },
  for: [
    { set: { lights: 2 }, sometimes: [], expect: { verdict: "holds", states: 4 } },
    {
      set: { lit: true, version: "again" },
      question: "Can they all be on, where they are on at first?",
      properties: ["smallIsZero"],
      expect: { verdict: "holds" },
    },
  ],
};

function load(given: object, twin: string | null = null, sets: readonly string[] = []): Promise<Loaded> {
  const path = join(dir, "spec.json");
  writeFileSync(path, JSON.stringify(given, null, 2));
  const source = withTwin("spec.json", twin);
  return loadSpec(
    { source, path, twin },
    builtins,
    sets.flatMap((text) => parseChange(text) ?? []),
  );
}

async function complaints(...given: Parameters<typeof load>): Promise<string[]> {
  const error = await load(...given).then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof SpecError)) throw error;
  return error.message.replaceAll(`${dir}/`, "").split("\n");
}

describe("a twin", () => {
  it("is called by what it sets", () => {
    expect(twinName({ set: { preemptRt: true } })).toBe("preemptRt");
    expect(twinName({ set: { version: "v1", smp: false, cpus: 3 } })).toBe("v1,no-smp,cpus=3");
    expect(twinName({ set: { variants: ["a", "b"] } })).toBe("a,b");
    expect(twinName({ set: { version: "v1", variants: [], rooms: ["hall"] } })).toBe("v1,rooms=hall");
    expect(splitTwin("7.3/nmi@preemptRt")).toEqual({ file: "7.3/nmi", twin: "preemptRt" });
    expect(splitTwin("a@b/nmi")).toEqual({ file: "a@b/nmi", twin: null });
    expect([withTwin("nmi", null), withTwin("nmi", "v1")]).toEqual(["nmi", "nmi@v1"]);
  });

  it("is found in what may be no spec at all", () => {
    expect(twinNames(spec)).toEqual(["lights=2", "lit,again"]);
    for (const odd of [null, [], 3, { for: 3 }, { for: [null, 3, {}, { set: 3 }] }]) expect(twinNames(odd)).toEqual([]);
    expect([saidIn({ size: "large", for: [{ set: { a: true } }] }, "a", "size"), saidIn(null, "a", "size")]).toEqual([
      "large",
      undefined,
    ]);
  });

  it("asks what the spec asks, with what it sets, and says otherwise what it says itself", async () => {
    const file = (await load(spec)).spec;
    const more = (await load(spec, "lights=2")).spec;
    const again = (await load(spec, "lit,again")).spec;
    expect([file, more, again].map(({ name }) => name)).toEqual(["spec", "spec@lights=2", "spec@lit,again"]);
    expect(more.asked).toEqual({ ...file.asked, configuration: { ...file.asked.configuration, lights: 2 } });
    expect([more.question, more.claims, more.sometimes, more.properties]).toEqual([
      file.question,
      ["C1"],
      [],
      ["someDark"],
    ]);
    expect([again.question, again.asked.version, again.asked.configuration.lit, again.properties]).toEqual([
      "Can they all be on, where they are on at first?",
      "again",
      true,
      ["smallIsZero"],
    ]);
    expect([file, more, again].map(({ expect: pins }) => pins?.verdict)).toEqual(["violated", "holds", "holds"]);
    const { expect: _, ...silent } = spec.for[0] as { expect: object };
    expect((await load({ ...spec, for: [silent] }, "lights=2")).spec.expect).toBe(null);
    expect(file.others).toEqual(["spec.json@lights=2", "spec.json@lit,again"]);
    expect(more.others).toEqual(["spec.json", "spec.json@lit,again"]);
  });

  it("may have contexts of its own, and settings that it is not called by", async () => {
    const task = { name: "task1", kind: "task", script: ["wait"] };
    const twin = { set: { lit: true }, configuration: { lights: 3 }, contexts: [task], properties: ["smallIsZero"] };
    const { spec: own } = await load({ ...spec, for: [{ ...twin, sometimes: [] }] }, "lit");
    expect([own.asked.configuration.lights, own.asked.configuration.lit]).toEqual([3, true]);
    expect(own.asked.contexts.map(({ name }) => name)).toEqual(["task1"]);
    const bad = { ...twin, configuration: { lights: 9 }, contexts: [{ ...task, kind: "tsk" }] };
    expect((await complaints({ ...spec, for: [bad] }, "lit")).map((line) => line.replace(/^\S+ /, ""))).toEqual(
      expect.arrayContaining([
        "/for/0/configuration/lights: 9 is more than 4",
        '/for/0/contexts/0/kind: "tsk" is not a kind of context',
      ]),
    );
  });

  it("is compared with its own pins, and its report names the others", async () => {
    const file = check(await load(spec));
    const more = check(await load(spec, "lights=2"));
    expect([file, more].map(statusOf)).toEqual([0, 1]);
    expect(more.differences).toEqual(["3 states, and 4 were expected"]);
    const text = textReport(more, { trace: "short" });
    expect(text).toContain("\n\nReproduce: npm run check -- spec.json@lights=2\nAsked again as: spec.json,");
  });

  it("is what is asked where just its settings are changed; what else is changed comes on top", async () => {
    const same = await load(spec, null, ["lights=2"]);
    expect([same.source, same.spec.name, same.spec.changed, same.spec.expect?.states]).toEqual([
      "spec.json@lights=2",
      "spec@lights=2",
      [],
      4,
    ]);
    const more = await load(spec, null, ["properties=canBeDark", "lights=2"]);
    expect([more.source, more.spec.changed]).toEqual(["spec.json@lights=2", ["properties=canBeDark"]]);
    const other = await load(spec, null, ["lights=3"]);
    expect([other.source, other.spec.changed]).toEqual(["spec.json", ["lights=3"]]);
    const twice = await load(spec, "lights=2", ["lit=true", "version=again"]);
    expect([twice.source, twice.spec.asked.configuration.lights]).toEqual(["spec.json@lights=2", 2]);
  });

  it("is told where it stands, with all that is wrong with it", async () => {
    const bad = {
      ...spec,
      for: [
        { set: { lights: 9, lihgts: 1, version: "agian" }, sometimes: ["allLitt"], expect: { verdict: "violated" } },
      ],
    };
    const said = await complaints(bad, "lights=9,lihgts=1,agian");
    const lines = JSON.stringify(bad, null, 2).split("\n");
    const lineOf = (text: string) => lines.findLastIndex((line) => line.includes(text)) + 1;
    expect(said.filter((line) => !line.startsWith("  "))).toEqual([
      `spec.json:${lineOf('"lights": 9')} /for/0/set/lights: 9 is more than 4`,
      `spec.json:${lineOf('"lihgts"')} /for/0/set/lihgts: "lihgts" is not a setting of the model "lights"`,
      `spec.json:${lineOf('"agian"')} /for/0/set/version: "agian" is not a version of the model`,
      `spec.json:${lineOf("allLitt")} /for/0/sometimes/0: "allLitt" is not a witness of the model`,
      `spec.json:${lineOf('"expect"')} /for/0/expect/violated: no property is named`,
    ]);
    // What is wrong with a twin does not keep the others from being asked.
    expect((await load(bad)).spec.name).toBe("spec");
    expect((await complaints(spec, "lights=4")).join("\n")).toContain('spec.json has no twin "lights=4"');
    const twins = { ...spec, for: [spec.for[0], spec.for[0]] };
    expect((await complaints(twins))[0]).toMatch(/^spec.json:\d+ \/for\/1: it sets what \/for\/0 sets$/);
    expect((await complaints({ ...spec, for: [{ set: {} }] }))[0]).toMatch(/\/for\/0\/set: .* fewer than 1/);
    expect((await complaints({ ...spec, for: [{ set: { lit: true }, model: "slub" }] }))[0]).toContain(
      '"model" is not a key of a spec here',
    );
  });
});

describe("a project with twins", () => {
  it("lists, checks, publishes and finds each by its name", async () => {
    const at = project({ "one/lit": spec, "two/lit": { ...spec, for: [] }, plain: { ...spec, for: [] } });
    const { expect: _, ...unpinned } = spec.for[0] as { expect: object };
    at.put("specs/one/lit.json", JSON.stringify({ ...spec, for: [unpinned, spec.for[1]] }));
    const names = (await at.run("list")).printed
      .trim()
      .split("\n")
      .map((line) => line.split(/ {2,}/)[0]);
    expect(names).toEqual(["plain", "one/lit", "one/lit@lights=2", "one/lit@lit,again", "two/lit"]);
    const all = await at.run("check", "--all");
    expect(all.printed).toContain("5 specs: 5 as expected, 0 not, 0 bad");
    expect((await at.run("check", "one/lit@lights=2")).printed).toContain("VERDICT: holds");
    expect((await at.run("check", "specs/one/lit.json@lights=2")).complained).toContain("no such spec");
    expect((await at.run("check", `${at.path("specs/one/lit.json")}@lights=2`)).printed).toContain(
      "Reproduce: npm run check -- one/lit@lights=2",
    );
    // Without its folder, where no other is called so.
    expect((await at.run("check", "lit@lights=2")).printed).toContain("VERDICT: holds");
    expect(await at.run("check", "lit")).toMatchObject({
      status: 2,
      complained: "lit: 2 specs are called so\n  name one: one/lit, two/lit\n",
    });
    await at.run("results");
    const summary = readFileSync(at.path("results/summary.md"), "utf8");
    expect(summary).toContain("[one/lit@lights=2](one/lit@lights=2.txt)");
    expect((await at.run("results", "reports", "--check")).status).toBe(0);
    expect((await at.run("results", "claims")).printed).toContain("C1");
    expect((await at.run("results", "questions")).status).toBe(0);
    const page = readFileSync(at.path("specs/one/README.md"), "utf8");
    expect(page).toContain(
      "| [lit](lit.json) | Can all lights be on? | violated: someDark | [report](../../results/one/lit.txt) |",
    );
    expect(page).toContain(
      "| [lit@lights=2](lit.json) | Can all lights be on? | holds | [report](../../results/one/lit@lights=2.txt) |",
    );
    expect((await at.run("results", "questions", "--check")).status).toBe(0);
    at.put("specs/one/README.md", "?");
    expect((await at.run("results", "questions", "--check")).complained).toContain(
      "specs/one/README.md: it is not what",
    );
    at.remove();
  });
});
