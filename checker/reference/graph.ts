/** Which states and edges does a small system have, as the reference finds them? Without reduction, each level in its order. */
import { stateKey } from "../language/cells.ts";
import { ModelError, type State } from "../language/evaluate.ts";
import type { System } from "../language/system.ts";
import { apply, expand, type Transition } from "./step.ts";

export interface Edge {
  readonly from: number;
  readonly to: number;
  readonly via: Transition;
  /** Its place among the transitions that are open. */
  readonly choice: number;
}

export interface Graph {
  /** Those where a run begins come first; a state stands behind all that are nearer to it. */
  readonly states: readonly State[];
  /** As many as the search counts: a step that fails or has no meaning leads nowhere. */
  readonly edges: readonly Edge[];
  /** The number of a state; undefined for one that is not reachable. */
  readonly indexOf: (state: State) => number | undefined;
}

/** Null where there are more states than `most`. */
export function wholeGraph(system: System, most: number): Graph | null {
  const key = stateKey(system);
  const states: State[] = [...system.initials];
  const index = new Map(states.map((state, i) => [key(state), i]));
  const edges: Edge[] = [];
  for (const [from, state] of states.entries()) {
    for (const [choice, via] of expand(system, state).transitions.entries()) {
      const after = via.command.fails ? null : afterOf(() => apply(system, state, via).state);
      if (!after) continue;
      let to = index.get(key(after));
      if (to === undefined) {
        if (states.length === most) return null;
        to = states.push(after) - 1;
        index.set(key(after), to);
      }
      edges.push({ from, to, via, choice });
    }
  }
  return { states, edges, indexOf: (state) => index.get(key(state)) };
}

/** The state after a step; null where the step has no meaning. */
function afterOf(step: () => State): State | null {
  try {
    return step();
  } catch (error) {
    if (error instanceof ModelError) return null;
    throw error;
  }
}
