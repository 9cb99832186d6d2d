/** What does linking make of programs: calls, variants, ghosts, slots of locals, and the hash? Over 400 lines: a case each. */
import { describe, expect, it } from "vitest";
import {
  type Assign,
  bool,
  bound,
  call,
  choose,
  constants,
  type Expr,
  each,
  either,
  element,
  exists,
  ghosts,
  type IndexSet,
  id,
  indexSet,
  invariant,
  type LinkOptions,
  lit,
  not,
  otherwise,
  patch,
  place,
  product,
  program,
  property,
  range,
  result,
  select,
  state,
  step,
  sum,
  track,
  value,
  variant,
  version,
  when,
  whenever,
} from "../../checker/language/index.ts";
import { found, rowSystem, stateAfter, statesOf, systemOf } from "./build.ts";

const cell = indexSet("cell");
const other = indexSet("other");
const k = state({ on: bool, n: range(0, 3), at: id(cell), cells: each(cell, bool) });
const options = { roots: [k], sizes: { cell: 3 } };
const ways = { exits: ["done"] } as const;
const doing = (name: string, ...effect: Assign[]) =>
  program(name, ways, () => ({ only: step("", otherwise.do(effect).goto("done")) }));

describe("a call", () => {
  const add = program(
    "add",
    { exits: ["done", "full"], params: { by: value(range(0, 3)), to: place(range(0, 3)), old: result(range(0, 3)) } },
    (_, { by, to, old }) => ({
      add: step(
        "",
        when(to.plus(by).le(3))
          .do(old.set(to), to.set(to.plus(by)))
          .goto("done"),
        otherwise.goto("full"),
      ),
    }),
  );

  it("takes no step, and goes on by each of the callee's exits", () => {
    const script = program("script", { ...ways, locals: { was: range(0, 3) } }, (_, __, { was }) => ({
      first: call("", add, { by: 2, to: k.n, old: was }, { done: "keep", full: "done" }),
      keep: step("", otherwise.do(k.on.set(was.eq(0))).goto("second")),
      second: call("", add, { by: 2, to: k.n, old: was }, { done: "done", full: "last" }),
      last: step("", otherwise.do(k.n.set(0)).goto("done")),
    }));
    const system = systemOf([script], options);
    const states = [system.initials[0]];
    while (states.at(-1)?.pc[0] !== 0) states.push(stateAfter(system, states.at(-1)));
    expect(states.map(({ n, on }) => [n, on])).toEqual([
      [0, false],
      [2, false],
      [2, true],
      [2, true],
      [0, true],
    ]);
  });

  it("folds away what a literal argument decides: what is never open, and what comes after what always is", () => {
    const mayWait = program("may_wait", { ...ways, params: { wait: value(bool) } }, (_, { wait }) => ({
      look: step("", when(wait).goto("look"), when(k.on).goto("done"), otherwise.goto("done")),
    }));
    const linked = (wait: boolean) => {
      const script = program("script", ways, () => ({ go: call("", mayWait, { wait }, { done: "done" }) }));
      const [, label] = systemOf([script], options).labels;
      return label?.entries.flat().map((c) => c.source.entry);
    };
    expect(linked(true)).toEqual([0]);
    expect(linked(false)).toEqual([1, 2]);
  });

  it("gives each call locals of its own", () => {
    const keeps = program(
      "keeps",
      { ...ways, params: { v: value(range(0, 3)) }, locals: { l: range(0, 3) } },
      (_, { v }, { l }) => ({
        set: step("", otherwise.do(l.set(v)).goto("put")),
        put: step("", otherwise.do(k.n.set(l)).goto("done")),
      }),
    );
    const script = program("script", ways, () => ({
      one: call("", keeps, { v: 1 }, { done: "two" }),
      two: call("", keeps, { v: 2 }, { done: "done" }),
    }));
    const system = systemOf([script], options);
    expect(system.labels.map((l) => l?.name)).toEqual([
      undefined,
      "script/one/set",
      "script/one/put",
      "script/two/set",
      "script/two/put",
    ]);
    expect(system.labels[3]?.stack).toEqual([
      { program: "script", callLabel: "", quote: "" },
      { program: "keeps", callLabel: "two", quote: "" },
    ]);
  });
});

describe("select", () => {
  const fixed = constants({ fast: bool });
  const script = program("script", ways, () => ({
    begin: select("if (fast)", [[fixed.fast, "fast"]], "slow"),
    fast: step("", otherwise.do(k.n.set(1)).goto("done")),
    slow: step("", otherwise.do(k.n.set(2)).goto("done")),
  }));

  it.each([true, false])("takes the branch that the configuration decides: %s", (fast) => {
    const system = systemOf([script], { ...options, roots: [k, fixed], constants: [fixed.fast.set(fast)] });
    expect(stateAfter(system).n).toBe(fast ? 1 : 2);
    expect(statesOf(system)).toBe(2);
    expect(system.labels).toHaveLength(2);
  });
});

describe("a variant", () => {
  const base = doing("base", k.n.set(1));
  const two = variant(
    "two",
    "",
    patch(base, () => ({ only: step("", otherwise.do(k.n.set(2)).goto("done")) })),
  );
  const three = variant(
    "three",
    "",
    patch(base, () => ({ only: step("", otherwise.do(k.n.set(3)).goto("done")) })),
  );

  it("replaces rows before anything else, in the order given, and leaves the base as it was", () => {
    const with_ = (...variants: (typeof two)[]) => stateAfter(systemOf([base], { ...options, variants })).n;
    expect([with_(two), with_(two, three), with_(three, two), with_()]).toEqual([2, 3, 2, 1]);
  });

  it("adds and removes rows", () => {
    const longer = program("longer", ways, () => ({
      first: step("", otherwise.goto("second")),
      second: step("", otherwise.goto("done")),
    }));
    const change = patch(
      longer,
      () => ({ first: step("", otherwise.goto("third")), third: step("", otherwise.do(k.n.set(3)).goto("done")) }),
      { added: ["third"], removed: ["second"] },
    );
    const system = systemOf([longer], { ...options, variants: [variant("v", "", change)] });
    expect(system.labels.map((l) => l?.rowLabel)).toEqual([undefined, "first", "third"]);
  });

  it("of a version may patch what nobody reaches, and patches what somebody does", () => {
    const other = doing("other", k.n.set(1));
    const old = version(
      "old",
      "",
      ...two.patches,
      patch(other, () => ({ only: step("", otherwise.goto("done")) })),
    );
    expect(stateAfter(systemOf([base], { ...options, variants: [old] })).n).toBe(2);
  });

  it("changes the program wherever it is called from", () => {
    const script = program("script", ways, () => ({ go: call("", base, {}, { done: "done" }) }));
    expect(stateAfter(systemOf([script], { ...options, variants: [two] })).n).toBe(2);
  });
});

describe("a ghost", () => {
  const g = ghosts({ count: range(0, 3), copy: range(0, 3), unread: bool });
  const script = doing("script", k.on.set(true));
  const counts = track(script, "only", () => g.count.set(g.count.plus(1)));
  const all = { ...options, roots: [k, g] };

  it("that no selected property reads is dropped, with what is written to it", () => {
    const system = systemOf([script], { ...all, properties: [property("P", "", counts, invariant(k.n.eq(0)))] });
    expect(system.droppedGhosts).toEqual(["count", "copy", "unread"]);
    expect(Object.keys(system.initials[0])).not.toContain("count");
    expect(system.commands[0]?.effect).toHaveLength(1);
  });

  it("that is read only to write a ghost that is read is kept", () => {
    const copies = track(script, "only", () => g.copy.set(g.count));
    const system = systemOf([script], {
      ...all,
      properties: [property("P", "", counts, copies, invariant(g.copy.le(3)))],
    });
    expect(system.droppedGhosts).toEqual(["unread"]);
    expect(stateAfter(system)).toMatchObject({ count: 1, copy: 0 });
  });

  it("is written once where several properties bring the same clause along", () => {
    const properties = ["P", "Q"].map((name) => property(name, "", counts, invariant(g.count.le(1))));
    const system = systemOf([script], { ...all, properties });
    expect(stateAfter(system).count).toBe(1);
    expect(found(system)).toEqual([]);
  });

  it("written by two clauses in one step is a model error", () => {
    const again = track(script, "only", () => g.count.set(0));
    expect(
      found(systemOf([script], { ...all, properties: [property("P", "", counts, again, invariant(g.count.le(1)))] })),
    ).toEqual(["model error: model error"]);
  });

  it("is written on the way that the clause names only", () => {
    const forks = program("forks", ways, () => ({
      fork: step("", either(otherwise.goto("left"), otherwise.goto("right"))),
      left: step("", otherwise.goto("done")),
      right: step("", otherwise.goto("done")),
    }));
    const left = track(forks, "fork", () => g.count.set(1), { to: "left" });
    const onRight = whenever(forks, "right", () => g.count.eq(0));
    const onLeft = whenever(forks, "left", () => g.count.eq(1));
    expect(found(systemOf([forks], { ...all, properties: [property("P", "", left, onRight, onLeft)] }))).toEqual([]);
  });
});

describe("locals", () => {
  const three = range(0, 2);
  /** Picks one of three values, looks at it once, and goes on for two more steps. */
  const script = program("script", { ...ways, locals: { a: id(cell) } }, (_, __, { a }) => ({
    pick: step(
      "",
      choose(cell, (c) => otherwise.do(a.set(c)).goto("look")),
    ),
    look: step(
      "",
      when(a.eq(element(cell, 0)))
        .do(k.on.set(true))
        .goto("rest"),
      otherwise.goto("rest"),
    ),
    rest: step("", otherwise.goto("end")),
    end: step("", otherwise.goto("done")),
  }));

  it("that nobody reads any more do not tell states apart", () => {
    // pick 1; look 3; rest, end and the end of the script: on or not, 2 each.
    expect(statesOf(systemOf([script], options))).toBe(1 + 3 + 2 + 2 + 2);
  });

  it("that a property reads later live until then", () => {
    const reads = property(
      "P",
      "",
      whenever(script, "end", ({ a }) => a.ne(element(cell, 0)).eq(not(k.on))),
    );
    const system = systemOf([script], { ...options, properties: [reads] });
    expect(found(system)).toEqual([]);
    expect(statesOf(system)).toBe(1 + 3 + 3 + 3 + 2);
  });

  it("share a slot where they never live together and have one shape", () => {
    const locals = { a: three, b: three, c: bool };
    const separate = program("separate", { ...ways, locals }, (_, __, { a, b, c }) => ({
      setA: step("", otherwise.do(a.set(1)).goto("useA")),
      useA: step("", otherwise.do(k.n.set(a)).goto("setB")),
      setB: step("", otherwise.do(b.set(2)).goto("useB")),
      useB: step("", otherwise.do(k.n.set(b)).goto("setC")),
      setC: step("", otherwise.do(c.set(true)).goto("useC")),
      useC: step("", when(c).goto("done"), otherwise.goto("done")),
    }));
    expect(systemOf([separate], options).scripts[0]?.slots.map((s) => s.shape.kind)).toEqual(["range", "bool"]);
    const together = program("together", { ...ways, locals: { a: three, b: three } }, (_, __, { a, b }) => ({
      set: step("", otherwise.do(a.set(1), b.set(2)).goto("use")),
      use: step("", otherwise.do(k.on.set(a.eq(b))).goto("done")),
    }));
    expect(systemOf([together], options).scripts[0]?.slots).toHaveLength(2);
  });

  it("that are set and never read are checked all the same", () => {
    const dead = program("dead", { ...ways, locals: { a: three } }, (_, __, { a }) => ({
      set: step("", otherwise.do(a.set(k.n)).goto("done")),
    }));
    expect(found(systemOf([dead], { ...options, initially: [k.n.set(3)] }))).toEqual(["model error: model error"]);
    expect(found(systemOf([dead], { ...options, initially: [k.n.set(2)] }))).toEqual([]);
  });

  it("read the state before in an assignment to themselves", () => {
    const counts = program("counts", { ...ways, locals: { a: range(0, 3) } }, (_, __, { a }) => ({
      set: step("", otherwise.do(a.set(0)).goto("loop")),
      loop: step(
        "",
        when(a.lt(3))
          .do(a.set(a.plus(1)))
          .goto("loop"),
        otherwise.do(k.n.set(a)).goto("done"),
      ),
    }));
    expect(statesOf(systemOf([counts], options))).toBe(1 + 4 + 1);
  });
});

describe("the hash", () => {
  const sized = state({ small: range(0, bound("limit")) });
  const row = (guard: Expr<boolean>, effect: Assign, to: "a" | "row" = "a", meta: object = {}) =>
    step("quote", meta, when(guard).do(effect).goto(to), otherwise.goto("c"));
  const linked = (made: ReturnType<typeof row>, rest: Partial<LinkOptions> = {}) =>
    rowSystem(made, { roots: [k, sized], sizes: { cell: 3, limit: 2 }, ...rest }).hash;
  const base = () => row(k.on, k.n.set(1));
  const hash = linked(base());

  it("is the same for the same table, whatever was built before", () => {
    const bound_ = () =>
      row(
        exists(cell, (c) => k.cells.at(c)),
        k.n.set(1),
      );
    const before = linked(bound_());
    for (let i = 0; i < 10; i++) exists(cell, () => lit<boolean>(true));
    systemOf([doing("other", k.n.set(2))], options);
    expect(linked(bound_())).toBe(before);
    expect(linked(base())).toBe(hash);
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
  });

  const changes: readonly (readonly [string, () => string])[] = [
    ["a guard", () => linked(row(not(k.on), k.n.set(1)))],
    [
      "a guard's set",
      () =>
        linked(
          row(
            exists(cell, (c) => k.cells.at(c)),
            k.n.set(1),
          ),
        ),
    ],
    ["a value", () => linked(row(k.on, k.n.set(2)))],
    ["a place", () => linked(row(k.on, k.on.set(false)))],
    ["a mark that changes who waits", () => linked(row(k.on, k.n.set(1), "a", { mayStop: true }))],
    ["a row that arrives", () => linked(row(k.on, k.n.set(1), "a", { arrive: true }))],
    ["the size of a set", () => linked(base(), { sizes: { cell: 2, limit: 2 } })],
    ["a bound", () => linked(base(), { sizes: { cell: 3, limit: 3 } })],
    ["another cell", () => linked(base(), { roots: [k, sized, state({ more: bool })] })],
    ["the initial state", () => linked(base(), { initially: [k.on.set(true)] })],
    ["who may run", () => linked(base(), { mayRun: () => not(k.on) })],
    ["a property", () => linked(base(), { properties: [property("P", "", invariant(not(k.on)))] })],
    ["whether a deadlock counts", () => linked(base(), { deadlock: false })],
    ["where a row goes", () => linked(row(k.on, k.n.set(1), "row"))],
  ];
  it.each(changes)("changes with %s", (_, changed) => {
    expect(changed()).not.toBe(hash);
  });

  it("tells all of these changes apart", () => {
    expect(new Set(changes.map(([, changed]) => changed())).size).toBe(changes.length);
  });

  const pairs = { rows: product("pair", { x: cell, y: other }), swapped: product("pair", { x: other, y: cell }) };
  const kinds = { first: sum("kind", { x: cell, y: other }), swapped: sum("kind", { x: other, y: cell }) };
  it.each<[string, readonly IndexSet[]]>([
    ["the parts of a product", [pairs.rows, pairs.swapped, product("pair", { y: cell, x: other })]],
    ["the kinds of a sum", [kinds.first, kinds.swapped, sum("kind", { y: cell, x: other })]],
    ["whether it is a product or a sum", [product("set", { x: cell, y: other }), sum("set", { x: cell, y: other })]],
    ["the parts of a part", [product("all", { x: pairs.rows }), product("all", { x: pairs.swapped })]],
  ])("changes with %s", (_, sets) => {
    const hashes = sets.map((set) => {
      const more = state({ chosen: each(set, bool) });
      const made = row(exists(set, (x) => more.chosen.at(x)) as Expr<boolean>, k.n.set(1));
      return linked(made, { roots: [k, sized, more], sizes: { cell: 2, other: 2, limit: 2 } });
    });
    expect(new Set(hashes).size).toBe(sets.length);
  });

  it("changes with the name of a context, which reports show", () => {
    const script = doing("script", k.on.set(true)) as never;
    const named = (name: string) => systemOf([], { ...options, contexts: [{ name, script }] }).hash;
    expect(named("c")).toBe(named("c"));
    expect(named("c")).not.toBe(named("d"));
  });

  it("does not change with what has no meaning", () => {
    expect(linked(row(k.on, k.n.set(1), "a", { note: "a remark", ref: "1.1" }))).toBe(hash);
    expect(linked(base(), { name: "another name of the system" })).toBe(hash);
  });
});
