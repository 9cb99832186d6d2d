/**
 * The steps of a system as stubborn sets take them: one action for each label at which a context may stand, with all its
 * commands. Which of them depend on each other, and which change what a condition asks? Filled as it is asked.
 */
import type { System } from "../language/system.ts";
import { changesOf, reach, targetsOf } from "./dependence.ts";
import type { Footprint, Footprints } from "./footprints.ts";

export interface Action {
  readonly context: number;
  readonly label: number;
}

export class Actions {
  readonly all: readonly Action[];
  /** Whether a step changes what a condition asks. */
  readonly changes: (context: number, label: number, condition: Footprint) => boolean;
  readonly #system: System;
  readonly #footprints: Footprints;
  readonly #ids: readonly (readonly number[])[];
  readonly #reachable: (label: number) => readonly number[];
  readonly #after = new Map<number, ReadonlySet<number>>();
  readonly #dependent = new Map<number, readonly number[]>();

  constructor(system: System, footprints: Footprints) {
    this.#system = system;
    this.#footprints = footprints;
    const targets = targetsOf(system);
    this.changes = changesOf(footprints.now, targets);
    this.#reachable = reach(targets);
    const all: Action[] = [];
    this.#ids = system.contexts.map(({ script }, context) => {
      const ids: number[] = [];
      for (const label of system.labels)
        if (label?.script === script) ids[label.id] = all.push({ context, label: label.id }) - 1;
      return ids;
    });
    this.all = all;
  }

  /** None at the end of a script. */
  of(context: number, label: number): readonly number[] {
    const id = this.#ids[context]?.[label];
    return id === undefined ? [] : [id];
  }

  /** Whether a context that stands at a label may still take an action of its own. */
  isAhead(standing: number, action: number): boolean {
    const { label } = this.all[action] as Action;
    if (label === standing) return true;
    let after = this.#after.get(standing);
    if (!after) {
      after = new Set(this.#reachable(standing));
      this.#after.set(standing, after);
    }
    return after.has(label);
  }

  /** Those that change what a condition asks. */
  changers(condition: Footprint): readonly number[] {
    return [...this.all.keys()].filter((id) => {
      const { context, label } = this.all[id] as Action;
      return this.changes(context, label, condition);
    });
  }

  /**
   * Actions of others that do not commute with this one: one writes what the other reads or writes, or this one changes
   * whether they may run. That they may keep this one from running does not count.
   */
  dependent(action: number): readonly number[] {
    const known = this.#dependent.get(action);
    if (known) return known;
    const { now, mayRun } = this.#footprints;
    const { context, label } = this.all[action] as Action;
    const step = now(context, label);
    const stops = this.#system.contexts.map((_, c) => this.changes(context, label, mayRun(c)));
    const found = [...this.all.keys()].filter((id) => {
      const other = this.all[id] as Action;
      if (other.context === context) return false;
      const its = now(other.context, other.label);
      return (
        step.writes.meets(its.writes) ||
        this.changes(context, label, its) ||
        this.changes(other.context, other.label, step) ||
        (stops[other.context] && !this.#system.labels[other.label]?.meta.arrive)
      );
    });
    this.#dependent.set(action, found);
    return found;
  }
}
