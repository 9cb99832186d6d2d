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
  readonly frozen: boolean;
}

export interface BucketView {
  readonly cpu: {
    readonly slab: string | null;
    readonly freelist: readonly string[];
    readonly partial: readonly string[];
    readonly locked: boolean;
    /** Steps of tid since the start. */
    readonly tid: number;
  };
  readonly node: { readonly partial: readonly string[]; readonly locked: boolean };
}

export interface HeapView {
  /** Null: not looked at, as the kernel is in code that the scenario's model leaves out. */
  readonly irqsOff: boolean | null;
  readonly buckets: readonly BucketView[];
  /** Slabs that somebody can reach, or once could. */
  readonly slabs: ReadonlyMap<string, SlabView>;
  readonly deferred: {
    readonly objects: readonly string[];
    readonly slabs: readonly string[];
    readonly queued: boolean;
  };
}

const set = (names: readonly string[]): string => [...names].sort().join(" ");
const list = (names: readonly string[]): string => names.join(" ");

const BUCKETS = "ABCD";

export function cellsOf({ irqsOff, buckets, slabs, deferred }: HeapView): Cells {
  const cells: Record<string, CellValue> = {};
  if (irqsOff !== null) cells["cpu[CPU0].irqsOff"] = irqsOff;
  for (const [i, { cpu, node }] of buckets.entries()) {
    const name = BUCKETS[i] as string;
    const s = `cpuSlab[CPU0][${name}]`;
    cells[`${s}.slab`] = cpu.slab;
    cells[`${s}.freelist`] = list(cpu.freelist);
    cells[`${s}.partial`] = set(cpu.partial);
    cells[`${s}.tid`] = cpu.tid;
    cells[`lock[cpuSlab(${name}) on CPU0]`] = cpu.locked;
    cells[`node[${name}].partial`] = set(node.partial);
    cells[`lock[list(${name})]`] = node.locked;
  }
  for (const name of [...slabs.keys()].sort()) {
    const { freelist, inuse, frozen } = slabs.get(name) as SlabView;
    cells[`slab[${name}].freelist`] = list(freelist);
    cells[`slab[${name}].inuse`] = inuse;
    cells[`slab[${name}].frozen`] = frozen;
  }
  cells["deferFree[CPU0].objects"] = set(deferred.objects);
  cells["deferFree[CPU0].slabs"] = set(deferred.slabs);
  cells["irqWork[CPU0].queued"] = deferred.queued;
  return cells;
}

/** Whether a state of the model is one that was observed: all cells that were looked at are the same. */
export const fits = (observed: Cells, cells: Cells): boolean =>
  Object.entries(observed).every(([name, value]) => cells[name] === value);

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
