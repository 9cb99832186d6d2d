/**
 * What is a state of a kernel in the model? From addresses to the model's names.
 *
 * A kernel's slab has more objects than the model's. Of each slab a few are named; the others are hidden, and they take
 * no part: those that somebody holds at the start stay held, and those that are free stay at the end of the list that
 * they are on. An observation in which a hidden object does anything else has no abstract state, and is refused.
 *
 * - A freelist is its named objects, which must come first.
 * - `inuse` leaves out the hidden objects that it counts: all but those on slab->freelist.
 * - A slab that is new gets the name of the first page of the scenario's heap that has no slab yet, once somebody can
 *   reach it. Its objects are named in the order of its first list; those that are out by then come first, in the order in
 *   which they turn up in sheaves or are returned by calls.
 * - Slabs that the scenario does not name, such as full ones, are not looked at. On a list they are refused.
 */
import type { HeapView, SheavesView, SlabView } from "./cells.ts";
import { type Concrete, type ConcreteSheaves, type ConcreteSlab, objectsOf, sheavesIn } from "./concrete.ts";

/** A slab of the scenario's heap as it was made: addresses of the objects that are named, in the order of their names. */
export interface NamedSlab {
  /** Null for a page that is no slab yet. */
  readonly slab: bigint | null;
  readonly objects: readonly bigint[];
}

/** What was seen has no abstract state. */
export class Unnamed extends Error {}

/** The names of one run, from its start on. It must be shown what was observed in the order of the run. */
export class Abstraction {
  readonly #objects: number;
  /** Objects in the order in which they turn up in the whole run: in sheaves, or returned by calls. */
  readonly #appear: readonly bigint[];
  readonly #pages: string[];
  readonly #slabs = new Map<bigint, string>();
  readonly #names = new Map<bigint, string>();
  readonly #unlisted = new Set<bigint>();
  readonly #hidden = new Map<bigint, number>();
  readonly #tids: readonly number[];

  /** `objects`: how many a slab of the model has. */
  constructor(
    heap: readonly NamedSlab[],
    start: Concrete,
    { objects, appear }: { objects: number; appear: readonly bigint[] },
  ) {
    this.#objects = objects;
    this.#appear = appear;
    this.#pages = heap.flatMap(({ slab }, i) => (slab === null ? [`s${i}`] : []));
    this.#tids = start.buckets.map(({ cpu }) => cpu?.tid ?? 0);
    for (const [i, { slab, objects: named }] of heap.entries())
      if (slab !== null) this.#name(slab, `s${i}`, named.slice(0, objects), start);
  }

  /** Slabs that have a name. */
  get slabs(): Iterable<bigint> {
    return this.#slabs.keys();
  }

  #name(slab: bigint, name: string, objects: readonly bigint[], start: Concrete): void {
    const found = start.slabs.get(slab);
    if (!found) throw new Unnamed(`the kernel has no slab where the scenario has ${name}`);
    this.#slabs.set(slab, name);
    for (const [slot, object] of objects.entries()) this.#names.set(object, `${name}.o${slot}`);
    this.#hidden.set(slab, found.objects - objects.length);
  }

  /** The name of an object; null for NULL. */
  nameOf(object: bigint): string | null {
    if (object === 0n) return null;
    const name = this.#names.get(object);
    if (name === undefined) throw new Unnamed("an object has no name: the scenario's heap is too small for this run");
    return name;
  }

  /** The names of a freelist: hidden objects may stand at its end only. */
  #list(freelist: readonly bigint[]): string[] {
    const names = freelist.map((object) => this.#names.get(object));
    const named = names.indexOf(undefined);
    const end = named < 0 ? names.length : named;
    if (names.slice(end).some((name) => name !== undefined))
      throw new Unnamed("an object that the model does not have stands before one that it has");
    if (end === 0 && freelist.length > 0)
      throw new Unnamed("the next free object is one that the model does not have: the scenario takes too many");
    return names.slice(0, end) as string[];
  }

  /** The name of a slab that stands where somebody can reach it; a new one gets one. */
  #reached(slab: bigint, { slabs }: Concrete): string {
    const known = this.#slabs.get(slab);
    if (known !== undefined) return known;
    const name = this.#pages.shift();
    if (name === undefined) throw new Unnamed("a slab that the scenario does not name can be reached");
    this.#slabs.set(slab, name);
    this.#hidden.set(slab, (slabs.get(slab)?.objects ?? 0) - this.#objects);
    this.#unlisted.add(slab);
    return name;
  }

  /** Names the objects of a new slab when its list can first be seen. Between c->slab and c->freelist it cannot. */
  #listed(slab: bigint, concrete: Concrete): void {
    const found = concrete.slabs.get(slab);
    if (!found) return;
    const all = new Set(objectsOf(found));
    const lists = [...concrete.buckets.map(({ cpu }) => cpu?.freelist ?? []), found.freelist];
    const free = lists.filter(([first]) => first !== undefined && all.has(first)).flat();
    if (free.length === 0) return;
    const out = [...all].filter((object) => !free.includes(object));
    const inOrder = this.#appear.filter((object) => out.includes(object));
    if (out.length !== inOrder.length)
      throw new Unnamed(`a new slab has ${out.length} objects out, and ${inOrder.length} of them turn up`);
    const named = [...inOrder, ...free].slice(0, this.#objects);
    for (const [slot, object] of named.entries()) this.#names.set(object, `${this.#slabs.get(slab)}.o${slot}`);
    this.#unlisted.delete(slab);
  }

  #slab(slab: bigint, { freelist, inuse, frozen }: ConcreteSlab, { buckets }: Concrete): SlabView {
    const hidden = freelist.filter((object) => !this.#names.has(object)).length;
    return {
      freelist: this.#list(freelist),
      inuse: inuse - (this.#hidden.get(slab) as number) + hidden,
      frozen: buckets.some(({ sheaves }) => sheaves) ? null : frozen,
    };
  }

  /** A sheaf has named objects only: its cache's capacity is the model's. */
  #sheaf(objects: readonly bigint[]): string[] {
    return objects.map((object) => this.nameOf(object) as string);
  }

  #sheaves({ main, spare, locked, barn }: ConcreteSheaves): SheavesView {
    return {
      main: main && this.#sheaf(main),
      spare: spare && this.#sheaf(spare),
      locked,
      barn: { ...barn, full: barn.full.map((one) => this.#sheaf(one)) },
    };
  }

  /** `outside`: the kernel is in code that the scenario's model leaves out. */
  view(concrete: Concrete, outside: boolean): HeapView {
    const name = (slab: bigint) => this.#reached(slab, concrete);
    const reached = concrete.buckets.map(({ cpu, node }) => ({
      slab: !cpu || cpu.slab === 0n ? null : name(cpu.slab),
      partial: cpu?.partial.map(name) ?? [],
      node: { partial: node.partial?.map(name) ?? null, locked: node.locked },
    }));
    // An object in a sheaf can be reached, and so can its slab.
    for (const object of sheavesIn(concrete).flat())
      for (const [slab, found] of concrete.slabs) if (!this.#names.has(object) && has(found, object)) name(slab);
    for (const slab of this.#unlisted) this.#listed(slab, concrete);
    const slabs = new Map<string, SlabView>();
    for (const [slab, called] of this.#slabs) {
      const found = concrete.slabs.get(slab);
      if (found) slabs.set(called, this.#slab(slab, found, concrete));
    }
    const { objects, slabs: deferredSlabs, queued } = concrete.deferred;
    return {
      irqsOff: outside ? null : concrete.irqsOff,
      buckets: concrete.buckets.map(({ cpu, sheaves }, i) => {
        const { slab, partial, node } = reached[i] as (typeof reached)[number];
        return {
          cpu: cpu && {
            slab,
            freelist: this.#list(cpu.freelist),
            partial,
            locked: cpu.locked,
            tid: cpu.tid - (this.#tids[i] as number),
          },
          sheaves: sheaves && this.#sheaves(sheaves),
          node,
        };
      }),
      slabs,
      deferred: {
        objects: objects.map((object) => this.nameOf(object) as string),
        slabs: deferredSlabs?.map((slab) => this.#slabs.get(slab) ?? "?") ?? null,
        queued,
      },
    };
  }
}

const has = ({ first, stride, objects }: ConcreteSlab, object: bigint): boolean =>
  object >= first && object < first + BigInt(stride * objects);
