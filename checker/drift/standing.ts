/** Do the rows that an answer stands on match a tree? Those that its system has after all that its configuration decides. */
import type { Program } from "../language/programs.ts";
import type { System } from "../language/system.ts";
import type { TreeFacts } from "../report/tree.ts";
import { type AskedProgram, type Drift, type FunctionDrift, hasDrifted, isInStep, isLost } from "./drift.ts";

/** Programs with the rows that are steps of a system, the calls that lead to them, and the choices that were made. */
export function standingOn({ programs, labels }: System): readonly AskedProgram[] {
  const kept = new Map<string, Set<string>>();
  const keep = (program: string, label: string): void =>
    void kept.set(program, (kept.get(program) ?? new Set()).add(label));
  for (const label of labels) {
    if (!label) continue;
    keep(label.program, label.rowLabel);
    for (const [i, { callLabel }] of label.stack.entries())
      if (callLabel !== "") keep(label.stack[i - 1]?.program as string, callLabel);
  }
  const own = new Set(labels.map((label) => label?.stack[0]?.program));
  return Object.values(programs as Readonly<Record<string, Program>>).flatMap((program) => {
    const rows = Object.entries(program.rows).filter(
      ([label, row]) => row.kind === "select" || kept.get(program.name)?.has(label),
    );
    return own.has(program.name) || !kept.has(program.name) ? [] : [{ ...program, rows: Object.fromEntries(rows) }];
  });
}

const whatOf = ({ key, is, at, tokens }: FunctionDrift): string =>
  ({
    gone: `${key} is gone`,
    elsewhere: `${key} is in ${at[0]?.file}`,
    there: `${key} ${tokens === "changed" ? "has changed" : "is not recorded"}`,
  })[is];

export function treeFacts(drift: Drift): TreeFacts {
  const { kernel, programs, functions } = drift;
  return {
    kernel,
    inStep: isInStep(drift),
    rows: programs.reduce((sum, { rows }) => sum + rows.length, 0),
    functions: functions.length,
    lost: programs.flatMap(({ program, rows }) => rows.filter(isLost).map(({ label }) => `${program}: ${label}`)),
    drifted: functions.filter(hasDrifted).map(whatOf),
  };
}
