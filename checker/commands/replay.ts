/** `nolock replay`: does a saved trace still happen, and does it still show what it was saved for? */
import { oneSpec } from "../cli/arguments.ts";
import { attend } from "../cli/attend.ts";
import { changesOf } from "../cli/changes.ts";
import { command } from "../cli/command.ts";
import type { Environment } from "../cli/environment.ts";
import { findSpec } from "../cli/specs.ts";
import type { Violation } from "../reference/result.ts";
import type { Detail } from "../report/scenario.ts";
import { lostFrom, whyNotForEver } from "../simulate/lasting.ts";
import { type Replayed, replay } from "../simulate/replay.ts";
import { type NamedStep, named, readTrace, type TraceFile } from "../simulate/trace-file.ts";
import { walkLines } from "../simulate/walk-lines.ts";
import { loadSpec } from "../spec/load.ts";
import { SpecError, shownPath } from "../spec/problems.ts";
import { EXIT, exitStatus } from "../spec/verdict.ts";
import { wrap } from "../text/wrap.ts";

export const replayCommand = command({
  name: "replay",
  brief: "take the steps of a saved trace again",
  usage: ["FILE [SPEC] [options]"],
  about: [
    "Takes the steps of a trace that `check --save-trace` or `simulate --save` wrote: of SPEC, or of the spec that it names. Where the relation has changed, steps are found by their names; one that is not possible any more is told with what is.",
  ],
  takesNames: true,
  options: {
    set: { kind: "texts", value: "KEY=VALUE", help: "another setting, as for `check`" },
    trace: { kind: ["short", "full"], help: "what changed (default), or every step" },
  },
  ends: ["Exit status: 0 where it shows what it was saved for, else 1; 3 where that is not known; 2 as for `check`."],
  run: async ({ options, words: [path, ...specs] }, env) => {
    if (path === undefined) {
      const mend = "name the file that --save-trace or --save wrote";
      throw new SpecError([{ where: "nolock replay", what: "which trace?", mend }]);
    }
    return replayTrace(path, specs.length > 0 ? oneSpec("replay", specs) : null, options, env);
  },
});

/** Takes the steps of a file again; `spec`: the one that a user named. */
async function replayTrace(
  path: string,
  spec: string | null,
  { set, trace: detail = "short" }: { readonly set: readonly string[]; readonly trace: Detail | undefined },
  env: Environment,
): Promise<number> {
  const file = readTrace(path);
  const source = spec ?? file.spec;
  // What was changed is of the spec that the file names; another one is asked as it stands.
  const changed = source === file.spec ? file.changed : [];
  const loaded = await loadSpec(
    findSpec(source, env.folders, spec === null ? "file" : "user"),
    env.builtins,
    changesOf([...changed, ...set]),
  );
  const replayed = replay(loaded.system, file);
  const { walk, isSame, stuck } = replayed;
  const round = roundOf(replayed, file);
  const lost = round === undefined ? await lostAtEnd(replayed, file, env) : null;
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
    ...(stuck
      ? stuckAt(replayed, stuck)
      : round === undefined
        ? conclusion(replayed, file, lost)
        : wentRound(file, round)),
  ];
  env.print(lines.map((line) => `${line}\n`).join(""));
  if (typeof lost === "string") return exitStatus("incomplete", "holds", true);
  if (round !== undefined) return round === null ? EXIT.asExpected : EXIT.differs;
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

/**
 * Of a trace that goes round for ever: why it does not show what it was saved for, null where it does; undefined of others,
 * and where it cannot be taken.
 */
function roundOf({ walk, stuck }: Replayed, { found, loop }: TraceFile): string | null | undefined {
  if (stuck || loop === undefined || found === null) return undefined;
  if (loop > walk.taken.length) return `it says that ${loop} steps come before its cycle, and has ${walk.taken.length}`;
  return whyNotForEver(walk, found, loop);
}

function wentRound({ found, loop = 0, steps }: TraceFile, why: string | null): string[] {
  const round = steps.length - loop;
  const how = round === 0 ? "It stays there for ever" : `Its last ${round} steps are taken again and again`;
  return wrap(
    why === null
      ? `${how}, in a fair run, and what ${found} asks for never comes, as it was saved.`
      : `It was saved for ${found}, and does not show it: ${why}.`,
  );
}

type Lost = Violation | string | null;

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
