/** Do the promises of linking and searching hold on systems drawn at random? */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { LinkOptions, System } from "../../checker/language/index.ts";
import { patch, variant } from "../../checker/language/index.ts";
import { printSystem } from "../../checker/language/print.ts";
import type { SourceRow } from "../../checker/language/programs.ts";
import type { Violation } from "../../checker/reference/result.ts";
import { search } from "../../checker/reference/search.ts";
import { apply, expand } from "../../checker/reference/step.ts";
import { runs } from "../runs.ts";
import { drawSystem, linkDrawn, tapes } from "./random-systems.ts";
import { Tape } from "./random-terms.ts";
import { statesOf } from "./states.ts";

const STATES = 400;
const RUNS = runs(60);

/** Runs a check on systems small enough to be explored. */
function onSystems(check: (system: System, options: LinkOptions, numbers: readonly number[]) => void): void {
  const property = fc.property(tapes, (numbers) => {
    const options = drawSystem(new Tape(numbers));
    const system = linkDrawn(options);
    fc.pre(system !== null && search(system, { exploreAll: true, maxStates: STATES }).complete);
    check(system, options, numbers);
  });
  fc.assert(property, RUNS);
}

function freeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) freeze(part);
  }
  return value;
}

const summary = ({ violations }: { readonly violations: readonly Violation[] }) =>
  Object.fromEntries(violations.map(({ property, verdict, length }) => [property, { verdict, length }]));

describe("linking", () => {
  it("gives the same hash and the same print again, whatever was built in between", () => {
    onSystems((system, _, numbers) => {
      drawSystem(new Tape([...numbers].reverse()));
      const again = linkDrawn(drawSystem(new Tape(numbers))) as System;
      expect(again.hash).toBe(system.hash);
      expect(printSystem(again)).toBe(printSystem(system));
    });
  });

  it("gives another hash when the guard of a row in use is negated", () => {
    onSystems((system, options) => {
      const used = system.commands.find(({ source }) => guardAt(system, source) !== null);
      fc.pre(used !== undefined);
      const { program: name, label, entry, member } = used.source;
      const row = (system.programs[name] as System["programs"][string]).rows[label] as SourceRow;
      if (row.kind !== "step") throw new Error("commands come from steps");
      const entries = row.entries.map((members, i) =>
        members.map((a, j) =>
          i === entry && j === member && a.guard ? { ...a, guard: { op: "not" as const, of: a.guard } } : a,
        ),
      );
      const base = { ...system.programs[name] } as never;
      const negated = variant(
        "negated",
        "",
        patch(base, () => ({ [label]: { ...row, entries } }) as never),
      );
      const changed = linkDrawn({ ...options, variants: [...(options.variants ?? []), negated] });
      expect(changed?.hash).not.toBe(system.hash);
    });
  });

  it("makes a table that a search never writes to", () => {
    onSystems((system) => {
      const before = search(system, { exploreAll: true });
      const { universe, ...table } = system;
      freeze(table);
      expect(summary(search({ ...table, universe }, { exploreAll: true }))).toEqual(summary(before));
    });
  });
});

const guardAt = ({ programs }: System, { program, label, entry, member }: System["commands"][number]["source"]) => {
  const row = programs[program]?.rows[label];
  return row?.kind === "step" ? (row.entries[entry]?.[member]?.guard ?? null) : null;
};

describe("searching", () => {
  it("gives states that nobody can write to", () => {
    onSystems((system) => {
      for (const state of statesOf(system))
        for (const part of [state, ...Object.values(state)]) expect(Object.isFrozen(part)).toBe(true);
    });
  });

  it("gives counterexamples that replay from the initial state, as long as it says", () => {
    onSystems((system) => {
      const result = search(system, { exploreAll: true });
      for (const { at, length } of result.violations) {
        const { start, steps: trace } = result.trace(at);
        expect(trace.length).toBe(length);
        expect(system.initials).toContainEqual(start);
        let state = start;
        for (const [i, { context, command, chosen }] of trace.entries()) {
          const open = expand(system, state).transitions;
          const taken = open.find(
            (t) => t.context === context && t.command === command && t.chosen.join() === chosen.join(),
          );
          expect(taken).toBeDefined();
          const last = i === trace.length - 1 && at.transition !== null;
          if (taken && !last) state = apply(system, state, taken).state;
        }
      }
    });
  });

  it("stops at the first level with a violation, with one as short as the whole graph has", () => {
    onSystems((system) => {
      fc.pre(system.alwaysPossible.length === 0); // that is decided on whole graphs only
      const all = search(system, { exploreAll: true }).violations;
      const first = search(system).violations;
      const least = Math.min(...all.map((v) => v.length));
      expect(summary({ violations: first })).toEqual(summary({ violations: all.filter((v) => v.length === least) }));
    });
  });

  it("is incomplete at a limit, and never by chance complete", () => {
    onSystems((system) => {
      const whole = search(system, { exploreAll: true });
      fc.pre(whole.depth > 0 && whole.states > 1);
      const few = search(system, { exploreAll: true, maxStates: whole.states - 1 });
      const shallow = search(system, { exploreAll: true, maxDepth: whole.depth - 1 });
      expect([few.complete, shallow.complete]).toEqual([false, false]);
      expect(few.incomplete).toContain("states");
      expect(shallow.incomplete).toContain("steps");
    });
  });
});
