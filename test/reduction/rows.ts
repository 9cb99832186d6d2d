/**
 * What rows of drawn systems do, and to which cells. One kind of row adds to cells that are shared or of one context, waits
 * for one, goes back; the other takes, links, passes on and gives back interchangeable boxes and the items in them, with
 * lists, free choices, locals that die, sets that are no marked ones, and words where an id should be.
 */
import fc from "fast-check";
import {
  bool,
  choose,
  compose,
  context,
  type Expr,
  each,
  element,
  exists,
  type Id,
  id,
  indexSet,
  inject,
  not,
  optional,
  orWord,
  otherwise,
  product,
  type Row,
  range,
  setEach,
  state,
  step,
  struct,
  sum,
  when,
} from "../../checker/language/index.ts";

export const cpu = indexSet("cpu");
export const shared = indexSet("shared");
export const side = indexSet("side");
export const box = indexSet("box", { interchangeable: true });
export const colour = indexSet("colour", { interchangeable: true });
export const item = product("item", { box, side });
export const thing = sum("thing", { aBox: box, aSide: side });

export const m = state({
  /** Who is on top of each CPU: null while nobody has begun. */
  top: each(cpu, optional(id(context))),
  frame: each(context, struct({ on: optional(id(cpu)), below: optional(id(context)) })),
  irqsOff: each(cpu, bool),
  shared: each(shared, range(0, 2)),
  own: each(context, range(0, 2)),
  head: optional(id(box)),
  next: each(box, orWord(optional(id(box)), "garbage")),
  item: optional(id(item)),
  mark: each(item, range(0, 2)),
  on: each(side, each(box, bool)),
  thing: id(thing),
  colour: each(box, optional(id(colour))),
  used: each(colour, bool),
  /** A box of each context, and what it knows of all of them. */
  kept: each(context, optional(id(box))),
  known: each(context, each(box, bool)),
});

export const CELLS = 3;
export const SIDES = [element(side, 0), element(side, 1)] as const;

export type Self = Expr<Id<"context">>;
export type Box = Expr<Id<"box">>;
type Item = Expr<Id<"item">>;
export interface Locals {
  readonly b: Settable<Box>;
  readonly x: Settable<Item>;
}
type Settable<T> = T & { readonly set: (value: T) => never };

/** What it waits for, if it does, what it writes from what, and whether it may go back to the first row. */
interface CellRow {
  readonly about: "cells";
  readonly waitsFor: number | null;
  readonly writes: number;
  readonly from: number;
  readonly loops: boolean;
  readonly masks: "on" | "off" | null;
}

/** Which action, whether it may go back to the first row, and which side it is about. */
interface BoxRow {
  readonly about: "boxes";
  readonly what: string;
  readonly loops: boolean;
  readonly side: number;
}

export type DrawnRow = CellRow | BoxRow;

const cellRow: fc.Arbitrary<DrawnRow> = fc.record({
  about: fc.constant("cells"),
  waitsFor: fc.oneof({ arbitrary: fc.constant(null), weight: 11 }, { arbitrary: fc.nat({ max: CELLS }), weight: 1 }),
  writes: fc.nat({ max: CELLS + 3 }),
  from: fc.nat({ max: CELLS + 3 }),
  loops: fc.boolean(),
  masks: fc.constantFrom(null, null, null, "on", "off"),
});

/** The cells that a row may touch: the shared ones, then its own. */
const cellOf = (self: Self, n: number) => (n < CELLS ? m.shared.at(element(shared, n)) : m.own.at(self));

function goesOn(self: Self, { waitsFor, writes, from, loops, masks }: CellRow, next: string): Row<string> {
  const to = cellOf(self, writes);
  const here = m.frame.at(self).on;
  const effect = [to.set(cellOf(self, from)), ...(masks ? [m.irqsOff.at(here).set(masks === "off")] : [])];
  if (waitsFor !== null) return step("wait", when(cellOf(self, waitsFor).gt(0)).do(effect).goto(next));
  const more = when(to.lt(loops ? 1 : 2)).do(to.set(to.plus(1)));
  return step(loops ? "loop" : "go", more.goto(loops ? "r0" : next), otherwise.do(effect).goto(next));
}

interface At extends Locals {
  readonly self: Self;
  readonly s: (typeof SIDES)[number];
  readonly next: string;
  /** The next row, or back to the first. */
  readonly to: string;
  /** The second row of an action that has two. */
  readonly second: string;
}

const markOf = ({ b, s }: At) => m.mark.at(compose(item, { box: b, side: s }));
const onOf = ({ s }: At, one: Box) => m.on.at(s).at(one);

const ACTIONS: Readonly<Record<string, (at: At) => Row<string> | readonly Row<string>[]>> = {
  push: ({ b, next }) => step("push", otherwise.do(m.next.at(b).set(m.head), m.head.set(b)).goto(next)),
  mark: (at) => {
    const more = when(markOf(at).lt(2)).do(markOf(at).set(markOf(at).plus(1)));
    return step("mark", more.goto(at.to), otherwise.goto(at.next));
  },
  turnOn: (at) => step("turn on", otherwise.do(onOf(at, at.b).set(true)).goto(at.next)),
  turnOneOn: (at) => {
    const one = (c: Box) =>
      when(not(onOf(at, c)))
        .do(onOf(at, c).set(true))
        .goto(at.next);
    return step("turn one on", choose(box, one), otherwise.goto(at.next));
  },
  allOff: (at) => step("all off", otherwise.do(setEach(box, (c) => onOf(at, c).set(false))).goto(at.next)),
  another: ({ b, next, to }) => {
    const one = choose(box, (c) => when(c.ne(b)).do(b.set(c)).goto(to));
    return step("another", one, otherwise.goto(next));
  },
  point: ({ b, s, next }) => {
    const effect = [m.item.set(compose(item, { box: b, side: s })), m.thing.set(inject(thing, "aBox", b))];
    return step("point", otherwise.do(effect).goto(next));
  },
  spoil: ({ b, next }) => {
    const spoilt = when(m.head.eq(b)).do(m.next.at(b).set("garbage")).goto(next);
    return step("spoil", spoilt, otherwise.goto(next));
  },
  colour: ({ b, next }) => {
    const one = (c: Expr<Id<"colour">>) =>
      when(not(m.used.at(c)))
        .do(m.colour.at(b).set(c), m.used.at(c).set(true))
        .goto(next);
    return step("colour", choose(colour, one), otherwise.goto(next));
  },
  await: (at) => step("wait", when(exists(box, (c) => onOf(at, c))).goto(at.next)),
  // Where no list is, a null index: a model error with names in it.
  follow: ({ next }) =>
    step("follow", otherwise.do(m.head.set(m.next.at(m.head.known()).except("garbage"))).goto(next)),
  keep: ({ self, b, next }) => step("keep", otherwise.do(m.kept.at(self).set(b)).goto(next)),
  know: ({ self, b, next }) => step("know", otherwise.do(m.known.at(self).at(b).set(true)).goto(next)),
  forget: ({ self, next }) =>
    step(
      "forget all",
      otherwise
        .do(
          m.kept.at(self).set(null),
          setEach(box, (c) => m.known.at(self).at(c).set(false)),
        )
        .goto(next),
    ),
  takeKnown: ({ self, b, next }) => {
    const one = choose(box, (c) => when(m.known.at(self).at(c)).do(b.set(c)).goto(next));
    return step("take one that is known", one, otherwise.goto(next));
  },
  borrow: ({ b, next }) => {
    const kept = m.kept.at(element(context, 0));
    return step("borrow", when(kept.notNull()).do(b.set(kept.known())).goto(next), otherwise.goto(next));
  },
  refuse: (at) => {
    const bad = when(markOf(at).eq(1)).fails("unmarked", "a box that is marked");
    return step("refuse", bad, otherwise.goto(at.next));
  },
  // An item lives in a local from one row to the next only.
  useItem: ({ x, next, second }) => {
    const one = choose(item, (c) => when(m.mark.at(c).eq(0)).do(x.set(c)).goto(second));
    const use = otherwise.do(m.mark.at(x).set(1), m.item.set(x)).goto(next);
    return [step("choose an item", one, otherwise.goto(next)), step("use", use)];
  },
};

const boxRow: fc.Arbitrary<DrawnRow> = fc.record({
  about: fc.constant("boxes"),
  // More often what is its own: there is something to leave out.
  what: fc.oneof(
    { arbitrary: fc.constantFrom(...Object.keys(ACTIONS)), weight: 3 },
    { arbitrary: fc.constantFrom("keep", "know", "forget"), weight: 2 },
  ),
  loops: fc.boolean(),
  side: fc.nat({ max: 1 }),
});

/** Rows of both kinds, or of one. */
export const drawnRows: fc.Arbitrary<readonly DrawnRow[]> = fc
  .constantFrom(cellRow, boxRow, fc.oneof(cellRow, boxRow), fc.oneof(cellRow, boxRow))
  .chain((row) => fc.array(row, { minLength: 2, maxLength: 4 }));

/** Whether a row reads or writes marks of items. */
export const touchesMarks = (row: DrawnRow): boolean =>
  row.about === "boxes" && ["mark", "refuse", "useItem"].includes(row.what);

/** The rows of a script between its first and its last. Those about boxes need `b` to be set. */
export function rowsFor(self: Self, locals: Locals, drawn: readonly DrawnRow[], last: string): [string, Row<string>][] {
  return drawn.flatMap((row, i) => {
    const name = `r${i}`;
    const next = i + 1 < drawn.length ? `r${i + 1}` : last;
    if (row.about === "cells") return [[name, goesOn(self, row, next)]];
    const s = element(side, row.side);
    const made = ACTIONS[row.what]?.({ ...locals, self, s, next, to: row.loops ? "r0" : next, second: `${name}b` });
    return [made ?? []].flat().map((one, n) => [n === 0 ? name : `${name}b`, one]);
  });
}
