/**
 * Which properties does a spec ask? Those that it names; else every rule of the model that says something of the
 * question, but those that it does without, and what it asks besides.
 */
import type { Model, Problem, Question } from "./model.ts";
import { mendName } from "./problems.ts";
import type { Spec } from "./spec.ts";
import type { RawSpec } from "./structure.ts";
import { pointer } from "./text.ts";

/** What is selected of a model, before it is linked: only then is it known which rules say something. */
export type Selected = Pick<Spec, "properties" | "whereTheyApply" | "selection" | "without">;

/** Whether a property has nothing but witnesses: it cannot be violated, only never met. */
export function isWitness(model: Model, name: string): boolean {
  const kinds = model.properties[name]?.clauses.filter((c) => c.kind !== "track").map((c) => c.kind) ?? [];
  return kinds.length > 0 && kinds.every((kind) => kind === "sometimes" || kind === "happens");
}

/** Names of what any right code keeps. */
export const rulesOf = (model: Model): readonly string[] =>
  model.rules ?? Object.keys(model.properties).filter((name) => !isWitness(model, name));

/** The selection of a spec, rules in the model's order, and what is wrong with it. */
export function selectionOf(
  raw: RawSpec,
  model: Model,
  { wherever }: { readonly wherever: boolean },
): { readonly selected: Selected; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const { properties: given, also, without } = raw;
  known(also, "also", model, problems);
  if (Array.isArray(given)) {
    known(given, "properties", model, problems);
    if (also.length > 0)
      problems.push({ path: "/also", what: '"properties" names all that is asked', mend: 'add them to "properties"' });
    if (without.length > 0)
      problems.push({
        path: "/without",
        what: '"properties" names all that is asked',
        mend: 'drop "without", or "properties": then every rule is asked but these',
      });
    const whereTheyApply = wherever ? given : [];
    return { selected: { properties: given, whereTheyApply, selection: "named", without: [] }, problems };
  }
  const rules = rulesOf(model);
  for (const [i, { property }] of without.entries())
    if (!rules.includes(property))
      problems.push({
        path: pointer("without", i, "property"),
        what: `"${property}" is not among the rules that are asked of every spec`,
        mend: mendName(property, rules, "rule"),
      });
  for (const [i, name] of also.entries())
    if (rules.includes(name))
      problems.push({
        path: pointer("also", i),
        what: `"${name}" is asked of every spec`,
        mend: without.some(({ property }) => property === name) ? 'drop it here, and in "without"' : "drop it here",
      });
  const dropped = without.map(({ property }) => property);
  const whereTheyApply = rules.filter((name) => !dropped.includes(name));
  return {
    selected: {
      properties: [...whereTheyApply, ...also],
      whereTheyApply,
      selection: given === "all" ? "all" : "rules",
      without,
    },
    problems,
  };
}

function known(names: readonly string[], key: "properties" | "also", model: Model, problems: Problem[]): void {
  const all = Object.keys(model.properties);
  for (const [i, name] of names.entries()) {
    const path = pointer(key, i);
    if (!all.includes(name))
      problems.push({
        path,
        what: `"${name}" is not a property of the model`,
        mend: mendName(name, all, "property"),
      });
    else if (isWitness(model, name))
      problems.push({
        path,
        what: `"${name}" is a witness: it cannot be violated, only never met`,
        mend: `move it to "sometimes"`,
      });
  }
}

/** Without what means nothing for the question; a problem where the spec itself names it. */
export function fitting(
  selected: Selected,
  raw: RawSpec,
  model: Model,
  asked: Question,
): { readonly selected: Selected; readonly problems: readonly Problem[] } {
  const unfit = model.unfit?.(asked) ?? {};
  const isUnfit = (name: string): boolean => Object.hasOwn(unfit, name);
  const named = (["properties", "also"] as const).flatMap((key) => {
    const names = raw[key];
    return Array.isArray(names) ? (names as readonly string[]).map((name, i) => ({ name, path: pointer(key, i) })) : [];
  });
  const problems = named
    .filter(({ name }) => isUnfit(name) && !selected.whereTheyApply.includes(name))
    .map(({ name, path }) => ({ path, what: `"${name}" means nothing here`, mend: unfit[name] as string }));
  const fits = (names: readonly string[]) => names.filter((name) => !isUnfit(name));
  return {
    selected: { ...selected, properties: fits(selected.properties), whereTheyApply: fits(selected.whereTheyApply) },
    problems,
  };
}
