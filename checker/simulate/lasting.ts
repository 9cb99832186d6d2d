/**
 * Can what has to stay possible never happen again, from a state on? No step says so: it is about all that may follow, and
 * all of that is searched.
 */
import { runSearching } from "../engine/run.ts";
import type { State } from "../language/evaluate.ts";
import type { System } from "../language/system.ts";
import type { Lengthy } from "../reference/progress.ts";
import type { Violation } from "../reference/result.ts";

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
