/**
 * Is there a fair run on which something is owed for ever? As slow as it is short: it judges the engine.
 *
 * The states that such a run passes again and again are a part of the graph in which every state can be reached from
 * every other. A part is fair if nobody is wronged in it (`wronged`). A part where somebody is wronged has a fair part
 * only among the states where that one is owed nothing, so these are looked at on their own: the parts of a graph in
 * which all can be reached from all, over and over, as Emerson and Lei (1987) find them for strong fairness.
 */
import { type FairGraph, NOWHERE, type Owing } from "./fair-graph.ts";

/** For each state the number of the fair part that it is in, from 1 on; 0 for none. */
export function fairParts(graph: FairGraph, owing: Owing, contexts: number, among: Uint8Array): Uint32Array {
  const fair = new Uint32Array(graph.states);
  let found = 0;
  const all = Array.from({ length: graph.states }, (_, s) => s);
  const left: (readonly number[])[] = [all.filter((s) => among[s] === 1)];
  for (let states = left.pop(); states; states = left.pop()) {
    for (const part of componentsOf(graph, states)) {
      const wrong = wronged(graph, owing, contexts, part);
      if (wrong.size === 0) {
        found += 1;
        for (const s of part) fair[s] = found;
      } else left.push(part.filter((s) => !wrong.has(s)));
    }
  }
  return fair;
}

/**
 * The states of a part where somebody is owed a step that he never gets: nobody of the part takes one, though he can
 * again and again; and, where he is owed it weakly, he never waits.
 */
function wronged(graph: FairGraph, owing: Owing, contexts: number, part: readonly number[]): Set<number> {
  const isIn = new Set(part);
  const taken = new Set<number>();
  const waits = new Set<number>();
  for (const s of part) {
    for (let who = 0; who < contexts; who++) if (graph.waiting[s * contexts + who] === 1) waits.add(who);
    for (const e of edgesOf(graph, s))
      if (isIn.has(graph.to[e] as number))
        for (const who of owing.takers[graph.step[e] as number] ?? []) taken.add(who);
  }
  const wrong = new Set<number>();
  for (const s of part)
    for (const e of edgesOf(graph, s)) {
      const step = graph.step[e] as number;
      for (const who of owing.owed[step] ?? [])
        if (!taken.has(who) && !(owing.isWeak[step] && waits.has(who))) wrong.add(s);
    }
  return wrong;
}

function* edgesOf({ first }: FairGraph, state: number): Iterable<number> {
  for (let e = first[state] as number; e < (first[state + 1] as number); e++) yield e;
}

/**
 * The parts of some states in which each can be reached from each other, by Kosaraju: in the reverse of the order in
 * which a depth-first search leaves them, what leads to a state and is in no part yet is in its part.
 */
function componentsOf(graph: FairGraph, states: readonly number[]): number[][] {
  const isIn = new Set(states);
  const after = new Map<number, number[]>();
  const before = new Map<number, number[]>(states.map((s) => [s, []]));
  for (const s of states) {
    const next = [...edgesOf(graph, s)].map((e) => graph.to[e] as number).filter((t) => t !== NOWHERE && isIn.has(t));
    after.set(s, next);
    for (const t of next) before.get(t)?.push(s);
  }
  const seen = new Set<number>();
  const left: number[] = [];
  for (const start of states) {
    const path: { readonly state: number; next: number }[] = [];
    const enter = (state: number): void => {
      if (seen.has(state)) return;
      seen.add(state);
      path.push({ state, next: 0 });
    };
    enter(start);
    for (let at = path.at(-1); at; at = path.at(-1)) {
      const to = after.get(at.state)?.[at.next++];
      if (to !== undefined) enter(to);
      else left.push((path.pop() as { readonly state: number }).state);
    }
  }
  const done = new Set<number>();
  const parts: number[][] = [];
  for (const start of left.toReversed()) {
    if (done.has(start)) continue;
    const part = [start];
    done.add(start);
    for (const s of part)
      for (const from of before.get(s) ?? [])
        if (!done.has(from)) {
          done.add(from);
          part.push(from);
        }
    parts.push(part);
  }
  return parts;
}
