/** Is what `--eval` says what the states along the counterexample hold? */
import { expect, it } from "vitest";
import { check } from "../../checker/answer/check.ts";
import { builtins } from "../../checker/cli/models.ts";
import { findSpec, folders } from "../../checker/cli/specs.ts";
import { cellsOf, showCell, valueAt } from "../../checker/language/cells.ts";
import { evaluatedLines } from "../../checker/report/evaluated.ts";
import { loadSpec } from "../../checker/spec/load.ts";

it("every cell of a counterexample, by the name that a trace calls it", async () => {
  const loaded = await loadSpec(findSpec("hooks/hook-cuts-freelist", folders), builtins);
  const { system } = loaded;
  const cells = cellsOf(system).filter(({ shape, path }) => shape !== null && path[0] !== "local");
  const { trace, evaluated, asked } = check(loaded, { evaluate: cells.map(({ name }) => name) });
  expect(evaluated).toHaveLength(cells.length);
  let changes = 0;
  for (const [i, { expression, values }] of evaluated.entries()) {
    const cell = cells[i] as (typeof cells)[0];
    expect(expression).toBe(cell.name);
    const states = [trace?.start, ...(trace?.steps ?? []).map(({ after }) => after)];
    for (const [after, state] of states.entries()) {
      if (!state) continue;
      const known = values.findLast((one) => one.after <= after);
      expect([expression, after, known?.value]).toEqual([
        expression,
        after,
        showCell(cell, valueAt(state, cell.path), system),
      ]);
    }
    changes += values.length - 1;
  }
  expect(changes).toBeGreaterThan(20);
  expect(asked).toEqual(expect.arrayContaining(["--eval", cells[0]?.name]));
  for (const line of evaluatedLines({ evaluated })) expect(line.length).toBeLessThanOrEqual(72);
});

it("a local where its context keeps it, and '-' where not, as the trace says", async () => {
  const loaded = await loadSpec(findSpec("hooks/hook-cuts-freelist", folders), builtins);
  const first = check(loaded).trace;
  const local = first?.steps.flatMap(({ changes }) => changes).find(({ cell }) => /^task0\.\w+$/.test(cell));
  expect(local).toBeDefined();
  const { evaluated } = check(loaded, { evaluate: [local?.cell as string] });
  expect(evaluated[0]?.values[0]).toEqual({ after: 0, value: "-" });
  expect(evaluated[0]?.values.map(({ value }) => value)).toContain(local?.to);
});
