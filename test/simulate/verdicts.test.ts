/** Does the trace of every verdict replay, whatever it was found by, and does one without a step in every form? */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ajv } from "ajv";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { builtins } from "../../checker/cli/models.ts";
import { folders } from "../../checker/cli/specs.ts";
import { main } from "../../checker/commands/main.ts";
import { runSearch } from "../../checker/engine/run.ts";
import { finish } from "../../checker/reference/progress.ts";
import { beginsWith } from "../../checker/reference/starts.ts";
import { FORMAT_NAMES } from "../../checker/report/formats/index.ts";
import { lostFrom } from "../../checker/simulate/lasting.ts";
import { replay } from "../../checker/simulate/replay.ts";
import { named } from "../../checker/simulate/trace-file.ts";
import { lights, project } from "../cli/environment.ts";
import { drawnSystems, systemOf } from "../reduction/systems.ts";
import { runs } from "../runs.ts";

const dir = mkdtempSync(join(tmpdir(), "nolock-"));
const TRACE = join(dir, "trace.json");
const asked = (script: readonly string[], property: string, rest: object = {}) =>
  lights(script, { properties: [property], show: property, ...rest });
const at = project({
  violated: asked(["toggle", "toggle"], "someDark"),
  "fails-in-a-row": asked(["fail"], "noFall"),
  "no-progress": asked(["spin"], "returns"),
  "never-again": asked(["toggle"], "canBeDark"),
  "again-in-the-end": asked(["toggle", "toggle"], "canBeDark", { configuration: { lights: 1 } }),
  deadlock: lights(["wait"]),
  "model-error": lights(["overflow"], { configuration: {} }),
  "at-first": asked(["toggle"], "someDark", { configuration: { lit: true } }),
});
afterAll(() => {
  at.remove();
  rmSync(dir, { recursive: true });
});

const oneLine = (text: string): string => text.replaceAll(/\s+/g, " ");

describe("the trace of a verdict", () => {
  it.each([
    ["violated", 12, "someDark"],
    ["fails-in-a-row", 12, "noFall"],
    ["no-progress", 13, "returns"],
    ["never-again", 13, "canBeDark"],
    ["deadlock", 11, "deadlock"],
    ["model-error", 14, "model error"],
    ["at-first", 12, "someDark"],
  ])("%s replays", async (spec, status, found) => {
    expect((await at.run("check", spec, "--save-trace", TRACE)).status).toBe(status);
    expect(JSON.parse(readFileSync(TRACE, "utf8")).found).toBe(found);
    const again = await at.run("replay", TRACE);
    expect([again.status, oneLine(again.printed)]).toEqual([0, expect.stringContaining(`It ends with ${found}, as`)]);
  });

  it("that something can never happen again does not, where it can", async () => {
    await at.run("check", "never-again", "--set", "lights=1", "--save-trace", TRACE);
    at.put("trace.json", readFileSync(TRACE, "utf8").replaceAll('"(end)"', '"task0/then1/flip"'));
    const again = ["replay", at.path("trace.json"), "again-in-the-end"];
    const { status, printed } = await at.run(...again);
    expect([status, oneLine(printed)]).toEqual([
      1,
      expect.stringContaining("what has to stay possible is possible from here on."),
    ]);
  });

  const kernel = async (...args: string[]) => {
    let printed = "";
    const status = await main(args, {
      folders,
      builtins,
      print: (text) => {
        printed += text;
      },
      complain: (text) => {
        printed += text;
      },
    });
    return { status, printed: oneLine(printed) };
  };

  it.each([
    ["hooks/hook-cuts-freelist", "S3"],
    ["hooks/nolock-waits-for-list-lock@preemptRt", "deadlock"],
    ["deferred/two-barriers", "L3"],
    ["deferred/two-barriers", "deadlock"],
    ["debug/endless-new-slabs", "L1"],
  ])("of %s replays, found in the whole graph and in a reduced one: %s", async (spec, show) => {
    for (const reduction of ["off", "on"]) {
      const by = ["--por", reduction, "--symmetry", reduction, "--workers", "1"];
      await kernel("check", spec, "--show", show, ...by, "--save-trace", TRACE);
      const { found } = JSON.parse(readFileSync(TRACE, "utf8"));
      const again = await kernel("replay", TRACE);
      expect([again.status, again.printed]).toEqual([0, expect.stringContaining(`It ends with ${found}, as it was`)]);
    }
  });

  it.each([
    ["examples/starvation-xchg.json", "p0Enters", "Its last 5 steps are taken again and again, in a fair run"],
    ["examples/hungry.json", "somebodyEats", "It stays there for ever, in a fair run"],
  ])("of %s goes round for ever, and replays: %s", async (spec, show, how) => {
    await kernel("check", spec, "--show", show, "--save-trace", TRACE);
    const again = await kernel("replay", TRACE);
    expect([again.status, again.printed]).toEqual([0, expect.stringContaining(how)]);
    expect(again.printed).toContain(`what ${show} asks for never comes, as it was saved`);
  });

  it("that goes round does not where it does not come back, is not fair, or owes nothing", async () => {
    await kernel("check", "examples/starvation-xchg.json", "--show", "p0Enters", "--save-trace", TRACE);
    const saved = JSON.parse(readFileSync(TRACE, "utf8"));
    const replayed = (change: object) => {
      at.put("trace.json", JSON.stringify({ ...saved, ...change }));
      return kernel("replay", at.path("trace.json"));
    };
    for (const [change, why] of [
      [{ loop: 2 }, "its last step does not lead back to where it goes round"],
      [{ steps: saved.steps.slice(0, 1) }, "p0 can go on again and again, and never does"],
      [{ loop: 0, steps: [] }, "nothing is owed where the cycle begins"],
      [{ loop: 99 }, "it says that 99 steps come before its cycle, and has 6"],
      [{ found: "oneInside" }, "oneInside asks for no liveness"],
    ] as const) {
      const { status, printed } = await replayed(change);
      expect([status, printed]).toEqual([1, expect.stringContaining(why)]);
    }
  });

  it("of random systems replays, by whichever search it was found", () => {
    const seen = new Map<string, number>();
    fc.assert(
      fc.property(drawnSystems, fc.boolean(), fc.boolean(), (one, por, symmetry) => {
        const system = systemOf(one);
        const { result } = runSearch(system, { por, symmetry, exploreAll: !por, workers: 1 });
        for (const { property, at: place, verdict } of result.violations) {
          const { start, steps: taken } = result.trace(place);
          const steps = taken.map((step) => named(system, step));
          const trace = {
            nolock: "trace 1" as const,
            spec: "",
            changed: [],
            relationHash: system.hash,
            begins: Object.fromEntries(beginsWith(system, start)),
          };
          const { stuck, walk } = replay(system, { ...trace, found: property, steps });
          expect(stuck).toBeNull();
          const isMet =
            walk.violations.some((v) => v.property === property) ||
            finish(lostFrom(system, walk.state, property)) !== null;
          expect([property, isMet]).toEqual([property, true]);
          seen.set(verdict, (seen.get(verdict) ?? 0) + 1);
        }
      }),
      runs(60),
    );
    expect([...seen.keys()]).toContain("violated");
  });
});

describe("a counterexample without a step", () => {
  it("is told in every form, and holds to its schema", async () => {
    for (const format of FORMAT_NAMES) {
      const { status, printed, complained } = await at.run("check", "at-first", "--format", format);
      expect([format, status, complained]).toEqual([format, 12, ""]);
      expect(printed).not.toMatch(/undefined|NaN|Infinity/);
      if (format === "itf" || format === "json") {
        const name = format === "itf" ? "itf" : "outcome";
        const schema = readFileSync(new URL(`../../schema/${name}.schema.json`, import.meta.url), "utf8");
        const validate = new Ajv({ allErrors: true, allowUnionTypes: true }).compile(JSON.parse(schema));
        expect([validate(JSON.parse(printed)), validate.errors]).toEqual([true, null]);
      }
    }
    const switches = await at.run("check", "at-first", "--shortest", "switches", "--html", join(dir, "page.html"));
    expect(switches.status).toBe(12);
  });
});
