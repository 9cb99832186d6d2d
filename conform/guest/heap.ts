/**
 * What of the allocator is the same in all kernels that are read? Slabs, freelists, lists of nodes, lock words, deferred
 * frees. Addresses; what they are called in the model is for `recording/abstraction.ts`.
 */

import { Unmapped } from "../machine/memory.ts";
import type { Concrete, ConcreteBucket, ConcreteSlab } from "../recording/concrete.ts";
import { sheavesIn } from "../recording/concrete.ts";
import type { Kernel } from "./kernel.ts";

const INUSE = 0xffff;
const OBJECTS = 0x7fff;
const FROZEN = 0x8000_0000;
/** Longer than any list: one that goes on is broken. */
const LONGEST = 600;
/** IRQ_WORK_PENDING. */
const PENDING = 1;

const swapped = (word: bigint): bigint => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(word);
  return bytes.readBigUInt64BE();
};

/** A kmalloc bucket: its struct kmem_cache and the parts that do not move. */
export interface Cache {
  readonly address: bigint;
  /** In bytes: what a caller asks for. */
  readonly size: number;
  /** Bytes from an object to the next. */
  readonly stride: number;
  /** Offset of the link word in an object. */
  readonly link: bigint;
  readonly random: bigint;
  /** Its per-CPU structure on CPU 0. */
  readonly cpu: bigint;
  /** struct kmem_cache_node. */
  readonly node: bigint;
  /** struct node_barn; 0 where there is none. */
  readonly barn: bigint;
}

/** Where deferred frees are. */
export interface DeferredPlaces {
  readonly objects: bigint;
  /** Null: slabs are not deferred. */
  readonly slabs: bigint | null;
  readonly flags: bigint;
}

type Knob = "cpu_partial_slabs" | "min_partial" | "sheaf_capacity";

export abstract class Heap {
  readonly kernel: Kernel;
  readonly #slab: Readonly<Record<"cache" | "freelist" | "counters" | "list", bigint>>;
  readonly #node: Readonly<Record<"lock" | "partial", bigint>>;
  readonly #count: bigint;
  /** With PREEMPT_RT: where a lock has its owner. */
  readonly #owner: bigint | null;

  constructor(kernel: Kernel) {
    this.kernel = kernel;
    const slab = (field: string) => kernel.offset("slab", field);
    this.#slab = {
      cache: slab("slab_cache"),
      freelist: slab("freelist"),
      counters: slab("counters"),
      list: slab("slab_list"),
    };
    this.#node = {
      lock: kernel.offset("kmem_cache_node", "list_lock"),
      partial: kernel.offset("kmem_cache_node", "partial"),
    };
    // Without PREEMPT_RT a spinlock is a raw one in a union.
    this.#owner = kernel.btf.has("spinlock", "rlock") ? null : kernel.offset("rt_mutex_base", "owner");
    this.#count = kernel.perCpu(kernel.symbols.at("__preempt_count"));
  }

  /** What of a bucket is a matter of the version. */
  protected abstract partsOf(address: bigint): Pick<Cache, "cpu" | "node" | "barn">;
  protected abstract cpuOf(cache: Cache): Pick<ConcreteBucket, "cpu" | "sheaves">;
  protected abstract readonly deferred: DeferredPlaces;

  /** The bucket of an object that was just handed out. */
  cacheOf(object: bigint, size: number): Cache {
    const { memory } = this.kernel;
    const address = memory.u64(this.kernel.slabOf(object) + this.#slab.cache);
    const at = (field: string) => address + this.kernel.offset("kmem_cache", field);
    return {
      address,
      size,
      stride: memory.u32(at("size")),
      link: BigInt(memory.u32(at("offset"))),
      random: memory.u64(at("random")),
      ...this.partsOf(address),
    };
  }

  slabOf(object: bigint): bigint {
    return this.kernel.slabOf(object);
  }

  /** How many objects stand on the list of a slab itself. */
  freeOf(cache: Cache, slab: bigint): number {
    return this.chain(cache, this.kernel.memory.u64(slab + this.#slab.freelist)).length;
  }

  /** A freelist from its first object. Links are encoded: CONFIG_SLAB_FREELIST_HARDENED. */
  protected chain(cache: Cache, first: bigint): bigint[] {
    const list: bigint[] = [];
    for (let at = first; at !== 0n; ) {
      if (list.length === LONGEST) throw new Error("a freelist does not end");
      list.push(at);
      const word = at + cache.link;
      at = this.kernel.memory.u64(word) ^ cache.random ^ swapped(word);
    }
    return list;
  }

  /** What stands on a list of the kernel's kind: addresses of the link. */
  protected listed(head: bigint): bigint[] {
    const list: bigint[] = [];
    for (let at = this.kernel.memory.u64(head); at !== head; at = this.kernel.memory.u64(at)) {
      if (list.length === LONGEST) throw new Error("a list does not end");
      list.push(at);
    }
    return list;
  }

  /** The same of one that ends with NULL. `next`: where an element has its link. */
  protected singly(first: bigint, next: bigint): bigint[] {
    const list: bigint[] = [];
    for (let at = first; at !== 0n; at = this.kernel.memory.u64(at + next)) {
      if (list.length === LONGEST) throw new Error("a list does not end");
      list.push(at);
    }
    return list;
  }

  /** Bit 0 of an owner says that somebody waits. */
  #isOwned(lock: bigint, owner: bigint): boolean {
    return (this.kernel.memory.u64(lock + owner) & ~1n) !== 0n;
  }

  /** local_trylock_t. */
  protected isLocalHeld(lock: bigint): boolean {
    return this.#owner === null ? this.kernel.memory.u8(lock) !== 0 : this.#isOwned(lock, this.#owner);
  }

  /** spinlock_t. */
  protected isSpinHeld(lock: bigint): boolean {
    return this.#owner === null ? this.kernel.memory.u32(lock) !== 0 : this.#isOwned(lock, this.#owner);
  }

  #slabRead(cache: Cache, slab: bigint): ConcreteSlab {
    const counters = this.kernel.memory.u32(slab + this.#slab.counters);
    return {
      first: this.kernel.addressOf(slab),
      stride: cache.stride,
      objects: (counters >>> 16) & OBJECTS,
      freelist: this.chain(cache, this.kernel.memory.u64(slab + this.#slab.freelist)),
      inuse: counters & INUSE,
      frozen: (counters & FROZEN) !== 0,
    };
  }

  bucket(cache: Cache): ConcreteBucket {
    const { node } = cache;
    return {
      ...this.cpuOf(cache),
      node: {
        partial: this.#listedUnder(node + this.#node.partial, node + this.#node.lock),
        locked: this.isSpinHeld(node + this.#node.lock),
      },
    };
  }

  /**
   * The slabs on a node's list; null where it cannot be followed while its lock is held. Whoever holds it changes the list
   * in some order of stores that is his compiler's affair.
   */
  #listedUnder(head: bigint, lock: bigint): bigint[] | null {
    try {
      return this.listed(head).map((at) => at - this.#slab.list);
    } catch (error) {
      if (error instanceof Unmapped && this.isSpinHeld(lock)) return null;
      throw error;
    }
  }

  /** All of it, with the slabs that are named and those that can be reached, which are added to `reached`. */
  read(
    caches: readonly Cache[],
    named: Iterable<bigint>,
    { reached, interruptsOff }: { reached: Set<bigint>; interruptsOff: boolean },
  ): Concrete {
    const { memory } = this.kernel;
    const buckets = caches.map((cache) => this.bucket(cache));
    const slabs = new Map<bigint, ConcreteSlab>();
    const { objects, slabs: deferredSlabs, flags } = this.deferred;
    // An object lies where its link word is, less the offset of that; all caches of a run have the same.
    const link = caches[0]?.link ?? 0n;
    const concrete: Concrete = {
      irqsOff: interruptsOff,
      buckets,
      slabs,
      deferred: {
        objects: this.singly(memory.u64(objects), 0n).map((at) => at - link),
        slabs: deferredSlabs === null ? null : this.singly(memory.u64(deferredSlabs), 0n).map(this.slabOfLink),
        queued: (memory.u32(flags) & PENDING) !== 0,
      },
    };
    for (const { cpu, node } of buckets)
      for (const slab of [cpu?.slab ?? 0n, ...(cpu?.partial ?? []), ...(node.partial ?? [])])
        if (slab !== 0n) reached.add(slab);
    for (const object of sheavesIn(concrete).flat()) reached.add(this.slabOf(object));
    for (const slab of [...named, ...reached]) {
      const owner = memory.u64(slab + this.#slab.cache);
      const cache = caches.find(({ address }) => address === owner);
      if (cache && !slabs.has(slab)) slabs.set(slab, this.#slabRead(cache, slab));
    }
    return concrete;
  }

  /** The slab whose link stands on a list of deferred ones. */
  protected slabOfLink = (at: bigint): bigint => at;

  /** As preempt_disable() and preempt_enable_no_resched() do. */
  addToPreemptCount(n: 1 | -1): void {
    this.kernel.memory.setU32(this.#count, this.kernel.memory.u32(this.#count) + n);
  }

  /** Sets a field of a cache that is a knob of its own in /sys/kernel/slab, or an argument of kmem_cache_create(). */
  setKnob({ address }: Cache, field: Knob, value: number): void {
    const { offset, size } = this.kernel.btf.field("kmem_cache", field);
    const at = address + BigInt(offset);
    if (size === 8) this.kernel.memory.setU64(at, BigInt(value));
    else this.kernel.memory.setU32(at, value);
  }
}
