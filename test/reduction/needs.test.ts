/** What a set of steps that are enough needs: for each such thing a small system that is answered wrong without it. */
import { describe, expect, it } from "vitest";
import {
  and,
  bool,
  context,
  each,
  element,
  id,
  invariant,
  type LeafPlace,
  lit,
  not,
  optional,
  otherwise,
  program,
  property,
  type Row,
  range,
  type System,
  sometimes,
  state,
  step,
  when,
  whenever,
} from "../../checker/language/index.ts";
import { Reduction } from "../../checker/reduction/reduction.ts";
import { reducedSearch } from "../../checker/reduction/search.ts";
import { search } from "../../checker/reference/search.ts";
import { systemOf } from "../language/build.ts";
import { answers, keepingAll } from "./answers.ts";

/** What is violated and what is met, after a look that reductions give the same. */
function found(system: System): string[] {
  const full = search(system, { exploreAll: true });
  const rule = new Reduction(system);
  for (const choice of [rule, keepingAll(rule)])
    expect(answers(reducedSearch(system, { exploreAll: true }, choice))).toEqual(answers(full));
  return [
    ...full.violations.map(({ property: name }) => name).toSorted(),
    ...system.witnesses.flatMap(({ property: name }, i) => (full.met[i] ? [name] : [])),
  ];
}

const m = state({
  x: range(0, 2),
  y: range(0, 2),
  z: range(0, 2),
  isStopped: each(context, bool),
  under: each(context, optional(id(context))),
});

const once = (name: string, row: Row<"done">) => program(name, { exits: ["done"] }, () => ({ row }));
const sets = (name: string, cell: LeafPlace<number>) => once(name, step("set", otherwise.do(cell.set(1)).goto("done")));

describe("the steps that are enough", () => {
  it("are all that change a property which the first changes", () => {
    const walks = (name: string, cell: LeafPlace<number>) =>
      program(name, { exits: ["done"] }, () => ({
        one: step("1", otherwise.do(cell.set(1)).goto("two")),
        two: step("2", otherwise.do(cell.set(2)).goto("done")),
      }));
    const apart = property("apart", "never both half way", invariant(not(and(m.x.eq(1), m.y.eq(1)))));
    expect(found(systemOf([walks("a", m.x), walks("b", m.y)], { roots: [m], properties: [apart] }))).toEqual(["apart"]);
  });

  it("are all that change what is asked of one who waits among them", () => {
    const waits = once("waits", step("wait", when(m.y.gt(0)).goto("done")));
    const calm = property(
      "calm",
      "waits only while x is 0",
      whenever(waits, "row", () => m.x.eq(0), { to: "(waits)" }),
    );
    const system = systemOf([waits, sets("setsY", m.y), sets("setsX", m.x)], { roots: [m], properties: [calm] });
    expect(found(system)).toEqual(["calm"]);
  });

  it("are not so where the first fails, whoever else goes on", () => {
    const failing = once("failing", step("fail", when(m.x.eq(0)).fails("F", "on purpose"), otherwise.goto("done")));
    const early = property("early", "y before x", sometimes(and(m.y.eq(1), m.x.eq(0))));
    const system = systemOf([failing, sets("setsX", m.x), sets("setsY", m.y)], { roots: [m], properties: [early] });
    expect(found(system)).toEqual(["F", "early"]);
  });

  it("are all that keep the first from running, where it decides who runs", () => {
    const lets = once("lets", step("let", otherwise.do(m.isStopped.at(element(context, 1)).set(false)).goto("done")));
    const stops = once("stops", step("stop", otherwise.do(m.isStopped.at(element(context, 0)).set(true)).goto("done")));
    const system = systemOf([lets, sets("setsX", m.x), stops], {
      roots: [m],
      initially: [m.isStopped.at(element(context, 1)).set(true)],
      mayRun: (self) => not(m.isStopped.at(self)),
    });
    expect(found(system)).toEqual(["deadlock"]);
  });

  it("are those of the frame on top of one that depends on the first", () => {
    const [task, frame] = [element(context, 0), element(context, 2)];
    const copies = once(
      "copies",
      step(
        "copy",
        when(and(m.y.eq(1), m.x.eq(0)))
          .do(m.z.set(1))
          .goto("done"),
        otherwise.goto("done"),
      ),
    );
    const interrupts = program("interrupts", { exits: ["done"] }, (self) => ({
      arrive: step(
        "arrive",
        { arrive: true, mayStop: true },
        otherwise
          .do(m.under.at(self).set(task), m.isStopped.at(task).set(true), m.isStopped.at(self).set(false))
          .goto("body"),
      ),
      body: step("body", otherwise.do(m.y.set(1)).goto("leave")),
      leave: step("leave", otherwise.do(m.under.at(self).set(lit(null)), m.isStopped.at(task).set(false)).goto("done")),
    }));
    const between = property("between", "after the frame, before the other", sometimes(m.z.eq(1)));
    const system = systemOf([copies, sets("setsX", m.x), interrupts], {
      roots: [m],
      initially: [m.isStopped.at(frame).set(true)],
      mayRun: (self) => not(m.isStopped.at(self)),
      below: (self) => m.under.at(self),
      properties: [between],
    });
    expect(found(system)).toEqual(["between"]);
  });
});
