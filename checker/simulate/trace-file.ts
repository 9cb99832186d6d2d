/** A trace as a file: steps by names that a reader understands and another version of the model may still have. */
import type { State } from "../language/evaluate.ts";
import type { System } from "../language/system.ts";
import { beginsWith } from "../reference/starts.ts";
import type { Transition } from "../reference/step.ts";
import type { TraceStep } from "../reference/trace.ts";
import { type LocatedProblem, SpecError, shownPath } from "../spec/problems.ts";
import { structureOf } from "../spec/structure.ts";
import { parseSpecText } from "../spec/text.ts";
import { readText, systemError } from "../text/files.ts";

/** As `schema/trace.schema.json` describes it. */
export interface TraceFile {
  readonly nolock: "trace 1";
  readonly spec: string;
  readonly changed: readonly string[];
  readonly relationHash: string;
  readonly by?: string;
  readonly found: string | null;
  /** Where it begins, if that may be in several states: cells that differ among them, each with its value. */
  readonly begins?: Readonly<Record<string, string>>;
  readonly steps: readonly NamedStep[];
  /** Of a run that goes on for ever: how many steps come before those that are taken again and again. */
  readonly loop?: number;
}

export interface NamedStep {
  readonly context: string;
  /** For a reader. */
  readonly row?: string;
  readonly C?: string;
  readonly at: string;
  readonly to: string;
  readonly alternative: string;
  readonly chosen: readonly string[];
}

/** What a step is called in a file. */
export function named(system: System, step: Transition): NamedStep {
  const { binders } = step.command;
  return withChoice(
    system,
    step,
    binders.map(({ set }, i) => system.universe.elementName(set, step.chosen[i] as number)),
  );
}

/** The same for a step of a trace that was shown. */
export const namedOfTrace = (system: System, step: TraceStep): NamedStep =>
  withChoice(
    system,
    step,
    step.chosen.map(({ value }) => value),
  );

function withChoice(
  system: System,
  { context, label, command: { target, source } }: Pick<Transition, "context" | "label" | "command">,
  chosen: readonly string[],
): NamedStep {
  const next = target === null ? "(fails)" : (system.labels[target]?.name ?? "(end)");
  return {
    context: system.contexts[context]?.name as string,
    row: `${label.program}: ${label.rowLabel}`,
    C: label.row.quote,
    at: label.name,
    to: next,
    alternative: `${source.entry}.${source.member}`,
    chosen,
  };
}

/** Whom the steps are of, and what they show. */
export interface Saved {
  readonly source: string;
  readonly changed: readonly string[];
  readonly by: string;
  readonly found: string | null;
  readonly start: State;
  readonly steps: readonly NamedStep[];
  readonly loop?: number;
}

export function traceFile(system: System, { source, changed, by, found, start, steps, loop }: Saved): string {
  const file: TraceFile = {
    nolock: "trace 1",
    spec: source,
    changed,
    relationHash: system.hash,
    by,
    found,
    ...(system.initials.length > 1 ? { begins: Object.fromEntries(beginsWith(system, start)) } : {}),
    steps,
    ...(loop === undefined ? {} : { loop }),
  };
  return `${JSON.stringify(file, null, 2)}\n`;
}

const structureProblems = structureOf("trace.schema.json", "a trace");

/** Reads a trace. Throws `SpecError` with all that is wrong with its text or its structure. */
export function readTrace(path: string): TraceFile {
  const shown = shownPath(path);
  let given: string;
  try {
    given = readText(path);
  } catch (error) {
    const why = systemError(error);
    if (why === null) throw error;
    const what = (error as NodeJS.ErrnoException).code === "ENOENT" ? "no such file" : `it cannot be read: ${why}`;
    throw new SpecError([{ where: shown, what, mend: "name a file that --save-trace or simulate --save wrote" }]);
  }
  const { data, problems, lineOf } = parseSpecText(given, "a trace");
  const all = problems.length > 0 ? problems : structureProblems(data);
  if (all.length > 0)
    throw new SpecError(
      all.map(
        ({ path: at, what, mend }): LocatedProblem => ({ where: `${shown}:${lineOf(at)} ${at || "/"}`, what, mend }),
      ),
    );
  return data as unknown as TraceFile;
}
