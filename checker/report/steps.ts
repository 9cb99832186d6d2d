/** The table of steps: what each changed, which row of which program it is, and how sure that row is. */

import type { Trace, TraceStep } from "../answer/outcome.ts";
import { cellsOf } from "../language/cells.ts";
import type { RowMeta } from "../language/programs.ts";
import type { System } from "../language/system.ts";
import { beginsWith } from "../reference/starts.ts";
import { wayOf } from "../reference/ways.ts";
import { ascii, WIDTH, wrap } from "../text/wrap.ts";
import { accountsOf } from "./accounts.ts";
import { type Detail, FOR_EVER, isFrameEdge } from "./scenario.ts";

/** Steps that a short table shows: those nearest to the violation. */
const MOST_STEPS = 16;

/**
 * "full": every step with all that changed. "short": the steps that change shared cells, with those; not the coming
 * and going of frames, which the scenario draws, nor what is kept account of for other properties. Notes of all rows that the trace used stand below, once.
 */
export function stepTable(system: System, trace: Trace, detail: Detail): string[] {
  const { own, all } = accountsOf(system, trace.property);
  const isOther = (field: string): boolean => field === "local" || (all.has(field) && !own.has(field));
  const shared = new Set(cellsOf(system).flatMap(({ path, name }) => (isOther(String(path[0])) ? [] : [name])));
  const changesOf = ({ changes }: TraceStep): TraceStep["changes"] =>
    detail === "full" ? changes : changes.filter(({ cell }) => shared.has(cell));
  const isLast = ({ number }: TraceStep): boolean => number === trace.steps.length;
  const changing = trace.steps.filter(
    (step) => detail === "full" || isLast(step) || (changesOf(step).length > 0 && !isFrameEdge(system, step)),
  );
  const shown = detail === "full" ? changing : changing.slice(-MOST_STEPS);
  const last = shown.length < changing.length ? `the last ${shown.length} of ${changing.length}` : `${shown.length}`;
  const title =
    shown.length === trace.steps.length
      ? `All ${shown.length} steps, with what changed:`
      : `Steps that change what is shared (${last}; --trace full shows all ${trace.steps.length}):`;
  const numbers = String(trace.steps.length).length + 1;
  const { loop = trace.steps.length } = trace;
  const firstAgain = shown.find(({ number }) => number > loop);
  const rows = shown.flatMap((step) => [
    ...(step === firstAgain ? [`  ${FOR_EVER}`] : []),
    ...stepLines(system, step, String(step.number).padStart(numbers), effectsOf(step, changesOf(step))),
  ]);
  return [...wrap(title, { rest: "  " }), ...beginningOf(system, trace), ...rows, ...notesOf(trace)];
}

/** Where a run begins that may begin in several states. */
function beginningOf(system: System, { start }: Trace): string[] {
  const cells = beginsWith(system, start).map(([cell, value]) => `${cell} = ${value}`);
  return cells.length === 0 ? [] : wrap(`begins with ${cells.join(", ")}`, { first: "  ", rest: "    " });
}

/** What a step chose and changed, an item each. */
export const effectsOf = ({ chosen }: TraceStep, changes: TraceStep["changes"]): string[] => [
  ...chosen.map(({ set, value }) => `${set} ${value} is chosen`),
  ...changes.map(({ cell, from, to }) => (from === "(unset)" ? `${cell} = ${to}` : `${cell}: ${from} -> ${to}`)),
];

/** One step: who, which row, the C; below it what else there is to say. */
export function stepLines(
  system: System,
  step: Pick<TraceStep, "label" | "context" | "command">,
  number: string,
  below: readonly string[],
): string[] {
  const { label, context } = step;
  const row = `${label.program}: ${label.rowLabel}${wayOf(system, step)}`;
  const sure = tagOf(system, step);
  const tag = sure === null ? "" : ` [${sure}]`;
  const first = ` ${number} `;
  const rest = " ".repeat(first.length + 2);
  const head = `${system.contexts[context]?.name} ${row}${tag}${label.meta.note === undefined ? "" : " *"}`;
  const line = ascii(`${first}${head}  ${label.row.quote}`);
  const quoted = wrap(label.row.quote, { first: rest, rest: `${rest}  ` });
  return [
    ...(line.length <= WIDTH ? [line] : [...wrap(head, { first, rest }), ...quoted]),
    ...listed(below, `${rest}| `),
  ];
}

/** What is to be said of rows that a trace used, once. */
export function notesOf(trace: Trace): string[] {
  const notes = new Map(
    trace.steps.flatMap(({ label: { program, rowLabel, meta } }) =>
      meta.note === undefined ? [] : [[`${program}: ${rowLabel}`, meta.note]],
    ),
  );
  return [...notes].flatMap(([row, note]) => wrap(`${row}: ${note}`, { first: "* ", rest: "  " }));
}

/** How sure the row is: its own tag, else its program's. */
export const tagOf = (system: System, { label }: Pick<TraceStep, "label">): RowMeta["tag"] | null =>
  label.meta.tag ?? system.programs[label.program]?.tag ?? null;

/** Items separated by semicolons; as many on a line as fit whole. */
function listed(items: readonly string[], first: string): string[] {
  const lines: string[] = [];
  let line = "";
  for (const [i, item] of items.entries()) {
    const text = i < items.length - 1 ? `${item};` : item;
    if (line !== "" && first.length + line.length + 1 + text.length > WIDTH) {
      lines.push(line);
      line = text;
    } else line += line === "" ? text : ` ${text}`;
  }
  return [...lines, ...(line === "" ? [] : [line])].flatMap((l) => wrap(l, { first, rest: `${first}  ` }));
}
