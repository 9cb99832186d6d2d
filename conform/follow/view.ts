/** What of a state of the model would be observed? The other half of `recording/abstraction.ts`, with the same cells. */
import { type Cell, cellsOf as cellsOfSystem, valueAt } from "../../checker/language/cells.ts";
import type { State } from "../../checker/language/evaluate.ts";
import type { System } from "../../checker/language/index.ts";
import { type Cells, cellsOf, type HeapView, type SlabView } from "../recording/cells.ts";

type Look<T> = (state: State) => T;

/** Steps of tid so far, a bucket each: the model itself only keeps who has seen the last one. */
export type Tids = readonly number[];

/** A function from states of a system to cells. Names are looked up once. */
export function viewer(system: System, buckets: number): (state: State, tids: Tids) => Cells {
  const byName = new Map<string, Cell>(cellsOfSystem(system).map((cell) => [cell.name, cell]));
  const look = <T>(name: string): Look<T> => {
    const cell = byName.get(name);
    if (!cell) throw new Error(`the model has no cell ${name}`);
    return (state) => valueAt(state, cell.path) as T;
  };
  const names = [...byName.keys()];
  const slabs = names.flatMap((name) => /^slab\[(s\d+)\]\.cache$/.exec(name)?.[1] ?? []);
  const objects = names.flatMap((name) => /^object\[(s\d+\.o\d+)\]\.link$/.exec(name)?.[1] ?? []);
  const links = objects.map((name) => look<number | null | "garbage">(`object[${name}].link`));
  /** Objects from the first on, as far as links of free objects go. */
  const chain = (state: State, first: number | null): string[] => {
    const list: string[] = [];
    for (let at: number | null | "garbage" = first; typeof at === "number" && list.length <= objects.length; ) {
      list.push(objects[at] as string);
      at = (links[at] as Look<number | null | "garbage">)(state);
    }
    return list;
  };
  const setOf = (of: readonly string[], name: (one: string) => string): Look<string[]> => {
    const each = of.map((one) => [one, look<boolean>(name(one))] as const);
    return (state) => each.flatMap(([one, is]) => (is(state) ? [one] : []));
  };
  const letters = "ABCD".slice(0, buckets).split("");
  const parts = letters.map((b) => ({
    slab: look<number | null>(`cpuSlab[CPU0][${b}].slab`),
    freelist: look<number | null>(`cpuSlab[CPU0][${b}].freelist`),
    partial: setOf(slabs, (s) => `cpuSlab[CPU0][${b}].partial[${s}]`),
    locked: look<number | null>(`lock[cpuSlab(${b}) on CPU0].holder`),
    owned: look<number | null>(`lock[cpuSlab(${b}) on CPU0].owner`),
    node: setOf(slabs, (s) => `node[${b}].partial[${s}]`),
    list: look<number | null>(`lock[list(${b})].holder`),
    listOwned: look<number | null>(`lock[list(${b})].owner`),
  }));
  const slabParts = slabs.map((s) => ({
    cache: look<number | null>(`slab[${s}].cache`),
    freelist: look<number | null>(`slab[${s}].freelist`),
    inuse: look<number>(`slab[${s}].inuse`),
    frozen: look<boolean>(`slab[${s}].frozen`),
  }));
  const irqsOff = look<boolean>("cpu[CPU0].irqsOff");
  const deferredObjects = setOf(objects, (x) => `deferFree[CPU0].objects[${x}]`);
  const deferredSlabs = setOf(slabs, (s) => `deferFree[CPU0].slabs[${s}]`);
  const queued = look<number | null>("irqWork[CPU0][deferred frees].queuedOn");
  return (state, tids) => {
    const view: HeapView = {
      irqsOff: irqsOff(state),
      buckets: parts.map((part, i) => {
        const slab = part.slab(state);
        return {
          cpu: {
            slab: slab === null ? null : (slabs[slab] as string),
            freelist: chain(state, part.freelist(state)),
            partial: part.partial(state),
            locked: part.locked(state) !== null || part.owned(state) !== null,
            tid: tids[i] as number,
          },
          node: { partial: part.node(state), locked: part.list(state) !== null || part.listOwned(state) !== null },
        };
      }),
      slabs: new Map(
        slabParts.flatMap((part, i): [string, SlabView][] =>
          part.cache(state) === null
            ? []
            : [
                [
                  slabs[i] as string,
                  {
                    freelist: chain(state, part.freelist(state)),
                    inuse: part.inuse(state),
                    frozen: part.frozen(state),
                  },
                ],
              ],
        ),
      ),
      deferred: {
        objects: deferredObjects(state),
        slabs: deferredSlabs(state),
        queued: queued(state) !== null,
      },
    };
    return cellsOf(view);
  };
}
