/** Which counterexample does not pass a row, and which rows does each pass? */
import { runSearching } from "../engine/run.ts";
import type { System } from "../language/index.ts";
import type { Command, Label } from "../language/system.ts";
import { hashOf } from "../link/hash.ts";
import type { Lengthy } from "../reference/progress.ts";
import { traceOf } from "../reference/trace.ts";
import { mendName, SpecError } from "../spec/problems.ts";
import type { Outcome, Trace } from "./outcome.ts";

/** In the place of a row: one that the shown counterexample passes and another one does not. */
export const ANY = "any";

/** States of the graph that is left. */
const MOST_STATES = 2_000_000;

const AVOIDED = "(avoided)";

export const rowOf = ({ program, rowLabel }: Label): string => `${program}: ${rowLabel}`;

/** Throws `SpecError` for a name that is no row which a context reaches. */
export function refuseNoRow({ labels }: System, rows: readonly string[]): void {
  const known = [...new Set(labels.flatMap((label) => (label ? [rowOf(label)] : [])))];
  for (const row of rows) {
    if (row === ANY || known.includes(row)) continue;
    const what = `"${row}" is no row that a context reaches`;
    throw new SpecError([{ where: "--another", what, mend: mendName(row, [...known, ANY], "row") }]);
  }
}

/**
 * The system in which a run ends where it would pass one of these rows. The step is there, so that nothing else goes on in
 * its place and nothing is a deadlock for want of it; what it leads to is not.
 */
export function avoiding(system: System, rows: readonly string[]): System {
  const why = `passes ${rows.join(", ")}`;
  const ended = (command: Command): Command => ({
    ...command,
    effect: [],
    target: null,
    fails: { property: AVOIDED, why },
    checks: [],
    witnesses: [],
  });
  const changed = new Map<number, Command>();
  const labels = system.labels.map((label) => {
    if (!label || !rows.includes(rowOf(label))) return label;
    const entries = label.entries.map((members) => members.map(ended));
    for (const command of entries.flat()) changed.set(command.id, command);
    return { ...label, entries };
  });
  const { hash: _, ...rest } = system;
  const without = {
    ...rest,
    labels,
    commands: system.commands.map((command) => changed.get(command.id) ?? command),
    properties: [...system.properties, { name: AVOIDED, sentence: "", clauses: [] }],
  };
  return { ...without, hash: hashOf(without) };
}

/** The shortest counterexample of a property that passes none of the rows; null where there is none, or why nobody knows. */
function* shortestAvoiding(
  system: System,
  property: string,
  rows: readonly string[],
  signal?: AbortSignal,
): Lengthy<Trace | string | null> {
  const without = avoiding(system, rows);
  const options = { exploreAll: true, maxStates: MOST_STATES, ...(signal ? { signal } : {}) };
  const { result } = yield* runSearching(without, options);
  const found = result.violations.find((one) => one.property === property);
  // Names and numbers of steps are those of the system itself, in which they are replayed.
  if (found) return traceOf(system, property, found.why, result.trace(found.at));
  return result.complete ? null : (result.incomplete ?? "the search did not finish");
}

/**
 * The outcome with a counterexample of the same property that passes none of the rows, and a note of which they are.
 * Where every counterexample passes one of them, the note says that, and the counterexample is what it was.
 */
export function* withAnother(outcome: Outcome, asked: readonly string[], signal?: AbortSignal): Lengthy<Outcome> {
  const { system, trace, violations } = outcome;
  if (!trace) return noted(outcome, "--another: nothing is violated, so there is no counterexample");
  const { property } = trace;
  const { verdict } = violations.find((one) => one.property === property) ?? {};
  if (
    verdict === "noProgress" &&
    [...system.alwaysPossible, ...system.liveness].some((goal) => goal.property === property)
  )
    return noted(outcome, `--another: ${property} is about all that may follow, not about one path`);
  const rows = asked.filter((row) => row !== ANY);
  if (!asked.includes(ANY)) {
    const other = yield* shortestAvoiding(system, property, rows, signal);
    const name = rows.join(", ");
    if (other === null) return noted(outcome, `every counterexample of ${property} passes ${name}`);
    if (typeof other === "string")
      return noted(outcome, `--another: none was found that does not pass ${name}: ${other}`);
    return noted({ ...outcome, trace: other }, `the counterexample is the shortest that does not pass ${name}`);
  }
  const passed = [...new Set(trace.steps.map(({ label }) => rowOf(label)))].filter((row) => !rows.includes(row));
  const always: string[] = [];
  for (const row of passed.toReversed()) {
    const other = yield* shortestAvoiding(system, property, [...rows, row], signal);
    if (other === null) always.push(row);
    else if (typeof other === "string") return noted(outcome, `--another: not searched to the end: ${other}`);
    else {
      const name = [...rows, row].join(", ");
      const others = always.length > 0 ? `; every one passes ${always.toReversed().join(", ")}` : "";
      return noted(
        { ...outcome, trace: other },
        `the counterexample is the shortest that does not pass ${name}${others}`,
      );
    }
  }
  return noted(
    outcome,
    `every counterexample of ${property} passes all ${passed.length} rows of the one that is shown`,
  );
}

const noted = (outcome: Outcome, note: string): Outcome => ({ ...outcome, notes: [...outcome.notes, note] });
