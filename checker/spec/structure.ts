/** The structure of a file against its published schema: ajv finds what is wrong, this file says it. */
import { readFileSync } from "node:fs";
import { Ajv, type ErrorObject } from "ajv";
import type { Problem } from "./model.ts";
import { mendName, mendValue } from "./problems.ts";
import type { CutsAsked, SpecSize } from "./spec.ts";
import { type Json, pointer } from "./text.ts";

/** Calls in order; or any of some calls, again and again: those that are listed, or all that the kind may make. */
export type RawScript = readonly string[] | "any" | { readonly any?: readonly string[]; readonly own?: boolean };

export interface RawContext {
  readonly name: string;
  readonly kind: string;
  readonly script: RawScript;
  readonly after?: string | readonly string[];
  /** Options of its kind. */
  readonly [option: string]: RawSetting | RawScript | undefined;
}

/** A spec as it stands in its file, of the structure that `schema/any-spec.schema.json` describes. */
export interface RawSpec {
  readonly question: string;
  readonly model: string;
  readonly version?: string;
  readonly variants: readonly string[];
  readonly configuration: Readonly<Record<string, RawSetting>>;
  readonly contexts: readonly RawContext[];
  readonly properties?: readonly string[] | "all";
  readonly also: readonly string[];
  readonly without: readonly { readonly property: string; readonly why: string }[];
  readonly deadlock: boolean;
  readonly sometimes: readonly string[];
  readonly happens: readonly string[];
  readonly size: SpecSize;
  readonly claims: readonly string[];
  readonly designs: readonly string[];
  readonly cuts: CutsAsked;
  readonly uncut: readonly { readonly frame: string; readonly rows: string; readonly why: string }[];
  readonly show?: string;
  readonly expect?: {
    readonly verdict: string;
    readonly violated: readonly string[];
    readonly states?: number;
    readonly transitions?: number;
    readonly depth?: number;
  };
  readonly for: readonly RawTwin[];
}

/** The same question once more, with other settings: what it says itself stands for what the spec says. */
export interface RawTwin extends Partial<Omit<RawSpec, "model" | "version" | "variants" | "for">> {
  readonly set: Readonly<Record<string, RawSetting>>;
}

export type RawSetting = boolean | number | string | readonly string[];

/** Mistakes that are looked at: of those only the first are told. */
const MOST = 1000;

/** What says what is wrong with the structure of data; where nothing is, its defaults are filled in. */
export function structureOf(schemaFile: string, kind: string): (data: Json) => readonly Problem[] {
  const text = readFileSync(new URL(`../../schema/${schemaFile}`, import.meta.url), "utf8");
  const validate = new Ajv({ allErrors: true, verbose: true, useDefaults: true, allowUnionTypes: true }).compile(
    JSON.parse(text) as object,
  );
  return (data) =>
    validate(data)
      ? []
      : (validate.errors ?? [])
          .filter(isOfItself)
          .slice(0, MOST)
          .map((error) => problemOf(error, kind));
}

/** That one of two forms does not fit is told by what does not fit in it. */
const isOfItself = ({ keyword }: ErrorObject): boolean => keyword !== "if";

/** What is wrong with that of a spec. Where nothing is, `data` is a `RawSpec`. */
export const structureProblems = structureOf("any-spec.schema.json", "a spec");

type ParentSchema = { readonly description?: string; readonly properties?: object };

function problemOf(error: ErrorObject, kind: string): Problem {
  const { instancePath, keyword, params, data } = error;
  const parent = (error.parentSchema ?? {}) as ParentSchema;
  const expected = (schema: ParentSchema | undefined): string => `expected: ${schema?.description ?? "another value"}`;
  const shown = JSON.stringify(data);
  switch (keyword) {
    case "required": {
      const key = params.missingProperty as string;
      const missing = (parent.properties as Record<string, ParentSchema>)[key];
      return { path: instancePath, what: `the key "${key}" is missing`, mend: expected(missing) };
    }
    case "additionalProperties": {
      const key = params.additionalProperty as string;
      const known = Object.keys(parent.properties ?? {});
      return {
        path: instancePath + pointer(key),
        what: `"${key}" is not a key of ${kind} here`,
        mend: mendName(key, known, "key"),
      };
    }
    case "enum": {
      const known = params.allowedValues as string[];
      return {
        path: instancePath,
        what: `${shown} is not one of the values`,
        mend: typeof data === "string" ? mendValue(data, known) : `known: ${known.join(", ")}`,
      };
    }
    case "uniqueItems": {
      const second = Math.max(params.i as number, params.j as number);
      return {
        path: instancePath + pointer(second),
        what: `${JSON.stringify((data as Json[])[second])} stands twice in the list`,
        mend: "keep one of the two",
      };
    }
    case "type": {
      const wanted = [params.type as string | string[]].flat().map((type) => WORDS[type] ?? type);
      return { path: instancePath, what: `${kindOf(data)} is not ${wanted.join(" or ")}`, mend: expected(parent) };
    }
    case "pattern":
      return { path: instancePath, what: `${shown} is not of this form`, mend: expected(parent) };
    case "minLength":
      return { path: instancePath, what: "the text is empty", mend: expected(parent) };
    default:
      return { path: instancePath, what: `${shown} ${error.message}`, mend: expected(parent) };
  }
}

const WORDS: Readonly<Record<string, string>> = {
  boolean: "true or false",
  integer: "a whole number",
  string: "a text",
  array: "a list",
  object: "an object",
};

const kindOf = (data: unknown): string => {
  if (data === null) return "null";
  if (Array.isArray(data)) return "a list";
  return typeof data === "object" ? "an object" : JSON.stringify(data);
};
