/**
 * Which steps are enough to follow from a state? Guard-based stubborn sets (Laarman, Pater, van de Pol, Weber, "Guard-Based
 * Partial-Order Reduction", SPIN 2013), tried against the rule that one context goes on alone
 * (`docs/decisions/0012-guard-based-stubborn-sets.md`). Written to be read: the engine does not have it.
 *
 * A set is made from a key, an open step: with an open step, all that do not commute with it are in the set; with one that
 * is not open, all of one set of steps of which one has to come first. Then whatever the steps outside do, they commute
 * with what is open inside. The key stands at an ordinary row and closes no loop; for each condition on states that it
 * changes, all that change it are in the set; and it stays open whatever those outside do, or whether anybody may run does
 * not depend on it, nor does what waits in the set, and its script goes on behind it. It is what comes first where a path has no step of the set: the
 * proof is that of `docs/soundness.md`, "Partial order", with the key for the context that goes on alone.
 */
import type { State } from "../language/evaluate.ts";
import type { System } from "../language/system.ts";
import type { Transition } from "../reference/step.ts";
import { type Action, Actions } from "./actions.ts";
import { conditionsOf, type Dependence, dependenceOf, isPlain, mayBeDone, mayComeFirst } from "./dependence.ts";
import { Enabling, Moment } from "./enabling.ts";
import { type Footprint, footprintsOf } from "./footprints.ts";
import type { Choice } from "./reduction.ts";

export class Stubborn implements Choice {
  readonly #system: System;
  readonly #dependence: Dependence;
  readonly #actions: Actions;
  readonly #enabling: Enabling;
  /** What each condition on states asks, and who changes it. */
  readonly #conditions: readonly { readonly asked: Footprint; readonly changers: readonly number[] }[];
  /** For each context, what asks whether it may run, and who changes that. */
  readonly #turns: readonly { readonly asked: Footprint; readonly changers: readonly number[] }[];

  constructor(system: System, footprints = footprintsOf(system)) {
    this.#system = system;
    this.#dependence = dependenceOf(system, footprints);
    const actions = new Actions(system, footprints);
    this.#actions = actions;
    this.#enabling = new Enabling(system, footprints, actions);
    const known = (asked: Footprint) => ({ asked, changers: actions.changers(asked) });
    this.#conditions = conditionsOf(system).map((condition) => known(footprints.ofStates([condition])));
    this.#turns = system.contexts.map((_, context) => known(footprints.mayRun(context)));
  }

  /** The smallest set that some key gives. */
  chosen(state: State, open: readonly Transition[]): readonly Transition[] {
    const contexts = [...new Set(open.map((t) => t.context))];
    const moment = new Moment(this.#system, state);
    let best = open;
    for (const key of contexts.length > 1 ? contexts : []) {
      const set = this.#setOf(moment, key, contexts.length - 1);
      const some = set ? open.filter((t) => set.has(t.context)) : open;
      if (some.length < best.length) best = some;
    }
    return best;
  }

  passes(state: State, context: number): boolean {
    return (
      isPlain(this.#system, state.pc[context] as number) &&
      this.#setOf(new Moment(this.#system, state), context, 1) !== null
    );
  }

  /** The contexts whose open steps are in the set of a key; null where there are more than so many, or it is none. */
  #setOf(moment: Moment, key: number, most: number): ReadonlySet<number> | null {
    const { pc } = moment.state;
    const label = pc[key] as number;
    if (!mayComeFirst(this.#dependence.obstacle(key, label)) || !moment.isOpen(key)) return null;

    const set = new Set<number>();
    const todo: number[] = [];
    const open = new Set<number>();
    const add = (ids: readonly number[]): void => {
      for (const id of ids) {
        const { context } = this.#actions.all[id] as Action;
        if (set.has(id) || !this.#actions.isAhead(pc[context] as number, id)) continue;
        set.add(id);
        todo.push(id);
      }
    };
    const isOpen = (id: number): boolean => {
      const { context, label: at } = this.#actions.all[id] as Action;
      return pc[context] === at && moment.isOpen(context);
    };
    const cost = (ids: readonly number[]): number => ids.filter((id) => !set.has(id) && isOpen(id)).length;

    const first = this.#actions.of(key, label);
    const dependsOnKey = new Set(this.#actions.dependent(first[0] as number));
    const changes = (asked: Footprint): boolean => this.#actions.changes(key, label, asked);
    const keepOpen = (): void => add(this.#turns[key]?.changers ?? []);
    add(first);
    for (const { asked, changers } of this.#conditions) if (changes(asked)) add(changers);
    if (this.#turns.some(({ asked }) => changes(asked)) || mayBeDone(this.#system, label)) keepOpen();
    for (let id = todo.pop(); id !== undefined; id = todo.pop()) {
      if (isOpen(id)) {
        open.add((this.#actions.all[id] as Action).context);
        if (open.size > most) return null;
        add(this.#actions.dependent(id));
        continue;
      }
      const { actions, byGuard } = this.#enabling.necessary(moment, id, cost);
      if (byGuard && dependsOnKey.has(id)) keepOpen();
      add(actions);
    }
    return open;
  }
}
