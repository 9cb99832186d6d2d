/** Is what stands in the way of a reduction told as it is, on models where it is known? */
import { expect, it } from "vitest";
import { areAlikeAtFirst, hindrances, namings } from "../../checker/reduction/obstacles.ts";
import once from "../../examples/once.ts";
import peterson from "../../examples/peterson.ts";
import twins from "../../examples/twins.ts";
import { linkExample } from "../examples/link-example.ts";
import { hook, linkSmall, task } from "../model/setup.ts";

it("nothing, where each context has a cell of its own", () => {
  expect([...hindrances(linkExample(once, { contexts: 4 })).keys()]).toEqual(["nothing"]);
});

it("another that is under way, where both want the same cells", () => {
  expect(hindrances(linkExample(peterson, {})).get("depends on another that is under way")).toBeGreaterThan(0);
});

it("a frame that may still come, and the same count each time", () => {
  const system = linkSmall({
    configuration: { slabs: ["A cpu0 free=1", "A partial free=1", "page"] },
    contexts: [task("task0", ["kmalloc A"]), hook("hook0", ["kmalloc_nolock A"])],
    properties: ["S1", "S3"],
  });
  const found = hindrances(system);
  expect(found.get("depends on a frame that may still come")).toBeGreaterThan(0);
  expect(found).toEqual(hindrances(system));
});

it("names: as many as there are ways to rename, alike at first where the initial state does not tell", () => {
  const system = linkExample(twins, { bits: 4 });
  expect([namings(system), areAlikeAtFirst(system)]).toEqual([24, true]);
  const without = linkExample(once, { contexts: 2 });
  expect([namings(without), areAlikeAtFirst(without)]).toEqual([1, false]);
});
