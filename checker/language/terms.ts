/**
 * Terms. An `Expr<T>` stands for a value of type `T` in a state; it is built once, when a program's body runs, and is
 * data from then on. What is no term is refused where one is wanted: JavaScript decided it while the file was loaded.
 */
import { isPart, made, OPERATORS, refuse, used } from "./mistakes.ts";
import type { Node } from "./nodes.ts";
import type { Bound } from "./sets.ts";
import { CONDITION, NULL, NUMBER, type Sort, sortOfValue, sortsOf } from "./sorts.ts";

declare const typeBrand: unique symbol;

/** What may stand where an expression of `T` is wanted: one, or a literal where `T` has literals. */
export type Operand<T> = Expr<T> | Extract<T, boolean | number | string | null>;

const COPIES = Symbol.for("nolock: copies of the language");
const shared = globalThis as unknown as Record<symbol, readonly string[]>;
shared[COPIES] = [...(shared[COPIES] ?? []), import.meta.url];

/** Where the copies of the language that this process has loaded come from: terms of two of them do not mix. */
export const languageCopies = (): readonly string[] => shared[COPIES] ?? [];

/** Forms that are nothing by themselves, and places, which are also there to be set. */
const PLAIN: ReadonlySet<Node["op"]> = new Set(["const", "self", "bound", "param", "read"]);

/** What JavaScript calls a term where an operator of its own meets one. */
const MEND_NUMBERS = "write n.plus(m), n.minus(m), n.mod(4), n.bitAnd(1), n.lt(m), n.le(m), n.gt(m), n.ge(m), a.eq(b)";

export class Expr<T> {
  declare readonly [typeBrand]: T;
  readonly node: Node;

  constructor(node: Node) {
    this.node = Object.freeze(node);
    if (!PLAIN.has(node.op)) made(this, nameOf(node));
  }

  eq(other: Expr<T | null | "garbage"> | Extract<T, boolean | number | string | null> | null): Expr<boolean> {
    return new Expr(equality(this, "eq", other));
  }
  ne(other: Expr<T | null | "garbage"> | Extract<T, boolean | number | string | null> | null): Expr<boolean> {
    return new Expr({ op: "not", of: equality(this, "ne", other) });
  }
  isNull(): Expr<boolean> {
    return this.eq(null);
  }
  notNull(): Expr<boolean> {
    return this.ne(null);
  }
  /** The same value where null and "garbage" are known to be impossible; going on with one is a model error. */
  known(this: Expr<T>): Expr<Exclude<T, null | "garbage">> {
    return this as unknown as Expr<Exclude<T, null | "garbage">>;
  }
  /** The same value where a word is known to be impossible: narrows `orWord` without excluding null. */
  except<const W extends string>(_word: W): Expr<Exclude<T, W>> {
    return this as unknown as Expr<Exclude<T, W>>;
  }
  plus(this: Expr<number>, other: Operand<number>): Expr<number> {
    return new Expr({ op: "add", ...numbers(this, "plus", other) });
  }
  minus(this: Expr<number>, other: Operand<number>): Expr<number> {
    return new Expr({ op: "sub", ...numbers(this, "minus", other) });
  }
  /** The rest of a division by a positive number, never negative: what a counter that wraps around becomes. */
  mod(this: Expr<number>, by: Bound): Expr<number> {
    const isNumber = typeof by === "number" && Number.isSafeInteger(by) && by > 0;
    if (!isNumber && typeof (by as { bound?: unknown } | null)?.bound !== "string")
      refuse(
        `mod(..) was given ${shown(by)}`,
        'divide by a positive number that is known: mod(4), or mod(bound("tickets"))',
      );
    return new Expr({ op: "mod", of: termOf(this, "mod", NUMBER), by });
  }
  /** Bit by bit, as C's & does it. */
  bitAnd(this: Expr<number>, other: Operand<number>): Expr<number> {
    return new Expr({ op: "bitAnd", ...numbers(this, "bitAnd", other) });
  }
  /** Bit by bit, as C's | does it. */
  bitOr(this: Expr<number>, other: Operand<number>): Expr<number> {
    return new Expr({ op: "bitOr", ...numbers(this, "bitOr", other) });
  }
  /** Bit by bit, as C's ^ does it. */
  bitXor(this: Expr<number>, other: Operand<number>): Expr<number> {
    return new Expr({ op: "bitXor", ...numbers(this, "bitXor", other) });
  }
  lt(this: Expr<number>, other: Operand<number>): Expr<boolean> {
    return new Expr({ op: "lt", ...numbers(this, "lt", other) });
  }
  le(this: Expr<number>, other: Operand<number>): Expr<boolean> {
    return new Expr({ op: "le", ...numbers(this, "le", other) });
  }
  gt(this: Expr<number>, other: Operand<number>): Expr<boolean> {
    const { left, right } = numbers(this, "gt", other);
    return new Expr({ op: "lt", left: right, right: left });
  }
  ge(this: Expr<number>, other: Operand<number>): Expr<boolean> {
    const { left, right } = numbers(this, "ge", other);
    return new Expr({ op: "le", left: right, right: left });
  }

  /** JavaScript asks for this where the file says `a < b`, `a + 1` or `a == 1` of a term. */
  [Symbol.toPrimitive](): never {
    return refuse("JavaScript's <, >, +, -, %, &, == and `..` do not see into terms", MEND_NUMBERS);
  }
}

function equality(term: Expr<unknown>, of: string, other: unknown): Node {
  const left = termOf(term, of);
  const right = operandOf(other, of);
  const [mine, theirs] = [sortsOf(left), sortsOf(right)];
  if (mine && theirs && !mayMeet(left, mine, right, theirs))
    refuse(`${of}(..) compares ${said(mine)} with ${said(theirs)}: never the same`, mendFor(mine, theirs));
  return { op: "eq", left, right };
}

/**
 * Anything may be asked whether it is null or "garbage", as its type allows, and a term whose form is only a word stands for more. But a word that is
 * written out must be one that the cell has.
 */
function mayMeet(left: Node, mine: readonly Sort[], right: Node, theirs: readonly Sort[]): boolean {
  const isSame = (sort: Sort): boolean => theirs.includes(sort);
  if (left.op === "read" && right.op === "const")
    return right.value === null || right.value === "garbage" || mine.some(isSame);
  const own = mine.filter(isOwnKind);
  return own.length === 0 || !theirs.some(isOwnKind) || own.some(isSame);
}

/** Conditions, numbers and elements: null and words may be in any shape. */
const isOwnKind = (sort: Sort): boolean => sort !== NULL && !sort.startsWith('"');

const kinds = (sorts: readonly Sort[]): readonly Sort[] =>
  sorts.map((sort) => (sort.startsWith('"') ? "a word" : sort));

const numbers = (term: unknown, of: string, other: unknown): { readonly left: Node; readonly right: Node } => ({
  left: termOf(term, of, NUMBER),
  right: operandOf(other, of, NUMBER),
});

const nameOf = (of: Node): string =>
  (
    ({
      eq: "a.eq(b)",
      add: "a.plus(b)",
      sub: "a.minus(b)",
      lt: "a.lt(b)",
      le: "a.le(b)",
      stands: "standsIn(..)",
    }) as Record<string, string>
  )[of.op] ?? `${of.op}(..)`;

const said = (sorts: readonly Sort[]): string => sorts.join(" or ");

function mendFor(wanted: readonly Sort[], given: readonly Sort[]): string {
  if (given.includes(NUMBER) && wanted.some((sort) => sort.startsWith("an element")))
    return "ids have no arithmetic; write element(set, 0) for one that is known";
  if (given.includes(NUMBER) && wanted.includes(CONDITION)) return "compare the number: n.gt(0), n.eq(1)";
  return given.includes(CONDITION) ? OPERATORS : "give what fits";
}

/** A value as a message shows it. */
function shown(value: unknown): string {
  if (typeof value === "function") return "a function";
  if (typeof value === "object" && value !== null) return Array.isArray(value) ? "a list" : "a record of several";
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}

/** How a thing that is no term came to stand where one is wanted. */
function mendOf(value: unknown, wanted: Sort | undefined): string {
  if (typeof value === "boolean") return `${OPERATORS}; lit(${value}) where ${value} itself is meant`;
  if (typeof value === "number")
    return wanted === NUMBER ? "write lit(..)" : "write element(set, 0) for an element, lit(1) for a number";
  if (value === undefined) return "it is not defined yet, or what should give it returns nothing";
  if (typeof value === "function") return "call it";
  return "name one cell of it, or one of its terms";
}

/** Whether a value is a term of another copy of the language, which does not know this one's. */
const ofAnotherCopy = (value: unknown): boolean =>
  typeof value === "object" && value !== null && !(value instanceof Expr) && "node" in value && "notNull" in value;

/** The data behind a term, of a sort where one is wanted. Throws `AuthorError` where the author gave none. */
export function termOf(value: unknown, of: string, wanted?: Sort): Node {
  if (!(value instanceof Expr)) {
    if (ofAnotherCopy(value)) refuse(`${of}(..) was given a term of another copy of the language`, MEND_COPIES);
    const decided = typeof value === "boolean" ? ", which was decided while the file was loaded" : "";
    return refuse(
      `${of}(..) wants ${wanted ?? "a term"} and was given ${shown(value)}${decided}`,
      mendOf(value, wanted),
    );
  }
  used(value);
  const sorts = wanted === undefined ? null : sortsOf(value.node);
  const mayBe = (sort: Sort): boolean =>
    sort === wanted || (sort === NULL && wanted?.startsWith("an element") === true);
  if (sorts && wanted && !sorts.some(mayBe))
    refuse(`${of}(..) wants ${wanted} and was given ${said(sorts)}`, mendFor([wanted], sorts));
  return value.node;
}

export const MEND_COPIES = "import the language by one path in all files of a model";

/** The data behind a term or a literal. Throws `AuthorError` where it is neither. */
export function operandOf(value: unknown, of: string, wanted?: Sort): Node {
  if (value !== null && typeof value !== "boolean" && typeof value !== "string" && typeof value !== "number")
    return termOf(value, of, wanted);
  if (typeof value === "number" && !Number.isSafeInteger(value))
    refuse(`${of}(..) was given ${value}`, "numbers of a model are integers");
  if (wanted !== undefined && sortOfValue(value) !== wanted) return termOf(value, of, wanted);
  return { op: "const", value };
}

/** What a cell of these sorts is set to: a literal must be one of its values, a term need be of its kind only. */
export function toFit(value: unknown, wanted: readonly Sort[], of: string): Node {
  const node = operandOf(value, of);
  const sorts = sortsOf(node);
  const [given, taken] = node.op === "const" ? [sorts, wanted] : [sorts && kinds(sorts), kinds(wanted)];
  if (sorts && !given?.some((sort) => taken.includes(sort)))
    refuse(`${of}(..) was given ${said(sorts)}, and the cell holds ${said(wanted)}`, mendFor(wanted, sorts));
  return node;
}

const MENDS: Readonly<Record<string, string>> = {
  "&&": "write and(a, b)",
  "||": "write or(a, b)",
  "!": "write not(a)",
  "?:": "write ite(test, a, b)",
  "===": "write a.eq(b)",
  "==": "write a.eq(b)",
  "!==": "write a.ne(b)",
  "!=": "write a.ne(b)",
};

/**
 * What JavaScript decides on, in a file of a model: whoever loads the file puts this around it. Throws `AuthorError`
 * where it is a term, which is always true and never the same as another.
 */
export function decides<T>(value: T, operator: string): T {
  if (value instanceof Expr || isPart(value) || ofAnotherCopy(value))
    refuse(
      `JavaScript's "${operator}" was given ${isPart(value) ? "a part of a row" : "a term"}, and decides while the file is loaded`,
      `${MENDS[operator] ?? "write an alternative for each case, or ite(test, a, b)"}; where JavaScript is meant to decide, end the line with // javascript decides`,
    );
  return value;
}
