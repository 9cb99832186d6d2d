/**
 * What has to happen before a step can be open that is not? A necessary enabling set: one of its actions comes before
 * the step does. There may be several; the cheapest is taken, as whoever asks counts.
 */
import { evaluate, ModelError, type State } from "../language/evaluate.ts";
import { type Binder, type Node, walk } from "../language/nodes.ts";
import type { Command, Label, System } from "../language/system.ts";
import { mayFail } from "../link/scans.ts";
import { envOf, openMembers } from "../reference/step.ts";
import type { Action, Actions } from "./actions.ts";
import type { Footprints } from "./footprints.ts";
import { standingOn } from "./reduction.ts";

/** A state while a set is made for it: what has been found out about it. */
export class Moment {
  readonly state: State;
  readonly #system: System;
  readonly #open = new Map<number, boolean>();
  #above: readonly ReadonlySet<number>[] | null = null;

  constructor(system: System, state: State) {
    this.#system = system;
    this.state = state;
  }

  /** Those that stand on a context. */
  above(context: number): ReadonlySet<number> {
    this.#above ??= standingOn(this.#system, this.state);
    return this.#above[context] as ReadonlySet<number>;
  }

  /** Null where the question has no value. */
  asks(node: Node, context: number, bound?: Map<Binder, number>): unknown {
    try {
      return evaluate(node, envOf(this.#system, this.state, context, bound));
    } catch (error) {
      if (!(error instanceof ModelError)) throw error;
      return null;
    }
  }

  /** Whether a context has an open step. */
  isOpen(context: number): boolean {
    const known = this.#open.get(context);
    if (known !== undefined) return known;
    const label = this.#system.labels[this.state.pc[context] as number];
    const found =
      !!label && (label.meta.arrive || this.asks(this.#system.mayRun, context) === true) && this.#has(context, label);
    this.#open.set(context, found);
    return found;
  }

  #has(context: number, label: Label): boolean {
    try {
      return openMembers(this.#system, this.state, context, label).length > 0;
    } catch (error) {
      if (!(error instanceof ModelError)) throw error;
      return false;
    }
  }
}

/** A conjunct of a guard. */
interface Part {
  readonly condition: Node;
  /** Who may change it, or make an error of what is asked before it. */
  readonly changers: readonly number[];
  /** Whether it asks nothing of where its context stands, and nothing before it can err: false is false from anywhere. */
  readonly isGlobal: boolean;
}

export interface Necessary {
  readonly actions: readonly number[];
  /** Whether the step waits for a guard, not for its turn. */
  readonly byGuard: boolean;
}

type Cost = (actions: readonly number[]) => number;

export class Enabling {
  readonly #system: System;
  readonly #footprints: Footprints;
  readonly #actions: Actions;
  readonly #parts = remembered<readonly Part[]>();
  readonly #changersOfWaits = remembered<readonly number[]>();
  readonly #changersOfAll = remembered<readonly number[]>();

  constructor(system: System, footprints: Footprints, actions: Actions) {
    this.#system = system;
    this.#footprints = footprints;
    this.#actions = actions;
  }

  /** Of an action that is not open. */
  necessary(moment: Moment, id: number, cost: Cost): Necessary {
    const { context, label: at } = this.#actions.all[id] as Action;
    const label = this.#system.labels[at] as Label;
    const standing = moment.state.pc[context] as number;
    if (standing !== at) {
      const leaving = this.#actions.of(context, standing);
      const waiting = cost(leaving) === 0 ? null : this.#byGuard(moment, id, true, cost);
      return waiting && cost(waiting) === 0
        ? { actions: waiting, byGuard: true }
        : { actions: leaving, byGuard: false };
    }
    if (!label.meta.arrive) {
      const above = [...moment.above(context)].map((c) => this.#actions.of(c, moment.state.pc[c] as number));
      if (above.length > 0) return { actions: cheapest(above, cost), byGuard: false };
      const { mayRun } = this.#system;
      if (moment.asks(mayRun, context) !== true) {
        const parts = this.#partsOf(context, 0, null).filter(
          ({ condition }) => moment.asks(condition, context) === false,
        );
        const sets = parts.map(({ changers }) => changers);
        return { actions: sets.length > 0 ? cheapest(sets, cost) : this.#all(id), byGuard: false };
      }
    }
    return { actions: this.#byGuard(moment, id, false, cost) ?? this.#all(id), byGuard: true };
  }

  /** For each command, and each choice, a part that is false; null where there is none, or it cannot be known from elsewhere. */
  #byGuard(moment: Moment, id: number, isElsewhere: boolean, cost: Cost): readonly number[] | null {
    const { context, label: at } = this.#actions.all[id] as Action;
    const { entries, waits } = this.#system.labels[at] as Label;
    if (isElsewhere && waits.length > 0) return null;
    const found = new Set(this.#ofWaits(id));
    for (const command of entries.flat()) {
      const parts = this.#partsOf(context, at, command).filter((part) => part.isGlobal || !isElsewhere);
      for (const bound of isElsewhere ? [new Map()] : this.#choices(command.binders)) {
        const wrong = parts.filter(({ condition }) => moment.asks(condition, context, bound) === false);
        if (wrong.length === 0) return null;
        const left = wrong.map(({ changers }) => changers.filter((one) => !found.has(one)));
        for (const one of cheapest(left, cost)) found.add(one);
      }
    }
    return [...found];
  }

  /** Of a command's guard; without a command, of whether the context may run. */
  #partsOf(context: number, label: number, command: Command | null): readonly Part[] {
    const { mayRun, commands } = this.#system;
    const { guard, binders } = command ?? { guard: mayRun, binders: [] };
    return this.#parts(context * (commands.length + 1) + (command ? command.id : commands.length), () => {
      const all = conjuncts(guard);
      return all.map((condition, i): Part => {
        const before = all.slice(0, i);
        const mayErr = mayFail({ op: "and", args: before });
        const asked = this.#footprints.asked(context, label, mayErr ? [...before, condition] : [condition], binders);
        return { condition, changers: this.#actions.changers(asked), isGlobal: !mayErr && !isOwn(condition, binders) };
      });
    });
  }

  /** Who changes what is checked where a context waits at the label of an action. */
  #ofWaits(id: number): readonly number[] {
    return this.#changersOfWaits(id, () => {
      const { context, label } = this.#actions.all[id] as Action;
      const conditions = this.#system.labels[label]?.waits.map(({ condition }) => condition) ?? [];
      return this.#actions.changers(this.#footprints.asked(context, label, conditions, []));
    });
  }

  #choices(binders: readonly Binder[]): readonly Map<Binder, number>[] {
    let found = [new Map<Binder, number>()];
    for (const binder of binders) {
      const elements = Array.from({ length: this.#system.universe.size(binder.set) }, (_, i) => i);
      found = found.flatMap((one) => elements.map((i) => new Map(one).set(binder, i)));
    }
    return found;
  }

  /** Whoever changes anything that the step asks, or whether it may run. */
  #all(id: number): readonly number[] {
    return this.#changersOfAll(id, () => {
      const { context, label } = this.#actions.all[id] as Action;
      const { now, mayRun } = this.#footprints;
      return [...this.#actions.changers(now(context, label)), ...this.#actions.changers(mayRun(context))];
    });
  }
}

/** A table that is filled as it is asked. */
function remembered<T>(): (key: number, make: () => T) => T {
  const known = new Map<number, T>();
  return (key, make) => {
    const before = known.get(key);
    if (before !== undefined) return before;
    const made = make();
    known.set(key, made);
    return made;
  };
}

const conjuncts = (node: Node): readonly Node[] => (node.op === "and" ? node.args.flatMap(conjuncts) : [node]);

/** Whether a condition asks for a slot, or for what is chosen. */
function isOwn(condition: Node, binders: readonly Binder[]): boolean {
  let found = false;
  walk(condition, (node) => {
    if (node.op === "bound" && binders.includes(node.binder)) found = true;
    if (node.op === "read" && node.place.base.kind === "slot") found = true;
  });
  return found;
}

/** The first of those that cost least. */
function cheapest(sets: readonly (readonly number[])[], cost: Cost): readonly number[] {
  const costs = sets.map(cost);
  return sets[costs.indexOf(Math.min(...costs))] ?? [];
}
