/** Does the re-check go on where what a property asks at a row has no value? */
import { expect, it } from "vitest";
import {
  bool,
  each,
  happens,
  id,
  indexSet,
  optional,
  otherwise,
  program,
  property,
  state,
  step,
  whenever,
} from "../../checker/language/index.ts";
import { link } from "../../checker/link/link.ts";
import { recheck } from "../../checker/reduction/recheck-graph.ts";
import { search } from "../../checker/reference/search.ts";

it("goes on, for the search says so", () => {
  const box = indexSet("box");
  const m = state({ on: each(box, bool), which: optional(id(box)) });
  const script = program("p", { exits: ["done"] }, () => ({
    only: step("which = NULL;", otherwise.do(m.which.set(null)).goto("done")),
  }));
  const isOn = m.on.at(m.which.known());
  const system = link({
    name: "recheck",
    sizes: { box: 2 },
    roots: [m],
    contexts: [{ name: "c0", script }],
    properties: [
      property(
        "P",
        "it is on",
        whenever(script, "only", () => isOn),
        happens(script, "only", () => isOn),
      ),
    ],
  });
  expect(search(system, { exploreAll: true }).violations.map((v) => v.property)).toEqual(["model error"]);
  expect(recheck(system, 10)).toMatchObject({ states: 2, complete: true, problems: [] });
});
