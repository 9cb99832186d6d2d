/** Which system of the model belongs to a recording? */
import type { System } from "../../checker/language/index.ts";
import type { Variant } from "../../checker/language/variants.ts";
import { nameSpec } from "../../checker/spec/names.ts";
import { linkSpec } from "../../checker/spec/question.ts";
import type { Spec } from "../../checker/spec/spec.ts";
import { structureProblems } from "../../checker/spec/structure.ts";
import model from "../../model/index.ts";
import type { Question } from "../recording/recording.ts";

/** What keeps a recording's question from being a system. */
export class Unlinked extends Error {}

const refuse = (name: string, problems: readonly { readonly path: string; readonly what: string }[]): never => {
  throw new Unlinked(`${name}: ${problems.map(({ path, what }) => `${path}: ${what}`).join("; ")}`);
};

/** A spec that selects no property: only what may happen is asked. */
export function specOf(name: string, question: Question): Spec {
  const data = { question: `Is ${name} a way of the model?`, model: "slub", ...question, properties: [] };
  const structure = structureProblems(data as never);
  if (structure.length > 0) refuse(name, structure);
  const { spec, problems } = nameSpec(data as never, model, { name, changed: [] });
  return problems.length > 0 ? refuse(name, problems) : spec;
}

/** Linked, with the rows of `changes` replaced. */
export function systemOf(name: string, question: Question, changes: readonly Variant[] = []): System {
  const linked = linkSpec(specOf(name, question), changes);
  return "problems" in linked ? refuse(name, linked.problems) : linked.system;
}
