/**
 * Places: cells as authors name them. `k.cpu.at(c).irqsOff` is an expression (its value in a state) that can also be
 * set. Roots are declared in groups, so that each part of a model owns its own cells; field names are unique in all.
 */
import { Expr, nodeOf, type Operand } from "./expressions.ts";
import type { Assign, Base, Binder, Node, PathStep, PlaceNode } from "./nodes.ts";
import type { Id, IndexSet, NameOf } from "./sets.ts";
import type { AnyLeaf, EachShape, Fields, Shape, StructShape, ValueOf } from "./shapes.ts";

const placeKey = Symbol("place");

interface Located {
  readonly [placeKey]: PlaceNode;
}

/** One cell. `set` is a property, not a method, so that a place of a narrower type is not taken for a wider one. */
export interface LeafPlace<V> extends Expr<V>, Located {
  readonly set: (value: Operand<V>) => Assign;
  /** Sets what nobody reads before it is set again: to leave it out would change nothing but the number of states. */
  readonly forget: (value: Operand<V>) => Assign;
}

export interface EachPlace<N extends string, S> extends Located {
  /** The entry of one element. Indexing by null or garbage is a model error. */
  at(index: Expr<Id<N> | null | "garbage">): Place<S>;
}

export type Place<S> = [S] extends [StructShape<infer F>]
  ? { readonly [K in keyof F]: Place<F[K]> } & Located
  : [S] extends [EachShape<infer N, infer T>]
    ? EachPlace<N, T>
    : [S] extends [AnyLeaf]
      ? LeafPlace<ValueOf<S>>
      : never;

class Cell extends Expr<unknown> {
  readonly [placeKey]: PlaceNode;
  readonly set: (value: Operand<unknown>) => Assign;
  readonly forget: (value: Operand<unknown>) => Assign;
  constructor(place: PlaceNode) {
    super({ op: "read", place });
    this[placeKey] = place;
    this.set = (value) => Object.freeze({ over: [], place, value: nodeOf(value as Expr<unknown>) });
    this.forget = (value) => Object.freeze({ ...this.set(value), forgets: true });
  }
}

/** The place of a shape below a base; structs come with all their fields, arrays with `at`. */
export function placeAt<S extends Shape>(base: Base, path: readonly PathStep[], shape: S): Place<S> {
  const place: PlaceNode = Object.freeze({ base, path, shape });
  const build = (): unknown => {
    switch (shape.kind) {
      case "struct": {
        const fields = Object.entries(shape.fields).map(([name, field]) => [
          name,
          placeAt(base, [...path, { field: name }], field),
        ]);
        return { ...Object.fromEntries(fields), [placeKey]: place };
      }
      case "each":
        return {
          at: (index: Expr<unknown>) =>
            placeAt(base, [...path, { index: index.node, set: shape.set }], shape.of as Shape),
          [placeKey]: place,
        };
      default:
        return new Cell(place);
    }
  };
  return build() as Place<S>;
}

/** The data behind a place. */
export const placeNode = (place: Located): PlaceNode => place[placeKey];

type RootKind = "state" | "ghost" | "constants";

const rootKey = Symbol("root");

/** A declared group of cells, as `link` takes it. */
export interface Root {
  readonly [rootKey]: { readonly kind: RootKind; readonly fields: Fields };
}
export const rootOf = (root: Root): { readonly kind: RootKind; readonly fields: Fields } => root[rootKey];

const declare =
  (kind: RootKind) =>
  <F extends Fields>(fields: F): { readonly [K in keyof F]: Place<F[K]> } & Root => {
    const places = Object.entries(fields).map(([field, shape]) => [field, placeAt({ kind, field }, [], shape)]);
    return { ...Object.fromEntries(places), [rootKey]: { kind, fields } } as never;
  };

/** Declares cells of the state. */
export const state = declare("state");

/** Declares cells that only properties read and only `track` writes. Dropped where no selected property reads them. */
export const ghosts = declare("ghost");

/** Declares what a configuration fixes: never part of a state, folded away where the index is constant. */
export const constants = declare("constants");

/** Assigns for every element of a set, all at once: `setEach(cpu, (c) => k.cpu.at(c).irqsOff.set(false))`. */
export function setEach<S extends IndexSet>(
  set: S,
  body: (x: Expr<Id<NameOf<S>>>) => Assign | readonly Assign[],
): readonly Assign[] {
  const binder: Binder = Object.freeze({ set });
  const node: Node = { op: "bound", binder };
  return [body(new Expr(node))].flat().map((assign) => Object.freeze({ ...assign, over: [binder, ...assign.over] }));
}
