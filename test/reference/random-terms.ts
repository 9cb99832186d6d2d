/**
 * How does a test draw expressions and assignments at random? From a tape of numbers, which fast-check draws and
 * shrinks: 0 always picks the simplest form, and a tape that has run out gives zeros.
 */
import {
  type Assign,
  allOf,
  and,
  anyOf,
  asKind,
  bool,
  bound,
  chain,
  component,
  compose,
  constants,
  context,
  count,
  type Expr,
  each,
  element,
  ended,
  except,
  exists,
  forAll,
  ghosts,
  id,
  indexSet,
  inject,
  isKind,
  ite,
  lit,
  marked,
  next,
  not,
  oneOf,
  optional,
  or,
  orWord,
  product,
  type Region,
  racy,
  range,
  rowsOf,
  setEach,
  standsIn,
  state,
  struct,
  sum,
  within,
} from "../../checker/language/index.ts";

export class Tape {
  readonly #numbers: readonly number[];
  #at = 0;
  constructor(numbers: readonly number[]) {
    this.#numbers = numbers;
  }
  /** 0 to n, both included. */
  upTo(n: number): number {
    return (this.#numbers[this.#at++] ?? 0) % (n + 1);
  }
  pick<T>(options: readonly T[]): T {
    return options[this.upTo(options.length - 1)] as T;
  }
  /** True once in n times, never when the tape has run out. */
  oneIn(n: number): boolean {
    return this.upTo(n - 1) === n - 1 && n > 1;
  }
}

export const slot = indexSet("slot");
export const bank = indexSet("bank");
export const cell = product("cell", { slot, bank });
export const thing = sum("thing", { slot, bank });

const record = struct({ n: range(0, 2), who: optional(id(context)) });
export const m = state({
  on: bool,
  num: range(0, bound("top")),
  mode: oneOf("idle", "busy", "off"),
  head: optional(id(slot)),
  link: each(slot, orWord(optional(id(slot)), "garbage")),
  owner: each(bank, optional(id(context))),
  grid: each(slot, each(bank, bool)),
  at: id(cell),
  it: optional(id(thing)),
  rec: record,
  ring: each(range(0, bound("last")), range(0, 2)),
});
export const g = ghosts({ seen: range(0, 2), last: optional(id(context)) });
export const k = constants({ limit: range(0, 3), allow: each(slot, bool) });

/** A term of any type: what is drawn is right by construction, not by types. */
export type Term = Expr<never>;
export type Kind =
  | "bool"
  | "num"
  | "mode"
  | "slot"
  | "slot?"
  | "link"
  | "bank"
  | "context"
  | "context?"
  | "cell"
  | "thing"
  | "thing?";

export interface Scope {
  readonly tape: Tape;
  readonly vars: readonly { readonly kind: Kind; readonly term: Term }[];
  /** Ghosts may be read: in properties and in what they track. */
  readonly ghosts?: boolean;
}

const withVar = (scope: Scope, kind: Kind, term: Expr<unknown>): Scope => ({
  ...scope,
  vars: [...scope.vars, { kind, term: term as Term }],
});

/** Kinds whose values are also values of another kind. */
const narrower: Partial<Record<Kind, readonly Kind[]>> = {
  "slot?": ["slot"],
  link: ["slot", "slot?"],
  "context?": ["context"],
  "thing?": ["thing"],
};
const ofKind = (scope: Scope, kind: Kind): readonly Term[] =>
  scope.vars.filter((v) => v.kind === kind || narrower[kind]?.includes(v.kind)).map((v) => v.term);

/** Ways to draw a term; what they give is cast, for its kind is in no type. */
type Forms = readonly (() => unknown)[];

/** What needs no state: literals, constants, and variables in scope. */
export function stable(kind: Kind, scope: Scope): Term {
  const vars: Forms = ofKind(scope, kind).map((term) => () => term);
  return scope.tape.pick([...vars, ...literals(kind, scope)])() as Term;
}

function literals(kind: Kind, { tape }: Scope): Forms {
  switch (kind) {
    case "bool":
      return [() => lit(tape.oneIn(2)), () => k.allow.at(element(slot, tape.upTo(1)))];
    case "num":
      return [() => lit(tape.upTo(2)), () => k.limit];
    case "mode":
      return [() => lit(tape.pick(["idle", "busy", "off"]))];
    case "slot":
      return [() => element(slot, tape.upTo(1))];
    case "bank":
      return [() => element(bank, 0)];
    case "context":
      return [() => element(context, tape.upTo(1))];
    case "cell":
      return [
        () => element(cell, tape.upTo(1)),
        () => compose(cell, { slot: element(slot, tape.upTo(1)), bank: element(bank, 0) }),
      ];
    case "thing":
      return [() => element(thing, tape.upTo(2)), () => inject(thing, "slot", element(slot, tape.upTo(1)))];
    case "slot?":
      return [() => lit(null), () => element(slot, tape.upTo(1)), () => next(slot, element(slot, tape.upTo(1)))];
    case "link":
      return [() => lit(null), () => element(slot, tape.upTo(1)), () => lit("garbage")];
    case "context?":
      return [() => lit(null), () => element(context, tape.upTo(1))];
    case "thing?":
      return [() => lit(null), () => element(thing, tape.upTo(2))];
  }
}

/** An expression of a kind. */
export function term(kind: Kind, scope: Scope, depth: number): Term {
  const t = (of: Kind, inner: Scope = scope): Term => term(of, inner, depth - 1);
  const simple: Forms = [() => stable(kind, scope), ...reads(kind, scope, depth)];
  const forms = depth > 0 ? [...simple, ...compound(kind, scope, t)] : simple;
  return scope.tape.pick(forms)() as Term;
}

/** Reads of cells; what indexes them is drawn one level down. */
function reads(kind: Kind, scope: Scope, depth: number): Forms {
  const t = (of: Kind): Term => (depth > 0 ? term(of, scope, depth - 1) : stable(of, scope));
  switch (kind) {
    case "bool":
      return [
        () => m.on,
        () => m.grid.at(t("slot")).at(t("bank")),
        () => racy(m.grid.at(t("slot")).at(t("bank"))),
        () => racy(m.num.eq(m.rec.n)),
      ];
    case "num":
      return [
        () => m.num,
        () => m.rec.n,
        () => m.ring.at(t("num") as Expr<number>),
        ...(scope.ghosts ? [() => g.seen] : []),
      ];
    case "mode":
      return [() => m.mode];
    case "slot?":
      return [() => m.head];
    case "link":
      return [() => m.link.at(t("slot")), () => m.link.at(m.head)];
    case "context?":
      return [() => m.rec.who, () => m.owner.at(t("bank")), ...(scope.ghosts ? [() => g.last] : [])];
    case "cell":
      return [() => m.at];
    case "thing?":
      return [() => m.it];
    case "slot":
      return [() => component(cell, "slot", m.at)];
    default:
      return [];
  }
}

type Inner = (kind: Kind, scope?: Scope) => Term;

function compound(kind: Kind, scope: Scope, t: Inner): Forms {
  const choice = () => ite(t("bool"), t(kind), t(kind));
  switch (kind) {
    case "bool":
      return [...comparisons(t), ...queries(scope, t), choice];
    case "num":
      return [
        () => (t("num") as Expr<number>).plus(t("num")),
        () => (t("num") as Expr<number>).minus(t("num")),
        () => (t("num") as Expr<number>).mod(scope.tape.pick([1, 2, 3, bound("top")])),
        () => (t("num") as Expr<number>).bitAnd(t("num")),
        () => (t("num") as Expr<number>).bitOr(t("num")),
        () => (t("num") as Expr<number>).bitXor(t("num")),
        () => count(range(0, 2), (n) => t("bool", withVar(scope, "num", n))),
        () => count(slot, (s) => t("bool", withVar(scope, "slot", s))),
        () => chain(slot, m.head, (s) => m.link.at(s)).length(),
        choice,
      ];
    case "slot":
      return [() => component(cell, "slot", t("cell")), () => asKind(thing, "slot", t("thing?")), choice];
    case "bank":
      return [() => component(cell, "bank", t("cell")), () => asKind(thing, "bank", t("thing?"))];
    case "slot?":
      return [() => next(slot, t("slot?")), () => chain(slot, t("slot?"), (s) => next(slot, s)).last(), choice];
    case "cell":
      return [() => compose(cell, { slot: t("slot?"), bank: t("bank") }), choice];
    case "thing":
    case "thing?":
      return [() => inject(thing, "slot", t("slot?")), () => inject(thing, "bank", t("bank"))];
    default:
      return [choice];
  }
}

function comparisons(t: Inner): Forms {
  const num = (): Expr<number> => t("num");
  return [
    () => not(t("bool")),
    () => and(t("bool"), t("bool")),
    () => or(t("bool"), t("bool")),
    () => num().eq(t("num")),
    () => num().lt(t("num")),
    () => num().ge(t("num")),
    () => t("slot?").eq(t("slot?")),
    // A word that is written out may only be compared with a cell that has it.
    () => m.link.at(t("slot")).ne(t("link")),
    () => t("context?").eq(t("context")),
    () => t("context?").isNull(),
    () => t("mode").eq(t("mode")),
    () => racy(t("bool")),
  ];
}

function queries(scope: Scope, t: Inner): Forms {
  const list = () => chain(slot, t("link"), (s) => m.link.at(s));
  return [
    () => forAll(slot, (s) => t("bool", withVar(scope, "slot", s))),
    () => exists(bank, (b) => t("bool", withVar(scope, "bank", b))),
    () => forAll(range(0, bound("last")), (n) => t("bool", withVar(scope, "num", n))),
    () => exists(context, (c) => t("bool", withVar(scope, "context", c))),
    () => list().has(t("slot?")),
    () => list().acyclic(),
    () => list().ends(),
    () => isKind(thing, "slot", t("thing?")),
    // A region without rows is folded to false, whoever is asked: so who it is reads nothing that a rule guards.
    () => standsIn(scope.tape.pick([stable("context?", scope), m.rec.who as Expr<unknown> as Term]), region(scope)),
    () => ended(t("context?")),
  ];
}

function region({ tape }: Scope): Region {
  const rows = (): Region => rowsOf(tape.pick(["s0", "s1", "f", "g"]), `r${tape.upTo(2)}`);
  const forms: readonly (() => Region)[] = [
    rows,
    () => marked("hot"),
    () => within(tape.pick(["f", "g", "s0"])),
    () => anyOf(rows(), rows()),
    () => allOf(within("f"), rows()),
    () => except(within("s0"), rows()),
  ];
  return tape.pick(forms)();
}

/** An assignment to a cell of the state. */
export function assignment(scope: Scope, depth: number): readonly Assign[] {
  const { tape } = scope;
  const t = (kind: Kind, inner: Scope = scope): Term => term(kind, inner, depth);
  const forms: readonly (() => Assign | readonly Assign[])[] = [
    () => m.on.set(t("bool")),
    () => m.num.set(t("num")),
    () => m.mode.set(t("mode")),
    () => m.head.set(t("slot?")),
    () => m.link.at(t("slot")).set(t("link")),
    () => m.link.at(m.head).set(t("link")),
    () => m.owner.at(t("bank")).set(t("context?")),
    () => m.grid.at(t("slot")).at(t("bank")).set(t("bool")),
    () => m.at.set(t("cell")),
    () => m.it.set(t("thing?")),
    () => m.rec.n.set(t("num")),
    () => m.rec.who.set(t("context?")),
    () => m.ring.at(t("num") as Expr<number>).set(t("num")),
    () => setEach(range(0, bound("last")), (n) => m.ring.at(n).set(t("num", withVar(scope, "num", n)))),
    () =>
      setEach(slot, (s) =>
        m.grid
          .at(s)
          .at(t("bank"))
          .set(t("bool", withVar(scope, "slot", s))),
      ),
    () => setEach(bank, (b) => [m.owner.at(b).set(t("context?", withVar(scope, "bank", b)))]),
  ];
  return [tape.pick(forms)()].flat() as readonly Assign[];
}
