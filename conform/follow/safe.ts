/** Does the model say that what a scenario does is safe? Only then is it done on a kernel. */
import { search } from "../../checker/reference/search.ts";
import { linkSpec } from "../../checker/spec/question.ts";
import type { Spec } from "../../checker/spec/spec.ts";
import type { Question } from "../recording/recording.ts";
import { specOf } from "./question.ts";

/** Objects handed out twice, corrupt lists, waiting for what is held below, locks of others, sleeping where one may not. */
const SAFETY = ["S1", "S3", "S4", "S6", "S7", "S8", "S9", "S10", "S11"];

/** Of these a question must have so many: a question that has to do with no rule is not safe, but not asked. */
const LEAST = 5;

/** The system with those rules that its rows have to do with; a free, say, is never handed out by. */
function withRules(spec: Spec): ReturnType<typeof linkSpec> {
  const linked = linkSpec(spec);
  if (!("problems" in linked)) return linked;
  const strange = linked.problems.map(({ path }) => /^\/properties\/(\d+)$/.exec(path)?.[1]);
  const rest = spec.properties.filter((_, i) => !strange.includes(String(i)));
  return strange.includes(undefined) || rest.length < LEAST ? linked : linkSpec({ ...spec, properties: rest });
}

/** Null: it is safe. Else what may happen. The model leaves the random generator out, and a run never cuts it. */
export function isSafe(name: string, question: Question): string | null {
  const linked = withRules({ ...specOf(name, question), properties: SAFETY });
  if ("problems" in linked) return linked.problems.map(({ what }) => what).join("; ");
  const { complete, violations } = search(linked.system, { exploreAll: true });
  if (violations.length > 0) return violations.map(({ property }) => property).join(", ");
  return complete ? null : "not all states were searched";
}
