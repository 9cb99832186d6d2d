/** By which steps does a search, reduced or not, get from a state that it keeps to one that it meets on the way? */
import type { State } from "../language/evaluate.ts";
import type { System } from "../language/system.ts";
import { Findings } from "../reference/findings.ts";
import { expand, type Transition } from "../reference/step.ts";
import type { Dependence } from "./dependence.ts";
import { type Choice, EVERYTHING, Reduction } from "./reduction.ts";

/**
 * The steps from a kept state to one that is kept next or passed through: one where everything is followed (no
 * `dependence`). Throws where there is no such path, a fault of ours.
 */
export function pathBetween(
  system: System,
  dependence: Dependence | null,
  from: State,
  isThere: (state: State) => boolean,
): readonly Transition[] {
  const reduction: Choice = dependence ? new Reduction(system, dependence) : EVERYTHING;
  const findings = new Findings(system);
  const { transitions } = expand(system, from);
  const first = findings.take(reduction.chosen(from, transitions), from, 0, 0);
  const steps = first.length > 0 ? first : findings.take(transitions, from, 0, 0);
  for (const step of steps) {
    const path: Transition[] = [];
    for (let at: typeof step | undefined = step; at; ) {
      path.push(at.via);
      if (isThere(at.state)) return path;
      const { state, via } = at;
      if (!reduction.passes(state, via.context)) break;
      const own = expand(system, state).transitions.filter((t) => t.context === via.context);
      [at] = findings.take(own, state, 0, 0);
    }
  }
  throw new Error("the reference has no step where the engine has one");
}
