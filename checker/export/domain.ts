/** Which values can an expression have, as far as its form tells? What it cannot have need not be tested for. */
import { leafShape, type Node, unreachable } from "../language/nodes.ts";
import type { IndexSet, Universe } from "../language/sets.ts";
import { type AnyLeaf, rangeBounds } from "../language/shapes.ts";

/** Possible values: whole numbers from `lo` to `hi` (none where `lo > hi`), words, null, true and false. */
export interface Domain {
  readonly lo: number;
  readonly hi: number;
  readonly words: readonly string[];
  readonly nil: boolean;
  readonly bool: boolean;
}

const NOTHING: Domain = {
  lo: Number.POSITIVE_INFINITY,
  hi: Number.NEGATIVE_INFINITY,
  words: [],
  nil: false,
  bool: false,
};
const BOOL: Domain = { ...NOTHING, bool: true };
export const ANY_NUMBER: Domain = { ...NOTHING, lo: Number.NEGATIVE_INFINITY, hi: Number.POSITIVE_INFINITY };

const numbers = (lo: number, hi: number): Domain => ({ ...NOTHING, lo, hi });

export const union = (a: Domain, b: Domain): Domain => ({
  lo: Math.min(a.lo, b.lo),
  hi: Math.max(a.hi, b.hi),
  words: [...new Set([...a.words, ...b.words])],
  nil: a.nil || b.nil,
  bool: a.bool || b.bool,
});

export const elementsOf = (set: IndexSet, universe: Universe): Domain => numbers(0, universe.size(set) - 1);

export function domainOfShape(shape: AnyLeaf, universe: Universe): Domain {
  switch (shape.kind) {
    case "bool":
      return BOOL;
    case "range": {
      const { lo, hi } = rangeBounds(shape, universe);
      return numbers(lo, hi);
    }
    case "oneOf":
      return { ...NOTHING, words: shape.words };
    case "id":
      return elementsOf(shape.set, universe);
    case "optional":
      return { ...domainOfShape(shape.of, universe), nil: true };
    case "orWord":
      return union(domainOfShape(shape.of, universe), { ...NOTHING, words: [shape.word] });
  }
}

/** The domain of an expression where it is defined. */
export function domainOf(node: Node, universe: Universe): Domain {
  const of = (part: Node): Domain => domainOf(part, universe);
  switch (node.op) {
    case "const":
      if (node.value === null) return { ...NOTHING, nil: true };
      if (typeof node.value === "number") return numbers(node.value, node.value);
      return typeof node.value === "string" ? { ...NOTHING, words: [node.value] } : BOOL;
    case "self":
      return numbers(0, universe.size({ kind: "base", name: "context", interchangeable: false }) - 1);
    case "bound":
      return elementsOf(node.binder.set, universe);
    case "read":
      return domainOfShape(leafShape(node.place), universe);
    case "racy":
      return of(node.of);
    case "add": {
      const [a, b] = [of(node.left), of(node.right)];
      return numbers(a.lo + b.lo, a.hi + b.hi);
    }
    case "sub": {
      const [a, b] = [of(node.left), of(node.right)];
      return numbers(a.lo - b.hi, a.hi - b.lo);
    }
    case "mod":
      return numbers(0, universe.valueOf(node.by) - 1);
    case "bitAnd":
    case "bitOr":
    case "bitXor": {
      const [a, b] = [of(node.left), of(node.right)];
      const all = 2 ** Math.ceil(Math.log2(Math.max(a.hi, b.hi, -1 - a.lo, -1 - b.lo, 0) + 1)) - 1;
      const mayBeNegative = node.op === "bitAnd" ? a.lo < 0 && b.lo < 0 : a.lo < 0 || b.lo < 0;
      return numbers(mayBeNegative ? -1 - all : 0, all);
    }
    case "ite":
      return union(of(node.then), of(node.else));
    case "count":
      return numbers(0, universe.size(node.binder.set));
    case "chain":
      if (node.query === "length") return numbers(0, universe.size(node.set));
      return node.query === "last" ? { ...elementsOf(node.set, universe), nil: true } : BOOL;
    case "compose":
    case "inject":
      return elementsOf(node.set, universe);
    case "component":
      return elementsOf(node.set.parts[node.key] as IndexSet, universe);
    case "asKind":
      return elementsOf(node.set.kinds[node.key] as IndexSet, universe);
    case "next":
      return { ...elementsOf(node.set, universe), nil: true };
    case "eq":
    case "lt":
    case "le":
    case "not":
    case "and":
    case "or":
    case "forAll":
    case "exists":
    case "isKind":
    case "pcIn":
      return BOOL;
    case "param":
    case "stands":
      throw new Error(`"${node.op}" stands only in source rows: link the program first`);
    default:
      return unreachable(node);
  }
}
