/** What of a state of the model would be observed? The other half of `recording/abstraction.ts`, with the same cells. */
import { type Cell, cellsOf as cellsOfSystem, valueAt } from "../../checker/language/cells.ts";
import type { State } from "../../checker/language/evaluate.ts";
import type { System } from "../../checker/language/index.ts";
import {
  ANYTHING,
  type Cells,
  type CpuSlabView,
  cellsOf,
  type SheavesView,
  type SlabView,
} from "../recording/cells.ts";

type Look<T> = (state: State) => T;
type MaybeId = number | null;
type Link = number | null | "garbage";

/** Steps of tid so far, a bucket each: the model itself only keeps who has seen the last one. */
export type Tids = readonly number[];

/** The cells of a system by name, each looked up once. */
class Names {
  readonly #byName: ReadonlyMap<string, Cell>;
  readonly slabs: readonly string[];
  readonly objects: readonly string[];
  readonly sheaves: readonly string[];

  constructor(system: System) {
    this.#byName = new Map(cellsOfSystem(system).map((cell) => [cell.name, cell]));
    const found = (pattern: RegExp) => [...this.#byName.keys()].flatMap((name) => pattern.exec(name)?.[1] ?? []);
    this.slabs = found(/^slab\[(s\d+)\]\.cache$/);
    this.objects = found(/^object\[(s\d+\.o\d+)\]\.link$/);
    this.sheaves = found(/^sheaf\[([^\]]+)\]\.size$/);
  }

  has(name: string): boolean {
    return this.#byName.has(name);
  }

  look<T>(name: string): Look<T> {
    const cell = this.#byName.get(name);
    if (!cell) throw new Error(`the model has no cell ${name}`);
    return (state) => valueAt(state, cell.path) as T;
  }

  /** Elements for which a cell is true. */
  set(of: readonly string[], name: (one: string) => string): Look<string[]> {
    const each = of.map((one) => [one, this.look<boolean>(name(one))] as const);
    return (state) => each.flatMap(([one, is]) => (is(state) ? [one] : []));
  }

  /** Whether a lock is held, whatever kind of lock it is. */
  held(name: string): Look<boolean> {
    const [holder, owner] = ["holder", "owner"].map((part) => this.look<MaybeId>(`lock[${name}].${part}`));
    return (state) => holder?.(state) !== null || owner?.(state) !== null;
  }

  /** Elements from the first on, as far as their links go. */
  chain(of: readonly string[], link: (one: string) => string): (state: State, first: Link) => number[] {
    const links = of.map((one) => this.look<Link>(link(one)));
    return (state, first) => {
      const list: number[] = [];
      for (let at = first; typeof at === "number" && list.length <= of.length; at = (links[at] as Look<Link>)(state))
        list.push(at);
      return list;
    };
  }
}

type Chain = (state: State, first: Link) => string[];

function cpuSlabIn(names: Names, b: string, i: number, freelist: Chain): (state: State, tids: Tids) => CpuSlabView {
  const slab = names.look<MaybeId>(`cpuSlab[CPU0][${b}].slab`);
  const first = names.look<MaybeId>(`cpuSlab[CPU0][${b}].freelist`);
  const partial = names.set(names.slabs, (s) => `cpuSlab[CPU0][${b}].partial[${s}]`);
  const locked = names.held(`cpuSlab(${b}) on CPU0`);
  return (state, tids) => {
    const own = slab(state);
    return {
      slab: own === null ? null : (names.slabs[own] as string),
      freelist: freelist(state, first(state)),
      partial: partial(state),
      locked: locked(state),
      tid: tids[i] as number,
    };
  };
}

function sheavesIn(names: Names, b: string): (state: State) => SheavesView {
  const [main, spare] = ["main", "spare"].map((name) => names.look<MaybeId>(`pcs[CPU0][${b}].${name}`));
  const full = names.look<MaybeId>(`barn[${b}].full`);
  const empty = names.look<number>(`barn[${b}].nrEmpty`);
  const [locked, barnLocked] = [names.held(`cpuSlab(${b}) on CPU0`), names.held(`barn(${b})`)];
  const next = names.chain(names.sheaves, (one) => `sheaf[${one}].next`);
  const contents = names.sheaves.map((one) => {
    const size = names.look<number>(`sheaf[${one}].size`);
    const places: Look<MaybeId>[] = [];
    for (let i = 0; names.has(`sheaf[${one}].objects[${i}]`); i++)
      places.push(names.look(`sheaf[${one}].objects[${i}]`));
    return (state: State): string[] => {
      const objects = places.slice(0, size(state)).map((place) => names.objects[place(state) ?? -1]);
      return objects.includes(undefined) ? [ANYTHING] : (objects as string[]);
    };
  });
  const inSheaf = (state: State, one: MaybeId | undefined): string[] | null =>
    typeof one === "number" ? (contents[one]?.(state) ?? null) : null;
  return (state) => ({
    main: inSheaf(state, main?.(state)),
    spare: inSheaf(state, spare?.(state)),
    locked: locked(state),
    barn: {
      full: next(state, full(state)).map((one) => inSheaf(state, one) ?? []),
      empty: empty(state),
      locked: barnLocked(state),
    },
  });
}

/** A function from states of a system to cells. */
export function viewer(system: System, buckets: number): (state: State, tids: Tids) => Cells {
  const names = new Names(system);
  const { slabs, objects } = names;
  const hasSheaves = names.has("pcs[CPU0][A].main");
  const links = names.chain(objects, (x) => `object[${x}].link`);
  const freelist: Chain = (state, first) => links(state, first).map((x) => objects[x] as string);
  const parts = "ABCD"
    .slice(0, buckets)
    .split("")
    .map((b, i) => ({
      cpu: hasSheaves ? null : cpuSlabIn(names, b, i, freelist),
      sheaves: hasSheaves ? sheavesIn(names, b) : null,
      node: names.set(slabs, (s) => `node[${b}].partial[${s}]`),
      list: names.held(`list(${b})`),
    }));
  const slabParts = slabs.map((s) => ({
    name: s,
    cache: names.look<MaybeId>(`slab[${s}].cache`),
    freelist: names.look<MaybeId>(`slab[${s}].freelist`),
    inuse: names.look<number>(`slab[${s}].inuse`),
    frozen: names.look<boolean>(`slab[${s}].frozen`),
  }));
  const irqsOff = names.look<boolean>("cpu[CPU0].irqsOff");
  const work = hasSheaves ? "deferredWork" : "deferFree";
  const deferredObjects = names.set(objects, (x) => `${work}[CPU0].objects[${x}]`);
  const deferredSlabs = hasSheaves ? null : names.set(slabs, (s) => `${work}[CPU0].slabs[${s}]`);
  const queued = names.look<MaybeId>(`irqWork[CPU0][deferred ${hasSheaves ? "work" : "frees"}].queuedOn`);
  const slabView = (part: (typeof slabParts)[number], state: State): SlabView => ({
    freelist: freelist(state, part.freelist(state)),
    inuse: part.inuse(state),
    frozen: hasSheaves ? null : part.frozen(state),
  });
  return (state, tids) =>
    cellsOf({
      irqsOff: irqsOff(state),
      buckets: parts.map(({ cpu, sheaves, node, list }) => ({
        cpu: cpu?.(state, tids) ?? null,
        sheaves: sheaves?.(state) ?? null,
        node: { partial: node(state), locked: list(state) },
      })),
      slabs: new Map(
        slabParts.flatMap((part): [string, SlabView][] =>
          part.cache(state) === null ? [] : [[part.name, slabView(part, state)]],
        ),
      ),
      deferred: {
        objects: deferredObjects(state),
        slabs: deferredSlabs?.(state) ?? null,
        queued: queued(state) !== null,
      },
    });
}
