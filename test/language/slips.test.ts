/**
 * Which slips of JavaScript are told as a model's file is loaded? `a && b`, `!a`, `test ? a : b` and `a === b` are decided
 * there and then. Each slip has beside it what was meant, which is taken.
 */
import { describe, expect, it } from "vitest";
import {
  AuthorError,
  and,
  asKind,
  bool,
  bound,
  call,
  chain,
  choose,
  component,
  compose,
  context,
  count,
  decides,
  each,
  either,
  element,
  ended,
  exists,
  forAll,
  guardedBy,
  happens,
  id,
  implies,
  indexSet,
  inject,
  invariant,
  isKind,
  ite,
  lit,
  next,
  not,
  oneOf,
  optional,
  or,
  orWord,
  otherwise,
  patch,
  place,
  product,
  program,
  type Row,
  racy,
  range,
  result,
  rowsOf,
  select,
  setEach,
  sometimes,
  standsIn,
  state,
  step,
  struct,
  sum,
  track,
  value,
  when,
  whenever,
} from "../../checker/language/index.ts";
import { systemOf } from "./build.ts";

const slab = indexSet("slab");
const node = indexSet("node");
const object = product("object", { slab, node });
const lock = sum("lock", { slab, node });
const m = state({
  a: bool,
  b: bool,
  n: range(0, 3),
  mode: oneOf("idle", "busy"),
  who: optional(id(context)),
  head: optional(id(slab)),
  link: each(slab, orWord(optional(id(slab)), "garbage")),
  free: each(slab, bool),
  rec: struct({ on: bool, slab: id(slab) }),
});
const { a, b, n, mode, who, head, link, free, rec } = m;
const first = element(slab, 0);

// biome-ignore lint/suspicious/noExplicitAny: what no type allows is what is tested
type Wrong = any;
const wrong = (of: unknown): Wrong => of;

/** What an author is told; the slip stands in this file. */
function told(slip: () => unknown): AuthorError {
  try {
    slip();
  } catch (error) {
    if (error instanceof AuthorError) return error;
    throw error;
  }
  throw new Error("nobody said anything");
}

const row =
  (make: () => Wrong): (() => unknown) =>
  () =>
    program("p", { exits: ["done"], params: {}, locals: { l: bool } }, () => ({ only: make() }) as never);
const go = () => otherwise.goto("done");
const callee = program(
  "callee",
  { exits: ["done"], params: { v: value(bool), p: place(bool), r: result(bool) } },
  () => ({
    only: step("", go()),
  }),
);

/** Everything that takes a condition. */
const conditions: Record<string, (of: Wrong) => unknown> = {
  when: (x) => when(x),
  and: (x) => and(a, x),
  or: (x) => or(x, a),
  not: (x) => not(x),
  implies: (x) => implies(a, x),
  "implies (premise)": (x) => implies(x, a),
  ite: (x) => ite<number>(x, 1, 2),
  forAll: (x) => forAll(slab, () => x),
  exists: (x) => exists(slab, () => x),
  count: (x) => count(slab, () => x),
  select: (x) => select("", [[x, "done"]], "done"),
  whenever: (x) => whenever(callee, "only", () => x),
  happens: (x) => happens(callee, "only", () => x),
  guardedBy: (x) =>
    guardedBy(
      [slab],
      (s) => free.at(s),
      () => x,
    ),
  invariant: (x) => invariant(x),
  sometimes: (x) => sometimes(x),
  mayRun: (x) => systemOf([callee0], { roots: [m], sizes: { slab: 2 }, mayRun: () => x }),
};
const callee0 = program("callee0", { exits: ["done"] }, () => ({ only: step("", go()) }));

describe("where a condition is wanted", () => {
  it.each(Object.entries(conditions))("%s takes a term, and nothing that was decided before", (_, give) => {
    expect(() => give(and(a, b))).not.toThrow();
    for (const decided of [true, false]) {
      const { message, mend } = told(() => give(decided));
      expect(message).toContain(`was given ${decided}, which was decided while the file was loaded`);
      expect(message).toMatch(/\(test\/language\/(slips\.test|build)\.ts:\d+\)$/);
      expect(mend).toContain("write and(a, b)");
      expect(mend).toContain(`lit(${decided})`);
    }
    expect(told(() => give(undefined)).message).toContain("was given undefined");
    expect(told(() => give(1)).message).toContain("was given 1");
    expect(told(() => give(rec)).message).toContain("was given a record");
    expect(told(() => give(() => a)).message).toContain("was given a function");
    expect(told(() => give(n)).message).toMatch(/wants a condition and was given a number/);
  });
});

/** Everything else that takes a term. */
const terms: Record<string, (of: Wrong) => unknown> = {
  "at(..)": (x) => free.at(x),
  racy: (x) => racy(x),
  chain: (x) => chain(slab, x, (s) => link.at(s)),
  "chain (next)": (x) => chain(slab, head, () => x),
  has: (x) => chain(slab, head, (s) => link.at(s)).has(x),
  compose: (x) => compose(object, { slab: x, node: element(node, 0) }),
  "component of": (x) => component(object, "slab", x),
  inject: (x) => inject(lock, "slab", x),
  isKind: (x) => isKind(lock, "slab", x),
  asKind: (x) => asKind(lock, "slab", x),
  next: (x) => next(slab, x),
  standsIn: (x) => standsIn(x, rowsOf(callee)),
  ended: (x) => ended(x),
  cuts: (x) => step("", { cuts: x }, go()),
};

describe("where a term is wanted", () => {
  it.each(Object.entries(terms))("%s takes no number, no truth value, no group", (_, give) => {
    for (const not of [0, true, false, null, rec, "garbage"])
      expect(told(() => give(not)).message).toContain("was given");
  });

  it("an index is an element of the array's own set", () => {
    expect(() => free.at(first)).not.toThrow();
    expect(told(() => free.at(wrong(element(node, 0)))).message).toBe(
      `free.at(..) wants an element of "slab" and was given an element of "node" (${here(-1)})`,
    );
    expect(told(() => free.at(wrong(n))).mend).toContain("element(set, 0)");
  });
});

/** This line, or one so many lines before it. */
const here = (before: number): string => {
  const line = Number(/slips\.test\.ts:(\d+)/.exec(new Error().stack?.split("\n")[2] ?? "")?.[1]);
  return `test/language/slips.test.ts:${line + before}`;
};

describe("where a literal is as good", () => {
  it("it is taken", () => {
    expect(a.set(true).value).toEqual({ op: "const", value: true });
    expect(n.eq(3).node).toMatchObject({ op: "eq", right: { op: "const", value: 3 } });
    expect(mode.eq("busy").node).toMatchObject({ right: { value: "busy" } });
    expect(head.set(null).value).toEqual({ op: "const", value: null });
    expect(lit(false).node).toEqual({ op: "const", value: false });
    expect(ite<number>(a, n, 1).node).toMatchObject({ else: { value: 1 } });
    expect(() => call("", callee, { v: true, p: a, r: b }, { done: "done" })).not.toThrow();
  });

  it("it must be one of the cell's values", () => {
    const slips: [() => unknown, RegExp][] = [
      [() => a.set(wrong(1)), /a\.set\(\.\.\) was given a number, and the cell holds a condition/],
      [() => n.set(wrong(true)), /given a condition, and the cell holds a number/],
      [() => mode.set(wrong("bussy")), /given "bussy", and the cell holds "idle" or "busy"/],
      [() => head.set(wrong(0)), /given a number, and the cell holds null or an element of "slab"/],
      [() => rec.slab.set(wrong(null)), /given null/],
      [() => n.set(wrong(0.5)), /given 0.5/],
      [() => n.plus(wrong(Number.NaN)), /given NaN/],
      [() => n.plus(wrong(true)), /given true/],
      [() => n.mod(0), /mod\(\.\.\) was given 0/],
      [() => n.mod(wrong(n)), /mod\(\.\.\) was given/],
      [() => n.bitAnd(wrong(true)), /given true/],
      [() => wrong(a).bitOr(1), /wants a number and was given a condition/],
      [() => each(range(1, 3), bool), /a range that begins with 0/],
      [() => each(wrong(bool), bool), /a range that begins with 0/],
      [() => forAll(wrong("slab"), () => a), /wants an index set/],
      [() => n.lt(wrong(a)), /wants a number and was given a condition/],
      [() => wrong(a).plus(1), /wants a number and was given a condition/],
      [() => n.eq(wrong(true)), /compares a number with a condition: never the same/],
      [() => mode.eq(wrong("bussy")), /never the same/],
      [() => head.eq(wrong(0)), /never the same/],
      [() => head.eq(wrong(element(node, 0))), /never the same/],
      [() => a.set(wrong(undefined)), /given undefined/],
      [() => a.forget(wrong(n)), /given a number/],
      [() => element(slab, wrong(-1)), /was given -1/],
      [() => lit(wrong(undefined)), /given undefined/],
      [
        () => call("", callee, { v: wrong(undefined), p: a, r: b }, { done: "done" }),
        /callee: v\(\.\.\) wants a term and was given undefined/,
      ],
      [() => call("", callee, { v: wrong(n), p: a, r: b }, { done: "done" }), /callee: v\(\.\.\) was given a number/],
      [() => call("", callee, { v: true, p: wrong(true), r: b }, { done: "done" }), /wants a cell or a group/],
    ];
    for (const [slip, message] of slips) expect(told(slip).message).toMatch(message);
  });
});

describe("operators of JavaScript that ask a term for its value", () => {
  it("get an answer that says what to write", () => {
    for (const slip of [
      () => wrong(n) + 1,
      () => wrong(n) < 3,
      () => wrong(n) % 2,
      () => wrong(n) & 1,
      // biome-ignore lint/suspicious/noDoubleEquals: it is one of the slips
      () => wrong(n) == 1,
      () => `${n}`,
    ])
      expect(told(slip).message).toContain("do not see into terms");
  });
});

describe("rows", () => {
  it("are made of alternatives and assignments, and of nothing that was decided before", () => {
    const slips: [() => unknown, RegExp][] = [
      [() => step("", wrong(false)), /step\(\.\.\) wants alternatives and was given false/],
      [() => step("", wrong(when(a))), /goes nowhere/],
      [() => wrong(step)(""), /no alternative/],
      [() => wrong(step)("", {}), /no alternative/],
      [() => either(go(), wrong(undefined)), /either\(\.\.\) wants alternatives/],
      [() => choose(slab, () => wrong(a)), /choose\(\.\.\) wants alternatives and was given a term/],
      [() => otherwise.do(wrong(false)), /do\(\.\.\) wants assignments and was given false/],
      [() => otherwise.do(wrong(a)), /do\(\.\.\) wants assignments and was given a term/],
      [() => otherwise.goto(wrong(undefined)), /goto\(\.\.\) wants a label/],
      [() => setEach(slab, () => wrong(false)), /setEach\(\.\.\) wants assignments/],
      [() => track(callee0, "only", () => wrong(true)), /track\(\.\.\) wants assignments/],
      [() => step("", { arrive: wrong(a) }, go()), /arrive wants true or false/],
      [() => step("", { mayStop: wrong(and(a, b)) }, go()), /mayStop wants true or false/],
    ];
    for (const [slip, message] of slips) expect(told(slip).message).toMatch(message);
  });
});

describe("shapes", () => {
  it("are finite, and made of shapes", () => {
    expect(() => range(0, bound("top"))).not.toThrow();
    for (const ends of [
      [0.5, 2],
      [0, Number.NaN],
      [0, Number.POSITIVE_INFINITY],
      ["0", 3],
      [0, undefined],
    ] as Wrong[])
      expect(told(() => range(ends[0], ends[1])).message).toContain("no whole number");
    expect(told(() => oneOf()).message).toContain("some words");
    expect(told(() => oneOf("a", "a")).message).toContain("each once");
    expect(told(() => state({ x: wrong(undefined) })).message).toContain('"x" was given undefined');
    expect(told(() => struct({ y: wrong(true) })).message).toContain('"y" was given true');
  });
});

describe("a term that a body made and lost", () => {
  const lost = (make: () => Wrong): AuthorError => told(row(make));

  it("is told with its line", () => {
    const { message, mend } = lost(() => step("", when(wrong(not(a)) && b).goto("done")));
    expect(message).toBe(`this was made and became part of no row: not(..) (${here(-1)})`);
    expect(mend).toContain("write and(a, b)");
  });

  it("is told wherever JavaScript lets one see it", () => {
    const slips: [() => unknown, RegExp][] = [
      [() => step("", when(a.eq(b) && b).goto("done")), /a\.eq\(b\)/],
      [() => step("", when(wrong(n.gt(0)) ? a : b).goto("done")), /a\.lt\(b\)/],
      [() => step("", otherwise.do(a.set(!wrong(n.gt(0)))).goto("done")), /a\.lt\(b\)/],
    ];
    for (const [make, what] of slips) expect(lost(make).message).toMatch(what);
  });

  it("is told of patches, properties and quantifiers too", () => {
    const two = () => wrong(not(a)) && b;
    const slips: (() => unknown)[] = [
      () => patch(callee0, () => ({ only: step("", when(two()).goto("done")) })),
      () => whenever(callee0, "only", two),
      () => happens(callee0, "only", two),
      () => invariant(forAll(slab, (s) => wrong(not(free.at(s))) && free.at(s))),
      () => chain(slab, head, (s) => wrong(not(free.at(s))) && link.at(s)),
      () => systemOf([callee0], { roots: [m], sizes: { slab: 2 }, mayRun: two }),
    ];
    for (const slip of slips) expect(told(slip).message).toContain("became part of");
  });

  it("is told once for each, with every line", () => {
    const { message } = lost(() => step("", when(wrong(not(a)) && wrong(not(b)) && b).goto("done")));
    expect(message.split("; ")).toHaveLength(2);
  });

  it("is no term that another is made of, or that waits to be used", () => {
    const isFree = (s: Parameters<typeof free.at>[0]) => and(free.at(s), not(a));
    const shared = not(b);
    const make = (cpus: number): (() => Row<"done">)[] => [
      () => step("", when(and(isFree(first), shared)).goto("done")),
      () => step("", when(b).goto("done"), ...(cpus > 1 ? [when(isFree(first)).goto("done")] : []), go()),
      () =>
        step(
          "",
          choose(slab, (s) =>
            when(isFree(s))
              .do(setEach(slab, (t) => free.at(t).set(a)))
              .goto("done"),
          ),
        ),
      () => {
        const both = and(a, b);
        const guard = cpus > 1 ? or(both, shared) : both;
        return step("", when(guard).goto("done"), when(not(both)).goto("done"));
      },
      () => {
        const open = when(and(a, b));
        return step("", either(open.do(a.set(false)).goto("done"), open.goto("done")));
      },
      () => {
        const [clear, retry] = [a.set(false), when(b).goto("done")];
        return cpus > 1 ? step("", otherwise.do(clear).goto("done"), retry) : step("", go());
      },
      () => step("", otherwise.do([a.set(not(b)), ...(cpus > 1 ? [b.set(false)] : [])]).goto("done")),
      () => {
        // Places are there to be set as well: to name one is not to ask for it.
        const [cell] = [free.at(first), rec.on];
        return step("", when(cell).goto("done"), go());
      },
    ];
    for (const cpus of [1, 2]) for (const one of make(cpus)) expect(row(one)).not.toThrow();
    expect(() => and(a, b)).not.toThrow();
  });
});

describe("what JavaScript decides on", () => {
  it("is handed on, but for a term", () => {
    for (const plain of [true, 0, "", null, undefined, [], {}, () => a]) expect(decides(plain, "&&")).toBe(plain);
    expect(told(() => decides(a, "&&")).mend).toContain("write and(a, b)");
    expect(told(() => decides(not(a), "!")).mend).toContain("write not(a)");
    expect(told(() => decides(who, "===")).mend).toContain("write a.eq(b)");
    for (const part of [a.set(true), when(a), when(a).goto("x"), otherwise.do(a.set(true))])
      expect(told(() => decides(part, "&&")).message).toContain("was given a part of a row");
    expect(told(() => decides(a, "if")).mend).toContain("an alternative for each case");
  });
});
