/** What does the search say where a property or an arrival itself has no meaning? */
import { describe, expect, it } from "vitest";
import { engineSearch } from "../../checker/engine/search/search.ts";
import {
  alwaysPossible,
  atMost,
  bool,
  type Clause,
  call,
  chain,
  context,
  each,
  element,
  happens,
  id,
  indexSet,
  invariant,
  type LinkOptions,
  lit,
  not,
  optional,
  or,
  orWord,
  otherwise,
  program,
  property,
  type System,
  sometimes,
  state,
  step,
  when,
} from "../../checker/language/index.ts";
import { search } from "../../checker/reference/search.ts";
import { errorsOf, found, systemOf } from "../language/build.ts";

const item = indexSet("item");
const m = state({
  on: bool,
  head: optional(id(item)),
  flag: each(item, bool),
  link: each(item, orWord(optional(id(item)), "garbage")),
  below: optional(id(context)),
  owner: each(context, optional(id(context))),
});
const flip = program("flip", { exits: ["end"] }, () => ({
  flip: step("on = 1;", otherwise.do(m.on.set(true)).goto("end")),
}));
const options = { roots: [m], sizes: { item: 2 } };

describe("a property that has no meaning", () => {
  it("is a model error where it should always be possible", () => {
    const through = property("through", "", alwaysPossible(m.flag.at(m.head)));
    const system = systemOf([flip], { ...options, properties: [through] });
    expect(found(system)).toEqual(["model error: model error"]);
    expect(errorsOf(system)[0]).toContain("through");
  });

  it("cannot be reached again where its list is broken", () => {
    const walks = property(
      "walks",
      "",
      alwaysPossible(
        chain(item, m.head, (x) => m.link.at(x))
          .length()
          .eq(0),
      ),
    );
    const broken = program("broken", { exits: ["end"] }, () => ({
      cut: step(
        "link = garbage;",
        otherwise.do(m.head.set(element(item, 0)), m.link.at(m.head).set("garbage")).goto("end"),
      ),
    }));
    const [first] = search(
      systemOf([broken], { ...options, initially: [m.head.set(element(item, 1))], properties: [walks] }),
      { exploreAll: true },
    ).violations;
    expect(first).toMatchObject({ property: "walks", verdict: "noProgress" });
  });
});

describe("a witness whose condition has no value", () => {
  const set = program("set", { exits: ["end"] }, () => ({
    flip: step("on = 1;", otherwise.do(m.on.set(true)).goto("point")),
    point: step("head = 1;", otherwise.do(m.head.set(element(item, 1))).goto("end")),
  }));
  const marked = [m.flag.at(element(item, 1)).set(true)];
  const seen = (clause: Clause, initially: LinkOptions["initially"]) => {
    const system = systemOf([set], {
      ...options,
      initially: initially ?? [],
      properties: [property("seen", "", clause)],
    });
    return [search(system, { exploreAll: true }), ...engineWays(system)].map(({ met, violations }) => ({
      met: met.map((place) => place !== null),
      violations: violations.map(({ property: name, length, why }) => `${name} after ${length}: ${why}`),
    }));
  };
  const engineWays = (system: System) =>
    (["wasm", "js"] as const).map((backend) => engineSearch(system, { backend, exploreAll: true }));

  it("is not met by the state that it has none in, and is asked again later", () => {
    const [first, ...others] = seen(sometimes(m.flag.at(m.head)), marked);
    expect(first).toEqual({
      met: [true],
      violations: [expect.stringContaining("model error after 0: evaluating seen")],
    });
    expect(others).toEqual([first, first]);
  });

  it("is never met where it has a value nowhere else", () => {
    const [first, ...others] = seen(sometimes(m.flag.at(m.head)), []);
    expect(first?.met).toEqual([false]);
    expect(others).toEqual([first, first]);
  });

  it("is a model error though the witness was met before", () => {
    const [first, ...others] = seen(sometimes(or(not(m.on), m.flag.at(m.head))), []);
    expect(first).toEqual({
      met: [true],
      violations: [expect.stringContaining("model error after 1: evaluating seen")],
    });
    expect(others).toEqual([first, first]);
  });

  it("is the same where it is to happen at a step", () => {
    const [first, ...others] = seen(
      happens(set, "flip", () => m.flag.at(m.head)),
      [],
    );
    expect(first).toEqual({
      met: [false],
      violations: [expect.stringContaining("model error after 1: evaluating seen")],
    });
    expect(others).toEqual([first, first]);
  });
});

describe("an arrival", () => {
  it("that cuts through null is a model error, not a crash", () => {
    const hook = program("hook", { exits: ["end"] }, () => ({
      enter: step("hook", { arrive: true, cuts: m.owner.at(m.below) }, otherwise.goto("end")),
    }));
    expect(errorsOf(systemOf([flip, hook], options))[0]).toContain("whom it cuts");
  });

  it("cuts whoever it names, where he stands", () => {
    const hook = program("hook", { exits: ["end"] }, (self) => ({
      enter: step("hook", { arrive: true, cuts: m.below }, otherwise.do(m.below.set(self)).goto("end")),
    }));
    const system = systemOf([flip, hook], { ...options, initially: [m.below.set(element(context, 0))] });
    const result = search(system, { exploreAll: true });
    expect([...(result.cuts[1] as ReadonlySet<number>)].map((pc) => system.labels[pc]?.rowLabel ?? "(end)")).toEqual([
      "flip",
      "(end)",
    ]);
    expect(result.cuts[0]?.size).toBe(0);
  });
});

it("several violations of one property are one, the shortest", () => {
  const off = property("off", "", invariant(not(m.on)), invariant(not(m.on)));
  const { violations } = search(systemOf([flip, flip], { ...options, properties: [off] }), { exploreAll: true });
  expect(violations.map(({ property, length }) => [property, length])).toEqual([["off", 1]]);
});

it("a bound of two properties may stand at a row that is never open, on the way of a call", () => {
  const stuck = program("stuck", { exits: ["end"] }, () => ({
    go: step("go", otherwise.goto("never")),
    never: step("never", when(lit(false)).goto("end")),
  }));
  const caller = program("caller", { exits: ["end"] }, () => ({
    begin: step("begin", otherwise.goto("enter")),
    enter: call("stuck();", stuck, {}, { end: "end" }),
  }));
  const bound = (name: string) => property(name, "", atMost(stuck, "never", 1));
  const system = systemOf([caller], { ...options, properties: [bound("P"), bound("Q")] });
  expect(found(system)).toEqual(["deadlock: deadlock"]);
});
