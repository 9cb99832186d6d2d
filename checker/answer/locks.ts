/** Who holds which lock in a state, as the model's views name locks and holders. */
import { cellsOf, showCell, valueAt } from "../language/cells.ts";
import type { State } from "../language/evaluate.ts";
import type { System } from "../language/system.ts";
import type { Views } from "../spec/views.ts";

/** A box of a structure with holders: its name, and the cells that name who holds it, in the order in which they are asked. */
export interface Lock {
  readonly name: string;
  readonly cells: ReturnType<typeof cellsOf>;
}

/** The locks of a system: each box of a structure with holders. A box without names of cells is one cell, "". */
export function locksOf(system: System, { structures }: Views): readonly Lock[] {
  const cells = cellsOf(system);
  return structures.flatMap(({ fields, holders = [] }) => {
    const boxes = new Map<string, Map<string, (typeof cells)[number]>>();
    for (const cell of cells) {
      const [last, isNamed] = [cell.path.at(-1), typeof cell.path.at(-1) === "string" && cell.path.length > 1];
      const field = isNamed ? String(last) : "";
      if (!fields.includes(String(cell.path[0])) || !holders.includes(field)) continue;
      const name = isNamed ? cell.name.slice(0, -field.length - 1) : cell.name;
      boxes.set(name, (boxes.get(name) ?? new Map()).set(field, cell));
    }
    return [...boxes].map(([name, of]) => ({ name, cells: holders.flatMap((field) => of.get(field) ?? []) }));
  });
}

/** Who holds a lock: a context or a task by name, in the order of its cells; "held" where a cell says only that somebody does. */
export const holdersOf = (system: System, { cells }: Lock, state: State): readonly string[] =>
  cells.flatMap((cell) => {
    const value = valueAt(state, cell.path);
    if (value === null || value === false) return [];
    return [value === true ? "held" : showCell(cell, value, system)];
  });
