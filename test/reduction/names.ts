/**
 * Systems for tests of symmetry: contexts that take, link, pass on and give back interchangeable boxes and the items in
 * them; with lists, free choices, locals that die, sets that are no marked ones, and elements that rows name.
 */
import fc from "fast-check";
import {
  alwaysPossible,
  and,
  atRest,
  bool,
  chain,
  choose,
  compose,
  count,
  type Expr,
  each,
  element,
  exists,
  forAll,
  type Id,
  id,
  implies,
  indexSet,
  inject,
  invariant,
  link,
  lit,
  not,
  optional,
  or,
  orWord,
  otherwise,
  type Program,
  product,
  program,
  property,
  type Row,
  range,
  type System,
  setEach,
  sometimes,
  state,
  step,
  sum,
  when,
} from "../../checker/language/index.ts";

const box = indexSet("box", { interchangeable: true });
const colour = indexSet("colour", { interchangeable: true });
const side = indexSet("side");
const item = product("item", { box, side });
const thing = sum("thing", { aBox: box, aSide: side });

const m = state({
  head: optional(id(box)),
  next: each(box, orWord(optional(id(box)), "garbage")),
  item: optional(id(item)),
  mark: each(item, range(0, 2)),
  on: each(side, each(box, bool)),
  thing: id(thing),
  colour: each(box, optional(id(colour))),
  used: each(colour, bool),
});

const SIDES = [element(side, 0), element(side, 1)] as const;

type Box = Expr<Id<"box">>;

/** What a row does: which action, whether it goes back to the first row, and which side it is about. */
export interface DrawnRow {
  readonly what: number;
  readonly loops: boolean;
  readonly side: number;
}

export interface DrawnNames {
  readonly boxes: number;
  readonly colours: number;
  readonly scripts: readonly (readonly DrawnRow[])[];
  readonly named: readonly number[];
  readonly marks: readonly number[];
  readonly asked: number;
  readonly lasting: boolean;
}

const drawnRow: fc.Arbitrary<DrawnRow> = fc.record({
  what: fc.nat({ max: 11 }),
  loops: fc.boolean(),
  side: fc.nat({ max: 1 }),
});

export const drawnNames: fc.Arbitrary<DrawnNames> = fc.record({
  boxes: fc.integer({ min: 2, max: 3 }),
  colours: fc.integer({ min: 1, max: 2 }),
  scripts: fc.array(fc.array(drawnRow, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 2 }),
  named: fc.oneof({ arbitrary: fc.constant([]), weight: 3 }, { arbitrary: fc.constant([0]), weight: 1 }),
  marks: fc.array(fc.nat({ max: 2 }), { maxLength: 2 }),
  asked: fc.nat({ max: 5 }),
  lasting: fc.boolean(),
});

type Script = Program<object, object, string, string>;

/** A script that takes a box first and keeps it in a local; an item lives in a local from one row to the next only. */
function scriptOf(rows: readonly DrawnRow[], i: number, { named, lasting }: DrawnNames): Script {
  const made = program(`s${i}`, { exits: ["end"], locals: { b: id(box), x: id(item) } }, (_, __, { b, x }) => {
    const drawn = rows.flatMap((row, n): [string, Row<string>][] => {
      const s = element(side, row.side);
      const next = n + 1 < rows.length ? `r${n + 1}` : "last";
      const to = row.loops && lasting ? "r0" : next;
      const mark = m.mark.at(compose(item, { box: b, side: s }));
      const on = (one: Box) => m.on.at(s).at(one);
      const name = `r${n}`;
      switch (row.what) {
        case 0:
          return [[name, step("push", otherwise.do(m.next.at(b).set(m.head), m.head.set(b)).goto(next))]];
        case 1: {
          const more = when(mark.lt(2)).do(mark.set(mark.plus(1)));
          return [[name, step("mark", more.goto(to), otherwise.goto(next))]];
        }
        case 2:
          return [[name, step("turn on", otherwise.do(on(b).set(true)).goto(next))]];
        case 3: {
          const one = choose(box, (c) =>
            when(not(on(c)))
              .do(on(c).set(true))
              .goto(next),
          );
          return [[name, step("turn one on", one, otherwise.goto(next))]];
        }
        case 4: {
          const one = choose(box, (c) => when(c.ne(b)).do(b.set(c)).goto(to));
          return [[name, step("another", one, otherwise.goto(next))]];
        }
        case 5:
          return [[name, step("all off", otherwise.do(setEach(box, (c) => on(c).set(false))).goto(next))]];
        case 6: {
          const effect = [m.item.set(compose(item, { box: b, side: s })), m.thing.set(inject(thing, "aBox", b))];
          return [[name, step("point", otherwise.do(effect).goto(next))]];
        }
        case 7: {
          const spoilt = when(m.head.eq(b)).do(m.next.at(b).set("garbage")).goto(next);
          return [[name, step("spoil", spoilt, otherwise.goto(next))]];
        }
        case 8: {
          const one = choose(item, (c) => when(m.mark.at(c).eq(0)).do(x.set(c)).goto(`use${n}`));
          const use = step("use", otherwise.do(m.mark.at(x).set(1), m.item.set(x)).goto(next));
          return [
            [name, step("choose an item", one, otherwise.goto(next))],
            [`use${n}`, use],
          ];
        }
        case 9: {
          const one = choose(colour, (c) =>
            when(not(m.used.at(c)))
              .do(m.colour.at(b).set(c), m.used.at(c).set(true))
              .goto(next),
          );
          return [[name, step("colour", one, otherwise.goto(next))]];
        }
        case 10:
          return [[name, step("wait", when(exists(box, on)).goto(next))]];
        default:
          // Where no list is, a null index: a model error with names in it.
          return [
            [name, step("follow", otherwise.do(m.head.set(m.next.at(m.head.known()).except("garbage"))).goto(next))],
          ];
      }
    });
    const mine = named[0] !== undefined && i === 0 ? element(box, named[0]) : null;
    const take = mine
      ? otherwise.do(b.set(mine)).goto("r0")
      : choose(box, (c) => when(lit(true)).do(b.set(c)).goto("r0"));
    return {
      take: step("take", take),
      ...Object.fromEntries(drawn),
      last: step("last", otherwise.goto("end")),
    } as never;
  });
  return made as unknown as Script;
}

/** What is asked; some of it fails in some systems. */
const onLists = (x: Box) => chain(box, m.head, (y) => m.next.at(y)).has(x);
const ASKED = [
  property("fewOn", "few are on", invariant(count(box, (x) => or(...SIDES.map((s) => m.on.at(s).at(x)))).le(1))),
  property(
    "listed",
    "what is on is on the list",
    atRest(forAll(box, (x) => implies(m.on.at(SIDES[0]).at(x), onLists(x)))),
  ),
  property("endless", "the list has an end", invariant(chain(box, m.head, (y) => m.next.at(y)).ends())),
  property("off", "some side can go off again", alwaysPossible(forAll(box, (x) => not(m.on.at(SIDES[0]).at(x))))),
  property("bothMarked", "an item is marked twice", sometimes(exists(item, (x) => m.mark.at(x).eq(2)))),
  property(
    "thingIsOn",
    "a box is pointed at and on",
    sometimes(exists(box, (x) => and(m.thing.eq(inject(thing, "aBox", x)), m.on.at(SIDES[1]).at(x)))),
  ),
];

/** Links a draw. */
export function systemWithNames(drawn: DrawnNames): System {
  const scripts = drawn.scripts.map((rows, i) => scriptOf(rows, i, drawn));
  const asked = ASKED.filter((_, i) => i !== drawn.asked);
  return link({
    name: "names",
    sizes: { box: drawn.boxes, colour: drawn.colours, side: 2 },
    named: { box: drawn.named },
    roots: [m],
    initially: drawn.marks.map((mark, i) => m.mark.at(element(item, i)).set(mark)),
    contexts: scripts.map((script, i) => ({ name: `c${i}`, script })),
    properties: drawn.lasting ? asked : asked.filter(({ name }) => name !== "off"),
  });
}
