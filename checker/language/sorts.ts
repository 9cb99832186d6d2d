/**
 * Which sorts of value may a term have, so far as its form says? Types tell an author so in an editor; a model is run
 * without a type check, and a condition that is a number must not become another model.
 */
import { type Node, setOf } from "./nodes.ts";
import type { IndexSet } from "./sets.ts";
import type { AnyLeaf, Value } from "./shapes.ts";

/** "condition", "number", "null", a word in quotes, or an element of a set by its name. */
export type Sort = string;

export const CONDITION: Sort = "a condition";
export const NUMBER: Sort = "a number";
export const NULL: Sort = "null";
export const elementOf = (set: IndexSet): Sort =>
  set.kind === "base" && set.counts !== undefined ? NUMBER : `an element of "${set.name}"`;
const word = (text: string): Sort => JSON.stringify(text);

export function sortsOfShape(shape: AnyLeaf): readonly Sort[] {
  switch (shape.kind) {
    case "bool":
      return [CONDITION];
    case "range":
      return [NUMBER];
    case "oneOf":
      return shape.words.map(word);
    case "id":
      return [elementOf(shape.set)];
    case "optional":
      return [NULL, ...sortsOfShape(shape.of)];
    case "orWord":
      return [word(shape.word), ...sortsOfShape(shape.of)];
  }
}

export const sortOfValue = (value: Value): Sort =>
  value === null ? NULL : typeof value === "boolean" ? CONDITION : typeof value === "number" ? NUMBER : word(value);

/** Null where the form does not say: a parameter takes what it is given. */
export function sortsOf(node: Node): readonly Sort[] | null {
  switch (node.op) {
    case "const":
      return node.set ? [elementOf(node.set)] : [sortOfValue(node.value)];
    case "read":
      return node.place.shape.kind === "struct" || node.place.shape.kind === "each"
        ? null
        : sortsOfShape(node.place.shape);
    case "racy":
      return sortsOf(node.of);
    case "param":
      return null;
    case "ite": {
      const [then, otherwise] = [sortsOf(node.then), sortsOf(node.else)];
      return then && otherwise && [...then, ...otherwise];
    }
    case "add":
    case "sub":
    case "mod":
    case "bitAnd":
    case "bitOr":
    case "bitXor":
    case "count":
      return [NUMBER];
    case "chain":
      return node.query === "length" ? [NUMBER] : node.query === "last" ? [NULL, elementOf(node.set)] : [CONDITION];
    case "next":
      return [NULL, elementOf(node.set)];
    default: {
      const set = setOf(node);
      return [set ? elementOf(set) : CONDITION];
    }
  }
}
