/** What is known of a value while code for it is made: the numbers it can be, and how codes and numbers turn into each other. */
import type { Value } from "../../language/shapes.ts";
import { add, bitAnd, c, type Expr, type FunctionWriter, select, sub } from "../code/ir.ts";
import { codeOf, type LeafCodes, LIMIT, NULL, Unsupported, type Words } from "./codes.ts";

/** A value in generated code. */
export interface Val {
  readonly number: Expr;
  /** The integers that it can be (truth values are 0 and 1), both ends included; null for none. */
  readonly run: readonly [number, number] | null;
  readonly isBool: boolean;
  readonly canBeNull: boolean;
  readonly words: ReadonlySet<string>;
  /** Where it was read from a cell: its code there. */
  readonly code?: { readonly expr: Expr; readonly codes: LeafCodes };
  /** Where it is known. */
  readonly value?: Value;
}

const NO_WORDS: ReadonlySet<string> = new Set();

export const boolean = (number: Expr): Val => ({
  number,
  run: [0, 1],
  isBool: true,
  canBeNull: false,
  words: NO_WORDS,
  ...(number.op === "const" ? { value: number.value === 1 } : {}),
});

export function integer(number: Expr, lo: number, hi: number): Val {
  if (lo <= -LIMIT || hi >= LIMIT) throw new Unsupported("a sum may leave the numbers that the engine computes with");
  const known = number.op === "const" ? { value: number.value } : {};
  return { number, run: [lo, hi], isBool: false, canBeNull: false, words: NO_WORDS, ...known };
}

export function constant(value: Value, words: Words): Val {
  const number = c(words.toNumber(value));
  const canBeNull = value === null;
  if (value === null || typeof value === "string") {
    return { number, run: null, isBool: false, canBeNull, words: value === null ? NO_WORDS : new Set([value]), value };
  }
  const run = [Number(value), Number(value)] as const;
  return { number, run, isBool: typeof value === "boolean", canBeNull, words: NO_WORDS, value };
}

/** Either of two values. */
export function either(number: Expr, a: Val, b: Val): Val {
  if (a.run && b.run && a.isBool !== b.isBool) throw new Unsupported("it is a truth value or a number");
  const runs = [a.run, b.run].filter((r) => r !== null);
  return {
    number,
    run: runs.length === 0 ? null : [Math.min(...runs.map((r) => r[0])), Math.max(...runs.map((r) => r[1]))],
    isBool: a.run ? a.isBool : b.isBool,
    canBeNull: a.canBeNull || b.canBeNull,
    words: new Set([...a.words, ...b.words]),
  };
}

/** The value that a code stands for. */
export function fromCode(code: Expr, codes: LeafCodes, words: Words, writer: FunctionWriter): Val {
  const { special, firstCode, lowest, run, isBool } = codes;
  const expr = special.size > 0 ? writer.shared(code) : code;
  let number = add(expr, c(lowest - firstCode));
  const named = [...special];
  const start = named[0] ? words.toNumber(named[0][0]) - named[0][1] : 0;
  if (run === 0 && named.every(([value, rank]) => words.toNumber(value) === rank + start)) {
    number = add(expr, c(start));
  } else {
    for (const [value, rank] of named) {
      number = select({ op: "eq", a: expr, b: c(rank) }, c(words.toNumber(value)), number);
    }
  }
  return {
    number,
    run: run > 0 ? [lowest, lowest + run - 1] : null,
    isBool,
    canBeNull: special.has(null),
    words: new Set(named.flatMap(([value]) => (typeof value === "string" ? [value] : []))),
    code: { expr, codes },
  };
}

const sameCodes = (a: LeafCodes, b: LeafCodes): boolean =>
  a === b ||
  (a.count === b.count &&
    a.firstCode === b.firstCode &&
    a.lowest === b.lowest &&
    a.isBool === b.isBool &&
    a.special.size === b.special.size &&
    [...a.special].every(([value, rank]) => b.special.get(value) === rank));

/** Whether two values are the same one. */
export function sameValue(a: Val, b: Val): Expr {
  // A number and a truth value are never the same, though their numbers may be: only null and words are left.
  if (a.run && b.run && a.isBool !== b.isBool) {
    return bitAnd(isSpecial(a), { op: "eq", a: a.number, b: b.number });
  }
  if (a.code && b.code && sameCodes(a.code.codes, b.code.codes)) return { op: "eq", a: a.code.expr, b: b.code.expr };
  for (const [x, y] of [
    [a, b],
    [b, a],
  ] as const) {
    if (!x.code || y.value === undefined) continue;
    const { codes, expr } = x.code;
    return fits(y.value, codes) ? { op: "eq", a: expr, b: c(codeOf(y.value, codes)) } : c(0);
  }
  if (a.number.op === "const" && b.number.op === "const") return c(Number(a.number.value === b.number.value));
  return { op: "eq", a: a.number, b: b.number };
}

function fits(value: Value, codes: LeafCodes): boolean {
  if (codes.special.has(value)) return true;
  if (codes.run === 0 || value === null || typeof value === "string") return false;
  if ((typeof value === "boolean") !== codes.isBool) return false;
  return Number(value) >= codes.lowest && Number(value) < codes.lowest + codes.run;
}

/** The code of a value in a cell; `fail` is written where it may not fit. */
export function toCode(
  val: Val,
  codes: LeafCodes,
  words: Words,
  writer: FunctionWriter,
  failIf: (test: Expr) => void,
): Expr {
  if (val.code && sameCodes(val.code.codes, codes)) return val.code.expr;
  if (val.value !== undefined) {
    if (fits(val.value, codes)) return c(codeOf(val.value, codes));
    failIf(c(1));
    return c(0);
  }
  const number = writer.shared(val.number);
  const same = (value: Value): Expr => ({ op: "eq", a: number, b: c(words.toNumber(value)) });
  let code = sub(number, c(codes.lowest - codes.firstCode));
  for (const value of [...(val.canBeNull ? [null] : []), ...val.words]) {
    const rank = codes.special.get(value);
    if (rank === undefined) failIf(same(value));
    else code = select(same(value), c(rank), code);
  }
  if (val.run) {
    const [lo, hi] = val.run;
    if (codes.run === 0 || val.isBool !== codes.isBool) {
      failIf({ op: "le", a: c(-LIMIT), b: number });
    } else if (lo < codes.lowest || hi >= codes.lowest + codes.run) {
      const outside: Expr = { op: "le", a: c(codes.run), b: sub(number, c(codes.lowest)) };
      const below: Expr = { op: "lt", a: number, b: c(codes.lowest) };
      const isInteger: Expr = { op: "le", a: c(-LIMIT), b: number };
      failIf({ op: "and", a: isInteger, b: { op: "or", a: outside, b: below } });
    }
  }
  return code;
}

/** Whether a value is null or a word. */
export const isSpecial = (val: Val): Expr =>
  !val.canBeNull && val.words.size === 0 ? c(0) : val.run === null ? c(1) : { op: "lt", a: val.number, b: c(-LIMIT) };

export const isNull = (val: Val): Expr => (val.canBeNull ? { op: "eq", a: val.number, b: c(NULL) } : c(0));
