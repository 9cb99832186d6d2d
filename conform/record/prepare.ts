/** How does one bring a kernel's allocator to the heap that a scenario begins with? */
import { parseSlab, type SlabLine } from "../../model/slub/heap.ts";
import type { Cache, Heap } from "../guest/heap.ts";
import { Heap73 } from "../guest/heap-73.ts";
import { Heap618 } from "../guest/heap-618.ts";
import type { Kernel } from "../guest/kernel.ts";
import type { Guest } from "../guest/start.ts";
import type { NamedSlab } from "../recording/abstraction.ts";
import { Bucket } from "./bucket.ts";
import { arrange73 } from "./prepare-73.ts";
import { arrange618 } from "./prepare-618.ts";

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

export interface Prepared {
  readonly caches: readonly Cache[];
  readonly heap: readonly NamedSlab[];
}

/** A line of the heap, and its number there. */
export interface Line {
  readonly i: number;
  readonly line: SlabLine;
}

/** Names the objects of a line's slab: in the order of its lists, those that are held last. */
export type Name = (i: number, slab: bigint, objects: readonly bigint[]) => void;

/** Brings one bucket to its lines. */
type Arrange = (
  bucket: Bucket,
  heap: Heap,
  lines: readonly Line[],
  wanted: Wanted,
  name: Name,
  letter: string,
) => Promise<void>;

async function prepareBy(arrange: Arrange, guest: Guest, heap: Heap, wanted: Wanted): Promise<Prepared> {
  const named: NamedSlab[] = wanted.slabs.map(() => ({ slab: null, objects: [] }));
  const buckets: Bucket[] = [];
  for (const size of wanted.sizes) buckets.push(await Bucket.of(guest, heap, size));
  for (const [b, bucket] of buckets.entries()) {
    const lines = wanted.slabs.flatMap((text, i) => {
      const line = parseSlab(text) as SlabLine;
      return line.place !== "page" && line.bucket === b ? [{ i, line }] : [];
    });
    const name: Name = (i, slab, objects) => {
      named[i] = { slab, objects };
    };
    await arrange(bucket, heap, lines, wanted, name, "ABCD"[b] as string);
  }
  return { caches: buckets.map(({ cache }) => cache), heap: named };
}

/** How a kernel's allocator is read and prepared. */
export function allocatorOf(kernel: Kernel) {
  const isSheaves = kernel.btf.has("slub_percpu_sheaves");
  const heap: Heap = isSheaves ? new Heap73(kernel) : new Heap618(kernel);
  const arrange = isSheaves ? arrange73 : arrange618;
  return {
    heap,
    prepare: (guest: Guest, of: Heap, wanted: Wanted) => prepareBy(arrange, guest, of, wanted),
  };
}
