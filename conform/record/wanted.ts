/** Which heap does a scenario want of a kernel, and how are its objects named? */
import type { SlabLine } from "../../model/slub/heap.ts";

export interface Wanted {
  /** The lines of the scenario's heap. */
  readonly slabs: readonly string[];
  /** Bytes that callers ask for, a bucket each. */
  readonly sizes: readonly number[];
  /** Objects that a slab of the model has. */
  readonly objects: number;
  readonly cpuPartialSlabs: number;
  readonly minPartial: number;
  /** The lines of the scenario's sheaves, and how many objects a sheaf has. */
  readonly sheaves: readonly string[];
  readonly sheafCapacity: number;
}

/** A line of the heap, and its number there. */
export interface Line {
  readonly i: number;
  readonly line: SlabLine;
}

/** Names the objects of a line's slab: in the order of its lists, those that are held last. */
export type Name = (i: number, slab: bigint, objects: readonly bigint[]) => void;
