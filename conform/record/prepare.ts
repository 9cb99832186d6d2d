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
import type { Line, Name, Wanted } from "./wanted.ts";

export interface Prepared {
  readonly caches: readonly Cache[];
  readonly heap: readonly NamedSlab[];
}

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
  // 6.18 has sheaves for some caches, and slabs of CPUs for all.
  const isSheaves = !kernel.btf.has("kmem_cache_cpu");
  const heap: Heap = isSheaves ? new Heap73(kernel) : new Heap618(kernel);
  const arrange = isSheaves ? arrange73 : arrange618;
  return {
    heap,
    prepare: (guest: Guest, of: Heap, wanted: Wanted) => prepareBy(arrange, guest, of, wanted),
  };
}
