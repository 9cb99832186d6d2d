/** The text report: what it says of each verdict, word for word, and that it can always be mailed. Over 400 lines: whole reports are shown. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { check } from "../../checker/answer/check.ts";
import {
  choose,
  context,
  each,
  element,
  id,
  indexSet,
  invariant,
  lit,
  optional,
  otherwise,
  program,
  property,
  range,
  sometimes,
  state,
  step,
  when,
} from "../../checker/language/index.ts";
import { link } from "../../checker/link/link.ts";
import { textReport as print } from "../../checker/report/text.ts";
import type { Claim, Ledger } from "../../checker/spec/claim.ts";
import { runs } from "../runs.ts";
import { counterSystem, memory, nothingLost, outcomeOf, specOf, stores } from "./counter.ts";
import { type Drawn, drawn, randomSystem, text } from "./random-system.ts";

const short = { trace: "short" } as const;

/** The report without its hash, which stands for more than these tests are about. */
const textReport = (...args: Parameters<typeof print>): string =>
  print(...args).replace(/^hash: [0-9a-f]{64}$/m, "hash: ..");

describe("a report of a violation", () => {
  it("nests an interrupting frame in the column of its CPU", () => {
    expect(textReport(outcomeOf(counterSystem(["task0", "nmi0"])), short)).toMatchInlineSnapshot(`
      "Is an increment lost?

      VERDICT: violated  nothingLost

      model:    a counter
      asked:    nothingLost deadlock
      bounds:   cpu=1 context=2
      search:   exhaustive breadth-first, 17 states, 17 transitions, depth 6,
                no reduction, engine wasm
      hash: ..

      nothingLost: does not hold in this model: "nobody writes the counter
        between a load and the store that follows" (at increment: store);
        shortest trace 6 steps

      Scenario for nothingLost, 6 steps, the fewest that show it:

        cpu0 task0
        ----------
        increment()
         n = counter;
         <nmi0>
          increment()
           n = counter;
           counter = n + 1;
         </nmi0>
         counter = n + 1;
        *** nothingLost violated: nobody writes the counter between a load
            and the store that follows ***

      Steps that change what is shared (2; --trace full shows all 6):
        4 nmi0 increment: store [D] *  counter = n + 1;
            | counter: 0 -> 1
        6 task0 increment: store [D] *  counter = n + 1;
      * increment: store: the compiler may do more

      nmi0 cuts 2 of 2 rows
      All 4 rows and 4 alternatives fired.

      Not modelled: one word.
      Memory is sequentially consistent at the grain of one step.

      Reproduce: npm run check -- counter --explore-all
      "
    `);
  });

  it("sets two CPUs side by side, and shows every step where all are asked for", () => {
    const outcome = outcomeOf(counterSystem(["task0", "task1", "nmi1"]));
    expect(scenarioOf(textReport(outcome, { trace: "full" }))).toMatchInlineSnapshot(`
      "Scenario for nothingLost, 4 steps, the fewest that show it:

        cpu0 task0                          cpu1 task1
        ----------                          ----------
                                            increment()
                                             n = counter;
        increment()
         n = counter;
         counter = n + 1;
                                             counter = n + 1;
        *** nothingLost violated: nobody writes the counter between a load
            and the store that follows ***"
    `);
  });

  it("says which task runs where a CPU has several", () => {
    const outcome = outcomeOf(counterSystem(["job0", "task0", "scheduler0"], [nothingLost]));
    expect(scenarioOf(textReport(outcome, { trace: "full" }))).toMatchInlineSnapshot(`
      "Scenario for nothingLost, 6 steps, the fewest that show it:

        cpu0
        ----
        [task0]
        increment()
         n = counter;
        [job0]
        increment()
         n = counter;
         counter = n + 1;
        [task0]
        increment() ..
         counter = n + 1;
        *** nothingLost violated: nobody writes the counter between a load
            and the store that follows ***"
    `);
  });

  it("lists the steps of three CPUs one after another", () => {
    const three = property("three", "the counter stays below three", invariant(memory.counter.lt(3)));
    const outcome = outcomeOf(counterSystem(["task0", "task1", "task2"], [three]));
    expect(scenarioOf(textReport(outcome, short))).toMatchInlineSnapshot(`
      "Scenario for three, 6 steps, the fewest that show it:

        cpu0 task0:
         increment()
          n = counter;
          counter = n + 1;
        cpu1 task1:
         increment()
          n = counter;
          counter = n + 1;
        cpu2 task2:
         increment()
          n = counter;
          counter = n + 1;
        *** three violated: the counter stays below three ***

      Steps that change what is shared (3; --trace full shows all 6):
        2 task0 increment: store [D] *  counter = n + 1;
            | counter: 0 -> 1
        4 task1 increment: store [D] *  counter = n + 1;
            | counter: 1 -> 2
        6 task2 increment: store [D] *  counter = n + 1;
            | counter: 2 -> 3
      * increment: store: the compiler may do more"
    `);
  });

  it("names the choices made, the locals set, and what ends in a step without a meaning", () => {
    const slab = indexSet("slab");
    const k = state({ slab: optional(id(slab)), inuse: each(slab, range(0, 1)) });
    const take = program("take", { exits: [], locals: { s: optional(id(slab)) } }, (_self, _params, { s }) => ({
      pick: step(
        "s = get_partial(n);",
        choose(slab, (x) => when(k.inuse.at(x).eq(1)).do(s.set(x)).goto("use")),
        otherwise.do(s.set(lit(null))).goto("use"),
      ),
      use: step("s->inuse = 1;", otherwise.do(k.inuse.at(s).set(1), k.slab.set(s)).goto("pick")),
    }));
    const full = { name: "take", sizes: { slab: 2 }, roots: [k], contexts: [{ name: "p0", script: take }] };
    const none = property("none", "no slab is taken", invariant(k.slab.isNull()));
    const one = link({ ...full, initially: [k.inuse.at(element(slab, 1)).set(1)], properties: [none] });
    const steps = textReport(outcomeOf(one), { trace: "full" });
    expect(steps.slice(steps.indexOf("All 2 steps"), steps.indexOf("\n\nAll 2 rows"))).toMatchInlineSnapshot(`
      "All 2 steps, with what changed:
        1 p0 take: pick  s = get_partial(n);
            | slab slab1 is chosen; p0.s = slab1
        2 p0 take: use  s->inuse = 1;
            | slab: nil -> slab1"
    `);
    expect(scenarioOf(textReport(outcomeOf(link(full)), { trace: "full" }))).toMatchInlineSnapshot(`
      "Scenario for model error, 2 steps, the fewest that show it:

        p0
        --
        s = get_partial(n);
        s->inuse = 1;
        *** MODEL ERROR: p0 at take: use: null index: inuse[..] is asked
            for element null of "slab" ***"
    `);
  });

  it("says why a row fails, where the property was not asked for and has no sentence", () => {
    const k = state({ x: range(0, 1) });
    const bug = program("bug", { exits: [] }, () => ({
      only: step("BUG();", when(k.x.eq(0)).fails("S9", "it runs into BUG()")),
    }));
    const system = link({ name: "bug", roots: [k], contexts: [{ name: "p0", script: bug }] });
    const report = textReport(outcomeOf(system, { properties: [] }), short);
    expect(report).toContain(
      "\nS9: it runs into BUG(); shortest trace 1 steps; not asked for: a row\n  fails it by itself, which is always on\n",
    );
    expect(report).toContain("  *** S9 violated: it runs into BUG() ***\n");
  });

  it("says who waits at a deadlock", () => {
    expect(textReport(outcomeOf(embrace()), short)).toMatchInlineSnapshot(`
      "Is an increment lost?

      VERDICT: deadlock

      model:    a counter
      asked:    deadlock
      bounds:   lock=2 context=2
      search:   exhaustive breadth-first, 13 states, 14 transitions, depth 6,
                no reduction, engine wasm
      hash: ..

      deadlock: nothing can happen, and some script is unfinished; shortest
        trace 2 steps

      Scenario for deadlock, 2 steps, the fewest that show it:

        p0                                  p1
        --                                  --
                                            spin_lock(&lock1);
        spin_lock(&lock0);
        waits: spin_lock(&lock1);
                                            waits: spin_lock(&lock0);
        *** DEADLOCK ***

      All 2 steps, with what changed:
        1 p1 backwards: outer  spin_lock(&lock1);
            | owner[lock1]: nil -> p1
        2 p0 forwards: outer  spin_lock(&lock0);
            | owner[lock0]: nil -> p0

      All 6 rows and 6 alternatives fired.

      Memory is sequentially consistent at the grain of one step.

      Reproduce: npm run check -- embrace --explore-all
      "
    `);
  });
});

describe("a report without a counterexample", () => {
  it("tells what was seen", () => {
    expect(textReport(outcomeOf(counterSystem(["task0", "nmi0"], [stores])), short)).toMatchInlineSnapshot(`
      "Is an increment lost?

      VERDICT: holds

      model:    a counter
      asked:    stores deadlock
      bounds:   cpu=1 context=2
      search:   exhaustive breadth-first, 17 states, 17 transitions, depth 6,
                no reduction, engine wasm
      hash: ..

      Reached: somebody stores (increment: store)
      nmi0 cuts 2 of 2 rows
      All 4 rows and 4 alternatives fired.

      Not modelled: one word.
      Memory is sequentially consistent at the grain of one step.

      Reproduce: npm run check -- counter --explore-all
      "
    `);
  });

  it("tells why a run is vacuous", () => {
    const never = property("never", "the counter reaches four", sometimes(memory.counter.eq(4)));
    const report = textReport(outcomeOf(counterSystem(["task0", "nmi0"], [never])), short);
    expect(report).toContain("VERDICT: vacuous\n  no reachable state satisfies never\n");
    expect(report).toContain("\nNOT reached: the counter reaches four\n");
  });

  it("never takes a limit for an answer", () => {
    const system = counterSystem(["task0", "nmi0"], [stores]);
    const outcome = check({ source: "counter", spec: specOf(system), system }, { maxDepth: 1 });
    const report = textReport(outcome, short);
    expect(report).toContain("VERDICT: incomplete\n  the search did not finish: the limit of 1 steps was reached\n");
    expect(report).toContain("search:   NOT exhaustive: the limit of 1 steps was reached;");
    expect(report).toContain("Seen before the search stopped:");
  });
});

describe("what a spec says", () => {
  const system = counterSystem(["task0", "nmi0"]);
  const expectation = { verdict: "violated", violated: ["nothingLost"], states: 17 } as const;

  it("is compared with what was found", () => {
    const report = textReport(outcomeOf(system, { expect: expectation }), short);
    expect(report).toContain("VERDICT: violated  nothingLost                       as the spec expects\n");
  });

  it("is set against what differs", () => {
    const report = textReport(outcomeOf(system, { expect: { ...expectation, states: 16 } }), short);
    expect(report).toContain("VERDICT: violated  nothingLost                   NOT as the spec expects\n");
    expect(report).toContain("\n  17 states, and 16 were expected\n");
  });

  it("is not compared where a setting was changed, and the command says how", () => {
    const report = textReport(outcomeOf(system, { expect: expectation, changed: ["cpus=1", "smp=false"] }), short);
    expect(report).toContain("changed by --set: cpus=1, smp=false (expect not compared)");
    expect(report).toContain("Reproduce: npm run check -- counter --set cpus=1 --set smp=false \\\n  --explore-all\n");
    expect(report).not.toContain("as the spec expects");
  });

  it("explains rows that a frame never cuts, and a reason that explains nothing is stale", () => {
    const uncut = [{ frame: "nmi0", rows: "increment: load", why: "too early" }];
    const report = textReport(outcomeOf(system, { uncut }), short);
    expect(report).toContain("STALE: nmi0 is said never to cut increment: load, but no such cell is\n  empty;");
  });

  it("is told with the order of its contexts", () => {
    const { asked } = specOf(system);
    const one = (name: string, after?: readonly string[]) => ({
      name,
      kind: "frame",
      script: ["go"],
      options: {},
      ...(after ? { after } : {}),
    });
    const contexts = [one("task0"), one("nmi0", ["task0", "task1"])];
    const report = textReport(outcomeOf(system, { asked: { ...asked, contexts } }), short);
    expect(report).toContain("contexts: task0 (frame): go\n          nmi0 (frame, after task0 and task1): go\n");
  });

  it("is mentioned as a claim, with its words", () => {
    const spec = specOf(system, { claims: ["C1"] });
    const model = {
      ...spec.model,
      ledger: ledgerOf("C1", { who: "Somebody", where: "yesterday", quote: "it cannot be lost" }),
    };
    expect(textReport(outcomeOf(system, { model, claims: ["C1"] }), short)).toContain(
      'C1: "it cannot be lost" (Somebody, yesterday)\n',
    );
  });

  it("is what is not modelled, counted where it is long", () => {
    const notModelled = Array.from({ length: 40 }, (_, i) => `the ${i}th of many things that a kernel does`);
    const report = textReport(outcomeOf(system, { model: { ...specOf(system).model, notModelled } }), short);
    const section = report.slice(report.indexOf("Not modelled:"), report.indexOf("Memory is"));
    expect(section.trimEnd().split("\n").length).toBeLessThanOrEqual(8);
    expect(section.replace(/\s+/g, " ")).toMatch(/; and \d+ more, which npm run print -- counter lists\./);
  });
});

describe("any report", () => {
  it("is ASCII of at most 72 columns, and the same whenever it is made", () => {
    fc.assert(
      fc.property(drawn, fc.constantFrom("short", "full"), text, (one, trace, said) => {
        const report = print(said ? saying(one, said) : outcomeOf(randomSystem(one)), { trace });
        expect(report).toMatch(/^[\n\x20-\x7e]*\n$/);
        for (const line of report.split("\n")) {
          expect(line.length).toBeLessThanOrEqual(72);
          expect(line).toBe(line.trimEnd());
        }
        expect(print(said ? saying(one, said) : outcomeOf(randomSystem(one)), { trace })).toBe(report);
      }),
      runs(40),
    );
  });
});

const ledgerOf = (id: string, claim: Omit<Claim, "parts">): Ledger => ({
  columns: {},
  claims: { [id]: { ...claim, parts: [] } },
  designs: {},
  notYet: [],
  outOfScope: {},
});

/** An outcome of a spec that says the same thing wherever it can say something. */
function saying(one: Drawn, said: string) {
  const system = randomSystem(one);
  const { model } = specOf(system);
  return outcomeOf(system, {
    question: said,
    claims: [said],
    model: {
      ...model,
      title: said,
      source: said,
      notModelled: [said],
      ledger: ledgerOf(said, { who: said, where: said, quote: said }),
    },
    asked: {
      configuration: { [said]: said },
      version: said,
      variants: [said],
      contexts: [{ name: said, kind: said, script: [said, said], options: { [said]: said } }],
    },
    uncut: ["script0", "script1", "x"].map((rows) => ({ frame: "nmi0", rows, why: said })),
    changed: [`a=${said}`],
  });
}

/** Two processes that take two locks in opposite orders. */
function embrace() {
  const lock = indexSet("lock");
  const k = state({ owner: each(lock, optional(id(context))) });
  const both = (name: string, first: number, second: number) => {
    const a = k.owner.at(element(lock, first));
    const b = k.owner.at(element(lock, second));
    return program(name, { exits: ["done"] }, (self) => ({
      outer: step(`spin_lock(&lock${first});`, when(a.isNull()).do(a.set(self)).goto("inner")),
      inner: step(`spin_lock(&lock${second});`, when(b.isNull()).do(b.set(self)).goto("leave")),
      leave: step("spin_unlock() of both", otherwise.do(a.set(null), b.set(null)).goto("done")),
    }));
  };
  return link({
    name: "embrace",
    sizes: { lock: 2 },
    roots: [k],
    contexts: [
      { name: "p0", script: both("forwards", 0, 1) },
      { name: "p1", script: both("backwards", 1, 0) },
    ],
  });
}

const scenarioOf = (report: string): string =>
  report.slice(report.indexOf("Scenario"), report.search(/\n\n(All|Rows|nmi)/));
