/**
 * Which load could be made once, before a loop, that has to be made anew each time round? What a failed cmpxchg compares
 * with is then what was there long ago.
 */
import { type Assign, mapParts, mapPlace, type Node, walk } from "../language/nodes.ts";
import { BinderNames, printAssign } from "../language/print-expression.ts";
import type { Alternative, Program, SourceRow, StepRow } from "../language/programs.ts";
import type { Universe } from "../language/sets.ts";
import { type Changed, way, withAlternative } from "./changed.ts";
import { waysOf } from "./order.ts";

/** Mutants of a row of a loop: one of its loads is made by the rows that come to it from outside. */
export function hoistedLoads({ rows }: Pick<Program, "rows">, label: string, universe: Universe): Changed[] {
  const row = rows[label];
  const around = reachedFrom(rows, label);
  if (row?.kind !== "step" || !around.has(label)) return [];
  const comers = Object.keys(rows).filter((from) => !around.has(from) && waysOf(rows[from]).includes(label));
  if (comers.length === 0 || comers.some((from) => rows[from]?.kind !== "step")) return [];
  const names = new BinderNames();
  const printing = { universe, binder: names.of.bind(names) };
  return row.entries.flat().flatMap((alternative) =>
    alternative.effect.filter(isLoad).map((load): Changed => {
      const effect = alternative.effect.filter((one) => one !== load);
      const before = comers.map((from): [string, SourceRow] => [from, withLoad(rows[from] as StepRow, label, load)]);
      return {
        what: `once, before: ${printAssign(load, printing)}${way(alternative)}`,
        rows: { ...Object.fromEntries(before), [label]: withAlternative(row, alternative, { ...alternative, effect }) },
        infects: null,
      };
    }),
  );
}

/** The labels that come after one. */
function reachedFrom(rows: Program["rows"], label: string): ReadonlySet<string> {
  const found = new Set(waysOf(rows[label]));
  for (const at of found) for (const next of waysOf(rows[at])) found.add(next);
  return found;
}

/** Sets a local to what stands in shared cells. */
function isLoad({ place, value, over }: Assign): boolean {
  let reads = false;
  walk(value, (part) => {
    reads ||= part.op === "read" && part.place.base.kind === "state";
  });
  return reads && over.length === 0 && place.base.kind === "local" && place.path.length === 0;
}

/** A row whose ways to a label make the load as well, of what they set themselves. */
const withLoad = (row: StepRow, label: string, load: Assign): StepRow => ({
  ...row,
  entries: row.entries.map((members) =>
    members.map((one) =>
      one.target === label ? { ...one, effect: [...one.effect, { ...load, value: after(one, load.value) }] } : one,
    ),
  ),
});

/** An expression after the locals of an alternative have been set. */
function after({ effect }: Alternative, node: Node): Node {
  const put = (part: Node): Node => {
    if (part.op !== "read") return mapParts(part, put);
    const { base, path } = part.place;
    const set = effect.find(
      ({ place }) => base.kind === "local" && place.base.kind === "local" && place.base.name === base.name,
    );
    return set && path.length === 0 ? set.value : { ...part, place: mapPlace(part.place, put) };
  };
  return put(node);
}
