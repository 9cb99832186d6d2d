/** The whole graph of a small system, for a test that asks something of every state and step. */

import { stateKey } from "../../checker/language/cells.ts";
import type { State } from "../../checker/language/evaluate.ts";
import type { System } from "../../checker/language/index.ts";
import { stateAfter } from "../../checker/reduction/strolls.ts";
import { expand, type Transition } from "../../checker/reference/step.ts";

export type Edge = readonly [before: State, via: Transition, after: State];

/** All states and all steps between them; what fails or has no value leads nowhere. */
export function graphOf(system: System): { readonly states: readonly State[]; readonly edges: readonly Edge[] } {
  const key = stateKey(system);
  const seen = new Set([key(system.initial)]);
  const states = [system.initial];
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
