/**
 * The reference search with partial order, written to be read beside `checker/reference/search.ts`: breadth-first, and
 * from each state only what must be followed. It finds the same violations and deadlocks; its traces are real, but may
 * be longer than the shortest.
 */
import { stateKey } from "../language/cells.ts";
import type { State } from "../language/evaluate.ts";
import type { System } from "../language/system.ts";
import { Findings, type Successor } from "../reference/findings.ts";
import { finish, INTERRUPTED, type Lengthy } from "../reference/progress.ts";
import { limitReached, type SearchOptions, type SearchResult } from "../reference/result.ts";
import type { Transition } from "../reference/step.ts";
import { Reduction } from "./reduction.ts";

/** A state on the way, kept or passed through. */
interface Node {
  readonly state: State;
  readonly from: number;
  readonly via: Transition | null;
  readonly steps: number;
}

/** States that are visited between two looks at how far the search is. */
const BETWEEN_LOOKS = 64;

/** Explores a system by its reduced graph. Throws for one with `alwaysPossible`: what is put off is not what is possible. */
export const reducedSearch = (...args: Parameters<typeof reducedSearching>): SearchResult =>
  finish(reducedSearching(...args));

export function* reducedSearching(
  system: System,
  options: SearchOptions = {},
  reduction: Pick<Reduction, "alone" | "passes"> = new Reduction(system),
): Lengthy<SearchResult> {
  if (system.alwaysPossible.length > 0) throw new Error("a system with alwaysPossible is searched unreduced");
  const { exploreAll = false } = options;
  const key = stateKey(system);
  const nodes: Node[] = [{ state: system.initial, from: -1, via: null, steps: 0 }];
  const kept = new Set([key(system.initial)]);
  const findings = new Findings(system);
  const { violations, fired, met, cuts, open } = findings;
  let transitions = 0;
  let incomplete: string | null = null;
  let level = 0;
  let next: number[] = [];

  /** Goes on to a state, and through those that need not be kept. */
  const enter = ({ via, state }: Successor, from: number): void => {
    transitions += 1;
    const steps = (nodes[from] as Node).steps + 1;
    const id = nodes.push({ state, from, via, steps }) - 1;
    if (reduction.passes(state, via.context)) {
      const own = findings.look(state, steps, id).transitions.filter((t) => t.context === via.context);
      const after = findings.take(own, state, id, steps);
      if (after[0]) {
        enter(after[0], id);
        return;
      }
    }
    if (kept.has(key(state))) return;
    kept.add(key(state));
    next.push(id);
  };

  for (let frontier = [0]; ; level++) {
    next = [];
    for (const [i, from] of frontier.entries()) {
      if (i % BETWEEN_LOOKS === 0) yield { level, states: kept.size, frontier: frontier.length };
      if (options.signal?.aborted) {
        incomplete = INTERRUPTED;
        break;
      }
      const { state, steps } = nodes[from] as Node;
      const { transitions: all } = findings.look(state, steps, from);
      const follow = (some: readonly Transition[]): number => {
        const successors = findings.take(some, state, from, steps);
        for (const one of successors) enter(one, from);
        return successors.length;
      };
      const alone = reduction.alone(state).find((context) => all.some((t) => t.context === context));
      const chosen = all.filter((t) => t.context === alone);
      // Where all steps of the one fail, the others still go on.
      if (follow(chosen) === 0) follow(all.filter((t) => !chosen.includes(t)));
    }
    if (incomplete) break;
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
