/** Does the reference decide liveness under fairness as the definition does, and is what it shows a counterexample? */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { LivenessCheck } from "../../checker/language/system.ts";
import { whyNotEndless } from "../../checker/reference/endless.ts";
import { search } from "../../checker/reference/search.ts";
import { runs } from "../runs.ts";
import { drawLiveness, drawRounds } from "./drawn-liveness.ts";
import { naivelyViolated } from "./naive-liveness.ts";
import { tapes } from "./random-systems.ts";

/** States in which something may be owed: all their sets are tried. */
const MOST = 11;

describe.each([
  { name: "programs drawn at random", draw: drawLiveness, times: 100 },
  { name: "programs that go round", draw: drawRounds, times: 800 },
])("liveness of $name", ({ draw, times }) => {
  it("is what the definition says, and a counterexample is fair and owes", () => {
    const answers = { holds: 0, violated: 0 };
    const property = fc.property(tapes, (numbers) => {
      const system = draw(numbers);
      fc.pre(system !== null);
      const result = search(system, { exploreAll: true, maxStates: 300 });
      fc.pre(result.complete);
      const check = system.liveness[0] as LivenessCheck;
      const naive = naivelyViolated(system, check, MOST);
      fc.pre(naive !== null);
      const found = result.violations.find((v) => v.property === "live");
      expect(found !== undefined).toBe(naive);
      if (found?.endless) expect(whyNotEndless(system, check, found.endless)).toBeNull();
      answers[naive ? "violated" : "holds"] += 1;
    });
    fc.assert(property, runs(times));
    expect(answers.holds).toBeGreaterThan(times / 20);
    expect(answers.violated).toBeGreaterThan(times / 20);
  });
});
