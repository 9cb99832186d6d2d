/**
 * What a model offers to specs: its parameters, versions, variants, kinds of context, operations and properties, and
 * how a question becomes a system. A model file exports one as `default`; `nolock` finds built-in ones by name and
 * anybody's own by path.
 */
import type { LinkOptions } from "../language/link/link.ts";
import type { Property } from "../language/properties.ts";

/** One setting of a configuration, or one option of a context. */
export interface Parameter {
  readonly about: string;
  readonly type: "boolean" | "integer" | "choice" | "text" | "texts";
  readonly default: boolean | number | string | readonly string[];
  /** For integers, both included. */
  readonly min?: number;
  readonly max?: number;
  /** For a choice; for texts, the words that may stand in the list. */
  readonly choices?: readonly string[];
}

export type Setting = boolean | number | string | readonly string[];

/** Who runs, as a spec says it. Options beyond name, kind and script are those of the kind, defaults filled in. */
export interface ContextSpec {
  readonly name: string;
  readonly kind: string;
  readonly script: readonly string[];
  readonly options: Readonly<Record<string, Setting>>;
}

/** What a spec asks a model to link: every setting present, names checked. */
export interface Question {
  readonly configuration: Readonly<Record<string, Setting>>;
  readonly version: string | null;
  readonly variants: readonly string[];
  readonly contexts: readonly ContextSpec[];
}

/** What is wrong with a spec, at a JSON pointer ("/contexts/1/cpu"). */
export interface Problem {
  readonly path: string;
  readonly what: string;
  /** What was expected, and how to mend it. */
  readonly mend: string;
}

/** A sentence somebody said, that specs decide. */
export interface Claim {
  readonly who: string;
  readonly quote: string;
}

export interface Model {
  readonly name: string;
  readonly title: string;
  /** Source that the model was written from: "mm/slub.c of 6.18.35". */
  readonly source: string;
  /** What is left out, a sentence each; programs in use add their own. */
  readonly notModelled: readonly string[];
  readonly parameters: Readonly<Record<string, Parameter>>;
  /** Name to one line of text; the first is the default. Empty: the model has no versions. */
  readonly versions: Readonly<Record<string, string>>;
  readonly variants: Readonly<Record<string, string>>;
  /** Kinds of context with their options. Empty: the model makes its own contexts from the configuration. */
  readonly contextKinds: Readonly<
    Record<string, { readonly about: string; readonly options: Readonly<Record<string, Parameter>> }>
  >;
  /** First word of a script entry to what it does. */
  readonly operations: Readonly<Record<string, string>>;
  /** By name, in the order in which reports list them. */
  readonly properties: Readonly<Record<string, Property>>;
  readonly claims?: Readonly<Record<string, Claim>>;
  /** What the model finds wrong with a question, beyond names and types: CPU 7 of 2, a script nobody can follow. */
  readonly problems: (question: Question) => readonly Problem[];
  /** Called only for a question without problems. The caller adds name and properties. */
  readonly build: (question: Question) => Omit<LinkOptions, "name" | "properties">;
}

/** A model without kinds of contexts, versions or variants: what a small file of one's own needs to say. */
export const defineModel = (model: Pick<Model, "name" | "title" | "properties" | "build"> & Partial<Model>): Model => ({
  source: "",
  notModelled: [],
  parameters: {},
  versions: {},
  variants: {},
  contextKinds: {},
  operations: {},
  problems: () => [],
  ...model,
});
