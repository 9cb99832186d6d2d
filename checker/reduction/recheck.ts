/**
 * Is what a reduction rests on true in this run? Asked of every step of an unreduced search, and of every state of a
 * reduced one. Each check is one step of an induction, so that together they speak of the whole future
 * (`docs/soundness.md`, "Checked on runs"). Answers are sentences; none is good.
 */
import { cellsOf } from "../language/cells.ts";
import { type Env, evaluate, ModelError, type State, writesOf } from "../language/evaluate.ts";
import type { Node } from "../language/nodes.ts";
import type { System } from "../language/system.ts";
import { apply, envOfTransition, expand, holds, openMembers, type Transition } from "../reference/step.ts";
import type { CellSet } from "./cell-set.ts";
import { isOrdinary } from "./dependence.ts";
import type { Footprint, Footprints } from "./footprints.ts";
import type { Reduction } from "./reduction.ts";

type Path = readonly (string | number)[];

export class Recheck {
  readonly #system: System;
  readonly #footprints: Footprints;
  readonly #reduction: Pick<Reduction, "under">;
  /** Numbers of cells by path, as footprints have them. */
  readonly #cells: ReadonlyMap<string, number>;
  readonly #names: readonly string[];

  constructor(system: System, footprints: Footprints, reduction: Pick<Reduction, "under">) {
    this.#system = system;
    this.#footprints = footprints;
    this.#reduction = reduction;
    const shared = cellsOf(system).filter((c) => c.shape && c.path[0] !== "local");
    this.#cells = new Map(shared.map((cell, i) => [cell.path.join("."), i]));
    this.#names = shared.map((c) => c.name);
  }

  /** What is wrong with one step of an unreduced search. */
  step(before: State, transition: Transition, after: State): string[] {
    const { context, label, command } = transition;
    const { now, fromHereOn } = this.#footprints;
    const who = `${this.#system.contexts[context]?.name} at ${label.program}: ${label.rowLabel}`;
    const declared = now(context, label.id);
    const rest = fromHereOn(context, label.id);
    const later = fromHereOn(context, command.target ?? 0);
    return [
      ...this.#accesses(before, transition, declared).map((what) => `${who}: ${what}`),
      ...this.#within(declared, rest).map((what) => `${who}: ${what} now, and not from here on`),
      ...this.#within(later, rest).map((what) => `${who}: ${what} later, and not from here on`),
      ...this.#standing(before, transition, after),
    ];
  }

  /** What a step reads and writes beyond what its footprint says. */
  #accesses(before: State, transition: Transition, { reads, writes, labels }: Footprint): string[] {
    const found: string[] = [];
    const { context, label, command } = transition;
    const seen = (path: Path): void => {
      if (path[0] === "local") return;
      if (path[0] === "pc") {
        if (path[1] !== context && !labels.some((l) => l.context === path[1]))
          found.push(`reads where ${this.#system.contexts[path[1] as number]?.name} stands, beyond its footprint`);
        return;
      }
      const cell = this.#cells.get(path.join("."));
      if (cell !== undefined && !reads.has(cell)) found.push(`reads ${this.#names[cell]}, beyond its footprint`);
    };
    const watched = watch(before, seen);
    openMembers(this.#system, watched, context, label);
    const env = envOfTransition(this.#system, watched, transition);
    for (const { condition } of [...command.checks, ...command.witnesses]) ask(condition, env);
    for (const { cell: path } of writesOf(command.effect, env)) {
      const cell = this.#cells.get(path.join("."));
      if (cell !== undefined && !writes.has(cell)) found.push(`writes ${this.#names[cell]}, beyond its footprint`);
    }
    return [...new Set(found)];
  }

  /** Accesses of the first that the second lacks. */
  #within(small: Footprint, large: Footprint): string[] {
    const missing = (a: CellSet, b: CellSet, verb: string): string[] =>
      b.includes(a) ? [] : this.#names.filter((_, i) => a.has(i) && !b.has(i)).map((name) => `${verb} ${name}`);
    const asked = small.labels.filter(
      (l) => !large.labels.some((o) => o.context === l.context && o.among.join() === l.among.join()),
    );
    return [
      ...missing(small.reads, large.reads, "reads"),
      ...missing(small.writes, large.writes, "writes"),
      ...asked.map((l) => `reads where ${this.#system.contexts[l.context]?.name} stands`),
    ];
  }

  /** Who stands below another may not run, and does not get out from under it before that one moves. */
  #standing(before: State, { context }: Transition, after: State): string[] {
    const names = this.#system.contexts.map((c) => c.name);
    const [was, is] = [this.#reduction.under(before), this.#reduction.under(after)];
    return was.flatMap((above, low) =>
      [...above].flatMap((high) => {
        if (context === low || holds(this.#system, this.#system.mayRun, before, low))
          return [`${names[low]} may run under ${names[high]}`];
        if (context === high || is[low]?.has(high)) return [];
        return [`${names[low]} gets out from under ${names[high]} by a step of ${names[context]}`];
      }),
    );
  }

  /** What is wrong with the steps of a context as an ample set: a step of another does not commute with one of its own. */
  ample(state: State, context: number): string[] {
    const { transitions } = expand(this.#system, state);
    const taken = transitions.filter((t) => t.context === context);
    const left = transitions.filter((t) => t.context !== context);
    return taken.flatMap((t) => left.flatMap((u) => this.#diamond(state, t, u)));
  }

  /** `u` may stop `t` from running at once; what `t` would do must be the same all the same. */
  #diamond(state: State, t: Transition, u: Transition): string[] {
    const says = ({ context, label }: Transition): string =>
      `${this.#system.contexts[context]?.name} at ${label.program}: ${label.rowLabel}`;
    const isOpen = (at: State, { context, label, command, chosen }: Transition): boolean =>
      openMembers(this.#system, at, context, label).some(
        (o) => o.command === command && o.chosen.every((v, i) => v === chosen[i]),
      );
    const complain = (what: string): string[] => [`${says(u)} was left out for ${says(t)}: ${what}`];
    if (t.command.fails || u.command.fails) return [];
    const afterT = apply(this.#system, state, t).state;
    const afterU = apply(this.#system, state, u).state;
    if (!expand(this.#system, afterT).transitions.some((o) => o.context === u.context && o.command === u.command))
      return complain("it may not come after");
    if (!isOpen(afterU, t)) return complain("it changes what that one may do");
    if (this.#system.deadlock && !isOrdinary(this.#system, t.command.target ?? 0)) {
      if (!holds(this.#system, this.#system.mayRun, afterU, t.context))
        return complain("it keeps that one from running, after whose step a script need not go on");
    }
    const [tu, ut] = [apply(this.#system, afterT, u).state, apply(this.#system, afterU, t).state];
    return JSON.stringify(tu) === JSON.stringify(ut) ? [] : complain("their order matters");
  }
}

/** Where the question has no value, what was read until then was read all the same. */
function ask(condition: Node, env: Env): void {
  try {
    evaluate(condition, env);
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
  }
}

/** A state that tells of every cell that is read from it. */
function watch(state: State, seen: (path: Path) => void): State {
  const wrap = (data: object, path: Path): object =>
    // Not of the data itself: it is frozen, and a proxy of it could not wrap what it holds.
    new Proxy(
      {},
      {
        get(_, key) {
          const value = Reflect.get(data, key);
          if (typeof key === "symbol") return value;
          const here = [...path, /^\d+$/.test(key) ? Number(key) : key];
          if (value !== null && typeof value === "object") return wrap(value, here);
          seen(here);
          return value;
        },
      },
    );
  return wrap(state, []) as State;
}
