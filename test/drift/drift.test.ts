/** Do rows still stand for lines of a tree? A made-up file of C in `tree/` has every case, and a model in `pool.ts` quotes it. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ajv } from "ajv";
import AjvDraft04 from "ajv-draft-04";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CParser, type Definition } from "../../checker/drift/c-file.ts";
import { hashOfTokens, runsOf, tokensOf } from "../../checker/drift/c-tokens.ts";
import type { Drift, FunctionDrift, ProgramDrift } from "../../checker/drift/drift.ts";
import { functionsIn } from "../../checker/drift/functions.ts";
import { longestChain } from "../../checker/drift/quotes.ts";
import { project } from "../cli/environment.ts";
import { jsonOf } from "../report/formats/asked.ts";
import { runs } from "../runs.ts";

const TREE = join(import.meta.dirname, "tree");
const calls = ["take", "flush", "put", "gone", "grow", "trylock", "alone"];
const spec = (script: readonly string[], version: string) => ({
  question: "?",
  model: "pool",
  version,
  contexts: [{ name: "task0", kind: "task", script }],
  properties: ["small"],
  deadlock: false,
});
const at = project(
  { all: spec(calls, "9.1"), fine: spec(["take"], "9.1"), lost: spec(["take", "flush"], "9.1") },
  { pool: () => import("./pool.ts") },
);
/** A copy of the tree that a test may change. */
const changed = mkdtempSync(join(tmpdir(), "nolock-tree-"));
cpSync(TREE, changed, { recursive: true });
afterAll(() => {
  at.remove();
  rmSync(changed, { recursive: true });
});

const driftOf = async (...args: readonly string[]): Promise<Drift> => {
  const { printed, complained } = await at.run("drift", ...args, "--format", "json");
  expect(complained).toBe("");
  return JSON.parse(printed).models[0];
};
const functionNamed = (drift: Drift, key: string): FunctionDrift =>
  drift.functions.find((one) => one.key === key) as FunctionDrift;
const programNamed = (drift: Drift, name: string): ProgramDrift =>
  drift.programs.find(({ program }) => program === name) as ProgramDrift;
const linesOf = ({ rows }: ProgramDrift) =>
  Object.fromEntries(rows.map(({ label, at: where }) => [label, where?.line]));

describe("drift", () => {
  let drift: Drift;
  beforeAll(async () => {
    drift = await driftOf(TREE);
  });

  it("says of each function whether it is there, and where", () => {
    const found = drift.functions.map(({ key, is, at: where }) => [key, is, where.map(({ line }) => line)]);
    expect(Object.fromEntries(found.map(([key, ...rest]) => [key, rest]))).toEqual({
      "mm/pool.c pool_take()": ["there", [20, 26]],
      "mm/pool.c pool_flush()": ["there", [60]],
      "mm/pool.c pool_put()": ["elsewhere", [1]],
      "mm/pool.c pool_shrink()": ["gone", []],
      "mm/pool.c __pool_grow()": ["there", [12]],
      "mm/pool.c pool_trylock()": ["there", [49]],
      "include/linux/pool.h __pool_first()": ["there", [1]],
      "mm/pool.c pool_old()": ["gone", []],
    });
    expect(functionNamed(drift, "mm/pool.c pool_put()").at[0]?.file).toBe("mm/moved.c");
    expect(drift.ownPrograms).toBe(1);
  });

  it("finds quotations in either branch of an #ifdef, in macros, guards and inlined helpers, past comments and directives", () => {
    expect(linesOf(programNamed(drift, "pool_take"))).toEqual({
      rt: 22,
      first: 3,
      lock: 31,
      item: 32,
      count: 37,
      event: 44,
      wake: 42,
    });
    expect(linesOf(programNamed(drift, "pool_trylock"))).toEqual({ pin: 53, try: 54 });
    expect(programNamed(drift, "pool_take").rows.every(({ missing }) => missing.length === 0)).toBe(true);
  });

  it("says which quotation is lost, and which stands before an earlier row", () => {
    const lost = programNamed(drift, "pool_flush").rows.filter(({ missing }) => missing.length > 0);
    expect(lost.map(({ label, missing }) => [label, missing])).toEqual([["lost", ["p->count = 1;"]]]);
    const early = programNamed(drift, "pool_take").rows.filter(({ outOfOrder }) => outOfOrder);
    expect(early.map(({ label }) => label)).toEqual(["first", "wake"]);
  });

  it("names statements that no row quotes: lock operations, calls and shared fields first", () => {
    const { unquoted } = functionNamed(drift, "mm/pool.c pool_take()");
    expect(unquoted.map(({ kind, line, text }) => [kind, line, text])).toEqual([
      ["call", 23, "return __pool_first(p);"],
      ["shared", 40, "p->taken++;"],
      ["local", 29, "int left = 0;"],
      ["local", 34, "stat(p, POOL_EMPTY);"],
      ["local", 45, "return item;"],
    ]);
    // Of a helper only what is quoted matters.
    expect(functionNamed(drift, "include/linux/pool.h __pool_first()").unquoted).toEqual([]);
    const trylock = functionNamed(drift, "mm/pool.c pool_trylock()").unquoted.map(({ text }) => text);
    expect(trylock).toEqual(["preempt_enable();", "(!__got)", "__got;"]);
  });

  it("ends with 1 where something has drifted, with 0 where nothing has, and refuses what it cannot read", async () => {
    expect((await at.run("drift", TREE)).status).toBe(1);
    const fine = await at.run("drift", TREE, "--functions", "pool_take");
    expect([fine.status, fine.printed.split("\n")[0]]).toEqual([0, "IN STEP: pool 9.1 against a tree of 9.1.2"]);
    for (const [args, said] of [
      [[], "no tree is named"],
      [[TREE, TREE], "one tree at a time"],
      [[at.dir], "it is no tree of a kernel"],
      [[TREE, "--version", "8.0"], "no model has a version 8.0"],
      [[TREE, "--functions", "pool_tak"], 'did you mean "pool_take"?'],
      [[TREE, "--write", "--version", "9.0"], "the tree is of 9.1.2, and pool 9.0 was not written from it"],
      [["--files", "--write"], "--files"],
    ] as const) {
      const ran = await at.run("drift", ...args);
      expect([args, ran.status, ran.complained.includes(said)]).toEqual([args, 2, true]);
    }
  });

  it("asks the rows of the version that is named", async () => {
    const rows = programNamed(await driftOf(TREE, "--version", "9.0"), "pool_flush").rows;
    expect(rows.filter(({ missing }) => missing.length > 0)).toEqual([]);
  });

  it("prints the files that rows name", async () => {
    const { printed } = await at.run("drift", "--files");
    expect(printed).toBe("Makefile\ninclude/linux/pool.h\nmm/pool.c\n");
  });

  it("tells it in SARIF, at lines of the C", async () => {
    const { printed } = await at.run("drift", TREE, "--format", "sarif");
    const isSarif = new AjvDraft04.default({ strict: false, validateFormats: false, unicodeRegExp: false }).compile(
      jsonOf("../schemas/sarif-2.1.0-rtm.5.json"),
    );
    const log = JSON.parse(printed);
    expect([isSarif(log), isSarif.errors]).toEqual([true, null]);
    const results: readonly { ruleId: string; level: string; locations: readonly unknown[] }[] = log.runs[0].results;
    const lost = results.find(({ ruleId }) => ruleId === "quotation-lost");
    expect(lost?.locations).toEqual([
      {
        physicalLocation: { artifactLocation: { uri: "mm/pool.c", uriBaseId: "TREE" }, region: { startLine: 60 } },
      },
    ]);
    expect(new Set(results.map(({ ruleId }) => ruleId))).toEqual(
      new Set(["function-gone", "function-elsewhere", "quotation-lost", "unquoted"]),
    );
  });

  it("tells it in JSON as the schema has it, in Markdown, and in a file", async () => {
    const isDrift = new Ajv({ strict: true, allowUnionTypes: true }).compile(
      JSON.parse(readFileSync(new URL("../../schema/drift.schema.json", import.meta.url), "utf8")),
    );
    const { printed } = await at.run("drift", TREE, "--format", "json");
    expect([isDrift(JSON.parse(printed)), isDrift.errors]).toEqual([true, null]);
    expect(isDrift({ inStep: true })).toBe(false);
    const file = at.path("drift.md");
    const ran = await at.run("drift", TREE, "--format", "markdown", "--out", file);
    expect(ran.printed).toBe((await at.run("drift", TREE)).printed);
    expect(readFileSync(file, "utf8")).toContain("| mm/pool.c pool\\_shrink() | gone | 1 | 1 |");
  });
});

describe("what is recorded", () => {
  const recorded = at.path("recorded");
  const POOL = join(changed, "mm/pool.c");
  const original = readFileSync(POOL, "utf8");
  const kept = project({ fine: spec(["take", "trylock"], "9.1") }, { pool: () => import("./pool.ts") });
  afterAll(kept.remove);
  const run = async (...args: readonly string[]) => {
    const { main } = await import("../../checker/commands/main.ts");
    const said: string[] = [];
    const status = await main(args, {
      folders: {
        specs: kept.path("specs"),
        results: kept.path("results"),
        docs: kept.path("docs"),
        recorded: { pool: recorded },
      },
      builtins: { pool: () => import("./pool.ts") },
      print: (text) => said.push(text),
      complain: (text) => said.push(text),
    });
    return { status, said: said.join("").replace(/\s+/g, " ") };
  };
  const withPool = async (text: string, ...args: readonly string[]) => {
    writeFileSync(POOL, text);
    return run("drift", changed, ...args);
  };

  beforeAll(async () => {
    at.put("recorded/none", "");
    expect((await run("drift", TREE, "--write")).status).toBe(0);
  });

  it("is a hash of tokens: comments, layout and spaces are no matter", async () => {
    const spaced = original.replaceAll("\n\t", "\n\t\t ").replace("declares, and does nothing", "says something else");
    expect((await withPool(spaced)).status).toBe(0);
    expect(JSON.parse(readFileSync(join(recorded, "9.1.json"), "utf8")).kernel).toBe("9.1.2");
  });

  it("tells a function of other tokens, with the statements that are new", async () => {
    const { status, said } = await withPool(
      original.replace("pool_wake(p);\n\tthis_cpu", "pool_wake(p);\n\tpool_log(p);\n\tthis_cpu"),
    );
    expect(status).toBe(1);
    expect(said).toContain("pool_take(): line 20, 26, 7 of 7 quotations there, tokens CHANGED");
    expect(said).toContain("new 44: pool_log(p);");
    expect(said).not.toContain("written from is gone");
  });

  it("counts statements that are gone", async () => {
    const { said } = await withPool(original.replace("\t\tstat(p, POOL_EMPTY);\n", ""));
    expect(said).toContain("1 statement that it was written from is gone");
  });

  it("notices a token in a branch that no configuration of ours builds, and one in a macro", async () => {
    for (const [from, to] of [
      ["CONFIG_POOL_STATS", "CONFIG_POOL_COUNT"],
      ["rt_pool_lock", "rt_pool_trylock"],
      ["preempt_enable();", "preempt_enable_no_resched();"],
    ] as const)
      expect((await withPool(original.replace(from, to))).status).toBe(1);
  });

  it("is asked for: a function of which nothing is recorded has drifted", async () => {
    const path = join(recorded, "9.1.json");
    const whole = readFileSync(path, "utf8");
    const { "mm/pool.c pool_take()": _, ...rest } = JSON.parse(whole).functions;
    writeFileSync(path, JSON.stringify({ kernel: "9.1.2", functions: rest }));
    expect((await withPool(original)).said).toContain("tokens NOT RECORDED");
    writeFileSync(path, "{");
    const damaged = await withPool(original);
    expect([damaged.status, damaged.said.includes("it is damaged")]).toEqual([2, true]);
    writeFileSync(path, whole);
    expect((await withPool(original)).status).toBe(0);
  });
});

describe("check --tree", () => {
  it("says whether the rows that the answer stands on are there", async () => {
    const fine = await at.run("check", "fine", "--tree", TREE);
    expect([fine.status, fine.printed.replace(/\s+/g, " ")]).toEqual([
      0,
      expect.stringContaining("tree: the rows that this stands on match 9.1.2: 5 quotations of 3 functions"),
    ]);
    const lost = await at.run("check", "lost", "--tree", TREE);
    expect(lost.status).toBe(fine.status);
    expect(lost.printed.replace(/\s+/g, " ")).toContain("do NOT all match 9.1.2");
    expect(lost.printed).toContain("not there: pool_flush: lost");
    const { tree } = JSON.parse((await at.run("check", "lost", "--tree", TREE, "--format", "json")).printed);
    expect(tree).toMatchObject({ kernel: "9.1.2", inStep: false, lost: ["pool_flush: lost"], drifted: [] });
    expect((await at.run("check", "fine")).printed).not.toContain("tree:");
  });

  it("is refused for all specs, and for what is no tree", async () => {
    expect((await at.run("check", "--all", "--tree", TREE)).status).toBe(2);
    expect((await at.run("check", "fine", "--tree", at.dir)).complained).toContain("it is no tree of a kernel");
  });
});

describe("tokens", () => {
  const words = (text: string) => tokensOf(text).map((token) => token.text);

  it("are those of C", () => {
    expect(words("a->b++ <<= 0x1fUL; /* c */ 'x' \"s /* t */\" // d\n...")).toEqual([
      "a",
      "->",
      "b",
      "++",
      "<<=",
      "0x1fUL",
      ";",
      "'x'",
      '"s /* t */"',
      "...",
    ]);
    expect(
      tokensOf("a\n#if B \\\n C\nd")
        .filter((token) => token.directive)
        .map((token) => token.text),
    ).toEqual(["#", "if", "B", "C"]);
  });

  it("are the same whatever stands between", () => {
    const between = fc.constantFrom(" ", "\n", "\t", "/* c */", " // c\n", "\\\n");
    const token = fc.constantFrom("a", "->", "++", "(", ")", "1.5e-3", '"s"', "'\\''", "#x", "<<=", "...", "else");
    fc.assert(
      fc.property(fc.array(fc.tuple(token, between)), (parts) => {
        const plain = tokensOf(parts.map(([text]) => text).join(" "));
        const other = tokensOf(parts.map(([text, gap]) => text + (gap === "\\\n" ? " \\\n" : gap)).join(""));
        const is = (tokens: typeof plain) => tokens.map(({ text }) => text);
        expect(is(other)).toEqual(is(plain));
        expect(hashOfTokens(other)).toBe(hashOfTokens(plain));
      }),
      runs(200),
    );
  });

  it("of a quotation are runs that .. separates, without its comments and braces", () => {
    const runsIn = (quote: string) => runsOf(quote).map((run) => run.words.join(" "));
    expect(runsIn("(model) nobody's line")).toEqual([]);
    expect(runsIn("if (a) { b(..); .. } /* c .. d */")).toEqual(["if ( a ) b (", ") ;"]);
    expect(runsIn("f(x, ...);")).toEqual(["f ( x , ... ) ;"]);
  });
});

describe("functions that a text names", () => {
  it("are of the file that stands before them", () => {
    expect(functionsIn("v7.3.4 mm/slub.c a(), b(), include/linux/list.h list_add()")).toEqual([
      { file: "mm/slub.c", name: "a" },
      { file: "mm/slub.c", name: "b" },
      { file: "include/linux/list.h", name: "list_add" },
    ]);
    expect([functionsIn(null), functionsIn("irq_work interrupt")]).toEqual([[], []]);
  });
});

describe("the longest chain", () => {
  /** By trying every choice. */
  const byTrying = (lists: readonly (readonly number[])[], from = 0, least = Number.NEGATIVE_INFINITY): number => {
    const list = lists[from];
    if (!list) return 0;
    const taking = list.filter((value) => value >= least).map((value) => 1 + byTrying(lists, from + 1, value));
    return Math.max(byTrying(lists, from + 1, least), ...taking);
  };

  it("is as long as any choice gives, in order, and each from its own list", () => {
    const lists = fc.array(fc.array(fc.nat(9), { maxLength: 3 }), { maxLength: 6 });
    fc.assert(
      fc.property(lists, (given) => {
        const taken = longestChain(given).flatMap((index, i) => (index === null ? [] : [given[i]?.[index] as number]));
        expect(taken).toHaveLength(byTrying(given));
        expect(taken).toEqual([...taken].sort((a, b) => a - b));
      }),
      runs(200),
    );
  });
});

describe("a file of C", () => {
  it("gives each function once, whoever finds it", async () => {
    const parser = await CParser.start();
    const text = readFileSync(join(TREE, "mm/pool.c"), "utf8");
    const names = new Set(["__pool_grow", "pool_take", "pool_trylock", "pool_flush", "_pool_grow"]);
    const told = ({ name, line, isMacro }: Definition) => [name, line, isMacro];
    expect(parser.definitions(text, names).map(told)).toEqual([
      ["__pool_grow", 12, false],
      ["pool_take", 20, false],
      ["pool_take", 26, false],
      ["pool_trylock", 49, true],
      ["pool_flush", 60, false],
    ]);
  });

  it("has every statement of a function once, in the order of the text", async () => {
    const parser = await CParser.start();
    const [flush] = parser.definitions(readFileSync(join(TREE, "mm/pool.c"), "utf8"), new Set(["pool_flush"]));
    expect(flush?.statements.map(({ line, text }) => [line, text])).toEqual([
      [62, "scoped_guard(irqsave, &p->lock)"],
      [63, "for (int i = 0; i < p->count; i++)"],
      [64, "p->items[i] = NULL;"],
      [65, "p->count = 0;"],
      [67, "pool_wake(p);"],
    ]);
  });
});
