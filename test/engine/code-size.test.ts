/**
 * Is generated code cut into functions that a compiler takes in its stride? One of 26,000 locals, which nested
 * quantifiers had become, took V8's optimising compiler 11 GB and most of a minute, for a search of two seconds.
 */
import { expect, it } from "vitest";
import { builtins } from "../../checker/cli/models.ts";
import { folders, specNamed } from "../../checker/cli/specs.ts";
import { layoutOf } from "../../checker/engine/state/layout.ts";
import { balancedTree } from "../../checker/engine/state/tree.ts";
import { generate } from "../../checker/engine/steps/program.ts";
import { loadSpec } from "../../checker/spec/load.ts";

/** Locals. */
const MOST = 5_000;

it.each([
  "rqspinlock/hooks-on-tracepoints",
  "rqspinlock/nmi-above-waiter",
  "debug/deferred-slabs-of-both-kinds",
  "memcg/memcg-charge-fails",
])("of %s", async (name) => {
  const { system } = await loadSpec(specNamed(name, folders), builtins);
  const layout = layoutOf(system);
  const tree = balancedTree(layout.words);
  const { program } = generate(layout, tree, { unroll: 8, shared: false, shards: 0 });
  const long = program.functions.filter((fn) => fn.locals > MOST);
  expect(long.map(({ name, locals }) => ({ name, locals }))).toEqual([]);
});
