/** How does the allocator of 6.18 stand in the guest's memory? Each CPU has a slab of its own, and a list of others. */
import type { ConcreteBucket } from "../recording/concrete.ts";
import { type Cache, type DeferredPlaces, Heap } from "./heap.ts";
import type { Kernel } from "./kernel.ts";

/** A tid steps by the number of CPUs that the kernel was made for, rounded up to a power of two. */
const TID_STEP = 2n ** 13n;

export class Heap618 extends Heap {
  readonly #cpu: Readonly<Record<"freelist" | "tid" | "slab" | "partial" | "lock", bigint>>;
  readonly #next: bigint;
  protected readonly deferred: DeferredPlaces;

  constructor(kernel: Kernel) {
    super(kernel);
    const cpu = (field: string) => kernel.offset("kmem_cache_cpu", field);
    this.#cpu = {
      freelist: cpu("freelist"),
      tid: cpu("tid"),
      slab: cpu("slab"),
      partial: cpu("partial"),
      lock: cpu("lock"),
    };
    this.#next = kernel.offset("slab", "next");
    const link = kernel.offset("slab", "llnode");
    this.slabOfLink = (at) => at - link;
    const deferred = kernel.perCpu(kernel.symbols.at("defer_free_objects"));
    const field = (name: string) => deferred + kernel.offset("defer_free", name);
    const flags = field("work") + kernel.offset("__call_single_node", "a_flags");
    this.deferred = { objects: field("objects"), slabs: field("slabs"), flags };
  }

  protected partsOf(address: bigint): Pick<Cache, "cpu" | "node" | "barn"> {
    const { memory } = this.kernel;
    const at = (field: string) => memory.u64(address + this.kernel.offset("kmem_cache", field));
    return { cpu: this.kernel.perCpu(at("cpu_slab")), node: at("node"), barn: 0n };
  }

  protected cpuOf(cache: Cache): Pick<ConcreteBucket, "cpu" | "sheaves"> {
    const { memory } = this.kernel;
    const places = this.#cpu;
    const at = (field: keyof typeof places) => cache.cpu + places[field];
    return {
      cpu: {
        slab: memory.u64(at("slab")),
        freelist: this.chain(cache, memory.u64(at("freelist"))),
        partial: this.singly(memory.u64(at("partial")), this.#next),
        locked: this.isLocalHeld(at("lock")),
        tid: Number(memory.u64(at("tid")) / TID_STEP),
      },
      sheaves: null,
    };
  }
}
