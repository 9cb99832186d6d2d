/** Replay: every counterexample and witness is a run of the reference, and nothing else is ever shown. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { search } from "../../checker/reference/search.ts";
import type { Transition } from "../../checker/reference/step.ts";
import { traceOf } from "../../checker/reference/trace.ts";
import { runs } from "../runs.ts";
import { counterSystem, nothingLost } from "./counter.ts";
import { drawn, randomSystem } from "./random-system.ts";

const system = counterSystem(["task0", "nmi0"], [nothingLost]);
const result = search(system, { exploreAll: true });
const [violation] = result.violations;
if (!violation) throw new Error("the counter has a violation");
const path = result.trace(violation.at);
const transitions = path.steps;

describe("a trace", () => {
  const trace = traceOf(system, violation.property, violation.why, path);

  it("has the steps of the counterexample, in order, as long as the search said", () => {
    expect(trace.steps.map((s) => s.number)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(trace.steps).toHaveLength(violation.length);
  });

  it("names locals as the program does, leaves out those that are dead, and leaves out labels", () => {
    expect(trace.steps.map((s) => s.changes)).toEqual([
      [{ cell: "task0.n", from: "(unset)", to: "0" }],
      [
        { cell: "top[cpu0]", from: "task0", to: "nmi0" },
        { cell: "nmi0.below", from: "(unset)", to: "task0" },
      ],
      [{ cell: "nmi0.n", from: "(unset)", to: "0" }],
      [{ cell: "counter", from: "0", to: "1" }],
      [{ cell: "top[cpu0]", from: "nmi0", to: "task0" }],
      [],
    ]);
  });

  it("says where each step runs and whom an arrival cuts", () => {
    expect(trace.steps.map((s) => s.lane)).toEqual(Array.from({ length: 6 }, () => "cpu0"));
    expect(trace.steps.map((s) => s.cuts)).toEqual([null, 0, null, null, null, null]);
  });

  it("goes from state to state", () => {
    for (const [i, step] of trace.steps.entries())
      expect(step.before).toBe(trace.steps[i - 1]?.after ?? system.initials[0]);
    expect(trace.final).toBe(trace.steps.at(-1)?.after);
  });
});

describe("a replay refuses", () => {
  const replay = (given: readonly (Transition | undefined)[]) => () =>
    traceOf(system, "nothingLost", "", { ...path, steps: given as readonly Transition[] });
  const first = transitions[0] as Transition;

  it("a step that is not open", () => {
    expect(replay([first, first])).toThrow(
      "the trace of nothingLost does not replay: step 2 (task0 at increment: load): it is not open in the state reached",
    );
    expect(replay(transitions.slice(1))).toThrow("step 5 (task0 at increment: store)");
    expect(replay([transitions[3]])).toThrow("step 1 (nmi0 at increment: store)");
  });

  it("a step of another context", () => {
    expect(replay([{ ...first, context: 1 }])).toThrow("step 1");
  });

  it("a choice that was not there", () => {
    expect(replay([{ ...first, chosen: [0] }])).toThrow("step 1");
  });
});

describe("counterexamples of random systems", () => {
  it("replay, end where they were found, and are as long as the search said", () => {
    fc.assert(
      fc.property(drawn, (one) => {
        const made = randomSystem(one);
        const found = search(made, { exploreAll: true });
        for (const { property: name, why, at, length } of found.violations) {
          const trace = traceOf(made, name, why, found.trace(at));
          expect(trace.steps).toHaveLength(length);
          for (const { changes, after, before } of trace.steps) {
            expect(changes.length === 0 || after !== before).toBe(true);
            for (const { from, to } of changes) expect(from).not.toBe(to);
          }
        }
      }),
      runs(40),
    );
  });
});
