/** Is every spec beside the examples answered as it says? The large ones are cross-checked by `npm run nightly`. */
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { check, statusOf } from "../../checker/answer/check.ts";
import { exampleSpecsOfSize } from "../../checker/cli/specs.ts";
import { loadSpec } from "../../checker/spec/load.ts";

const folder = fileURLToPath(new URL("../../examples/", import.meta.url));
const specs = exampleSpecsOfSize("ci").map(({ path }) => relative(folder, path));

/** Alternatives that cannot fire, and that stand there because the algorithm has them. */
const neverFires: Readonly<Record<string, readonly string[]>> = {
  // A manager that has not prepared would obey a commit, but none is sent before it has.
  "two-phase-commit.json": ["resource_manager: working/0/2"],
};

it("there are specs", () => expect(specs.length).toBeGreaterThan(8));

it.each(specs)("examples/%s is answered as it expects, with every count pinned", async (name) => {
  const outcome = check(await loadSpec({ source: name, path: folder + name }, {}));
  expect(outcome.differences).toEqual([]);
  expect(statusOf(outcome)).toBe(0);
  expect(outcome.spec.expect).toMatchObject({ states: outcome.result.states, depth: outcome.result.depth });
});

/** Of a model of kernel code only its own rows can all fire: `kernel.test.ts`. */
const whole = specs.filter((name) => !name.startsWith("kernel/"));

it.each(whole)("every alternative of the model of examples/%s fires", async (name) => {
  const { system, result } = check(await loadSpec({ source: name, path: folder + name }, {}));
  const never = system.commands
    .filter((c) => result.fired[c.id] === 0)
    .map((c) => `${c.source.program}: ${c.source.label}/${c.source.entry}/${c.source.member}`);
  expect(never).toEqual(neverFires[name] ?? []);
});
