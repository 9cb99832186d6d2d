/**
 * How does one bring an allocator of 6.18 to the heap that a scenario begins with? By calls that any task may make:
 * kmalloc() and kfree(), and __slab_free() as another CPU makes it; the sizes of lists are set as /sys/kernel/slab sets
 * them.
 */
import { parseSlab, type SlabLine } from "../../model/slub/heap.ts";
import type { Cache, Heap618 } from "../guest/heap-618.ts";
import type { Guest } from "../guest/start.ts";
import type { NamedSlab } from "../recording/abstraction.ts";

/** GFP_KERNEL. */
export const GFP_KERNEL = 0xcc0n;
/** Slabs of a bucket that boot left half empty are filled; more calls than this are a fault. */
const MOST_CALLS = 20_000;

export interface Wanted {
  /** The lines of the scenario's heap. */
  readonly slabs: readonly string[];
  /** Bytes that callers ask for, a bucket each. */
  readonly sizes: readonly number[];
  /** Objects that a slab of the model has. */
  readonly objects: number;
  readonly cpuPartialSlabs: number;
  readonly minPartial: number;
}

export interface Prepared {
  readonly caches: readonly Cache[];
  readonly heap: readonly NamedSlab[];
}

class Bucket {
  readonly #guest: Guest;
  readonly #heap: Heap618;
  readonly cache: Cache;
  /** What the task holds, by slab, the last first. */
  readonly held = new Map<bigint, bigint[]>();
  #calls = 0;

  private constructor(guest: Guest, heap: Heap618, cache: Cache) {
    this.#guest = guest;
    this.#heap = heap;
    this.cache = cache;
  }

  static async of(guest: Guest, heap: Heap618, size: number): Promise<Bucket> {
    const first = await guest.machine.call(guest.kernel.symbols.at("__kmalloc_noprof"), [BigInt(size), GFP_KERNEL]);
    const bucket = new Bucket(guest, heap, heap.cacheOf(first, size));
    bucket.#hold(first);
    return bucket;
  }

  #hold(object: bigint): void {
    const slab = this.#heap.slabOf(object);
    this.held.set(slab, [...(this.held.get(slab) ?? []), object]);
  }

  get state() {
    return this.#heap.bucket(this.cache);
  }

  async allocate(): Promise<bigint> {
    if (++this.#calls > MOST_CALLS)
      throw new Error(`kmalloc(${this.cache.size}) never comes to an end of what is free`);
    const { symbols } = this.#guest.kernel;
    const object = await this.#guest.machine.call(symbols.at("__kmalloc_noprof"), [
      BigInt(this.cache.size),
      GFP_KERNEL,
    ]);
    if (object === 0n) throw new Error(`kmalloc(${this.cache.size}) gives NULL`);
    this.#hold(object);
    return object;
  }

  #take(slab: bigint): bigint {
    const object = this.held.get(slab)?.pop();
    if (object === undefined) throw new Error("nothing is held of a slab of which something is to be freed");
    return object;
  }

  /** Frees the object that was taken last of a slab. */
  async free(slab: bigint): Promise<bigint> {
    const object = this.#take(slab);
    await this.#guest.machine.call(this.#guest.kernel.symbols.at("kfree"), [object]);
    return object;
  }

  /** The same, past the CPU's own freelist, as a CPU frees that has another slab. */
  async freeElsewhere(slab: bigint): Promise<bigint> {
    const object = this.#take(slab);
    const { symbols } = this.#guest.kernel;
    await this.#guest.machine.call(symbols.at("__slab_free"), [this.cache.address, slab, object, object, 1n, 0n]);
    return object;
  }

  /** Takes all that is free: no list has a slab any more, and the CPU's slab is full. */
  async drain(): Promise<void> {
    for (;;) {
      const { cpu, node } = this.state;
      const more = cpu.slab !== 0n && (cpu.freelist.length > 0 || this.#heap.freeOf(this.cache, cpu.slab) > 0);
      if (!more && cpu.slab !== 0n && cpu.partial.length === 0 && node.partial.length === 0) return;
      await this.allocate();
    }
  }

  /** Allocates until another slab is the CPU's and is full too. Its address. */
  async another(): Promise<bigint> {
    await this.allocate();
    await this.drain();
    return this.state.cpu.slab;
  }
}

/** Makes the heap. The objects of each line are named in the order of its lists, those that are held last. */
export async function prepare(guest: Guest, heap: Heap618, wanted: Wanted): Promise<Prepared> {
  const named: NamedSlab[] = wanted.slabs.map(() => ({ slab: null, objects: [] }));
  const caches: Cache[] = [];
  const buckets: Bucket[] = [];
  for (const size of wanted.sizes) buckets.push(await Bucket.of(guest, heap, size));
  for (const [b, bucket] of buckets.entries()) {
    caches.push(bucket.cache);
    const lines = wanted.slabs.flatMap((text, i) => {
      const line = parseSlab(text) as SlabLine;
      return line.place !== "page" && line.bucket === b ? [{ i, line }] : [];
    });
    await arrange(bucket, heap, lines, wanted, (i, slab, objects) => {
      named[i] = { slab, objects };
    });
  }
  return { caches, heap: named };
}

interface Line {
  readonly i: number;
  readonly line: SlabLine;
}

async function arrange(
  bucket: Bucket,
  heap: Heap618,
  lines: readonly Line[],
  { objects, cpuPartialSlabs, minPartial }: Wanted,
  name: (i: number, slab: bigint, objects: readonly bigint[]) => void,
): Promise<void> {
  const own = lines.find(({ line }) => line.place === "cpu");
  if (!own) throw new Error("a scenario's bucket has a slab of the CPU: a kernel is not brought to the other state");
  const others = lines.filter((one) => one !== own);
  heap.setKnob(bucket.cache, "min_partial", 5);
  heap.setKnob(bucket.cache, "cpu_partial_slabs", 0);
  await bucket.drain();
  const full: bigint[] = [];
  // One more than the lines: the last to be freed to would stay with the CPU.
  for (let n = 0; n < others.length + 1; n++) full.push(await bucket.another());
  const mine = (slab: bigint, free: readonly bigint[]): void => {
    const held = bucket.held.get(slab) ?? [];
    const line = lines.find(({ i }) => made.get(i) === slab) as Line;
    name(line.i, slab, [...free, ...held.slice(0, objects - free.length)]);
  };
  const made = new Map<number, bigint>();
  const freed = new Map<number, bigint[]>();
  const release = async (one: Line, slab: bigint): Promise<void> => {
    made.set(one.i, slab);
    const free: bigint[] = [];
    for (let n = 0; n < one.line.free; n++) free.unshift(await bucket.free(slab));
    freed.set(one.i, free);
  };
  const onNode = others.filter(({ line }) => line.place === "partial");
  for (const one of onNode) await release(one, full.shift() as bigint);
  if (onNode.length > 0) {
    // The last of them stays with the CPU until the next one comes: a spare, which is then filled up again.
    await bucket.free(full[0] as bigint);
    await bucket.allocate();
  }
  for (const { i } of others.filter(({ line }) => line.place === "full")) {
    made.set(i, full.shift() as bigint);
    freed.set(i, []);
  }
  heap.setKnob(bucket.cache, "cpu_partial_slabs", cpuPartialSlabs);
  heap.setKnob(bucket.cache, "min_partial", minPartial);
  const current = bucket.state.cpu.slab;
  for (const one of others.filter(({ line }) => line.place === "cpuPartial"))
    await release(one, full.find((slab) => slab !== current && ![...made.values()].includes(slab)) as bigint);
  await release(own, current);
  const remote: bigint[] = [];
  for (let n = 0; n < own.line.remote; n++) remote.unshift(await bucket.freeElsewhere(current));
  freed.set(own.i, [...(freed.get(own.i) ?? []), ...remote]);
  for (const [i, slab] of made) mine(slab, freed.get(i) ?? []);
}
