/** The commands beside `check`, and the program as a process: exit status, streams, no stack for a user's mistake. */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { rotated } from "../../checker/cli/sample.ts";
import { main } from "../../checker/commands/main.ts";
import { EVIDENCE } from "../../checker/published/publications.ts";
import { needing } from "../needing.ts";
import { lights, project } from "./environment.ts";

const { suite } = await needing("with other checkers");

const big = lights(["toggle", "toggle", "toggle"], { size: "large" });
const lit = lights(["toggle", "toggle"], { expect: { verdict: "violated", violated: ["someDark"] } });
const at = project({ "one-switch": lights(["toggle"]), "broken/two-switches": lit });
afterAll(at.remove);

describe("print", () => {
  it("shows the rows, or those of one program", async () => {
    const { printed, status } = await at.run("print", "one-switch");
    expect(printed).toContain("on[i] = !on[i];");
    expect(status).toBe(0);
    const one = await at.run("print", "one-switch", "--program", "toggle");
    expect(one.printed).toContain("flip");
    expect(one.printed.length).toBeLessThan(printed.length);
  });

  it("shows which rows stand for which step", async () => {
    const { printed, status } = await at.run("print", "one-switch", "--steps");
    expect([printed, status]).toEqual([
      "1.2\n  toggle: flip  on[i] = !on[i];\n1.10\n  toggle: flip  on[i] = !on[i];\n",
      0,
    ]);
    expect((await at.run("print", "--steps")).printed).toBe(printed);
  });

  it("shows how the engine packs a state", async () => {
    const { printed, status } = await at.run("print", "one-switch", "--layout");
    expect(printed).toContain("packed into 1 words of 32");
    expect(printed).toContain("part 0: word 0, nothing");
    expect(status).toBe(0);
  });

  it("tells the nearest program", async () => {
    expect((await at.run("print", "one-switch", "--program", "togle")).complained).toBe(
      '--program: no context of one-switch runs a program "togle"\n  did you mean "toggle"?\n',
    );
  });
});

describe("results", () => {
  it("writes a report for each spec and a table, the same each time, and removes what no spec gives", async () => {
    at.put("results/stale.txt", "of a spec that is gone");
    for (const file of EVIDENCE) at.put(`results/${file}`, "of another command");
    expect((await at.run("results", "reports")).printed).toBe(
      "2 specs: 2 as expected, 0 not\nreports: 5 files are there, 5 written, 1 removed\n",
    );
    const summary = readFileSync(join(at.dir, "results/summary.md"), "utf8");
    expect(summary).toMatch(
      /^\| \[broken\/two-switches\]\(broken\/two-switches.txt\) \| What .* \| violated \| someDark \| not cross-checked \| \d+ \| \d+ \| 2 \| `[0-9a-f]{12}` \|$/m,
    );
    expect(existsSync(join(at.dir, "results/broken/two-switches.txt"))).toBe(true);
    expect(existsSync(join(at.dir, "results/stale.txt"))).toBe(false);
    expect(EVIDENCE).toEqual(expect.arrayContaining(["mutants.md", "conform.md", "drift.md"]));
    for (const file of EVIDENCE) expect(existsSync(join(at.dir, "results", file))).toBe(true);
    expect((await at.run("results", "reports")).printed).toBe(
      "2 specs: 2 as expected, 0 not\nreports: 5 files are there, 0 written, 0 removed\n",
    );
  });

  it("writes the reports that the README shows", async () => {
    const shown = (report: string) =>
      `# Mine\n\n<!-- results/one-switch.txt -->\n\`\`\`\`text\n${report}\`\`\`\`\nmore\n`;
    at.put("README.md", shown("old\n"));
    expect((await at.run("results", "reports", "--check")).complained).toBe(
      "README.md: it is not what the specs give. Run `npm run results -- reports`\n",
    );
    await at.run("results", "reports");
    const report = readFileSync(join(at.dir, "results/one-switch.txt"), "utf8");
    expect(readFileSync(join(at.dir, "README.md"), "utf8")).toBe(shown(report));
    rmSync(join(at.dir, "README.md"));
  });

  it("--check names the files that differ and writes nothing: exit status 1", async () => {
    await at.run("results", "reports");
    expect((await at.run("results", "reports", "--check")).status).toBe(0);
    at.put("results/one-switch.txt", "by hand");
    at.put("results/more.txt", "by hand");
    const ran = await at.run("results", "reports", "--check");
    expect(ran.complained.split("\n")).toEqual([
      "results/one-switch.txt: it is not what the specs give. Run `npm run results -- reports`",
      "results/more.txt: no spec gives it. Run `npm run results -- reports`",
      "",
    ]);
    expect(ran.status).toBe(1);
    expect(readFileSync(join(at.dir, "results/one-switch.txt"), "utf8")).toBe("by hand");
  });
});

describe("results of a spec that is not as expected", () => {
  const other = project({ lit, dark: lights(["toggle"], { expect: { verdict: "violated", violated: ["someDark"] } }) });
  afterAll(other.remove);

  it.each([[[]], [["--check"]]])("are no success, though files are what it gives: %j", async (more) => {
    await other.run("results", "reports");
    const ran = await other.run("results", "reports", ...more);
    expect([ran.status, ran.complained]).toEqual([1, "dark: it is not as expected. Run `npm run check -- dark`\n"]);
    expect(ran.printed).toMatch(/^2 specs: 1 as expected, 1 not\n/);
  });
});

describe("crosscheck", () => {
  it("wants to know which spec", async () => {
    expect((await at.run("crosscheck")).complained).toBe("nolock crosscheck: which spec?\n  name one, or give --all\n");
  });

  it("--sample takes as many as it says, in turn for different commits", () => {
    const names = ["a", "b", "c", "d", "e"];
    const commits = names.map((_, i) => `0000000${i}${"f".repeat(32)}`);
    expect(commits.map((commit) => rotated(names, 2, commit).join(""))).toEqual(["ab", "bc", "cd", "de", "ea"]);
    expect(rotated(names, 9, "fffffff0")).toHaveLength(5);
    expect(rotated(names, 2, "12345678abc")).toEqual(rotated(names, 2, "12345678def"));
  });
});

suite("crosscheck, asked,", () => {
  const two = lights(["toggle", "toggle"], { expect: { verdict: "violated", violated: ["someDark"] } });
  const asked = project({ one: lights(["toggle"]), two, large: big });
  afterAll(asked.remove);

  it("asks a sample of the commit that is checked out", async () => {
    const { printed, status } = await asked.run("crosscheck", "--sample", "1");
    expect(status).toBe(0);
    const commit = execFileSync("git", ["rev-parse", "HEAD"], { encoding: "utf8", cwd: import.meta.dirname });
    expect(printed.split(" ")[0]).toBe(rotated(["one", "two"], 1, commit)[0]);
    expect(printed).toContain("1 specs: all agree on 1\n");
    expect(existsSync(join(asked.dir, "results"))).toBe(false);
  });

  it("--write lets reports name who agreed, until the spec changes", async () => {
    expect((await asked.run("crosscheck", "--all", "--write")).printed).toContain("2 specs: all agree on 2\n");
    expect((await asked.run("results", "reports", "crosscheck")).status).toBe(0);
    const read = (file: string) => readFileSync(join(asked.dir, "results", file), "utf8");
    const everybody = "agreed: engine, reference, Spin, Rumur";
    expect(read("summary.md").match(new RegExp(`\\| ${everybody} \\|`, "g"))).toHaveLength(2);
    expect(read("two.txt")).toMatch(new RegExp(`^VERDICT: violated .*\n {2}${everybody}$`, "m"));
    expect((await asked.run("check", "one")).printed).toContain(everybody);
    expect(JSON.parse((await asked.run("check", "one", "--json", "-")).printed)).toMatchObject({
      agreement: { agreed: ["engine", "reference", "Spin", "Rumur"], differed: [], unknown: null },
    });
    expect((await asked.run("results", "reports", "crosscheck", "--check")).status).toBe(0);

    asked.put("specs/one.json", JSON.stringify(lights(["toggle"], { configuration: { lights: 3 } })));
    expect((await asked.run("check", "one")).printed).toContain("not cross-checked since it changed");
    const missing = await asked.run("crosscheck", "--all", "--missing");
    expect(missing.printed).toMatch(/^one .*\n1 specs: all agree on 1, 1 agreed before\n$/);
    const differing = await asked.run("results", "reports", "crosscheck", "--check");
    expect([differing.status, differing.complained]).toEqual([1, expect.stringContaining("results/summary.md")]);
  });

  it("asks the large ones by --size", async () => {
    expect((await asked.run("crosscheck", "--all", "--size", "large")).printed).toMatch(/^large .*\n1 specs: /);
  });
});

describe("sizes", () => {
  const sized = project({
    small: lights(["toggle"]),
    big: lights(["toggle", "toggle", "toggle"], {
      size: "large",
      expect: { verdict: "violated", violated: ["someDark"] },
    }),
  });
  afterAll(sized.remove);

  it("check --all asks those of one size", async () => {
    expect((await sized.run("check", "--all")).printed).toMatch(/^small .*\n1 specs: 1 as expected/);
    expect((await sized.run("check", "--all", "--size", "large")).printed).toMatch(/^big .*\n(.*\n)*1 specs: /);
    expect((await sized.run("list")).printed).toMatch(/^big +\(large\) What /);
    expect((await sized.run("check", "small", "--size", "ci")).complained).toMatch(/^--size: it goes with --all/);
  });

  it("results keeps what specs of the other size gave", async () => {
    expect((await sized.run("results", "reports")).printed).toBe(
      "1 specs: 1 as expected, 0 not\nreports: 3 files are there, 3 written, 0 removed\n",
    );
    expect((await sized.run("results", "reports", "--size", "large")).printed).toBe(
      "1 specs: 1 as expected, 0 not\nreports: 3 files are there, 3 written, 0 removed\n",
    );
    expect((await sized.run("results", "reports", "--check")).status).toBe(0);
    expect(readFileSync(join(sized.dir, "results/summary-large.md"), "utf8")).toContain("[big](big.txt)");
  });

  it("finding none of a size is no success", async () => {
    const ran = await at.run("check", "--all", "--size", "large");
    expect([ran.status, ran.complained]).toEqual([
      2,
      'specs/: there is no spec of size "large"\n  write "size": "large" in one\n',
    ]);
  });
});

describe("the program", () => {
  const root = fileURLToPath(new URL("../..", import.meta.url));
  const nolock = (...args: string[]) =>
    spawnSync(process.execPath, [join(root, "bin/nolock.js"), ...args], { encoding: "utf8", cwd: at.dir });

  it("tells its commands, and the nearest of a misspelt one", async () => {
    expect((await at.run("--help")).printed).toContain("npm run results");
    expect((await at.run()).status).toBe(2);
    expect((await at.run("chekc")).complained).toBe('nolock: "chekc" is not a command\n  did you mean "check"?\n');
  });

  it("checks a spec and a model of one's own, from any folder", () => {
    const model = join(root, "test/spec/fixtures/lights.ts");
    at.put("mine.json", JSON.stringify(lights(["toggle", "toggle"], { model })));
    const ran = nolock("check", "mine.json");
    expect([ran.status, ran.stderr]).toEqual([12, ""]);
    expect(ran.stdout).toContain("toggle");
  });

  it("loads a model as an ES module, though no package.json says so", () => {
    const source = readFileSync(join(root, "test/spec/fixtures/lights.ts"), "utf8");
    at.put("own/lights.ts", source.replaceAll("../../../checker/", `${join(root, "checker")}/`));
    at.put("own/mine.json", JSON.stringify(lights(["toggle"], { model: "./lights.ts" })));
    expect(nolock("check", "own/mine.json")).toMatchObject({ status: 0, stderr: "" });
  });

  it("gives no stack for a user's mistake", () => {
    at.put("bad.json", '{ "question": "?" }');
    const ran = nolock("check", "bad.json");
    expect(ran.status).toBe(2);
    expect(ran.stderr).toContain('bad.json:1 /: the key "model" is missing');
    expect(ran.stderr).not.toMatch(/^\s+at /m);
    expect(ran.stdout).toBe("");
  });

  it("owns up to a fault of its own: exit status 70, with the stack", async () => {
    const said: string[] = [];
    const broken = {
      folders: { specs: "", results: "", docs: "" },
      builtins: {},
      print: () => {
        throw new Error("no paper");
      },
      complain: (text: string) => said.push(text),
    };
    expect(await main(["check", "--help"], broken)).toBe(70);
    expect(said.join("")).toMatch(/a fault of the checker itself, please report it: Error: no paper\n\s+at /);
  });
});
