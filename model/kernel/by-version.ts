/**
 * One model whose versions differ in more than rows: some have other cells, other settings, other calls. Each such family
 * of versions is a model of its own; what a spec may say is the sum, and what it says of its version is looked at by that
 * version's model.
 */
import type { Property } from "../../checker/language/index.ts";
import type { Model, Parameter, Problem, Question } from "../../checker/spec/model.ts";

/** Versions that one model is written for, and what they have that others have not, in a few words. */
export interface Family {
  readonly versions: readonly string[];
  readonly model: Model;
}

/** What all families share, and what is told of the whole. `versions` in the order of specs: the first is the default. */
type Whole = Pick<Model, "name" | "title" | "source" | "notModelled" | "versions"> & Partial<Model>;

/** Tables joined; where a name stands in several, the first says what it is. */
const joined = <T>(tables: readonly Readonly<Record<string, T>>[]): Readonly<Record<string, T>> =>
  Object.assign({}, ...[...tables].reverse());

/** Settings, or options of a kind of context, joined: of one, all words and all numbers that some family takes. */
function parametersOf(all: readonly Readonly<Record<string, Parameter>>[]): Readonly<Record<string, Parameter>> {
  return Object.fromEntries(
    Object.entries(joined(all)).map(([name, one]) => {
      const same = all.flatMap((parameters) => parameters[name] ?? []);
      const choices = [...new Set(same.flatMap(({ choices }) => choices ?? []))];
      const about = [...new Set(same.flatMap((other) => other.about.split("; ")))].join("; ");
      const [least, most] = [same.flatMap(({ min }) => min ?? []), same.flatMap(({ max }) => max ?? [])];
      return [
        name,
        {
          ...one,
          about,
          ...(choices.length > 0 ? { choices } : {}),
          ...(least.length > 0 ? { min: Math.min(...least) } : {}),
          ...(most.length > 0 ? { max: Math.max(...most) } : {}),
        },
      ];
    }),
  );
}

export function byVersion(whole: Whole, families: readonly Family[]): Model {
  const models = families.map(({ model }) => model);
  const familyOf = ({ version }: Question): Family =>
    families.find(({ versions }) => versions.includes(version ?? "")) ?? (families[0] as Family);
  const kinds = [...new Set(models.flatMap(({ contextKinds }) => Object.keys(contextKinds)))];
  const properties = joined<Property>(models.map((model) => model.properties));
  return {
    ...whole,
    parameters: parametersOf(models.map(({ parameters }) => parameters)),
    contextKinds: Object.fromEntries(
      kinds.map((kind) => {
        const all = models.flatMap(({ contextKinds }) => contextKinds[kind] ?? []);
        return [kind, { about: all[0]?.about as string, options: parametersOf(all.map(({ options }) => options)) }];
      }),
    ),
    operations: joined(models.map(({ operations }) => operations)),
    forms: joined(models.map(({ forms = {} }) => forms)),
    variants: joined(models.map(({ variants }) => variants)),
    properties,
    inVersion: Object.fromEntries(
      families.flatMap(({ versions, model }) => versions.map((version) => [version, model])),
    ),
    rules: [...new Set(models.flatMap(({ rules = [] }) => rules))],
    plainStores: [...new Set(models.flatMap(({ plainStores = [] }) => plainStores))],
    unfit: (question) => {
      const { model } = familyOf(question);
      return { ...foreignProperties(question, model, properties), ...model.unfit?.(question) };
    },
    mayCall: (context, question) => familyOf(question).model.mayCall?.(context, question) ?? [],
    problems: (question) => {
      const { model } = familyOf(question);
      const foreign = foreignWords(question, model);
      return foreign.length > 0 ? foreign : model.problems(question);
    },
    build: (question) => familyOf(question).model.build(question),
  };
}

const elsewhere = ({ version }: Question): string => `ask another version than ${version}, or leave it out`;

const foreignProperties = (question: Question, { properties }: Model, all: Model["properties"]) =>
  Object.fromEntries(
    Object.keys(all)
      .filter((name) => !Object.hasOwn(properties, name))
      .map((name) => [name, elsewhere(question)]),
  );

/** Variants, choices and calls that other versions have, and this one has not. */
function foreignWords(question: Question, model: Model): Problem[] {
  const found: Problem[] = [];
  const say = (path: string, what: string) =>
    found.push({ path, what: `${what} says nothing of version ${question.version}`, mend: elsewhere(question) });
  for (const [i, name] of question.variants.entries())
    if (!Object.hasOwn(model.variants, name)) say(`/variants/${i}`, `"${name}"`);
  for (const [i, { kind, options, script }] of question.contexts.entries()) {
    for (const [name, value] of Object.entries(options)) {
      const choices = model.contextKinds[kind]?.options[name]?.choices;
      if (choices && !choices.includes(value as string)) say(`/contexts/${i}/${name}`, `"${value}"`);
    }
    for (const [n, line] of script.entries())
      if (!Object.hasOwn(model.operations, line.split(" ")[0] as string))
        say(`/contexts/${i}/script/${n}`, `"${line}"`);
  }
  return found;
}
