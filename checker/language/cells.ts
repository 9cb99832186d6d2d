/** The cells of a system in their order, with names; and the key of a state, which orders states cell by cell. */
import type { CellPath, State } from "./evaluate.ts";
import { type AnyLeaf, type Data, type Shape, showValue, type Value, valuesOf } from "./shapes.ts";
import type { System } from "./system.ts";

/** One cell. A label (`pc`) has no shape: its values are label numbers. */
export interface Cell {
  readonly path: CellPath;
  readonly name: string;
  readonly shape: AnyLeaf | null;
}

/** All cells: the fields as declared, then the label of each context, then its slots. */
export function cellsOf(system: System): readonly Cell[] {
  const cells: Cell[] = [];
  const visit = (shape: Shape, path: CellPath, name: string): void => {
    switch (shape.kind) {
      case "struct":
        for (const [field, of] of Object.entries(shape.fields)) visit(of, [...path, field], `${name}.${field}`);
        return;
      case "each":
        for (let i = 0; i < system.universe.size(shape.set); i++) {
          visit(shape.of as Shape, [...path, i], `${name}[${system.universe.elementName(shape.set, i)}]`);
        }
        return;
      default:
        cells.push({ path, name, shape });
    }
  };
  for (const [field, shape] of Object.entries(system.fields)) visit(shape, [field], field);
  for (const [i, c] of system.contexts.entries())
    cells.push({ path: ["pc", i], name: `${c.name} stands at`, shape: null });
  for (const [i, c] of system.contexts.entries()) {
    for (const [slot, { shape }] of (system.scripts[c.script]?.slots ?? []).entries()) {
      cells.push({ path: ["local", i, slot], name: `${c.name} slot ${slot}`, shape });
    }
  }
  return cells;
}

/** The value of a cell in a state. */
export function valueAt(state: State, path: CellPath): Value {
  let data: Data = state as unknown as Data;
  for (const key of path) data = (data as Record<string | number, Data>)[key] as Data;
  return data as Value;
}

/**
 * A function from states to strings: equal for equal states only, and ordered as the states are, cell by cell. Each
 * cell is one character (two where it has more than 65,536 values), the rank of its value among the values of its shape.
 */
export const stateKey = (system: System): ((state: State) => string) => keyOfCells(system, cellsOf(system));

/** The same of some cells only, in the order given. */
export function keyOfCells(system: System, some: readonly Cell[]): (state: State) => string {
  const ranks = new Map<AnyLeaf, Map<Value, number>>();
  const ranksOf = (shape: AnyLeaf): Map<Value, number> => {
    const known = ranks.get(shape);
    if (known) return known;
    const made = new Map(valuesOf(shape, system.universe).map((value, rank) => [value, rank]));
    ranks.set(shape, made);
    return made;
  };
  const cells = some.map(({ path, shape }) => ({ path, rank: shape && ranksOf(shape) }));
  return (state) => {
    const codes: number[] = [];
    for (const { path, rank } of cells) {
      const value = valueAt(state, path);
      const code = rank ? (rank.get(value) as number) : (value as number);
      // A cell that has more values than a character takes two, the upper half first.
      if ((rank ? rank.size : system.labels.length) > 0x10000) codes.push(code >>> 16, code & 0xffff);
      else codes.push(code);
    }
    return String.fromCharCode(...codes);
  };
}

/** A value of a cell as a person reads it. */
export function showCell(cell: Cell, value: Value, system: System): string {
  if (cell.shape) return showValue(value, cell.shape, system.universe);
  const label = system.labels[value as number];
  return label ? `${label.program}: ${label.rowLabel}` : "(end)";
}

/** What a slot is called where a context stands at a label: the local that lives in it there. */
export function slotName(system: System, context: number, slot: number, label: number): string | null {
  const found = system.labels[label]?.slots.find((s) => s.slot === slot);
  return found ? `${system.contexts[context]?.name}.${found.name}` : null;
}
