/** What do lists, products, sums and quantifiers give, and does folding keep the meaning of an expression? */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Env, evaluate, ModelError, type State } from "../../checker/language/evaluate.ts";
import {
  allOf,
  and,
  anyOf,
  asKind,
  bool,
  call,
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
  id,
  implies,
  indexSet,
  inject,
  inlined,
  invariant,
  isKind,
  ite,
  lit,
  marked,
  next,
  not,
  optional,
  or,
  orWord,
  otherwise,
  product,
  program,
  property,
  type Region,
  range,
  rowsOf,
  standsIn,
  state,
  step,
  sum,
  within,
} from "../../checker/language/index.ts";
import { Universe } from "../../checker/language/sets.ts";
import type { Data } from "../../checker/language/shapes.ts";
import { fold } from "../../checker/link/fold.ts";
import { holds } from "../../checker/reference/step.ts";
import { runs } from "../runs.ts";
import { stateAfter, systemOf } from "./build.ts";

const env = (
  sizes: Record<string, number>,
  fields: Record<string, Data> = {},
  fixed: Record<string, Data> = {},
): Env => ({
  universe: new Universe(sizes),
  constants: fixed,
  state: { pc: [], local: [], ...fields } as State,
  self: 0,
  bound: new Map(),
});

/** The value, or the kind of the model error. */
function outcomeOf(node: Expr<unknown>["node"], at: Env): unknown {
  try {
    return evaluate(node, at);
  } catch (error) {
    if (error instanceof ModelError) return error.kind;
    throw error;
  }
}

describe("a chain", () => {
  const item = indexSet("item");
  const k = state({
    head: orWord(optional(id(item)), "garbage"),
    link: each(item, orWord(optional(id(item)), "garbage")),
  });
  const list = chain(item, k.head, (x) => k.link.at(x));
  const links: (number | null | string)[] = [null, "garbage", 0, 1, 2];

  /** The walk as a child would do it: what was seen, and how it ended. */
  function walked(head: number | null | string, link: readonly (number | null | string)[]) {
    const seen: number[] = [];
    let at = head;
    while (typeof at === "number" && !seen.includes(at)) {
      seen.push(at);
      at = link[at] as number | null | string;
    }
    return { seen, end: at === null ? "null" : typeof at === "number" ? "circle" : "word" };
  }

  const all = links.flatMap((head) =>
    links.flatMap((a) => links.flatMap((b) => links.map((c) => ({ head, link: [a, b, c] })))),
  );
  const broken = "broken chain";

  it("ends, is acyclic, has a length and a last element, as the table of docs/language.md says", () => {
    const ends = new Set<string>();
    for (const { head, link } of all) {
      const { seen, end } = walked(head, link);
      const at = env({ item: 3 }, { head, link });
      ends.add(end);
      expect(outcomeOf(list.ends().node, at)).toBe(end === "null");
      expect(outcomeOf(list.acyclic().node, at)).toBe(end === "word" ? broken : end === "null");
      expect(outcomeOf(list.length().node, at)).toBe(end === "null" ? seen.length : broken);
      expect(outcomeOf(list.last().node, at)).toBe(end === "null" ? (seen.at(-1) ?? null) : broken);
    }
    expect(ends).toEqual(new Set(["null", "circle", "word"]));
  });

  it("has what is on it; a circle is no reason to look for ever, a word is", () => {
    for (const { head, link } of all) {
      const { seen, end } = walked(head, link);
      const at = env({ item: 3 }, { head, link });
      for (const wanted of [0, 1, 2]) {
        const expected = seen.includes(wanted) ? true : end === "word" ? broken : false;
        expect(outcomeOf(list.has(element(item, wanted)).node, at)).toBe(expected);
      }
      expect(outcomeOf(list.has(lit(null)).node, at)).toBe(end === "word" ? broken : false);
    }
  });
});

describe("sets", () => {
  const [a, b, c] = [indexSet("a"), indexSet("b"), indexSet("c")];
  const pair = product("pair", { a, b });
  const triple = product("triple", { pair, c });
  const either = sum("either", { pair, c });
  const sizes = fc.record({
    a: fc.integer({ min: 1, max: 4 }),
    b: fc.integer({ min: 1, max: 4 }),
    c: fc.integer({ min: 1, max: 4 }),
  });

  it("a product has an element for each combination, and gives its parts back", () => {
    fc.assert(
      fc.property(sizes, (size) => {
        const at = env(size);
        expect(at.universe.size(triple)).toBe(size.a * size.b * size.c);
        const names = new Set<string>();
        for (let i = 0; i < at.universe.size(triple); i++) {
          const whole = element(triple, i);
          const inner = component(triple, "pair", whole);
          const again = compose(triple, {
            pair: compose(pair, { a: component(pair, "a", inner), b: component(pair, "b", inner) }),
            c: component(triple, "c", whole),
          });
          expect(evaluate(again.node, at)).toBe(i);
          names.add(at.universe.elementName(triple, i));
        }
        expect(names.size).toBe(size.a * size.b * size.c);
      }),
      runs(100),
    );
  });

  it("parts that are put together are what the product has there, the last part running fastest", () => {
    const at = env({ a: 2, b: 3, c: 1 });
    const all = [0, 1].flatMap((i) => [0, 1, 2].map((j) => compose(pair, { a: element(a, i), b: element(b, j) })));
    expect(all.map((e) => evaluate(e.node, at))).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it("a sum has the elements of each kind, and gives each back as its kind only", () => {
    fc.assert(
      fc.property(sizes, (size) => {
        const at = env(size);
        expect(at.universe.size(either)).toBe(size.a * size.b + size.c);
        const seen = new Set<unknown>();
        for (let i = 0; i < size.a * size.b; i++) {
          const injected = inject(either, "pair", element(pair, i));
          seen.add(evaluate(injected.node, at));
          expect(evaluate(asKind(either, "pair", injected).node, at)).toBe(i);
          expect(outcomeOf(asKind(either, "c", injected).node, at)).toBe("wrong kind");
          expect(
            [isKind(either, "pair", injected), isKind(either, "c", injected)].map((e) => evaluate(e.node, at)),
          ).toEqual([true, false]);
        }
        for (let i = 0; i < size.c; i++) {
          const injected = inject(either, "c", element(c, i));
          seen.add(evaluate(injected.node, at));
          expect(evaluate(asKind(either, "c", injected).node, at)).toBe(i);
          expect(evaluate(isKind(either, "pair", injected).node, at)).toBe(false);
        }
        expect(seen.size).toBe(at.universe.size(either));
      }),
      runs(100),
    );
  });

  it("the element after the last is null, and null has none", () => {
    const at = env({ a: 2 });
    expect([0, 1].map((i) => outcomeOf(next(a, element(a, i)).node, at))).toEqual([1, null]);
    expect(outcomeOf(next(a, next(a, element(a, 1))).node, at)).toBe("null index");
  });

  it("null is of no kind, and going on with it is a model error", () => {
    const none = lit(null);
    const at = env({ a: 1, b: 1, c: 1 });
    expect(outcomeOf(isKind(either, "c", none).node, at)).toBe(false);
    expect(outcomeOf(asKind(either, "c", none).node, at)).toBe("null index");
    expect(outcomeOf(inject(either, "c", none).node, at)).toBe("null index");
    expect(outcomeOf(component(pair, "a", none).node, at)).toBe("null index");
    expect(outcomeOf(compose(pair, { a: none, b: element(b, 0) }).node, at)).toBe("null index");
  });

  it("of an empty set all is true, nothing exists, and nothing is counted", () => {
    const at = env({ a: 0 });
    expect([forAll, exists, count].map((of) => evaluate(of(a, () => lit<boolean>(true)).node, at))).toEqual([
      true,
      false,
      0,
    ]);
    expect(evaluate(forAll(a, () => lit<boolean>(false)).node, at)).toBe(true);
  });
});

describe("folding", () => {
  const item = indexSet("item");
  const nothing = indexSet("nothing");
  const k = state({ on: each(item, bool), n: range(0, 2), at: optional(id(item)) });
  const fixed = constants({ set: each(item, bool), limit: range(0, 2), home: optional(id(item)) });

  /** Expressions over both: what the configuration decides, and what only a state can tell. */
  const { condition } = fc.letrec<{ condition: Expr<boolean>; amount: Expr<number>; place: Expr<never> }>((tie) => ({
    condition: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom(lit<boolean>(true), lit<boolean>(false)),
      tie("place").map((x) => k.on.at(x)),
      tie("place").map((x) => fixed.set.at(x)),
      fc.tuple(tie("condition"), tie("condition")).map(([a, b]) => and(a, b)),
      fc.tuple(tie("condition"), tie("condition"), tie("condition")).map(([a, b, c]) => or(a, b, c)),
      fc.tuple(tie("condition"), tie("condition")).map(([a, b]) => implies(a, b)),
      tie("condition").map((a) => not(a)),
      fc.tuple(tie("condition"), tie("condition"), tie("condition")).map(([a, b, c]) => ite(a, b, c)),
      fc.tuple(tie("amount"), tie("amount")).map(([a, b]) => a.le(b)),
      fc.tuple(tie("place"), tie("place")).map(([a, b]) => (a as Expr<number>).eq(b as Expr<number>)),
      tie("condition").map((a) => forAll(item, (x) => or(a, k.on.at(x)))),
      tie("condition").map((a) => exists(item, (x) => and(fixed.set.at(x), a))),
      tie("condition").map((a) => exists(nothing, () => a)),
      tie("condition").map((a) => forAll(nothing, () => a)),
    ),
    amount: fc.oneof(
      { maxDepth: 3 },
      fc.constantFrom(k.n, fixed.limit, lit<number>(1)),
      fc.tuple(tie("amount"), tie("amount")).map(([a, b]) => a.plus(b)),
      fc.tuple(tie("amount"), tie("amount")).map(([a, b]) => a.minus(b)),
      fc.tuple(tie("condition"), tie("amount"), tie("amount")).map(([a, b, c]) => ite(a, b, c)),
      tie("condition").map((a) => count(item, (x) => and(a, k.on.at(x)))),
    ),
    place: fc.oneof(
      { maxDepth: 2 },
      fc.constantFrom(element(item, 0), element(item, 1), k.at, fixed.home) as fc.Arbitrary<Expr<never>>,
      tie("place").map((x) => next(item, x) as Expr<never>),
      fc.tuple(tie("condition"), tie("place"), tie("place")).map(([a, b, c]) => ite(a, b, c) as Expr<never>),
    ),
  }));
  const elements = fc.constantFrom(null, 0, 1);
  const bools = fc.tuple(fc.boolean(), fc.boolean());

  it("gives an expression of the same value, or of the same model error, in every state", () => {
    const results = new Set<unknown>();
    fc.assert(
      fc.property(
        condition,
        bools,
        fc.nat(2),
        elements,
        bools,
        fc.nat(2),
        elements,
        (term, on, n, at, set, limit, home) => {
          const here = env({ item: 2, nothing: 0 }, { on: [...on], n, at }, { set: [...set], limit, home });
          const expected = outcomeOf(term.node, here);
          results.add(expected);
          expect(outcomeOf(fold(term.node, here), here)).toBe(expected);
        },
      ),
      runs(2000),
    );
    expect(results).toEqual(new Set([true, false, "null index"]));
  });

  it("leaves a constant where the configuration decides all", () => {
    const here = env({ item: 2 }, {}, { set: [true, false], limit: 2, home: 1 });
    const decided = and(fixed.set.at(element(item, 0)), fixed.limit.plus(1).eq(3), not(fixed.set.at(fixed.home)));
    expect(fold(decided.node, here)).toEqual({ op: "const", value: true });
  });
});

describe("a region", () => {
  const callee = program("callee", { exits: ["done"] }, () => ({
    inner: step("", { marks: ["m"] }, otherwise.goto("done")),
  }));
  const script = program("script", { exits: ["done"] }, () => ({
    outer: step("", otherwise.goto("go")),
    go: call("", callee, {}, { done: "done" }),
  }));
  const who = element(context, 0);

  /** Whether a condition holds where the context stands at `outer`, at `inner`, and at its end. */
  const along = (condition: Expr<boolean>): readonly boolean[] => {
    const system = systemOf([script], { properties: [property("P", "", invariant(condition))] });
    const first = system.initials[0];
    const second = stateAfter(system, first);
    const [check] = system.invariants;
    if (!check) throw new Error("no invariant");
    return [first, second, stateAfter(system, second)].map((at) => holds(system, check.condition, at));
  };
  const regions: readonly (readonly [string, Region, string])[] = [
    ["rowsOf, of a program, not of what it calls", rowsOf(script), "outer"],
    ["rowsOf, of some rows", rowsOf(callee, "inner"), "inner"],
    ["rowsOf, of a program that nobody runs", rowsOf("nobody"), ""],
    ["within", within(script), "outer inner"],
    ["inlined", inlined(script, callee), "inner"],
    ["inlined, of a program that it does not call itself", inlined(callee, script), ""],
    ["marked", marked("m"), "inner"],
    ["anyOf", anyOf(rowsOf(script), marked("m")), "outer inner"],
    ["allOf", allOf(within(script), marked("m")), "inner"],
    ["except", except(within(script), marked("m")), "outer"],
  ];

  it.each(regions)("%s", (_, region, rows) => {
    expect(along(standsIn(who, region))).toEqual([rows.includes("outer"), rows.includes("inner"), false]);
  });

  it("the end of a script is in no region, and is `ended`", () => {
    expect(along(ended(who))).toEqual([false, false, true]);
    expect(along(standsIn(who, anyOf(within(script), { kind: "ended" })))).toEqual([true, true, true]);
  });

  it("null stands nowhere", () => {
    expect(along(or(standsIn(lit(null), within(script)), ended(lit(null))))).toEqual([false, false, false]);
  });
});
