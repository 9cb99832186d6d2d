/**
 * Assignments that happen at once, for tools that make one after the other: where they have values at all, and which
 * of their parts must be read before the first is made.
 */
import { type Assign, type Binder, leafShape, type Node, type PlaceNode, walk } from "../language/nodes.ts";
import type { Universe } from "../language/sets.ts";
import { and, type Condition, every, NO, not, or, renamed, some, YES } from "./condition.ts";
import { fits, outcome, outcomeOfPlace, truth } from "./defined.ts";

/**
 * A variable of the exported model: all cells that differ in their indices only. A local without a slot is one that
 * nobody reads: its values are checked and not stored.
 */
export function variableOf({ base, path }: PlaceNode): string {
  if (base.kind === "slot") return `slot ${base.index}`;
  if (base.kind === "local") return `local ${base.name}`;
  if (base.kind === "param") throw new Error(`"${base.name}" stands only in source rows`);
  return [base.field, ...path.flatMap((step) => ("field" in step ? [step.field] : []))].join(".");
}

export const indicesOf = ({ path }: PlaceNode): readonly Node[] =>
  path.flatMap((step) => ("field" in step ? [] : [step.index]));

/** Whether every index and right side has a value, each value fits its cell, and no cell is written twice. */
export function effectDefined(effect: readonly Assign[], universe: Universe): Condition {
  const parts = effect.map(({ over, place, value }) => {
    const one = and(
      outcomeOfPlace(place, universe).defined,
      outcome(value, universe).defined,
      fits(value, leafShape(place), universe),
    );
    return over.reduceRight((of, binder) => every(binder, of), one);
  });
  const clashes = effect.flatMap((a, i) => effect.slice(i).map((b, j) => clash(a, b, j === 0)));
  return and(...parts, not(or(...clashes)));
}

/** Whether two assignments, or two rounds of one, write the same cell. */
function clash(a: Assign, b: Assign, same: boolean): Condition {
  if (variableOf(a.place) !== variableOf(b.place)) return NO;
  const left = indicesOf(a.place);
  if (same && a.over.every((binder) => left.some((index) => index.op === "bound" && index.binder === binder)))
    return NO;
  const others = b.over.map((binder): Binder => ({ set: binder.set }));
  const inOther = (node: Node): Node => b.over.reduce((of, from, i) => renamed(of, from, others[i] as Binder), node);
  const equal = left.map((index, i) => equals(index, inOther(indicesOf(b.place)[i] as Node)));
  const otherRound = () => not(and(...a.over.map((binder, i) => equals(bound(binder), bound(others[i] as Binder)))));
  const here = and(same ? otherRound() : YES, ...equal);
  return [...a.over, ...others].reduceRight((of, binder) => some(binder, of), here);
}

const bound = (binder: Binder): Node => ({ op: "bound", binder });

function equals(left: Node, right: Node): Condition {
  if (left.op === "const" && right.op === "const") return left.value === right.value ? YES : NO;
  return truth({ op: "eq", left, right });
}

/** Variables that an expression reads. */
function readsOf(node: Node): ReadonlySet<string> {
  const reads = new Set<string>();
  walk(node, (part) => {
    if (part.op === "read" && part.place.base.kind !== "constants") reads.add(variableOf(part.place));
  });
  return reads;
}

/** Whether part of assignment `at` reads a variable that an assignment made before it changes. */
export function mustReadBefore(effect: readonly Assign[], at: number, part: Node): boolean {
  const reads = readsOf(part);
  const rounds = (effect[at] as Assign).over.length > 0 ? at + 1 : at;
  return effect.slice(0, rounds).some(({ place, unstored }) => !unstored && reads.has(variableOf(place)));
}
