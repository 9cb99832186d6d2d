/**
 * Which contexts need to be followed from a state, and which states need not be kept? An ample set of contexts: whatever
 * the others may do before one of these takes a step commutes with that step, so it may as well come after
 * (`docs/soundness.md`, "Partial order").
 *
 * One rule serves for frames and for CPUs. A frame that may begin now and whose whole run is independent of the next
 * step of the frame below need not begin before it; nor need another CPU run before it. Contexts are taken together
 * (a cluster) where their steps depend on one another. The decision rests on where the contexts stand and on who
 * stands on whom, nothing else.
 */
import { evaluate, type State } from "../language/evaluate.ts";
import type { System } from "../language/system.ts";
import { envOf } from "../reference/step.ts";
import { type Dependence, dependenceOf } from "./dependence.ts";

/** A set of contexts that may be followed alone, if `start` has an open step. */
export interface Cluster {
  readonly start: number;
  readonly contexts: ReadonlySet<number>;
}

export class Reduction {
  readonly #system: System;
  readonly #dependence: Dependence;
  /** Labels where ways meet or a loop closes: states there are kept. */
  readonly #meetings: ReadonlySet<number>;

  constructor(system: System, dependence = dependenceOf(system)) {
    this.#system = system;
    this.#dependence = dependence;
    this.#meetings = meetings(system);
  }

  /** Clusters that are not everybody, the smallest first, then by the start. */
  clusters(state: State): readonly Cluster[] {
    const under = this.under(state);
    const alive = [...this.#system.contexts.keys()].filter((c) => state.pc[c] !== 0);
    return alive
      .flatMap((start) => this.#clusterOf(state, start, under) ?? [])
      .filter(({ contexts }) => contexts.size < alive.length)
      .toSorted((a, b) => a.contexts.size - b.contexts.size || a.start - b.start);
  }

  /**
   * Whether a state need not be kept: the context that just moved goes on alone, by its only open step. The search
   * then goes on from it at once.
   */
  passes(state: State, mover: number): boolean {
    const label = state.pc[mover] as number;
    if (label === 0 || this.#meetings.has(label)) return false;
    return this.#clusterOf(state, mover, this.under(state))?.contexts.size === 1;
  }

  /** For each context those that stand on it, at any height: it cannot move before they do. */
  under(state: State): readonly ReadonlySet<number>[] {
    const { below } = this.#system;
    const under = this.#system.contexts.map(() => new Set<number>());
    if (!below) return under;
    const beneath = this.#system.contexts.map((_, c) => evaluate(below, envOf(this.#system, state, c)));
    for (const top of beneath.keys()) {
      let at = beneath[top];
      for (let height = 0; typeof at === "number" && height < under.length; height++, at = beneath[at]) {
        if (at !== top) under[at]?.add(top);
      }
    }
    return under;
  }

  /**
   * The start is at a row that leads on: no arrival, none where a script may end. And either nobody outside can keep it
   * from running, or its step changes nothing about who may run: else a deadlock above it could be missed.
   */
  #clusterOf(state: State, start: number, under: readonly ReadonlySet<number>[]): Cluster | null {
    const at = state.pc[start] as number;
    const label = this.#system.labels[at];
    if (!label) return null;
    const { arrive, mayStop, schedules, serves } = label.meta;
    if (arrive || mayStop || schedules || serves) return null;
    const contexts = new Set([start]);
    // A set may grow while it is walked.
    for (const g of contexts) {
      const from = state.pc[g] as number;
      if (this.#dependence.visible(g, from)) return null;
      for (const c of this.#others(contexts, under)) {
        if (this.#dependence.conflict(g, from, c, state.pc[c] as number, g === start)) contexts.add(c);
      }
    }
    const stoppable = this.#others(contexts, under).some((c) =>
      this.#dependence.mayStop(start, c, state.pc[c] as number),
    );
    return stoppable && this.#dependence.changesWhoMayRun(start, at) ? null : { start, contexts };
  }

  /** The contexts outside a cluster that may move before any of it does. */
  #others(cluster: ReadonlySet<number>, under: readonly ReadonlySet<number>[]): number[] {
    return [...this.#system.contexts.keys()].filter(
      (c) => !cluster.has(c) && ![...cluster].some((g) => under[c]?.has(g)),
    );
  }
}

/** Labels at which a loop closes, by a depth-first walk of each script. */
function meetings({ labels, scripts }: System): ReadonlySet<number> {
  const found = new Set<number>();
  const state = new Map<number, "on" | "done">();
  const walk = (label: number): void => {
    state.set(label, "on");
    for (const { target } of labels[label]?.entries.flat() ?? []) {
      if (!target) continue;
      if (state.get(target) === "on") found.add(target);
      else if (!state.has(target)) walk(target);
    }
    state.set(label, "done");
  };
  for (const { entry } of scripts) if (entry) walk(entry);
  return found;
}
