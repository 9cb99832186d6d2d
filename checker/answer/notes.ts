/**
 * What should a reader of an answer know that is no verdict? A frame that never comes, a call that is in vain in every run,
 * a property that was never asked: the answer is right, and says less than it seems to. A sentence each.
 */
import { isFrame } from "../language/arrivals.ts";
import type { System } from "../language/system.ts";
import type { SearchResult } from "../reference/result.ts";
import { laneOf, lanesOf } from "../reference/trace.ts";
import type { Spec } from "../spec/spec.ts";
import { type CutMatrix, cutsNothing } from "./cut-matrix.ts";
import { returnsOf } from "./returns.ts";

/** What was found, and what of the cut matrix is to be noted; null where that decides the verdict, or nothing is known. */
interface Seen {
  readonly system: System;
  readonly spec: Spec;
  readonly result: SearchResult;
  readonly cuts: CutMatrix | null;
}

export function notesOf({ system, spec, result, cuts }: Seen): readonly string[] {
  const leftOut = notOfThis(system, spec);
  // What is violated needs no caution.
  if (result.violations.length > 0) return leftOut;
  const isWhole = result.complete;
  return [
    ...leftOut,
    ...nothingAsked(system, spec),
    ...nobodyRuns(system),
    ...emptyLanes(system, spec),
    ...(isWhole ? [...neverAtRest(system, result), ...neverRun(system, result), ...inVain(system, result)] : []),
    ...(isWhole && cuts ? cutNotes(cuts, result) : []),
  ];
}

/** Contexts that a spec sets up; the model's own, where it says none. */
export function askedContexts({ contexts }: System, { asked }: Pick<Spec, "asked">): readonly number[] {
  const named = new Set(asked.contexts.map(({ name }) => name));
  return [...contexts.keys()].filter((i) => named.size === 0 || named.has(contexts[i]?.name ?? ""));
}

/** The properties that a spec asks of its system: of the rules only those that say something of it. */
export function askedOf({ system, spec }: Pick<Seen, "system" | "spec">): readonly string[] {
  const linked = new Set(system.properties.map(({ name }) => name));
  return spec.properties.filter((name) => linked.has(name));
}

/** Of all rules of a model, where they are asked for by that word, those that say nothing about this question. */
function notOfThis(system: System, spec: Spec): string[] {
  const asked = askedOf({ system, spec });
  const idle = spec.selection === "all" ? spec.properties.filter((name) => !asked.includes(name)) : [];
  return idle.length === 0 ? [] : [`of all properties these have nothing to do with the question: ${idle.join(", ")}`];
}

const nothingAsked = (system: System, spec: Spec): string[] =>
  askedOf({ system, spec }).length + spec.sometimes.length + spec.happens.length > 0
    ? []
    : ["no property is asked for; npm run explain lists what there is"];

const nobodyRuns = ({ contexts }: System): string[] =>
  contexts.length > 0 ? [] : ["no context runs: there is nothing but the first state"];

/** "every context begins on CPU0; none on CPU1". One that moves later is not counted. */
function emptyLanes(system: System, spec: Spec): string[] {
  const lanes = lanesOf(system);
  const who = askedContexts(system, spec);
  if (lanes.length < 2 || who.length < 2) return [];
  const used = new Set(who.map((context) => laneOf(system, system.initials[0], context)));
  const empty = lanes.filter((lane) => !used.has(lane));
  if (empty.length === 0 || used.has(null)) return [];
  return [`every context begins on ${[...used].join(", ")}; none on ${empty.join(", ")}`];
}

function neverAtRest({ atRest }: System, { rested }: SearchResult): string[] {
  const names = [...new Set(atRest.map(({ property }) => property))];
  return names.length === 0 || rested
    ? []
    : [`no state is at rest, so that nothing was asked there: ${names.join(", ")}`];
}

/** Contexts none of whose rows ever fired. Of a frame the cut matrix tells. */
function neverRun(system: System, { fired }: SearchResult): string[] {
  const ran = new Set<number>();
  for (const label of system.labels)
    if (label?.entries.flat().some(({ id }) => (fired[id] ?? 0) > 0)) ran.add(label.script);
  return system.contexts.flatMap(({ name, script }, context) =>
    ran.has(script) || isFrame(system, context) || serves(system, script) ? [] : [`${name} never takes a step`],
  );
}

/** A context that serves others, or decides who runs, may as well have nothing to do. */
const serves = ({ labels }: System, script: number): boolean =>
  labels.some((label) => label?.script === script && (label.meta.serves || label.meta.schedules));

function inVain(system: System, result: SearchResult): string[] {
  const where = result.reduced ? "in all that was looked at (the graph is reduced)" : "in every run";
  return returnsOf(system, result).flatMap(({ context, of, exits, inVain }) => {
    if (exits.length === 0) return [`${context}: ${of} never returns`];
    return inVain !== null && exits.every((exit) => exit === inVain)
      ? [`${context}: ${of} returned ${inVain} ${where}`]
      : [];
  });
}

/** Cells are counted here; the report names them where the matrix stands. */
function cutNotes({ frames }: CutMatrix, { reduced }: SearchResult): string[] {
  const where = reduced ? ", in the reduced graph" : "";
  return frames.flatMap(({ frame, came, rows }) => {
    const empty = rows.filter(({ isCut, why }) => !isCut && why === null).length;
    if (rows.length === 0) return [cutsNothing(frame, came)];
    return empty === 0 ? [] : [`${frame} never cuts ${empty} of ${rows.length} rows that it might${where}`];
  });
}
