/** A kmalloc bucket of a kernel, and a task that takes objects of it and gives them back, by calls that any task may make. */
import type { Cache, Heap } from "../guest/heap.ts";
import type { Guest } from "../guest/start.ts";

/** GFP_KERNEL. */
export const GFP_KERNEL = 0xcc0n;
/** Slabs of a bucket that boot left half empty are filled; more calls than this are a fault. */
const MOST_CALLS = 20_000;

export class Bucket {
  readonly #guest: Guest;
  readonly #heap: Heap;
  readonly cache: Cache;
  /** What the task holds, by slab, the last first. */
  readonly held = new Map<bigint, bigint[]>();
  #calls = 0;

  private constructor(guest: Guest, heap: Heap, cache: Cache) {
    this.#guest = guest;
    this.#heap = heap;
    this.cache = cache;
  }

  static async of(guest: Guest, heap: Heap, size: number): Promise<Bucket> {
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
    await this.freeObject(object);
    return object;
  }

  async freeObject(object: bigint): Promise<void> {
    await this.#guest.machine.call(this.#guest.kernel.symbols.at("kfree"), [object]);
  }

  /** The same, past the CPU's own freelist, as a CPU frees that has another slab. */
  async freeElsewhere(slab: bigint): Promise<bigint> {
    const object = this.#take(slab);
    await this.freeObjectElsewhere(slab, object);
    return object;
  }

  async freeObjectElsewhere(slab: bigint, object: bigint): Promise<void> {
    const { symbols } = this.#guest.kernel;
    await this.#guest.machine.call(symbols.at("__slab_free"), [this.cache.address, slab, object, object, 1n, 0n]);
  }

  /** Whether the node's list has a slab. */
  get isOnNode(): boolean {
    return this.state.node.partial?.length !== 0;
  }
}
