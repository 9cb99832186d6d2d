/** Two assignments to one group of cells, one of them made for every element: is their clash told? */
import { expect, it } from "vitest";
import { effectDefined } from "../../checker/export/effect.ts";
import {
  bool,
  each,
  element,
  indexSet,
  otherwise,
  program,
  setEach,
  state,
  step,
} from "../../checker/language/index.ts";
import { link } from "../../checker/link/link.ts";

const light = indexSet("light");
const m = state({ on: each(light, bool) });

it("an assignment for every element and one for a single element are compared, in either order", () => {
  const all = setEach(light, (x) => m.on.at(x).set(true));
  const one = m.on.at(element(light, 0)).set(false);
  for (const effect of [
    [...all, one],
    [one, ...all],
  ]) {
    const script = program("p", { exits: ["done"] }, () => ({ only: step("", otherwise.do(effect).goto("done")) }));
    const system = link({ name: "l", sizes: { light: 2 }, roots: [m], contexts: [{ name: "c", script }] });
    expect(() => effectDefined(system.commands[0]?.effect ?? [], system.universe)).not.toThrow();
  }
});
