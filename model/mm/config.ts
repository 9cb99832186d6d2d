/** What a configuration fixes of memory management: no cell of a state, folded away when a system is linked. */
import { bool, constants, context, each, id, range } from "../../checker/language/index.ts";
import { rawLock } from "../machine/sets.ts";
import { bucket, objcg } from "./sets.ts";

export const mm = constants({
  /** CONFIG_SLUB_TINY. */
  tiny: bool,
  /** The slab (freelist, counters) pair changes by one cmpxchg; otherwise under the bit spinlock slab_lock(). */
  cmpxchgDouble: bool,
  /** n->nr_partial and n->nr_slabs are counters; otherwise the one is the length of the list, the other left out. */
  accounting: bool,
  /** Which buckets are debug caches, and whether any is. */
  debug: each(bucket, bool),
  debugCaches: bool,
  /** CONFIG_SLUB_CPU_PARTIAL. */
  cpuPartial: bool,
  /** A kmalloc() may ask for a node that a slab is not on: a free choice for each slab that the call meets. */
  nodeMismatch: bool,
  /** The node that is asked for may be one without slabs: then a caller that may spin takes any, as a nolock one does. */
  memorylessNode: bool,
  /** CONFIG_SLAB_FREELIST_RANDOM: a new slab lists its objects from a random one on. */
  freelistRandom: bool,
  /** Pages have reference counts and a scanner may look at them; otherwise a fresh page is a free choice. */
  pages: bool,
  /** Pages that a refill moves from the zone to a CPU's list. */
  pcpBatch: range(1, 2),
  /** Pages at which a CPU's list gives one back to the zone; 0: never. */
  pcpHigh: range(0, 4),
  /** `s->min_partial`, the same for all buckets. */
  minPartial: range(0, 8),
  /** `s->cpu_partial_slabs`, the same for all buckets. */
  cpuPartialSlabs: range(1, 8),
  /** Slab objects are charged to memory cgroups. */
  memcg: bool,
  /** A charge may hit the limit: a free choice. */
  chargeFails: bool,
  /** Pages that are freed are of an isolated pageblock, or of an order that no CPU's list takes. */
  pastPcp: bool,
  /** Cgroups are over memory.high. */
  overHigh: bool,
  /** A CPU's stock of pages has its slots taken by other cgroups, so that one is drained to make room. */
  memcgStockFull: bool,
  /** Ordinary allocations and frees take the lock: its subsystem is there. */
  takes: each(rawLock, bool),
  /** Something happens to an object between its allocation and its caller: memcg, or a debugging aid. */
  hooked: bool,
  /** The objcg that a context's allocations are charged to: its task's, or the one that its program set. */
  objcgOf: each(context, id(objcg)),
  /** The link word of an object is not at offset 0: a constructor, RCU or poisoning has those bytes. */
  ctor: bool,
  /** Link words are encoded, and what the callback of deferred frees hands on is checked. */
  encodedLinks: bool,
  /** Objects in a slab. */
  objects: range(1, 8),
});
