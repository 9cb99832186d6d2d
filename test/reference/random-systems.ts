/**
 * How does a test draw whole systems at random? Programs run down their rows, with gotos back and exits from anywhere,
 * so that every label is reached and every local is set before it is read. Over 400 lines: one tape of numbers draws it all.
 */
import fc from "fast-check";
import {
  alwaysPossible,
  anyValue,
  atMost,
  atRest,
  bool,
  bound,
  type Clause,
  call,
  choose,
  context,
  type Expr,
  either,
  element,
  ended,
  guardedBy,
  happens,
  type Id,
  id,
  invariant,
  ite,
  LinkError,
  type LinkOptions,
  lit,
  next,
  optional,
  or,
  otherwise,
  type Program,
  patch,
  place,
  program,
  property,
  range,
  result,
  type System,
  select,
  setEach,
  sometimes,
  step,
  track,
  value,
  variant,
  when,
  whenever,
} from "../../checker/language/index.ts";
import type { Assign } from "../../checker/language/nodes.ts";
import type { Locals, Params, Row, RowMeta, SourceRow } from "../../checker/language/programs.ts";
import { link } from "../../checker/link/link.ts";
import {
  assignment,
  bank,
  g,
  type Kind,
  k,
  m,
  type Scope,
  slot,
  stable,
  type Tape,
  type Term,
  term,
} from "./random-terms.ts";

const DEPTH = 2;

/** A settable term, whatever its type. */
type Settable = Term & { readonly set: (value: Term) => Assign };
type Var = Scope["vars"][number];

/** A program, with what a property may speak of at each of its rows. */
export interface Drawn {
  readonly program: Program<object, object, string, string>;
  readonly varsAt: Readonly<Record<string, readonly Var[]>>;
  /** Draws one row again, for a variant. */
  readonly redraw: (label: string) => Row<string> | null;
}

const SHAPES = {
  x: { shape: id(slot), kind: "slot" },
  y: { shape: optional(id(slot)), kind: "slot?" },
  z: { shape: range(0, 2), kind: "num" },
  w: { shape: bool, kind: "bool" },
  // Of the shape of another: they may share its slot, unless both live.
  v: { shape: bool, kind: "bool" },
  u: { shape: id(slot), kind: "slot" },
} as const;

const PARAMS = {
  b: value(bool),
  s: value(id(slot)),
  p: place(range(0, bound("top"))),
  res: result(optional(id(slot))),
} as const;

interface Body {
  readonly tape: Tape;
  readonly self: Term;
  readonly params: Readonly<Record<string, Settable>>;
  readonly locals: Readonly<Record<string, Settable>>;
  /** The row that sets each local; later rows may read it. */
  readonly setAt: Readonly<Record<string, number>>;
  readonly kinds: readonly ("step" | "call" | "select")[];
  readonly exits: readonly string[];
  readonly callees: readonly Drawn[];
}

function varsOf({ self, params, locals, setAt }: Body, row: number): Var[] {
  const known = Object.keys(locals).filter((name) => (setAt[name] as number) < row) as (keyof typeof SHAPES)[];
  return [
    { kind: "context", term: self },
    ...(params.b ? [{ kind: "bool", term: params.b } as const] : []),
    ...(params.s ? [{ kind: "slot", term: params.s } as const] : []),
    ...(params.p ? [{ kind: "num", term: params.p } as const] : []),
    ...known.map((name) => ({ kind: SHAPES[name].kind as Kind, term: locals[name] as Term })),
  ];
}

/** Arguments must be stable: a place parameter is a cell, so it is no argument by value. */
const stableVars = (body: Body, row: number): Var[] => varsOf(body, row).filter((v) => v.term !== body.params.p);

/** The labels and exits that a row may go to. */
const targetsAt = ({ kinds, exits }: Body, row: number): string[] => [
  row + 1 < kinds.length ? `r${row + 1}` : (exits[0] as string),
  ...kinds.slice(0, row + 1).map((_, i) => `r${i}`),
  ...exits,
];

function drawRow(body: Body, row: number): Row<string> {
  switch (body.kinds[row]) {
    case "call":
      return drawCall(body, row);
    case "select": {
      const scope = { tape: body.tape, vars: body.params.b ? [{ kind: "bool", term: body.params.b } as const] : [] };
      const [forward] = targetsAt(body, row) as [string];
      return select(
        `select ${row}`,
        [[stable("bool", { ...scope, vars: [] }), forward]],
        body.tape.pick([forward, ...body.exits]),
      );
    }
    default:
      return drawStep(body, row);
  }
}

function drawCall(body: Body, row: number): Row<string> {
  const { tape, params, locals, setAt } = body;
  const callee = tape.pick(body.callees).program as unknown as Program<Params, Locals, string, string>;
  const scope: Scope = { tape, vars: stableVars(body, row) };
  const numbers = [
    m.num,
    m.rec.n,
    ...(params.p ? [params.p] : []),
    ...(locals.z && (setAt.z as number) < row ? [locals.z] : []),
  ];
  const results = [m.head, ...(params.res ? [params.res] : []), ...(locals.y ? [locals.y] : [])];
  const all = {
    b: () => stable("bool", scope),
    s: () => stable("slot", scope),
    p: () => tape.pick<object>(numbers),
    res: () => tape.pick<object>(results),
  };
  const args = Object.keys(callee.params).map((name) => [name, all[name as keyof typeof all]()]);
  const targets = targetsAt(body, row);
  const exits = callee.exits.map((exit, i) => [exit, i === 0 ? targets[0] : tape.pick(targets)]);
  return call(`call ${callee.name}`, callee, Object.fromEntries(args), Object.fromEntries(exits)) as Row<string>;
}

function drawStep(body: Body, row: number): Row<string> {
  const { tape, exits, kinds } = body;
  const scope: Scope = { tape, vars: varsOf(body, row) };
  const targets = targetsAt(body, row);
  const must = (inner: Scope): Assign[] => [
    ...Object.entries(body.locals).flatMap(([name, local]) =>
      body.setAt[name] === row ? [local.set(term(SHAPES[name as keyof typeof SHAPES].kind, inner, 1))] : [],
    ),
    ...(row === 0 && body.params.res ? [body.params.res.set(term("slot?", inner, 1))] : []),
  ];
  const may = (inner: Scope): Assign[] => {
    const own = Object.entries(body.locals).filter(([name]) => (body.setAt[name] as number) < row);
    if (own.length > 0 && tape.oneIn(3)) {
      const [name, local] = tape.pick(own);
      return [local.set(term(SHAPES[name as keyof typeof SHAPES].kind, inner, 1))];
    }
    if (body.params.p && tape.oneIn(4)) return [body.params.p.set(term("num", inner, 1))];
    return tape.oneIn(4) ? [] : [...assignment(inner, 1)];
  };
  const guard = (inner: Scope): Expr<boolean> =>
    tape.pick([() => lit(true), () => lit(true), () => term("bool", inner, 1), () => term("bool", inner, DEPTH)])();
  const open = (inner: Scope, to: string) =>
    when(guard(inner))
      .do(must(inner), may(inner), tape.oneIn(5) ? may(inner) : [])
      .goto(to);
  const entry = (to: string) => {
    switch (tape.upTo(7)) {
      case 5:
        return choose(slot, (s) => open({ ...scope, vars: [...scope.vars, { kind: "slot", term: s as Term }] }, to));
      case 6:
        return either(open(scope, to), open(scope, tape.pick(targets)));
      case 7:
        return choose(range(0, 2), (n) =>
          open({ ...scope, vars: [...scope.vars, { kind: "num", term: n as Term }] }, to),
        );
      default:
        return open(scope, to);
    }
  };
  const first = entry(targets[0] as string);
  const others = row === kinds.length - 1 ? exits.slice(1).map((exit) => entry(exit)) : [];
  if (tape.oneIn(3)) others.push(entry(tape.pick(targets)));
  if (tape.oneIn(12)) others.push(when(term("bool", scope, 1)).fails("neverFails", "it failed"));
  const last = tape.oneIn(3) ? [] : [otherwise.do(must(scope)).goto(tape.pick(targets))];
  const meta: RowMeta = {
    ...(tape.oneIn(6) ? { marks: ["hot"] } : {}),
    ...(tape.oneIn(4) ? { arrive: true } : {}),
    ...(tape.oneIn(8) ? { mayStop: true } : {}),
    ...(tape.oneIn(10) ? { serves: true } : {}),
    ...(tape.oneIn(12) ? { schedules: true } : {}),
  };
  return step(`row ${row}`, meta, first, ...others, ...last) as Row<string>;
}

function drawProgram(
  tape: Tape,
  name: string,
  exits: readonly string[],
  params: Params,
  callees: readonly Drawn[],
): Drawn {
  const kinds = Array.from({ length: 1 + tape.upTo(3) }, (_, i) =>
    i > 0 && callees.length > 0 && tape.oneIn(2)
      ? "call"
      : i > 0 && exits.length === 1 && tape.oneIn(8)
        ? "select"
        : "step",
  );
  // Every exit is used by the last row, which is therefore a step where there are two.
  if (exits.length > 1) kinds[kinds.length - 1] = "step";
  const steps = kinds.flatMap((kind, i) => (kind === "step" ? [i] : []));
  const names = Object.keys(SHAPES).filter(() => tape.oneIn(3));
  const setAt = Object.fromEntries(names.map((n) => [n, tape.pick(steps)]));
  const locals = Object.fromEntries(names.map((n) => [n, SHAPES[n as keyof typeof SHAPES].shape]));
  let body: Body | undefined;
  const made = program(name, { exits, params, locals }, (self, p, l) => {
    body = { tape, self: self as Term, params: p as never, locals: l as never, setAt, kinds, exits, callees };
    return Object.fromEntries(kinds.map((_, i) => [`r${i}`, drawRow(body as Body, i)]));
  });
  return {
    program: made as never,
    varsAt: Object.fromEntries(kinds.map((_, i) => [`r${i}`, varsOf(body as Body, i)])),
    redraw: (label) =>
      kinds[Number(label.slice(1))] === "step" ? drawRow(body as Body, Number(label.slice(1))) : null,
  };
}

/** `tracks` holds the one clause that writes ghosts at a row: properties share it. */
function drawClause(tape: Tape, programs: readonly Drawn[], tracks: Map<string, Clause>): Clause {
  const drawn = tape.pick(programs);
  const on = drawn.program as unknown as Program<object, object, string, string>;
  const steps = Object.entries(on.rows).flatMap(([name, row]) => (row.kind === "step" ? [{ name, row }] : []));
  const { name: label, row } = tape.pick(steps);
  const scope: Scope = { tape, vars: drawn.varsAt[label] as readonly Var[], ghosts: true };
  const targets = row.entries.flat().flatMap((a) => (a.target === null ? [] : [a.target]));
  const to = tape.oneIn(3) && targets.length > 0 ? { to: tape.pick(targets) } : {};
  const outside: Scope = { tape, vars: [], ghosts: true };
  const held = (self: Expr<unknown>, ...vars: Var[]) =>
    tape.oneIn(2)
      ? term("bool", { tape, vars: [{ kind: "context", term: self as Term }, ...vars] }, 1)
      : (m.rec.who.eq(self as Expr<Id<"context">>) as Term);
  const counted = ite(g.seen.lt(2), g.seen.plus(1), 0);
  const forms: readonly (() => Clause)[] = [
    () => invariant(term("bool", outside, DEPTH)),
    () => whenever(on, label, () => term("bool", scope, DEPTH), to),
    () => whenever(on, label, () => term("bool", scope, DEPTH), { to: "(waits)" }),
    () => happens(on, label, () => term("bool", scope, 1), to),
    () => sometimes(term("bool", outside, DEPTH)),
    () => atRest(term("bool", outside, DEPTH)),
    () => alwaysPossible(term("bool", outside, DEPTH)),
    () => atMost(on, label, 1 + tape.upTo(1)),
    () => {
      const row = `${drawn.program.name}: ${label}`;
      const made = tracks.get(row) ?? track(on, label, ({ self }) => [g.seen.set(counted), g.last.set(self)], to);
      tracks.set(row, made);
      return made;
    },
    () =>
      guardedBy(
        [],
        () => tape.pick([m.num, m.rec.n, m.head]),
        (self) => held(self),
        tape.oneIn(2) ? { access: "write" } : {},
      ),
    () =>
      guardedBy(
        [slot],
        (s) => m.link.at(s),
        (self, s) => held(self, { kind: "slot", term: s as Term }),
      ),
    () =>
      guardedBy(
        [bank],
        (b) => m.grid.at(element(slot, 0)).at(b),
        (self, b) => held(self, { kind: "bank", term: b as Term }),
      ),
    () =>
      guardedBy(
        [slot, bank],
        (s, b) => m.grid.at(s).at(b),
        (self, s) => held(self, { kind: "slot", term: s as Term }),
      ),
  ];
  return tape.pick(forms)();
}

/** Names of the programs that scripts reach. */
function programsOf(programs: readonly Drawn["program"][]): ReadonlySet<string> {
  const names = new Set<string>();
  const visit = ({
    name,
    rows,
  }: {
    readonly name: string;
    readonly rows: Readonly<Record<string, SourceRow>>;
  }): void => {
    names.add(name);
    for (const row of Object.values(rows)) if (row.kind === "call") visit(row.callee);
  };
  for (const one of programs) visit(one);
  return names;
}

/** A system, all from one tape. */
export function drawSystem(tape: Tape): LinkOptions {
  const slots = 2 + tape.upTo(1);
  const params = (): Params => Object.fromEntries(Object.entries(PARAMS).filter(() => tape.oneIn(2)));
  const f = drawProgram(tape, "f", tape.oneIn(2) ? ["out", "alt"] : ["out"], params(), []);
  const h = drawProgram(tape, "g", ["out"], params(), [f]);
  const scripts = ["s0", "s1"].map((name) => drawProgram(tape, name, ["end"], {}, [f, h]));
  const contexts = Array.from({ length: 2 + (tape.oneIn(4) ? 1 : 0) }, (_, i) => ({
    name: `c${i}`,
    script: tape.oneIn(3) ? (scripts[0] as Drawn).program : (scripts[i % 2] as Drawn).program,
  }));
  const reached = programsOf(contexts.map((c) => c.script));
  const used = [f, h, ...scripts].filter((drawn) => reached.has(drawn.program.name));
  const tracks = new Map<string, Clause>();
  const properties = Array.from({ length: 1 + tape.upTo(3) }, (_, i) =>
    property(`P${i}`, "drawn", ...Array.from({ length: 1 + tape.upTo(1) }, () => drawClause(tape, used, tracks))),
  );
  const changed = tape.oneIn(4) ? (scripts[0] as Drawn).redraw("r0") : null;
  const scope: Scope = { tape, vars: [] };
  const mayRun = tape.pick([
    undefined,
    undefined,
    (self: Expr<Id<"context">>) => or(m.rec.who.isNull(), m.rec.who.eq(self)),
    (self: Expr<Id<"context">>) => or(self.eq(element(context, 0)), ended(element(context, 0))),
    (self: Expr<Id<"context">>) => or(m.on, m.owner.at(element(bank, 0)).ne(self)),
  ]);
  const first = (contexts[0] as { name: string }).name;
  const others = contexts.slice(1).map((c) => c.name);
  const after = tape.oneIn(4) ? { [first]: others.slice(0, 1 + tape.upTo(others.length - 1)) } : null;
  return {
    name: "drawn",
    sizes: { slot: slots, bank: 1 + tape.upTo(1), top: 3, last: 1 },
    roots: [m, g, k],
    constants: [k.limit.set(stable("num", { tape, vars: [] })), setEach(slot, (s) => k.allow.at(s).set(tape.oneIn(2)))],
    initially: [
      ...(tape.oneIn(2)
        ? [m.head.set(element(slot, 0)), setEach(slot, (s) => m.link.at(s).set(next(slot, s)))]
        : assignment(scope, 0)),
      ...(tape.oneIn(3) ? [anyValue(tape.pick([m.on, m.mode, m.rec, m.ring, m.owner, g.last]))] : []),
    ],
    ...(tape.oneIn(6) ? { startsIf: term("bool", scope, 1) } : {}),
    contexts,
    ...(mayRun ? { mayRun } : {}),
    ...(after ? { after } : {}),
    properties,
    deadlock: !tape.oneIn(4),
    variants: changed
      ? [
          variant(
            "changed",
            "one row drawn again",
            patch((scripts[0] as Drawn).program as never, () => ({ r0: changed }) as never),
          ),
        ]
      : [],
  };
}

/**
 * Links; null for a draw with a property that no row is concerned by, without an initial state, or with an order that
 * cannot be kept.
 */
export function linkDrawn(options: LinkOptions): System | null {
  try {
    return link(options);
  } catch (error) {
    const expected = (problem: string): boolean =>
      /attached to nothing|never goes to|the initial state|never ends|may stop before its end/.test(problem);
    if (error instanceof LinkError && error.problems.every(expected)) return null;
    throw error;
  }
}

/** Tapes for fast-check. */
export const tapes = fc.array(fc.nat({ max: 5039 }), { minLength: 300, maxLength: 1500, size: "max" });
