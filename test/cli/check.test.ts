/** `nolock check` as a user meets it: specs by name and path, options, JSON, all specs at once. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { lights, project } from "./environment.ts";

const pins = { verdict: "violated", violated: ["someDark"], states: 5, transitions: 6, depth: 2 };
const at = project({
  "one-switch": lights(["toggle"], { expect: { verdict: "holds", states: 3 } }),
  "broken/two-switches": lights(["toggle", "toggle"], { expect: pins }),
});
afterAll(at.remove);

describe("a spec", () => {
  it("is named by name, or by path", async () => {
    expect((await at.run("check", "one-switch")).status).toBe(0);
    expect((await at.run("check", "broken/two-switches")).status).toBe(0);
    expect((await at.run("check", join(at.dir, "specs/one-switch.json"))).status).toBe(0);
    at.put("elsewhere.json", JSON.stringify(lights(["toggle", "toggle"])));
    expect((await at.run("check", join(at.dir, "elsewhere.json"))).status).toBe(12);
  });

  it("that does not exist is told with the nearest names: exit status 2", async () => {
    const ran = await at.run("check", "one-swich");
    expect(ran.complained).toBe(
      'one-swich: no such spec, and no such file\n  did you mean "one-switch"? `npm run list` shows all\n',
    );
    expect([ran.status, ran.printed]).toEqual([2, ""]);
  });

  it("that is a folder is told with the specs in it", async () => {
    expect((await at.run("check", "broken")).complained).toBe(
      "broken: a folder, not a spec\n  name a spec: broken/two-switches\n",
    );
  });

  it("is needed, and only one", async () => {
    expect((await at.run("check")).complained).toContain("nolock check: which spec?");
    expect((await at.run("check", "one-switch", "more")).complained).toContain(
      "one spec at a time, not one-switch, more",
    );
  });
});

describe("options", () => {
  it("that do not exist, lack a value or have a wrong one are told all at once: exit status 2", async () => {
    const ran = await at.run("check", "x", "--trase", "--max-states=many", "--trace", "long", "--all=yes", "--json");
    expect(ran.status).toBe(2);
    expect(ran.complained.split("\n")).toEqual([
      "--trase: there is no such option",
      "  did you mean trace? `nolock check --help` shows the options",
      '--max-states: "many" is not a whole number of at least 1',
      "  write --max-states 1000",
      '--trace: "long" is not one of its values',
      '  known: "short", "full"',
      "--all: it takes no value",
      "  write --all alone",
      "--json: its value is missing",
      "  write --json VALUE; `nolock check --help` shows the options",
      "",
    ]);
  });

  it("for one spec do not go with --all", async () => {
    expect((await at.run("check", "--all", "one-switch", "--set", "lights=3")).complained).toContain(
      "--all: it does not go with one-switch, --set",
    );
  });

  it("--set asks another question, and compares no pins", async () => {
    const ran = await at.run("check", "broken/two-switches", "--set", "lights=3", "--json", "-");
    const outcome = JSON.parse(ran.printed);
    expect(outcome).toMatchObject({ verdict: "holds", changed: ["lights=3"], differences: null });
    expect(outcome.configuration.lights).toBe(3);
    expect(ran.status).toBe(0);
    expect((await at.run("check", "one-switch", "--set", "lights=1")).status).toBe(12);
    expect((await at.run("check", "one-switch", "--set", "lights")).complained).toContain(
      "--set lights: it is not KEY=VALUE",
    );
  });

  it("--max-states and --max-depth give incomplete: exit status 3", async () => {
    const ran = await at.run("check", "one-switch", "--max-states", "1", "--json", "-");
    expect(JSON.parse(ran.printed)).toMatchObject({ verdict: "incomplete", complete: false });
    expect(ran.status).toBe(3);
    expect((await at.run("check", "one-switch", "--max-depth", "5")).status).toBe(0);
  });

  it("--engine chooses who answers, --memory is a size and a limit: exit status 3", async () => {
    for (const engine of ["wasm", "js", "reference"]) {
      const ran = await at.run("check", "one-switch", "--engine", engine, "--memory", "64M", "--json", "-");
      expect(JSON.parse(ran.printed)).toMatchObject({ engine, verdict: "holds" });
    }
    const small = await at.run("check", "one-switch", "--memory", "64K", "--json", "-");
    expect(JSON.parse(small.printed)).toMatchObject({ verdict: "incomplete", complete: false });
    expect(JSON.parse(small.printed).incomplete).toBe("the memory limit was reached before the search could begin");
    expect(small.status).toBe(3);
    const wrong = await at.run("check", "one-switch", "--memory", "12", "--engine", "wsam");
    expect(wrong.complained.split("\n").slice(0, 3)).toEqual([
      '--memory: "12" is not a size',
      "  write --memory 512M or --memory 2G",
      '--engine: "wsam" is not one of its values',
    ]);
  });

  it("--show must name a selected property", async () => {
    expect((await at.run("check", "one-switch", "--show", "someDrak")).complained).toBe(
      '--show: "someDrak" is not among the properties of one-switch\n  did you mean "someDark"?\n',
    );
  });

  it("--help tells them", async () => {
    const ran = await at.run("check", "--help");
    for (const option of ["--set", "--json", "--explore-all", "--max-states", "Exit status"])
      expect(ran.printed).toContain(option);
    expect(ran.status).toBe(0);
  });
});

describe("the report", () => {
  it("names claim, verdict and the rows of the counterexample", async () => {
    const { printed } = await at.run("check", "broken/two-switches");
    expect(printed).toContain("toggle");
    expect(printed.split("\n").filter((line) => line.length > 72)).toEqual([]);
  });

  it("shows with --trace full the steps that change nothing shared, too", async () => {
    at.put("rounds.json", JSON.stringify(lights(["spin", "toggle", "toggle"])));
    const path = join(at.dir, "rounds.json");
    const short = await at.run("check", path);
    const full = await at.run("check", path, "--trace", "full");
    expect(full.printed).toContain("spin: again");
    expect(full.printed.split("\n").length).toBeGreaterThan(short.printed.split("\n").length);
  });

  it("as JSON holds the verdict, the figures and every step with what it changed", async () => {
    const file = join(at.dir, "outcome.json");
    const ran = await at.run("check", "broken/two-switches", "--json", file);
    expect(ran.printed).not.toBe("");
    const outcome = JSON.parse(readFileSync(file, "utf8"));
    expect(outcome).toMatchObject({
      spec: "broken/two-switches",
      verdict: "violated",
      violated: ["someDark"],
      complete: true,
      states: 5,
      transitions: 6,
      depth: 2,
      engine: "wasm",
      differences: [],
      exit: 0,
    });
    expect(outcome.relationHash).toMatch(/^[0-9a-f]{64}$/);
    expect(outcome.trace).toHaveLength(2);
    expect(outcome.trace[1]).toMatchObject({
      context: "task0",
      program: "toggle",
      label: "flip",
      C: "on[i] = !on[i];",
      changed: [{ cell: "on[light0]", from: "false", to: "true" }],
    });
  });

  it("as JSON cannot go where no folder is", async () => {
    const ran = await at.run("check", "one-switch", "--json", join(at.dir, "no/where.json"));
    expect(ran.complained).toBe(
      "--json: no/where.json cannot be written: no such file or directory (ENOENT)\n  name a file that can, in a folder that exists\n",
    );
  });
});

describe("all specs", () => {
  it("are listed with their questions", async () => {
    expect((await at.run("list")).printed).toBe(
      "one-switch           What if a task does toggle?\nbroken/two-switches  What if a task does toggle, toggle?\n",
    );
  });

  it("are checked, a line for each: exit status 0 only where each is as expected", async () => {
    const ran = await at.run("check", "--all");
    expect(ran.printed.replaceAll(/[\d.]+ s$/gm, "0 s")).toBe(
      [
        "one-switch           holds        as expected; 3 states, 2 transitions, depth 1; 0 s",
        "broken/two-switches  violated     as expected; 5 states, 6 transitions, depth 2; 0 s",
        "2 specs: 2 as expected, 0 not, 0 bad",
        "",
      ].join("\n"),
    );
    expect(ran.status).toBe(0);
  });

  it("are asked for some properties only, in so far as they say something of each", async () => {
    const ran = await at.run("check", "--all", "--properties", "someDark,returns");
    expect(ran.printed.replaceAll(/[\d.]+ s$/gm, "0 s")).toBe(
      [
        "one-switch           holds        ; 3 states, 2 transitions, depth 1; 0 s",
        "broken/two-switches  violated     someDark; 5 states, 6 transitions, depth 2; 0 s",
        "2 specs: 1 hold, 1 not, 0 bad",
        "",
      ].join("\n"),
    );
    expect(ran.status).toBe(1);
    const wrong = await at.run("check", "--all", "--properties", "someDrak");
    expect([wrong.status, wrong.printed, wrong.complained]).toEqual([
      2,
      "",
      '--set properties=someDrak: "someDrak" is not a property of the model\n  did you mean "someDark"?\n',
    ]);
    const one = await at.run("check", "one-switch", "--properties", "smallIsZero");
    expect(one.printed).toContain("asked:    smallIsZero deadlock\n");
    expect(one.printed).toContain("Reproduce: npm run check -- one-switch --set properties=smallIsZero");
  });

  it("are checked to the end though one is bad and one differs", async () => {
    const mixed = project({
      bad: { question: "?" },
      differs: lights(["toggle"], { expect: { verdict: "holds", states: 4 } }),
      fine: lights(["toggle"]),
    });
    const ran = await mixed.run("check", "--all");
    expect(ran.printed).toContain("differs  holds        NOT AS EXPECTED (holds); 3 states");
    expect(ran.printed).toContain("3 states, and 4 were expected");
    expect(ran.printed).toContain("3 specs: 1 as expected, 1 not, 1 bad\n");
    expect(ran.complained).toContain('specs/bad.json:1 /: the key "model" is missing');
    expect(ran.status).toBe(2);
    mixed.remove();
  });

  it("are needed: a gate that looks at nothing must not open", async () => {
    const empty = project({});
    for (const words of [["check", "--all"], ["list"], ["results", "--check"]]) {
      const ran = await empty.run(...words);
      expect([ran.status, ran.complained]).toEqual([2, "specs/: there is no spec\n  write one: specs/NAME.json\n"]);
    }
    empty.remove();
  });
});
