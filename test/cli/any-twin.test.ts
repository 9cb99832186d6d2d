/** `any-twin`: a spec asked of the most general client of its contexts; and the table of all such answers. */
import { afterAll, describe, expect, it } from "vitest";
import type { AskedTwin, TwinAnswer } from "../../checker/answer/any-twin.ts";
import { builtins } from "../../checker/cli/models.ts";
import { pageOf, twinJob } from "../../checker/published/any-twins.ts";
import type { ContextSpec, Question } from "../../checker/spec/model.ts";
import model from "../../model/index.ts";
import { hook, nmi, task } from "../model/setup.ts";
import { lights, project } from "./environment.ts";

const slub = (script: readonly string[], upper: readonly string[], more: object = {}): object => ({
  question: "?",
  model: "slub",
  version: "6.18",
  configuration: { buckets: 1, objects: 1, slabs: ["A cpu0 free=1"] },
  contexts: [
    { name: "task0", kind: "task", script },
    { name: "nmi0", kind: "nmi", script: upper },
  ],
  ...more,
});

const at = project(
  {
    refused: slub(["kmalloc A"], ["kmalloc_nolock A"], {
      properties: ["L4"],
      expect: { verdict: "violated", violated: ["L4"] },
    }),
    ungated: slub(["kmalloc A"], ["kmalloc_nolock A"], {
      variants: ["no-is-locked-test"],
      properties: ["S1", "S9"],
      expect: { verdict: "violated", violated: ["S1", "S9"] },
    }),
    // A claim that nobody's scripts here can show to be wrong.
    short: slub(["kmalloc_nolock A"], ["kfree_nolock s0.o1"], {
      properties: ["C15"],
      configuration: { buckets: 1, objects: 2, slabs: ["A cpu0 free=1"] },
      expect: { verdict: "holds", violated: [] },
    }),
    unpinned: slub(["kmalloc A"], ["kmalloc_nolock A"], { properties: ["S3"] }),
  },
  builtins,
);
const dark = project({ dark: lights(["toggle"]) });
afterAll(() => {
  at.remove();
  dark.remove();
});

describe("any-twin", () => {
  it("finds what the spec violates, and says what the variants do for it", async () => {
    const ran = await at.run("any-twin", "ungated", "--workers", "1");
    const [first, found, control] = ran.printed.replaceAll("\n  ", " ").split("\n");
    expect(first).toBe("ungated: violated: S1 S9");
    expect(found).toMatch(/^one slab of one object: \d+ states, violated: S1 S9 /);
    expect(control).toMatch(/^without its variants, one slab of one object: \d+ states, nothing violated$/);
    expect(ran.status).toBe(0);
  });

  it("says where a search did not end, and that it is no answer", async () => {
    const ran = await at.run("any-twin", "unpinned", "--max-states", "50", "--workers", "1");
    expect(ran.printed).toContain("NOT all: the limit of 50 states was reached");
    expect(ran.status).toBe(3);
  });

  it("says what is newly violated in a spec that holds", async () => {
    const ran = await at.run("any-twin", "short", "--max-states", "20000", "--workers", "1");
    expect(ran.printed).toContain("NEWLY VIOLATED: C15");
    expect(ran.status).toBe(1);
  });

  it("says which model has none", async () => {
    const ran = await dark.run("any-twin", "dark");
    expect(ran.complained).toContain('the model "lights" does not say what its contexts may call');
    expect(ran.status).toBe(2);
  });
});

const DEFAULTS = Object.fromEntries(Object.entries(model.parameters).map(([name, p]) => [name, p.default]));
const question = (contexts: readonly ContextSpec[], more: object = {}, version = "6.18"): Question => ({
  configuration: { ...DEFAULTS, ...more },
  version,
  variants: ["no-bucket-retry"],
  contexts,
});
const twinsOf = (of: Question) => model.anyTwins?.(of) ?? [];

describe("the twins of a question", () => {
  it("have its version, variants and settings, and any calls of each kind and script", () => {
    const contexts = [task("task0", ["kmalloc B", "flush A", "kfree #1"]), nmi("nmi0", ["kfree_nolock s2.o1"])];
    const [small, , two] = twinsOf(question(contexts, { preemptRt: true }));
    expect(small?.question).toMatchObject({ version: "6.18", variants: ["no-bucket-retry"] });
    expect(small?.question.configuration).toMatchObject({ preemptRt: true, objects: 1, slabs: ["A cpu0 free=1"] });
    expect(small?.question.contexts.map(({ script }) => script)).toEqual([
      ["kmalloc A", "kmalloc_nolock A", "kfree any", "kfree_nolock any", "flush A"],
      ["kmalloc_nolock A", "kfree_nolock any"],
    ]);
    expect(two?.question.configuration.slabs).toEqual(["A cpu0 free=1", "B cpu0 free=1"]);
  });

  it("are questions that can be asked, of every version", () => {
    for (const version of Object.keys(model.versions)) {
      const contexts = [task("task0", ["kmalloc A"]), hook("hook0", ["kmalloc_nolock A"])];
      const settings = version.startsWith("7") ? { slabs: ["A partial free=2", "page"] } : {};
      for (const twin of twinsOf({ ...question(contexts, settings, version), variants: [] }))
        expect([version, twin.heap, model.problems(twin.question)]).toEqual([version, twin.heap, []]);
    }
  });

  it("leave a script that does what is done once, and what comes after it", () => {
    const contexts = [task("task0", ["destroy A"]), task("task1", ["kmalloc A"], { cpu: 0 })];
    const [small] = twinsOf(
      question([contexts[0] as ContextSpec, { ...(contexts[1] as ContextSpec), after: ["task0"] }]),
    );
    expect(small?.question.contexts[0]).toMatchObject({ script: ["destroy A"] });
    expect(small?.question.contexts[0]?.any).toBeUndefined();
    expect(small?.question.contexts[1]?.after).toBeUndefined();
    expect(small?.idle).not.toContain("L3");
  });
});

const searched = (heap: string, violated: readonly string[], incomplete: string | null = null): AskedTwin => ({
  heap,
  obstacle: null,
  states: 1234,
  incomplete,
  violated,
});
const answer = (
  spec: string,
  wanted: readonly string[],
  asked: readonly AskedTwin[],
  more: Partial<TwinAnswer> = {},
) => {
  const found = asked.flatMap(({ violated }) => violated);
  return {
    spec,
    wanted,
    asked,
    missing: wanted.filter((name) => !found.includes(name)),
    more: [...new Set(found.filter((name) => !wanted.includes(name)))],
    left: [],
    control: null,
    ...more,
  };
};

describe("the table of twins", () => {
  it("has what is found, what is not and why, and what is new", () => {
    const page = pageOf([
      answer("a", ["S1"], [searched("small", ["S1", "S3"])], { control: searched("small", []) }),
      answer("b", ["S2"], [searched("small", []), searched("its own heap", [], "the limit")]),
      answer("c", [], [searched("small", ["S4"])]),
      answer("d", [], [searched("small", [])]),
      answer("e", [], [searched("small", [], "the limit")]),
    ]);
    expect(page).toContain("1 of 2 specs with a violation have all of it");
    expect(page).toContain("| a | S1 | small | 1234 | S3 | nothing of it |");
    expect(page).toContain("| b | S2 | its own heap | over 1000000 | S2 | not searched to the end: its own heap |");
    expect(page).toContain("| c | S4 |");
    expect(page).toContain("1 hold on every heap that could be asked; 1 have a heap");
  });

  it("is made of what each spec pins", async () => {
    const env = { folders: { specs: at.path("specs"), results: at.path("results"), docs: at.path("docs") }, builtins };
    const asked = (name: string) => twinJob.answer(name, { ...env, print: () => {}, complain: () => {} });
    expect(await asked("unpinned")).toBeNull();
    expect(await asked("refused")).toMatchObject({ spec: "refused", wanted: ["L4"], missing: [], more: [] });
  });

  it("is written by its name only", async () => {
    const ran = await dark.run("results", "--help");
    expect(ran.printed.replaceAll(/\s+/g, " ")).toContain("any-twins.md: what the most general client");
  });
});
