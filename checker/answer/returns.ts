/**
 * What did each call give, over all runs? A call row that says so (`returns`) is told by the exits of its callee: which
 * of them some run left by. Counts of fired commands say it, so that every engine gives the same.
 */
import type { Label, System } from "../language/system.ts";
import type { SearchResult } from "../reference/result.ts";
import { targetOf } from "../reference/ways.ts";

export interface Returned {
  /** Who called: contexts of one script are told together. */
  readonly context: string;
  /** What was called, as the row names it: "kmalloc_nolock A". */
  readonly of: string;
  /** Exits that some run left by, in the order of the callee; none: the call never returned. */
  readonly exits: readonly string[];
  /** The exit by which the call gave nothing, where the row names one. */
  readonly inVain: string | null;
}

/** The calls of a system in the order of their rows. A call that stands in several rows of a script is one. */
export function returnsOf(system: System, { fired }: Pick<SearchResult, "fired">): readonly Returned[] {
  const found = new Map<
    string,
    { readonly returned: Returned; readonly order: readonly string[]; left: Set<string> }
  >();
  for (const label of system.labels) {
    if (!label) continue;
    const row = calledBy(system, label);
    if (row?.kind !== "call" || !row.meta.returns) continue;
    const { of, inVain = null } = row.meta.returns;
    const context = system.contexts.filter(({ script }) => script === label.script).map(({ name }) => name);
    const key = JSON.stringify([label.script, of]);
    const returned = { context: context.join(", "), of, exits: [], inVain };
    const call = found.get(key) ?? { returned, order: row.callee.exits, left: new Set<string>() };
    found.set(key, call);
    for (const command of label.entries.flat()) {
      const target = targetOf(system, command);
      if (target !== null && call.order.includes(target) && (fired[command.id] ?? 0) > 0) call.left.add(target);
    }
  }
  return [...found.values()].map(({ returned, order, left }) => ({
    ...returned,
    exits: order.filter((exit) => left.has(exit)),
  }));
}

/** The call row by which a label's program was entered; undefined for the script itself. */
function calledBy({ programs }: System, { stack }: Label) {
  const [caller, own] = stack.slice(-2);
  return caller && own ? programs[caller.program]?.rows[own.callLabel] : undefined;
}
