/** What a configuration fixes: no cell of a state, folded away when a system is linked. */
import {
  bool,
  constants,
  context,
  each,
  id,
  indexSet,
  not,
  oneOf,
  optional,
  or,
  range,
  struct,
} from "../../checker/language/index.ts";
import { bucket } from "../slub/sets.ts";

export const cpu = indexSet("cpu");

/** A chain of frames that the scheduler moves as one: a task with what interrupted it, or the idle task of a CPU. */
export const chain = indexSet("chain");

/** An account of slab bytes, of one memory cgroup. */
export const objcg = indexSet("objcg");

/** Raw spinlocks of debugging aids, as they are named here; each is taken by code of its own only. */
export const RAW_LOCKS = [
  "kmemleak_lock",
  "failslab_lock",
  "kfence_lock",
  "debug_objects_lock",
  "quarantine_lock",
] as const;
export type RawLockName = (typeof RAW_LOCKS)[number];
export const rawLock = indexSet("rawLock");

export const CONTEXT_KINDS = ["task", "softirq", "hardirq", "nmi", "hook", "irqWork", "scanner", "scheduler"] as const;

export const cfg = constants({
  /** CONFIG_PREEMPT_RT. */
  preemptRt: bool,
  /** CONFIG_SMP; without it a spin_trylock() always succeeds. */
  smp: bool,
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
  /** Tasks may move between CPUs. */
  migration: bool,
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
  /** Who a context is. `cpu` is where an interrupt arrives or a task begins; `chain` is a task's own. */
  who: each(context, struct({ kind: oneOf(...CONTEXT_KINDS), cpu: id(cpu), chain: optional(id(chain)) })),
  idle: each(cpu, id(chain)),
  /** Slab objects are charged to memory cgroups. */
  memcg: bool,
  /** A charge may hit the limit: a free choice. */
  chargeFails: bool,
  /** A CPU's stock of pages has its slots taken by other cgroups, so that one is drained to make room. */
  memcgStockFull: bool,
  /** Ordinary allocations and frees take the lock: its subsystem is there. */
  takes: each(rawLock, bool),
  /** Something happens to an object between its allocation and its caller: memcg, or a debugging aid. */
  hooked: bool,
  /** CONFIG_DEBUG_LOCK_ALLOC. */
  debugLockAlloc: bool,
  /** The objcg that a context's allocations are charged to: its task's, or the one that its program set. */
  objcgOf: each(context, id(objcg)),
  /** The link word of an object is not at offset 0: a constructor, RCU or poisoning has those bytes. */
  ctor: bool,
  /** Some script destroys a cache. */
  barrier: bool,
  /** Link words are encoded, and what the callback of deferred frees hands on is checked. */
  encodedLinks: bool,
  /** Objects in a slab. */
  objects: range(1, 8),
});

/** Neither SMP nor PREEMPT_RT: spin_trylock() is empty, and always succeeds. */
export const EMPTY_TRYLOCK = not(or(cfg.smp, cfg.preemptRt));
