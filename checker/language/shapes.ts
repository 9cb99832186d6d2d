/**
 * Shapes: the finite types of cells. A state is a value of a struct shape, plain frozen data.
 *
 * | shape | values in a state |
 * | --- | --- |
 * | `bool` | `true`, `false` |
 * | `range(lo, hi)` | integers, both ends included |
 * | `oneOf("a", "b")` | those strings |
 * | `id(set)` | 0 to size - 1 |
 * | `optional(shape)` | `null`, or a value of the shape |
 * | `orWord(shape, "garbage")` | the word, or a value of the shape |
 * | `struct({..})` | an object |
 * | `each(set, shape)` | an array, one entry an element |
 */
import { refuse } from "./mistakes.ts";
import type { Bound, Id, IndexSet, NameOf, Universe } from "./sets.ts";

declare const valueBrand: unique symbol;

/** What one cell holds. */
export type Value = boolean | number | string | null;

interface Typed<V> {
  readonly [valueBrand]?: V;
}
export interface BoolShape {
  readonly kind: "bool";
}
export interface RangeShape {
  readonly kind: "range";
  readonly lo: Bound;
  readonly hi: Bound;
}
export interface OneOfShape<W extends string = string> {
  readonly kind: "oneOf";
  readonly words: readonly W[];
}
export interface IdShape<N extends string = string> {
  readonly kind: "id";
  readonly set: IndexSet<N>;
}
export interface OptionalShape {
  readonly kind: "optional";
  readonly of: AnyLeaf;
}
export interface OrWordShape {
  readonly kind: "orWord";
  readonly of: AnyLeaf;
  readonly word: string;
}
export type AnyLeaf = BoolShape | RangeShape | OneOfShape | IdShape | OptionalShape | OrWordShape;

/**
 * A shape whose values stand in one cell, with the type of those values. The brand is on the union as a whole, not on
 * its members: a member with a type of its own would make an intersection of two.
 */
export type Leaf<V> = AnyLeaf & Typed<V>;

export interface StructShape<F extends Fields = Fields> {
  readonly kind: "struct";
  readonly fields: F;
}
export interface EachShape<N extends string = string, S = unknown> {
  readonly kind: "each";
  readonly set: IndexSet<N>;
  readonly of: S & Shape;
}
export type Shape = AnyLeaf | StructShape | EachShape;
export type Fields = { readonly [name: string]: Shape };

/** The type of the values of a leaf shape. */
export type ValueOf<S> = [S] extends [Typed<infer V>] ? V : never;

export const bool: Leaf<boolean> = Object.freeze({ kind: "bool" }) as BoolShape;

/** Names a number that the configuration gives: `range(0, bound("maxTag"))`. */
export const bound = (name: string): Bound => Object.freeze({ bound: name });

/** Integers from `lo` to `hi`, both included. Leaving them is a model error: nothing wraps around. */
export function range(lo: Bound, hi: Bound): Leaf<number> {
  for (const end of [lo, hi]) {
    const isBound = typeof end === "object" && end !== null && typeof end.bound === "string";
    if (!isBound && !Number.isSafeInteger(end))
      refuse(
        `range(${showBound(lo)}, ${showBound(hi)}) is bounded by what is no whole number`,
        'write range(0, 3), or range(0, bound("top"))',
      );
  }
  return Object.freeze({ kind: "range", lo, hi }) as RangeShape;
}

export function oneOf<const W extends string>(...words: W[]): Leaf<W> {
  if (words.length === 0 || new Set(words).size < words.length || words.some((word) => typeof word !== "string"))
    refuse(`oneOf(${words.map(String).join(", ")}) wants some words, each once`, 'write oneOf("idle", "busy")');
  return Object.freeze({ kind: "oneOf", words: Object.freeze(words) }) as OneOfShape<W>;
}

export const id = <S extends IndexSet>(set: S): Leaf<Id<NameOf<S>>> =>
  Object.freeze({ kind: "id", set }) as unknown as Leaf<Id<NameOf<S>>>;

export const optional = <S extends AnyLeaf>(of: S): Leaf<ValueOf<S> | null> =>
  Object.freeze({ kind: "optional", of }) as unknown as Leaf<ValueOf<S> | null>;

/** A value that may also be one word of no shape, such as the link word of an object that somebody writes to. */
export const orWord = <S extends AnyLeaf, const W extends string>(of: S, word: W): Leaf<ValueOf<S> | W> =>
  Object.freeze({ kind: "orWord", of, word }) as unknown as Leaf<ValueOf<S> | W>;

export const struct = <F extends Fields>(fields: F): StructShape<F> =>
  Object.freeze({ kind: "struct", fields: Object.freeze({ ...shapesOf(fields) }) });

/** Throws `AuthorError` where a field is no shape. */
export function shapesOf<F extends Fields>(fields: F): F {
  for (const [name, shape] of Object.entries(fields))
    if (typeof shape !== "object" || shape === null || typeof shape.kind !== "string")
      refuse(
        `the field "${name}" was given ${String(shape)}, which is no shape`,
        "write bool, range(0, 3), id(set), each(set, bool) or another shape",
      );
  return fields;
}

export const each = <S extends Over, T extends Shape>(set: S, of: T): EachShape<NameOver<S>, T> =>
  Object.freeze({ kind: "each", set: setOver(set, "each"), of }) as unknown as EachShape<NameOver<S>, T>;

/** What elements are taken of: a set, or the numbers of a range that begins with 0. */
export type Over = IndexSet | Leaf<number>;
/** One of them, as an expression has it. */
export type ElementOf<S> = S extends IndexSet ? Id<NameOf<S>> : number;
/** In the place of a set's name, for a range. */
export type Counter = "(a counter)";
type NameOver<S> = S extends IndexSet ? NameOf<S> : Counter;

/** The set to take elements of. Throws `AuthorError` where there is none. */
export function setOver(of: Over, where: string): IndexSet {
  if (typeof of === "object" && of !== null && "kind" in of) {
    if (of.kind === "base" || of.kind === "product" || of.kind === "sum") return of;
    if (of.kind === "range" && of.lo === 0)
      return Object.freeze({ kind: "base", name: `0..${showBound(of.hi)}`, interchangeable: false, counts: of.hi });
  }
  return refuse(`${where}(..) wants an index set, or a range that begins with 0`, "write indexSet(..) or range(0, 7)");
}

/** A value of any shape, as it stands in a state. */
export type Data = Value | readonly Data[] | { readonly [field: string]: Data };

/** The bounds of a range as numbers. */
export function rangeBounds(shape: RangeShape, universe: Universe): { lo: number; hi: number } {
  return { lo: universe.valueOf(shape.lo), hi: universe.valueOf(shape.hi) };
}

/** All values of a leaf, in their order: the position of a value is its rank. */
export function valuesOf(shape: AnyLeaf, universe: Universe): readonly Value[] {
  switch (shape.kind) {
    case "bool":
      return [false, true];
    case "range": {
      const { lo, hi } = rangeBounds(shape, universe);
      return Array.from({ length: Math.max(0, hi - lo + 1) }, (_, i) => lo + i);
    }
    case "oneOf":
      return shape.words;
    case "id":
      return Array.from({ length: universe.size(shape.set) }, (_, i) => i);
    case "optional":
      return [null, ...valuesOf(shape.of, universe)];
    case "orWord":
      return [shape.word, ...valuesOf(shape.of, universe)];
  }
}

/** Whether a value belongs to a leaf shape. */
export function belongs(value: Value, shape: AnyLeaf, universe: Universe): boolean {
  switch (shape.kind) {
    case "bool":
      return typeof value === "boolean";
    case "range": {
      const { lo, hi } = rangeBounds(shape, universe);
      return typeof value === "number" && Number.isInteger(value) && value >= lo && value <= hi;
    }
    case "oneOf":
      return typeof value === "string" && shape.words.includes(value);
    case "id":
      return typeof value === "number" && Number.isInteger(value) && value >= 0 && value < universe.size(shape.set);
    case "optional":
      return value === null || belongs(value, shape.of, universe);
    case "orWord":
      return value === shape.word || belongs(value, shape.of, universe);
  }
}

/** The value that a cell has where no `initially` says otherwise: the first of its shape, `null` for an optional. */
export function defaultOf(shape: Shape, universe: Universe): Data {
  switch (shape.kind) {
    case "struct":
      return Object.fromEntries(
        Object.entries(shape.fields).map(([name, field]) => [name, defaultOf(field, universe)]),
      );
    case "each":
      return Array.from({ length: universe.size(shape.set) }, () => defaultOf(shape.of as Shape, universe));
    case "orWord":
      return defaultOf(shape.of, universe);
    default: {
      const first = valuesOf(shape, universe)[0];
      if (first === undefined) throw new Error(`a cell of shape ${describeShape(shape)} can hold no value at all`);
      return first;
    }
  }
}

export const showBound = (bound: Bound): string =>
  typeof bound === "object" && bound !== null ? String(bound.bound) : String(bound);

/** A shape as an author writes it. */
export function describeShape(shape: Shape): string {
  switch (shape.kind) {
    case "bool":
      return "bool";
    case "range":
      return `range(${showBound(shape.lo)}, ${showBound(shape.hi)})`;
    case "oneOf":
      return `oneOf(${shape.words.map((word) => JSON.stringify(word)).join(", ")})`;
    case "id":
      return `id(${shape.set.name})`;
    case "optional":
      return `optional(${describeShape(shape.of)})`;
    case "orWord":
      return `orWord(${describeShape(shape.of)}, ${JSON.stringify(shape.word)})`;
    case "struct":
      return `struct({ ${Object.entries(shape.fields)
        .map(([name, field]) => `${name}: ${describeShape(field)}`)
        .join(", ")} })`;
    case "each":
      return `each(${shape.set.name}, ${describeShape(shape.of as Shape)})`;
  }
}

/** A value of a shape as a person reads it: "cpu0", "nil", "garbage". */
export function showValue(value: Value, shape: AnyLeaf, universe: Universe): string {
  if (value === null) return "nil";
  switch (shape.kind) {
    case "id":
      return universe.elementName(shape.set, value as number);
    case "optional":
      return showValue(value, shape.of, universe);
    case "orWord":
      return value === shape.word ? shape.word : showValue(value, shape.of, universe);
    default:
      return String(value);
  }
}
