/** In which of the states where a run may begin does it begin? Told by the cells that differ among them. */
import { cellsOf, showCell, valueAt } from "../language/cells.ts";
import type { State } from "../language/evaluate.ts";
import type { System } from "../language/system.ts";

/** Each cell that is not the same in all, with its value in this one; none where a run begins in one state only. */
export function beginsWith(system: System, start: State): readonly (readonly [cell: string, value: string])[] {
  const [first, ...others] = system.initials;
  if (others.length === 0) return [];
  return cellsOf(system).flatMap((cell) => {
    const isFixed = others.every((state) => valueAt(state, cell.path) === valueAt(first, cell.path));
    return isFixed ? [] : [[cell.name, showCell(cell, valueAt(start, cell.path), system)] as const];
  });
}

/** The states that begin as it is said; a cell that is not named, or is no more, may be as it likes. */
export const startsWith = (system: System, said: Readonly<Record<string, string>>): readonly State[] =>
  system.initials.filter((state) =>
    beginsWith(system, state).every(([cell, value]) => !Object.hasOwn(said, cell) || said[cell] === value),
  );
