/** Which one verdict says what a search found? */
import type { Violation } from "../reference/result.ts";
import type { Verdict } from "../spec/verdict.ts";

/**
 * One verdict for all that a search found. A model error goes first: what the rest of the search met rests on a step
 * without a meaning. Then violated, deadlock and no progress, from the most to the least specific about what went
 * wrong; then incomplete, which is never taken for an answer; then vacuous.
 */
export function verdictOf(violations: readonly Violation[], complete: boolean, vacuous: readonly string[]): Verdict {
  const found = new Set(violations.map((v) => v.verdict));
  if (found.has("model error")) return "model error";
  if (found.has("violated")) return "violated";
  if (found.has("deadlock")) return "deadlock";
  if (found.has("noProgress")) return "no progress";
  if (!complete) return "incomplete";
  return vacuous.length > 0 ? "vacuous" : "holds";
}
