/**
 * What a command reads and writes, read off its guard and effect. Never declared: a footprint that an author forgets
 * to widen makes a reduction lie.
 */
import { type Assign, type Binder, mapParts, mapPlace, type Node, type PlaceNode } from "../nodes.ts";

export interface Access {
  readonly place: PlaceNode;
  readonly kind: "read" | "write";
  /** Read inside `racy(..)`. */
  readonly racy: boolean;
}

/** The accesses of a node in order of evaluation, index reads included. `pcIn` reads another context's label. */
export function accessesOf(node: Node, racy = false): Access[] {
  if (node.op === "racy") return accessesOf(node.of, true);
  if (node.op === "read") return [...indexAccesses(node.place, racy), { place: node.place, kind: "read", racy }];
  const found: Access[] = [];
  mapParts(node, (part) => {
    found.push(...accessesOf(part, racy));
    return part;
  });
  return found;
}

function indexAccesses(place: PlaceNode, racy: boolean): Access[] {
  const found: Access[] = [];
  mapPlace(place, (index) => {
    found.push(...accessesOf(index, racy));
    return index;
  });
  return found;
}

/** The accesses of an effect: right sides and indices are read, left sides written. */
export const effectAccesses = (effect: readonly Assign[]): Access[] =>
  effect.flatMap((assign) => [
    ...accessesOf(assign.value),
    ...indexAccesses(assign.place, false),
    { place: assign.place, kind: "write" as const, racy: false },
  ]);

/** Replaces binders by expressions, for a rule stated over all cells of a kind. */
export function instantiate(node: Node, values: ReadonlyMap<Binder, Node>): Node {
  if (node.op === "bound") return values.get(node.binder) ?? node;
  return mapParts(node, (part) => instantiate(part, values));
}

/**
 * Matches an accessed place against a pattern whose indices are binders: the same base and fields. Gives what each
 * binder stands for, or null.
 */
export function match(pattern: PlaceNode, place: PlaceNode): Map<Binder, Node> | null {
  const { base } = pattern;
  if (base.kind !== place.base.kind || !("field" in base) || !("field" in place.base)) return null;
  if (base.field !== place.base.field || pattern.path.length !== place.path.length) return null;
  const values = new Map<Binder, Node>();
  for (const [i, step] of pattern.path.entries()) {
    const other = place.path[i];
    if (!other) return null;
    if ("field" in step) {
      if (!("field" in other) || other.field !== step.field) return null;
    } else {
      if ("field" in other) return null;
      if (step.index.op === "bound") values.set(step.index.binder, other.index);
    }
  }
  return values;
}
