/**
 * From a path through states that stand for others to a run of the system: a search with symmetry gives elements new names
 * wherever that makes a state less; in a run each has one name from the first step to the last.
 */
import { stateKey } from "../language/cells.ts";
import type { State } from "../language/evaluate.ts";
import type { System } from "../language/system.ts";
import { Findings } from "../reference/findings.ts";
import type { Path, Violation } from "../reference/result.ts";
import { apply, type Transition } from "../reference/step.ts";
import type { Symmetry } from "./symmetry.ts";

/** Steps from where the path has come to, and the state that it then goes on from, perhaps with other names. */
export interface Stretch {
  readonly steps: readonly Transition[];
  readonly to: State;
}

/**
 * The run that begins in a state that the path's first stands for. `last` is a step from where the path ends, which need not
 * lead to a state.
 */
export function concretely(
  system: System,
  symmetry: Symmetry,
  begin: State,
  path: readonly Stretch[],
  last: Transition | null,
): Path {
  const key = stateKey(system);
  const run: Transition[] = [];
  const start = system.initials.find((one) => key(symmetry.canonical(one).state) === key(begin));
  if (!start) throw new Error("no run begins where the path does");
  const first = symmetry.canonical(start);
  let { state } = first;
  // From names on the path to names in the run.
  let names = symmetry.back(first.renaming);
  for (const { steps, to } of path) {
    for (const step of steps) {
      run.push(symmetry.renameStep(step, names));
      state = apply(system, state, step).state;
    }
    if (key(state) === key(to)) continue;
    const { state: least, renaming } = symmetry.canonical(state);
    if (key(least) !== key(to)) throw new Error("the path goes on from a state that it does not come to");
    state = least;
    names = symmetry.after(symmetry.back(renaming), names);
  }
  return { start, steps: last ? [...run, symmetry.renameStep(last, names)] : run };
}

/** What is said of a violation, with the names that its run has. */
export function retold(system: System, violation: Violation, run: Path): Violation {
  const { property, at } = violation;
  const findings = new Findings(system);
  const steps = at.transition ? run.steps.slice(0, -1) : run.steps;
  let state = run.start;
  for (const step of steps) ({ state } = apply(system, state, step));
  if (at.transition) findings.take(run.steps.slice(-1), state, 0, 0);
  else findings.look(state, 0, 0);
  const { why } = findings.violations.get(property, violation.verdict) ?? violation;
  return { ...violation, why };
}
