/**
 * What may stand in a spec, for an editor: the form of every spec, and for each built-in model all of its names with a
 * sentence each, out of the tables that `check` itself reads.
 */

import type { Model } from "../spec/model.ts";
import { NOT_A_PROPERTY } from "../spec/names.ts";
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
    allOf: models.map((model) => ({
      if: { properties: { model: { const: model.name } }, required: ["model"] },
      then: { properties: ofModel(model) },
    })),
  };
  return `${JSON.stringify(schema, null, 1)}\n`;
}

const sentence = (text: string): string => (/[.?!:]$/.test(text) ? text : `${text}.`);

/** One of some words, each with what it means. */
const oneOf = (words: Readonly<Record<string, string>>): Schema => ({
  anyOf: Object.entries(words).map(([word, about]) => ({ const: word, description: sentence(about) })),
});

const listOf = (words: Readonly<Record<string, string>>): Schema => ({ items: oneOf(words) });

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

const ofParameters = (parameters: Readonly<Record<string, Parameter>>): Readonly<Record<string, Schema>> =>
  Object.fromEntries(Object.entries(parameters).map(([name, one]) => [name, ofParameter(one)]));

/** The names of a model, by the key of a spec under which they may stand. */
function ofModel(model: Model): Readonly<Record<string, Schema>> {
  const names = Object.keys(model.properties);
  const says = (name: string): string =>
    model.properties[name]?.sentence ?? "nothing can happen, and a script is unfinished";
  const violable = words(
    names.filter((name) => !isWitness(model, name)),
    says,
  );
  const others = { deadlock: says("deadlock"), "model error": "a step of the model has no meaning" };
  const endings = words(NOT_A_PROPERTY, (name) => others[name as keyof typeof others]);
  const witnesses = words(
    names.filter((name) => isWitness(model, name)),
    says,
  );
  const claims = Object.entries(model.ledger?.claims ?? {}).map(([id, { who, quote }]) => [id, `${who}: "${quote}"`]);
  const designs = Object.entries(model.ledger?.designs ?? {}).map(([id, { about }]) => [id, about]);
  return {
    version: oneOf(model.versions),
    variants: listOf(model.variants),
    configuration: { properties: ofParameters(model.parameters), additionalProperties: false },
    contexts: { items: contextOf(model) },
    // "all", or a list: that much is said for every model.
    properties: listOf(violable),
    also: listOf(violable),
    without: { items: { properties: { property: oneOf(words(rulesOf(model), says)) } } },
    sometimes: listOf(witnesses),
    claims: listOf(Object.fromEntries(claims)),
    designs: listOf(Object.fromEntries(designs)),
    show: oneOf({ ...violable, ...endings }),
    expect: { properties: { violated: listOf({ ...violable, ...endings }) } },
  };
}

/** A context: its kind, what it may call, and the options of its kind. */
function contextOf({ contextKinds, operations, forms = {} }: Model): Schema {
  const kinds = Object.entries(contextKinds);
  const common = ["name", "kind", "script", "after"];
  return {
    properties: {
      kind: oneOf(words(Object.keys(contextKinds), (name) => contextKinds[name]?.about ?? name)),
      script: {
        items: {
          anyOf: Object.entries(operations).map(([name, about]) => ({
            pattern: `^${name}( |$)`,
            description: sentence(about),
            examples: [forms[name] ?? name],
          })),
        },
      },
    },
    allOf: kinds.map(([kind, { options }]) => ({
      if: { properties: { kind: { const: kind } }, required: ["kind"] },
      then: {
        properties: { ...Object.fromEntries(common.map((name) => [name, true])), ...ofParameters(options) },
        additionalProperties: false,
      },
    })),
  };
}
