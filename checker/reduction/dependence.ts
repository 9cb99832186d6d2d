/**
 * Which steps of a context may be an ample set by themselves, and what keeps them from it? Tables over (context, label), made once for a system from its
 * footprints; a search only looks them up.
 */
import type { Node } from "../language/nodes.ts";
import type { System } from "../language/system.ts";
import { type Footprint, type Footprints, footprintsOf } from "./footprints.ts";

/** What keeps a step from being ample, whatever the others may do. */
export type Obstacle = "is no ordinary row" | "closes a loop" | "is seen by a property of states";

/**
 * Whether a context that stands there is neither done nor may stay away, and asks whether it may run: no end of a script, no
 * arrival, none where a script may stop, no scheduler, no server.
 */
export function isOrdinary({ labels }: System, label: number): boolean {
  const meta = labels[label]?.meta;
  return meta !== undefined && !(meta.arrive || meta.mayStop || meta.schedules || meta.serves);
}

export interface Dependence {
  /** Why a step is never ample; null for a candidate. For a table of what stands in the way. */
  readonly obstacle: (context: number, label: number) => Obstacle | null;
  /**
   * Whether a step may be ample: at an ordinary row (no arrival, none where a script may stop,
   * no scheduler, no server), not visible to any property of states, and closing no loop of its script.
   */
  readonly isCandidate: (context: number, label: number) => boolean;
  /** Whether a state need not be kept where a context whose steps are ample stands here: a candidate of one step at most. */
  readonly mayPass: (context: number, label: number) => boolean;
  /**
   * Whether the step depends on what another context may do from its label on; or whether that one may keep the
   * context from running, while the step changes something about who may run, or may be the last of its script.
   */
  readonly conflict: (context: number, label: number, other: number, otherLabel: number) => boolean;
}

export function dependenceOf(system: System, footprints: Footprints = footprintsOf(system)): Dependence {
  const { now, mayRun, fromHereOn, ofStates } = footprints;
  const states = ofStates(conditionsOf(system));
  const targets = targetsOf(system);
  const reachable = reach(targets);
  const changes = changesOf(now, targets);
  const closesLoop = loopsClosed(system, targets);

  /** Whether the answer to "does it stand among these" may ever change from a label on. */
  const mayLeave = (label: number, among: readonly number[]): boolean =>
    reachable(label).some((to) => among.includes(to) !== among.includes(label));

  const obstacle = (context: number, label: number): Obstacle | null => {
    if (system.labels[label]?.script !== system.contexts[context]?.script) return "is no ordinary row";
    if (!isOrdinary(system, label)) return "is no ordinary row";
    if (closesLoop.has(label)) return "closes a loop";
    return changes(context, label, states) ? "is seen by a property of states" : null;
  };
  const isCandidate = (context: number, label: number): boolean => obstacle(context, label) === null;

  const dependsOn = (context: number, label: number, other: number, otherLabel: number): boolean => {
    const step = now(context, label);
    const rest = fromHereOn(other, otherLabel);
    return (
      step.writes.meets(rest.writes) ||
      changes(context, label, rest) ||
      step.reads.meets(rest.writes) ||
      step.labels.some((l) => l.context === other && mayLeave(otherLabel, l.among))
    );
  };

  /** Whether another may ever change what a condition asks. */
  const mayChange = (other: number, otherLabel: number, { reads, labels }: Footprint): boolean =>
    reads.meets(fromHereOn(other, otherLabel).writes) ||
    labels.some((l) => l.context === other && mayLeave(otherLabel, l.among));

  const changesWhoMayRun = remembered(system, (context, label) =>
    system.contexts.some((_, c) => changes(context, label, mayRun(c))),
  );

  return {
    obstacle,
    isCandidate: remembered(system, isCandidate),
    mayPass: remembered(system, (context, label) => isPlain(system, label) && isCandidate(context, label)),
    conflict: remembered(
      system,
      (context, label, other, otherLabel) =>
        dependsOn(context, label, other, otherLabel) ||
        ((changesWhoMayRun(context, label) || mayBeDone(system, label)) &&
          mayChange(other, otherLabel, mayRun(context))),
    ),
  };
}

/** Whether after the step its script need not go on: who is kept from it for good is a deadlock, and afterwards none. */
export const mayBeDone = (system: System, label: number): boolean =>
  system.deadlock &&
  (system.labels[label]?.entries.flat().some(({ target }) => target !== null && !isOrdinary(system, target)) ?? false);

/** What properties ask of states as such. */
export const conditionsOf = ({ invariants, witnesses }: System): readonly Node[] =>
  [...invariants, ...witnesses].flatMap(({ condition }) => condition ?? []);

/** Whether one step at most is open at a label. */
export const isPlain = (system: System, label: number): boolean =>
  system.labels[label]?.entries.every((entry) => entry.length === 1 && entry[0]?.binders.length === 0) ?? false;

/** Where a step from each label may lead. */
export const targetsOf = ({ labels }: System): readonly (readonly number[])[] =>
  labels.map((label) => [
    ...new Set(label?.entries.flat().flatMap((c) => (c.target === null ? [] : [c.target])) ?? []),
  ]);

/** Says whether a step writes what a condition reads, or goes where it asks. */
export function changesOf(now: Footprints["now"], targets: readonly (readonly number[])[]) {
  const leaves = (label: number, among: readonly number[]): boolean =>
    targets[label]?.some((to) => among.includes(to) !== among.includes(label)) ?? false;
  return (context: number, label: number, condition: Footprint): boolean =>
    now(context, label).writes.meets(condition.reads) ||
    condition.labels.some((l) => l.context === context && leaves(label, l.among));
}

/** A table that is filled as it is asked; a row for each context, label and other context, by the other's label. */
function remembered({ labels, contexts }: System, make: (...at: [number, number, number, number]) => boolean) {
  // Of small numbers, and no map over all four: a system has some hundred thousand entries, each asked for about once.
  const rows: Uint8Array[] = [];
  return (context: number, label: number, other = 0, otherLabel = 0): boolean => {
    const at = (context * labels.length + label) * contexts.length + other;
    rows[at] ??= new Uint8Array(labels.length);
    const row = rows[at];
    const found = row[otherLabel];
    if (found) return found === 2;
    const made = make(context, label, other, otherLabel);
    row[otherLabel] = made ? 2 : 1;
    return made;
  };
}

/** All that can follow a label, the end of the script (0) among it; not the label itself, but in a loop. */
export function reach(targets: readonly (readonly number[])[]): (label: number) => readonly number[] {
  const known = new Map<number, readonly number[]>();
  return (label) => {
    const before = known.get(label);
    if (before) return before;
    const found = new Set(targets[label]);
    for (const to of found) for (const after of targets[to] ?? []) found.add(after);
    known.set(label, [...found]);
    return [...found];
  };
}

/** Labels with a step that closes a loop, in a depth-first walk of each script: without them a script has no cycle. */
function loopsClosed({ scripts }: System, targets: readonly (readonly number[])[]): ReadonlySet<number> {
  const found = new Set<number>();
  const state = new Map<number, "open" | "done">([[0, "done"]]);
  const walk = (label: number): void => {
    state.set(label, "open");
    for (const to of targets[label] ?? []) {
      if (state.get(to) === "open") found.add(label);
      else if (!state.has(to)) walk(to);
    }
    state.set(label, "done");
  };
  for (const { entry } of scripts) if (!state.has(entry)) walk(entry);
  return found;
}
