/** What terms are made of: the functions of the language that give an expression, and the regions of rows. */
import { refuse, running } from "./mistakes.ts";
import type { Binder, Node, Region } from "./nodes.ts";
import {
  type BaseSet,
  context,
  type Id,
  type IndexSet,
  type NameOf,
  type Parts,
  type ProductSet,
  type SumSet,
} from "./sets.ts";
import { type ElementOf, type Over, setOver } from "./shapes.ts";
import { CONDITION, elementOf } from "./sorts.ts";
import { Expr, type Operand, operandOf, termOf } from "./terms.ts";

/** A literal as an expression, where a type needs one: `lit<Mode>("idle")`. */
export const lit = <T extends boolean | number | string | null>(value: T): Expr<T> => new Expr(operandOf(value, "lit"));

/** Element `index` of a set, as a constant. Refused by a symmetry reduction where the set is interchangeable. */
export function element<S extends IndexSet>(set: S, index: number): Expr<Id<NameOf<S>>> {
  if (!Number.isSafeInteger(index) || index < 0)
    refuse(`element(${set.name}, ..) was given ${index}`, "elements are numbered 0, 1, 2, ..");
  return new Expr({ op: "const", value: index, set });
}

/** True when all are; stops at the first that is not, so later ones may rely on earlier ones. */
export const and = (...args: Expr<boolean>[]): Expr<boolean> =>
  new Expr({ op: "and", args: args.map((a) => termOf(a, "and", CONDITION)) });

/** True when one is; stops at the first that is. */
export const or = (...args: Expr<boolean>[]): Expr<boolean> =>
  new Expr({ op: "or", args: args.map((a) => termOf(a, "or", CONDITION)) });

export const not = (of: Expr<boolean>): Expr<boolean> => new Expr({ op: "not", of: termOf(of, "not", CONDITION) });

export const implies = (premise: Expr<boolean>, conclusion: Expr<boolean>): Expr<boolean> =>
  or(not(premise), conclusion);

/** `then` where `test` is true, else `otherwise`; only the one taken is evaluated. */
export const ite = <T>(test: Expr<boolean>, then: Operand<T>, otherwise: Operand<NoInfer<T>>): Expr<T> =>
  new Expr({
    op: "ite",
    test: termOf(test, "ite", CONDITION),
    then: operandOf(then, "ite"),
    else: operandOf(otherwise, "ite"),
  });

/** A read that the C makes without the lock on purpose: `guardedBy` does not ask for the lock here. */
export const racy = <T>(of: Expr<T>): Expr<T> => new Expr({ op: "racy", of: termOf(of, "racy") });

const quantifier =
  (op: "forAll" | "exists" | "count") =>
  <S extends Over>(set: S, body: (x: Expr<ElementOf<S>>) => Expr<boolean>): Node => {
    const binder: Binder = Object.freeze({ set: setOver(set, op) });
    return { op, binder, body: running(() => termOf(body(new Expr({ op: "bound", binder })), op, CONDITION)) };
  };

export const forAll = <S extends Over>(set: S, body: (x: Expr<ElementOf<S>>) => Expr<boolean>): Expr<boolean> =>
  new Expr(quantifier("forAll")(set, body));

export const exists = <S extends Over>(set: S, body: (x: Expr<ElementOf<S>>) => Expr<boolean>): Expr<boolean> =>
  new Expr(quantifier("exists")(set, body));

/** How many elements of the set satisfy the body. */
export const count = <S extends Over>(set: S, body: (x: Expr<ElementOf<S>>) => Expr<boolean>): Expr<number> =>
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
    start: termOf(start, "chain"),
    binder,
    next: running(() => termOf(next(new Expr({ op: "bound", binder })), "chain")),
  } as const;
  return {
    has: (item) => new Expr({ ...base, query: "has", item: termOf(item, "has") }),
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
      Object.keys(set.parts).map((key) => [key, termOf((parts as Record<string, unknown>)[key], "compose")]),
    ),
  });

/** One component of an element of a product: the slab of an object. */
export const component = <N extends string, P extends Parts, const K extends keyof P & string>(
  set: ProductSet<N, P>,
  key: K,
  of: Expr<Id<NoInfer<N>> | null | "garbage">,
): Expr<Id<NameOf<P[K]>>> => new Expr({ op: "component", set, key, of: termOf(of, "component") });

/** The element of a sum that stands for an element of one of its kinds. */
export const inject = <N extends string, P extends Parts, const K extends keyof P & string>(
  set: SumSet<N, P>,
  key: K,
  of: Expr<Id<NameOf<NoInfer<P>[K]>> | null>,
): Expr<Id<N>> => new Expr({ op: "inject", set, key, of: termOf(of, "inject") });

/** Whether an element of a sum is of one kind. */
export const isKind = <N extends string, P extends Parts, const K extends keyof P & string>(
  set: SumSet<N, P>,
  key: K,
  of: Expr<Id<NoInfer<N>> | null>,
): Expr<boolean> => new Expr({ op: "isKind", set, key, of: termOf(of, "isKind") });

/** The element of its kind that an element of a sum stands for; one of another kind is a model error. */
export const asKind = <N extends string, P extends Parts, const K extends keyof P & string>(
  set: SumSet<N, P>,
  key: K,
  of: Expr<Id<NoInfer<N>> | null>,
): Expr<Id<NameOf<P[K]>>> => new Expr({ op: "asKind", set, key, of: termOf(of, "asKind") });

/** The element after this one, null after the last. */
export const next = <S extends BaseSet>(set: S, of: Expr<Id<NameOf<S>> | null>): Expr<Id<NameOf<S>> | null> =>
  new Expr({ op: "next", set, of: termOf(of, "next", elementOf(set)) });

type Who = Expr<Id<"context"> | null>;

/** Whether a context stands at a label of a region: plain data for the guard of a hook. */
export const standsIn = (who: Who, region: Region): Expr<boolean> =>
  new Expr({ op: "stands", who: termOf(who, "standsIn", elementOf(context)), region });

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
