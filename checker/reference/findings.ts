/**
 * What a search finds out in the states that it visits: violations, witnesses, cuts, how often commands fire. States
 * are to be visited level by level, and within a level in their order: the first of the shortest is kept.
 */

import { arrivalsOf } from "../language/arrivals.ts";
import { evaluate, ModelError, type State } from "../language/evaluate.ts";
import type { Label, LivenessCheck, StateCheck, System } from "../language/system.ts";
import type { Endless, Place, Violation } from "./result.ts";
import {
  apply,
  type Expansion,
  envOf,
  envOfTransition,
  expand,
  holds,
  isAtRest,
  isDeadlock,
  openMembers,
  type Transition,
} from "./step.ts";
import { Violations } from "./violations.ts";

/** A state and the step that leads to it. */
export interface Successor {
  readonly via: Transition;
  readonly state: State;
}

export class Findings {
  readonly #system: System;
  readonly violations = new Violations();
  readonly fired: number[];
  readonly met: (Place | null)[];
  readonly cuts: readonly Set<number>[];
  readonly open: readonly Set<number>[];
  rested = false;
  readonly #arrivals: readonly (readonly Label[])[];

  constructor(system: System) {
    this.#system = system;
    this.fired = system.commands.map(() => 0);
    this.met = system.witnesses.map(() => null);
    this.cuts = system.contexts.map(() => new Set<number>());
    this.open = system.contexts.map(() => new Set<number>());
    this.#arrivals = system.contexts.map((_, context) => arrivalsOf(system, context));
  }

  violate(property: string, verdict: Violation["verdict"], length: number, why: string, at: Place): void {
    this.violations.note({ property, verdict, length, why, at });
  }

  /**
   * False also where a chain that the condition walks is broken. Any other error is the model's and is recorded: then
   * the condition has no value, so that it neither violates a property nor meets a witness.
   */
  #ask(condition: () => unknown, property: string, length: number, at: Place): boolean | "no value" {
    try {
      return condition() === true;
    } catch (error) {
      if (!(error instanceof ModelError)) throw error;
      if (error.kind === "broken chain") return false;
      this.violate("model error", "model error", length, `evaluating ${property}: ${error.message}`, at);
      return "no value";
    }
  }

  /** A witness is asked in every state, met before or not: else the order of the search would decide which errors show. */
  #witness(witness: number, condition: () => unknown, length: number, at: Place): void {
    const { property } = this.#system.witnesses[witness] as System["witnesses"][number];
    if (this.#ask(condition, property, length, at) === true) this.met[witness] ??= at;
  }

  /** Looks at a state and at its steps; gives the states that they lead to. */
  visit(state: State, id: number, level: number): readonly Successor[] {
    return this.take(this.look(state, level, id).transitions, state, id, level);
  }

  /** Looks at a state; gives what may happen in it. */
  look(state: State, level: number, id: number): Expansion {
    const system = this.#system;
    const here = { state: id, transition: null };
    for (const context of system.contexts.keys()) this.#whomItMightCut(context, state);
    this.#checkState(system.invariants, state, level, here);
    for (const [w, { condition }] of system.witnesses.entries()) {
      if (condition) this.#witness(w, () => holds(system, condition, state), level, here);
    }
    const expansion = expand(system, state);
    for (const { context, label, error } of expansion.errors) {
      const where = `${system.contexts[context]?.name} at ${label.program}: ${label.rowLabel}`;
      this.violate("model error", "model error", level, `${where}: ${error.message}`, here);
    }
    for (const { context, label } of expansion.waiting) {
      for (const { property, condition, why } of label.waits) {
        const answer = this.#ask(() => holds(system, condition, state, context), property, level, here);
        if (answer === false)
          this.violate(property, "violated", level, `${system.contexts[context]?.name}: ${why}`, here);
      }
    }
    if (isAtRest(system, state, expansion)) {
      this.rested = true;
      this.#checkState(system.atRest, state, level, here);
    }
    if (system.deadlock && isDeadlock(system, state, expansion))
      this.violate("deadlock", "deadlock", level, "nothing can happen, and some script is unfinished", here);
    return expansion;
  }

  /** Takes some of the steps of a state; gives the states that they lead to. */
  take(transitions: readonly Transition[], state: State, id: number, level: number): readonly Successor[] {
    return transitions.flatMap((transition) => this.#take(transition, state, id, level) ?? []);
  }

  /**
   * Notes at which row a frame may come on top; or would, if it were not elsewhere or had not already been. That it may is
   * enough for a cut: a reduced search need not let it. Where the question has no value the answer is no: what goes
   * wrong where the frame does come is told by the step itself.
   */
  #whomItMightCut(context: number, state: State): void {
    const system = this.#system;
    for (const label of this.#arrivals[context] as readonly Label[]) {
      if (!label.cuts) continue;
      try {
        const cut = evaluate(label.cuts, envOf(system, state, context));
        if (typeof cut !== "number" || cut === context) continue;
        if (openMembers(system, state, context, label).length === 0) continue;
        const seen = state.pc[context] === label.id ? this.cuts : this.open;
        seen[context]?.add(state.pc[cut] as number);
      } catch (error) {
        if (!(error instanceof ModelError)) throw error;
      }
    }
  }

  #checkState(checks: readonly StateCheck[], state: State, level: number, at: Place): void {
    for (const { property, condition } of checks) {
      const answer = this.#ask(() => holds(this.#system, condition, state), property, level, at);
      if (answer === false) this.violate(property, "violated", level, "in this state", at);
    }
  }

  #take(transition: Transition, state: State, id: number, level: number): Successor | null {
    const system = this.#system;
    const { command, label, context } = transition;
    const at = { state: id, transition };
    const env = envOfTransition(system, state, transition);
    this.fired[command.id] = (this.fired[command.id] as number) + 1;
    for (const { property, verdict, condition, why } of command.checks) {
      if (this.#ask(() => evaluate(condition, env), property, level + 1, at) === false)
        this.violate(property, verdict, level + 1, why, at);
    }
    for (const { witness, condition } of command.witnesses)
      this.#witness(witness, () => evaluate(condition, env), level + 1, at);
    const whom = label.cuts;
    const cutting = (cut: unknown): boolean =>
      typeof cut === "number" && !!this.cuts[context]?.add(state.pc[cut] as number);
    if (whom) this.#ask(() => cutting(evaluate(whom, env)), "whom it cuts", level + 1, at);
    if (command.fails) {
      this.violate(command.fails.property, "violated", level + 1, command.fails.why, at);
      return null;
    }
    try {
      return { via: transition, state: apply(system, state, transition).state };
    } catch (error) {
      if (!(error instanceof ModelError)) throw error;
      const where = `${system.contexts[context]?.name} at ${label.program}: ${label.rowLabel}`;
      this.violate("model error", "model error", level + 1, `${where}: ${error.message}`, at);
      return null;
    }
  }

  /** Whether a state satisfies what is to stay possible; one where that has no value counts as if. */
  isGoal({ property, condition }: StateCheck, state: State, id: number, level: number): boolean {
    const at = { state: id, transition: null };
    return this.#ask(() => holds(this.#system, condition, state), property, level, at) !== false;
  }

  /** Whether liveness begins to be owed in a state; not where that has no value. */
  begins({ property, from }: LivenessCheck, state: State, id: number, level: number): boolean {
    const at = { state: id, transition: null };
    return from !== null && this.#ask(() => holds(this.#system, from, state), property, level, at) === true;
  }

  /** In a fair run, what is owed never comes. */
  endless(property: string, endless: Endless): void {
    const length = endless.stem.length + endless.cycle.length;
    const why =
      endless.cycle.length === 0
        ? "nothing more has to happen, and it has not come"
        : "it may never come, though all go on who can";
    const at = { state: -1, transition: null };
    this.violations.note({ property, verdict: "noProgress", length, why, at, endless });
  }

  /** From a state on, what is to stay possible is not. */
  lost(property: string, length: number, at: Place): void {
    this.violate(property, "noProgress", length, "from here it can never hold again", at);
  }

  /**
   * The violations that count. A search that stops at a violation expands that level as well: what its steps violate
   * lies beyond where it stops.
   */
  shown(stoppedAtViolation: boolean): readonly Violation[] {
    const least = Math.min(...this.violations.values().map((v) => v.length));
    return this.violations.told(stoppedAtViolation ? least : undefined);
  }
}
