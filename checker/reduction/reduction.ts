/**
 * Which steps are an ample set in a state, and which states need not be kept? The field knows them as ample or persistent
 * sets (Godefroid; Clarke, Grumberg and Peled, conditions C0 to C3): here all open steps of one context, which goes on
 * alone, or of all. Whatever the others may do before its
 * next step commutes with that step, so all of it may as well come after (`docs/soundness.md`, "Partial order").
 *
 * One rule serves for frames and for CPUs. A frame that may begin now, and whose whole run is independent of the next
 * step of the frame below, need not begin before that step; nor need another CPU run before it. The decision rests on
 * where the contexts stand and on who stands on whom, nothing else.
 */
import { evaluate, type State } from "../language/evaluate.ts";
import type { System } from "../language/system.ts";
import { envOf, type Transition } from "../reference/step.ts";
import { type Dependence, dependenceOf } from "./dependence.ts";

/** What a reduced search asks. */
export interface Choice {
  /**
   * Those of the open transitions that are enough to follow, all of a context or none; where all of one of these
   * contexts fail, the others go on as well.
   */
  readonly chosen: (state: State, open: readonly Transition[]) => readonly Transition[];
  /**
   * Whether a state that a step of this context led to need not be kept: its steps are ample, and one at most. The
   * search then goes on from the state at once, unless the context has to wait there.
   */
  readonly passes: (state: State, context: number) => boolean;
}

/** Everything is followed, and every state is kept. */
export const EVERYTHING: Choice = { chosen: (_, open) => open, passes: () => false };

/** For each context those that stand on it, at any height: it cannot move before they do. */
export function standingOn(system: System, state: State): readonly ReadonlySet<number>[] {
  const { below } = system;
  const under = system.contexts.map(() => new Set<number>());
  if (!below) return under;
  const beneath = system.contexts.map((_, c) => evaluate(below, envOf(system, state, c)));
  for (const top of beneath.keys()) {
    let at = beneath[top];
    for (let height = 0; typeof at === "number" && height < under.length; height++, at = beneath[at]) {
      if (at !== top) under[at]?.add(top);
    }
  }
  return under;
}

export class Reduction implements Choice {
  readonly #system: System;
  readonly #dependence: Dependence;

  constructor(system: System, dependence = dependenceOf(system)) {
    this.#system = system;
    this.#dependence = dependence;
  }

  /** The contexts of which all open steps are ample, if they have one. */
  ample(state: State): readonly number[] {
    const under = this.under(state);
    return [...this.#system.contexts.keys()].filter((context) => this.#isAmple(state, context, under));
  }

  /** Those of the first such context. */
  chosen(state: State, open: readonly Transition[]): readonly Transition[] {
    const ample = this.ample(state).find((context) => open.some((t) => t.context === context));
    return ample === undefined ? open : open.filter((t) => t.context === ample);
  }

  passes(state: State, context: number): boolean {
    const mayPass = this.#dependence.mayPass(context, state.pc[context] as number);
    return mayPass && this.#isAmple(state, context, this.under(state));
  }

  under(state: State): readonly ReadonlySet<number>[] {
    return standingOn(this.#system, state);
  }

  #isAmple(state: State, context: number, under: readonly ReadonlySet<number>[]): boolean {
    const label = state.pc[context] as number;
    return (
      this.#dependence.isCandidate(context, label) &&
      state.pc.every(
        (otherLabel, other) =>
          other === context ||
          under[other]?.has(context) ||
          !this.#dependence.conflict(context, label, other, otherLabel),
      )
    );
  }
}
