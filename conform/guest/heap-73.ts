/** How does the allocator of 7.3 stand in the guest's memory? Each CPU has two sheaves, each node a barn of others. */
import type { ConcreteBucket } from "../recording/concrete.ts";
import { type Cache, type DeferredPlaces, Heap } from "./heap.ts";
import type { Kernel } from "./kernel.ts";

export class Heap73 extends Heap {
  readonly #pcs: Readonly<Record<"lock" | "main" | "spare", bigint>>;
  readonly #sheaf: Readonly<Record<"size" | "objects" | "list", bigint>>;
  readonly #barn: Readonly<Record<"lock" | "sheaves_full" | "nr_empty", bigint>>;
  protected readonly deferred: DeferredPlaces;

  constructor(kernel: Kernel) {
    super(kernel);
    const of = (struct: string) => (field: string) => kernel.offset(struct, field);
    const [pcs, sheaf, barn] = [of("slub_percpu_sheaves"), of("slab_sheaf"), of("node_barn")];
    this.#pcs = { lock: pcs("lock"), main: pcs("main"), spare: pcs("spare") };
    this.#sheaf = { size: sheaf("size"), objects: sheaf("objects"), list: sheaf("barn_list") };
    this.#barn = { lock: barn("lock"), sheaves_full: barn("sheaves_full"), nr_empty: barn("nr_empty") };
    const work = kernel.perCpu(kernel.symbols.at("deferred_percpu_work"));
    const field = (name: string) => work + kernel.offset("deferred_percpu_work", name);
    const flags = field("work") + kernel.offset("__call_single_node", "a_flags");
    this.deferred = { objects: field("objects"), slabs: null, flags };
  }

  protected partsOf(address: bigint): Pick<Cache, "cpu" | "node" | "barn"> {
    const { memory } = this.kernel;
    const node = address + this.kernel.offset("kmem_cache", "per_node");
    const part = (field: string) => memory.u64(node + this.kernel.offset("kmem_cache_per_node_ptrs", field));
    const sheaves = memory.u64(address + this.kernel.offset("kmem_cache", "cpu_sheaves"));
    return { cpu: this.kernel.perCpu(sheaves), node: part("node"), barn: part("barn") };
  }

  #objectsIn(sheaf: bigint): bigint[] | null {
    if (sheaf === 0n) return null;
    const { memory } = this.kernel;
    const size = memory.u32(sheaf + this.#sheaf.size);
    return Array.from({ length: size }, (_, i) => memory.u64(sheaf + this.#sheaf.objects + BigInt(8 * i)));
  }

  protected cpuOf({ cpu, barn }: Cache): Pick<ConcreteBucket, "cpu" | "sheaves"> {
    const { memory } = this.kernel;
    const full = this.listed(barn + this.#barn.sheaves_full).map((at) => this.#objectsIn(at - this.#sheaf.list));
    return {
      cpu: null,
      sheaves: {
        main: this.#objectsIn(memory.u64(cpu + this.#pcs.main)),
        spare: this.#objectsIn(memory.u64(cpu + this.#pcs.spare)),
        locked: this.isLocalHeld(cpu + this.#pcs.lock),
        barn: {
          full: full.map((objects) => objects ?? []),
          empty: memory.u32(barn + this.#barn.nr_empty),
          locked: this.isSpinHeld(barn + this.#barn.lock),
        },
      },
    };
  }
}
