/** The key of a state tells any two states apart, however many values a cell has, and orders them cell by cell. */
import { expect, it } from "vitest";
import { stateKey } from "../../checker/language/cells.ts";
import { otherwise, program, range, state, step } from "../../checker/language/index.ts";
import { link } from "../../checker/link/link.ts";

it("tells values apart that differ by 65,536", () => {
  const m = state({ n: range(0, 200_000) });
  const script = program("p", { exits: ["done"] }, () => ({
    only: step("n = 1;", otherwise.do(m.n.set(1)).goto("done")),
  }));
  const system = link({ name: "wide", roots: [m], contexts: [{ name: "c", script }] });
  const key = stateKey(system);
  const keys = [0, 1, 65_535, 65_536, 65_537, 131_072, 200_000].map((n) => key({ ...system.initials[0], n }));
  expect(new Set(keys).size).toBe(keys.length);
  expect([...keys].sort()).toEqual(keys);
});
