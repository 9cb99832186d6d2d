/** What do `leadsTo` and `eventually` mean: waiting, ends of scripts, who is owed what, and how a misuse is told? */
import { describe, expect, it } from "vitest";
import {
  type Clause,
  choose,
  context,
  type Expr,
  element,
  eventually,
  type Fairness,
  type Id,
  id,
  type LinkOptions,
  leadsTo,
  not,
  or,
  otherwise,
  program,
  property,
  range,
  rowsOf,
  standsIn,
  state,
  step,
  when,
} from "../../checker/language/index.ts";
import type { RowMeta } from "../../checker/language/programs.ts";
import { link } from "../../checker/link/link.ts";
import { search } from "../../checker/reference/search.ts";
import { systemOf } from "./build.ts";

const m = state({ n: range(0, 2), on: range(0, 1), runs: id(context) });
const { n, on } = m;
const isOn = on.eq(1);

/** Turns `on` once, where a row says so. */
const sets = (meta: RowMeta = {}) =>
  program("sets", { exits: ["end"] }, () => ({ row: step("on = 1;", meta, otherwise.do(on.set(1)).goto("end")) }));
/** Counts round and round. */
const counts = program("counts", { exits: [] }, () => ({
  count: step("n = (n + 1) % 3;", otherwise.do(n.set(n.plus(1).mod(3))).goto("count")),
}));
/** Waits until n is 1, again and again, to set `on`. */
const waits = (meta: RowMeta = {}) =>
  program("waits", { exits: ["end"] }, () => ({
    wait: step("while (n != 1) ;", meta, when(n.eq(1)).do(on.set(1)).goto("end")),
  }));

/** The steps to the cycle and in it; null where the clause holds. */
function cycleOf(clause: Clause, scripts: readonly unknown[], options: Partial<LinkOptions> = {}): string | null {
  const system = systemOf(scripts, {
    roots: [m],
    deadlock: false,
    properties: [property("L", "", clause)],
    ...options,
  });
  const [found] = search(system, { exploreAll: true }).violations;
  if (!found) return null;
  expect(found.verdict).toBe("noProgress");
  return `${found.endless?.stem.length} and ${found.endless?.cycle.length}`;
}

describe("eventually", () => {
  it("holds where a context that can go on does, whatever another does for ever", () => {
    expect(cycleOf(eventually(isOn), [sets(), counts])).toBeNull();
  });

  it("does not hold where nobody is owed a step", () => {
    expect(cycleOf(eventually(isOn, { none: "everywhere" }), [sets(), counts])).toBe("0 and 0");
    expect(cycleOf(eventually(isOn), [sets({ mayStop: true }), counts])).toBe("0 and 3");
    expect(cycleOf(eventually(isOn), [sets({ fair: "none" }), counts])).toBe("0 and 3");
  });

  it("takes a property's word before a row's", () => {
    const scripts = [sets({ mayStop: true }), counts];
    const of = (fairness: Fairness) => cycleOf(eventually(isOn, fairness), scripts);
    expect(of({ weak: "everywhere" })).toBeNull();
    expect(of({ weak: rowsOf(scripts[0] as never) })).toBeNull();
    expect(of({ none: rowsOf(counts), weak: "everywhere" })).toBeNull();
    expect(of({ none: rowsOf(scripts[0] as never), weak: "everywhere" })).toBe("0 and 3");
  });

  it("does not hold where a script ends before, and stays at its end", () => {
    expect(cycleOf(eventually(n.eq(1)), [sets()])).toBe("1 and 0");
    expect(cycleOf(eventually(isOn), [sets()])).toBeNull();
  });

  it("does not hold in a deadlock", () => {
    expect(cycleOf(eventually(isOn), [waits()])).toBe("0 and 0");
  });

  it("is of where a run begins: what holds there at once is met", () => {
    expect(cycleOf(eventually(n.eq(0)), [counts])).toBeNull();
    expect(cycleOf(eventually(n.eq(0)), [counts], { initially: [n.set(1)] })).toBeNull();
    expect(cycleOf(eventually(isOn), [counts], { initially: [n.set(1)] })).toBe("0 and 3");
  });
});

describe("a context that waits", () => {
  it("is not owed a step by weak fairness where it waits again and again, and is by strong fairness", () => {
    expect(cycleOf(eventually(isOn), [waits(), counts])).toBe("0 and 3");
    expect(cycleOf(eventually(isOn), [waits({ fair: "strong" }), counts])).toBeNull();
    expect(cycleOf(eventually(isOn, { strong: rowsOf(waits()) }), [waits(), counts])).toBeNull();
  });

  it("is owed one where it is only not let run at times, and can go on whenever it is", () => {
    const mayRun = (self: Expr<Id<"context">>) => or(self.ne(element(context, 0)), n.eq(1));
    expect(cycleOf(eventually(isOn), [sets(), counts], { mayRun })).toBeNull();
    expect(cycleOf(eventually(isOn), [sets(), counts], { mayRun: (self) => self.ne(element(context, 0)) })).toBe(
      "0 and 3",
    );
  });
});

describe("an element that choices are owed to", () => {
  const scheduler = (meta: RowMeta) =>
    program("scheduler", { exits: [] }, () => ({
      pick: step(
        "",
        { arrive: true, ...meta },
        choose(context, (c) =>
          when(not(m.runs.eq(c)))
            .do(m.runs.set(c))
            .goto("pick"),
        ),
      ),
    }));
  const mayRun = (self: Expr<Id<"context">>) => m.runs.eq(self);

  it("is chosen again and again where it can be", () => {
    expect(cycleOf(eventually(isOn), [counts, sets(), scheduler({})], { mayRun })).toBe("0 and 5");
    expect(cycleOf(eventually(isOn), [counts, sets(), scheduler({ fair: { each: context } })], { mayRun })).toBeNull();
    const free = eventually(isOn, { none: rowsOf(scheduler({})) });
    expect(cycleOf(free, [counts, sets(), scheduler({ fair: { each: context } })], { mayRun })).toBe("0 and 3");
  });
});

describe("leadsTo", () => {
  it("is owed whenever it begins, and met where it is there at once", () => {
    expect(cycleOf(leadsTo(n.eq(1), n.eq(2)), [counts])).toBeNull();
    expect(cycleOf(leadsTo(n.eq(1), isOn), [counts])).toBe("1 and 3");
    expect(cycleOf(leadsTo(n.eq(1), n.ge(1)), [counts], { initially: [n.set(1)] })).toBeNull();
  });

  it("asks for nothing where it never begins", () => {
    expect(cycleOf(leadsTo(isOn, n.eq(1)), [counts])).toBeNull();
  });

  it("is of a place in a program", () => {
    const one = waits();
    const at = standsIn(element(context, 0), rowsOf(one, "wait"));
    expect(cycleOf(leadsTo(at, not(at)), [one, counts])).toBe("0 and 3");
  });
});

describe("a run that ends in a violation", () => {
  it("is not one that goes on for ever", () => {
    const fails = program("fails", { exits: [] }, () => ({ row: step("", otherwise.fails("bad", "it fails")) }));
    const system = systemOf([fails], { roots: [m], properties: [property("L", "", eventually(isOn))] });
    expect(search(system, { exploreAll: true }).violations.map((v) => v.property)).toEqual(["bad"]);
  });
});

describe("a misuse", () => {
  const linked = (clause: Clause) => () =>
    link({ name: "t", roots: [m], contexts: [{ name: "c", script: counts }], properties: [property("L", "", clause)] });

  it("is told at once where the author made it", () => {
    expect(() => leadsTo(n as never, isOn)).toThrow(/leadsTo.* a condition/);
    expect(() => eventually(isOn, { weakly: "everywhere" } as never)).toThrow(/knows no fairness "weakly"/);
    expect(() => eventually(isOn, { weak: isOn } as never)).toThrow(/"weak" wants a region/);
    expect(() => eventually(isOn, "weak" as never)).toThrow(/was given weak as its fairness/);
    expect(() => step("", { fair: "wek" as never }, otherwise.goto("x"))).toThrow(/fair wants "none", "weak"/);
  });

  it("is told by the linker where only it can know", () => {
    expect(linked(eventually(isOn, { strong: rowsOf(waits()) }))).toThrow(/no row is in the region.*"strong"/);
    expect(linked(leadsTo(standsIn(element(context, 0), rowsOf(counts)), isOn))).not.toThrow();
  });
});

describe("the hash", () => {
  const hash = (...clauses: Clause[]) =>
    systemOf([counts], { roots: [m], properties: clauses.map((one, i) => property(`P${i}`, "", one)) }).hash;

  it("tells fairness apart", () => {
    expect(hash(eventually(isOn))).not.toBe(hash(eventually(isOn, { none: "everywhere" })));
    expect(hash(eventually(isOn))).not.toBe(hash(leadsTo(n.ge(0), isOn)));
  });
});
