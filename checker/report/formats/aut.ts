/**
 * The whole graph for the tools that read Aldebaran files (CADP, mCRL2, LTSmin): `des (first, transitions, states)`, then a
 * line for each transition. States are numbers; a label says who took which row, and what was chosen.
 */
import type { System } from "../../language/system.ts";
import { beginsWith } from "../../reference/starts.ts";
import { ascii } from "../../text/wrap.ts";
import { stepName, wholeGraphOf } from "./graph.ts";

/** Many more, and the reference that finds them is no longer quick. */
const MOST_STATES = 50_000;

export function aut(system: System): string {
  const { states, edges } = wholeGraphOf(system, "aut", MOST_STATES);
  const lines = edges.map(({ from, to, via }) => `(${from},"${stepName(system, via).replaceAll('"', "'")}",${to})`);
  const { initials } = system;
  if (initials.length === 1) return `${[`des (0,${edges.length},${states.length})`, ...lines].join("\n")}\n`;
  // The format knows one state to begin in: here it is one more, from which each of ours is chosen.
  const chosen = initials.map((start, i) => {
    const cells = beginsWith(system, start).map(([cell, value]) => `${cell} = ${value}`);
    return `(${states.length},"begins with ${ascii(cells.join(", ")).replaceAll('"', "'")}",${i})`;
  });
  const first = `des (${states.length},${edges.length + chosen.length},${states.length + 1})`;
  return `${[first, ...lines, ...chosen].join("\n")}\n`;
}
