/**
 * What of an allocator's state is looked at, in the model's names? One form for a kernel and for the model, and one text
 * of it, cell by cell, in which the two are compared.
 *
 * A slab that is new and that nobody can reach yet is not looked at: the model sets it up in one step, the kernel does not.
 */

/** A value as it stands in a recording. A list of objects or slabs is a text; a set of them is sorted. */
export type CellValue = string | number | boolean | null;
/** Cells by name. One that is absent was not looked at. */
export type Cells = Readonly<Record<string, CellValue>>;

/** An object is "s0.o1", a slab "s0". */
export interface SlabView {
  readonly freelist: readonly string[];
  readonly inuse: number;
  /** Null: not looked at, as the kernel has no use for it any more. */
  readonly frozen: boolean | null;
}

/** Until 6.19. */
export interface CpuSlabView {
  readonly slab: string | null;
  readonly freelist: readonly string[];
  readonly partial: readonly string[];
  readonly locked: boolean;
  /** Steps of tid since the start. */
  readonly tid: number;
}

/** Since 7.0. A sheaf is the objects in it. */
export interface SheavesView {
  readonly main: readonly string[] | null;
  readonly spare: readonly string[] | null;
  readonly locked: boolean;
  readonly barn: {
    readonly full: readonly (readonly string[])[];
    readonly empty: number;
    readonly locked: boolean;
  };
}

export interface BucketView {
  readonly cpu: CpuSlabView | null;
  readonly sheaves: SheavesView | null;
  /** `partial` is null where it is not looked at: its list is being changed. */
  readonly node: { readonly partial: readonly string[] | null; readonly locked: boolean };
}

export interface HeapView {
  /** Null: not looked at, as the kernel is in code that the scenario's model leaves out. */
  readonly irqsOff: boolean | null;
  readonly buckets: readonly BucketView[];
  /** Slabs that somebody can reach, or once could. */
  readonly slabs: ReadonlyMap<string, SlabView>;
  readonly deferred: {
    readonly objects: readonly string[];
    readonly slabs: readonly string[] | null;
    readonly queued: boolean;
  };
}

const set = (names: readonly string[]): string => [...names].sort().join(" ");
const list = (names: readonly string[]): string => names.join(" ");

const BUCKETS = "ABCD";

/** The cells of a heap by name; a part that a kernel does not have has none. */
export function cellsOf({ irqsOff, buckets, slabs, deferred }: HeapView): Cells {
  const cells: Record<string, CellValue> = {};
  if (irqsOff !== null) cells["cpu[CPU0].irqsOff"] = irqsOff;
  for (const [i, { cpu, sheaves, node }] of buckets.entries()) {
    const name = BUCKETS[i] as string;
    if (cpu) {
      const s = `cpuSlab[CPU0][${name}]`;
      cells[`${s}.slab`] = cpu.slab;
      cells[`${s}.freelist`] = list(cpu.freelist);
      cells[`${s}.partial`] = set(cpu.partial);
      cells[`${s}.tid`] = cpu.tid;
      cells[`lock[cpuSlab(${name}) on CPU0]`] = cpu.locked;
    }
    if (sheaves) {
      const { main, spare, locked, barn } = sheaves;
      cells[`pcs[CPU0][${name}].main`] = main && list(main);
      cells[`pcs[CPU0][${name}].spare`] = spare && list(spare);
      cells[`lock[cpuSlab(${name}) on CPU0]`] = locked;
      cells[`barn[${name}].full`] = barn.full.map((objects) => `(${list(objects)})`).join(" ");
      cells[`barn[${name}].nrEmpty`] = barn.empty;
      cells[`lock[barn(${name})]`] = barn.locked;
    }
    if (node.partial !== null) cells[`node[${name}].partial`] = set(node.partial);
    cells[`lock[list(${name})]`] = node.locked;
  }
  for (const name of [...slabs.keys()].sort()) {
    const { freelist, inuse, frozen } = slabs.get(name) as SlabView;
    cells[`slab[${name}].freelist`] = list(freelist);
    cells[`slab[${name}].inuse`] = inuse;
    if (frozen !== null) cells[`slab[${name}].frozen`] = frozen;
  }
  const work = deferred.slabs === null ? "deferredWork" : "deferFree";
  cells[`${work}[CPU0].objects`] = set(deferred.objects);
  if (deferred.slabs !== null) cells[`${work}[CPU0].slabs`] = set(deferred.slabs);
  cells["irqWork[CPU0].queued"] = deferred.queued;
  return cells;
}

/** What the model does not say: a place below the size of a sheaf into which nothing has been put yet. */
export const ANYTHING = "?";

/** Whether a state of the model is one that was observed: all cells that were looked at are the same. */
export const fits = (observed: Cells, cells: Cells): boolean =>
  Object.entries(observed).every(([name, value]) => cells[name] === value || cells[name] === ANYTHING);

/** Cells that differ from those before; a cell that is looked at no more is undefined, told as its name. */
export interface Difference {
  readonly changed: Cells;
  readonly gone: readonly string[];
}

export function difference(before: Cells, after: Cells): Difference {
  const changed = Object.fromEntries(Object.entries(after).filter(([name, value]) => before[name] !== value));
  return { changed, gone: Object.keys(before).filter((name) => !(name in after)) };
}

export function applied(before: Cells, { changed, gone }: Difference): Cells {
  const rest = Object.entries(before).filter(([name]) => !gone.includes(name));
  return { ...Object.fromEntries(rest), ...changed };
}
