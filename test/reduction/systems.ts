/**
 * Systems for tests of reductions: tasks and interrupting frames on one or two CPUs, a mover, a scheduler, cells that are
 * shared, of a CPU or of one context, and boxes that are interchangeable, some of them alike at first and others not.
 * Small enough to search whole, mixed enough that some steps depend on each other and some do not.
 */
import fc from "fast-check";
import {
  alwaysPossible,
  and,
  anyValue,
  atMost,
  atRest,
  chain,
  choose,
  context,
  count,
  type Expr,
  element,
  ended,
  exists,
  forAll,
  ghosts,
  guardedBy,
  happens,
  type Id,
  id,
  implies,
  inject,
  invariant,
  lit,
  not,
  optional,
  or,
  otherwise,
  type Program,
  type Property,
  program,
  property,
  type Row,
  rowsOf,
  type System,
  sometimes,
  standsIn,
  step,
  track,
  when,
  whenever,
} from "../../checker/language/index.ts";
import { link } from "../../checker/link/link.ts";
import type { SearchResult } from "../../checker/reference/result.ts";
import { search } from "../../checker/reference/search.ts";
import {
  type Box,
  box,
  CELLS,
  cpu,
  type DrawnRow,
  drawnRows,
  item,
  type Locals,
  m,
  rowsFor,
  type Self,
  SIDES,
  shared,
  thing,
  touchesMarks,
} from "./rows.ts";

type Script = Program<object, { b: Box }, "done", string>;

interface DrawnContext {
  readonly kind: "task" | "nmi" | "irq" | "hook";
  readonly cpu: number;
  readonly rows: readonly DrawnRow[];
}

interface DrawnSystem {
  readonly contexts: readonly DrawnContext[];
  readonly helper: keyof typeof HELPERS;
  readonly boxes: number;
  readonly colours: number;
  /** Boxes that the first context may name. */
  readonly named: readonly number[];
  readonly cells: readonly number[];
  /** What some boxes have at first and others not. */
  readonly marks: readonly number[];
  readonly chained: number;
  /** What begins with any of its values: runs begin in several states. */
  readonly free: readonly ("item" | "thing" | "used")[];
  /** Which shared cell properties speak of, and which of them are asked. */
  readonly watched: number;
  readonly asked: readonly string[];
}

const drawnContext = (kinds: readonly DrawnContext["kind"][], cpus: number): fc.Arbitrary<DrawnContext> =>
  fc.record({ kind: fc.constantFrom(...kinds), cpu: fc.nat({ max: cpus - 1 }), rows: drawnRows });

const isAboutBoxes = ({ rows }: DrawnContext): boolean => rows.some(({ about }) => about === "boxes");

function scriptOf(drawn: DrawnContext, i: number, tasks: readonly Script[], named: number | undefined): Script {
  const locals = { b: id(box), x: id(item) };
  return program(`c${i}`, { exits: ["done"], locals }, (self, _, terms) => {
    const rows: [string, Row<string>][] = rowsFor(self, terms as unknown as Locals, drawn.rows, "leave");
    if (isAboutBoxes(drawn)) {
      const mine = named === undefined ? null : element(box, named);
      const any = () => choose(box, (c) => when(lit(true)).do(terms.b.set(c)).goto("r0"));
      rows.unshift(["take", step("take", mine ? otherwise.do(terms.b.set(mine)).goto("r0") : any())]);
    }
    if (drawn.kind === "task") rows.push(["leave", step("leave", otherwise.goto("done"))]);
    else {
      rows.unshift(["arrive", arrival(self, drawn, tasks[0] as Script, (rows[0] as [string, never])[0])]);
      const f = m.frame.at(self);
      const effect = [m.top.at(f.on).set(f.below), f.on.set(lit(null)), f.below.set(lit(null))];
      rows.push(["leave", step("leave", otherwise.do(effect).goto("done"))]);
    }
    return Object.fromEntries(rows) as never;
  }) as unknown as Script;
}

function arrival(self: Self, { kind, cpu: where }: DrawnContext, first: Script, next: string): Row<string> {
  const here = element(cpu, where);
  const top = m.top.at(here);
  const f = m.frame.at(self);
  const may = {
    task: () => lit(true),
    nmi: () => f.on.isNull(),
    irq: () => not(m.irqsOff.at(here)),
    hook: () => standsIn(top, rowsOf(first, "r0")),
  }[kind]();
  const begins = when(and(may, top.notNull())).do(f.on.set(here), f.below.set(top), top.set(self));
  return step("arrive", { arrive: true, mayStop: true, cuts: top }, begins.goto(next));
}

const onlyRow = (name: string, exits: readonly string[], row: Row<string>): Script =>
  program(name, { exits }, () => ({ only: row }) as never) as unknown as Script;

const [CPU0, CPU1] = [element(cpu, 0), element(cpu, 1)];

/** A context that decides where tasks run, or does something for them, where there is one. */
const HELPERS = {
  none: () => [],
  /** Moves a task to the other CPU when nobody is on top of it and that one is idle. */
  mover: () => {
    const who = m.top.at(CPU0);
    const may = and(who.notNull(), m.frame.at(who).below.isNull(), m.top.at(CPU1).isNull(), not(m.irqsOff.at(CPU0)));
    const moves = [m.top.at(CPU0).set(lit(null)), m.top.at(CPU1).set(who), m.frame.at(who).on.set(CPU1)];
    return [
      onlyRow("mover", ["done"], step("move", { arrive: true, mayStop: true }, when(may).do(moves).goto("done"))),
    ];
  },
  /** Lets another task of the first CPU go on. */
  scheduler: (isTask: (one: Expr<Id<"context"> | null>) => Expr<boolean>) => {
    const top = m.top.at(CPU0);
    const may = (c: Self) =>
      and(isTask(c), not(ended(c)), m.frame.at(c).on.eq(CPU0), isTask(top), top.ne(c), not(m.irqsOff.at(CPU0)));
    const one = choose(context, (c) => when(may(c)).do(top.set(c)).goto("only"));
    return [onlyRow("scheduler", [], step("switch", { arrive: true, schedules: true }, one))];
  },
  /** Takes a cell that is full to zero. */
  server: () => {
    const cell = m.shared.at(element(shared, 0));
    const serves = when(cell.eq(2)).do(cell.set(0)).goto("only");
    return [onlyRow("server", [], step("serve", { arrive: true, serves: true }, serves))];
  },
} satisfies Record<string, (isTask: (one: Expr<Id<"context"> | null>) => Expr<boolean>) => Script[]>;

const g = ghosts({ lastBox: optional(id(box)) });

/** What is asked; some of it fails in some systems. */
function properties(scripts: readonly Script[], first: DrawnContext, watched: number): Property[] {
  const cell = m.shared.at(element(shared, watched));
  const script = scripts[0] as Script;
  const kept = (i: number) => m.kept.at(element(context, i));
  const knows = (i: number, x: Box) => m.known.at(element(context, i)).at(x);
  const own = (i: number) => m.own.at(element(context, i));
  const bothHalfWay = and(own(0).eq(1), own(1).eq(1));
  const list = chain(box, m.head, (y) => m.next.at(y));
  const isOn = (x: Box, s: number) => m.on.at(SIDES[s] as (typeof SIDES)[0]).at(x);
  const aboutB = [
    property(
      "takesOff",
      "the first step meets a box that is off",
      whenever(script, "r0", ({ b }) => not(isOn(b, 0))),
    ),
    property(
      "takesOn",
      "the first step meets a box that is on",
      happens(script, "r0", ({ b }) => isOn(b, 1)),
    ),
    property(
      "tracked",
      "the last box is off",
      track(script, "r0", ({ b }) => g.lastBox.set(b)),
      invariant(or(g.lastBox.isNull(), not(isOn(g.lastBox.known(), 1)))),
    ),
  ];
  return [
    property("small", "a shared cell stays small", invariant(cell.lt(2))),
    property("apart", "two contexts are never both half way", invariant(not(bothHalfWay))),
    property("together", "two contexts are both half way", sometimes(bothHalfWay)),
    property("secondFirst", "the second is under way before the first", sometimes(and(own(0).eq(0), own(1).gt(0)))),
    property(
      "keptFirst",
      "the first keeps a box before the second",
      invariant(or(kept(1).isNull(), kept(0).notNull())),
    ),
    property(
      "bothKnow",
      "two contexts know the same box",
      sometimes(exists(box, (x) => and(knows(0, x), knows(1, x)))),
    ),
    property("seen", "a shared cell is seen at its most", sometimes(cell.eq(2))),
    property("restsAtZero", "a shared cell rests at zero", atRest(cell.eq(0))),
    property(
      "firstStep",
      "the first step meets an untouched cell",
      whenever(script, "r0", () => cell.eq(0)),
    ),
    property(
      "noWait",
      "the first row waits only for a cell at zero",
      whenever(script, "r0", () => cell.eq(1), { to: "(waits)" }),
    ),
    property(
      "leavesFull",
      "the first leaves a cell at its most",
      happens(script, "leave", () => cell.eq(2)),
    ),
    property("once", "the first row fires once in a call", atMost(script, "r0", 1)),
    property(
      "masked",
      "who marks an item has interrupts off",
      guardedBy(
        [item],
        (x) => m.mark.at(x),
        (self) => exists(cpu, (c) => and(m.frame.at(self).on.eq(c), m.irqsOff.at(c))),
      ),
    ),
    property("comesBack", "a shared cell can be at zero again", alwaysPossible(cell.eq(0))),
    property("fewOn", "few are on", invariant(count(box, (x) => or(isOn(x, 0), isOn(x, 1))).le(1))),
    property("listed", "what is on is on the list", atRest(forAll(box, (x) => implies(isOn(x, 0), list.has(x))))),
    property("endless", "the list has an end", invariant(list.ends())),
    property("off", "some side can go off again", alwaysPossible(forAll(box, (x) => not(isOn(x, 0))))),
    property("bothMarked", "an item is marked twice", sometimes(exists(item, (x) => m.mark.at(x).eq(2)))),
    property(
      "thingIsOn",
      "a box is pointed at and on",
      sometimes(exists(box, (x) => and(m.thing.eq(inject(thing, "aBox", x)), isOn(x, 1)))),
    ),
    ...(isAboutBoxes(first) ? aboutB : []),
  ];
}

/** Of two contexts and their own cells: only some orders of their steps show it. */
const OF_TWO = ["apart", "together", "secondFirst", "keptFirst", "bothKnow"];
const OTHERS = [
  ...["small", "seen", "restsAtZero", "firstStep", "noWait", "leavesFull", "once", "masked"],
  ...["comesBack", "fewOn", "listed", "endless", "off", "bothMarked", "thingIsOn", "takesOff", "takesOn", "tracked"],
];

export const drawnSystems: fc.Arbitrary<DrawnSystem> = fc.record({
  contexts: fc
    .tuple(
      drawnContext(["task"], 1),
      fc.array(drawnContext(["task", "nmi", "irq", "hook"], 2), { minLength: 1, maxLength: 2 }),
    )
    .map(([first, rest]) => [first, ...rest.map((c) => (c.kind === "task" ? { ...c, cpu: 1 } : c))]),
  helper: fc.constantFrom("none", "none", "mover", "mover", "scheduler", "scheduler", "server"),
  boxes: fc.constantFrom(1, 2, 2, 3, 3, 4),
  colours: fc.constantFrom(1, 1, 2),
  named: fc.constantFrom([], [], [], [], [0]),
  cells: fc.array(fc.nat({ max: 2 }), { maxLength: CELLS }),
  marks: fc.oneof(
    { arbitrary: fc.constant([]), weight: 3 },
    { arbitrary: fc.array(fc.nat({ max: 2 }), { maxLength: 2 }), weight: 1 },
  ),
  chained: fc.constantFrom(0, 0, 0, 1, 2),
  free: fc.constantFrom<DrawnSystem["free"]>([], [], [], ["item"], ["thing"], ["used"]),
  watched: fc.nat({ max: CELLS - 1 }),
  asked: fc
    .tuple(fc.subarray(OTHERS, { maxLength: 6 }), fc.subarray(OF_TWO, { maxLength: 2 }))
    .map(([others, ofTwo]) => [...others, ...ofTwo]),
});

/** The first task of each CPU runs there from the start; others are there only with a scheduler, all on the first CPU. */
export function systemOf({ contexts, watched, helper, asked, boxes, named, ...drawn }: DrawnSystem): System {
  const kept = contexts
    .map((c) => (c.kind === "task" && helper === "scheduler" ? { ...c, cpu: 0 } : c))
    .filter(
      (c, i, all) =>
        c.kind !== "task" || helper === "scheduler" || all.findIndex((o) => o.kind === "task" && o.cpu === c.cpu) === i,
    );
  const scripts: Script[] = [];
  for (const [i, c] of kept.entries()) scripts.push(scriptOf(c, i, scripts, i === 0 ? named[0] : undefined));
  const tasks = kept.flatMap((c, i) => (c.kind === "task" ? [element(context, i)] : []));
  scripts.push(...HELPERS[helper]((one) => or(...tasks.map((t) => one.eq(t)))));
  const mayAsk = (name: string): boolean =>
    asked.includes(name) && (name !== "masked" || kept.some(({ rows }) => rows.some(touchesMarks)));
  const chained = Array.from({ length: Math.min(drawn.chained, boxes) }, (_, i) => element(box, i));
  return link({
    name: "drawn",
    sizes: { cpu: 2, shared: CELLS, side: 2, box: boxes, colour: drawn.colours },
    named: { box: named },
    roots: [m, g],
    initially: [
      ...kept.flatMap((c, i) => {
        if (c.kind !== "task") return [];
        const here = element(cpu, c.cpu);
        const on = m.frame.at(element(context, i)).on.set(here);
        const isFirst = kept.findIndex((o) => o.kind === "task" && o.cpu === c.cpu) === i;
        return isFirst ? [on, m.top.at(here).set(element(context, i))] : [on];
      }),
      ...drawn.cells.map((n, i) => m.shared.at(element(shared, i)).set(n)),
      ...drawn.marks.map((mark, i) => m.mark.at(element(item, i)).set(mark)),
      ...drawn.free.map((name) => anyValue(m[name])),
      ...chained.map((one, i) => (i === 0 ? m.head : m.next.at(chained[i - 1] as Box)).set(one)),
    ],
    contexts: scripts.map((script, i) => ({ name: script.name || `c${i}`, script })),
    mayRun: (who) => and(m.frame.at(who).on.notNull(), m.top.at(m.frame.at(who).on).eq(who)),
    below: (who) => m.frame.at(who).below,
    properties: properties(scripts, kept[0] as DrawnContext, watched).filter(({ name }) => mayAsk(name)),
  });
}

/** With more states than this a system is passed over. */
const LARGEST = 2_000;

/** A system and its whole graph, searched by the reference. */
export function searched(drawn: DrawnSystem): { readonly system: System; readonly full: SearchResult } {
  const system = systemOf(drawn);
  const full = search(system, { exploreAll: true, maxStates: LARGEST });
  fc.pre(full.complete);
  return { system, full };
}
