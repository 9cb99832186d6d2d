/**
 * What does an expression of a source row mean? A second answer, made from the documentation alone: it reads the nodes
 * that authors build and nothing that the linker makes. It is slow and knows no slots, no folding and no splicing.
 */
import type { Binder, BitOp, ChainNode, Node, PathStep, PlaceNode, Region } from "../../checker/language/nodes.ts";
import type { SourceRow } from "../../checker/language/programs.ts";
import type { Bound, IndexSet } from "../../checker/language/sets.ts";
import type { AnyLeaf, Shape, Value } from "../../checker/language/shapes.ts";

/** A step, a guard or a property that has no meaning. */
export class Meaningless extends Error {
  readonly brokenChain: boolean;
  constructor(message: string, brokenChain = false) {
    super(message);
    this.brokenChain = brokenChain;
  }
}

/** One call in progress. Its caller is the frame below. */
export interface Frame {
  readonly program: string;
  readonly label: string;
  readonly args: Readonly<Record<string, Node | PlaceNode>>;
  readonly locals: Readonly<Record<string, Value>>;
  /** How often rows with a bound have fired in this call. */
  readonly passes: Readonly<Record<string, number>>;
}

/** Every cell by its path ("link/2"), and the calls in progress of each context, the innermost last. */
export interface NaiveState {
  readonly cells: Readonly<Record<string, Value>>;
  readonly stacks: readonly (readonly Frame[])[];
}

/** An access that evaluating something made. */
export interface Touch {
  readonly kind: "read" | "write";
  readonly field: string;
  /** Field names, and elements of index sets. */
  readonly keys: readonly (string | number)[];
}

/** Where an expression stands: in a state, for a context, in one of its frames. */
export interface View {
  readonly sizes: Readonly<Record<string, number>>;
  readonly constants: Readonly<Record<string, Value>>;
  readonly state: NaiveState;
  readonly rowOf: (program: string, label: string) => SourceRow;
  readonly self: number;
  readonly depth: number;
  readonly bound: ReadonlyMap<Binder, number>;
  /** Accesses are noted here; null: nobody asks, or the read is racy. */
  readonly log: Touch[] | null;
}

type Element = readonly [name: string, element: Element][] | number;

const numberOf = (b: Bound, sizes: View["sizes"]): number => (typeof b === "number" ? b : (sizes[b.bound] as number));

/** The elements of a set in their order: numbers, tuples of a product, tagged elements of a sum. */
function elementsOf(set: IndexSet, sizes: View["sizes"]): readonly Element[] {
  switch (set.kind) {
    case "base":
      return [...Array(set.counts === undefined ? sizes[set.name] : numberOf(set.counts, sizes) + 1).keys()];
    case "product":
      return Object.entries(set.parts).reduce<[string, Element][][]>(
        (tuples, [key, part]) =>
          tuples.flatMap((t) => elementsOf(part, sizes).map((e) => [...t, [key, e] as [string, Element]])),
        [[]],
      );
    case "sum":
      return Object.entries(set.kinds).flatMap(([key, kind]) =>
        elementsOf(kind, sizes).map((e): Element => [[key, e]]),
      );
  }
}

export const sizeOf = (set: IndexSet, view: View): number => elementsOf(set, view.sizes).length;
const same = (a: Element, b: Element): boolean => JSON.stringify(a) === JSON.stringify(b);
const pairs = (element: Element | undefined): readonly [string, Element][] => element as readonly [string, Element][];
const numberIn = (set: IndexSet, element: Element, view: View): number =>
  elementsOf(set, view.sizes).findIndex((e) => same(e, element));

/** Whether a value may stand in a cell. */
export function fits(value: Value, shape: AnyLeaf, view: View): boolean {
  const number = (b: Bound): number => numberOf(b, view.sizes);
  switch (shape.kind) {
    case "bool":
      return value === true || value === false;
    case "range":
      return typeof value === "number" && number(shape.lo) <= value && value <= number(shape.hi);
    case "oneOf":
      return shape.words.some((word) => word === value);
    case "id":
      return typeof value === "number" && value >= 0 && value < sizeOf(shape.set, view);
    case "optional":
      return value === null || fits(value, shape.of, view);
    case "orWord":
      return value === shape.word || fits(value, shape.of, view);
  }
}

/** A cell of the state, or a local of a frame of the context. */
export type Spot =
  | {
      readonly kind: "cell";
      readonly field: string;
      readonly keys: readonly (string | number)[];
      readonly constant: boolean;
      readonly shape: Shape;
    }
  | { readonly kind: "local"; readonly depth: number; readonly name: string; readonly shape: Shape };

const isPlace = (arg: Node | PlaceNode | undefined): arg is PlaceNode => arg !== undefined && "base" in arg;
export const frameOf = (view: View): Frame => view.state.stacks[view.self]?.[view.depth] as Frame;
const inCaller = (view: View): View => ({ ...view, depth: view.depth - 1 });

/** Where a place of a row lies. An argument is looked up in the frame of the caller each time it is used. */
export function spotOf(place: PlaceNode, view: View): Spot {
  const keys = (path: readonly PathStep[]): (string | number)[] =>
    path.map((step) => {
      if ("field" in step) return step.field;
      const index = meaningOf(step.index, view);
      if (typeof index === "number" && index >= 0 && index < sizeOf(step.set, view)) return index;
      throw new Meaningless(`no element ${index} of ${step.set.name}`);
    });
  const { base } = place;
  switch (base.kind) {
    case "param": {
      const arg = frameOf(view).args[base.name];
      if (!isPlace(arg)) throw new Error(`no place for ${base.name}`);
      const outer = spotOf(arg, inCaller(view));
      if (outer.kind === "local") return outer;
      return {
        ...outer,
        keys: [...outer.keys, ...keys(place.path)],
        shape: place.path.length > 0 ? place.shape : outer.shape,
      };
    }
    case "local":
      return { kind: "local", depth: view.depth, name: base.name, shape: place.shape };
    case "slot":
      throw new Error("slots are the linker's");
    default:
      return {
        kind: "cell",
        field: base.field,
        keys: keys(place.path),
        constant: base.kind === "constants",
        shape: place.shape,
      };
  }
}

export const cellName = (field: string, keys: readonly (string | number)[]): string => [field, ...keys].join("/");

function readSpot(spot: Spot, view: View): Value {
  if (spot.kind === "local") {
    const value = view.state.stacks[view.self]?.[spot.depth]?.locals[spot.name];
    if (value === undefined)
      throw new Error(`${spot.name} is read before it is set: the linker should have refused this`);
    return value;
  }
  if (!spot.constant) view.log?.push({ kind: "read", field: spot.field, keys: spot.keys });
  return (spot.constant ? view.constants : view.state.cells)[cellName(spot.field, spot.keys)] as Value;
}

const bind = (view: View, binder: Binder, value: number): View => ({
  ...view,
  bound: new Map([...view.bound, [binder, value]]),
});

/** One view for each element of a binder's set. */
export const each = (view: View, binder: Binder): readonly View[] =>
  Array.from({ length: sizeOf(binder.set, view) }, (_, i) => bind(view, binder, i));

export const truth = (node: Node, view: View): boolean => meaningOf(node, view) === true;

/** The value of an expression. Throws `Meaningless`. */
export function meaningOf(node: Node, view: View): Value {
  const of = (part: Node): Value => meaningOf(part, view);
  const element = (part: Node): number => {
    const value = of(part);
    if (typeof value !== "number") throw new Meaningless(`${value} is no element`);
    return value;
  };
  switch (node.op) {
    case "const":
      return node.value;
    case "self":
      return view.self;
    case "bound":
      return view.bound.get(node.binder) as number;
    case "param": {
      const arg = frameOf(view).args[node.name];
      if (arg === undefined || isPlace(arg)) throw new Error(`no value for ${node.name}`);
      return meaningOf(arg, inCaller(view));
    }
    case "read":
      return readSpot(spotOf(node.place, view), view);
    case "racy":
      return meaningOf(node.of, { ...view, log: null });
    case "not":
      return of(node.of) === false;
    case "and":
      for (const arg of node.args) if (of(arg) === false) return false;
      return true;
    case "or":
      for (const arg of node.args) if (of(arg) === true) return true;
      return false;
    case "ite":
      return of(node.test) === true ? of(node.then) : of(node.else);
    case "eq":
    case "lt":
    case "le":
    case "add":
    case "sub":
    case "bitAnd":
    case "bitOr":
    case "bitXor":
      return arithmetic(node.op, of(node.left), of(node.right));
    case "mod": {
      const by = numberOf(node.by, view.sizes);
      let rest = of(node.of) as number;
      while (rest < 0) rest += by;
      while (rest >= by) rest -= by;
      return rest;
    }
    case "forAll":
    case "exists":
    case "count":
      return quantified(node, view);
    case "chain":
      return chainOf(node, view);
    case "compose":
      return numberIn(
        node.set,
        Object.entries(node.set.parts).map(([key, part]): [string, Element] => [
          key,
          elementsOf(part, view.sizes)[element(node.parts[key] as Node)] as Element,
        ]),
        view,
      );
    case "component": {
      const [, part] =
        pairs(elementsOf(node.set, view.sizes)[element(node.of)]).find(([key]) => key === node.key) ?? [];
      return numberIn(node.set.parts[node.key] as IndexSet, part as Element, view);
    }
    case "inject": {
      const inner = elementsOf(node.set.kinds[node.key] as IndexSet, view.sizes)[element(node.of)] as Element;
      return numberIn(node.set, [[node.key, inner]], view);
    }
    case "isKind": {
      const value = of(node.of);
      return typeof value === "number" && pairs(elementsOf(node.set, view.sizes)[value])[0]?.[0] === node.key;
    }
    case "asKind": {
      const [kind, inner] = pairs(elementsOf(node.set, view.sizes)[element(node.of)])[0] as [string, Element];
      if (kind !== node.key) throw new Meaningless(`a ${kind}, not a ${node.key}`);
      return numberIn(node.set.kinds[node.key] as IndexSet, inner, view);
    }
    case "next": {
      const value = element(node.of);
      return value === sizeOf(node.set, view) - 1 ? null : value + 1;
    }
    case "stands": {
      const who = of(node.who);
      return typeof who === "number" && belongsTo(view.state.stacks[who] as readonly Frame[], node.region, view);
    }
    case "pcIn":
      throw new Error("linked labels are the linker's");
  }
}

/** Digit by digit: not the way that the language's own meaning goes. */
function bitwise(one: (a: boolean, b: boolean) => boolean, left: number, right: number): number {
  let sum = 0;
  for (let bit = 0; bit < 32; bit++) {
    const digit = (n: number): boolean => Math.floor(n / 2 ** bit) % 2 !== 0;
    if (one(digit(left), digit(right))) sum += bit === 31 ? -(2 ** 31) : 2 ** bit;
  }
  return sum;
}

function arithmetic(op: "eq" | "lt" | "le" | "add" | "sub" | BitOp, left: Value, right: Value): Value {
  const [a, b] = [left as number, right as number];
  switch (op) {
    case "bitAnd":
      return bitwise((x, y) => x && y, a, b);
    case "bitOr":
      return bitwise((x, y) => x || y, a, b);
    case "bitXor":
      return bitwise((x, y) => x !== y, a, b);
    case "eq":
      return left === right;
    case "lt":
      return (left as number) < (right as number);
    case "le":
      return (left as number) <= (right as number);
    case "add":
      return (left as number) + (right as number);
    case "sub":
      return (left as number) - (right as number);
  }
}

/** Stops at the first element that decides; for the rule of `guardedBy` it looks at every one. */
function quantified(node: Extract<Node, { op: "forAll" | "exists" | "count" }>, view: View): Value {
  let count = 0;
  for (const inner of each(view, node.binder)) {
    const yes = truth(node.body, inner);
    if (yes) count += 1;
    if (view.log === null && node.op === "exists" && yes) return true;
    if (view.log === null && node.op === "forAll" && !yes) return false;
  }
  return node.op === "count" ? count : node.op === "exists" ? count > 0 : count === sizeOf(node.binder.set, view);
}

function chainOf(node: ChainNode, view: View): Value {
  const item = node.item ? meaningOf(node.item, view) : null;
  const visited: number[] = [];
  // For the rule of `guardedBy`, `ends` looks at every element, and `has` walks on to the end.
  if (view.log && node.query === "ends") for (const inner of each(view, node.binder)) meaningOf(node.next, inner);
  for (
    let at = meaningOf(node.start, view);
    at !== null;
    at = meaningOf(node.next, bind(view, node.binder, at as number))
  ) {
    if (typeof at === "string") {
      if (node.query === "ends") return false;
      throw new Meaningless("a chain runs into a word", true);
    }
    if (visited.includes(at as number)) {
      if (node.query === "acyclic" || node.query === "ends") return false;
      if (node.query === "has") return visited.includes(item as number);
      throw new Meaningless("a chain runs in a circle", true);
    }
    if (node.query === "has" && at === item && !view.log) return true;
    visited.push(at as number);
  }
  switch (node.query) {
    case "has":
      return visited.includes(item as number);
    case "length":
      return visited.length;
    case "last":
      return visited.at(-1) ?? null;
    case "acyclic":
    case "ends":
      return true;
  }
}

/** Whether a context stands in a region, by the names of its calls in progress. */
function belongsTo(stack: readonly Frame[], region: Region, view: View): boolean {
  const top = stack.at(-1);
  switch (region.kind) {
    case "ended":
      return top === undefined;
    case "mark":
      return top !== undefined && (view.rowOf(top.program, top.label).meta.marks ?? []).includes(region.mark);
    case "rows":
      return top?.program === region.program && (region.labels === undefined || region.labels.includes(top.label));
    case "within":
      return stack.some((frame) => frame.program === region.program);
    case "inlined":
      return top !== undefined && region.callees.includes(top.program) && stack.at(-2)?.program === region.program;
    case "anyOf":
      return region.of.some((one) => belongsTo(stack, one, view));
    case "allOf":
      return region.of.every((one) => belongsTo(stack, one, view));
    case "except":
      return belongsTo(stack, region.of, view) && !belongsTo(stack, region.minus, view);
  }
}
