/** Does the flow of values end where a step can store nothing that its cell may hold? */
import { expect, it } from "vitest";
import { otherwise, program, range, state, step } from "../../checker/language/index.ts";
import { link } from "../../checker/link/link.ts";
import { footprintsOf } from "../../checker/reduction/footprints.ts";

it("ends where a step always errs", () => {
  const m = state({ n: range(0, 1), k: range(0, 1) });
  const errs = program("errs", { exits: ["done"], locals: { x: range(0, 1) } }, (_self, _params, { x }) => ({
    add: step("x = n + 2;", otherwise.do(x.set(m.n.plus(2))).goto("use")),
    use: step("k = x;", otherwise.do(m.k.set(x)).goto("done")),
  }));
  const system = link({ name: "errs", roots: [m], contexts: [{ name: "c0", script: errs }] });
  const footprints = footprintsOf(system);
  expect(footprints.now(0, 1).reads.has(0)).toBe(true);
});
