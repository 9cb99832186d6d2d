/** How do exported models read? Two files, to be looked at whenever they change. */
import { expect, it } from "vitest";
import { toMurphi } from "../../checker/export/murphi.ts";
import { toPromela } from "../../checker/export/promela.ts";
import { bool, each, indexSet, otherwise, program, state, step } from "../../checker/language/index.ts";
import { link } from "../../checker/link/link.ts";
import freelist from "../../examples/freelist.ts";
import { linkExample } from "../examples/link-example.ts";

const system = linkExample(freelist, { processes: 1, objects: 2, lastTag: 2 });

it("a free list as Promela", async () => {
  await expect(toPromela(system)).toMatchFileSnapshot("freelist.pml");
});

it("a free list as Murphi", async () => {
  await expect(toMurphi(system)).toMatchFileSnapshot("freelist.m");
});

it("without properties nothing is looked at", () => {
  expect(toPromela(system, { properties: false })).not.toMatch(/assert|FOUND|monitor/);
  expect(toMurphi(system, { properties: false })).not.toMatch(/assert|invariant|cover|liveness|error "/);
});

it("an array over a set that nothing is in is not declared", () => {
  const none = indexSet("none");
  const memory = state({ word: each(none, bool), bit: bool });
  const flip = program("flip", { exits: ["done"] }, () => ({
    flip: step("bit = 1;", otherwise.do(memory.bit.set(true)).goto("done")),
  }));
  const system = link({
    name: "empty",
    sizes: { none: 0 },
    roots: [memory],
    properties: [],
    contexts: [{ name: "c", script: flip }],
  });
  for (const text of [toPromela(system), toMurphi(system)]) {
    expect(text).toContain("bit");
    expect(text).not.toMatch(/\bword\b/);
  }
});
