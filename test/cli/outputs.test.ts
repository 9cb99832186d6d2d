/** Is nothing lost, and nothing half-written? What a user asked to be written or printed, where the system refuses it. */
import { spawn, spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { appendLines, readText, systemError, tryToWrite, writeWhole } from "../../checker/text/files.ts";
import { lights, project } from "./environment.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const dir = realpathSync(mkdtempSync(join(tmpdir(), "nolock-")));
const file = (name: string): string => join(dir, name);
const at = project({
  dark: lights(["toggle"]),
  lit: lights(["toggle", "toggle"]),
  other: lights([], { expect: { verdict: "holds", violated: [] } }),
});
afterAll(() => {
  at.remove();
  rmSync(dir, { recursive: true });
});

/** What a write said that failed. */
function refusal(run: () => unknown): string | null {
  try {
    run();
  } catch (error) {
    return systemError(error);
  }
  throw new Error("nothing was refused");
}

describe("a file", () => {
  it("is written beside and renamed: what reads it meanwhile sees the old one or the new one", () => {
    writeWhole(file("a"), "old");
    chmodSync(file("a"), 0o640);
    const before = statSync(file("a"));
    writeWhole(file("a"), "new");
    const after = statSync(file("a"));
    expect([readText(file("a")), after.mode, after.ino === before.ino]).toEqual(["new", before.mode, false]);
    expect(readdirSync(dir)).toEqual(["a"]);
  });

  it("stays where a link leads, whether or not it is there yet", () => {
    mkdirSync(file("far"));
    symlinkSync("far/b", file("link"));
    for (const text of ["first", "second"]) {
      writeWhole(file("link"), text);
      expect([readText(file("far/b")), readdirSync(file("far"))]).toEqual([text, ["b"]]);
    }
  });

  it("is tried and refused alike, and nothing is left behind", () => {
    mkdirSync(file("folder"));
    for (const attempt of [tryToWrite, (path: string) => writeWhole(path, "x")]) {
      expect(refusal(() => attempt(file("no/where")))).toBe("no such file or directory (ENOENT)");
      expect(refusal(() => attempt(file("folder")))).toBe("illegal operation on a directory (EISDIR)");
      expect(refusal(() => attempt("/dev/null/x"))).toBe("not a directory (ENOTDIR)");
    }
    expect(tryToWrite(file("new"))).toBe(file("new"));
    expect(readdirSync(dir)).not.toContain("new");
    expect(tryToWrite("/dev/full")).toBeNull();
    expect(refusal(() => writeWhole("/dev/full", "x"))).toBe("no space left on device (ENOSPC)");
    expect(refusal(() => appendLines("/dev/full", "x"))).toBe("no space left on device (ENOSPC)");
    expect(readdirSync(dir).filter((name) => name.startsWith(".nolock"))).toEqual([]);
  });

  it("that is read is no folder, and not larger than anybody writes", () => {
    expect(refusal(() => readText(dir))).toBe("illegal operation on a directory (EISDIR)");
    expect(refusal(() => readText(file("none")))).toBe("no such file or directory (ENOENT)");
    const large = spawnSync("truncate", ["-s", "65M", file("large")]);
    expect([large.status, refusal(() => readText(file("large")))]).toEqual([0, "file too large (EFBIG)"]);
  });
});

describe("what a command is to write", () => {
  it("is tried before the search, and all of it is told at once", async () => {
    const outputs = ["--json", dir, "--html", "/dev/null/x.html", "--save-trace", at.path("specs/dark.json")];
    const { status, printed, complained } = await at.run("check", "dark", ...outputs, "--out", file("no/where"));
    expect([status, printed]).toEqual([2, ""]);
    expect(complained.split("\n").filter((line) => !line.startsWith(" "))).toEqual([
      `--out: ${file("no/where")} cannot be written: no such file or directory (ENOENT)`,
      `--json: ${dir} cannot be written: illegal operation on a directory (EISDIR)`,
      "--save-trace: specs/dark.json cannot be written: it is what is read",
      "--html: /dev/null/x.html cannot be written: file already exists (EEXIST)",
      "",
    ]);
    expect((await at.run("check", "dark", "--json", file("x"), "--out", file("x"))).complained).toContain(
      `--json: ${file("x")} cannot be written: --out names it, too`,
    );
    for (const asked of [
      ["simulate", "dark", "--save", dir],
      ["report", "dark", "--out", dir],
      ["report", "--all", "--out", "/dev/null"],
      ["check", "--all", "--format", "junit", "--out", dir],
      ["export", "dark", "--to", "murphi", "--out", dir],
      ["mutants", "--memo", dir],
    ]) {
      const ran = await at.run(...asked);
      expect([asked, ran.status, ran.printed]).toEqual([asked, 2, ""]);
      expect(ran.complained).toContain("cannot be written: ");
    }
  });

  it("comes after the report, and what fails changes the status only where that would say that all is well", async () => {
    for (const [spec, status] of [
      ["dark", 74],
      ["lit", 12],
    ] as const) {
      const whole = file(`${spec}.html`);
      const ran = await at.run("check", spec, "--json", "/dev/full", "--out", "/dev/full", "--html", whole);
      expect(ran.status).toBe(status);
      expect(ran.printed).toContain("VERDICT: ");
      expect(ran.complained.match(/^--(out|json): \/dev\/full cannot be written: no space left/gm)).toHaveLength(2);
      expect(readFileSync(whole, "utf8")).toMatch(/<\/html>\n$/);
    }
    const walked = await at.run("simulate", "dark", "--seed", "1", "--save", "/dev/full");
    expect([walked.status, walked.printed]).toEqual([74, expect.stringContaining("SIMULATE: ")]);
  });

  it("is a sentence of the system's where nobody foresaw it", async () => {
    at.put("results", "a file where a folder should be");
    const { status, complained } = await at.run("results", "--check");
    rmSync(at.path("results"));
    expect([status, complained]).toEqual([74, expect.stringMatching(/^results: the system refuses: not a directory/m)]);
  });
});

describe("who agreed", () => {
  const entry = {
    spec: "dark",
    relation: "0",
    asked: "engine",
    answer: { states: 1, transitions: 0, violated: [], met: [] },
    opinions: { Spin: [], Rumur: null },
  };
  it.each([
    ["cut short", '[\n{"spec":"dark","relation":"00'],
    ["empty", ""],
    ["of another form", '{"spec":"dark"}'],
    ["with an entry of another form", JSON.stringify([entry, { ...entry, answer: { ...entry.answer, met: {} } }])],
    ["nested without end", "[".repeat(100_000)],
  ])("is nobody where the file is %s, and that is said once", async (_, text) => {
    at.put("results/crosscheck.json", text);
    const said =
      "results/crosscheck.json is damaged, it is not what `npm run crosscheck` writes: it counts as if nobody had agreed\n";
    for (const asked of [["dark"], ["--all"]]) {
      const { status, printed, complained } = await at.run("check", ...asked);
      expect([status, complained]).toEqual([asked[0] === "dark" ? 0 : 1, said]);
      if (asked[0] === "dark") expect(printed).toContain("not cross-checked");
    }
    const { status, complained } = await at.run("results", "claims");
    expect([status === 70, complained]).toEqual([false, expect.stringContaining(said)]);
    rmSync(at.path("results"), { recursive: true });
  });

  it("is read where it is whole", async () => {
    at.put("results/crosscheck.json", JSON.stringify([entry]));
    expect((await at.run("check", "dark")).complained).toBe("");
    rmSync(at.path("results"), { recursive: true });
  });
});

/** A real process, with its output to a shell's redirections. */
const shell = (command: string) =>
  spawnSync("bash", ["-c", `set -o pipefail; nolock() { "${process.execPath}" bin/nolock.js "$@"; }; ${command}`], {
    cwd: root,
    encoding: "utf8",
  });
/** Built, so that no limit below is met while it is. */
spawnSync(process.execPath, ["bin/nolock.js", "--help"], { cwd: root });

describe("a process", () => {
  const asked = "check hooks/hook-cuts-freelist --set buckets=2";

  it("gives its verdict where the reader has seen enough, and writes its files", () => {
    const { status, stdout, stderr } = shell(`nolock ${asked} --json ${file("seen.json")} | head -1`);
    expect([status, stdout.split("\n").length, stderr]).toEqual([12, 2, ""]);
    expect(JSON.parse(readFileSync(file("seen.json"), "utf8")).verdict).toBe("violated");
  });

  it("that only prints ends where nobody reads any more: 141, as for SIGPIPE", () => {
    expect(shell("nolock list | head -1").status).toBe(141);
    const { status, stderr, stdout } = shell("nolock check --all | head -2");
    expect([status, stdout.split("\n").length, stderr]).toEqual([141, 3, ""]);
  });

  it("says so where the disk is full: the verdict's status, else 74", () => {
    const said = "standard output cannot be written: no space left on device (ENOSPC)\n";
    for (const [command, status] of [
      [asked, 12],
      ["check hooks/hook-cuts-freelist", 74],
      ["list", 74],
    ] as const) {
      const ran = shell(`nolock ${command} > /dev/full`);
      expect([command, ran.status, ran.stderr]).toEqual([command, status, said]);
    }
    expect(shell("nolock check nowhere 2> /dev/full").status).toBe(2);
  });

  it("leaves the file that was there where the new one does not fit, and nothing beside it", () => {
    const old = "what was there";
    mkdirSync(file("full"));
    writeFileSync(file("full/out.json"), old);
    // Blocks of 1,024 bytes: a limit of the process, which is met as a full disk is.
    const { status, stderr } = shell(`ulimit -f 8; nolock ${asked} --json ${file("full/out.json")}`);
    expect([status, stderr.split(":")[0]]).toEqual([12, "--json"]);
    expect([readFileSync(file("full/out.json"), "utf8"), readdirSync(file("full"))]).toEqual([old, ["out.json"]]);
  });

  it("refuses to overwrite what it prints", () => {
    const { status, stderr } = shell(`nolock ${asked} --json /dev/stdout > ${file("printed")}`);
    expect([status, stderr]).toEqual([2, expect.stringContaining("what is printed goes there")]);
    expect(shell(`nolock ${asked} --json /dev/stdout | tail -n 1`).stdout).toBe("}\n");
  });

  it("does not end as if all were well where a model's file waits for ever", () => {
    writeFileSync(file("waits.ts"), "await new Promise(() => {});\nexport default {};\n");
    writeFileSync(file("waits.json"), JSON.stringify({ question: "?", model: "./waits.ts", properties: [] }));
    const { status, stderr } = shell(`nolock check ${file("waits.json")}`);
    expect([status, stderr]).toEqual([2, expect.stringContaining("waits.ts cannot be loaded: it never ends loading")]);
  });
});

/** Processes whose command line has a word in it. */
const running = (word: string): readonly string[] =>
  readdirSync("/proc").filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(word);
    } catch {
      return false;
    }
  });

describe.skipIf(!existsSync("/proc/self/cmdline"))("an npm that is killed", () => {
  // It would take a minute and more to search this, and hours to ask all of that.
  const search = ["pages/pages-on-two-cpus", "--engine", "reference", "--explore-all", "--max-states"];
  it.concurrent.each([
    ["SIGTERM", "check", search],
    ["SIGHUP", "check", search],
    ["SIGKILL", "check", search],
    [
      "SIGKILL",
      "reductions",
      ["company/another-cpu-and-a-softirq", ...Array<string>(20).fill("pages/pages-on-two-cpus")],
    ],
  ] as const)("by %s leaves no `%s` that goes on", async (signal, command, words) => {
    // A word of its own, by which its processes are found.
    const mark = command === "check" ? String(1e12 + Math.floor(Math.random() * 1e12)) : "pages/pages-on-two-cpus.json";
    const last = command === "check" ? [mark] : [`specs/${mark}`];
    const npm = spawn("npm", ["run", "--silent", command, "--", ...words, ...last], { cwd: root, detached: true });
    const ended = new Promise((resolve) => npm.on("close", resolve));
    // It has said something: it computes.
    await new Promise((resolve) => {
      npm.stdout.once("data", resolve);
      npm.stderr.once("data", resolve);
    });
    expect(running(mark).length).toBeGreaterThan(1);
    npm.kill(signal);
    await ended;
    while (running(mark).length > 0) await new Promise((resolve) => setTimeout(resolve, 100));
  });
});
