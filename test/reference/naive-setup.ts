/** What does the second answer start from? The rows after all patches, and the first value of every cell. */
import type { LinkOptions } from "../../checker/language/link-options.ts";
import { rootOf } from "../../checker/language/places.ts";
import type { Program, SourceRow } from "../../checker/language/programs.ts";
import type { AnyLeaf, Shape, Value } from "../../checker/language/shapes.ts";
import { cellName, sizeOf, type View } from "./naive-values.ts";

/** The rows of every program that the scripts reach, by its name. */
export function rowsByProgram({ contexts, variants }: LinkOptions): Map<string, Readonly<Record<string, SourceRow>>> {
  const rows = new Map<string, Readonly<Record<string, SourceRow>>>();
  const visit = (program: Program): void => {
    if (rows.has(program.name)) return;
    const patches = (variants ?? []).flatMap((v) => v.patches).filter((p) => p.program === program.name);
    const patched: Record<string, SourceRow> = Object.assign({ ...program.rows }, ...patches.map((p) => p.rows));
    for (const label of patches.flatMap((p) => p.removed)) delete patched[label];
    rows.set(program.name, patched);
    for (const row of Object.values(patched)) if (row.kind === "call") visit(row.callee);
  };
  for (const { script } of contexts) visit(script as unknown as Program);
  return rows;
}

/** All values of a cell. */
export function everyValue(shape: AnyLeaf, sizes: Readonly<Record<string, number>>): readonly Value[] {
  const number = (b: number | { readonly bound: string }) => (typeof b === "number" ? b : (sizes[b.bound] as number));
  switch (shape.kind) {
    case "bool":
      return [true, false];
    case "range":
      return Array.from({ length: number(shape.hi) - number(shape.lo) + 1 }, (_, n) => number(shape.hi) - n);
    case "oneOf":
      return shape.words;
    case "id":
      return [...Array(sizeOf(shape.set, { sizes } as View)).keys()];
    case "optional":
      return [...everyValue(shape.of, sizes), null];
    case "orWord":
      return [...everyValue(shape.of, sizes), shape.word];
  }
}

/** All cells of one kind with the first value of each shape. */
export function defaults(
  { roots }: LinkOptions,
  kind: "state" | "ghost" | "constants",
  sizes: Readonly<Record<string, number>>,
): Record<string, Value> {
  const cells: Record<string, Value> = {};
  const number = (b: number | { readonly bound: string }) => (typeof b === "number" ? b : (sizes[b.bound] as number));
  const first = (shape: AnyLeaf): Value => {
    switch (shape.kind) {
      case "bool":
        return false;
      case "range":
        return number(shape.lo);
      case "oneOf":
        return shape.words[0] as string;
      case "id":
        return 0;
      case "optional":
        return null;
      case "orWord":
        return first(shape.of);
    }
  };
  const visit = (shape: Shape, field: string, keys: readonly (string | number)[]): void => {
    if (shape.kind === "struct")
      for (const [name, of] of Object.entries(shape.fields)) visit(of, field, [...keys, name]);
    else if (shape.kind === "each")
      for (let i = 0; i < sizeOf(shape.set, { sizes } as View); i++) visit(shape.of as Shape, field, [...keys, i]);
    else cells[cellName(field, keys)] = first(shape);
  };
  for (const root of roots) {
    const declared = rootOf(root);
    if (declared.kind === kind) for (const [name, shape] of Object.entries(declared.fields)) visit(shape, name, []);
  }
  return cells;
}
