/**
 * A counterexample to liveness: a shortest way to a fair part of the graph on which something is owed, and a short way
 * round in it that is fair. What is found depends on the order of steps only, not on how states are numbered, so that
 * the reference and the engine, whose numbers differ, show the same.
 */
import { type FairGraph, NOWHERE, type Owed, type Owing } from "./fair-graph.ts";

/** Edges by number. A cycle without one stays where it is. */
export interface Lasso {
  readonly start: number;
  readonly stem: readonly number[];
  readonly cycle: readonly number[];
}

/** `fair`: for each state the fair part that it is in, 0 for none. Null where there is none. */
export function lassoOf(
  graph: FairGraph,
  { owing, owed, contexts }: { readonly owing: Owing; readonly owed: Owed; readonly contexts: number },
  fair: Uint32Array,
): Lasso | null {
  const way = stemOf(graph, owed, fair);
  return way && { ...way, cycle: new Round(graph, owing, contexts, fair, endOf(graph, way)).cycle() };
}

const endOf = ({ to }: FairGraph, { start, stem }: Omit<Lasso, "cycle">): number => {
  const last = stem.at(-1);
  return last === undefined ? start : (to[last] as number);
};

/** Breadth-first over pairs of a state and whether something is owed. */
function stemOf(graph: FairGraph, owed: Owed, fair: Uint32Array): Omit<Lasso, "cycle"> | null {
  const isOwed = (state: number, before: number): number =>
    owed.to[state] === 1 ? 0 : before | (owed.from === null ? 0 : (owed.from[state] as number));
  /** For each pair the edge by which it was met, one more than its number; where a run begins, 1 more than all edges. */
  const via = new Uint32Array(2 * graph.states);
  const BEGINS = graph.to.length + 1;
  const source = new Uint32Array(2 * graph.states);
  const queue: number[] = [];
  let found: number | null = null;
  const meet = (state: number, pending: number, by: number, from: number): void => {
    const pair = 2 * state + pending;
    if (via[pair] !== 0 || found !== null) return;
    via[pair] = by;
    source[pair] = from;
    queue.push(pair);
    if (pending === 1 && fair[state] !== 0) found = pair;
  };
  for (const state of graph.initials) meet(state, isOwed(state, owed.from === null ? 1 : 0), BEGINS, 0);
  for (let i = 0; i < queue.length && found === null; i++) {
    const pair = queue[i] as number;
    const state = pair >>> 1;
    for (let e = graph.first[state] as number; e < (graph.first[state + 1] as number); e++) {
      const next = graph.to[e] as number;
      if (next !== NOWHERE) meet(next, isOwed(next, pair & 1), e + 1, pair);
    }
  }
  if (found === null) return null;
  const stem: number[] = [];
  let pair: number = found;
  for (; via[pair] !== BEGINS; pair = source[pair] as number) stem.unshift((via[pair] as number) - 1);
  return { start: pair >>> 1, stem };
}

/** A way round in a fair part, on which everybody gets what he is owed or waits. */
class Round {
  readonly #graph: FairGraph;
  readonly #owing: Owing;
  readonly #contexts: number;
  readonly #fair: Uint32Array;
  readonly #start: number;
  /** Who is owed a step weakly only, in this part: that he waits is enough. Who moves in it is at several rows. */
  readonly #mayWait: ReadonlySet<number>;
  /** Who got a step, or was seen waiting where that is enough; and who is still to. */
  readonly #met = new Set<number>();
  readonly #unmet = new Set<number>();

  constructor(graph: FairGraph, owing: Owing, contexts: number, fair: Uint32Array, start: number) {
    this.#graph = graph;
    this.#owing = owing;
    this.#contexts = contexts;
    this.#fair = fair;
    this.#start = start;
    const [weak, strong] = [new Set<number>(), new Set<number>()];
    for (const [s, part] of fair.entries()) {
      if (part !== fair[start]) continue;
      for (const { step } of this.#edges(s))
        for (const who of owing.owed[step] ?? []) (owing.isWeak[step] ? weak : strong).add(who);
    }
    this.#mayWait = new Set([...weak].filter((who) => !strong.has(who)));
  }

  /** Who is owed something is known only of states that were passed: it goes on until nobody is left. */
  cycle(): readonly number[] {
    const steps: number[] = [];
    let at = this.#start;
    this.#pass(at);
    while (this.#unmet.size > 0 || at !== this.#start) {
      const isLast = this.#unmet.size > 0 ? this.#meets : ({ to }: Edge) => to === this.#start;
      const way = this.#shortest(at, isLast);
      if (way === null) throw new Error("a fair part of the graph has no fair way round");
      for (const { number, step, to } of way) {
        for (const who of this.#owing.takers[step] ?? []) this.#meet(who);
        this.#pass(to);
        steps.push(number);
        at = to;
      }
    }
    return steps;
  }

  #meet(who: number): void {
    this.#met.add(who);
    this.#unmet.delete(who);
  }

  #pass(state: number): void {
    for (const who of this.#mayWait) if (this.#waits(who, state)) this.#meet(who);
    for (const { step } of this.#edges(state))
      for (const who of this.#owing.owed[step] ?? []) if (!this.#met.has(who)) this.#unmet.add(who);
  }

  #waits(who: number, state: number): boolean {
    return who < this.#contexts && this.#graph.waiting[state * this.#contexts + who] === 1;
  }

  #meets = ({ step, to }: Edge): boolean =>
    (this.#owing.takers[step] ?? []).some((who) => this.#unmet.has(who)) ||
    [...this.#unmet].some((who) => this.#mayWait.has(who) && this.#waits(who, to));

  *#edges(state: number): Iterable<Edge> {
    const { first, to, step } = this.#graph;
    for (let e = first[state] as number; e < (first[state + 1] as number); e++)
      yield { number: e, to: to[e] as number, step: step[e] as number };
  }

  /** A shortest way within the part whose last edge is one that is looked for. */
  #shortest(from: number, isLast: (edge: Edge) => boolean): Edge[] | null {
    const by = new Map<number, Edge & { readonly from: number }>();
    const queue = [from];
    const wayTo = (state: number): Edge[] => {
      const way: Edge[] = [];
      for (let edge = by.get(state); edge; edge = by.get(edge.from)) way.unshift(edge);
      return way;
    };
    for (const s of queue)
      for (const edge of this.#edges(s)) {
        if (edge.to === NOWHERE || this.#fair[edge.to] !== this.#fair[this.#start]) continue;
        if (isLast(edge)) return [...wayTo(s), edge];
        if (edge.to === from || by.has(edge.to)) continue;
        by.set(edge.to, { ...edge, from: s });
        queue.push(edge.to);
      }
    return null;
  }
}

interface Edge {
  readonly number: number;
  readonly to: number;
  readonly step: number;
}
