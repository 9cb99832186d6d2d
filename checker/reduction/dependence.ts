/**
 * Does a step depend on what another context may ever do? Tables over (context, label), made once for a system from
 * its footprints; a search only looks them up.
 */
import type { System } from "../language/system.ts";
import { type Footprint, type Footprints, footprintsOf } from "./footprints.ts";

export interface Dependence {
  /**
   * Whether the step of a context at a label depends on what another may do from its label on. `isOpen`: it may run
   * now, so nothing that only decides whether it may run counts.
   */
  readonly conflict: (context: number, label: number, other: number, otherLabel: number, isOpen: boolean) => boolean;
  /** Whether a step at a label changes what a property of states reads. */
  readonly visible: (context: number, label: number) => boolean;
  /** Whether a step at a label writes what some `mayRun` reads. */
  readonly changesWhoMayRun: (context: number, label: number) => boolean;
  /** Whether another may, from its label on, write what this context's `mayRun` reads. */
  readonly mayStop: (context: number, other: number, otherLabel: number) => boolean;
}

export function dependenceOf(system: System, footprints: Footprints = footprintsOf(system)): Dependence {
  const { now, mayRun, fromHereOn, ofStates } = footprints;
  const states = ofStates([
    ...system.invariants.map((i) => i.condition),
    ...system.witnesses.flatMap((w) => (w.condition ? [w.condition] : [])),
  ]);
  const targets = system.labels.map((label) => [
    ...new Set(label?.entries.flat().flatMap((c) => (c.target === null ? [] : [c.target])) ?? []),
  ]);
  const reachable = reach(targets);

  /** Whether going on from a label changes an answer to "does it stand among these". */
  const leaves = (label: number, among: readonly number[]): boolean =>
    targets[label]?.some((to) => among.includes(to) !== among.includes(label)) ?? false;

  /** Whether that answer may ever change from a label on. */
  const mayLeave = (label: number, among: readonly number[]): boolean =>
    [...(reachable[label] ?? [])].some((to) => among.includes(to) !== among.includes(label));

  const table = <T>(make: (context: number, label: number, other: number, otherLabel: number) => T) => {
    const known = new Map<number, T>();
    const size = system.labels.length;
    return (context: number, label: number, other: number, otherLabel: number): T => {
      const key = ((context * size + label) * system.contexts.length + other) * size + otherLabel;
      const found = known.get(key);
      if (found !== undefined) return found;
      const made = make(context, label, other, otherLabel);
      known.set(key, made);
      return made;
    };
  };

  const data = table((context, label, other, otherLabel) => {
    const step = now(context, label);
    const rest = fromHereOn(other, otherLabel);
    return (
      step.writes.meets(rest.writes) ||
      step.writes.meets(rest.reads) ||
      step.reads.meets(rest.writes) ||
      rest.labels.some((l) => l.context === context && leaves(label, l.among)) ||
      step.labels.some((l) => l.context === other && mayLeave(otherLabel, l.among))
    );
  });

  const stop = table((context, _label, other, otherLabel) => {
    const runs = mayRun(context);
    return (
      runs.reads.meets(fromHereOn(other, otherLabel).writes) ||
      runs.labels.some((l) => l.context === other && mayLeave(otherLabel, l.among))
    );
  });

  const meetsLabels = (context: number, label: number, { labels }: Footprint): boolean =>
    labels.some((l) => l.context === context && leaves(label, l.among));

  return {
    conflict: (context, label, other, otherLabel, isOpen) =>
      data(context, label, other, otherLabel) ||
      (!isOpen && !system.labels[label]?.meta.arrive && stop(context, 0, other, otherLabel)),
    visible: (context, label) => now(context, label).writes.meets(states.reads) || meetsLabels(context, label, states),
    changesWhoMayRun: (context, label) =>
      system.contexts.some((_, c) => {
        const runs = mayRun(c);
        return now(context, label).writes.meets(runs.reads) || meetsLabels(context, label, runs);
      }),
    mayStop: (context, other, otherLabel) => stop(context, 0, other, otherLabel),
  };
}

/** For each label all that can follow it, the end of the script (0) among them; not the label itself, but in a loop. */
function reach(targets: readonly (readonly number[])[]): readonly ReadonlySet<number>[] {
  const found = targets.map((to) => new Set(to));
  for (let changed = true; changed; ) {
    changed = false;
    for (const own of found) {
      for (const to of own) {
        for (const after of found[to] ?? []) {
          if (own.has(after)) continue;
          own.add(after);
          changed = true;
        }
      }
    }
  }
  return found;
}
