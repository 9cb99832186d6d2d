/**
 * Places: cells as authors name them. `k.cpu.at(c).irqsOff` is an expression (its value in a state) that can also be
 * set. Roots are declared in groups, so that each part of a model owns its own cells; field names are unique in all.
 */
import { part, refuse, running } from "./mistakes.ts";
import type { Assign, Base, Binder, Node, PathStep, PlaceNode } from "./nodes.ts";
import type { Id } from "./sets.ts";
import {
  type AnyLeaf,
  type Counter,
  type EachShape,
  type ElementOf,
  type Fields,
  type Over,
  type Shape,
  type StructShape,
  setOver,
  shapesOf,
  type ValueOf,
} from "./shapes.ts";
import { elementOf, NUMBER, type Sort, sortsOfShape } from "./sorts.ts";
import { Expr, type Operand, operandOf, termOf, toFit } from "./terms.ts";

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

/** The same where numbers index it. */
export interface CountedPlace<S> extends Located {
  /** The entry of one number. Leaving the range is a model error. */
  at(index: Operand<number>): Place<S>;
}

export type Place<S> = [S] extends [StructShape<infer F>]
  ? { readonly [K in keyof F]: Place<F[K]> } & Located
  : [S] extends [EachShape<infer N, infer T>]
    ? [N] extends [Counter]
      ? CountedPlace<T>
      : EachPlace<N, T>
    : [S] extends [AnyLeaf]
      ? LeafPlace<ValueOf<S>>
      : never;

const assignment = (assign: Assign): Assign => part(Object.freeze(assign));

/** A place as its author writes it, indices left out. */
const nameOf = ({ base, path }: PlaceNode): string =>
  ["field" in base ? base.field : base.name, ...path.map((step) => ("field" in step ? step.field : "at(..)"))].join(
    ".",
  );

/** The assignments that a body gives: one, or lists of them. Throws `AuthorError` where something is none. */
export function assignsOf(given: unknown, of: string): readonly Assign[] {
  return [given].flat(3).map((one) => {
    if (typeof one !== "object" || one === null || !("over" in one))
      return refuse(
        `${of}(..) wants assignments and was given ${one instanceof Expr ? "a term" : String(one)}`,
        "write place.set(value); to leave one out in some configurations, write ...(test ? [place.set(value)] : [])",
      );
    if ((one as Assign).any && of !== "setEach")
      refuse(
        "anyValue(..) says where a run begins",
        "list it in `initially`; a free choice in a row is choose(..) or either(..)",
      );
    return one as Assign;
  });
}

class Cell extends Expr<unknown> {
  readonly [placeKey]: PlaceNode;
  readonly set: (value: Operand<unknown>) => Assign;
  readonly forget: (value: Operand<unknown>) => Assign;
  constructor(place: PlaceNode) {
    super({ op: "read", place });
    this[placeKey] = place;
    const assign = (value: Operand<unknown>, of: string): Assign => ({
      over: [],
      place,
      value: toFit(value, sortsOfShape(place.shape as AnyLeaf), `${nameOf(place)}.${of}`),
    });
    this.set = (value) => assignment(assign(value, "set"));
    this.forget = (value) => assignment({ ...assign(value, "forget"), forgets: true });
  }
}

/** A number may be a literal, an element is a term. */
const indexOf = (index: unknown, of: string, sort: Sort): Node =>
  sort === NUMBER ? operandOf(index, of, NUMBER) : termOf(index, of, sort);

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
          at: (index: unknown) => {
            const node = indexOf(index, `${nameOf(place)}.at`, elementOf(shape.set));
            return placeAt(base, [...path, { index: node, set: shape.set }], shape.of as Shape);
          },
          [placeKey]: place,
        };
      default:
        return new Cell(place);
    }
  };
  return build() as Place<S>;
}

/** The data behind a place. Throws `AuthorError` where the author gave none. */
export function placeNode(place: Located, of = "place"): PlaceNode {
  const found = typeof place === "object" && place !== null ? place[placeKey] : undefined;
  return found ?? refuse(`${of}(..) wants a cell or a group of cells`, "name one of `state`, or a parameter or local");
}

type RootKind = "state" | "ghost" | "constants";

const rootKey = Symbol("root");

/** A declared group of cells, as `link` takes it. */
export interface Root {
  readonly [rootKey]: { readonly kind: RootKind; readonly fields: Fields };
}
export const rootOf = (root: Root): Root[typeof rootKey] => root[rootKey];
/** False for what is none, or of another copy of the language. */
export const isRoot = (root: unknown): root is Root => typeof root === "object" && root !== null && rootKey in root;

const declare =
  (kind: RootKind) =>
  <F extends Fields>(fields: F): { readonly [K in keyof F]: Place<F[K]> } & Root => {
    const places = Object.entries(shapesOf(fields)).map(([field, shape]) => [
      field,
      placeAt({ kind, field }, [], shape),
    ]);
    return { ...Object.fromEntries(places), [rootKey]: { kind, fields } } as never;
  };

/** Declares cells of the state. */
export const state = declare("state");

/** Declares cells that only properties read and only `track` writes. Dropped where no selected property reads them. */
export const ghosts = declare("ghost");

/** Declares what a configuration fixes: never part of a state, folded away where the index is constant. */
export const constants = declare("constants");

/** That a cell, or every cell of a group, begins with any of its values: for `initially`, where each makes a run of its own. */
export function anyValue(of: Located): readonly Assign[] {
  const { base, path, shape } = placeNode(of, "anyValue");
  const cells = (steps: readonly PathStep[], within: Shape, over: readonly Binder[]): Assign[] => {
    if (within.kind === "struct")
      return Object.entries(within.fields).flatMap(([field, one]) => cells([...steps, { field }], one, over));
    if (within.kind === "each") {
      const binder: Binder = Object.freeze({ set: within.set });
      const index: Node = { op: "bound", binder };
      return cells([...steps, { index, set: within.set }], within.of as Shape, [...over, binder]);
    }
    const place: PlaceNode = Object.freeze({ base, path: steps, shape: within });
    return [assignment({ over, place, value: { op: "const", value: null }, any: true })];
  };
  return cells(path, shape, []);
}

/** Assigns for every element of a set, all at once: `setEach(cpu, (c) => k.cpu.at(c).irqsOff.set(false))`. */
export function setEach<S extends Over>(
  set: S,
  body: (x: Expr<ElementOf<S>>) => Assign | readonly Assign[],
): readonly Assign[] {
  const binder: Binder = Object.freeze({ set: setOver(set, "setEach") });
  const node: Node = { op: "bound", binder };
  const assigns = running(() => assignsOf(body(new Expr(node)), "setEach"));
  return assigns.map((assign) => assignment({ ...assign, over: [binder, ...assign.over] }));
}
