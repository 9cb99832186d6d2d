/** A walk by hand: the open steps are listed with numbers, the reader picks one, and takes it back. */

import type { Outcome } from "../answer/outcome.ts";
import { cellsOf, showCell, slotName, valueAt } from "../language/cells.ts";
import { ExpressionError } from "../language/parse-scanner.ts";
import type { System } from "../language/system.ts";
import { asking } from "../reference/asked.ts";
import type { Transition } from "../reference/step.ts";
import { traceOf } from "../reference/trace.ts";
import { wayOf } from "../reference/ways.ts";
import { effectsOf, stepLines } from "../report/steps.ts";
import { wrap } from "../text/wrap.ts";
import { walkAtRandom } from "./random.ts";
import { named } from "./trace-file.ts";
import type { Walk } from "./walk.ts";
import { endOf } from "./walk-lines.ts";

export interface Session {
  readonly lines: AsyncIterable<string>;
  readonly print: (text: string) => void;
  /** For steps that chance takes. */
  readonly seed: number;
  readonly save: (path: string) => void;
}

const HELP = [
  "NUMBER     take that step",
  "u          take the last step back",
  "r          take a step at random",
  "s          show what the state has that the initial one had not",
  "= EXPR     what an expression is here: = slab[s0].inuse, = nmi0.b",
  "l          list the steps that may be next again",
  "save FILE  write the steps so far as a trace",
  "q          quit",
];

/** Talks until the reader quits, or the input ends. */
export async function walkByHand(of: Pick<Outcome, "spec" | "system">, walk: Walk, session: Session): Promise<void> {
  const say = (lines: readonly string[]): void => session.print(lines.map((line) => `${line}\n`).join(""));
  const prompt = (): void => session.print("> ");
  const here = (): void => say([...endOf(of, walk), ...(walk.open.length > 0 ? ["Next:"] : []), ...choices(walk)]);
  const took = (): void => {
    say(lastStep(walk));
    here();
  };
  say(["A step is taken by its number; ? tells what else there is.", ""]);
  here();
  prompt();
  for await (const typed of session.lines) {
    const [word = "", rest = ""] = typed.trim().split(/\s+/, 2);
    if (word === "q") return;
    const step = /^\d+$/.test(word) ? walk.open[Number(word) - 1] : undefined;
    if (step) {
      walk.take(step);
      took();
    } else if (word === "u") {
      if (walk.undo()) here();
      else say(["this is the initial state: there is no step to take back"]);
    } else if (word === "r") {
      const before = walk.taken.length;
      walkAtRandom(walk, session.seed, before + 1);
      if (walk.taken.length > before) took();
      else say(["chance takes no step here: something is violated, or no step is open"]);
    } else if (word === "s") say(differences(of, walk));
    else if (word.startsWith("=")) say([valueHere(of.system, walk, typed.trim().slice(1))]);
    else if (word === "l") here();
    else if (word === "save" && rest !== "") session.save(rest);
    else if (word === "?") say(HELP);
    else if (word !== "") say([`"${word}" is no step here and no command; ? lists the commands`]);
    prompt();
  }
}

function valueHere(system: System, { state }: Walk, text: string): string {
  try {
    return asking(system, text.trim())(state);
  } catch (error) {
    if (error instanceof ExpressionError) return error.message;
    throw error;
  }
}

/** The steps that may be next, each as a report writes a step; where it leads, if its row leads to several places. */
function choices({ system, open }: Walk): string[] {
  const width = String(open.length).length;
  return open.flatMap((step, i) =>
    stepLines(system, step, String(i + 1).padStart(width + 2), belowChoice(system, open, step)),
  );
}

/** What is chosen, and where it leads: where its row goes to several places, the head of the step says that. */
function belowChoice(system: Walk["system"], open: readonly Transition[], step: Transition): string[] {
  const { chosen, to } = named(system, step);
  const isOne = open.filter((other) => other.context === step.context).length === 1;
  if (isOne) return [];
  const sets = step.command.binders.map(({ set }, i) => `${set.name} ${chosen[i]}`);
  return [...sets, ...(wayOf(system, step) === "" ? [`-> ${to.slice(to.lastIndexOf("/") + 1)}`] : [])];
}

/** The step that was just taken, with all that it changed. */
function lastStep({ system, start, taken }: Walk): string[] {
  const step = traceOf(system, "", "", { start, steps: taken }).steps.at(-1);
  return step ? stepLines(system, step, String(step.number), effectsOf(step, step.changes)) : [];
}

/** Cells that differ from the initial state, under the structures that they belong to; labels and live locals too. */
function differences({ spec, system }: Pick<Outcome, "spec" | "system">, { state, start }: Walk): string[] {
  const groups = new Map<string, string[]>();
  for (const cell of cellsOf(system)) {
    const [field, context, slot] = cell.path as [string, number, number];
    const [was, is] = [valueAt(start, cell.path), valueAt(state, cell.path)];
    if (was === is) continue;
    const isLocal = field === "local";
    const name = isLocal ? slotName(system, context, slot, state.pc[context] as number) : cell.name;
    if (name === null) continue;
    const structure = spec.model.views?.structures.find(({ fields }) => fields.includes(field));
    const title = structure?.title ?? (isLocal ? "locals" : field === "pc" ? "where they stand" : "other");
    const line = `${name}${field === "pc" ? " " : " = "}${showCell(cell, is, system)}`;
    groups.set(title, [...(groups.get(title) ?? []), isLocal ? line : `${line} (was ${showCell(cell, was, system)})`]);
  }
  if (groups.size === 0) return ["this is the initial state"];
  return [...groups].flatMap(([title, lines]) => [
    `${title}:`,
    ...lines.flatMap((line) => wrap(line, { first: "  ", rest: "    " })),
  ]);
}
