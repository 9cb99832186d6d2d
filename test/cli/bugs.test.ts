/** `results bugs`: every figure comes from a search, and a table that names what is not so is no success. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Bug, Model } from "../../checker/spec/model.ts";
import { lights, project } from "./environment.ts";

const bug: Bug = {
  about: "all of them | at once",
  source: "the electrician",
  fix: "not merged",
  shown: ["lit"],
  mended: ["dark"],
};

const withBugs = (bugs: Readonly<Record<string, Bug>>) => ({
  lights: async (): Promise<{ default: Model }> => {
    const { default: model } = await import("../spec/fixtures/lights.ts");
    return { default: { ...model, bugs } };
  },
});

const specs = {
  dark: lights(["toggle"]),
  lit: {
    ...lights([]),
    contexts: ["a", "b", "c"].map((name) => ({ name, kind: "task", script: ["toggle"] })),
    expect: { verdict: "violated", violated: ["someDark"] },
  },
  // Nobody names it, so nobody searches it.
  unnamed: lights(["toggle"], { expect: { verdict: "violated", violated: ["someDark"] } }),
};

async function ran(bugs: Readonly<Record<string, Bug>>) {
  const at = project(specs, withBugs(bugs));
  const { status, complained } = await at.run("results", "bugs");
  const page = status === 2 ? "" : readFileSync(join(at.dir, "results", "bugs.md"), "utf8");
  at.remove();
  return { status, complained, page };
}

describe("the table of bugs", () => {
  it("has what the searches of its specs found: two of three lights' tasks are enough", async () => {
    const { status, complained, page } = await ran({
      B1: bug,
      B2: { ...bug, shown: [], mended: [], notShown: "there are no doors" },
    });
    expect([status, complained]).toEqual([0, ""]);
    expect(page).toContain(
      "| B1 | all of them \\| at once | the electrician | [lit](lit.txt) (plain) | someDark: 2 | someDark: 2 contexts (task, task), 2 steps | not merged | [dark](dark.txt) (plain) |",
    );
    expect(page).toContain(
      "| B2 | all of them \\| at once | the electrician | not shown: there are no doors | - | - |",
    );
  });

  it("is not believed where a spec does not do what its column says, or nobody says why there is none", async () => {
    const { status, complained } = await ran({
      B1: { ...bug, shown: ["dark"], mended: ["lit"] },
      B2: { ...bug, shown: [] },
      B3: { ...bug, shown: ["unnamed"] },
    });
    expect(status).toBe(1);
    expect(complained.split("\n").filter((line) => line !== "")).toEqual([
      "B1: dark is to show it, and violates nothing (holds)",
      "B1: lit is to hold with it mended, and does not (violated)",
      "B2: no spec shows it, and nobody says why",
      "B3: unnamed: its search is not what it pins. Run `npm run check -- unnamed`",
      "B3: unnamed is to show it, and violates nothing (holds)",
    ]);
  });

  it("is refused where it names a spec that there is not", async () => {
    const { status, complained } = await ran({ B1: { ...bug, shown: ["lid"] } });
    expect([status, complained]).toEqual([2, expect.stringContaining('bug B1: no spec is called "lid"')]);
    expect(complained).toContain("lit");
  });
});
