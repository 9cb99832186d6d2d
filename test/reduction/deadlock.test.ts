/** Is a deadlock found where somebody is kept from its last step for good? */
import { expect, it } from "vitest";
import { runSearch } from "../../checker/engine/run.ts";
import { bool, context, element, not, or, otherwise, program, state, step } from "../../checker/language/index.ts";
import { link } from "../../checker/link/link.ts";
import { recheck } from "../../checker/reduction/recheck-graph.ts";

const m = state({ halted: bool });
const worker = program("worker", { exits: ["done"] }, () => ({ only: step("return;", otherwise.goto("done")) }));
const halter = program("halter", { exits: ["done"] }, () => ({
  only: step("halted = true;", otherwise.do(m.halted.set(true)).goto("done")),
}));

it("is found: the step of a worker that would end its script is not taken alone", () => {
  const system = link({
    name: "halt",
    roots: [m],
    contexts: [
      { name: "worker", script: worker },
      { name: "halter", script: halter },
    ],
    mayRun: (self) => or(not(m.halted), self.eq(element(context, 1))),
  });
  for (const por of [false, true]) {
    for (const engine of ["reference", "wasm"] as const) {
      const { result } = runSearch(system, { engine, por, exploreAll: true });
      expect({ por, engine, violated: result.violations.map((v) => v.property) }).toEqual({
        por,
        engine,
        violated: ["deadlock"],
      });
    }
  }
  expect(recheck(system, 10).problems).toEqual([]);
});
