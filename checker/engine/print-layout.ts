/** How the engine packs the states of a system, for people: each word with its cells, and the tree of parts. */
import type { System } from "../language/system.ts";
import { treeFor } from "./search/search.ts";
import { layoutOf } from "./state/layout.ts";
import type { Child } from "./state/tree.ts";

export function printLayout(system: System): string {
  const { fields, words } = layoutOf(system);
  const stored = fields.filter((f) => f.bits > 0);
  const bits = stored.reduce((n, f) => n + f.bits, 0);
  const lines = [`${stored.length} cells in ${bits} bits, packed into ${words} words of 32`];
  for (let word = 0; word < words; word++) {
    const inWord = stored.filter((f) => f.word === word).sort((a, b) => a.shift - b.shift);
    lines.push("", `word ${word}: ${inWord.reduce((n, f) => n + f.bits, 0)} bits`);
    for (const { cell, shift, bits } of inWord) {
      lines.push(`  ${`${shift}..${shift + bits - 1}`.padEnd(7)} ${cell.name}`);
    }
  }
  const fixed = fields.filter((f) => f.bits === 0).map((f) => f.cell.name);
  if (fixed.length > 0) lines.push("", "one value only, not stored:", ...fixed.map((name) => `  ${name}`));
  const nameOf = (child: Child): string =>
    "word" in child ? `word ${child.word}` : "node" in child ? `part ${child.node}` : "nothing";
  const { nodes, root } = treeFor(system);
  const parts = nodes.map(({ left, right }, i) => `  part ${i}: ${nameOf(left)}, ${nameOf(right)}`);
  const state = `  a state: ${root.map((node) => nameOf({ node })).join(", ")}`;
  return [...lines, "", "parts, each stored once:", ...parts, state, ""].join("\n");
}
