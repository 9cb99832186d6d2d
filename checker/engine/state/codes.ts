/**
 * Values as numbers, in two forms. The *code* of a value is its rank among the values of its shape, which is what a
 * packed state holds; codes order cells as the reference does. The *number* of a value is what generated code computes
 * with: itself for an integer or an element, 0 and 1 for the truth values, and for null and words numbers far below.
 */
import type { Universe } from "../../language/sets.ts";
import { type AnyLeaf, type Value, valuesOf } from "../../language/shapes.ts";

/** Thrown for a system that the engine does not take; the reference takes every one. */
export class Unsupported extends Error {}

export const NULL = -0x4000_0000;
/** Every integer of a model lies between; numbers at or below the negative limit stand for null and words. */
export const LIMIT = 0x2000_0000;

/** The words of a system, numbered as they are met. */
export class Words {
  readonly #numbers = new Map<string, number>();

  numberOf(word: string): number {
    const known = this.#numbers.get(word) ?? NULL + 1 + this.#numbers.size;
    this.#numbers.set(word, known);
    return known;
  }

  toNumber(value: Value): number {
    if (value === null) return NULL;
    if (typeof value === "string") return this.numberOf(value);
    if (Math.abs(Number(value)) >= LIMIT) throw new Unsupported(`the number ${value} is too large for the engine`);
    return Number(value);
  }
}

/** The codes of a leaf: first those of some special values, then a run of integers. */
export interface LeafCodes {
  /** The code of each special value; where a shape names one twice, the last counts. */
  readonly special: ReadonlyMap<Value, number>;
  /** The integer of the first code of the run, and its length. Truth values are 0 and 1. */
  readonly lowest: number;
  readonly firstCode: number;
  readonly run: number;
  readonly isBool: boolean;
  readonly count: number;
}

const cache = new WeakMap<Universe, Map<AnyLeaf, LeafCodes>>();

export function leafCodes(shape: AnyLeaf, universe: Universe): LeafCodes {
  const known = cache.get(universe) ?? new Map<AnyLeaf, LeafCodes>();
  cache.set(universe, known);
  const found = known.get(shape);
  if (found) return found;
  const values = valuesOf(shape, universe);
  const first = values.findIndex((v) => typeof v === "number" || typeof v === "boolean");
  const firstCode = first < 0 ? values.length : first;
  const codes: LeafCodes = {
    special: new Map(values.slice(0, firstCode).map((value, code) => [value, code])),
    lowest: Number(values[firstCode] ?? 0),
    firstCode,
    run: values.length - firstCode,
    isBool: typeof values[firstCode] === "boolean",
    count: values.length,
  };
  known.set(shape, codes);
  return codes;
}

export function codeOf(value: Value, codes: LeafCodes): number {
  const special = codes.special.get(value);
  return special ?? Number(value) - codes.lowest + codes.firstCode;
}

export function valueFrom(code: number, codes: LeafCodes): Value {
  if (code >= codes.firstCode) {
    const n = code - codes.firstCode + codes.lowest;
    return codes.isBool ? n === 1 : n;
  }
  for (const [value, c] of codes.special) if (c === code) return value;
  throw new Error(`no value has the code ${code}`);
}
