/**
 * The names in a spec against the model that it asks: versions, contexts, operations, properties, claims. What the
 * linked system must tell (rows, frames) is asked in `question.ts`.
 */

import { type AnyScript, asOf, type ContextSpec, type Model, type Problem, type Question } from "./model.ts";
import { orderProblems } from "./order.ts";
import { mendName } from "./problems.ts";
import { fitting, isWitness, selectionOf } from "./selection.ts";
import { settingsOf } from "./settings.ts";
import type { Expectation, Happening, Spec } from "./spec.ts";
import type { RawContext, RawScript, RawSetting, RawSpec } from "./structure.ts";
import { pointer } from "./text.ts";
import type { Verdict } from "./verdict.ts";

/** Violations that are no property's: they may stand in `expect.violated` and `show`. */
export const NOT_A_PROPERTY: readonly string[] = ["deadlock", "model error"];

/**
 * The spec that a file means, and all that is wrong with its names; with problems, the spec is not to be used. `wherever`:
 * properties that it names are asked where they say something, and left out elsewhere.
 */
export function nameSpec(
  raw: RawSpec,
  model: Model,
  {
    name,
    changed,
    others = [],
    wherever = false,
  }: Pick<Spec, "name" | "changed"> & Partial<Pick<Spec, "others">> & { readonly wherever?: boolean },
): { readonly spec: Spec; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const version = raw.version ?? Object.keys(model.versions)[0] ?? null;
  const of = version !== null && model.inVersion?.[version] ? ` in version ${version}` : "";
  const listed: Question = {
    configuration: settingsOf(
      raw.configuration,
      asOf(model, version).parameters,
      { path: "/configuration", kind: `a setting of the model "${model.name}"${of}` },
      problems,
    ),
    version,
    variants: raw.variants,
    contexts: raw.contexts.map((context, i) => contextOf(context, pointer("contexts", i), model, problems)),
  };
  const asked: Question = {
    ...listed,
    contexts: listed.contexts.map((one, i) =>
      isOpen(one) && problems.length === 0 ? withCalls(one, pointer("contexts", i), { listed, model, problems }) : one,
    ),
  };
  const { selected, problems: misselected } = selectionOf(raw, model, { wherever });
  if (raw.version !== undefined) known([raw.version], model.versions, "version", () => "/version", problems);
  known(raw.variants, model.variants, "variant", (i) => pointer("variants", i), problems);
  twoOfOneName(raw, problems);
  problems.push(...orderProblems(asked.contexts));

  problems.push(...misselected);
  witnesses(raw.sometimes, model, problems);
  known(raw.claims, model.ledger?.claims ?? {}, "claim", (i) => pointer("claims", i), problems);
  known(raw.designs, model.ledger?.designs ?? {}, "design", (i) => pointer("designs", i), problems);
  const violable = [...selected.properties, ...NOT_A_PROPERTY];
  const mustBeSelected = (property: string, path: string): void => {
    if (violable.includes(property)) return;
    const mend = Object.hasOwn(model.properties, property)
      ? `add it to "${selected.selection === "named" ? "properties" : "also"}"`
      : mendName(property, violable, "property");
    problems.push({ path, what: `"${property}" is not among the selected properties`, mend });
  };
  if (raw.show !== undefined) mustBeSelected(raw.show, "/show");
  for (const [i, property] of (raw.expect?.violated ?? []).entries())
    mustBeSelected(property, pointer("expect", "violated", i));
  if (raw.expect) expectation(raw.expect, problems);
  if (problems.length === 0) problems.push(...model.problems(asked));
  const fit = problems.length === 0 ? fitting(selected, raw, model, asked) : { selected, problems: [] };
  problems.push(...fit.problems);

  const { question, deadlock, sometimes, size, claims, designs, cuts, uncut } = raw;
  const happens = raw.happens.map(happeningOf);
  const expect = (raw.expect ?? null) as Expectation | null;
  const spec = {
    name,
    question,
    model,
    asked,
    ...fit.selected,
    deadlock,
    sometimes,
    happens,
    size,
    claims,
    designs,
    cuts,
    uncut,
    show: raw.show ?? null,
    expect,
    others,
    changed,
  };
  return { spec, problems };
}

function known(
  names: readonly string[],
  table: Readonly<Record<string, unknown>>,
  kind: string,
  path: (i: number) => string,
  problems: Problem[],
): void {
  for (const [i, name] of names.entries()) {
    if (Object.hasOwn(table, name)) continue;
    problems.push({
      path: path(i),
      what: `"${name}" is not a ${kind} of the model`,
      mend: mendName(name, Object.keys(table), kind),
    });
  }
}

/** The calls that a script lists, where they stand in it, and what is said beside them. */
function scriptOf(script: RawScript): { readonly calls: readonly string[]; readonly at: string[]; any?: AnyScript } {
  if (script === "any") return { calls: [], at: ["script"], any: { own: false } };
  if (!("own" in script) && !("any" in script)) return { calls: script as readonly string[], at: ["script"] };
  const { any = [], own = false } = script as Exclude<RawScript, "any" | readonly string[]>;
  return { calls: any, at: ["script", "any"], any: { own } };
}

/** It may make any calls, and the spec does not say which. */
const isOpen = ({ any, script }: ContextSpec): boolean => any !== undefined && script.length === 0;

function withCalls(
  one: ContextSpec,
  path: string,
  { listed, model, problems }: { readonly listed: Question; readonly model: Model; readonly problems: Problem[] },
): ContextSpec {
  const script = model.mayCall?.(one, listed) ?? [];
  if (script.length === 0)
    problems.push({
      path: path + pointer("script"),
      what: `the model "${model.name}" does not say what a ${one.kind} may call`,
      mend: 'list the calls: { "any": ["..", ".."] }',
    });
  return { ...one, script };
}

function contextOf(raw: RawContext, path: string, model: Model, problems: Problem[]): ContextSpec {
  const { name, kind, script: given, after = [], ...rest } = raw;
  const options = rest as Readonly<Record<string, RawSetting>>;
  const { calls: script, at, any } = scriptOf(given);
  const kinds = Object.keys(model.contextKinds);
  const found = Object.hasOwn(model.contextKinds, kind) ? model.contextKinds[kind] : undefined;
  if (kinds.length === 0) {
    problems.push({
      path,
      what: "this model makes its contexts itself",
      mend: `drop "contexts"; the configuration says who runs`,
    });
  } else if (!found) {
    problems.push({
      path: path + pointer("kind"),
      what: `"${kind}" is not a kind of context`,
      mend: mendName(kind, kinds, "kind"),
    });
  }
  const operations = Object.keys(model.operations);
  for (const [i, entry] of script.entries()) {
    const word = entry.split(/\s/)[0] ?? "";
    if (operations.length === 0 || operations.includes(word)) continue;
    problems.push({
      path: path + pointer(...at, i),
      what: `"${word}" is not an operation of the model`,
      mend: mendName(word, operations, "operation"),
    });
  }
  const settings = found
    ? settingsOf(options, found.options, { path, kind: `an option of a context of kind "${kind}"` }, problems)
    : {};
  const order = [after].flat();
  return {
    name,
    kind,
    script,
    ...(any ? { any } : {}),
    options: settings,
    ...(order.length > 0 ? { after: order } : {}),
  };
}

function twoOfOneName({ contexts }: RawSpec, problems: Problem[]): void {
  for (const [i, { name }] of contexts.entries()) {
    const first = contexts.findIndex((c) => c.name === name);
    if (first === i) continue;
    const what = `"${name}" is the name of ${pointer("contexts", first)} too`;
    problems.push({ path: pointer("contexts", i, "name"), what, mend: "give each context a name of its own" });
  }
}

function witnesses(sometimes: readonly string[], model: Model, problems: Problem[]): void {
  const names = Object.keys(model.properties);
  const known = names.filter((name) => isWitness(model, name));
  for (const [i, name] of sometimes.entries()) {
    if (known.includes(name)) continue;
    problems.push({
      path: pointer("sometimes", i),
      what: `"${name}" is not a witness of the model`,
      mend: names.includes(name) ? `move it to "properties"` : mendName(name, known, "witness"),
    });
  }
}

/** Verdicts that only a violation gives, and what the set of violated properties must then contain. */
function expectation({ verdict, violated }: NonNullable<RawSpec["expect"]>, problems: Problem[]): void {
  const path = "/expect/violated";
  const property = violated.some((name) => !NOT_A_PROPERTY.includes(name));
  const needs: Partial<Record<Verdict, { met: boolean; what: string; mend: string }>> = {
    violated: { met: property, what: "no property is named", mend: "name those that are violated" },
    "no progress": { met: property, what: "no property is named", mend: "name those that are violated" },
    deadlock: { met: violated.includes("deadlock"), what: `"deadlock" is not named`, mend: `add "deadlock"` },
    "model error": {
      met: violated.includes("model error"),
      what: `"model error" is not named`,
      mend: `add "model error"`,
    },
    holds: {
      met: violated.length === 0,
      what: "something is named, and the verdict is to be holds",
      mend: "empty the list",
    },
    vacuous: {
      met: violated.length === 0,
      what: "something is named, and the verdict is to be vacuous",
      mend: "empty the list",
    },
  };
  const need = needs[verdict as Verdict];
  if (need && !need.met) problems.push({ path, what: need.what, mend: need.mend });
}

function happeningOf(text: string): Happening {
  const [row = "", to = null] = text.split(" -> ");
  const colon = row.lastIndexOf(": ");
  return { program: row.slice(0, colon), label: row.slice(colon + 2), to };
}
