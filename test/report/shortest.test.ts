/** What a report says of the counterexample that it shows: the fewest of what, and how sure. */
import { expect, it } from "vitest";
import { howFew, ofTheTrace } from "../../checker/report/shortest.ts";

const cost = { switches: 1, begins: 2, steps: 40 };
const shortest = { switches: 3, begins: 0, steps: 30 };

it("a trace of the whole graph has the fewest steps, and nothing more is said", () => {
  expect([howFew({ reduced: false }), ofTheTrace({ reduced: false })]).toEqual([", the fewest that show it", ""]);
});

it("a trace of the reduced graph is not called the shortest", () => {
  expect(howFew({ reduced: true })).toBe("");
  expect(ofTheTrace({ reduced: true })).toBe("of the reduced graph: it replays, but a shorter one may exist");
});

it("the fewest switches stand beside what the shortest trace has", () => {
  const fewest = { by: "switches", cost, shortest } as const;
  expect(howFew({ reduced: true, fewest })).toBe(", with the fewest switches that show it");
  expect(ofTheTrace({ reduced: false, fewest })).toBe(
    "fewest switches of task or CPU: 1; then interrupts and hooks that begin: 2; then steps: 40 (the one of fewest steps has 3, 0, 30)",
  );
});

it("a search for switches that was given up is told", () => {
  const fewest = { by: "steps", why: "there are more than 300000 paths to look at" } as const;
  expect(ofTheTrace({ reduced: false, fewest })).toBe(
    "the fewest steps; fewest switches not searched to the end: there are more than 300000 paths to look at",
  );
  expect(ofTheTrace({ reduced: true, fewest })).toContain("of the reduced graph");
});
