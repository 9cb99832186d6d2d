/** Rows with one mistake in them, and when a row as it is does other than that: what every kind of mutant is made of. */
import type { Assign, Node } from "../language/nodes.ts";
import type { Alternative, SourceRow, StepRow } from "../language/programs.ts";

export interface Changed {
  readonly what: string;
  /** The rows that are other than they were, by label. */
  readonly rows: Readonly<Record<string, SourceRow>>;
  readonly infects: WhenInfecting;
}

/** The row fires, on its way to that label or any, and the condition is true. Null: nobody says, whenever it fires. */
export type WhenInfecting = { readonly to: string | null; readonly condition: Node } | null;

export const not = (of: Node): Node => ({ op: "not", of });

/** A row with one alternative replaced. */
export const withAlternative = (row: StepRow, old: Alternative, by: Alternative): StepRow => ({
  ...row,
  entries: row.entries.map((members) => members.map((one) => (one === old ? by : one))),
});

/** Where an alternative goes, as the name of a mutant says it. */
export const way = ({ target }: Alternative): string => (target === null ? "" : ` (-> ${target})`);

/** The guards before an entry, none of them true. Null: there is one of a free choice, or one that is always open. */
export function untaken({ entries }: StepRow, entry: number): readonly Node[] | null {
  const before = entries.slice(0, entry).flat();
  if (before.some(({ binders, guard }) => binders.length > 0 || guard === null)) return null;
  return before.map(({ guard }) => not(guard as Node));
}

/**
 * Another guard matters when it has another value and its turn has come. A row that waits, or that fails behind it, fires
 * not always when it should tell: nobody says.
 */
export function feltByGuard(row: StepRow, entry: number): (differs: readonly Node[]) => WhenInfecting {
  const before = untaken(row, entry);
  const isOpen = row.entries.some((members) => members.some((one) => one.guard === null && one.binders.length === 0));
  const behind = row.entries.slice(entry).flat();
  const isHere = row.entries[entry]?.every(({ binders }) => binders.length === 0) === true;
  if (before === null || !isOpen || !isHere || behind.some(({ fails }) => fails)) return () => null;
  return (differs) => ({ to: null, condition: { op: "and", args: [...before, ...differs] } });
}

/** Another effect matters where the alternative is taken and the condition is true. */
export function feltOnTheWay(
  row: StepRow,
  entry: number,
  { binders, guard, target }: Alternative,
  differs: Node,
): WhenInfecting {
  const before = untaken(row, entry);
  if (before === null || binders.length > 0 || target === null) return null;
  return { to: target, condition: { op: "and", args: [...before, ...(guard ? [guard] : []), differs] } };
}

/** A write matters where it is of another value than what it replaces. What a local held before, it may never have held. */
export function feltByWrite(
  row: StepRow,
  entry: number,
  alternative: Alternative,
  { over, place, value }: Assign,
): WhenInfecting {
  if (place.base.kind !== "state") return null;
  const differs = not({ op: "eq", left: { op: "read", place }, right: value });
  const somewhere = over.reduceRight<Node>((body, binder) => ({ op: "exists", binder, body }), differs);
  return feltOnTheWay(row, entry, alternative, somewhere);
}
