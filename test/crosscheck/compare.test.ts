/** Do Spin and Rumur find in exported systems what the reference finds? */
import fc from "fast-check";
import { expect, it } from "vitest";
import { crosscheckSystem } from "../../checker/crosscheck/compare.ts";
import { toPromela } from "../../checker/export/promela.ts";
import {
  atRest,
  bool,
  type Clause,
  type Expr,
  each,
  element,
  forAll,
  id,
  indexSet,
  invariant,
  not,
  optional,
  or,
  otherwise,
  program,
  property,
  range,
  type System,
  sometimes,
  state,
  step,
} from "../../checker/language/index.ts";
import { search } from "../../checker/reference/search.ts";
import type { Model } from "../../checker/spec/model.ts";
import counters from "../../examples/counters.ts";
import freelist from "../../examples/freelist.ts";
import philosophers from "../../examples/philosophers.ts";
import ticketLock from "../../examples/ticket-lock.ts";
import { linkExample } from "../examples/link-example.ts";
import { drawn } from "../export/drawn.ts";
import { systemOf } from "../language/build.ts";
import { needing } from "../needing.ts";
import { tapes } from "../reference/random-systems.ts";
import { runs } from "../runs.ts";

const { suite } = await needing("with other checkers");

const item = indexSet("item");
const m = state({ on: bool, head: optional(id(item)), flag: each(item, bool) });

async function differences(system: System): Promise<readonly string[]> {
  const opinions = await crosscheckSystem(system, search(system, { exploreAll: true }), 100);
  return opinions.flatMap(({ checker, differences: said }) => (said ?? []).map((one) => `${checker}: ${one}`));
}

suite("Spin and Rumur", () => {
  it.each<[string, Model, Record<string, number>, string[]]>([
    ["independent counters", counters, { counters: 3, limit: 2 }, []],
    ["a free list that goes wrong", freelist, { processes: 3, objects: 2, lastTag: 5 }, ["untagged"]],
    ["philosophers that starve", philosophers, { philosophers: 3 }, []],
    ["a ticket lock", ticketLock, {}, []],
  ])("count and find the same in %s", async (_, model, configuration, variants) => {
    expect(await differences(linkExample(model, configuration, variants))).toEqual([]);
  });

  it("find the same in conditions longer than a piece of C that Spin takes", async () => {
    const [a, b, c] = [element(item, 7), element(item, 10), element(item, 11)];
    const set = program("set", { exits: ["end"] }, () => ({
      one: step("flag[7] = 1;", otherwise.do(m.flag.at(a).set(true)).goto("two")),
      two: step("flag[10] = 1;", otherwise.do(m.flag.at(b).set(true)).goto("three")),
      three: step("flag[11] = 1;", otherwise.do(m.flag.at(c).set(true)).goto("end")),
    }));
    const three = (ask: (condition: Expr<boolean>) => Clause, all: boolean) =>
      ask(
        forAll(item, (i) =>
          forAll(item, (j) =>
            forAll(item, (k) =>
              or(
                i.eq(j),
                j.eq(k),
                i.eq(k),
                ...[i, j, k].map((one) => not(m.flag.at(one))),
                ...(all ? [m.flag.at(b)] : []),
              ),
            ),
          ),
        ),
      );
    const properties = [
      property("three", "never three at once", three(invariant, false)),
      property("with", "of three that are set one is 10", three(invariant, true)),
      property("rest", "the same at rest", three(atRest, false)),
    ];
    const system = systemOf([set], { roots: [m], sizes: { item: 12 }, properties });
    const text = toPromela(system);
    expect(text.length).toBeGreaterThan(3 * 65_536);
    const pieces = text.split(/^c_code \{/m).map((piece) => piece.length);
    expect(Math.max(...pieces)).toBeLessThan(65_536);
    expect(search(system, { exploreAll: true }).violations.map((v) => v.property)).toEqual(["three", "rest"]);
    expect(await differences(system)).toEqual([]);
  });

  it.each([
    ["met before", or(not(m.on), m.flag.at(m.head))],
    ["met afterwards", m.flag.at(m.head)],
  ])("find the error in a witness that has no value, %s", async (_, condition) => {
    const set = program("set", { exits: ["end"] }, () => ({
      flip: step("on = 1;", otherwise.do(m.on.set(true)).goto("point")),
      point: step(
        "head = 0;",
        otherwise.do(m.head.set(element(item, 0)), m.flag.at(element(item, 0)).set(true)).goto("end"),
      ),
    }));
    const seen = property("seen", "", sometimes(condition));
    const system = systemOf([set], { roots: [m], sizes: { item: 2 }, properties: [seen] });
    expect(search(system, { exploreAll: true }).violations.map((v) => v.property)).toEqual(["model error"]);
    expect(await differences(system)).toEqual([]);
  });

  it("take an array that is indexed with itself, read and written", async () => {
    const cells = state({ ring: each(range(0, 2), range(0, 2)), at: range(0, 2) });
    const inner = cells.ring.at(cells.at);
    const turns = program("turns", { exits: [] }, () => ({
      set: step("ring[ring[at]] = at;", otherwise.do(cells.ring.at(inner).set(cells.at)).goto("next")),
      next: step(
        "at = ring[ring[at]] + 1;",
        otherwise.do(cells.at.set(cells.ring.at(inner).plus(1).mod(3))).goto("set"),
      ),
    }));
    const system = systemOf([turns, turns], { roots: [cells] });
    expect(search(system, { exploreAll: true }).states).toBeGreaterThan(8);
    expect(await differences(system)).toEqual([]);
  });

  it("count and find the same in systems drawn at random", async () => {
    const seed = Math.floor(Math.random() * 2 ** 31);
    const systems = fc.sample(tapes, { seed, ...runs(120) }).flatMap((numbers) => {
      const system = drawn(numbers);
      const result = system && search(system, { exploreAll: true, maxStates: 2000 });
      return system && result?.complete && result.states >= 8 ? [system] : [];
    });
    const asked = systems.slice(0, runs(4).numRuns);
    expect(asked, `seed ${seed}`).toHaveLength(runs(4).numRuns);
    for (const system of asked) expect(await differences(system), `seed ${seed}`).toEqual([]);
  });
});
