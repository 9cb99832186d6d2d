/**
 * Can what has to stay possible never happen again, from a state on? No step says so: it is about all that may follow, and
 * all of that is searched.
 */
import { runSearching } from "../engine/run.ts";
import { stateKey } from "../language/cells.ts";
import type { State } from "../language/evaluate.ts";
import type { System } from "../language/system.ts";
import { whyNotEndless } from "../reference/endless.ts";
import type { Lengthy } from "../reference/progress.ts";
import type { Violation } from "../reference/result.ts";
import { apply, type Transition } from "../reference/step.ts";
import type { Walk } from "./walk.ts";

/**
 * Does a walk whose last steps are to be taken again and again show that what is owed never comes? Null where it does, else
 * why not.
 */
export function whyNotForEver({ system, start, taken }: Walk, property: string, loop: number): string | null {
  const [stem, cycle] = [taken.slice(0, loop), taken.slice(loop)];
  const after = (steps: readonly Transition[], from: State): State =>
    steps.reduce((state, step) => apply(system, state, step).state, from);
  const entered = after(stem, start);
  const key = stateKey(system);
  if (key(after(cycle, entered)) !== key(entered)) return "its last step does not lead back to where it goes round";
  const why = system.liveness
    .filter((check) => check.property === property)
    .map((check) => whyNotEndless(system, check, { start, stem, cycle }));
  return why.includes(null) ? null : (why[0] ?? `${property} asks for no liveness`);
}

/** The violation; null where it can happen; why nobody knows, where the search did not end. */
export function* lostFrom(
  system: System,
  state: State,
  property: string,
  signal?: AbortSignal,
): Lengthy<Violation | string | null> {
  const options = { exploreAll: true, ...(signal ? { signal } : {}) };
  const { result } = yield* runSearching({ ...system, initials: [state] }, options);
  if (!result.complete) return result.incomplete ?? "the search did not end";
  return result.violations.find((one) => one.property === property && one.length === 0) ?? null;
}
