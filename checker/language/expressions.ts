/**
 * The typed builder of expressions. An `Expr<T>` stands for a value of type `T` in a state; it is built once, when a
 * program's body runs, and is data from then on.
 */
import type { Binder, Node, Region } from "./nodes.ts";
import type { BaseSet, Id, IndexSet, NameOf, Parts, ProductSet, SumSet } from "./sets.ts";
import type { Value } from "./shapes.ts";

declare const typeBrand: unique symbol;

/** What may stand where an expression of `T` is wanted: one, or a literal where `T` has literals. */
export type Operand<T> = Expr<T> | Extract<T, boolean | number | string | null>;

export class Expr<T> {
  declare readonly [typeBrand]: T;
  readonly node: Node;

  constructor(node: Node) {
    this.node = Object.freeze(node);
  }

  eq(other: Expr<T | null | "garbage"> | Extract<T, boolean | number | string | null> | null): Expr<boolean> {
    return new Expr({ op: "eq", left: this.node, right: nodeOf(other) });
  }
  ne(other: Expr<T | null | "garbage"> | Extract<T, boolean | number | string | null> | null): Expr<boolean> {
    return not(new Expr<boolean>({ op: "eq", left: this.node, right: nodeOf(other) }));
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
    return new Expr({ op: "add", left: this.node, right: nodeOf(other) });
  }
  minus(this: Expr<number>, other: Operand<number>): Expr<number> {
    return new Expr({ op: "sub", left: this.node, right: nodeOf(other) });
  }
  lt(this: Expr<number>, other: Operand<number>): Expr<boolean> {
    return new Expr({ op: "lt", left: this.node, right: nodeOf(other) });
  }
  le(this: Expr<number>, other: Operand<number>): Expr<boolean> {
    return new Expr({ op: "le", left: this.node, right: nodeOf(other) });
  }
  gt(this: Expr<number>, other: Operand<number>): Expr<boolean> {
    return new Expr({ op: "lt", left: nodeOf(other), right: this.node });
  }
  ge(this: Expr<number>, other: Operand<number>): Expr<boolean> {
    return new Expr({ op: "le", left: nodeOf(other), right: this.node });
  }
}

/** The data behind an expression or a literal. */
export function nodeOf(operand: Expr<unknown> | Value): Node {
  return operand instanceof Expr ? operand.node : { op: "const", value: operand };
}

/** A literal as an expression, where a type needs one: `lit<Mode>("idle")`. */
export const lit = <T extends boolean | number | string | null>(value: T): Expr<T> => new Expr({ op: "const", value });

/** Element `index` of a set, as a constant. Refused by a symmetry reduction where the set is interchangeable. */
export const element = <S extends IndexSet>(set: S, index: number): Expr<Id<NameOf<S>>> =>
  new Expr({ op: "const", value: index, set });

/** True when all are; stops at the first that is not, so later ones may rely on earlier ones. */
export const and = (...args: Expr<boolean>[]): Expr<boolean> => new Expr({ op: "and", args: args.map((a) => a.node) });

/** True when one is; stops at the first that is. */
export const or = (...args: Expr<boolean>[]): Expr<boolean> => new Expr({ op: "or", args: args.map((a) => a.node) });

export const not = (of: Expr<boolean>): Expr<boolean> => new Expr({ op: "not", of: of.node });

export const implies = (premise: Expr<boolean>, conclusion: Expr<boolean>): Expr<boolean> =>
  or(not(premise), conclusion);

/** `then` where `test` is true, else `otherwise`; only the one taken is evaluated. */
export const ite = <T>(test: Expr<boolean>, then: Operand<T>, otherwise: Operand<NoInfer<T>>): Expr<T> =>
  new Expr({ op: "ite", test: test.node, then: nodeOf(then as Expr<T>), else: nodeOf(otherwise as Expr<T>) });

/** A read that the C makes without the lock on purpose: `guardedBy` does not ask for the lock here. */
export const racy = <T>(of: Expr<T>): Expr<T> => new Expr({ op: "racy", of: of.node });

const quantifier =
  (op: "forAll" | "exists" | "count") =>
  <S extends IndexSet>(set: S, body: (x: Expr<Id<NameOf<S>>>) => Expr<boolean>): Node => {
    const binder: Binder = Object.freeze({ set });
    return { op, binder, body: body(new Expr({ op: "bound", binder })).node };
  };

export const forAll = <S extends IndexSet>(set: S, body: (x: Expr<Id<NameOf<S>>>) => Expr<boolean>): Expr<boolean> =>
  new Expr(quantifier("forAll")(set, body));

export const exists = <S extends IndexSet>(set: S, body: (x: Expr<Id<NameOf<S>>>) => Expr<boolean>): Expr<boolean> =>
  new Expr(quantifier("exists")(set, body));

/** How many elements of the set satisfy the body. */
export const count = <S extends IndexSet>(set: S, body: (x: Expr<Id<NameOf<S>>>) => Expr<boolean>): Expr<number> =>
  new Expr(quantifier("count")(set, body));

/** A linked list, walked from `start` along `next` until null; see `ChainNode` for what a broken one means. */
export interface Chain<N extends string> {
  has(item: Expr<Id<N> | null>): Expr<boolean>;
  length(): Expr<number>;
  last(): Expr<Id<N> | null>;
  acyclic(): Expr<boolean>;
  /** Whether it ends in null: no circle, no word. */
  ends(): Expr<boolean>;
}

type Link<N extends string> = Expr<Id<N> | null | "garbage">;

export function chain<S extends IndexSet>(
  set: S,
  start: Link<NameOf<S>>,
  next: (x: Expr<Id<NameOf<S>>>) => Link<NameOf<S>>,
): Chain<NameOf<S>> {
  const binder: Binder = Object.freeze({ set });
  const base = {
    op: "chain",
    set,
    start: start.node,
    binder,
    next: next(new Expr({ op: "bound", binder })).node,
  } as const;
  return {
    has: (item) => new Expr({ ...base, query: "has", item: item.node }),
    length: () => new Expr({ ...base, query: "length" }),
    last: () => new Expr({ ...base, query: "last" }),
    acyclic: () => new Expr({ ...base, query: "acyclic" }),
    ends: () => new Expr({ ...base, query: "ends" }),
  };
}

/** The element of a product with these components. */
export const compose = <N extends string, P extends Parts>(
  set: ProductSet<N, P>,
  parts: { readonly [K in keyof P]: Expr<Id<NameOf<P[K]>> | null> },
): Expr<Id<N>> =>
  new Expr({
    op: "compose",
    set,
    parts: Object.fromEntries(
      Object.keys(set.parts).map((key) => [key, (parts as Record<string, Expr<unknown>>)[key]?.node as Node]),
    ),
  });

/** One component of an element of a product: the slab of an object. */
export const component = <N extends string, P extends Parts, const K extends keyof P & string>(
  set: ProductSet<N, P>,
  key: K,
  of: Expr<Id<NoInfer<N>> | null | "garbage">,
): Expr<Id<NameOf<P[K]>>> => new Expr({ op: "component", set, key, of: of.node });

/** The element of a sum that stands for an element of one of its kinds. */
export const inject = <N extends string, P extends Parts, const K extends keyof P & string>(
  set: SumSet<N, P>,
  key: K,
  of: Expr<Id<NameOf<NoInfer<P>[K]>> | null>,
): Expr<Id<N>> => new Expr({ op: "inject", set, key, of: of.node });

/** Whether an element of a sum is of one kind. */
export const isKind = <N extends string, P extends Parts, const K extends keyof P & string>(
  set: SumSet<N, P>,
  key: K,
  of: Expr<Id<NoInfer<N>> | null>,
): Expr<boolean> => new Expr({ op: "isKind", set, key, of: of.node });

/** The element of its kind that an element of a sum stands for; one of another kind is a model error. */
export const asKind = <N extends string, P extends Parts, const K extends keyof P & string>(
  set: SumSet<N, P>,
  key: K,
  of: Expr<Id<NoInfer<N>> | null>,
): Expr<Id<NameOf<P[K]>>> => new Expr({ op: "asKind", set, key, of: of.node });

/** The element after this one, null after the last. */
export const next = <S extends BaseSet>(set: S, of: Expr<Id<NameOf<S>> | null>): Expr<Id<NameOf<S>> | null> =>
  new Expr({ op: "next", set, of: of.node });

type Who = Expr<Id<"context"> | null>;

/** Whether a context stands at a label of a region: plain data for the guard of a hook. */
export const standsIn = (who: Who, region: Region): Expr<boolean> => new Expr({ op: "stands", who: who.node, region });

/** Whether a context has finished its script. */
export const ended = (who: Who): Expr<boolean> => standsIn(who, { kind: "ended" });

/** Rows that carry a mark. */
export const marked = (mark: string): Region => ({ kind: "mark", mark });

/**
 * The rows of one program, or some of them by label, wherever it was called from; not what they call. A row that only
 * a variant has is named by the name of its program.
 */
export const rowsOf = <R extends string = string>(
  program: { readonly name: string; readonly rows: Readonly<Record<R, unknown>> } | string,
  ...labels: NoInfer<R>[]
): Region => ({
  kind: "rows",
  program: typeof program === "string" ? program : program.name,
  ...(labels.length > 0 ? { labels } : {}),
});

/** The rows of one program and of all that it calls. */
export const within = (program: { readonly name: string } | string): Region => ({
  kind: "within",
  program: typeof program === "string" ? program : program.name,
});

/** The rows of callees where `into` calls them itself: what a compiler would have inlined there. */
export const inlined = (into: { readonly name: string }, ...callees: { readonly name: string }[]): Region => ({
  kind: "inlined",
  program: into.name,
  callees: callees.map((c) => c.name),
});

export const anyOf = (...of: Region[]): Region => ({ kind: "anyOf", of });
export const allOf = (...of: Region[]): Region => ({ kind: "allOf", of });
export const except = (of: Region, minus: Region): Region => ({ kind: "except", of, minus });
