/**
 * The reference search with reductions, written to be read beside `checker/reference/search.ts`: breadth-first, and from
 * each state only what must be followed. It finds the same violations and deadlocks; its traces are real, but may be
 * longer than the shortest.
 */
import { stateKey } from "../language/cells.ts";
import type { State } from "../language/evaluate.ts";
import type { System } from "../language/system.ts";
import { Findings, type Successor } from "../reference/findings.ts";
import { limitReached, type SearchOptions, type SearchResult } from "../reference/result.ts";
import type { Transition } from "../reference/step.ts";
import { Reduction } from "./reduction.ts";

/** A state on the way, kept or passed through. */
interface Node {
  readonly state: State;
  readonly from: number;
  readonly via: Transition | null;
  readonly steps: number;
  /** The level where it is kept; null for one that is passed through. */
  readonly level: number | null;
}

/** Explores a system by its reduced graph. Throws for one with `alwaysPossible`: what may be postponed is not what may happen. */
export function reducedSearch(
  system: System,
  options: SearchOptions = {},
  reduction: Pick<Reduction, "clusters" | "passes"> = new Reduction(system),
): SearchResult {
  if (system.alwaysPossible.length > 0) throw new Error("a system with alwaysPossible is searched unreduced");
  const { exploreAll = false } = options;
  const key = stateKey(system);
  const nodes: Node[] = [{ state: system.initial, from: -1, via: null, steps: 0, level: 0 }];
  const kept = new Map([[key(system.initial), 0]]);
  const findings = new Findings(system);
  const { violations, fired, met, cuts, open } = findings;
  let transitions = 0;
  let incomplete: string | null = null;
  let level = 0;
  let next: number[] = [];

  /** Goes on to a state, and through those that need not be kept. Says whether it ends on the next level. */
  const enter = ({ via, state }: Successor, from: number): boolean => {
    transitions += 1;
    const { steps } = nodes[from] as Node;
    if (reduction.passes(state, via.context)) {
      const id = nodes.push({ state, from, via, steps: steps + 1, level: null }) - 1;
      const { transitions: all, errors } = findings.look(state, steps + 1, id);
      const own = all.filter((t) => t.context === via.context);
      const [only] = errors.length === 0 && own.length === 1 ? findings.take(own, state, id, steps + 1) : [];
      if (only) return enter(only, id);
    }
    const known = kept.get(key(state));
    if (known !== undefined) return (nodes[known] as Node).level === level + 1;
    const id = nodes.push({ state, from, via, steps: steps + 1, level: level + 1 }) - 1;
    kept.set(key(state), id);
    next.push(id);
    return true;
  };

  for (let frontier = [0]; ; level++) {
    next = [];
    for (const from of frontier) {
      const { state, steps } = nodes[from] as Node;
      const { transitions: all, errors } = findings.look(state, steps, from);
      const take = (some: readonly Transition[]): readonly Successor[] => findings.take(some, state, from, steps);
      const cluster =
        errors.length === 0 && reduction.clusters(state).find(({ start }) => all.some((t) => t.context === start));
      const chosen = all.filter((t) => !cluster || cluster.contexts.has(t.context));
      const ahead = take(chosen).map((s) => [s.via.context, enter(s, from)] as const);
      // Nothing is postponed for ever: a step of the start leads on to the next level, or all is followed.
      if (!cluster || ahead.some(([who, isAhead]) => who === cluster.start && isAhead)) continue;
      for (const s of take(all.filter((t) => !chosen.includes(t)))) enter(s, from);
    }
    if (!exploreAll && violations.size > 0) break;
    if (next.length === 0) break;
    incomplete = limitReached(options, kept.size, level);
    if (incomplete) break;
    frontier = next.sort((a, b) => (key((nodes[a] as Node).state) < key((nodes[b] as Node).state) ? -1 : 1));
  }

  return {
    states: kept.size,
    transitions,
    depth: level,
    complete: incomplete === null && (exploreAll || violations.size === 0),
    incomplete,
    violations: [...violations.values()],
    fired,
    met,
    cuts,
    open,
    trace: ({ state, transition }) => [...wayTo(nodes, state), ...(transition ? [transition] : [])],
  };
}

function wayTo(nodes: readonly Node[], state: number): Transition[] {
  const way: Transition[] = [];
  for (let at = nodes[state] as Node; at.via; at = nodes[at.from] as Node) way.unshift(at.via);
  return way;
}
