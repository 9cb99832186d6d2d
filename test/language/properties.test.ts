/**
 * What does each clause of a property check, and what are rest and deadlock? Over 400 lines: each kind of clause has its
 * case beside the others.
 */
import { describe, expect, it } from "vitest";
import {
  type Assign,
  alwaysPossible,
  and,
  atMost,
  atRest,
  bool,
  type Clause,
  call,
  chain,
  choose,
  context,
  each,
  either,
  element,
  exists,
  ghosts,
  guardedBy,
  happens,
  id,
  indexSet,
  invariant,
  ite,
  type LinkOptions,
  lit,
  next,
  not,
  optional,
  or,
  orWord,
  otherwise,
  program,
  property,
  type Row,
  type RowMeta,
  racy,
  range,
  setEach,
  sometimes,
  state,
  step,
  track,
  when,
  whenever,
} from "../../checker/language/index.ts";
import { search } from "../../checker/reference/search.ts";
import { expand, isAtRest, isDeadlock } from "../../checker/reference/step.ts";
import { found, rowSystem, systemOf } from "./build.ts";

const cell = indexSet("cell");
const k = state({
  x: bool,
  y: bool,
  n: range(0, 3),
  at: id(cell),
  holder: optional(id(context)),
  on: each(cell, bool),
  held: each(cell, bool),
  link: orWord(optional(id(cell)), "garbage"),
});
const options = { roots: [k], sizes: { cell: 3 } };
const [first, second, third] = [element(cell, 0), element(cell, 1), element(cell, 2)];
const ways = { exits: ["done"] } as const;
const P = (...clauses: Parameters<typeof property> extends [string, string, ...infer C] ? C : never) =>
  property("P", "", ...clauses);

describe("whenever", () => {
  const script = program("script", ways, () => ({
    fork: step("", either(when(k.x).goto("left"), otherwise.do(k.y.set(true)).goto("right"))),
    left: step("", otherwise.goto("done")),
    right: step("", when(k.n.gt(0)).goto("done")),
  }));
  const check = (clause: Parameters<typeof P>[0], rest: Partial<LinkOptions> = {}) =>
    found(systemOf([script], { ...options, deadlock: false, properties: [P(clause)], ...rest }));

  it("looks at the state before the row fires", () => {
    expect(check(whenever(script, "fork", () => not(k.y)))).toEqual([]);
    expect(check(whenever(script, "fork", () => k.y))).toEqual(["P: violated"]);
    expect(
      check(
        whenever(script, "right", () => k.y),
        { initially: [k.n.set(1)] },
      ),
    ).toEqual([]);
  });

  it("is silent where the row never fires", () => {
    expect(check(whenever(script, "left", () => lit<boolean>(false)))).toEqual([]);
    expect(check(whenever(script, "right", () => lit<boolean>(false)))).toEqual([]);
  });

  it("to a label looks at that way only", () => {
    const never = () => lit<boolean>(false);
    expect(check(whenever(script, "fork", never, { to: "left" }))).toEqual([]);
    expect(check(whenever(script, "fork", never, { to: "left" }), { initially: [k.x.set(true)] })).toEqual([
      "P: violated",
    ]);
    expect(check(whenever(script, "fork", never, { to: "right" }))).toEqual(["P: violated"]);
  });

  it("to (waits) looks where the context may run, stands there, and nothing is open", () => {
    const never = () => lit<boolean>(false);
    const waits = whenever(script, "right", never, { to: "(waits)" });
    expect(check(waits)).toEqual(["P: violated"]);
    expect(check(waits, { initially: [k.n.set(1)] })).toEqual([]);
    expect(check(waits, { mayRun: () => not(k.y) })).toEqual([]);
    expect(check(whenever(script, "right", () => k.y, { to: "(waits)" }))).toEqual([]);
  });
});

describe("invariant, sometimes, happens and alwaysPossible", () => {
  const script = program("script", ways, () => ({
    fork: step("", either(otherwise.do(k.x.set(true)).goto("trap"), otherwise.goto("loop"))),
    trap: step("", otherwise.goto("trap")),
    loop: step("", either(otherwise.do(k.y.set(not(k.y))).goto("loop"), when(not(k.y)).goto("done"))),
  }));
  const system = (...clauses: Parameters<typeof P>) => systemOf([script], { ...options, properties: [P(...clauses)] });
  const met = (...clauses: Parameters<typeof P>) =>
    search(system(...clauses), { exploreAll: true }).met.map((m) => m !== null);

  it("an invariant is asked of every state, the first included", () => {
    expect(found(system(invariant(k.n.eq(0))))).toEqual([]);
    expect(found(system(invariant(k.x)))).toEqual(["P: violated"]);
    expect(found(system(invariant(not(and(k.x, k.y)))))).toEqual([]);
  });

  it("a violated property is recorded, and the branch goes on", () => {
    const properties = [P(invariant(not(k.x))), property("Q", "", invariant(not(k.y)))];
    expect(found(systemOf([script], { ...options, properties }))).toEqual(["P: violated", "Q: violated"]);
  });

  it("a witness is met by some state, or by some step", () => {
    expect(met(sometimes(k.x), sometimes(and(k.x, k.y)))).toEqual([true, false]);
    expect(
      met(
        happens(script, "loop"),
        happens(script, "loop", () => k.y),
        happens(script, "loop", () => k.x),
      ),
    ).toEqual([true, true, false]);
    expect(
      met(
        happens(script, "fork", () => k.x, { to: "trap" }),
        happens(script, "fork", () => not(k.x), { to: "trap" }),
      ),
    ).toEqual([false, true]);
  });

  it("what is always possible can be reached from every state", () => {
    expect(found(system(alwaysPossible(not(k.y))))).toEqual([]);
    expect(found(system(alwaysPossible(k.y)))).toEqual(["P: noProgress"]);
    expect(found(system(alwaysPossible(or(k.x, k.y))))).toEqual(["P: noProgress"]);
  });

  it("a list that is broken violates the property that walks it", () => {
    const list = chain(cell, k.link, (c) => next(cell, c));
    const initially = [k.link.set("garbage")];
    const walks = P(invariant(list.length().ge(0)));
    expect(found(systemOf([script], { ...options, initially, properties: [walks] }))).toEqual(["P: violated"]);
    expect(found(systemOf([script], { ...options, properties: [walks] }))).toEqual([]);
  });
});

describe("guardedBy", () => {
  const rule = (access: "any" | "write" = "any") =>
    P(
      guardedBy(
        [cell],
        (c) => k.on.at(c),
        (_, c) => k.held.at(c),
        { access },
      ),
    );
  /** Another context, that does as it should. */
  const careful = program("careful", ways, () => ({
    put: step("", otherwise.do(k.on.at(third).set(false)).goto("done")),
  }));
  const check = (
    row: Row<"a" | "b" | "c" | "row">,
    initially: readonly Assign[] = [],
    access: "any" | "write" = "any",
  ) => {
    const held = k.held.at(third).set(true);
    return found(rowSystem(row, { ...options, initially: [...initially, held], properties: [rule(access)] }, careful));
  };
  const reads = step("", when(k.on.at(first)).goto("a"), otherwise.goto("b"));
  const writes = step("", otherwise.do(k.on.at(first).set(true)).goto("a"));
  const holding = [k.held.at(first).set(true)];

  it("asks who reads or writes a cell to hold what protects this cell", () => {
    expect(check(reads)).toEqual(["P: violated"]);
    expect(check(writes)).toEqual(["P: violated"]);
    expect(check(reads, holding)).toEqual([]);
    expect(check(writes, holding)).toEqual([]);
    expect(check(writes, [k.held.at(second).set(true)])).toEqual(["P: violated"]);
  });

  it("leaves reads free where only writes are protected", () => {
    expect(check(reads, [], "write")).toEqual([]);
    expect(check(writes, [], "write")).toEqual(["P: violated"]);
  });

  it("lets racy reads be, wherever in an expression they stand", () => {
    expect(check(step("", when(racy(k.on.at(first))).goto("a"), otherwise.goto("b")))).toEqual([]);
    expect(
      check(step("", when(and(racy(k.on.at(first)), k.on.at(first))).goto("a"), otherwise.goto("b")), [
        k.on.at(first).set(true),
      ]),
    ).toEqual(["P: violated"]);
  });

  it("counts what is read to find that an earlier alternative is not open", () => {
    const later = step("", when(k.on.at(first)).goto("a"), when(k.x).goto("b"), otherwise.goto("c"));
    expect(check(later)).toEqual(["P: violated"]);
    expect(
      check(step("", when(k.x).goto("a"), when(k.on.at(first)).goto("b"), otherwise.goto("c")), [k.x.set(true)]),
    ).toEqual([]);
  });

  it("stops where evaluation stops", () => {
    const behind = (guard: ReturnType<typeof and>) => step("", when(guard).goto("a"), otherwise.goto("b"));
    expect(check(behind(and(k.x, k.on.at(first))))).toEqual([]);
    expect(check(behind(and(k.x, k.on.at(first))), [k.x.set(true)])).toEqual(["P: violated"]);
    expect(check(behind(or(k.x, k.on.at(first))), [k.x.set(true)])).toEqual([]);
    expect(check(behind(or(k.x, k.on.at(first))))).toEqual(["P: violated"]);
    expect(check(behind(ite(k.x, k.y, k.on.at(first))), [k.x.set(true)])).toEqual([]);
    expect(check(behind(ite(k.x, k.y, k.on.at(first))))).toEqual(["P: violated"]);
  });

  it("finds the cell by the value of its index", () => {
    const through = step("", otherwise.do(k.on.at(k.at).set(true)).goto("a"));
    expect(check(through, [k.at.set(second), ...holding])).toEqual(["P: violated"]);
    expect(check(through, [k.at.set(second), k.held.at(second).set(true)])).toEqual([]);
  });

  it("asks for each element that a set or a choice runs over", () => {
    const all = step("", otherwise.do(setEach(cell, (c) => k.on.at(c).set(false))).goto("a"));
    const some = step(
      "",
      choose(cell, (c) => when(c.eq(first)).do(k.on.at(c).set(true)).goto("a")),
    );
    const quantified = step("", when(exists(cell, (c) => k.on.at(c))).goto("a"), otherwise.goto("b"));
    const every = [first, second].map((c) => k.held.at(c).set(true));
    expect(check(all, holding)).toEqual(["P: violated"]);
    expect(check(all, every)).toEqual([]);
    expect(check(some, holding)).toEqual([]);
    expect(check(quantified, holding)).toEqual(["P: violated"]);
    expect(check(quantified, every)).toEqual([]);
  });

  it("knows who asks", () => {
    const mine = P(
      guardedBy(
        [],
        () => k.n,
        (self) => k.holder.eq(self),
      ),
    );
    const script = program("script", ways, () => ({ put: step("", otherwise.do(k.n.set(1)).goto("done")) }));
    const run = (n: number) =>
      found(
        systemOf([script, script].slice(0, n), {
          ...options,
          initially: [k.holder.set(element(context, 0))],
          properties: [mine],
        }),
      );
    expect(run(1)).toEqual([]);
    expect(run(2)).toEqual(["P: violated"]);
  });
});

describe("atMost", () => {
  const loops = program("loops", { ...ways, locals: { i: range(0, 3) } }, (_, __, { i }) => ({
    start: step("", otherwise.do(i.set(0)).goto("head")),
    head: step(
      "",
      when(i.lt(2))
        .do(i.set(i.plus(1)))
        .goto("head"),
      otherwise.goto("done"),
    ),
  }));
  const twice = program("twice", ways, () => ({
    one: call("", loops, {}, { done: "two" }),
    two: call("", loops, {}, { done: "done" }),
  }));
  const again = program("again", { ...ways, locals: { left: range(0, 2) } }, (_, __, { left }) => ({
    begin: step("", otherwise.do(left.set(2)).goto("go")),
    go: call("", loops, {}, { done: "next" }),
    next: step(
      "",
      when(left.gt(0))
        .do(left.set(left.minus(1)))
        .goto("go"),
      otherwise.goto("done"),
    ),
  }));
  const bounded = (script: unknown, times: number) =>
    found(systemOf([script], { ...options, properties: [P(atMost(loops, "head", times))] }));

  it("counts how often the row fires in one call", () => {
    expect(bounded(loops, 3)).toEqual([]);
    expect(bounded(loops, 2)).toEqual(["P: noProgress"]);
  });

  it("counts each call anew, at its own place and at one place", () => {
    expect(bounded(twice, 3)).toEqual([]);
    expect(bounded(twice, 2)).toEqual(["P: noProgress"]);
    expect(bounded(again, 3)).toEqual([]);
    expect(bounded(again, 2)).toEqual(["P: noProgress"]);
  });

  it("may be asked by several properties, with one bound or with two", () => {
    const asked = (a: number, b: number) => {
      const properties = [P(atMost(loops, "head", a)), property("Q", "", atMost(loops, "head", b))];
      return found(systemOf([again], { ...options, properties }));
    };
    expect(asked(3, 3)).toEqual([]);
    expect(asked(2, 3)).toEqual(["P: noProgress"]);
    expect(asked(3, 2)).toEqual(["Q: noProgress"]);
    expect(asked(2, 2)).toEqual(["P: noProgress", "Q: noProgress"]);
  });
});

describe("a property of safety and of progress", () => {
  const loops = program("loops", { ...ways, locals: { i: range(0, 3) } }, (_, __, { i }) => ({
    start: step("", otherwise.do(i.set(0)).goto("head")),
    head: step(
      "",
      when(i.lt(2))
        .do(i.set(i.plus(1)))
        .goto("head"),
      otherwise.goto("done"),
    ),
  }));
  const asked = (...clauses: Clause[]) => found(systemOf([loops], { ...options, properties: [P(...clauses)] }));

  it("is told by its kind that says most, not by the one with the shorter path", () => {
    const lastly = whenever(loops, "head", () => lit(false), { to: "done" });
    expect(asked(lastly)).toEqual(["P: violated"]);
    expect(asked(atMost(loops, "head", 1))).toEqual(["P: noProgress"]);
    expect(asked(atMost(loops, "head", 1), lastly)).toEqual(["P: violated"]);
  });
});

describe("track", () => {
  const g = ghosts({ last: range(0, 3) });

  it("writes what the state before says, with the locals of the row", () => {
    const script = program("script", { ...ways, locals: { l: range(0, 3) } }, (_, __, { l }) => ({
      load: step("", otherwise.do(l.set(2)).goto("put")),
      put: step("", otherwise.do(k.n.set(l)).goto("end")),
      end: step("", otherwise.goto("done")),
    }));
    const puts = track(script, "put", ({ l }) => g.last.set(l.plus(k.n)));
    const properties = [
      P(
        puts,
        whenever(script, "end", () => g.last.eq(2)),
        whenever(script, "put", () => g.last.eq(0)),
      ),
    ];
    expect(found(systemOf([script], { ...options, roots: [k, g], properties }))).toEqual([]);
  });
});

describe("rest and deadlock", () => {
  /** Two contexts: one that waits for x, and another with a row of its own. */
  const waiting = program("waiting", ways, () => ({ wait: step("", when(k.x).goto("done")) }));
  const ended = program("ended", ways, () => ({ go: step("", otherwise.goto("done")) }));
  const marked = (name: string, meta: RowMeta, guard = lit<boolean>(true)) =>
    program(name, { exits: [] }, () => ({
      row: step(
        "",
        meta,
        when(guard)
          .do(k.y.set(not(k.y)))
          .goto("row"),
      ),
    }));
  const now = (scripts: readonly unknown[], initially: LinkOptions["initially"] = []) => {
    const system = systemOf(scripts, { ...options, initially: initially ?? [] });
    const expansion = expand(system, system.initials[0]);
    return {
      rest: isAtRest(system, system.initials[0], expansion),
      deadlock: isDeadlock(system, system.initials[0], expansion),
    };
  };

  it("a context that waits is neither at rest nor, alone, alive", () => {
    expect(now([waiting])).toEqual({ rest: false, deadlock: true });
    expect(now([waiting], [k.x.set(true)])).toEqual({ rest: false, deadlock: false });
    expect(now([waiting, ended])).toEqual({ rest: false, deadlock: false });
  });

  it("who may stop rests, whether or not it can go on; its steps keep nobody alive", () => {
    const may = marked("may", { mayStop: true });
    expect(now([may])).toEqual({ rest: true, deadlock: false });
    expect(now([marked("stuck", { mayStop: true }, k.x)])).toEqual({ rest: true, deadlock: false });
    expect(now([may, waiting])).toEqual({ rest: false, deadlock: true });
  });

  it("who serves rests exactly when it has nothing to do; its steps keep others alive", () => {
    const serves = marked("serves", { serves: true });
    expect(now([serves])).toEqual({ rest: false, deadlock: false });
    expect(now([marked("idle", { serves: true }, k.x)])).toEqual({ rest: true, deadlock: false });
    expect(now([serves, waiting])).toEqual({ rest: false, deadlock: false });
    expect(now([marked("idle", { serves: true }, k.x), waiting])).toEqual({ rest: false, deadlock: true });
  });

  it("who schedules keeps nobody from being at rest; its steps keep others alive", () => {
    const schedules = marked("schedules", { schedules: true });
    expect(now([schedules])).toEqual({ rest: true, deadlock: false });
    expect(now([schedules, waiting])).toEqual({ rest: false, deadlock: false });
  });

  it("all scripts at their end are at rest, and no deadlock", () => {
    expect(found(systemOf([ended], { ...options, properties: [P(atRest(k.x))] }))).toEqual(["P: violated"]);
    expect(found(systemOf([ended], { ...options, properties: [P(atRest(not(k.x)))] }))).toEqual([]);
  });

  it("a state that is not at rest is not asked what holds at rest", () => {
    expect(found(systemOf([waiting], { ...options, properties: [P(atRest(k.x))] }))).toEqual(["deadlock: deadlock"]);
    expect(found(systemOf([waiting], { ...options, deadlock: false }))).toEqual([]);
  });
});
