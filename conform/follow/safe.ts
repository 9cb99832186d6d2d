/** Does the model say that what a scenario does is safe? Only then is it done on a kernel. */
import { search } from "../../checker/reference/search.ts";
import { linkSpec } from "../../checker/spec/question.ts";
import type { Question } from "../recording/recording.ts";
import { specOf } from "./question.ts";

/** Objects handed out twice, corrupt lists, waiting for what is held below, locks of others, sleeping where one may not. */
const SAFETY = ["S1", "S3", "S4", "S6", "S7", "S9", "S11"];

/** Null: it is safe. Else what may happen. The model leaves the random generator out, and a run never cuts it. */
export function isSafe(name: string, question: Question): string | null {
  const spec = { ...specOf(name, question), properties: SAFETY, everyProperty: true };
  const linked = linkSpec(spec);
  if ("problems" in linked) return linked.problems.map(({ what }) => what).join("; ");
  const { complete, violations } = search(linked.system, { exploreAll: true });
  if (violations.length > 0) return violations.map(({ property }) => property).join(", ");
  return complete ? null : "not all states were searched";
}
