/**
 * Which values may an expression have, and which cells does it read, wherever a context stands at a label? An
 * over-approximation: every value and every read of `evaluate` is among those given here, whatever the state.
 */
import { cellsOf } from "../language/cells.ts";
import {
  type Assign,
  type Binder,
  type ChainNode,
  leafShape,
  type Node,
  type PlaceNode,
  unreachable,
} from "../language/nodes.ts";
import { type AnyLeaf, belongs, type Data, type Value, valuesOf } from "../language/shapes.ts";
import type { System } from "../language/system.ts";

export type Values = ReadonlySet<Value>;

const BOTH: Values = new Set([true, false]);
const NONE: Values = new Set();

/** More values than this are not followed: the shape of the cell says what it may hold. */
const FOLLOWED = 64;

/** What is known of the cells, and who is told what is read. */
export interface Scope {
  readonly self: number;
  /** Values of a slot of `self`. */
  readonly slot: (index: number) => Values;
  /** Values of a cell that is no slot. */
  readonly cell: (cell: number) => Values;
  readonly bound: Map<Binder, Values>;
  /** Within the body of a quantifier. */
  readonly isInside?: true;
  readonly onRead?: (cell: number) => void;
  /** The label of a context is compared with some labels. */
  readonly onLabel?: (context: number, labels: readonly number[]) => void;
}

type Tree = number | { readonly [key: string]: Tree };

/** Evaluates over sets of values. */
export class Possible {
  readonly #system: System;
  /** Cell numbers by path; slots and labels are not among them. */
  readonly #tree: Tree;
  readonly cellCount: number;
  readonly shapes: readonly AnyLeaf[];

  constructor(system: System) {
    this.#system = system;
    const tree: Record<string, unknown> = {};
    const shapes: AnyLeaf[] = [];
    for (const { path, shape } of cellsOf(system)) {
      if (!shape || path[0] === "local") continue;
      let at = tree;
      for (const key of path.slice(0, -1)) {
        at[key] ??= {};
        at = at[key] as Record<string, unknown>;
      }
      at[path.at(-1) as string] = shapes.push(shape) - 1;
    }
    this.#tree = tree as Tree;
    this.shapes = shapes;
    this.cellCount = shapes.length;
  }

  /** All values that a node may have. Where it has none the set is empty: it ends in a model error. */
  of(node: Node, scope: Scope): Values {
    const { universe } = this.#system;
    const part = (of: Node): Values => this.of(of, scope);
    const elements = (of: Node, size: number): number[] =>
      [...part(of)].filter((v): v is number => typeof v === "number" && v >= 0 && v < size);
    switch (node.op) {
      case "const":
        return new Set([node.value]);
      case "self":
        return new Set([scope.self]);
      case "bound":
        return scope.bound.get(node.binder) ?? this.#all(node.binder);
      case "read":
        return this.#read(node.place, scope);
      case "racy":
        return part(node.of);
      case "not":
        return new Set([...part(node.of)].map((v) => !v));
      case "and":
        return this.#sequence(node.args, false, scope);
      case "or":
        return this.#sequence(node.args, true, scope);
      case "eq": {
        const [left, right] = [part(node.left), part(node.right)];
        if (left.size === 0 || right.size === 0) return NONE;
        const met = [...left].some((v) => right.has(v));
        if (!met) return new Set([false]);
        return left.size === 1 && right.size === 1 ? new Set([true]) : BOTH;
      }
      case "lt":
        return pairs(part(node.left), part(node.right), (a, b) => a < b);
      case "le":
        return pairs(part(node.left), part(node.right), (a, b) => a <= b);
      case "add":
        return pairs(part(node.left), part(node.right), (a, b) => a + b);
      case "sub":
        return pairs(part(node.left), part(node.right), (a, b) => a - b);
      case "mod": {
        const by = universe.valueOf(node.by);
        return pairs(part(node.of), new Set([by]), (a, b) => ((a % b) + b) % b);
      }
      case "bitAnd":
        return pairs(part(node.left), part(node.right), (a, b) => a & b);
      case "bitOr":
        return pairs(part(node.left), part(node.right), (a, b) => a | b);
      case "bitXor":
        return pairs(part(node.left), part(node.right), (a, b) => a ^ b);
      case "ite": {
        const test = part(node.test);
        return union(test.has(true) ? part(node.then) : NONE, test.has(false) ? part(node.else) : NONE);
      }
      case "forAll":
        return this.#each(node.binder, node.body, false, scope);
      case "exists":
        return this.#each(node.binder, node.body, true, scope);
      case "count": {
        const bodies = this.#bodies(node.binder, node.body, scope);
        const sure = bodies.filter((b) => !b.has(false)).length;
        const most = bodies.filter((b) => b.has(true)).length;
        return new Set(Array.from({ length: most - sure + 1 }, (_, i) => sure + i));
      }
      case "chain":
        return this.#chain(node, scope);
      case "compose": {
        let found: Record<string, number>[] = [{}];
        for (const [key, of] of Object.entries(node.parts)) {
          const ids = elements(of, universe.size(node.set.parts[key] as never));
          found = found.flatMap((one) => ids.map((i) => ({ ...one, [key]: i })));
        }
        return new Set(found.map((parts) => universe.compose(node.set, parts)));
      }
      case "component":
        return new Set(
          elements(node.of, universe.size(node.set)).map((e) => universe.component(node.set, e, node.key)),
        );
      case "inject": {
        const offset = universe.kindOffset(node.set, node.key);
        return new Set(elements(node.of, universe.size(node.set.kinds[node.key] as never)).map((e) => offset + e));
      }
      case "isKind":
        return new Set(
          [...part(node.of)].map((v) => typeof v === "number" && universe.kindOf(node.set, v).key === node.key),
        );
      case "asKind":
        return new Set(
          elements(node.of, universe.size(node.set))
            .map((e) => universe.kindOf(node.set, e))
            .filter(({ key }) => key === node.key)
            .map(({ element }) => element),
        );
      case "next": {
        const size = universe.size(node.set);
        return new Set(elements(node.of, size).map((e) => (e + 1 < size ? e + 1 : null)));
      }
      case "pcIn": {
        const who = part(node.who);
        for (const v of who) if (typeof v === "number") scope.onLabel?.(v, node.labels);
        return BOTH;
      }
      case "param":
      case "stands":
        throw new Error(`"${node.op}" stands only in source rows: link the program first`);
      default:
        return unreachable(node);
    }
  }

  /** The cells that a place may name; its indices are read. None for a slot. */
  cells(place: PlaceNode, scope: Scope): readonly number[] {
    return place.base.kind === "slot" ? [] : this.#leaves(this.#tree, place, scope).map((leaf) => leaf as number);
  }

  /** The values that an assignment may store, out of those that its shape allows. */
  stored(assign: Assign, scope: Scope): Values {
    const shape = leafShape(assign.place);
    const { universe } = this.#system;
    return new Set([...this.of(assign.value, scope)].filter((v) => belongs(v, shape, universe)));
  }

  /** All values of a shape: what an unknown cell may hold. */
  everything(shape: AnyLeaf): Values {
    return new Set(valuesOf(shape, this.#system.universe));
  }

  /** Binds variables to every element of their sets. */
  bindAll(binders: readonly Binder[], scope: Scope): Scope {
    const bound = new Map(scope.bound);
    for (const binder of binders) bound.set(binder, this.#all(binder));
    return { ...scope, bound };
  }

  #all(binder: Binder): Values {
    return new Set(Array.from({ length: this.#system.universe.size(binder.set) }, (_, i) => i));
  }

  /** Element by element; inside another quantifier once for all elements, or scans of scans would take for ever. */
  #bodies(binder: Binder, body: Node, scope: Scope): Values[] {
    const all = this.#all(binder);
    const of = (values: Values): Values =>
      this.of(body, { ...scope, isInside: true, bound: new Map(scope.bound).set(binder, values) });
    if (!scope.isInside) return [...all].map((i) => of(new Set([i])));
    const any = of(all);
    return [...all].map(() => any);
  }

  /** `and` stops at the first false argument, `or` at the first true one: what comes after a sure stop is not read. */
  #sequence(args: readonly Node[], stop: boolean, scope: Scope): Values {
    const found = new Set<Value>();
    for (const arg of args) {
      const values = this.of(arg, scope);
      if (values.has(stop)) found.add(stop);
      if (!values.has(!stop)) return found;
    }
    return found.add(!stop);
  }

  #each(binder: Binder, body: Node, stop: boolean, scope: Scope): Values {
    const found = new Set<Value>();
    for (const values of this.#bodies(binder, body, scope)) {
      if (values.has(stop)) found.add(stop);
      if (!values.has(!stop)) return found;
    }
    return found.add(!stop);
  }

  /** Every element may be on the list: the links of all are read. */
  #chain(node: ChainNode, scope: Scope): Values {
    if (node.item) this.of(node.item, scope);
    this.of(node.start, scope);
    const all = this.#all(node.binder);
    this.of(node.next, { ...scope, bound: new Map(scope.bound).set(node.binder, all) });
    switch (node.query) {
      case "has":
      case "acyclic":
      case "ends":
        return BOTH;
      case "length":
        return new Set(Array.from({ length: all.size + 1 }, (_, i) => i));
      case "last":
        return new Set([null, ...all]);
    }
  }

  #read(place: PlaceNode, scope: Scope): Values {
    if (place.base.kind === "slot") return scope.slot(place.base.index);
    if (place.base.kind === "constants") {
      const found = this.#leaves(this.#system.constants as unknown as Tree, place, scope);
      return new Set(found as unknown as Value[]);
    }
    let found: Values = NONE;
    for (const cell of this.cells(place, scope)) {
      scope.onRead?.(cell);
      found = union(found, scope.cell(cell));
    }
    return found.size > FOLLOWED ? this.everything(leafShape(place)) : found;
  }

  /** What stands at the end of a path, for every value of its indices. */
  #leaves(tree: Tree | Data, place: PlaceNode, scope: Scope): unknown[] {
    const { base } = place;
    if (!("field" in base)) throw new Error(`"${base.name}" stands only in source rows`);
    let at: unknown[] = [(tree as Record<string, unknown>)[base.field]];
    for (const step of place.path) {
      if ("field" in step) {
        at = at.map((one) => (one as Record<string, unknown>)[step.field]);
        continue;
      }
      const size = this.#system.universe.size(step.set);
      const keys = [...this.of(step.index, scope)].filter((v) => typeof v === "number" && v >= 0 && v < size);
      at = at.flatMap((one) => keys.map((key) => (one as Record<string, unknown>)[String(key)]));
    }
    return at;
  }
}

export function union(a: Values, b: Values): Values {
  return [...b].every((v) => a.has(v)) ? a : new Set([...a, ...b]);
}

function pairs<T extends Value>(left: Values, right: Values, of: (a: number, b: number) => T): Values {
  const found = new Set<Value>();
  for (const a of left) for (const b of right) found.add(of(a as number, b as number));
  return found;
}
