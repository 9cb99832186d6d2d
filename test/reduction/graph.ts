/** The whole graph of a small system, for a test that asks something of every state and step. */

import { stateKey } from "../../checker/language/cells.ts";
import type { State } from "../../checker/language/evaluate.ts";
import type { System } from "../../checker/language/index.ts";
import type { Choice } from "../../checker/reduction/reduction.ts";
import { stateAfter } from "../../checker/reduction/sampled-states.ts";
import { expand, isAtRest, type Transition } from "../../checker/reference/step.ts";

export type Edge = readonly [before: State, via: Transition, after: State];

/** All states and all steps between them; what fails or has no value leads nowhere. */
export function graphOf(system: System): { readonly states: readonly State[]; readonly edges: readonly Edge[] } {
  const key = stateKey(system);
  const states: State[] = [...system.initials];
  const seen = new Set(states.map(key));
  const edges: Edge[] = [];
  for (const before of states) {
    for (const via of expand(system, before).transitions) {
      const after = stateAfter(system, before, via);
      if (!after) continue;
      edges.push([before, via, after]);
      if (seen.has(key(after))) continue;
      seen.add(key(after));
      states.push(after);
    }
  }
  return { states, edges };
}

/**
 * The states at rest, by key, that are reached by what a choice follows. Whoever may be chosen has to move before all is at
 * rest, so a choice loses none of them: many more answers than the properties of a system are.
 */
export function restsOf(system: System, choice: Choice): readonly string[] {
  const key = stateKey(system);
  const states: State[] = [...system.initials];
  const seen = new Set(states.map(key));
  const rests: string[] = [];
  for (const state of states) {
    const expansion = expand(system, state);
    if (isAtRest(system, state, expansion)) rests.push(key(state));
    const after = expansion.transitions.map((via) => ({
      via,
      next: via.command.fails ? null : stateAfter(system, state, via),
    }));
    const chosen = choice.chosen(state, expansion.transitions);
    const goesOn = (context: number): boolean => after.some(({ via, next }) => next && via.context === context);
    const areEnough = chosen.every(({ context }) => goesOn(context));
    for (const { via, next } of after) {
      if (!next || seen.has(key(next)) || (areEnough && !chosen.includes(via))) continue;
      seen.add(key(next));
      states.push(next);
    }
  }
  return rests.toSorted();
}
