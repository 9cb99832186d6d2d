/** What do alternatives, choices and effects mean? */
import { describe, expect, it } from "vitest";
import {
  type Assign,
  and,
  bool,
  choose,
  context,
  type Expr,
  each,
  either,
  element,
  forAll,
  type Id,
  id,
  indexSet,
  invariant,
  ite,
  lit,
  next,
  not,
  optional,
  or,
  orWord,
  otherwise,
  program,
  property,
  range,
  setEach,
  state,
  step,
  when,
} from "../../checker/language/index.ts";
import { search } from "../../checker/reference/search.ts";
import { apply, expand } from "../../checker/reference/step.ts";
import { errorsOf, found, openIn, rowSystem, stateAfter, statesOf, systemOf } from "./build.ts";

const cell = indexSet("cell");
const k = state({
  x: bool,
  y: bool,
  n: range(0, 3),
  m: range(0, 3),
  at: id(cell),
  maybe: optional(id(cell)),
  link: orWord(optional(id(cell)), "garbage"),
  on: each(cell, bool),
  num: each(cell, range(0, 3)),
});
const options = { roots: [k], sizes: { cell: 3 } };
const [first, second, third] = [element(cell, 0), element(cell, 1), element(cell, 2)];

describe("alternatives", () => {
  const row = step("", when(k.x).goto("a"), when(k.y).goto("b"), otherwise.goto("c"));

  it("are tried in order: the first that is open is the only one", () => {
    const open = (...initially: Assign[]) => openIn(rowSystem(row, { ...options, initially }));
    expect(open(k.x.set(true), k.y.set(true))).toEqual(["a"]);
    expect(open(k.y.set(true))).toEqual(["b"]);
    expect(open()).toEqual(["c"]);
  });

  it("wait where none is open", () => {
    const system = rowSystem(step("", when(k.x).goto("a")), options);
    const { transitions, waiting } = expand(system, system.initials[0]);
    expect(transitions).toEqual([]);
    expect(waiting.map(({ context: c, label }) => [c, label.rowLabel])).toEqual([[0, "row"]]);
  });
});

describe("either", () => {
  const row = step("", either(when(k.x).goto("a"), when(k.y).goto("b")), otherwise.goto("c"));

  it("opens each of its members that is open, and they do not exclude each other", () => {
    expect(openIn(rowSystem(row, { ...options, initially: [k.x.set(true), k.y.set(true)] }))).toEqual(["a", "b"]);
    expect(openIn(rowSystem(row, { ...options, initially: [k.y.set(true)] }))).toEqual(["b"]);
  });

  it("excludes what follows when one member is open", () => {
    expect(openIn(rowSystem(row, { ...options, initially: [k.x.set(true)] }))).toEqual(["a"]);
    expect(openIn(rowSystem(row, options))).toEqual(["c"]);
  });

  it("goes both ways where both members assign", () => {
    const flip = step("", either(otherwise.do(k.n.set(1)).goto("a"), otherwise.do(k.n.set(2)).goto("a")));
    expect(statesOf(rowSystem(flip, options))).toBe(3);
  });
});

describe("choose", () => {
  const row = step(
    "",
    choose(cell, (c) => when(k.on.at(c)).goto("a")),
    otherwise.goto("b"),
  );

  it("opens one transition for each element that satisfies the guard", () => {
    const initially = [k.on.at(first).set(true), k.on.at(third).set(true)];
    expect(openIn(rowSystem(row, { ...options, initially }))).toEqual(["a 0", "a 2"]);
  });

  it("excludes what follows when one element is open", () => {
    expect(openIn(rowSystem(row, { ...options, initially: [k.on.at(second).set(true)] }))).toEqual(["a 1"]);
    expect(openIn(rowSystem(row, options))).toEqual(["b"]);
  });

  it("nests, and stands below either", () => {
    const nested = step(
      "",
      either(
        choose(cell, (c) => choose(cell, (d) => when(c.ne(d)).goto("a"))),
        otherwise.goto("b"),
      ),
    );
    expect(openIn(rowSystem(nested, options))).toEqual(["a 0 1", "a 0 2", "a 1 0", "a 1 2", "a 2 0", "a 2 1", "b"]);
  });

  it("has nothing to choose from an empty set", () => {
    const roots = [state({ maybe: optional(id(cell)) })];
    const any = step(
      "",
      choose(cell, () => otherwise.goto("a")),
      otherwise.goto("b"),
    );
    expect(openIn(rowSystem(any, { roots, sizes: { cell: 0 } }))).toEqual(["b"]);
  });
});

describe("an effect", () => {
  it("assigns at once: right sides read the state before", () => {
    const swap = step("", otherwise.do(k.n.set(k.m), k.m.set(k.n)).goto("a"));
    expect(stateAfter(rowSystem(swap, { ...options, initially: [k.n.set(1), k.m.set(2)] }))).toMatchObject({
      n: 2,
      m: 1,
    });
  });

  it("reads the index of a left side in the state before", () => {
    const move = step("", otherwise.do(k.at.set(second), k.on.at(k.at).set(true)).goto("a"));
    expect(stateAfter(rowSystem(move, options))).toMatchObject({ at: 1, on: [true, false, false] });
  });

  it("assigns to every element of a set at once", () => {
    const rotate = setEach(cell, (c) =>
      k.num.at(c).set(ite(next(cell, c).isNull(), k.num.at(first), k.num.at(next(cell, c)))),
    );
    const initially = [1, 2, 3].map((n, i) => k.num.at(element(cell, i)).set(n));
    const system = rowSystem(step("", otherwise.do(rotate).goto("a")), { ...options, initially });
    expect(stateAfter(system)).toMatchObject({ num: [2, 3, 1] });
  });

  it("leaves the state before as it was, and freezes every state", () => {
    const system = rowSystem(
      step(
        "",
        choose(cell, (c) =>
          when(k.num.at(c).lt(3))
            .do(k.num.at(c).set(k.num.at(c).plus(1)))
            .goto("row"),
        ),
      ),
      options,
    );
    const frozen = (data: unknown): boolean =>
      typeof data !== "object" || data === null || (Object.isFrozen(data) && Object.values(data).every(frozen));
    const before = JSON.stringify(system.initials[0]);
    let seen = 0;
    const queue = [system.initials[0]];
    for (const at of queue) {
      for (const transition of expand(system, at).transitions) {
        const text = JSON.stringify(at);
        const { state: to } = apply(system, at, transition);
        expect(JSON.stringify(at)).toBe(text);
        expect(frozen(to)).toBe(true);
        if (queue.length < 100) queue.push(to);
        seen += 1;
      }
    }
    search(system);
    expect(JSON.stringify(system.initials[0])).toBe(before);
    expect(frozen(system.initials[0])).toBe(true);
    expect(seen).toBeGreaterThan(100);
  });
});

describe("a step means nothing, and the run is a model error,", () => {
  const error = (row: Parameters<typeof rowSystem>[0], initially: readonly Assign[] = []) =>
    errorsOf(rowSystem(row, { ...options, initially }));
  const does = (...effect: Parameters<typeof otherwise.do>) => step("", otherwise.do(...effect).goto("a"));

  it("when a value leaves its range, at either end", () => {
    const above = error(does(k.n.set(k.n.plus(1))), [k.n.set(3)]);
    expect(above).toEqual(["c0 at p: row: out of range: n := 4 does not fit range(0, 3)"]);
    expect(error(does(k.n.set(k.n.minus(1))))).toEqual([
      "c0 at p: row: out of range: n := -1 does not fit range(0, 3)",
    ]);
    expect(error(does(k.n.set(k.n.plus(1))), [k.n.set(2)])).toEqual([]);
  });

  it("when null or garbage is put where it does not fit", () => {
    expect(error(does(k.at.set(k.maybe.known())))).toEqual([
      "c0 at p: row: out of range: at := null does not fit id(cell)",
    ]);
    expect(error(does(k.maybe.set(k.link.except("garbage"))), [k.link.set("garbage")])).toEqual([
      "c0 at p: row: out of range: maybe := garbage does not fit optional(id(cell))",
    ]);
  });

  it("when a cell is written twice, be it with one value", () => {
    const twice = "c0 at p: row: written twice: on.0 has two values in one step";
    expect(error(does(k.on.at(first).set(true), k.on.at(k.at).set(true)))).toEqual([twice]);
    expect(error(does(setEach(cell, () => k.on.at(first).set(true))))).toEqual([twice]);
    expect(error(does(k.on.at(second).set(true), k.on.at(k.at).set(true)))).toEqual([]);
  });

  it("when an array is asked for null, in a guard or an effect", () => {
    const said = 'c0 at p: row: null index: on[..] is asked for element null of "cell"';
    expect(error(step("", when(k.on.at(k.maybe)).goto("a"), otherwise.goto("b")))).toEqual([said]);
    expect(error(does(k.on.at(k.maybe).set(true)))).toEqual([said]);
    expect(error(does(k.x.set(k.on.at(k.maybe))))).toEqual([said]);
  });

  it("when an array is asked for garbage", () => {
    const said = 'c0 at p: row: garbage index: on[..] is asked for element garbage of "cell"';
    expect(error(does(k.on.at(k.link).set(true)), [k.link.set("garbage")])).toEqual([said]);
  });

  it("when an array is asked for an element that its set does not have", () => {
    const said = 'c0 at p: row: outside its set: on[..] is asked for element 7 of "cell"';
    expect(error(does(k.on.at(element(cell, 7)).set(true)))).toEqual([said]);
  });

  it("and a property that is evaluated through null is one, too", () => {
    const system = rowSystem(step("", otherwise.goto("a")), {
      ...options,
      properties: [property("P", "", invariant(k.on.at(k.maybe)))],
    });
    expect(errorsOf(system)).toEqual(['evaluating P: null index: on[..] is asked for element null of "cell"']);
  });
});

describe("what is not evaluated is no error:", () => {
  const bad = k.on.at(k.maybe);
  const opens = (guard: ReturnType<typeof and>) =>
    openIn(rowSystem(step("", when(guard).goto("a"), otherwise.goto("b")), options));

  it("behind an `and` that is false or an `or` that is true", () => {
    expect(opens(and(k.maybe.notNull(), bad))).toEqual(["b"]);
    expect(opens(or(k.maybe.isNull(), bad))).toEqual(["a"]);
  });

  it("in the branch of an `ite` that is not taken", () => {
    expect(opens(ite(k.maybe.isNull(), lit<boolean>(true), bad))).toEqual(["a"]);
    expect(opens(ite(k.maybe.notNull(), bad, lit(false)))).toEqual(["b"]);
  });

  it("in an alternative after one that is open", () => {
    const row = step("", when(not(k.x)).goto("a"), when(bad).goto("b"), otherwise.goto("c"));
    expect(openIn(rowSystem(row, options))).toEqual(["a"]);
  });

  it("past the first element that decides a quantifier", () => {
    const decided = forAll(cell, (c) => and(c.ne(first), k.on.at(k.maybe)));
    expect(opens(decided)).toEqual(["b"]);
  });
});

describe("fails", () => {
  it("is a violation, always on, and the branch ends there", () => {
    const script = program("p", { exits: ["done"] }, () => ({
      first: step("", either(otherwise.fails("P", "on purpose"), otherwise.goto("second"))),
      second: step("", otherwise.do(k.x.set(true)).goto("done")),
    }));
    const system = systemOf([script], options);
    expect(found(system)).toEqual(["P: violated"]);
    expect(system.properties.map((p) => p.name)).toEqual(["P"]);
    expect(search(system, { exploreAll: true }).states).toBe(3);
  });
});

describe("mayRun", () => {
  const turn = state({ turn: id(context) });
  const once = (meta: object) =>
    program(`once${JSON.stringify(meta)}`, { exits: ["done"] }, () => ({ go: step("", meta, otherwise.goto("done")) }));
  const mayRun = (self: Expr<Id<"context">>) => turn.turn.eq(self);

  it("is the first condition of every row", () => {
    const system = systemOf([once({}), once({ note: "the other" })], { roots: [turn], mayRun });
    const { transitions, waiting } = expand(system, system.initials[0]);
    expect(transitions.map((t) => t.context)).toEqual([0]);
    expect(waiting).toEqual([]);
  });

  it("is not asked of a row that arrives", () => {
    const system = systemOf([once({}), once({ arrive: true })], { roots: [turn], mayRun });
    expect(expand(system, system.initials[0]).transitions.map((t) => t.context)).toEqual([0, 1]);
  });
});
