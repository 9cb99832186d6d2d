/**
 * The meaning of expressions and effects, written to be believed: one case an operator, no cleverness.
 * Every other meaning (an engine, an export) must agree with this file.
 */
import {
  type Assign,
  type Binder,
  type ChainNode,
  leafShape,
  type Node,
  type PlaceNode,
  unreachable,
} from "./nodes.ts";
import type { Universe } from "./sets.ts";
import { belongs, type Data, describeShape, type Value } from "./shapes.ts";

/** Field values by name, and for each context its label (`pc`, 0 at the end of its script) and its local slots. */
export interface State {
  readonly pc: readonly number[];
  readonly local: readonly (readonly Value[])[];
  readonly [field: string]: Data;
}

/** What an expression is evaluated in. `bound` holds the values of binders. */
export interface Env {
  readonly universe: Universe;
  readonly constants: Readonly<Record<string, Data>>;
  readonly state: State;
  readonly self: number;
  readonly bound: Map<Binder, number>;
}

export type ModelErrorKind =
  | "null index"
  | "garbage index"
  | "outside its set"
  | "out of range"
  | "written twice"
  | "broken chain"
  | "wrong kind";

/** A step that means nothing: a verdict with a trace, never silence. */
export class ModelError extends Error {
  readonly kind: ModelErrorKind;
  constructor(kind: ModelErrorKind, message: string) {
    super(`${kind}: ${message}`);
    this.kind = kind;
  }
}

/** Evaluates a node. Throws `ModelError` where it has no value. */
export function evaluate(node: Node, env: Env): Value {
  switch (node.op) {
    case "const":
      return node.value;
    case "self":
      return env.self;
    case "bound": {
      const value = env.bound.get(node.binder);
      if (value === undefined) throw new Error("a variable was used outside its binder");
      return value;
    }
    case "read":
      return read(node.place, env);
    case "racy":
      return evaluate(node.of, env);
    case "not":
      return !evaluate(node.of, env);
    case "and":
      return node.args.every((arg) => evaluate(arg, env));
    case "or":
      return node.args.some((arg) => evaluate(arg, env));
    case "eq":
      return evaluate(node.left, env) === evaluate(node.right, env);
    case "lt":
      return numberOf(node.left, env) < numberOf(node.right, env);
    case "le":
      return numberOf(node.left, env) <= numberOf(node.right, env);
    case "add":
      return numberOf(node.left, env) + numberOf(node.right, env);
    case "sub":
      return numberOf(node.left, env) - numberOf(node.right, env);
    case "mod": {
      const by = env.universe.valueOf(node.by);
      return ((numberOf(node.of, env) % by) + by) % by;
    }
    case "bitAnd":
      return numberOf(node.left, env) & numberOf(node.right, env);
    case "bitOr":
      return numberOf(node.left, env) | numberOf(node.right, env);
    case "bitXor":
      return numberOf(node.left, env) ^ numberOf(node.right, env);
    case "ite":
      return evaluate(node.test, env) ? evaluate(node.then, env) : evaluate(node.else, env);
    case "forAll":
      return !some(node.binder, env, () => !evaluate(node.body, env));
    case "exists":
      return some(node.binder, env, () => evaluate(node.body, env) as boolean);
    case "count": {
      let n = 0;
      some(node.binder, env, () => {
        if (evaluate(node.body, env)) n += 1;
        return false;
      });
      return n;
    }
    case "chain":
      return chain(node, env);
    case "compose": {
      const parts = Object.entries(node.parts).map(
        ([key, part]) => [key, elementOf(part, env, node.set.name)] as const,
      );
      return env.universe.compose(node.set, Object.fromEntries(parts));
    }
    case "component":
      return env.universe.component(node.set, elementOf(node.of, env, node.set.name), node.key);
    case "inject":
      return env.universe.kindOffset(node.set, node.key) + elementOf(node.of, env, node.key);
    case "isKind": {
      const value = evaluate(node.of, env);
      return typeof value === "number" && env.universe.kindOf(node.set, value).key === node.key;
    }
    case "asKind": {
      const element = elementOf(node.of, env, node.set.name);
      const kind = env.universe.kindOf(node.set, element);
      if (kind.key === node.key) return kind.element;
      throw new ModelError("wrong kind", `${env.universe.elementName(node.set, element)} is not a ${node.key}`);
    }
    case "next": {
      const after = elementOf(node.of, env, node.set.name) + 1;
      return after < env.universe.size(node.set) ? after : null;
    }
    case "pcIn": {
      const who = evaluate(node.who, env);
      return typeof who === "number" && node.labels.includes(env.state.pc[who] as number);
    }
    case "param":
    case "stands":
      throw new Error(`"${node.op}" stands only in source rows: link the program first`);
    default:
      return unreachable(node);
  }
}

const numberOf = (node: Node, env: Env): number => evaluate(node, env) as number;

/** Whether the body is true for some element; stops at the first. */
function some(binder: Binder, env: Env, body: () => boolean): boolean {
  const size = env.universe.size(binder.set);
  const before = env.bound.get(binder);
  try {
    for (let i = 0; i < size; i++) {
      env.bound.set(binder, i);
      if (body()) return true;
    }
    return false;
  } finally {
    if (before === undefined) env.bound.delete(binder);
    else env.bound.set(binder, before);
  }
}

function elementOf(node: Node, env: Env, set: string): number {
  const value = evaluate(node, env);
  if (typeof value === "number") return value;
  throw new ModelError(
    value === null ? "null index" : "garbage index",
    `${value} where an element of "${set}" is needed`,
  );
}

function chain(node: ChainNode, env: Env): Value {
  const size = env.universe.size(node.set);
  const item = node.item ? evaluate(node.item, env) : null;
  let last: number | null = null;
  let length = 0;
  for (let at = evaluate(node.start, env); at !== null; ) {
    if (typeof at !== "number" && node.query === "ends") return false;
    if (typeof at !== "number") throw new ModelError("broken chain", `a list of "${node.set.name}" runs into ${at}`);
    if (length === size) {
      if (node.query === "acyclic" || node.query === "has" || node.query === "ends") return false;
      throw new ModelError("broken chain", `a list of "${node.set.name}" runs in a circle`);
    }
    if (node.query === "has" && at === item) return true;
    last = at;
    length += 1;
    const before = env.bound.get(node.binder);
    env.bound.set(node.binder, at);
    at = evaluate(node.next, env);
    if (before === undefined) env.bound.delete(node.binder);
    else env.bound.set(node.binder, before);
  }
  switch (node.query) {
    case "has":
      return false;
    case "length":
      return length;
    case "last":
      return last;
    case "acyclic":
    case "ends":
      return true;
  }
}

/** A cell by name: the field of the state and the keys below it. */
export type CellPath = readonly (string | number)[];

/** Which cell a place names in a state. */
export function locate(place: PlaceNode, env: Env): CellPath {
  const { base } = place;
  if (base.kind === "slot") return ["local", env.self, base.index];
  if (base.kind === "local" || base.kind === "param") throw new Error(`"${base.name}" stands only in source rows`);
  return [
    base.field,
    ...place.path.map((step) => ("field" in step ? step.field : indexOf(step.index, step.set, place, env))),
  ];
}

function indexOf(node: Node, set: { readonly name: string }, place: PlaceNode, env: Env): number {
  const value = evaluate(node, env);
  if (typeof value === "number" && value >= 0 && value < env.universe.size(set as never)) return value;
  const field = place.base.kind === "slot" ? place.base.name : "field" in place.base ? place.base.field : "";
  const kind = value === null ? "null index" : typeof value === "number" ? "outside its set" : "garbage index";
  throw new ModelError(kind, `${field}[..] is asked for element ${value} of "${set.name}"`);
}

function read(place: PlaceNode, env: Env): Value {
  const root = place.base.kind === "constants" ? env.constants : env.state;
  let data = root as Data;
  for (const key of locate(place, env)) data = (data as Record<string | number, Data>)[key] as Data;
  return data as Value;
}

/** One cell and what it becomes. */
export interface Write {
  readonly cell: CellPath;
  readonly value: Value;
}

/** What an effect writes: all right sides and indices read the state of `env`. Throws `ModelError`. */
export function writesOf(effect: readonly Assign[], env: Env): readonly Write[] {
  const writes: Write[] = [];
  const seen = new Set<string>();
  const assign = (one: Assign, depth: number): void => {
    const binder = one.over[depth];
    if (binder) {
      some(binder, env, () => {
        assign(one, depth + 1);
        return false;
      });
      return;
    }
    const { base } = one.place;
    const cell = one.unstored && base.kind === "local" ? [base.name] : locate(one.place, env);
    const value = evaluate(one.value, env);
    const shape = leafShape(one.place);
    if (seen.has(cell.join("."))) throw new ModelError("written twice", `${cell.join(".")} has two values in one step`);
    seen.add(cell.join("."));
    if (!belongs(value, shape, env.universe)) {
      throw new ModelError("out of range", `${cell.join(".")} := ${value} does not fit ${describeShape(shape)}`);
    }
    if (!one.unstored) writes.push({ cell, value });
  };
  for (const one of effect) assign(one, 0);
  return writes;
}
