/**
 * `reductions`: five ways, the same answers, and a table that says what is gained and what is in the way. With `--stubborn`
 * what stubborn sets give beyond the rule of the search.
 */
import { describe, expect, it } from "vitest";
import { isSlower, type Measured, type Row, summary, table, WAYS } from "../../checker/cli/reductions-table.ts";
import { type Compared, summary as meansOf, table as tableOf } from "../../checker/cli/stubborn-table.ts";
import { lights, project } from "./environment.ts";

const at = project({});
const example = (name: string): string => new URL(`../../examples/${name}.json`, import.meta.url).pathname;

const measured = (states: number, ms: number, answer = "holds"): Measured => ({
  states,
  transitions: states,
  ms,
  answer,
});
const row = (spec: string, rest: Partial<Row>): Row => {
  const same = measured(100, 50);
  return {
    spec,
    ways: { off: same, por: same, symmetry: same, all: same, usual: same },
    applies: { por: true, symmetry: false },
    hindrances: new Map([["closes a loop", 3] as const, ["nothing", 1] as const]),
    namings: 1,
    areAlikeAtFirst: false,
    ...rest,
  };
};

describe("reductions", () => {
  it("measures off, each alone, and all together", async () => {
    const { printed, status } = await at.run("reductions", example("once"), example("twins"));
    const untimed = printed.replace(/\d+ ms/g, "- ms");
    expect(untimed).toMatch(
      /once.json: off 256 states - ms, partial order 9 states - ms, symmetry 256 states - ms, all together 9 states - ms, as check does 256 states - ms\n/,
    );
    expect(untimed).toMatch(
      /twins.json: off 256 states - ms, partial order 256 states - ms, symmetry 9 states - ms, all together 9 states - ms, as check does 256 states - ms\n/,
    );
    expect(untimed).toContain("symmetry: applies to 1 of 2 specs");
    expect(untimed).toContain("Answers that differ: none.");
    expect(status).toBe(0);
    at.remove();
  });

  it("takes a mean over all specs and over those that a reduction applies to", () => {
    const off = measured(100, 200);
    const half = measured(25, 50);
    const two = [
      row("one", {
        ways: { off, por: off, symmetry: half, all: half, usual: off },
        applies: { por: true, symmetry: true },
        namings: 4,
      }),
      row("two", {}),
    ];
    expect(summary(two)[1]).toBe(
      "symmetry: applies to 1 of 2 specs; geometric means: over all 2.00 times fewer states in 0.50 of the time; " +
        "over those 4.00 times fewer states in 0.25 of the time.",
    );
    expect(table(two)).toContain("- Symmetry, 1 spec: no renamable elements.");
    expect(table(two)).toContain("- Symmetry, 1 spec: nine tenths and more of what names can give; 4.00 times fewer");
    expect(table(two)).toContain("- Partial order, 2 specs below 2 times: most often the next row closes a loop (75 %");
    expect(table(two)).toMatch(
      /^\| two \| 100 \| 50 \| 100 \| 50 \| – \| 50 \| 100 \| 50 \| 100 \| 50 \| 1.0 \| the same \|$/m,
    );
  });

  it("names specs that are slower by more than a quarter and 0.1 s, and answers that differ", () => {
    const off = measured(100, 200);
    const slow = row("slow", {
      ways: { off, por: measured(50, 301), symmetry: off, all: measured(50, 250), usual: measured(50, 340) },
    });
    const little = measured(9, 1);
    const quick = row("quick", {
      ways: { off: little, por: measured(9, 90), symmetry: little, all: little, usual: measured(9, 100) },
    });
    const wrong = row("wrong", {
      ways: { off, por: measured(50, 100, "violated"), symmetry: off, all: off, usual: off },
    });
    expect(WAYS.filter((way) => isSlower(slow, way))).toEqual(["por", "usual"]);
    const text = summary([slow, quick, wrong]).join("\n");
    expect(text).toContain("slower than off, as check does: 1 spec: slow.");
    expect(text).toContain("Answers that differ: wrong.");
    expect(table([wrong])).toMatch(/\| DIFFERS \|$/m);
  });
});

describe("reductions --stubborn", () => {
  it("compares the rule of the search, the same made finer, and stubborn sets", async () => {
    const { printed, status } = await at.run("reductions", "--stubborn", example("once"), example("peterson"));
    expect(printed.replace(/\d+ ms/g, "- ms")).toContain(
      "once.json: off 256 states - ms, one alone 9, 9 states - ms, one alone, finer 9, 9 states - ms, stubborn sets 9, 9 states - ms\n",
    );
    expect(printed).toMatch(/stubborn sets: geometric means over 2 specs: [\d.]+ times fewer states with all kept/);
    expect(printed).toContain("Answers that differ: none.");
    expect(status).toBe(0);
  });

  it("takes all specs of size ci where none is named", async () => {
    const own = project({ one: lights(["toggle"]) });
    const { printed, complained } = await own.run("reductions", "--stubborn");
    expect(complained).toBe("");
    expect(printed).toMatch(/^one: off \d+ states/);
    expect(printed).toContain("Left out: none.");
    own.remove();
  });

  it("tells means, who keeps fewer, what is left out, and answers that differ", () => {
    const kept = (states: number, ms: number, answer = "holds") => ({
      all: { states, ms, answer },
      some: { states, ms, answer },
    });
    const off = { states: 100, ms: 10, answer: "holds" };
    const rows: Compared[] = [
      { spec: "one", off, rules: { alone: kept(100, 10), finer: kept(50, 10), stubborn: kept(25, 20) } },
      { spec: "two", off, rules: { alone: kept(100, 10), finer: kept(50, 10), stubborn: kept(100, 20, "violated") } },
    ];
    const text = meansOf(rows, ["3 with more than 5000 states"]).join("\n");
    expect(text).toContain(
      "stubborn sets: geometric means over 2 specs: 2.00 times fewer states with all kept; 2.00 times",
    );
    expect(text).toContain("in 2.00 of the time.");
    expect(text).toContain("fewer states than one alone, finer: 1 of 2 specs; more: 1.");
    expect(text).toContain("Left out: 3 with more than 5000 states.\nAnswers that differ: two.");
    expect(tableOf(rows, [])).toMatch(/^\| one \| 100 \| 10 \| 100 \| 100 \| 10 \| 50 \| .* \| the same \|$/m);
    expect(tableOf(rows, [])).toMatch(/^\| two .* \| DIFFERS \|$/m);
  });
});
