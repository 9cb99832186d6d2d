/** Is the text that a relation's hash is of the JSON that it is said to be? */
import fc from "fast-check";
import { expect, it } from "vitest";
import type { Binder } from "../../checker/language/nodes.ts";
import type { IndexSet } from "../../checker/language/sets.ts";
import { canonical, hashOf } from "../../checker/link/hash.ts";
import { link } from "../../checker/link/link.ts";
import model from "../../model/index.ts";
import { drawSystem, linkDrawn, tapes } from "../reference/random-systems.ts";
import { Tape } from "../reference/random-terms.ts";
import { runs } from "../runs.ts";

function described(set: IndexSet): string {
  if (set.kind === "base") return set.name;
  const parts = Object.entries(set.kind === "product" ? set.parts : set.kinds);
  return `${set.kind} ${set.name}(${parts.map(([key, part]) => `${key}: ${described(part)}`).join(", ")})`;
}

/** The same by the JSON of the language, which is slow. */
function byTheLanguage(value: unknown): string {
  const numbers = new Map<Binder, number>();
  return JSON.stringify(value, (key, part: unknown) => {
    if (key === "binder" || (typeof part === "object" && part !== null && Object.keys(part).join() === "set")) {
      const binder = part as Binder;
      if (!numbers.has(binder)) numbers.set(binder, numbers.size);
      return `${described(binder.set)}#${numbers.get(binder)}`;
    }
    if (key === "set" && typeof part === "object") return described(part as IndexSet);
    return part;
  });
}

it("of systems drawn at random", () => {
  fc.assert(
    fc.property(tapes, (numbers) => {
      const system = linkDrawn(drawSystem(new Tape(numbers)));
      fc.pre(system !== null);
      const { commands, fields, invariants, atRest, witnesses, mayRun, initials, constants, scripts } = system;
      for (const part of [...commands, fields, invariants, atRest, witnesses, mayRun, initials, constants, scripts])
        expect(canonical(part)).toBe(byTheLanguage(part));
    }),
    runs(100),
  );
});

it("of the model of kmalloc_nolock(), with every property that its hooks and tasks can be asked for", () => {
  const asked = {
    configuration: Object.fromEntries(
      Object.entries(model.parameters).map(([name, { default: given }]) => [name, given]),
    ),
    version: Object.keys(model.versions)[0] as string,
    variants: [],
    contexts: [
      { name: "task0", kind: "task", script: ["kmalloc A", "kfree #1"], options: { cpu: 0, objcg: 0 } },
      { name: "nmi0", kind: "nmi", script: ["kmalloc_nolock A"], options: { cpu: 0, objcg: 0 } },
    ],
  };
  const properties = ["S1", "S3", "S4", "S6", "S7", "S9", "S11", "guards"].map((name) => model.properties[name]);
  const built = { ...model.build(asked), name: "all", properties: properties.filter((one) => one !== undefined) };
  const system = link(built);
  const { commands, fields, labels } = system;
  const waits = labels.map((label) => label?.waits);
  for (const part of [...commands, fields, waits]) expect(canonical(part)).toBe(byTheLanguage(part));
  expect(commands.length).toBeGreaterThan(100);
  const requoted = labels.map((label) => label && { ...label, row: { ...label.row, quote: "another line" } });
  expect(hashOf(system)).toBe(system.hash);
  expect(hashOf({ ...system, labels: requoted })).toBe(system.hash);
  const renamed = labels.map((label, i) => label && { ...label, name: `${i}` });
  expect(hashOf({ ...system, labels: renamed })).not.toBe(system.hash);
});

it("of values that JSON leaves out or cannot write", () => {
  for (const value of [{ a: undefined, b: [undefined, null, 1] }, [], {}, 'a\u2028"', true, null, [{ x: {} }]])
    expect(canonical(value)).toBe(byTheLanguage(value));
});
