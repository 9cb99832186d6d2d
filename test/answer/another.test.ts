/** Is a counterexample that avoids a row the shortest of those that do, and is there really none where that is said? */
import fc from "fast-check";
import { expect, it } from "vitest";
import { avoiding, refuseNoRow, rowOf } from "../../checker/answer/another.ts";
import { check } from "../../checker/answer/check.ts";
import { builtins } from "../../checker/cli/models.ts";
import { findSpec, folders } from "../../checker/cli/specs.ts";
import { stateKey } from "../../checker/language/cells.ts";
import type { System } from "../../checker/language/index.ts";
import { Findings } from "../../checker/reference/findings.ts";
import { search } from "../../checker/reference/search.ts";
import { loadSpec } from "../../checker/spec/load.ts";
import { drawnSystems, searched } from "../reduction/systems.ts";
import { runs } from "../runs.ts";

/** Steps of the shortest run to a violation of each property that never passes the row, level by level. */
function lengthsWithout(system: System, row: string): Map<string, number> {
  const key = stateKey(system);
  const lengths = new Map<string, number>();
  const seen = new Set(system.initials.map(key));
  let frontier = [...system.initials];
  for (let level = 0; frontier.length > 0; level++) {
    const found: typeof frontier = [];
    for (const state of frontier) {
      const look = new Findings(system);
      const open = look.look(state, level, 0).transitions.filter(({ label }) => rowOf(label) !== row);
      for (const after of look.take(open, state, 0, level)) {
        if (seen.has(key(after.state))) continue;
        seen.add(key(after.state));
        found.push(after.state);
      }
      for (const { property, length } of look.violations.told())
        lengths.set(property, Math.min(length, lengths.get(property) ?? length));
    }
    frontier = found;
  }
  return lengths;
}

it("finds what a search finds that leaves the row out, on systems drawn at random", () => {
  let [avoided, none] = [0, 0];
  fc.assert(
    fc.property(drawnSystems, (one) => {
      const { system, full } = searched(one);
      fc.pre(system.alwaysPossible.length === 0 && full.violations.length > 0);
      const rows = [...new Set(system.labels.flatMap((label) => (label ? [rowOf(label)] : [])))];
      for (const row of rows) {
        const { violations } = search(avoiding(system, [row]), { exploreAll: true });
        const lengths = Object.fromEntries(violations.map(({ property, length }) => [property, length]));
        const known = lengthsWithout(system, row);
        for (const { property } of full.violations) {
          expect([row, property, lengths[property]]).toEqual([row, property, known.get(property)]);
          if (known.has(property)) avoided += 1;
          else none += 1;
        }
      }
    }),
    runs(60),
  );
  expect(Math.min(avoided, none)).toBeGreaterThan(20);
});

it("shows one that replays, says which row it avoids, and which rows every one passes", async () => {
  const loaded = await loadSpec(findSpec("hooks/kprobe-allocates", folders), builtins);
  const { trace, notes } = check(loaded, { another: ["any"] });
  const said = /^the counterexample is the shortest that does not pass task0: call1; every one passes (.*)$/.exec(
    notes.at(-1) ?? "",
  );
  const always = (said?.[1] ?? "").split(", ");
  expect(always.length).toBeGreaterThan(5);
  const rows = trace?.steps.map(({ label }) => rowOf(label)) ?? [];
  expect(rows).not.toContain("task0: call1");
  for (const row of always) {
    expect(rows).toContain(row);
    const asked = check(loaded, { another: [row] });
    expect(asked.notes.at(-1)).toBe(`every counterexample of ${trace?.property} passes ${row}`);
    expect(asked.asked).toEqual(expect.arrayContaining(["--another", row]));
  }
});

it("is told that it cannot be where nothing is violated, and for what is about all that may follow", async () => {
  const holds = check(await loadSpec(findSpec("deferred/free-moves", folders), builtins), { another: ["any"] });
  expect(holds.notes.at(-1)).toBe("--another: nothing is violated, so there is no counterexample");
  const future = check(await loadSpec(findSpec("7.3/frees-to-slab", folders), builtins), { another: ["any"] });
  expect(future.notes.at(-1)).toBe("--another: returns is about all that may follow, not about one path");
});

it("names the rows nearest to one that is none", async () => {
  const { system } = await loadSpec(findSpec("deferred/free-moves", folders), builtins);
  expect(() => refuseNoRow(system, ["any"])).not.toThrow();
  expect(() => refuseNoRow(system, ["kfree_nolok: entry"])).toThrow(
    /--another: "kfree_nolok: entry" is no row that a context reaches/,
  );
});
