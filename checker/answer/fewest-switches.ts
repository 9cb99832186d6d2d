/** Of all counterexamples, which one is shown? The one with the fewest steps; or, where asked, with the fewest switches. */

import type { Lengthy } from "../reference/progress.ts";
import type { Violation } from "../reference/result.ts";
import { costOf, fewestSwitches } from "../reference/switches.ts";
import { traceOf } from "../reference/trace.ts";
import type { Fewest, Outcome } from "./outcome.ts";

export const SHORTEST = ["steps", "switches"] as const;

/** The outcome with the counterexample of the same property that has the fewest switches; unchanged where there is none. */
export function* withFewestSwitches(outcome: Outcome, signal?: AbortSignal): Lengthy<Outcome> {
  const { system, trace: shown, violations } = outcome;
  if (!shown) return outcome;
  const { property } = shown;
  const { verdict } = violations.find((v) => v.property === property) as Violation;
  const isAboutTheFuture =
    verdict === "noProgress" &&
    [...system.alwaysPossible, ...system.liveness].some((goal) => goal.property === property);
  const way = isAboutTheFuture
    ? "it is about all that may follow"
    : yield* fewestSwitches(system, { property, verdict }, signal ? { signal } : {});
  if (typeof way === "string") return { ...outcome, fewest: { by: "steps", why: way } };
  const { path, why, cost } = way;
  const fewest: Fewest = { by: "switches", cost, shortest: costOf(system, shown.steps) };
  return { ...outcome, trace: traceOf(system, property, why, path), fewest };
}
