/** The README: its commands run as they stand, and what it shows is what they print. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const readme = readFileSync(join(root, "README.md"), "utf8");

const FIRST = "hook-cuts-freelist";
const REPORT = "results/hooks/hook-cuts-freelist.txt";

const run = (...args: string[]) =>
  spawnSync(process.execPath, ["bin/nolock.js", ...args], { cwd: root, encoding: "utf8" });

/** The fenced block that stands after a comment. */
function blockAfter(comment: string): string {
  const from = readme.indexOf("\n", readme.indexOf("```", readme.indexOf(`<!-- ${comment} -->`))) + 1;
  return readme.slice(from, readme.indexOf("```", from));
}

describe("the README", () => {
  it("has two commands for a fresh clone, and the scripts that they name exist", () => {
    const commands = readme.match(/^ {4}npm ci && (.*)$/gm)?.map((line) => line.trim());
    expect(commands).toEqual([`npm ci && npm run check -- ${FIRST}`, "npm ci && npm test"]);
    const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
      scripts: Record<string, string>;
    };
    expect(scripts.check).toBe("node bin/nolock.js check");
    expect(scripts.test).toBe("vitest run");
  });

  it("shows the report of its first command as it is printed", () => {
    const ran = run("check", FIRST);
    expect(ran.status).toBe(0);
    expect(ran.stdout.trimEnd()).toBe(blockAfter(REPORT).trimEnd());
  });

  it("begins with the scenario of that report", () => {
    const [scenario, report] = [blockAfter("scenario"), blockAfter(REPORT)];
    expect(scenario).toMatch(/^Scenario for S3, \d+ steps/);
    expect(report).toContain(scenario);
    expect(scenario.trimEnd().split("\n").length).toBeLessThanOrEqual(46);
    const beforeIt = readme.slice(0, readme.indexOf("<!-- scenario -->"));
    expect(beforeIt.split("\n").length).toBeLessThan(20);
  });

  it("answers the what-if that it suggests", () => {
    const ran = run("check", "nmi-on-kmalloc", "--set", "objects=3", "--quiet");
    expect(ran.stderr).toBe("");
    expect(ran.stdout).toContain("objects=3");
    const asked = run("check", "nmi-on-kmalloc", "--properties", "L4,L6", "--quiet");
    expect(asked.stdout).toContain("asked:    L4 L6 deadlock");
    expect(run("check", "nmi-on-kmalloc", "--set", "preemptRt=true").stdout).toContain("as the spec expects");
  });

  it("shows a spec that can be asked", () => {
    const dir = mkdtempSync(join(tmpdir(), "nolock-"));
    const path = join(dir, "mine.json");
    writeFileSync(path, blockAfter("spec"));
    const ran = run("check", path);
    rmSync(dir, { recursive: true });
    expect(ran.stderr).toBe("");
    expect(ran.stdout).toContain("VERDICT: holds");
    expect(ran.status).toBe(0);
  });

  it("prints the program that it says can be compared with the C", () => {
    const ran = run("print", "nmi-on-kmalloc", "--program", "___slab_alloc");
    expect(ran.status).toBe(0);
    expect(ran.stdout).toContain("c->freelist = get_freepointer(s, freelist);");
  });
});
