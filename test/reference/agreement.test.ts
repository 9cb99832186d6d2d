/** Do the linker and the reference search agree with the second answer, on systems drawn at random? */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { System } from "../../checker/language/index.ts";
import { search } from "../../checker/reference/search.ts";
import { runs } from "../runs.ts";
import { naiveSearch } from "./naive.ts";
import { drawSystem, linkDrawn, tapes } from "./random-systems.ts";
import { Tape } from "./random-terms.ts";
import { project, projectNaive, statesOf } from "./states.ts";

const MAX_STATES = 600;

describe("the reference and a naive interpreter of the source", () => {
  it("find the same states, violations and witnesses", () => {
    fc.assert(
      fc.property(tapes, (numbers) => {
        const options = drawSystem(new Tape(numbers));
        const system = linkDrawn(options);
        const naive = system && naiveSearch(options, MAX_STATES);
        fc.pre(naive !== null);
        const result = search(system as System, { exploreAll: true });
        const certain = ([name]: readonly [string, unknown]): boolean => !naive.uncertain.has(name);
        // Of a property of two kinds the more specific one is told, whichever has the shorter path.
        const told = [...naive.violations].filter(certain).map(([property, kinds]) => {
          const verdict = [...kinds.keys()].find((kind) => kind !== "noProgress") ?? "noProgress";
          return { property, verdict, length: kinds.get(verdict) };
        });
        const found = result.violations.map(({ property, verdict, length }) => ({ property, verdict, length }));
        const inOrder = (of: typeof told) => of.toSorted((a, b) => (a.property < b.property ? -1 : 1));
        expect(inOrder(found.filter(({ property }) => certain([property, null])))).toEqual(inOrder(told));
        expect(result.met.map((m) => m !== null)).toEqual(naive.met);
        expect(result.rested).toBe(naive.rested);
        const projections = new Set(statesOf(system as System).map((s) => project(system as System, s)));
        expect(projections).toEqual(new Set(naive.states.map((s) => projectNaive(system as System, s))));
        const slotless = (system as System).scripts.every((s) => s.slots.length === 0);
        const locals = Object.values((system as System).programs).some((p) => Object.keys(p.locals).length > 0);
        if (slotless && !locals && (system as System).droppedGhosts.length === 0) {
          expect([result.states, result.transitions]).toEqual([naive.states.length, naive.transitions]);
        }
        expect(result.states).toBeLessThanOrEqual(naive.states.length);
      }),
      runs(200),
    );
  });
});
