/**
 * Index sets: the finite sets of names that ids are drawn from ("cpu", "object", "lock").
 *
 * A set is declared without a size; sizes are bound when a system is linked, so that one program serves every
 * configuration. Products pair sets (an object is a slab and a slot), sums join kinds (a lock is a cpu-slab lock or a
 * list lock). An element is a number from 0 to size - 1 in a state, and an opaque `Id` in the types.
 */
import { LinkError } from "./link-error.ts";

declare const idBrand: unique symbol;

/** An element of the index set named `N`. Opaque: no arithmetic, no comparison with an id of another set. */
export interface Id<N extends string> {
  readonly [idBrand]: N;
}

export interface BaseSet<N extends string = string> {
  readonly kind: "base";
  readonly name: N;
  /** Elements may be renamed without changing the model's behaviour: a symmetry reduction may use it. */
  readonly interchangeable: boolean;
  /** Of the numbers from 0 to this one: what an array is indexed by where a counter counts its elements. */
  readonly counts?: Bound;
}

export interface ProductSet<N extends string = string, P extends Parts = Parts> {
  readonly kind: "product";
  readonly name: N;
  readonly parts: P;
}

export interface SumSet<N extends string = string, K extends Parts = Parts> {
  readonly kind: "sum";
  readonly name: N;
  readonly kinds: K;
}

/** A number: itself, or the name of one that the configuration gives. */
export type Bound = number | { readonly bound: string };

export type IndexSet<N extends string = string> = BaseSet<N> | ProductSet<N> | SumSet<N>;
export type Parts = Readonly<Record<string, IndexSet>>;
export type NameOf<S> = S extends { readonly name: infer N extends string } ? N : never;

/** Declares a set whose size a configuration binds. */
export function indexSet<const N extends string>(name: N, options: { interchangeable?: boolean } = {}): BaseSet<N> {
  return Object.freeze({ kind: "base", name, interchangeable: options.interchangeable ?? false });
}

/** Declares the set of all combinations of its parts, the last part running fastest. */
export function product<const N extends string, const P extends Parts>(name: N, parts: P): ProductSet<N, P> {
  return Object.freeze({ kind: "product", name, parts: Object.freeze({ ...parts }) });
}

/** Declares the disjoint union of its kinds, in the order given. */
export function sum<const N extends string, const K extends Parts>(name: N, kinds: K): SumSet<N, K> {
  return Object.freeze({ kind: "sum", name, kinds: Object.freeze({ ...kinds }) });
}

/** The contexts of a system: who takes steps. Its size is the number of contexts that a system is linked with. */
export const context = indexSet("context");

/** Sizes and element names of every set of one linked system. */
export class Universe {
  readonly #sizes: ReadonlyMap<string, number>;
  readonly #names: ReadonlyMap<string, readonly string[]>;

  constructor(sizes: Readonly<Record<string, number>>, names: Readonly<Record<string, readonly string[]>> = {}) {
    this.#sizes = new Map(Object.entries(sizes));
    this.#names = new Map(Object.entries(names));
  }

  /** Sizes of base sets and values of named bounds, by name. */
  get sizes(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#sizes);
  }

  /** Element names that the configuration gives, by set. */
  get names(): Readonly<Record<string, readonly string[]>> {
    return Object.fromEntries(this.#names);
  }

  /** Number of elements. Throws `LinkError` where the configuration gives no size. */
  size(set: IndexSet): number {
    switch (set.kind) {
      case "base": {
        if (set.counts !== undefined) return Math.max(0, this.valueOf(set.counts) + 1);
        const size = this.#sizes.get(set.name);
        if (size === undefined) throw new LinkError([`the index set "${set.name}" has no size; give one in "sizes"`]);
        return size;
      }
      case "product":
        return Object.values(set.parts).reduce((n, part) => n * this.size(part), 1);
      case "sum":
        return Object.values(set.kinds).reduce((n, kind) => n + this.size(kind), 0);
    }
  }

  /** The number that a bound stands for: a configuration names some beside its set sizes. Throws `LinkError`. */
  valueOf(bound: Bound): number {
    if (typeof bound === "number") return bound;
    const value = this.#sizes.get(bound.bound);
    if (value === undefined) throw new LinkError([`the bound "${bound.bound}" has no value; give one in "sizes"`]);
    return value;
  }

  /** The element of a product that has these components. */
  compose(set: ProductSet, components: Readonly<Record<string, number>>): number {
    let index = 0;
    for (const [key, part] of Object.entries(set.parts)) index = index * this.size(part) + (components[key] as number);
    return index;
  }

  /** One component of an element of a product. */
  component(set: ProductSet, element: number, key: string): number {
    let rest = element;
    for (const [name, part] of Object.entries(set.parts).reverse()) {
      const size = this.size(part);
      if (name === key) return rest % size;
      rest = Math.floor(rest / size);
    }
    throw new Error(`"${key}" is not a part of "${set.name}"`);
  }

  /** Where the elements of one kind begin within a sum. */
  kindOffset(set: SumSet, key: string): number {
    let offset = 0;
    for (const [name, kind] of Object.entries(set.kinds)) {
      if (name === key) return offset;
      offset += this.size(kind);
    }
    throw new Error(`"${key}" is not a kind of "${set.name}"`);
  }

  /** The kind of an element of a sum, and the element within that kind's set. */
  kindOf(set: SumSet, element: number): { key: string; set: IndexSet; element: number } {
    let rest = element;
    for (const [key, kind] of Object.entries(set.kinds)) {
      const size = this.size(kind);
      if (rest < size) return { key, set: kind, element: rest };
      rest -= size;
    }
    throw new Error(`${element} is not an element of "${set.name}"`);
  }

  /** How an element is shown: "cpu0", or the name that the configuration gives it. */
  elementName(set: IndexSet, element: number): string {
    if (set.kind === "base" && set.counts !== undefined) return String(element);
    const given = this.#names.get(set.name)?.[element];
    if (given !== undefined) return given;
    switch (set.kind) {
      case "base":
        return `${set.name}${element}`;
      case "product":
        return Object.entries(set.parts)
          .map(([key, part]) => this.elementName(part, this.component(set, element, key)))
          .join(".");
      case "sum": {
        const kind = this.kindOf(set, element);
        return `${kind.key}(${this.elementName(kind.set, kind.element)})`;
      }
    }
  }
}
