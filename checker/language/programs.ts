/**
 * Programs: what one kernel function, one lock primitive or one script does, as a table of labelled rows.
 *
 * A body runs once, with its parameters and locals as terms; what it returns is data. A row is one atomic step
 * (`step`), a call that is spliced in and has no step of its own (`call`), or a branch on what the configuration
 * fixes (`select`). The first row is the entry.
 */
import type { RowFairness } from "./fairness.ts";
import { part, refuse, running } from "./mistakes.ts";
import type { Assign, Binder, Node, PlaceNode } from "./nodes.ts";
import { assignsOf, type LeafPlace, type Place, placeAt, placeNode } from "./places.ts";
import { context, type Id } from "./sets.ts";
import { type AnyLeaf, type ElementOf, type Leaf, type Over, type Shape, setOver, type ValueOf } from "./shapes.ts";
import { CONDITION, elementOf, sortsOfShape } from "./sorts.ts";
import { Expr, type Operand, termOf, toFit } from "./terms.ts";

type Effect = Assign | readonly Assign[];

/** One guarded command of a row. No guard: an `otherwise`. */
export interface Alternative {
  /** Variables of `choose`, one transition for each value. */
  readonly binders: readonly Binder[];
  readonly guard: Node | null;
  readonly effect: readonly Assign[];
  /** The next label, or an exit of the program. */
  readonly target: string | null;
  /** The alternative is itself a violation and ends here. */
  readonly fails: { readonly property: string; readonly why: string } | null;
}

/** Members of one entry do not exclude each other; what follows is excluded by all of them. */
export type Entry = readonly Alternative[];

/** What a row says of itself beyond its rows: where it stands in the reference, and how sure that is. */
export interface RowMeta {
  /** Numbers of the steps of `docs/steps.md` that the row stands for. */
  readonly ref?: string;
  /** S: read in a source. M: general knowledge of the code. D: derived, a hypothesis. */
  readonly tag?: "S" | "M" | "D";
  /** Facts of the row that the state cannot tell, such as that a probe may fire here. */
  readonly marks?: readonly string[];
  /** What is wider than the kernel's behaviour, or left out; a trace that uses the row carries it. */
  readonly note?: string;
  /** An interrupt or hook entry, or the scheduler: the row does not wait for its context to be on top. */
  readonly arrive?: boolean;
  /** The context may stop here for good: it counts as being at the end of its script. */
  readonly mayStop?: boolean;
  /** The context serves others here (a scheduler, an irq_work): done exactly when it has nothing to do. */
  readonly serves?: boolean;
  /** The context only decides who runs here (a scheduler): it never keeps the others from being at rest. */
  readonly schedules?: boolean;
  /** What a context that stands here is owed by a fair run; default: "weak", where it may stop "none". */
  readonly fair?: RowFairness;
  /** Whom an arrival cuts, read before it: the rows of the cut matrix. */
  readonly cuts?: Expr<Id<"context"> | null>;
  /** Of a call whose exits say what something gave: reports tell by which of them every run left. */
  readonly returns?: Returns;
}

/** What a report says of a call: "kmalloc_nolock A: NULL in every run". */
export interface Returns {
  /** What gave it, as a report names it. */
  readonly of: string;
  /** The exit by which it gave nothing. */
  readonly inVain?: string;
}

export interface StepRow {
  readonly kind: "step";
  readonly quote: string;
  readonly meta: RowMeta;
  readonly entries: readonly Entry[];
}
export interface CallRow {
  readonly kind: "call";
  readonly quote: string;
  readonly meta: RowMeta;
  readonly callee: Program;
  readonly args: Readonly<Record<string, Node | PlaceNode>>;
  readonly exits: Readonly<Record<string, string>>;
}
export interface SelectRow {
  readonly kind: "select";
  readonly quote: string;
  readonly meta: RowMeta;
  readonly branches: readonly { readonly test: Node; readonly target: string }[];
  readonly otherwise: string;
}
export type SourceRow = StepRow | CallRow | SelectRow;

declare const targetBrand: unique symbol;
/** A row whose gotos are labels or exits in `T`. */
export type Row<T extends string> = SourceRow & { readonly [targetBrand]?: T };
/** An entry of a step whose gotos are in `T`. */
export interface Choice<T extends string> {
  readonly members: Entry;
  readonly [targetBrand]?: T;
}

const choice = <T extends string>(members: Entry): Choice<T> =>
  part(Object.freeze({ members: Object.freeze(members) }));

/** The alternatives behind a choice. Throws `AuthorError` where the author gave none. */
function membersOf(given: unknown, of: string): Entry {
  if (given instanceof Guarded)
    refuse(`${of}(..) was given an alternative that goes nowhere`, 'end it with .goto("label")');
  if (typeof given !== "object" || given === null || !("members" in given))
    return refuse(
      `${of}(..) wants alternatives and was given ${given instanceof Expr ? "a term" : String(given)}`,
      'write when(guard).goto("label"); to leave one out in some configurations, write ...(test ? [when(..).goto(..)] : [])',
    );
  return given.members as Entry;
}

class Guarded {
  readonly #guard: Node | null;
  readonly #effect: readonly Assign[];
  constructor(guard: Node | null, effect: readonly Assign[]) {
    this.#guard = guard;
    this.#effect = effect;
    part(this);
  }
  /** Assignments that happen at once: every right side and every index reads the state before. */
  do(...effect: Effect[]): Guarded {
    return new Guarded(this.#guard, [...this.#effect, ...assignsOf(effect, "do")]);
  }
  goto<const T extends string>(target: T): Choice<T> {
    return this.#end(target, null);
  }
  /** The alternative is itself a violation of a property; the branch ends here. */
  fails(property: string, why: string): Choice<never> {
    return this.#end(null, Object.freeze({ property, why }));
  }
  #end<T extends string>(target: string | null, fails: Alternative["fails"]): Choice<T> {
    if (fails === null && typeof target !== "string")
      refuse(
        `goto(..) wants a label and was given ${String(target)}`,
        'write goto("label"), or one alternative for each label',
      );
    return choice([
      Object.freeze({ binders: [], guard: this.#guard, effect: Object.freeze(this.#effect), target, fails }),
    ]);
  }
}

/** An alternative that is tried when no earlier one is open. */
export const when = (guard: Expr<boolean>): Guarded => new Guarded(termOf(guard, "when", CONDITION), []);

/** The alternative that is always open, where no earlier one is. */
export const otherwise = new Guarded(null, []);

/** A free choice of an element: one transition for each that satisfies its guard. */
export function choose<S extends Over, T extends string>(
  set: S,
  body: (x: Expr<ElementOf<S>>) => Choice<T>,
): Choice<T> {
  const binder: Binder = Object.freeze({ set: setOver(set, "choose") });
  const members = running(() => membersOf(body(new Expr({ op: "bound", binder })), "choose"));
  return choice(members.map((a) => Object.freeze({ ...a, binders: [binder, ...a.binders] })));
}

/** A free choice between alternatives; each that is open is a transition. */
export const either = <T extends string>(...of: Choice<T>[]): Choice<T> =>
  choice(of.flatMap((c) => membersOf(c, "either")));

type StepArgs<T extends string> = [Choice<T>, ...Choice<T>[]] | [RowMeta, Choice<T>, ...Choice<T>[]];

/** One atomic step. Without a true guard and without `otherwise` the context waits here. */
export function step<T extends string>(quote: string, ...rest: StepArgs<T>): Row<T> {
  const [first] = rest;
  const hasMeta = typeof first === "object" && first !== null && !("members" in first) && !(first instanceof Guarded);
  const entries = (hasMeta ? rest.slice(1) : rest).map((one) => membersOf(one, "step"));
  if (entries.length === 0)
    refuse("a step has no alternative", 'write when(guard).goto("label") or otherwise.goto("label")');
  return Object.freeze({ kind: "step", quote, meta: hasMeta ? checkMeta(first as RowMeta) : {}, entries });
}

/** What a row says of itself is fixed when the file is loaded. */
function checkMeta(meta: RowMeta): RowMeta {
  for (const key of ["arrive", "mayStop", "serves", "schedules"] as const)
    if (meta[key] !== undefined && typeof meta[key] !== "boolean")
      refuse(
        `${key} wants true or false and was given a term or a record`,
        "it is fixed for a row; make two rows of it",
      );
  const { fair } = meta;
  if (typeof fair === "object" && fair !== null) setOver(fair.each, "fair: each");
  else if (fair !== undefined && !["none", "weak", "strong"].includes(fair))
    refuse(`fair wants "none", "weak", "strong" or { each: set } and was given ${String(fair)}`, "write one of them");
  if (meta.cuts !== undefined) termOf(meta.cuts, "cuts", elementOf(context));
  return meta;
}

/** A call, spliced in: a goto here is a goto to the entry of the callee. Arguments must be stable while it runs. */
export function call<P extends Params, X extends string, const E extends Readonly<Record<X, string>>>(
  quote: string,
  callee: Program<P, object, X, string>,
  args: ArgsOf<NoInfer<P>>,
  exits: E,
  meta: RowMeta = {},
): Row<E[keyof E & string]> {
  const nodes = Object.entries(args as Record<string, unknown>).map(([name, arg]) => {
    const param = callee.params[name];
    const of = `${callee.name}: ${name}`;
    if (param?.kind !== "value")
      return [name, param || !(arg instanceof Expr) ? placeNode(arg as never, of) : arg.node];
    return [name, toFit(arg, sortsOfShape(param.shape as AnyLeaf), of)];
  });
  return Object.freeze({
    kind: "call",
    quote,
    meta,
    callee: callee as unknown as Program,
    args: Object.fromEntries(nodes),
    exits,
  });
}

/** A branch on what the configuration or a literal argument fixes; it takes no step. */
export function select<const T extends string>(
  quote: string,
  branches: readonly (readonly [Expr<boolean>, T])[],
  otherwiseTarget: T,
  meta: RowMeta = {},
): Row<T> {
  return Object.freeze({
    kind: "select",
    quote,
    meta,
    branches: branches.map(([test, target]) => ({ test: termOf(test, "select", CONDITION), target })),
    otherwise: otherwiseTarget,
  });
}

export type Param<S extends Shape = Shape> = { readonly kind: "value" | "place" | "result"; readonly shape: S };
export interface ValueParam<V> {
  readonly kind: "value";
  readonly shape: Leaf<V>;
}
export interface PlaceParam<S extends Shape> {
  readonly kind: "place";
  readonly shape: S;
}
export interface ResultParam<V> {
  readonly kind: "result";
  readonly shape: Leaf<V>;
}
/** A parameter that is a value: an own local, a parameter, a constant or `self`. */
export const value = <S extends AnyLeaf>(shape: S): ValueParam<ValueOf<S>> => ({
  kind: "value",
  shape: shape as never,
});
/** A parameter that is a cell or a group of cells, which the callee reads and sets. */
export const place = <S extends Shape>(shape: S): PlaceParam<S> => ({ kind: "place", shape });
/** A parameter that the callee sets before it leaves. */
export const result = <S extends AnyLeaf>(shape: S): ResultParam<ValueOf<S>> => ({
  kind: "result",
  shape: shape as never,
});

export type Params = Readonly<Record<string, ValueParam<never> | PlaceParam<never> | ResultParam<never> | Param>>;
export type Locals = Readonly<Record<string, AnyLeaf>>;

type ParamTerms<P> = {
  readonly [K in keyof P]: P[K] extends ValueParam<infer V>
    ? Expr<V>
    : P[K] extends ResultParam<infer V>
      ? Pick<LeafPlace<V>, "set">
      : P[K] extends PlaceParam<infer S>
        ? Place<S>
        : never;
};
type LocalTerms<L> = { readonly [K in keyof L]: LeafPlace<ValueOf<L[K]>> };
export type ArgsOf<P> = {
  readonly [K in keyof P]: P[K] extends ValueParam<infer V>
    ? Operand<V>
    : P[K] extends ResultParam<infer V>
      ? LeafPlace<V> | Pick<LeafPlace<V>, "set">
      : P[K] extends PlaceParam<infer S>
        ? Place<S>
        : never;
};

/** What a property, a variant or a body sees of a program: `self`, its parameters and its locals, as terms. */
export type Scope<P, L> = { readonly self: Expr<Id<typeof context.name>> } & ParamTerms<P> & LocalTerms<L>;

export interface Program<P = Params, L = Locals, X extends string = string, R extends string = string> {
  readonly name: string;
  readonly exits: readonly X[];
  readonly params: Readonly<Record<string, Param>>;
  readonly locals: Readonly<Record<string, AnyLeaf>>;
  readonly rows: Readonly<Record<R, SourceRow>>;
  readonly kernel: string | null;
  readonly inlines: string | null;
  readonly tag: "S" | "M" | "D" | null;
  readonly abstracts: readonly string[];
  /** How often the program may call itself, directly or not. */
  readonly recursion: number;
  readonly scope: Scope<P, L>;
}

export const SELF: Expr<Id<"context">> = new Expr({ op: "self" });

function terms<P extends Params, L extends Locals>(
  params: P,
  locals: L,
): { params: ParamTerms<P>; locals: LocalTerms<L> } {
  const param = ([name, p]: [string, Param]) =>
    p.kind === "value"
      ? [name, new Expr({ op: "param", name })]
      : [name, placeAt({ kind: "param", name }, [], p.shape)];
  const local = ([name, shape]: [string, AnyLeaf]) => [name, placeAt({ kind: "local", name }, [], shape)];
  return {
    params: Object.fromEntries(Object.entries(params as Record<string, Param>).map(param)) as ParamTerms<P>,
    locals: Object.fromEntries(Object.entries(locals).map(local)) as LocalTerms<L>,
  };
}

export interface ProgramOptions<X extends string, P, L> {
  readonly exits: readonly X[];
  readonly params?: P;
  readonly locals?: L;
  /** Version, file and function of the C that the program stands for: "v6.18 mm/slub.c get_partial_node()". */
  readonly kernel?: string;
  /** Other functions and macros whose lines its rows quote: "include/linux/list.h __list_add(), list_add_tail()". */
  readonly inlines?: string;
  /** How sure the rows are that say nothing themselves. */
  readonly tag?: "S" | "M" | "D";
  /** What the program leaves out or widens, one sentence each; reports carry them. */
  readonly abstracts?: readonly string[];
  readonly recursion?: number;
}

/**
 * Declares a program. The body runs here and now, once.
 *
 * Throws where the author's table cannot mean anything: a goto to nowhere, a label or an exit that nothing reaches,
 * an alternative after `otherwise`.
 */
export function program<
  const X extends string,
  R extends string,
  // biome-ignore lint/complexity/noBannedTypes: "no parameters" is the empty record
  P extends Params = {},
  // biome-ignore lint/complexity/noBannedTypes: "no locals" is the empty record
  L extends Locals = {},
>(
  name: string,
  options: ProgramOptions<X, P, L>,
  body: (
    self: Expr<Id<"context">>,
    params: ParamTerms<P>,
    locals: LocalTerms<L>,
  ) => Readonly<Record<R, Row<NoInfer<R> | NoInfer<X>>>>,
): Program<P, L, X, R> {
  const { params, locals } = terms((options.params ?? {}) as P, (options.locals ?? {}) as L);
  const rows = running(() => body(SELF, params, locals));
  const made: Program<P, L, X, R> = Object.freeze({
    name,
    exits: options.exits,
    params: (options.params ?? {}) as Readonly<Record<string, Param>>,
    locals: options.locals ?? {},
    rows,
    kernel: options.kernel ?? null,
    inlines: options.inlines ?? null,
    tag: options.tag ?? null,
    abstracts: options.abstracts ?? [],
    recursion: options.recursion ?? 0,
    scope: { self: SELF, ...params, ...locals } as Scope<P, L>,
  });
  return made;
}
