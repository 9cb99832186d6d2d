/** `reductions`: five modes, the same answers, and a table that says what is gained and what is in the way. */
import { describe, expect, it } from "vitest";
import { isSlower, type Measured, MODES, type Row, summary, table } from "../../checker/cli/reductions-table.ts";
import { project } from "./environment.ts";

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
    modes: { off: same, por: same, symmetry: same, all: same, usual: same },
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
        modes: { off, por: off, symmetry: half, all: half, usual: off },
        applies: { por: true, symmetry: true },
        namings: 4,
      }),
      row("two", {}),
    ];
    expect(summary(two)[1]).toBe(
      "symmetry: applies to 1 of 2 specs; geometric means: over all 2.00 times fewer states in 0.50 of the time; " +
        "over those 4.00 times fewer states in 0.25 of the time.",
    );
    const told = table(two).replaceAll("\n  ", " ");
    expect(told).toContain("- Symmetry, 1 spec: no renamable elements.");
    expect(told).toContain("- Symmetry, 1 spec: nine tenths and more of what names can give; 4.00 times fewer");
    expect(told).toContain("- Partial order, 2 specs below 2 times: most often the next row closes a loop (75 %");
    expect(table(two)).toMatch(
      /^\| two \| 100 \| 50 \| 100 \| 50 \| – \| 50 \| 100 \| 50 \| 100 \| 50 \| 1.0 \| the same \|$/m,
    );
  });

  it("names specs that are slower by more than a quarter and 0.1 s, and answers that differ", () => {
    const off = measured(100, 200);
    const slow = row("slow", {
      modes: { off, por: measured(50, 301), symmetry: off, all: measured(50, 250), usual: measured(50, 340) },
    });
    const little = measured(9, 1);
    const quick = row("quick", {
      modes: { off: little, por: measured(9, 90), symmetry: little, all: little, usual: measured(9, 100) },
    });
    const wrong = row("wrong", {
      modes: { off, por: measured(50, 100, "violated"), symmetry: off, all: off, usual: off },
    });
    expect(MODES.filter((mode) => isSlower(slow, mode))).toEqual(["por", "usual"]);
    const text = summary([slow, quick, wrong]).join("\n");
    expect(text).toContain("slower than off, as check does: 1 spec: slow.");
    expect(text).toContain("Answers that differ: wrong.");
    expect(table([wrong])).toMatch(/\| DIFFERS \|$/m);
  });
});
