/**
 * What may stand in a spec, for an editor: the form of every spec, and for each built-in model all of its names with a
 * sentence each, out of the tables that `check` itself reads.
 */

import type { Model } from "../spec/model.ts";
import type { Parameter } from "../spec/parameter.ts";
import { isWitness, rulesOf } from "../spec/selection.ts";
import { describe } from "../spec/settings.ts";

/** A part of a JSON schema. */
export interface Schema {
  readonly [keyword: string]: unknown;
}

/** The form of every spec, as `schema/any-spec.schema.json` has it. */
export interface AnySpec extends Schema {
  readonly properties: Readonly<Record<string, Schema>>;
}

/** A text of JSON: the form of every spec, and what each model adds where a spec asks it. */
export function specSchema(any: AnySpec, models: readonly Model[]): string {
  const { properties } = any;
  const schema = {
    ...any,
    title: "A spec of nolock: one question about a model",
    description: "The name of a spec is that of its file. Written by `npm run results`, never by hand.",
    properties: { ...properties, model: { ...properties.model, examples: models.map(({ name }) => name) } },
    definitions: Object.assign({}, any.definitions, ...models.map(wordsOf)),
    allOf: models.map((model) => ({
      if: { properties: { model: { const: model.name } }, required: ["model"] },
      then: { properties: ofModel(model) },
    })),
  };
  return `${JSON.stringify(schema, null, 1)}\n`;
}

const sentence = (text: string): string => (/[.?!:]$/.test(text) ? text : `${text}.`);

/** One of some words, each with what it means; where there are none, nothing. */
const oneOf = (words: Readonly<Record<string, string>>): Schema => {
  const anyOf = Object.entries(words).map(([word, about]) => ({ const: word, description: sentence(about) }));
  return anyOf.length > 0 ? { anyOf } : { not: {} };
};

const words = (names: readonly string[], about: (name: string) => string): Readonly<Record<string, string>> =>
  Object.fromEntries(names.map((name) => [name, about(name)]));

/** What a setting of the configuration, or an option of a context, may be. */
function ofParameter(parameter: Parameter): Schema {
  const { about, type, default: byDefault, min, max, choices = [], means } = parameter;
  const said = { description: sentence(`${about} (${describe(parameter)})`), default: byDefault };
  const one = (): Schema =>
    means ? oneOf(words(choices, (name) => means[name] ?? name)) : { type: "string", enum: choices };
  switch (type) {
    case "boolean":
      return { ...said, type: "boolean" };
    case "integer":
      return {
        ...said,
        type: "integer",
        ...(min === undefined ? {} : { minimum: min }),
        ...(max === undefined ? {} : { maximum: max }),
      };
    case "choice":
      return { ...said, ...one() };
    case "text":
      return { ...said, type: "string" };
    case "texts":
      return { ...said, type: "array", items: choices.length > 0 ? one() : { type: "string" } };
  }
}

const optionsOf = (parameters: Readonly<Record<string, Parameter>>): Readonly<Record<string, Schema>> =>
  Object.fromEntries(Object.entries(parameters).map(([name, one]) => [name, ofParameter(one)]));

/** A part of a schema that is told once, under a name of its own. */
const told = (model: Model, part: string): Schema => ({ $ref: `#/definitions/${model.name}.${part}` });

/** The words of a model, told once each. */
function wordsOf(model: Model): Readonly<Record<string, Schema>> {
  const names = Object.keys(model.properties);
  const says = (name: string): string => model.properties[name]?.sentence ?? "";
  const violable = words(
    names.filter((name) => !isWitness(model, name)),
    says,
  );
  const witnesses = words(
    names.filter((name) => isWitness(model, name)),
    says,
  );
  const claims = Object.entries(model.ledger?.claims ?? {}).map(([id, { who, quote }]) => [id, `${who}: "${quote}"`]);
  const designs = Object.entries(model.ledger?.designs ?? {}).map(([id, { about }]) => [id, about]);
  const parts = {
    version: oneOf(model.versions),
    variant: oneOf(model.variants),
    property: oneOf(violable),
    rule: oneOf(words(rulesOf(model), says)),
    violation: { anyOf: [told(model, "property"), oneOf(OTHERS)] },
    witness: oneOf(witnesses),
    claim: oneOf(Object.fromEntries(claims)),
    design: oneOf(Object.fromEntries(designs)),
    context: contextOf(model),
    ...Object.fromEntries(Object.entries(model.parameters).map(([name, one]) => [`setting.${name}`, ofParameter(one)])),
  };
  return Object.fromEntries(Object.entries(parts).map(([part, schema]) => [`${model.name}.${part}`, schema]));
}

/** What may be violated beside properties. */
const OTHERS: Readonly<Record<string, string>> = {
  deadlock: "nothing can happen, and a script is unfinished",
  "model error": "a step of the model has no meaning",
};

/** Which of the words may stand where in a spec, by its keys. */
function ofModel(model: Model): Readonly<Record<string, Schema>> {
  const list = (part: string): Schema => ({ items: told(model, part) });
  const names = Object.keys(model.parameters);
  const settings = Object.fromEntries(names.map((name) => [name, told(model, `setting.${name}`)]));
  const release = { version: told(model, "version"), variants: list("variant") };
  // "properties" is "all", or a list: that much is said for every model.
  const alsoOfTwin = {
    configuration: { properties: settings, additionalProperties: false },
    contexts: { items: told(model, "context") },
    properties: list("property"),
    also: list("property"),
    without: { items: { properties: { property: told(model, "rule") } } },
    sometimes: list("witness"),
    claims: list("claim"),
    designs: list("design"),
    show: told(model, "violation"),
    expect: { properties: { violated: list("violation") } },
  };
  const set = { properties: { ...release, ...settings }, additionalProperties: false };
  return {
    ...release,
    ...alsoOfTwin,
    for: { items: { properties: { set, ...alsoOfTwin } } },
  };
}

/** A context: its kind, what it may call, and the options of its kind. */
function contextOf({ contextKinds, operations, forms = {} }: Model): Schema {
  const calls: Schema = {
    anyOf: Object.entries(operations).map(([name, about]) => ({
      pattern: `^${name}( |$)`,
      description: sentence(about),
      examples: [forms[name] ?? name],
    })),
  };
  const kinds = Object.entries(contextKinds);
  const common = ["name", "kind", "script", "after"];
  return {
    properties: {
      kind: oneOf(words(Object.keys(contextKinds), (name) => contextKinds[name]?.about ?? name)),
      script: { items: calls, properties: { any: { items: calls } } },
    },
    allOf: kinds.map(([kind, { options }]) => ({
      if: { properties: { kind: { const: kind } }, required: ["kind"] },
      then: {
        properties: { ...Object.fromEntries(common.map((name) => [name, true])), ...optionsOf(options) },
        additionalProperties: false,
      },
    })),
  };
}
