/**
 * Expressions and places as data: what the builder makes, the linker rewrites, and every meaning reads.
 *
 * A `Node` never holds a function. Binders are told apart by identity; a printer numbers them within their row, so
 * that nothing depends on what was built before.
 */
import { type Bound, context, type IndexSet, type ProductSet, type SumSet } from "./sets.ts";
import type { AnyLeaf, Shape, Value } from "./shapes.ts";

/** A variable of `forAll`, `exists`, `count`, `chain`, `choose` or `setEach`, running over an index set. */
export interface Binder {
  readonly set: IndexSet;
}

/** Bit by bit, of integers in two's complement, as C does it. */
export type BitOp = "bitAnd" | "bitOr" | "bitXor";

export type Node =
  | { readonly op: "const"; readonly value: Value; readonly set?: IndexSet }
  | { readonly op: "self" }
  | { readonly op: "bound"; readonly binder: Binder }
  | { readonly op: "param"; readonly name: string }
  | { readonly op: "read"; readonly place: PlaceNode }
  | { readonly op: "racy" | "not"; readonly of: Node }
  | { readonly op: "and" | "or"; readonly args: readonly Node[] }
  | { readonly op: "eq" | "lt" | "le" | "add" | "sub" | BitOp; readonly left: Node; readonly right: Node }
  /** The least number that is not negative and differs by a multiple of \`by\`, which is at least 1. */
  | { readonly op: "mod"; readonly of: Node; readonly by: Bound }
  | { readonly op: "ite"; readonly test: Node; readonly then: Node; readonly else: Node }
  | { readonly op: "forAll" | "exists" | "count"; readonly binder: Binder; readonly body: Node }
  | ChainNode
  | { readonly op: "compose"; readonly set: ProductSet; readonly parts: Readonly<Record<string, Node>> }
  | { readonly op: "component"; readonly set: ProductSet; readonly key: string; readonly of: Node }
  | { readonly op: "inject" | "isKind" | "asKind"; readonly set: SumSet; readonly key: string; readonly of: Node }
  | { readonly op: "next"; readonly set: IndexSet; readonly of: Node }
  | { readonly op: "stands"; readonly who: Node; readonly region: Region }
  | { readonly op: "pcIn"; readonly who: Node; readonly labels: readonly number[]; readonly text: string };

/**
 * A walk from `start` along `next` until null: bounded by the size of the set, for a longer one has met a cycle.
 * `has` asks whether `item` is on it, `length` counts, `last` is the last element (null for none), `acyclic` is
 * whether there is no circle, `ends` whether it ends in null: no circle, no word. Meeting a word (but in `ends`), or a
 * circle in `length` or `last`, is a broken chain.
 */
export interface ChainNode {
  readonly op: "chain";
  readonly query: "has" | "length" | "last" | "acyclic" | "ends";
  readonly set: IndexSet;
  readonly start: Node;
  readonly binder: Binder;
  readonly next: Node;
  readonly item?: Node;
}

/** A set of labels, by what the source says of them; the linker turns it into the linked labels themselves. */
export type Region =
  | { readonly kind: "mark"; readonly mark: string }
  | { readonly kind: "rows"; readonly program: string; readonly labels?: readonly string[] }
  | { readonly kind: "within"; readonly program: string }
  | { readonly kind: "inlined"; readonly program: string; readonly callees: readonly string[] }
  | { readonly kind: "ended" }
  | { readonly kind: "anyOf" | "allOf"; readonly of: readonly Region[] }
  | { readonly kind: "except"; readonly of: Region; readonly minus: Region };

export type PathStep = { readonly field: string } | { readonly index: Node; readonly set: IndexSet };

/** Where a cell lives: a field of the state, of the ghosts or the constants, a local or a parameter of a program. */
export type Base =
  | { readonly kind: "state" | "ghost" | "constants"; readonly field: string }
  | { readonly kind: "local"; readonly name: string }
  | { readonly kind: "param"; readonly name: string }
  | { readonly kind: "slot"; readonly index: number; readonly name: string };

export interface PlaceNode {
  readonly base: Base;
  readonly path: readonly PathStep[];
  readonly shape: Shape;
}

export interface Assign {
  /** Variables of `setEach`: the assignment is made for every value of each. */
  readonly over: readonly Binder[];
  readonly place: PlaceNode;
  readonly value: Node;
  /** Of a value that nobody reads before it is set again: that it is written only makes states equal. */
  readonly forgets?: true;
  /** Of where a run begins: any value of the cell, and `value` is only one of them. */
  readonly any?: true;
  /** Of a local that nobody reads any more: the value is checked, for it may be a model error, and not stored. */
  readonly unstored?: true;
}

export const TRUE: Node = Object.freeze({ op: "const", value: true });
export const FALSE: Node = Object.freeze({ op: "const", value: false });

export const isConst = (node: Node): node is Extract<Node, { op: "const" }> => node.op === "const";

/** A leaf's shape; a place that names a whole struct or array is a fault of the caller. */
export function leafShape(place: PlaceNode): AnyLeaf {
  if (place.shape.kind === "struct" || place.shape.kind === "each") throw new Error("not a single cell");
  return place.shape;
}

/** Ends an exhaustive `switch`: a case that the types rule out. */
export function unreachable(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`);
}

/** A node with some of its parts replaced; itself, where each is what it was. */
function withParts<N extends object>(node: N, parts: Partial<N>): N {
  for (const key in parts) if (parts[key] !== node[key]) return { ...node, ...parts };
  return node;
}

/** Each of a list mapped; the list itself, where each is what it was. */
function mapAll<T>(list: readonly T[], map: (one: T) => T): readonly T[] {
  let mapped: T[] | null = null;
  for (const [i, one] of list.entries()) {
    const other = map(one);
    if (other !== one) mapped ??= list.slice(0, i);
    mapped?.push(other);
  }
  return mapped ?? list;
}

/**
 * A node with each of its direct parts replaced; the place of a `read` counts through its indices. Itself, where no part
 * changed: linking maps every node many times over.
 */
export function mapParts(node: Node, part: (node: Node) => Node): Node {
  switch (node.op) {
    case "const":
    case "self":
    case "bound":
    case "param":
      return node;
    case "read":
      return withParts(node, { place: mapPlace(node.place, part) });
    case "racy":
    case "not":
    case "component":
    case "inject":
    case "isKind":
    case "asKind":
    case "next":
    case "mod":
      return withParts(node, { of: part(node.of) });
    case "and":
    case "or":
      return withParts(node, { args: mapAll(node.args, part) });
    case "eq":
    case "lt":
    case "le":
    case "add":
    case "sub":
    case "bitAnd":
    case "bitOr":
    case "bitXor":
      return withParts(node, { left: part(node.left), right: part(node.right) });
    case "ite":
      return withParts(node, { test: part(node.test), then: part(node.then), else: part(node.else) });
    case "forAll":
    case "exists":
    case "count":
      return withParts(node, { body: part(node.body) });
    case "chain":
      return withParts(node, {
        start: part(node.start),
        next: part(node.next),
        ...(node.item ? { item: part(node.item) } : {}),
      });
    case "compose":
      return withParts(node, { parts: mapValues(node.parts, part) });
    case "stands":
    case "pcIn":
      return withParts(node, { who: part(node.who) });
    default:
      return unreachable(node);
  }
}

/** A record with each value mapped; itself, where each is what it was. */
function mapValues<T>(record: Readonly<Record<string, T>>, map: (one: T) => T): Readonly<Record<string, T>> {
  const mapped = Object.entries(record).map(([key, one]) => [key, map(one)] as const);
  return mapped.every(([key, one]) => one === record[key]) ? record : Object.fromEntries(mapped);
}

/** A place with each of its indices replaced; itself, where none changed. */
export function mapPlace(place: PlaceNode, part: (node: Node) => Node): PlaceNode {
  const path = mapAll(place.path, (step) => ("field" in step ? step : withParts(step, { index: part(step.index) })));
  return withParts(place, { path });
}

/** Calls `visit` for the node and everything below it, in the order of evaluation. */
export function walk(node: Node, visit: (node: Node) => void): void {
  visit(node);
  mapParts(node, (part) => {
    walk(part, visit);
    return part;
  });
}

/** Calls `visit` for every node in an assignment, the indices of its left side included. */
export function walkAssign(assign: Assign, visit: (node: Node) => void): void {
  walk(assign.value, visit);
  mapPlace(assign.place, (index) => {
    walk(index, visit);
    return index;
  });
}

/** The index set that an expression's values are elements of. */
export function setOf(node: Node): IndexSet | null {
  switch (node.op) {
    case "const":
      return node.set ?? null;
    case "self":
      return context;
    case "bound":
      return node.binder.set;
    case "read":
      return setOfShape(node.place.shape);
    case "racy":
      return setOf(node.of);
    case "ite":
      return setOf(node.then) ?? setOf(node.else);
    case "chain":
      return node.query === "last" ? node.set : null;
    case "compose":
    case "inject":
    case "next":
      return node.set;
    case "component":
      return node.set.parts[node.key] ?? null;
    case "asKind":
      return node.set.kinds[node.key] ?? null;
    default:
      return null;
  }
}

function setOfShape(shape: Shape): IndexSet | null {
  if (shape.kind === "id") return shape.set;
  return shape.kind === "optional" || shape.kind === "orWord" ? setOfShape(shape.of) : null;
}
