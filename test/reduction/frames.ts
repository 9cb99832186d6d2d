/**
 * Systems for tests of reductions: tasks and interrupting frames on one or two CPUs, with cells that are shared, of a
 * CPU, or of one context; rows that wait, loops, a task that moves. Small enough to search whole, mixed enough that
 * some steps depend on each other and some do not.
 */
import fc from "fast-check";
import {
  and,
  atRest,
  bool,
  constants,
  context,
  type Expr,
  each,
  element,
  ended,
  type Id,
  id,
  indexSet,
  invariant,
  type LinkOptions,
  link,
  lit,
  not,
  optional,
  otherwise,
  type Program,
  program,
  property,
  type Row,
  range,
  rowsOf,
  type System,
  sometimes,
  standsIn,
  state,
  step,
  struct,
  when,
  whenever,
} from "../../checker/language/index.ts";

const cpu = indexSet("cpu");
const shared = indexSet("shared");
const cfg = constants({ home: each(context, id(cpu)), isFrame: each(context, bool) });
const m = state({
  /** Who is on top of each CPU: null while nobody has begun. */
  top: each(cpu, optional(id(context))),
  frame: each(context, struct({ on: optional(id(cpu)), below: optional(id(context)) })),
  irqsOff: each(cpu, bool),
  shared: each(shared, range(0, 2)),
  own: each(context, range(0, 2)),
});

type Self = Expr<Id<"context">>;
type Script = Program<object, object, string, string>;

/** One row: what it waits for, if it does, what it writes from what, and whether it may go back to the first. */
export interface DrawnRow {
  readonly waitsFor: number | null;
  readonly writes: number;
  readonly from: number;
  readonly loops: boolean;
  readonly masks: "on" | "off" | null;
}

export interface DrawnContext {
  readonly kind: "task" | "nmi" | "irq" | "hook";
  readonly cpu: number;
  readonly rows: readonly DrawnRow[];
}

export interface DrawnSystem {
  readonly contexts: readonly DrawnContext[];
  readonly watched: number;
  readonly migrates: boolean;
}

const CELLS = 3;

/** The cells that a row may touch: the shared ones, then its own. */
const cellOf = (self: Self, n: number) => (n < CELLS ? m.shared.at(element(shared, n)) : m.own.at(self));

const row: fc.Arbitrary<DrawnRow> = fc.record({
  waitsFor: fc.oneof({ arbitrary: fc.constant(null), weight: 5 }, { arbitrary: fc.nat({ max: CELLS }), weight: 1 }),
  writes: fc.nat({ max: CELLS + 3 }),
  from: fc.nat({ max: CELLS + 3 }),
  loops: fc.boolean(),
  masks: fc.constantFrom(null, null, null, "on" as const, "off" as const),
});

const ctx: fc.Arbitrary<DrawnContext> = fc.record({
  kind: fc.constantFrom("task" as const, "task" as const, "nmi" as const, "irq" as const, "hook" as const),
  cpu: fc.nat({ max: 1 }),
  rows: fc.array(row, { minLength: 2, maxLength: 5 }),
});

export const drawnSystems: fc.Arbitrary<DrawnSystem> = fc.record({
  contexts: fc
    .tuple(
      ctx.map((c): DrawnContext => ({ ...c, kind: "task", cpu: 0 })),
      fc.array(ctx, { minLength: 1, maxLength: 3 }),
    )
    .map(([first, rest]) => [first, ...rest]),
  watched: fc.nat({ max: 2 * CELLS }),
  migrates: fc.boolean(),
});

const up = (e: Expr<number>): Expr<number> => e as never;

function rowsFor(self: Self, drawn: readonly DrawnRow[], last: string): Record<string, Row<string>> {
  const rows: Record<string, Row<string>> = {};
  for (const [i, r] of drawn.entries()) {
    const next = i + 1 < drawn.length ? `r${i + 1}` : last;
    const to = cellOf(self, r.writes);
    const here = m.frame.at(self).on;
    const effect = [to.set(up(cellOf(self, r.from))), ...(r.masks ? [m.irqsOff.at(here).set(r.masks === "off")] : [])];
    if (r.waitsFor !== null) {
      rows[`r${i}`] = step("wait", when(cellOf(self, r.waitsFor).gt(0)).do(effect).goto(next));
    } else if (r.loops) {
      rows[`r${i}`] = step(
        "loop",
        when(to.lt(1))
          .do(to.set(to.plus(1)))
          .goto("r0"),
        otherwise.do(effect).goto(next),
      );
    } else {
      rows[`r${i}`] = step(
        "go",
        when(to.lt(2))
          .do(to.set(to.plus(1)))
          .goto(next),
        otherwise.do(effect).goto(next),
      );
    }
  }
  return rows;
}

function scriptOf(drawn: DrawnContext, i: number, tasks: readonly Script[]): Script {
  return program(`c${i}`, { exits: ["done"] }, (self) => {
    if (drawn.kind === "task") {
      const rows = rowsFor(self, drawn.rows, "leave");
      return { ...rows, leave: step("leave", otherwise.goto("done")) } as never;
    }
    const here = element(cpu, drawn.cpu);
    const top = m.top.at(here);
    const may = {
      nmi: not(m.frame.at(self).on.notNull()),
      irq: not(m.irqsOff.at(here)),
      hook: standsIn(top, rowsOf(tasks[0] as Script, "r0")),
    }[drawn.kind];
    const f = m.frame.at(self);
    return {
      arrive: step(
        "arrive",
        { arrive: true, mayStop: true, cuts: top },
        when(and(may, top.notNull())).do(f.on.set(here), f.below.set(top), top.set(self)).goto("r0"),
      ),
      ...rowsFor(self, drawn.rows, "leave"),
      leave: step(
        "leave",
        otherwise.do(m.top.at(f.on).set(f.below), f.on.set(lit(null)), f.below.set(lit(null))).goto("done"),
      ),
    } as never;
  }) as never;
}

/** A task that moves to the other CPU when nobody is on top of it and that one is idle. */
const mover = (): Script =>
  program("mover", { exits: ["done"] }, () => {
    const [from, to] = [element(cpu, 0), element(cpu, 1)];
    const who = m.top.at(from);
    return {
      move: step(
        "move",
        { arrive: true, mayStop: true },
        when(and(who.notNull(), m.frame.at(who).below.isNull(), m.top.at(to).isNull(), not(m.irqsOff.at(from))))
          .do(m.top.at(from).set(lit(null)), m.top.at(to).set(who), m.frame.at(who).on.set(to))
          .goto("done"),
      ),
    } as never;
  }) as never;

/** The first task of each CPU runs there from the start; others of the same CPU are left out. */
export function systemOf({ contexts, watched, migrates }: DrawnSystem): System | null {
  const kept = contexts.filter(
    (c, i) => c.kind !== "task" || contexts.findIndex((o) => o.kind === "task" && o.cpu === c.cpu) === i,
  );
  if (kept[0]?.kind !== "task") return null;
  const scripts: Script[] = [];
  for (const [i, c] of kept.entries()) scripts.push(scriptOf(c, i, scripts));
  if (migrates) scripts.push(mover());
  const self = context;
  const watchedCell = m.shared.at(element(shared, watched % CELLS));
  const first = scripts[0] as Script;
  const half = (i: number) => m.own.at(element(self, i % scripts.length)).eq(1);
  const bothHalfWay = and(half(0), half(1));
  const options: LinkOptions = {
    name: "frames",
    sizes: { cpu: 2, shared: CELLS },
    roots: [cfg, m],
    constants: [],
    initially: kept.flatMap((c, i) => {
      if (c.kind !== "task") return [];
      const here = element(cpu, c.cpu);
      return [m.top.at(here).set(element(self, i)), m.frame.at(element(self, i)).on.set(here)];
    }),
    contexts: scripts.map((script, i) => ({ name: script.name || `c${i}`, script })),
    mayRun: (who) => and(m.frame.at(who).on.notNull(), m.top.at(m.frame.at(who).on).eq(who)),
    below: (who) => m.frame.at(who).below,
    properties: [
      ...(watched < CELLS ? [property("small", "a shared cell stays small", invariant(watchedCell.lt(2)))] : []),
      // Of two contexts: only an order in which both are half way shows it.
      ...(watched === CELLS
        ? [property("apart", "two contexts are never both half way", invariant(not(bothHalfWay)))]
        : []),
      ...(watched === CELLS + 1
        ? [property("together", "two contexts are both half way", sometimes(bothHalfWay))]
        : []),
      property("seen", "a shared cell is seen at its most", sometimes(watchedCell.eq(2))),
      property("restsAtZero", "a shared cell rests at zero", atRest(watchedCell.eq(0))),
      property(
        "firstStep",
        "the first step meets an untouched cell",
        whenever(first as never, "r0", () => watchedCell.eq(0)),
      ),
      property(
        "noWait",
        "the first row waits only for a cell at zero",
        whenever(first as never, "r0", () => watchedCell.eq(1), { to: "(waits)" }),
      ),
    ],
  };
  void ended;
  return link(options);
}
