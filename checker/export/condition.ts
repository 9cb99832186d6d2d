/**
 * What must hold for a rule to fire, or for a property to be violated, as an export says it: boolean expressions of
 * the language, and beside them what the language leaves to its meaning (whether a walk along a list succeeds, whether
 * a context may run). A condition is evaluated like C: from the left, stopping early; no part of one that is
 * evaluated is undefined. What is known from the parts before is left out of the parts after.
 */
import { type Binder, type ChainNode, mapParts, type Node } from "../language/nodes.ts";

export type Condition =
  | { readonly is: "true" | "false" }
  /** A boolean expression other than a constant, `and`, `or`, `not`, `forAll`, `exists`. */
  | { readonly is: "node"; readonly node: Node }
  | { readonly is: "not"; readonly of: Condition }
  | { readonly is: "and" | "or"; readonly of: readonly Condition[] }
  | { readonly is: "every" | "some"; readonly binder: Binder; readonly of: Condition }
  /** How a walk ends, along a list whose start has a value or over a set: with a value, or as a broken chain. */
  | { readonly is: "walk"; readonly walk: Walk; readonly ends: "defined" | "broken" }
  /** The system's `mayRun`, for `self`: has a value and is true, or has none. */
  | { readonly is: "mayRun"; readonly how: "true" | "undefined" };

/** What is evaluated step by step, and may meet an error at one of them. */
export type Walk = ChainNode | Extract<Node, { op: "forAll" | "exists" | "count" }>;

export const YES: Condition = { is: "true" };
export const NO: Condition = { is: "false" };

export function not(of: Condition): Condition {
  if (of.is === "true") return NO;
  if (of.is === "false") return YES;
  return of.is === "not" ? of.of : { is: "not", of };
}

export const and = (...of: readonly Condition[]): Condition => joined("and", of, NO, YES);
export const or = (...of: readonly Condition[]): Condition => joined("or", of, YES, NO);

/** Only the case that holds for an empty set, too, is simplified. */
export const every = (binder: Binder, of: Condition): Condition =>
  of.is === "true" ? of : { is: "every", binder, of };
export const some = (binder: Binder, of: Condition): Condition => (of.is === "false" ? of : { is: "some", binder, of });

/** `stop` decides the whole, `neutral` adds nothing. What follows a part knows that it was not decided there. */
function joined(is: "and" | "or", parts: readonly Condition[], stop: Condition, neutral: Condition): Condition {
  const kept: Condition[] = [];
  const known = new Set<string>();
  for (const part of parts.flatMap((p) => (p.is === is ? p.of : [p]))) {
    const left = assume(part, known);
    if (left.is === neutral.is) continue;
    for (const one of left.is === is ? left.of : [left]) {
      if (one.is === stop.is) return stop;
      kept.push(one);
      learn(is === "and" ? one : not(one), known);
    }
  }
  return kept.length === 0 ? neutral : kept.length === 1 ? (kept[0] as Condition) : { is, of: kept };
}

/** Adds what holds where a condition does. */
function learn(condition: Condition, known: Set<string>): void {
  known.add(keyOf(condition));
  if (condition.is === "and") for (const part of condition.of) learn(part, known);
  if (condition.is === "not" && condition.of.is === "or") for (const part of condition.of.of) learn(not(part), known);
}

/** A condition where the conditions with these keys hold. */
function assume(condition: Condition, known: ReadonlySet<string>): Condition {
  if (known.size === 0) return condition;
  if (known.has(keyOf(condition))) return YES;
  if (known.has(keyOf(not(condition)))) return NO;
  switch (condition.is) {
    case "not":
      return not(assume(condition.of, known));
    case "and":
      return and(...condition.of.map((part) => assume(part, known)));
    case "or":
      return or(...condition.of.map((part) => assume(part, known)));
    case "every":
    case "some": {
      const mark = binderKey(condition.binder);
      const still = new Set([...known].filter((key) => !key.includes(mark)));
      return (condition.is === "every" ? every : some)(condition.binder, assume(condition.of, still));
    }
    default:
      return condition;
  }
}

const numbers = new WeakMap<Binder, number>();
let count = 0;
/** Tells binders apart within one run; it is never printed. */
function binderKey(binder: Binder): string {
  let number = numbers.get(binder);
  if (number === undefined) {
    number = ++count;
    numbers.set(binder, number);
  }
  return `"binder ${number}"`;
}

const keys = new WeakMap<Condition | Node, string>();

/** Equal for equal conditions. Those of parts are made once, however many conditions they are part of. */
function keyOf(condition: Condition): string {
  const known = keys.get(condition);
  if (known !== undefined) return known;
  const key = newKeyOf(condition);
  keys.set(condition, key);
  return key;
}

function newKeyOf(condition: Condition): string {
  switch (condition.is) {
    case "node":
      return keyOfNode(condition.node);
    case "not":
      return `not(${keyOf(condition.of)})`;
    case "and":
    case "or":
      return `${condition.is}(${condition.of.map(keyOf).join()})`;
    case "every":
    case "some":
      return `${condition.is}(${binderKey(condition.binder)},${keyOf(condition.of)})`;
    case "walk":
      return `walk(${condition.ends},${keyOfNode(condition.walk)})`;
    case "mayRun":
      return `mayRun(${condition.how})`;
    default:
      return condition.is;
  }
}

function keyOfNode(node: Node): string {
  const known = keys.get(node);
  if (known !== undefined) return known;
  const key = JSON.stringify(node, (name, value) => {
    if (name === "binder") return JSON.parse(binderKey(value as Binder));
    if (name === "set" || name === "shape") return (value as { name?: string }).name;
    return value;
  });
  keys.set(node, key);
  return key;
}

/** A condition or an expression with a free variable replaced by another. */
export function renamed<T extends Condition | Node>(of: T, from: Binder, to: Binder): T {
  return ("is" in of ? renamedCondition(of, from, to) : renamedNode(of, from, to)) as T;
}

function renamedCondition(condition: Condition, from: Binder, to: Binder): Condition {
  switch (condition.is) {
    case "node":
      return { is: "node", node: renamedNode(condition.node, from, to) };
    case "not":
      return { is: "not", of: renamedCondition(condition.of, from, to) };
    case "and":
    case "or":
      return { is: condition.is, of: condition.of.map((part) => renamedCondition(part, from, to)) };
    case "every":
    case "some":
      return condition.binder === from ? condition : { ...condition, of: renamedCondition(condition.of, from, to) };
    case "walk":
      return { ...condition, walk: renamedNode(condition.walk, from, to) as Walk };
    default:
      return condition;
  }
}

function renamedNode(node: Node, from: Binder, to: Binder): Node {
  const part = (of: Node): Node => renamedNode(of, from, to);
  if (node.op === "bound") return node.binder === from ? { op: "bound", binder: to } : node;
  if ("binder" in node && node.binder === from) {
    if (node.op !== "chain") return node;
    return { ...node, start: part(node.start), ...(node.item ? { item: part(node.item) } : {}) };
  }
  return mapParts(node, part);
}
