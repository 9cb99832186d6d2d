/**
 * The meaning of one step, with immer: which transitions are open in a state, and the state after one.
 * A search, an engine and a replay all ask this file, or are held equal to it.
 */
import { enablePatches, type Patch, produceWithPatches } from "immer";
import { type Env, evaluate, ModelError, type State, writesOf } from "../language/evaluate.ts";
import type { Binder, Node } from "../language/nodes.ts";
import type { Value } from "../language/shapes.ts";
import type { Command, Label, System } from "../language/system.ts";

enablePatches();

/** A command taken by a context, with the values of its free choices. */
export interface Transition {
  readonly context: number;
  readonly label: Label;
  readonly command: Command;
  readonly chosen: readonly number[];
}

/** What may happen in a state. */
export interface Expansion {
  readonly transitions: readonly Transition[];
  /** Contexts whose guard has no value here. */
  readonly errors: readonly { readonly context: number; readonly label: Label; readonly error: ModelError }[];
  /** Contexts that may run and find nothing open. */
  readonly waiting: readonly { readonly context: number; readonly label: Label }[];
}

export const envOf = (system: System, state: State, self: number, bound: Map<Binder, number> = new Map()): Env => ({
  universe: system.universe,
  constants: system.constants,
  state,
  self,
  bound,
});

/** Evaluates a condition for a context (-1: for none) in a state. Throws `ModelError`. */
export const holds = (system: System, node: Node, state: State, self = -1): boolean =>
  evaluate(node, envOf(system, state, self)) as boolean;

/** All transitions that are open in a state: by context, then in the order of the source row, then by chosen values. */
export function expand(system: System, state: State): Expansion {
  const transitions: Transition[] = [];
  const errors: { context: number; label: Label; error: ModelError }[] = [];
  const waiting: { context: number; label: Label }[] = [];
  for (const context of system.contexts.keys()) {
    const label = system.labels[state.pc[context] as number];
    if (!label) continue;
    try {
      if (!label.meta.arrive && !holds(system, system.mayRun, state, context)) continue;
      const open = openMembers(system, state, context, label);
      if (open.length === 0) waiting.push({ context, label });
      transitions.push(...open);
    } catch (error) {
      if (!(error instanceof ModelError)) throw error;
      errors.push({ context, label, error });
    }
  }
  return { transitions, errors, waiting };
}

/** The open members of the first entry that has any, as if the context stood at this label and might run. */
export function openMembers(system: System, state: State, context: number, label: Label): Transition[] {
  for (const entry of label.entries) {
    const open: Transition[] = [];
    for (const command of entry) {
      const env = envOf(system, state, context);
      const choose = (depth: number, chosen: readonly number[]): void => {
        const binder = command.binders[depth];
        if (!binder) {
          if (evaluate(command.guard, env)) open.push({ context, label, command, chosen });
          return;
        }
        for (let i = 0; i < system.universe.size(binder.set); i++) {
          env.bound.set(binder, i);
          choose(depth + 1, [...chosen, i]);
        }
      };
      choose(0, []);
    }
    if (open.length > 0) return open;
  }
  return [];
}

/** The environment in which an open transition's checks and effect are evaluated. */
export function envOfTransition(system: System, state: State, { context, command, chosen }: Transition): Env {
  return envOf(system, state, context, new Map(command.binders.map((binder, i) => [binder, chosen[i] as number])));
}

/** The state after a transition, and immer's patches. Throws `ModelError`; a transition that `fails` has none. */
export function apply(
  system: System,
  state: State,
  transition: Transition,
): { state: State; patches: readonly Patch[] } {
  const { target, effect } = transition.command;
  if (target === null) throw new Error("this alternative fails: there is no state after it");
  const writes = writesOf(effect, envOfTransition(system, state, transition));
  const [after, patches] = produceWithPatches(state, (draft) => {
    for (const { cell, value } of writes) {
      let at = draft as unknown as Record<string | number, unknown>;
      for (const key of cell.slice(0, -1)) at = at[key] as Record<string | number, unknown>;
      at[cell.at(-1) as string | number] = value as Value;
    }
    draft.pc[transition.context] = target;
  });
  return { state: after as State, patches };
}

/**
 * Whether a state is at rest: every context is at the end of its script, at a row where it may stop for good, or
 * serves others and has nothing to do.
 */
export function isAtRest(system: System, state: State, { transitions }: Expansion): boolean {
  return system.contexts.every((_, context) => {
    const label = system.labels[state.pc[context] as number];
    if (!label || label.meta.mayStop || label.meta.schedules) return true;
    return label.meta.serves === true && !transitions.some((t) => t.context === context);
  });
}

/** Whether some script is unfinished and nothing can happen but arrivals that may as well stay away. */
export function isDeadlock(system: System, state: State, expansion: Expansion): boolean {
  if (expansion.errors.length > 0 || isAtRest(system, state, expansion)) return false;
  return expansion.transitions.every((t) => t.label.meta.mayStop === true);
}
