/**
 * All steps of a system, numbered, with what liveness asks of states: what a run that goes on for ever is made of. The
 * reference and the engine each make one; `docs/soundness.md`, "Liveness under fairness", says what is asked of it.
 */
import { ModelError, type State } from "../language/evaluate.ts";
import { setOver } from "../language/shapes.ts";
import type { LivenessCheck, System } from "../language/system.ts";
import type { Endless } from "./result.ts";
import { apply, expand, type Transition } from "./step.ts";

/** Where a step leads that is itself a violation, or has no meaning: nowhere. It is open all the same. */
export const NOWHERE = 0xffff_ffff;

/** States and edges by number; the edges of a state stand together, in the order in which its steps are told. */
export interface FairGraph {
  readonly states: number;
  /** Those where a run begins, in the order of states. */
  readonly initials: readonly number[];
  /** For each state the number of its first edge; one entry more. */
  readonly first: Uint32Array;
  /** For each edge the state that it leads to, or `NOWHERE`, and which of the steps it takes. */
  readonly to: Uint32Array;
  readonly step: Uint32Array;
  readonly steps: readonly Transition[];
  /** 1 for each state and context, side by side, where the context may run and waits. */
  readonly waiting: Uint8Array;
}

/** What a liveness property says of each state: 1 where it is owed from there, 1 where it is there. */
export interface Owed {
  /** Null: it is owed from where a run begins. */
  readonly from: Uint8Array | null;
  readonly to: Uint8Array;
}

/**
 * Whom a run has to be fair to, by number: each context, then each element that choices are owed to. A step is taken
 * by its context, and by the elements that it chooses at a row which owes them.
 */
export interface Owing {
  readonly count: number;
  /** For each step whom it is taken by, and who is owed it. */
  readonly takers: readonly (readonly number[])[];
  /** Of those who are owed a step at its row: only where they never wait. */
  readonly isWeak: readonly boolean[];
  readonly owed: readonly (readonly number[])[];
}

export function owingOf(system: System, { fair }: Pick<LivenessCheck, "fair">, steps: readonly Transition[]): Owing {
  const elements = new Map<string, number>();
  const numberOf = (key: string): number => {
    const known = elements.get(key) ?? system.contexts.length + elements.size;
    elements.set(key, known);
    return known;
  };
  const takers: number[][] = [];
  const owed: number[][] = [];
  const isWeak: boolean[] = [];
  for (const { context, label, command, chosen } of steps) {
    const kind = fair[label.id] ?? "none";
    const each = kind === "each" && typeof label.meta.fair === "object" ? setOver(label.meta.fair.each, "fair") : null;
    const named = command.binders.flatMap(({ set }, i) => (set === each ? [numberOf(`${set.name} ${chosen[i]}`)] : []));
    takers.push([context, ...named]);
    owed.push(kind === "weak" || kind === "strong" ? [context] : named);
    isWeak.push(kind === "weak");
  }
  return { count: system.contexts.length + elements.size, takers, owed, isWeak };
}

/**
 * The states of which liveness is owed and not yet there: each from which it begins to be owed, and what follows from
 * one until it is there.
 */
export function pendingIn({ states, initials, first, to }: FairGraph, owed: Owed): Uint8Array {
  const pending = new Uint8Array(states);
  const queue: number[] = [];
  const add = (s: number): void => {
    if (owed.to[s] === 1 || pending[s] === 1) return;
    pending[s] = 1;
    queue.push(s);
  };
  if (owed.from === null) for (const s of initials) add(s);
  else for (let s = 0; s < states; s++) if (owed.from[s] === 1) add(s);
  for (let s = queue.pop(); s !== undefined; s = queue.pop())
    for (let e = first[s] as number; e < (first[s + 1] as number); e++) if (to[e] !== NOWHERE) add(to[e] as number);
  return pending;
}

/** The graph of these states, all that can be reached, as the reference finds it. */
export function fairGraphOf(system: System, states: readonly State[], numberOf: (state: State) => number): FairGraph {
  const { length: contexts } = system.contexts;
  const first = new Uint32Array(states.length + 1);
  const waiting = new Uint8Array(states.length * contexts);
  const to: number[] = [];
  const step: number[] = [];
  const steps: Transition[] = [];
  const numbers = new Map<string, number>();
  const stepOf = (taken: Transition): number => {
    const key = `${taken.context} ${taken.command.id} ${taken.chosen.join(" ")}`;
    const number = numbers.get(key) ?? steps.push(taken) - 1;
    numbers.set(key, number);
    return number;
  };
  for (const [from, state] of states.entries()) {
    const open = expand(system, state);
    for (const { context } of open.waiting) waiting[from * contexts + context] = 1;
    for (const taken of open.transitions) {
      to.push(leadsTo(system, state, taken, numberOf));
      step.push(stepOf(taken));
    }
    first[from + 1] = to.length;
  }
  const initials = system.initials.map(numberOf);
  return {
    states: states.length,
    initials,
    first,
    to: Uint32Array.from(to),
    step: Uint32Array.from(step),
    steps,
    waiting,
  };
}

function leadsTo(system: System, state: State, taken: Transition, numberOf: (state: State) => number): number {
  if (taken.command.fails) return NOWHERE;
  try {
    return numberOf(apply(system, state, taken).state);
  } catch (error) {
    if (error instanceof ModelError) return NOWHERE;
    throw error;
  }
}

/** A lasso of a graph as steps from a state on. */
export function endlessOf(
  { step, steps }: FairGraph,
  {
    start,
    stem,
    cycle,
  }: { readonly start: number; readonly stem: readonly number[]; readonly cycle: readonly number[] },
  stateOf: (number: number) => State,
): Endless {
  const taken = (edges: readonly number[]) => edges.map((e) => steps[step[e] as number] as Transition);
  return { start: stateOf(start), stem: taken(stem), cycle: taken(cycle) };
}
