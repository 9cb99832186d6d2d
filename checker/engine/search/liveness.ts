/**
 * Liveness under fairness, by the engine: generated code lists the steps of each state that was found, arrays take the
 * graph, and fair parts are looked for in it. What is shown is found and told as the reference does it.
 */
import type { State } from "../../language/evaluate.ts";
import type { System } from "../../language/system.ts";
import { endlessOf, type FairGraph, type Owed, owingOf, pendingIn } from "../../reference/fair-graph.ts";
import type { Findings } from "../../reference/findings.ts";
import { lassoOf } from "../../reference/lasso.ts";
import type { Range } from "../store/ranges.ts";
import { fairParts } from "./fair-parts.ts";
import type { Machine } from "./machine.ts";

/** What a search gives of the states that it found. */
export interface Found {
  readonly system: System;
  readonly machine: Machine;
  /** The states of each level: those of the first are where runs begin, in their order. */
  readonly levels: readonly (readonly Range[])[];
  /** A state of a log. */
  readonly stateAt: (log: number, number: number) => State;
  /** Told before and after each level: what it asks may have no value. */
  readonly ask: (level: number, list: () => void) => void;
}

/** States whose steps are listed between two looks at how far it is. */
const BETWEEN_LOOKS = 1 << 16;

/** The graph of all states, numbered level by level, and what is owed in them. Yields now and then. */
export function* fairGraphOf({ system, machine, levels, ask }: Found): Generator<void, Graph> {
  const { store, engine, call } = machine;
  const { memory, base } = engine.map;
  const { length: contexts } = system.contexts;
  const { length: checks } = system.liveness;
  const states = store.total;
  const numbers = yield* numbered(machine, levels, states);
  const first = new Uint32Array(states + 1);
  const waiting = new Uint8Array(states * contexts);
  const owed = system.liveness.map(({ from }) => ({
    from: from && new Uint8Array(states),
    to: new Uint8Array(states),
  }));
  let [to, step] = [new Uint32Array(4 * states), new Uint32Array(4 * states)];
  let edges = 0;
  let at = 0;
  const list = ({ at: log, from, to: end }: Range): void => {
    for (let number = from; number < end; number++, at++) {
      const count = call("edges", log, number);
      const { words, bytes } = store.main;
      if (edges + count > to.length) [to, step] = [longer(to), longer(step)];
      for (let i = 0, word = (base + memory.edges.offset) >>> 2; i < count; i++, word += 2, edges++) {
        step[edges] = words[word] as number;
        const target = words[word + 1] as number;
        to[edges] = target === -1 ? target : (numbers[target] as number);
      }
      first[at + 1] = edges;
      for (let who = 0; who < contexts; who++)
        waiting[at * contexts + who] = bytes[base + memory.waiting.offset + who] as number;
      for (let check = 0; check < checks; check++) {
        const asked = base + memory.owed.offset + 2 * check;
        const into = owed[check] as (typeof owed)[number];
        if (into.from) into.from[at] = bytes[asked] as number;
        into.to[at] = bytes[asked + 1] as number;
      }
    }
  };
  for (const [level, ranges] of levels.entries())
    for (const part of ranges.flatMap((range) => parts(range))) {
      ask(level, () => list(part));
      yield;
    }
  const initials = system.initials.map((_, i) => i);
  const graph = { states, initials, first, to: to.subarray(0, edges), step: step.subarray(0, edges), waiting };
  return { ...graph, steps: engine.map.steps, owed };
}

export interface Graph extends FairGraph {
  /** For each question of liveness. */
  readonly owed: readonly Owed[];
}

/** What never comes in some fair run. */
export function findEndless({ system, levels, stateAt }: Found, graph: Graph, findings: Findings): void {
  const { length: contexts } = system.contexts;
  for (const [i, check] of system.liveness.entries()) {
    const owed = graph.owed[i] as Owed;
    const owing = owingOf(system, check, graph.steps);
    const fair = fairParts(graph, owing, contexts, pendingIn(graph, owed));
    const lasso = lassoOf(graph, { owing, owed, contexts }, fair);
    if (lasso)
      findings.endless(
        check.property,
        endlessOf(graph, lasso, (s) => stateOf(levels, s, stateAt)),
      );
  }
}

/** By the number that generated code has for a state, the one that it has in the graph. */
function* numbered(
  { call }: Machine,
  levels: readonly (readonly Range[])[],
  states: number,
): Generator<void, Uint32Array> {
  const identities = new Uint32Array(states);
  let largest = 0;
  let at = 0;
  for (const part of levels.flat().flatMap((range) => parts(range))) {
    for (let number = part.from; number < part.to; number++, at++) {
      const identity = call("identify", part.at, number);
      identities[at] = identity;
      if (identity > largest) largest = identity;
    }
    yield;
  }
  const numbers = new Uint32Array(largest + 1);
  for (const [number, identity] of identities.entries()) numbers[identity] = number;
  return numbers;
}

function parts({ at, from, to }: Range): Range[] {
  const cut: Range[] = [];
  for (let start = from; start < to; start += BETWEEN_LOOKS)
    cut.push({ at, from: start, to: Math.min(to, start + BETWEEN_LOOKS) });
  return cut;
}

function longer(array: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const next = new Uint32Array(2 * array.length + 1024);
  next.set(array);
  return next;
}

function stateOf(levels: readonly (readonly Range[])[], number: number, stateAt: Found["stateAt"]): State {
  let left = number;
  for (const { at, from, to } of levels.flat()) {
    if (left < to - from) return stateAt(at, from + left);
    left -= to - from;
  }
  throw new Error(`the search found no state ${number}`);
}
