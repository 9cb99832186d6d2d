/** Traces as files: a counterexample is saved, a saved trace is taken again and told. */

import type { Outcome } from "../answer/outcome.ts";
import type { Violation } from "../reference/result.ts";
import { commandOf } from "../report/facts.ts";
import type { Detail } from "../report/scenario.ts";
import { lostFrom } from "../simulate/lasting.ts";
import { type Replayed, replay } from "../simulate/replay.ts";
import { walkLines } from "../simulate/tell.ts";
import {
  type NamedStep,
  named,
  namedOfTrace,
  readTrace,
  type Saved,
  type TraceFile,
  traceFile,
} from "../simulate/trace-file.ts";
import { loadSpec } from "../spec/load.ts";
import { SpecError, shownPath } from "../spec/problems.ts";
import { EXIT, exitStatus } from "../spec/verdict.ts";
import { wrap } from "../text/wrap.ts";
import { oneSpec } from "./arguments.ts";
import { attend } from "./attend.ts";
import { changesOf } from "./changes.ts";
import type { Environment } from "./environment.ts";
import { writeOutput } from "./outputs.ts";
import { findSpec } from "./specs.ts";

export function saveTrace(path: string, option: string, { system }: Pick<Outcome, "system">, saved: Saved): void {
  writeOutput(path, option, traceFile(system, saved));
}

/** Saves the counterexample that is shown; says so where there is none. */
export function saveCounterexample(path: string, outcome: Outcome, env: Environment): void {
  const { trace, source, spec } = outcome;
  if (!trace) {
    env.complain(`--save-trace: there is no counterexample: ${path} is not written\n`);
    return;
  }
  const steps = trace.steps.map((step) => namedOfTrace(outcome.system, step));
  saveTrace(path, "--save-trace", outcome, {
    source,
    changed: spec.changed,
    by: commandOf(outcome),
    found: trace.property,
    start: trace.start,
    steps,
  });
}

/** Takes the steps of a file again. */
export async function replayTrace(
  path: string,
  words: readonly string[],
  options: { readonly set: readonly string[]; readonly trace: Detail | undefined },
  env: Environment,
): Promise<number> {
  refuseOthers(options);
  const { set, trace: detail = "short" } = options;
  const file = readTrace(path);
  const source = words.length > 0 ? oneSpec("check", words) : file.spec;
  // What was changed is of the spec that the file names; another one is asked as it stands.
  const changed = source === file.spec ? file.changed : [];
  const loaded = await loadSpec(
    findSpec(source, env.folders, words.length > 0 ? "user" : "file"),
    env.builtins,
    changesOf([...changed, ...set]),
  );
  const replayed = replay(loaded.system, file);
  const { walk, isSame, stuck } = replayed;
  const lost = await lostAtEnd(replayed, file, env);
  const shown = walk.violations.find((v) => v.property === file.found) ?? walk.violations[0];
  const relation = isSame
    ? "the relation is the one that it was saved from"
    : "the relation is another than the one that it was saved from; steps are found by their names";
  const lines = [
    ...wrap(loaded.spec.question),
    "",
    ...wrap(`REPLAY: ${shownPath(path)}, ${walk.taken.length} of ${file.steps.length} steps; ${relation}.`, {
      rest: "  ",
    }),
    "",
    ...walkLines(loaded, walk, shown, detail),
    "",
    ...(stuck ? stuckAt(replayed, stuck) : conclusion(replayed, file, lost)),
  ];
  env.print(lines.map((line) => `${line}\n`).join(""));
  if (typeof lost === "string") return exitStatus("incomplete", "holds", true);
  return !stuck && isAsSaved(replayed, file, lost) ? EXIT.asExpected : EXIT.differs;
}

/**
 * The violation of what has to stay possible, where a trace was saved for it and ends with it; why nobody knows, where the
 * search for it did not end.
 */
async function lostAtEnd({ walk, stuck }: Replayed, { found }: TraceFile, env: Environment): Promise<Lost> {
  const { system, state } = walk;
  if (stuck || found === null || !system.alwaysPossible.some(({ property }) => property === found)) return null;
  return (await attend((signal) => lostFrom(system, state, found, signal), env.attendance, false)).found;
}

type Lost = Violation | string | null;

/** A replay is told as text. */
function refuseOthers(options: object): void {
  const isGiven = (value: unknown): boolean => (Array.isArray(value) ? value.length > 0 : Boolean(value));
  const others = Object.entries(options).flatMap(([name, value]) =>
    isGiven(value) && !["replay", "set", "trace"].includes(name) ? [`--${name}`] : [],
  );
  if (others.length === 0) return;
  throw new SpecError([
    {
      where: "--replay",
      what: `it does not go with ${others.join(", ")}`,
      mend: "give --replay, --set and --trace alone",
    },
  ]);
}

const isAsSaved = ({ walk }: Replayed, { found }: TraceFile, lost: Lost): boolean =>
  found === null ? walk.violations.length === 0 : lost !== null || walk.violations.some((v) => v.property === found);

function conclusion(replayed: Replayed, file: TraceFile, lost: Lost): string[] {
  const { walk, met } = replayed;
  const { found } = file;
  const ends = walk.violations.map((v) => v.property).join(" ") || "nothing that is violated";
  if (typeof lost === "string")
    return wrap(`It was saved for ${found}, and whether that can never hold again is not known: ${lost}.`);
  if (isAsSaved(replayed, file, lost)) {
    const why = lost ? `: ${lost.why}, by a search of all that may follow` : "";
    return wrap(`It ends with ${found ?? "nothing that is violated"}, as it was saved${why}.`);
  }
  const goal = walk.system.alwaysPossible.some(({ property }) => property === found);
  const earlier = found === null ? undefined : met.get(found);
  const why = goal
    ? "; what has to stay possible is possible from here on"
    : earlier
      ? `; ${found} is violated after step ${earlier.after} already`
      : "";
  return wrap(`It was saved for ${found ?? "nothing that is violated"}, and ends with ${ends}${why}.`);
}

function stuckAt({ walk, isSame }: Replayed, { number, step }: { number: number; step: NamedStep }): string[] {
  const open = walk.open.map((one) => named(walk.system, one));
  const mend = isSame ? " Yet the relation is the same: the file was changed." : "";
  return [
    ...wrap(`Step ${number} is not possible here: ${shownStep(step)}.${mend}`, { rest: "  " }),
    ...(open.length === 0
      ? wrap("Nothing else is possible either.")
      : ["Possible here:", ...open.flatMap((one) => wrap(shownStep(one), { first: "  ", rest: "    " }))]),
  ];
}

const shownStep = ({ context, at, to, alternative, chosen }: NamedStep): string =>
  `${context} ${at} -> ${to} (alternative ${[alternative, ...chosen].join(", ")})`;
