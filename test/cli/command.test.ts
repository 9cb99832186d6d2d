/** The tables of all commands: what they tell, what they refuse, and what became of options that were commands. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { NAMES, readArguments } from "../../checker/cli/arguments.ts";
import { command } from "../../checker/cli/command.ts";
import { COMMANDS } from "../../checker/commands/main.ts";
import { PUBLICATIONS } from "../../checker/published/publications.ts";
import { lights, project } from "./environment.ts";

const at = project({ one: lights(["toggle"]) });
afterAll(at.remove);

const { scripts } = JSON.parse(readFileSync(join(import.meta.dirname, "../../package.json"), "utf8")) as {
  scripts: Readonly<Record<string, string>>;
};

describe.each(COMMANDS.map((one) => [one.name, one] as const))("the help of %s", (name, { help, options }) => {
  it("tells each option, within 80 columns and a screen and a half", async () => {
    expect((await at.run(name, "--help")).printed).toBe(help);
    expect(help).toMatch(new RegExp(`^Usage: npm run ${name}( |$)`, "m"));
    for (const option of options) expect(help).toMatch(new RegExp(`^ {2}--${option}( |$)`, "m"));
    expect(help.match(/^ {2}--/gm)).toHaveLength(options.length);
    const lines = help.split("\n");
    expect(lines.filter((line) => line.length >= 80)).toEqual([]);
    expect(lines.length).toBeLessThanOrEqual(60);
  });

  it("has a script of its name", () => expect(scripts[name]).toBe(`node bin/nolock.js ${name}`));
});

describe("what a table refuses", () => {
  const refused = (...args: string[]): string => {
    const options = {
      all: { kind: "flag", help: "", not: [NAMES, "set", "seed"], mend: "name one" },
      set: { kind: "texts", help: "" },
      seed: { kind: "count", help: "" },
      size: { kind: ["s", "l"], help: "", only: ["all", "seed"] },
    } as const;
    try {
      readArguments({ name: "x", options, moved: { old: "npm run old" } }, args);
    } catch (error) {
      return (error as Error).message;
    }
    return "nothing";
  };

  it("is what does not go together, or lacks what it goes with", () => {
    expect(refused("--all", "--size", "s")).toBe("nothing");
    expect(refused("--seed", "1", "--set", "a", "word")).toBe("nothing");
    expect(refused("a", "--all", "b", "--set", "c")).toBe("--all: it does not go with a, b, --set\n  name one");
    expect(refused("--size", "s")).toBe(
      "--size: it goes with --all or --seed\n  add --all or --seed, or leave out --size",
    );
  });

  it("is an option that is a command now, whatever else is there", () => {
    expect(refused("--oops", "--seed=many", "--old=NAME")).toBe(
      "--old: it is a command of its own now\n  write npm run old",
    );
  });

  it("is a name where none is taken", async () => {
    const table = { brief: "", usage: [""], about: [], options: {}, takesNames: false, run: async () => 0 };
    const none = command({ ...table, name: "none" });
    const env = { folders: { specs: "", results: "", docs: "" }, builtins: {}, print: () => {}, complain: () => {} };
    await expect(none.run(["a"], env)).rejects.toThrow("nolock none: it takes no names, and there is a");
    expect(await none.run([], env)).toBe(0);
  });
});

describe("an option that was a command", () => {
  it.each([
    ["check", "--list", "npm run list"],
    ["check", "--explain", "npm run explain -- NAME"],
    ["check", "--replay", "npm run replay -- FILE [SPEC]"],
    ["check", "--grow", "npm run grow -- SPEC"],
    ["check", "--swap-stores", "npm run swap-stores -- SPEC"],
    ["check", "--check-reduction", "npm run recheck -- SPEC"],
    ["report", "--index", "npm run results -- index"],
  ])("%s %s says which it is", async (name, option, now) => {
    const ran = await at.run(name, "one", option, "more");
    expect([ran.status, ran.printed, ran.complained]).toEqual([
      2,
      "",
      `${option}: it is a command of its own now\n  write ${now}\n`,
    ]);
  });
});

describe("a command that is a part of another", () => {
  it.each(["claims", "contexts", "coverage"])("%s says of which", async (name) => {
    const ran = await at.run(name);
    expect([ran.status, ran.complained]).toEqual([
      2,
      `nolock: "${name}" is a part of "results" now\n  write npm run results -- ${name}\n`,
    ]);
    expect(scripts[name]).toBe(`node bin/nolock.js results ${name}`);
  });
});

describe("recheck", () => {
  it("says whether what the reductions rest on is true, of all states or of some", async () => {
    const all = await at.run("recheck", "one");
    expect([all.status, all.printed]).toEqual([
      0,
      expect.stringMatching(/^one: 3 states, 2 steps, .*: all that the reduction rests on is true\n$/),
    ]);
    const some = await at.run("recheck", "one", "--max-states", "1");
    expect([some.status, some.printed]).toEqual([3, expect.stringContaining("(not all)")]);
  });
});

describe("results", () => {
  it("of a name that is not published are told with the nearest", async () => {
    const ran = await at.run("results", "claim");
    expect([ran.status, ran.complained]).toEqual([
      2,
      'claim: nothing of that name is published\n  did you mean "claims"?\n',
    ]);
    expect((await at.run("results", "claims", "--size", "ci")).complained).toContain("--size: it is about reports");
  });

  it("are all written, each once, and are then what the specs give", async () => {
    const first = await at.run("results");
    for (const name of ["reports", "claims", "index", "contexts", "coverage"])
      expect(first.printed).toMatch(new RegExp(`^${name}: .* there, \\d written`, "m"));
    const again = await at.run("results", "--check");
    expect(again.printed.match(/ what the specs give$/gm)).toHaveLength(
      PUBLICATIONS.filter(({ isByName }) => !isByName).length,
    );
    expect(again.complained).not.toContain("it is not what the specs give");
  });
});
