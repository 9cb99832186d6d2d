/**
 * What a command reads and writes, read off its guard and effect. Never declared: a footprint that an author forgets
 * to widen makes a reduction lie.
 */
import { type Assign, type Binder, mapParts, mapPlace, type Node, type PlaceNode } from "./nodes.ts";

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
    ...(assign.unstored ? [] : [{ place: assign.place, kind: "write" as const, racy: false }]),
  ]);

/** Replaces binders by expressions, for a rule stated over all cells of a kind. */
export function instantiate(node: Node, values: ReadonlyMap<Binder, Node>): Node {
  if (node.op === "bound") return values.get(node.binder) ?? node;
  return mapParts(node, (part) => instantiate(part, values));
}

/** An accessed place that a pattern may speak of: what its binders stand for, and which indices must be equal for it. */
export interface Match {
  readonly values: ReadonlyMap<Binder, Node>;
  readonly equal: readonly Node[];
}

/**
 * Matches an accessed place against a pattern: the same base and fields. An index of the pattern that is a binder
 * stands for whatever is there; any other must have the same value, which only a state can tell.
 */
export function match(pattern: PlaceNode, place: PlaceNode): Match | null {
  const { base } = pattern;
  if (base.kind !== place.base.kind || !("field" in base) || !("field" in place.base)) return null;
  if (base.field !== place.base.field || pattern.path.length !== place.path.length) return null;
  const values = new Map<Binder, Node>();
  const equal: Node[] = [];
  for (const [i, step] of pattern.path.entries()) {
    const other = place.path[i];
    if (!other) return null;
    if ("field" in step) {
      if (!("field" in other) || other.field !== step.field) return null;
      continue;
    }
    if ("field" in other) return null;
    const known = step.index.op === "bound" ? values.get(step.index.binder) : step.index;
    if (known) equal.push({ op: "eq", left: other.index, right: known });
    else if (step.index.op === "bound") values.set(step.index.binder, other.index);
  }
  return { values, equal };
}
