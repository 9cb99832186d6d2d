/**
 * The fair parts of a graph (`reference/liveness.ts`), on arrays, in time that is linear for each round: Tarjan's search
 * for the parts in which all can be reached from all, without recursion, and again for what is left of unfair ones.
 */
import { type FairGraph, NOWHERE, type Owing } from "../../reference/fair-graph.ts";

/** For each state the number of the fair part that it is in, from 1 on; 0 for none. */
export function fairParts(graph: FairGraph, owing: Owing, contexts: number, among: Uint8Array): Uint32Array {
  const search = new Parts(graph, owing, contexts);
  const states = new Uint32Array(among.reduce((n, is) => n + is, 0));
  let at = 0;
  for (let s = 0; s < graph.states; s++) if (among[s] === 1) states[at++] = s;
  search.among(states);
  return search.fair;
}

class Parts {
  readonly fair: Uint32Array;
  readonly #graph: FairGraph;
  readonly #owing: Owing;
  readonly #contexts: number;
  /** Which round a state is looked at in, from 1 on; 0 for none any more. */
  readonly #round: Uint32Array;
  /** When a state was met, from 1 on, and the earliest that is on the stack and can be reached from it. */
  readonly #met: Uint32Array;
  readonly #low: Uint32Array;
  /** The part that a state is in, from 1 on; 0 while it is on the stack. */
  readonly #part: Uint32Array;
  /** The next edge to go along, for each state on the way. */
  readonly #next: Uint32Array;
  readonly #stack: Uint32Array;
  readonly #way: Uint32Array;
  /** By part in which that was last seen: who takes a step, who waits, who is wronged. */
  readonly #taken: Uint32Array;
  readonly #waits: Uint32Array;
  readonly #left: { readonly states: Uint32Array; readonly round: number }[] = [];
  #rounds = 0;
  #parts = 0;
  #found = 0;

  constructor(graph: FairGraph, owing: Owing, contexts: number) {
    this.#graph = graph;
    this.#owing = owing;
    this.#contexts = contexts;
    const ofStates = () => new Uint32Array(graph.states);
    this.fair = ofStates();
    this.#round = ofStates();
    this.#met = ofStates();
    this.#low = ofStates();
    this.#part = ofStates();
    this.#next = ofStates();
    this.#stack = ofStates();
    this.#way = ofStates();
    this.#taken = new Uint32Array(owing.count);
    this.#waits = new Uint32Array(owing.count);
  }

  among(states: Uint32Array): void {
    this.#look(states);
    for (let one = this.#left.pop(); one; one = this.#left.pop()) {
      let met = 0;
      for (const start of one.states) if (this.#met[start] === 0) met = this.#from(start, one.round, met);
    }
  }

  /** Leaves states to be looked at, in a round of their own. */
  #look(states: Uint32Array): void {
    if (states.length === 0) return;
    this.#rounds += 1;
    for (const s of states) {
      this.#round[s] = this.#rounds;
      this.#met[s] = 0;
      this.#part[s] = 0;
    }
    this.#left.push({ states, round: this.#rounds });
  }

  /** Goes on from a state; gives how many were met. */
  #from(start: number, round: number, before: number): number {
    const { first, to } = this.#graph;
    const [met, low, next, stack, way] = [this.#met, this.#low, this.#next, this.#stack, this.#way];
    let count = before;
    let stacked = 0;
    let depth = 0;
    const enter = (s: number): void => {
      count += 1;
      met[s] = count;
      low[s] = count;
      next[s] = first[s] as number;
      stack[stacked++] = s;
      way[depth++] = s;
    };
    enter(start);
    while (depth > 0) {
      const s = way[depth - 1] as number;
      const e = next[s] as number;
      if (e < (first[s + 1] as number)) {
        next[s] = e + 1;
        const t = to[e] as number;
        if (t === NOWHERE || this.#round[t] !== round) continue;
        if (met[t] === 0) enter(t);
        else if (this.#part[t] === 0 && (met[t] as number) < (low[s] as number)) low[s] = met[t] as number;
        continue;
      }
      depth -= 1;
      if (depth > 0) {
        const below = way[depth - 1] as number;
        if ((low[s] as number) < (low[below] as number)) low[below] = low[s] as number;
      }
      if (low[s] !== met[s]) continue;
      let from = stacked;
      this.#parts += 1;
      do {
        from -= 1;
        this.#part[stack[from] as number] = this.#parts;
      } while (stack[from] !== s);
      // Its states are left for a later round where it is not fair: a copy, for the stack is used again.
      this.#judge(stack.subarray(from, stacked), this.#parts);
      stacked = from;
    }
    return count;
  }

  /** A part is fair, or what is left of it without the states where somebody is wronged is looked at later. */
  #judge(states: Uint32Array, part: number): void {
    const { first, to, step, waiting } = this.#graph;
    const { takers, owed, isWeak } = this.#owing;
    for (const s of states) {
      const at = s * this.#contexts;
      for (let who = 0; who < this.#contexts; who++) if (waiting[at + who] === 1) this.#waits[who] = part;
      for (let e = first[s] as number; e < (first[s + 1] as number); e++)
        if (to[e] !== NOWHERE && this.#part[to[e] as number] === part)
          for (const who of takers[step[e] as number] as readonly number[]) this.#taken[who] = part;
    }
    const isWronged = (s: number): boolean => {
      for (let e = first[s] as number; e < (first[s + 1] as number); e++) {
        const by = step[e] as number;
        for (const who of owed[by] as readonly number[])
          if (this.#taken[who] !== part && !(isWeak[by] && this.#waits[who] === part)) return true;
      }
      return false;
    };
    const left = states.filter((s) => !isWronged(s));
    if (left.length === states.length) {
      this.#found += 1;
      for (const s of states) this.fair[s] = this.#found;
    } else this.#look(left);
  }
}
