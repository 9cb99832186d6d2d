/**
 * The reference search with reductions, written to be read beside `checker/reference/search.ts`: breadth-first, from each
 * state only what must be followed (partial order), and of states that differ by names only one (symmetry). It finds the
 * same violations and deadlocks; its traces are real, but with partial order may be longer than the shortest.
 */
import { stateKey } from "../language/cells.ts";
import type { State } from "../language/evaluate.ts";
import type { System } from "../language/system.ts";
import { Findings, type Successor } from "../reference/findings.ts";
import { finish, INTERRUPTED, type Lengthy } from "../reference/progress.ts";
import { limitReached, type SearchOptions, type SearchResult } from "../reference/result.ts";
import { neverAgain } from "../reference/search.ts";
import type { Transition } from "../reference/step.ts";
import { concretely, type Stretch } from "./concrete.ts";
import { type Choice, EVERYTHING, Reduction } from "./reduction.ts";
import type { Symmetry } from "./symmetry.ts";

/** A state on the way, kept or passed through; without a step where it is the one before, with other names. */
interface Node {
  readonly state: State;
  readonly from: number;
  readonly via: Transition | null;
  readonly steps: number;
}

/** States that are visited between two looks at how far the search is. */
const BETWEEN_LOOKS = 64;

/**
 * Explores a system by its reduced graph. Throws for partial order where something is to stay possible: what is put off is
 * not what is possible.
 */
export const reducedSearch = (...args: Parameters<typeof reducedSearching>): SearchResult =>
  finish(reducedSearching(...args));

export function* reducedSearching(
  system: System,
  options: SearchOptions = {},
  reduction: Choice = new Reduction(system),
  symmetry: Symmetry | null = null,
): Lengthy<SearchResult> {
  if (system.alwaysPossible.length > 0 && reduction !== EVERYTHING)
    throw new Error("a system with alwaysPossible is searched without partial order");
  if (system.liveness.length > 0) throw new Error("a system that asks for liveness is searched whole");
  const { exploreAll = false } = options;
  const key = stateKey(system);
  const least = (state: State): State => symmetry?.canonical(state).state ?? state;
  const starts = new Map(system.initials.map(least).map((state) => [key(state), state]));
  const nodes: Node[] = [...starts.values()].map((state) => ({ state, from: -1, via: null, steps: 0 }));
  /** The number of each kept state, by key, and its node. */
  const kept = new Map([...starts.keys()].map((name, i) => [name, i]));
  const nodeOf = [...nodes.keys()];
  const edges: [number, number][] = [];
  const order: number[] = [];
  const findings = new Findings(system);
  const { violations, fired, met, cuts, open } = findings;
  let transitions = 0;
  let incomplete: string | null = null;
  let level = 0;
  let next: number[] = [];

  /** Goes on to a state, and through those that need not be kept. */
  const enter = ({ via, state }: Successor, from: number, start: number): void => {
    transitions += 1;
    const steps = (nodes[from] as Node).steps + 1;
    const id = nodes.push({ state, from, via, steps }) - 1;
    if (reduction.passes(state, via.context)) {
      const own = findings.look(state, steps, id).transitions.filter((t) => t.context === via.context);
      const after = findings.take(own, state, id, steps);
      if (after[0]) {
        enter(after[0], id, start);
        return;
      }
    }
    const stands = least(state);
    let to = kept.get(key(stands));
    if (to === undefined) {
      const same = key(stands) === key(state);
      to = nodeOf.push(same ? id : nodes.push({ state: stands, from: id, via: null, steps }) - 1) - 1;
      kept.set(key(stands), to);
      next.push(to);
    }
    if (system.alwaysPossible.length > 0) edges.push([start, to]);
  };

  const keyOf = (number: number): string => key((nodes[nodeOf[number] as number] as Node).state);
  const inOrder = (numbers: number[]): number[] => numbers.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  for (let frontier = inOrder([...nodes.keys()]); ; level++) {
    next = [];
    for (const [i, number] of frontier.entries()) {
      if (i % BETWEEN_LOOKS === 0) yield { level, states: kept.size, frontier: frontier.length };
      if (options.signal?.aborted) {
        incomplete = INTERRUPTED;
        break;
      }
      order.push(number);
      const from = nodeOf[number] as number;
      const { state, steps } = nodes[from] as Node;
      const { transitions: all } = findings.look(state, steps, from);
      const follow = (some: readonly Transition[]): readonly Successor[] => {
        const successors = findings.take(some, state, from, steps);
        for (const one of successors) enter(one, from, number);
        return successors;
      };
      const chosen = reduction.chosen(state, all);
      const successors = follow(chosen);
      const goesOn = ({ context }: Transition): boolean => successors.some(({ via }) => via.context === context);
      // Where all steps of one fail, the others still go on.
      if (!chosen.every(goesOn)) follow(all.filter((t) => !chosen.includes(t)));
    }
    if (incomplete) break;
    if (!exploreAll && violations.size > 0) break;
    if (next.length === 0) break;
    incomplete = limitReached(options, kept.size, level);
    if (incomplete) break;
    frontier = inOrder(next);
  }

  const complete = incomplete === null && (exploreAll || violations.size === 0);
  for (const goal of complete ? system.alwaysPossible : []) {
    const lost = neverAgain(order, edges, (number) => {
      const id = nodeOf[number] as number;
      const { state, steps } = nodes[id] as Node;
      return findings.isGoal(goal, state, id, steps);
    });
    if (lost === null) continue;
    const id = nodeOf[lost] as number;
    findings.lost(goal.property, (nodes[id] as Node).steps, { state: id, transition: null });
  }
  return {
    reduced: true,
    states: kept.size,
    transitions,
    depth: level,
    complete,
    incomplete,
    violations: findings.shown(false),
    fired,
    met,
    rested: findings.rested,
    cuts,
    open,
    trace: ({ state, transition }) => {
      const { begin, path } = pathTo(nodes, state);
      if (symmetry) return concretely(system, symmetry, begin, path, transition);
      return { start: begin, steps: [...path.flatMap(({ steps }) => steps), ...(transition ? [transition] : [])] };
    },
  };
}

/** From the first node to another: one that was passed through is a stretch of its own, and so is a change of names. */
function pathTo(nodes: readonly Node[], state: number): { readonly begin: State; readonly path: readonly Stretch[] } {
  const path: Stretch[] = [];
  let at = nodes[state] as Node;
  for (; at.from >= 0; at = nodes[at.from] as Node) path.unshift({ steps: at.via ? [at.via] : [], to: at.state });
  return { begin: at.state, path };
}
