/** A spec that names a file as its model has that file run: which files are, and which are not unless the user says so. */
import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { FORMAT, manifestText } from "../../checker/engine/checkpoint/manifest.ts";
import { lights, project } from "./environment.ts";

const at = project({ one: lights(["toggle"]) });
const here = process.cwd();
const elsewhere = mkdtempSync(join(tmpdir(), "nolock-"));
afterAll(() => {
  at.remove();
  rmSync(elsewhere, { recursive: true });
});

const ran = globalThis as { hasRun?: number };
beforeEach(() => {
  ran.hasRun = 0;
});

/** It says that it was run each time, and is no model. */
const model = (name: string): string => {
  const text = "globalThis.hasRun += 1;\nexport default {};\n";
  at.put(name, text);
  return join(at.dir, name);
};

const spec = (name: string, of: string): string => {
  at.put(name, JSON.stringify({ question: "?", model: of, properties: [] }));
  return join(at.dir, name);
};

const refusal =
  "would be run, and lies neither beside a spec that you named, nor below this folder, nor in the package";

describe("the file that a spec names as its model", () => {
  it("is run where it lies beside the spec that the user named, or below", async () => {
    model("mine/a.mjs");
    model("mine/below/b.mjs");
    for (const of of ["./a.mjs", "./below/b.mjs"]) {
      const { status, complained } = await at.run("check", spec("mine/spec.json", of));
      expect([status, ran.hasRun]).toEqual([2, 1]);
      expect(complained).toContain("exports no model");
      ran.hasRun = 0;
    }
  });

  it("is not run where it lies elsewhere: the user is told what to do", async () => {
    const file = model("theirs/c.mjs");
    for (const of of ["../theirs/c.mjs", file]) {
      for (const [command = "", ...rest] of [
        ["check"],
        ["print"],
        ["simulate"],
        ["export", "--to", "murphi"],
        ["report"],
      ]) {
        const { status, printed, complained } = await at.run(command, spec("mail/spec.json", of), ...rest);
        expect([command, status, printed, ran.hasRun]).toEqual([command, 2, "", 0]);
        expect(complained).toBe(
          `mail/spec.json:1 /model: theirs/c.mjs ${refusal}\n  read it first; if you trust it, add --trust-model\n`,
        );
      }
    }
  });

  it("is not run through a link either", async () => {
    const file = model("theirs/d.mjs");
    spec("linked/spec.json", "./link.mjs");
    symlinkSync(file, join(at.dir, "linked/link.mjs"));
    const { complained } = await at.run("check", join(at.dir, "linked/spec.json"));
    expect([complained.includes(refusal), ran.hasRun]).toEqual([true, 0]);
  });

  it("is run wherever it lies with --trust-model, before or after the other words", async () => {
    model("theirs/e.mjs");
    const path = spec("mail/other.json", "../theirs/e.mjs");
    for (const words of [
      ["check", "--trust-model", path],
      ["print", path, "--trust-model"],
    ]) {
      model("theirs/e.mjs");
      expect((await at.run(...words)).complained).toContain("exports no model");
    }
    expect(ran.hasRun).toBeGreaterThan(0);
  });

  it("is run where it lies below the folder that the command runs in", async () => {
    model("work/models/f.mjs");
    const path = spec("work/specs/spec.json", "../models/f.mjs");
    try {
      process.chdir(join(at.dir, "work"));
      expect((await at.run("check", path)).complained).toContain("exports no model");
    } finally {
      process.chdir(here);
    }
    expect(ran.hasRun).toBe(1);
  });

  it("is not run for a trace that names the spec, unless the user names it, too", async () => {
    model("sent/g.mjs");
    const path = spec("sent/spec.json", "./g.mjs");
    const trace = { nolock: "trace 1", spec: path, changed: [], relationHash: "0".repeat(64), found: null, steps: [] };
    at.put("sent/trace.json", JSON.stringify(trace));
    const saved = join(at.dir, "sent/trace.json");
    expect((await at.run("replay", saved)).complained).toContain(refusal);
    expect(ran.hasRun).toBe(0);
    expect((await at.run("replay", saved, path)).complained).toContain("exports no model");
    expect(ran.hasRun).toBe(1);
  });
  it("is not run for a checkpoint that names the spec, unless the user names it, too", async () => {
    model("sent/h.mjs");
    const path = spec("sent/spec.json", "./h.mjs");
    const [relation, layout, program] = ["0".repeat(64), "", ""];
    const asked = { spec: path, options: {} };
    const about = { nolock: "checkpoint", format: FORMAT, relation, layout, program, words: 1 } as const;
    at.put("sent/kept/manifest.json", manifestText({ ...about, asked, searches: {} }));
    const kept = join(at.dir, "sent/kept");
    expect((await at.run("check", "--resume", kept)).complained).toContain(refusal);
    expect(ran.hasRun).toBe(0);
    expect((await at.run("check", path, "--resume", kept)).complained).toContain("exports no model");
    expect(ran.hasRun).toBe(1);
  });
});

it("the command of an answer that rests on such a file says so", async () => {
  const text = `import { defineModel } from ${JSON.stringify(join(here, "checker/spec/model.ts"))};
import { otherwise, program, state, bool, step } from ${JSON.stringify(join(here, "checker/language/index.ts"))};
const memory = state({ bit: bool });
const flip = program("flip", { exits: ["done"] }, () => ({ on: step("bit = 1;", otherwise.do(memory.bit.set(true)).goto("done")) }));
export default defineModel({
  name: "bit", title: "a bit", properties: {},
  build: () => ({ roots: [memory], contexts: [{ name: "cpu0", script: flip }] }),
});
`;
  at.put("theirs/bit.ts", text);
  const path = spec("mail/bit.json", "../theirs/bit.ts");
  const { status, printed } = await at.run("check", path, "--trust-model", "--json", "-");
  expect([status, JSON.parse(printed).states]).toEqual([0, 2]);
  const report = (await at.run("check", path, "--trust-model")).printed;
  expect(report.replace(/\\\n\s*/g, "")).toMatch(/Reproduce: npm run check -- \S*mail\/bit\.json --trust-model\n$/);
});
