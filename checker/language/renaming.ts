/**
 * What becomes of a value, and of a group of cells, when elements of interchangeable sets change names? A renaming says
 * it of base sets; products and sums follow, part by part: an object of a slab goes with its slab.
 */
import type { CellPath } from "./evaluate.ts";
import type { IndexSet, Universe } from "./sets.ts";
import type { AnyLeaf, Data, Shape, Value } from "./shapes.ts";

/** For base sets, by name, the elements that may be renamed: at least two each. */
export type Renamable = Readonly<Record<string, readonly number[]>>;

/** For base sets, by name, the new name of each element; a set that is not there keeps its names. */
export type Renaming = Readonly<Record<string, readonly number[]>>;

const partsOf = (set: IndexSet): readonly IndexSet[] =>
  set.kind === "base" ? [] : Object.values(set.kind === "product" ? set.parts : set.kinds);

/** The base sets that a set is made of. */
export const basesOf = (set: IndexSet): readonly Extract<IndexSet, { kind: "base" }>[] =>
  set.kind === "base" ? [set] : partsOf(set).flatMap(basesOf);

/** Whether elements of a set change with a renaming. */
export const changes = (set: IndexSet, sets: Renamable | Renaming): boolean =>
  basesOf(set).some(({ name }) => Object.hasOwn(sets, name));

export function renameElement(set: IndexSet, element: number, renaming: Renaming, universe: Universe): number {
  switch (set.kind) {
    case "base":
      return renaming[set.name]?.[element] ?? element;
    case "product": {
      const parts = Object.entries(set.parts).map(([key, part]) => {
        const old = universe.component(set, element, key);
        return [key, renameElement(part, old, renaming, universe)] as const;
      });
      return universe.compose(set, Object.fromEntries(parts));
    }
    case "sum": {
      const { key, set: kind, element: old } = universe.kindOf(set, element);
      return universe.kindOffset(set, key) + renameElement(kind, old, renaming, universe);
    }
  }
}

export function renameValue(value: Value, shape: AnyLeaf, renaming: Renaming, universe: Universe): Value {
  switch (shape.kind) {
    case "id":
      return typeof value === "number" ? renameElement(shape.set, value, renaming, universe) : value;
    case "optional":
    case "orWord":
      return renameValue(value, shape.of, renaming, universe);
    default:
      return value;
  }
}

/** Cells move with the elements that they belong to, and what they hold is renamed. */
export function renameData(data: Data, shape: Shape, renaming: Renaming, universe: Universe): Data {
  switch (shape.kind) {
    case "struct":
      return Object.fromEntries(
        Object.entries(shape.fields).map(([name, of]) => {
          const part = (data as Record<string, Data>)[name] as Data;
          return [name, renameData(part, of, renaming, universe)];
        }),
      );
    case "each": {
      const renamed: Data[] = [];
      for (const [i, one] of (data as readonly Data[]).entries())
        renamed[renameElement(shape.set, i, renaming, universe)] = renameData(
          one,
          shape.of as Shape,
          renaming,
          universe,
        );
      return renamed;
    }
    default:
      return renameValue(data as Value, shape, renaming, universe);
  }
}

/** Where what a cell of a field held is afterwards. */
export function renamePath(path: CellPath, shape: Shape, renaming: Renaming, universe: Universe): CellPath {
  const [key, ...rest] = path;
  if (key === undefined) return path;
  if (shape.kind === "each")
    return [
      renameElement(shape.set, key as number, renaming, universe),
      ...renamePath(rest, shape.of as Shape, renaming, universe),
    ];
  const of = (shape as Extract<Shape, { kind: "struct" }>).fields[key as string] as Shape;
  return [key, ...renamePath(rest, of, renaming, universe)];
}

/** The base sets that the values or indices of a shape are made of. */
export function basesOfShape(shape: Shape): readonly Extract<IndexSet, { kind: "base" }>[] {
  switch (shape.kind) {
    case "struct":
      return Object.values(shape.fields).flatMap(basesOfShape);
    case "each":
      return [...basesOf(shape.set), ...basesOfShape(shape.of as Shape)];
    case "id":
      return basesOf(shape.set);
    case "optional":
    case "orWord":
      return basesOfShape(shape.of);
    default:
      return [];
  }
}
