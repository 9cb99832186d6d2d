/**
 * How does the allocator of 6.18 stand in the guest's memory? Addresses; what they are called in the model is for
 * `recording/abstraction.ts`.
 */
import type { Concrete, ConcreteBucket, ConcreteSlab } from "../recording/concrete.ts";
import type { Kernel } from "./kernel.ts";

const INUSE = 0xffff;
const OBJECTS = 0x7fff;
const FROZEN = 0x8000_0000;
/** Longer than any list of a slab: a list that goes on is broken. */
const LONGEST = 600;
const PENDING = 1;
const TID_STEP = 2n ** 13n;

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
  readonly cpu: bigint;
  readonly node: bigint;
  /** Bytes from an object to the next. */
  readonly stride: number;
  /** Offset of the link word in an object. */
  readonly link: bigint;
  readonly random: bigint;
}

export class Heap618 {
  readonly kernel: Kernel;
  readonly #slab: Readonly<Record<"cache" | "freelist" | "counters" | "list" | "next" | "llnode", bigint>>;
  readonly #cpu: Readonly<Record<"freelist" | "tid" | "slab" | "partial" | "lock", bigint>>;
  readonly #node: Readonly<Record<"lock" | "partial", bigint>>;
  readonly #deferred: Readonly<Record<"objects" | "slabs" | "flags", bigint>>;
  readonly #count: bigint;
  /** With PREEMPT_RT: where a lock has its owner. */
  readonly #owner: bigint | null;

  constructor(kernel: Kernel) {
    this.kernel = kernel;
    const of = (struct: string) => (field: string) => kernel.offset(struct, field);
    const [slab, cpu, node] = [of("slab"), of("kmem_cache_cpu"), of("kmem_cache_node")];
    this.#slab = {
      cache: slab("slab_cache"),
      freelist: slab("freelist"),
      counters: slab("counters"),
      list: slab("slab_list"),
      next: slab("next"),
      llnode: slab("llnode"),
    };
    this.#cpu = {
      freelist: cpu("freelist"),
      tid: cpu("tid"),
      slab: cpu("slab"),
      partial: cpu("partial"),
      lock: cpu("lock"),
    };
    this.#node = { lock: node("list_lock"), partial: node("partial") };
    const deferred = kernel.perCpu(kernel.symbols.at("defer_free_objects"));
    this.#deferred = {
      objects: deferred + kernel.offset("defer_free", "objects"),
      slabs: deferred + kernel.offset("defer_free", "slabs"),
      flags: deferred + kernel.offset("defer_free", "work") + kernel.offset("__call_single_node", "a_flags"),
    };
    // Without PREEMPT_RT a spinlock is a raw one in a union.
    this.#owner = kernel.btf.has("spinlock", "rlock") ? null : kernel.offset("rt_mutex_base", "owner");
    this.#count = kernel.perCpu(kernel.symbols.at("__preempt_count"));
  }

  /** The bucket of an object that was just handed out. */
  cacheOf(object: bigint, size: number): Cache {
    const { memory } = this.kernel;
    const address = memory.u64(this.kernel.slabOf(object) + this.#slab.cache);
    const at = (field: string) => address + this.kernel.offset("kmem_cache", field);
    return {
      address,
      size,
      stride: memory.u32(at("size")),
      cpu: this.kernel.perCpu(memory.u64(at("cpu_slab"))),
      node: memory.u64(at("node")),
      link: BigInt(memory.u32(at("offset"))),
      random: memory.u64(at("random")),
    };
  }

  slabOf(object: bigint): bigint {
    return this.kernel.slabOf(object);
  }

  /** How many objects stand on the list of a slab itself. */
  freeOf(cache: Cache, slab: bigint): number {
    return this.#chain(cache, this.kernel.memory.u64(slab + this.#slab.freelist)).length;
  }

  #chain(cache: Cache, first: bigint): bigint[] {
    const list: bigint[] = [];
    for (let at = first; at !== 0n; ) {
      if (list.length === LONGEST) throw new Error("a freelist does not end");
      list.push(at);
      const word = at + cache.link;
      at = this.kernel.memory.u64(word) ^ cache.random ^ swapped(word);
    }
    return list;
  }

  #slabRead(cache: Cache, slab: bigint): ConcreteSlab {
    const counters = this.kernel.memory.u32(slab + this.#slab.counters);
    return {
      first: this.kernel.addressOf(slab),
      stride: cache.stride,
      objects: (counters >>> 16) & OBJECTS,
      freelist: this.#chain(cache, this.kernel.memory.u64(slab + this.#slab.freelist)),
      inuse: counters & INUSE,
      frozen: (counters & FROZEN) !== 0,
    };
  }

  #partialOf(cpu: bigint): bigint[] {
    const list: bigint[] = [];
    for (let at = this.kernel.memory.u64(cpu + this.#cpu.partial); at !== 0n && list.length < LONGEST; ) {
      list.push(at);
      at = this.kernel.memory.u64(at + this.#slab.next);
    }
    return list;
  }

  #nodeList(node: bigint): bigint[] {
    const head = node + this.#node.partial;
    const list: bigint[] = [];
    for (let at = this.kernel.memory.u64(head); at !== head; at = this.kernel.memory.u64(at)) {
      if (list.length === LONGEST) throw new Error("the list of a node does not end");
      list.push(at - this.#slab.list);
    }
    return list;
  }

  bucket(cache: Cache): ConcreteBucket {
    const { memory } = this.kernel;
    const { cpu, node } = cache;
    return {
      cpu: {
        slab: memory.u64(cpu + this.#cpu.slab),
        freelist: this.#chain(cache, memory.u64(cpu + this.#cpu.freelist)),
        partial: this.#partialOf(cpu),
        locked: this.#isLocalHeld(cpu + this.#cpu.lock),
        tid: Number(memory.u64(cpu + this.#cpu.tid) / TID_STEP),
      },
      node: { partial: this.#nodeList(node), locked: this.#isSpinHeld(node + this.#node.lock) },
    };
  }

  /** With PREEMPT_RT either lock is an rt_mutex: held while it has an owner. Bit 0 says that somebody waits. */
  #isOwned(lock: bigint, owner: bigint): boolean {
    return (this.kernel.memory.u64(lock + owner) & ~1n) !== 0n;
  }

  #isLocalHeld(lock: bigint): boolean {
    return this.#owner === null ? this.kernel.memory.u8(lock) !== 0 : this.#isOwned(lock, this.#owner);
  }

  #isSpinHeld(lock: bigint): boolean {
    return this.#owner === null ? this.kernel.memory.u32(lock) !== 0 : this.#isOwned(lock, this.#owner);
  }

  #deferredList(head: bigint): bigint[] {
    const list: bigint[] = [];
    for (let at = this.kernel.memory.u64(head); at !== 0n && list.length < LONGEST; at = this.kernel.memory.u64(at))
      list.push(at);
    return list;
  }

  /** All of it, with the slabs that are named and those that stand on some list. */
  read(caches: readonly Cache[], slabs: Iterable<bigint>, interruptsOff: boolean): Concrete {
    const { memory } = this.kernel;
    const buckets = caches.map((cache) => this.bucket(cache));
    const all = new Set(slabs);
    for (const { cpu, node } of buckets)
      for (const slab of [cpu.slab, ...cpu.partial, ...node.partial]) if (slab !== 0n) all.add(slab);
    const read = new Map<bigint, ConcreteSlab>();
    for (const slab of all) {
      const owner = memory.u64(slab + this.#slab.cache);
      const cache = caches.find(({ address }) => address === owner);
      if (cache) read.set(slab, this.#slabRead(cache, slab));
    }
    // An object lies where its link word is, less the offset of that; all caches of a run have the same.
    const link = caches[0]?.link ?? 0n;
    return {
      irqsOff: interruptsOff,
      nmi: ((memory.u32(this.#count) >>> 20) & 0xf) !== 0,
      buckets,
      slabs: read,
      deferred: {
        objects: this.#deferredList(this.#deferred.objects).map((at) => at - link),
        slabs: this.#deferredList(this.#deferred.slabs).map((at) => at - this.#slab.llnode),
        queued: (memory.u32(this.#deferred.flags) & PENDING) !== 0,
      },
    };
  }

  /** As preempt_disable() and preempt_enable_no_resched() do. */
  addToPreemptCount(n: 1 | -1): void {
    this.kernel.memory.setU32(this.#count, this.kernel.memory.u32(this.#count) + n);
  }

  /** Sets a field of a cache that is a knob of its own in /sys/kernel/slab. */
  setKnob({ address }: Cache, field: "cpu_partial_slabs" | "min_partial", value: number): void {
    const { offset, size } = this.kernel.btf.field("kmem_cache", field);
    const at = address + BigInt(offset);
    if (size === 8) this.kernel.memory.setU64(at, BigInt(value));
    else this.kernel.memory.setU32(at, value);
  }
}
