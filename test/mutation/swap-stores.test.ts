/** Which stores may a compiler exchange, what is the system then, and does anybody notice? */
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { builtins } from "../../checker/cli/models.ts";
import { main } from "../../checker/commands/main.ts";
import { runSearch } from "../../checker/engine/run.ts";
import {
  and,
  context,
  each,
  either,
  element,
  ghosts,
  invariant,
  type LinkOptions,
  not,
  or,
  otherwise,
  type Program,
  program,
  property,
  type Row,
  range,
  rowsOf,
  standsIn,
  state,
  step,
  track,
  when,
  whenever,
} from "../../checker/language/index.ts";
import { link } from "../../checker/link/link.ts";
import { storePairs } from "../../checker/mutation/store-pairs.ts";
import { withStoresSwapped } from "../../checker/mutation/swap-stores.ts";
import { wholeGraph } from "../../checker/reference/graph.ts";
import { lights, project } from "../cli/environment.ts";
import { runs } from "../runs.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

const value = range(0, 2);
const k = state({ a: value, b: value, c: value, seen: each(context, range(0, 8)) });
const any = () => true;

/** Looks at the cells, one after the other, and writes the one that is loaded from. */
const observer = program("observer", { exits: ["end"], locals: { x: value, y: value } }, (self, _, { x, y }) => ({
  first: step("x = b;", otherwise.do(x.set(k.b)).goto("second")),
  second: step("y = a;", otherwise.do(y.set(k.a)).goto("note")),
  note: step("seen = 3 * x + y", otherwise.do(k.seen.at(self).set(x.plus(x).plus(x).plus(y))).goto("write")),
  write: step("c = 1;", otherwise.do(k.c.set(1)).goto("end")),
}));

interface Shape {
  /** The first store is made on one of two ways. */
  readonly isTest: boolean;
  readonly loads: number;
  /** Somebody comes to what stands behind the first store without it. */
  readonly jumps: boolean;
  /** The second store is computed from the first load, else from the local that the first store is of. */
  readonly ofLoad: boolean;
}

/** `a = p; q = c; .. b = q or p; c = p;` as it is written, or by hand with the first store last. */
function writer({ isTest, loads, jumps, ofLoad }: Shape, isExchanged: boolean) {
  const locals = { p: value, q0: value, q1: value };
  return program("writer", { exits: ["end"], locals }, (_, __, { p, q0, q1 }) => {
    const begin = jumps ? "jump" : "row0";
    const tail = [...[q0, q1].slice(0, loads).map((q) => q.set(k.c)), k.b.set(ofLoad ? q0 : p)];
    const order = isExchanged ? [...tail, k.a.set(p)] : [k.a.set(p), ...tail];
    const straight = (name: string, of: typeof order, i: number) => (i + 1 < of.length ? `${name}${i + 1}` : "done");
    const start: Row<string> = step(
      "p = 1 or 2;",
      either(
        otherwise.do(p.set(1), q0.set(2), q1.set(0)).goto(begin),
        otherwise.do(p.set(2), q0.set(2), q1.set(0)).goto(begin),
      ),
    );
    const rows: [string, Row<string>][] = order.map((effect, i) => {
      const way = otherwise.do(effect).goto(straight("row", order, i));
      return [`row${i}`, i === 0 && isTest ? step("if (p == 2)", when(p.eq(2)).goto("end"), way) : step("", way)];
    });
    if (jumps) {
      rows.push(["jump", step("goto", either(otherwise.goto("row0"), otherwise.goto(isExchanged ? "old0" : "row1")))]);
      if (isExchanged)
        for (const [i, effect] of tail.entries())
          rows.push([`old${i}`, step("", otherwise.do(effect).goto(straight("old", tail, i)))]);
    }
    // So that the local of the first store lives on, and no load gets its place.
    const done: Row<string> = step("c = p;", otherwise.do(k.c.set(p)).goto("end"));
    return { start, ...Object.fromEntries(rows), done } as unknown as Record<string, Row<never>>;
  }) as unknown as Program<object, object, string, string>;
}

const linked = (shape: Shape, isExchanged: boolean) =>
  link({
    name: "stores",
    roots: [k],
    contexts: [
      { name: "w", script: writer(shape, isExchanged) },
      { name: "r", script: observer },
    ] as LinkOptions["contexts"],
  });

/** What can be in memory, whoever stands where. */
function memories(system: ReturnType<typeof link>): readonly string[] {
  const graph = wholeGraph(system, 100_000);
  if (!graph) throw new Error("too large for a test");
  return [...new Set(graph.states.map(({ a, b, c, seen }) => JSON.stringify([a, b, c, seen])))].sort();
}

describe("two stores exchanged", () => {
  it("make the system that is written by hand in the other order", () => {
    const shapes = fc.record({
      isTest: fc.boolean(),
      loads: fc.integer({ min: 0, max: 2 }),
      jumps: fc.boolean(),
      ofLoad: fc.boolean(),
    });
    const told = new Set<string>();
    fc.assert(
      fc.property(shapes, (shape) => {
        const system = linked(shape, false);
        const [pair, ...others] = storePairs(system, (cell) => cell === "a" || cell === "b");
        expect(others).toEqual([]);
        expect(pair?.obstacle).toBe(null);
        const exchanged = withStoresSwapped(system, pair as NonNullable<typeof pair>);
        const byHand = linked(shape, true);
        expect(memories(exchanged)).toEqual(memories(byHand));
        expect(exchanged.hash).not.toBe(system.hash);
        expect(runSearch(exchanged, {}).result.states).toBe(wholeGraph(exchanged, 100_000)?.states.length);
        told.add(String(JSON.stringify(memories(exchanged)) === JSON.stringify(memories(system))));
      }),
      { ...runs(24), seed: 1, examples: [[{ isTest: true, loads: 2, jumps: true, ofLoad: true }]] },
    );
    expect([...told]).toEqual(["false"]);
  });
});

const pairsOf = (rows: Record<string, Row<string>>, isPlain = any as (cell: string) => boolean) => {
  const script = program("writer", { exits: ["end"], locals: { p: value } }, () => rows as Record<string, Row<never>>);
  return storePairs(link({ name: "few", roots: [k], contexts: [{ name: "w", script }] as never }), isPlain).map(
    ({ name }) => name,
  );
};

describe("pairs of stores", () => {
  const a = otherwise.do(k.a.set(1)).goto("second");
  const b = step("b = 1;", otherwise.do(k.b.set(1)).goto("end"));
  it("are two into plain memory, one after the other", () => {
    expect(pairsOf({ first: step("a = 1;", a), second: b })).toEqual(["writer: first, second"]);
    expect(pairsOf({ first: step("a = 1;", a), second: b }, (cell) => cell !== "a")).toEqual([]);
    expect(pairsOf({ first: step("a = 1;", a), second: b }, (cell) => cell !== "b")).toEqual([]);
  });

  it("are none where one needs what the other writes", () => {
    const [readsA, writesA] = [
      step("", otherwise.do(k.b.set(k.a)).goto("end")),
      step("", otherwise.do(k.a.set(2)).goto("end")),
    ];
    const ofB = step("", otherwise.do(k.a.set(k.b)).goto("second"));
    expect(pairsOf({ first: step("", a), second: readsA })).toEqual([]);
    expect(pairsOf({ first: step("", a), second: writesA })).toEqual([]);
    expect(pairsOf({ first: ofB, second: b })).toEqual([]);
  });

  it("are none with an atomic operation, a branch or a wait between", () => {
    const atomic = step("try_cmpxchg(&a, 0, 1)", when(k.a.eq(0)).do(k.a.set(1)).goto("second"), otherwise.goto("end"));
    const branch = step("", when(k.c.eq(0)).do(k.b.set(1)).goto("end"), otherwise.goto("end"));
    const waits = step("", when(k.c.eq(0)).do(k.b.set(1)).goto("end"));
    expect(pairsOf({ first: atomic, second: b })).toEqual([]);
    for (const second of [branch, waits]) expect(pairsOf({ first: step("", a), second })).toEqual([]);
  });
});

describe("what is said of two stores that are exchanged", () => {
  const g = ghosts({ window: range(0, 1) });
  const script = program("writer", { exits: ["end"] }, () => ({
    first: step("a = 1;", otherwise.do(k.a.set(1)).goto("second")),
    second: step("b = 1;", otherwise.do(k.b.set(1)).goto("last")),
    last: step("c = 1;", otherwise.do(k.c.set(1)).goto("end")),
  }));
  const tracks = [track(script, "first", () => g.window.set(1)), track(script, "second", () => g.window.set(0))];
  const properties = [
    property(
      "ordered",
      "b is set only where a is",
      whenever(script, "second", () => k.a.eq(1)),
    ),
    property(
      "shut",
      "the window is shut in the end",
      whenever(script, "last", () => g.window.eq(0)),
      ...tracks,
    ),
    property("seen", "nobody sees b without a", invariant(or(k.b.eq(0), k.a.eq(1)))),
    property(
      "place",
      "b is not yet set where its row stands",
      invariant(not(and(standsIn(element(context, 0), rowsOf(script, "second")), k.b.eq(1)))),
    ),
  ];
  const system = link({ name: "said", roots: [k, g], contexts: [{ name: "w", script }] as never, properties });

  it("speaks of the order in the source; what is seen of memory is another thing", () => {
    const [pair] = storePairs(system, (cell) => cell !== "c");
    const exchanged = withStoresSwapped(system, pair as NonNullable<typeof pair>);
    const violated = (of: typeof system) =>
      runSearch(of, { exploreAll: true }).result.violations.map((v) => v.property);
    expect(violated(system)).toEqual([]);
    // A place of the code keeps its name: b is set before it is reached.
    expect(violated(exchanged).sort()).toEqual(["place", "seen"]);
  });
});

describe("swap-stores", () => {
  const at = project({
    small: lights(["toggle"], { properties: [], deadlock: false, expect: { verdict: "holds", violated: [] } }),
  });
  afterAll(at.remove);
  /** With the specs of the project itself. */
  async function run(...args: string[]) {
    const out: string[] = [];
    const folders = { specs: `${root}/specs`, results: `${root}/results`, docs: `${root}/docs` };
    const print = (text: string) => out.push(text);
    const status = await main(["swap-stores", ...args], { folders, builtins, print, complain: print });
    return { status, printed: out.join("") };
  }

  it("shows that Peterson's lock needs its stores in their order", async () => {
    const { status, printed } = await run(`${root}/examples/peterson.json`);
    expect(printed).toMatch(
      /^peterson: holds, 894 states; 1 pair of adjacent stores\n {2}peterson: raise, come {2}ANOTHER ANSWER: violated mutualExclusion, \d+ states\n/,
    );
    expect(printed).toContain("With the stores of peterson: raise, come exchanged:\n\nScenario for mutualExclusion");
    expect(status).toBe(1);
  });

  it("shows that the kernel does not, where the compiler was seen to exchange them", async () => {
    const { status, printed } = await run("nmi-on-kmalloc");
    expect(
      [...printed.matchAll(/^ {2}(\S+: \S+ \S+) +(.*): holds, \d+ states$/gm)].map(([, pair, said]) => [pair, said]),
    ).toEqual([
      ["___slab_alloc: full, fullTid", "the same"],
      ["___slab_alloc: storeFreelist, loadTid", "the same"],
      ["___slab_alloc: flushSlab, flushDrop", "the same"],
      ["___slab_alloc: flushDrop, flushTid", "the same"],
      ["___slab_alloc: loadSlab, storeFreelist", "the same"],
    ]);
    expect(status).toBe(0);
  });

  it("gives no answer where a search did not end", async () => {
    const { status, printed } = await run("nmi-on-kmalloc", "--max-states", "1000");
    expect(printed).not.toContain("the same");
    expect(status).toBe(3);
  });

  it("tells of all specs which pairs change an answer", async () => {
    const ran = await at.run("swap-stores", "--all");
    expect(ran.printed).toMatch(
      /^small: 0 pairs\n\n\| pair of stores .*\n.*\n\n0 pairs in 0 specs: every answer is the same\n$/,
    );
    expect(ran.status).toBe(0);
    expect((await at.run("swap-stores", "--all", "small")).complained).toMatch(/^--all: it does not go with small\n/);
  });
});
