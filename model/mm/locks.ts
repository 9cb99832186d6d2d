/**
 * The locks of memory management, by name. Of each CPU: the cpu-slab lock of each bucket, those of the two memcg stocks
 * and of the random generator. Spinlocks: the list_lock of each bucket's node, the lock of each CPU's page list, the
 * zone's, objcg_lock, and that of the random generator's base.
 */
import {
  and,
  asKind,
  type Expr,
  element,
  type Id,
  indexSet,
  inject,
  isKind,
  not,
  sum,
} from "../../checker/language/index.ts";
import { cpu, isLocal, localLockIn, localLockOf, spinlockIn, spinlockOf } from "../machine/sets.ts";
import { bucket, zone } from "./sets.ts";

const one = indexSet("one");

/** What the machine names `localLock` and `spinlock`, in a model of memory management. */
export const LOCAL_LOCKS = sum("localLock", { cpuSlab: bucket, stock: one, pageStock: one, batch: one, crng: one });
export const SPINLOCKS = sum("spinlock", { list: bucket, pcp: cpu, zone, objcgs: one, baseCrng: one });

/** Raw spinlocks of debugging aids, as they are named here; each is taken by code of its own only. */
export const RAW_LOCKS = [
  "kmemleak_lock",
  "failslab_lock",
  "kfence_lock",
  "debug_objects_lock",
  "quarantine_lock",
] as const;
export type RawLockName = (typeof RAW_LOCKS)[number];

/** `pool->lock` of a worker pool: queueing a work takes it. Since 7.0, where it is modelled. */
export const POOL_LOCK = "pool_lock";
export const SHEAF_RAW_LOCKS = [...RAW_LOCKS, POOL_LOCK] as const;

type Cpu = Expr<Id<"cpu"> | null>;
type Bucket = Expr<Id<"bucket"> | null>;

/** `s->cpu_slab->lock` of the CPU that one is on. */
export const thisCpuSlabLock = (b: Bucket) => inject(LOCAL_LOCKS, "cpuSlab", b);
/** `memcg_stock.stock_lock` (v1), `obj_stock.lock` (6.18) of the CPU that one is on. */
export const thisStockLock = inject(LOCAL_LOCKS, "stock", element(one, 0));

/** `memcg_stock.lock`, where the stock of pages has a lock of its own (6.18), of the CPU that one is on. */
export const thisPageStockLock = inject(LOCAL_LOCKS, "pageStock", element(one, 0));
/** `batched_entropy_u32.lock` of the CPU that one is on. */
export const thisBatchLock = inject(LOCAL_LOCKS, "batch", element(one, 0));
/** `crngs.lock` of the CPU that one is on. */
export const thisCrngLock = inject(LOCAL_LOCKS, "crng", element(one, 0));

/** `s->cpu_slab->lock` of one CPU. */
export const cpuSlabLock = (c: Cpu, b: Bucket) => localLockOf(c, thisCpuSlabLock(b));
/** The lock of one CPU's stock. */
export const stockLock = (c: Cpu) => localLockOf(c, thisStockLock);
/** The lock of one CPU's stock of pages. */
export const pageStockLock = (c: Cpu) => localLockOf(c, thisPageStockLock);
/** `n->list_lock` of a bucket's one node. */
export const listLock = (b: Bucket) => spinlockOf(inject(SPINLOCKS, "list", b));
/** `pcp->lock` of one CPU. */
export const pcpLock = (c: Cpu) => spinlockOf(inject(SPINLOCKS, "pcp", c));
/** `zone->lock`. */
export const zoneLock = (z: Expr<Id<"zone">>) => spinlockOf(inject(SPINLOCKS, "zone", z));
/** `objcg_lock`, one in all. */
export const objcgLock = spinlockOf(inject(SPINLOCKS, "objcgs", element(one, 0)));
/** `base_crng.lock`, one in all. */
export const baseCrngLock = spinlockOf(inject(SPINLOCKS, "baseCrng", element(one, 0)));

/** Whether a lock is the cpu-slab lock of some CPU and bucket. */
export const isCpuSlabLock = (x: Expr<Id<"lock">>) => and(isLocal(x), isKind(LOCAL_LOCKS, "cpuSlab", localLockIn(x)));

/** Whether a lock is the list_lock of some bucket's node. */
export const isListLock = (x: Expr<Id<"lock">>) => and(not(isLocal(x)), isKind(SPINLOCKS, "list", spinlockIn(x)));

/** The bucket of a cpu-slab lock; a model error where it is none. */
export const bucketOf = (which: Expr<Id<"localLock">>) => asKind(LOCAL_LOCKS, "cpuSlab", which);

/** Whether a per-CPU lock is that of a cpu slab, or that of the stock. */
export const isOfCpuSlab = (which: Expr<Id<"localLock">>) => isKind(LOCAL_LOCKS, "cpuSlab", which);
export const isOfStock = (which: Expr<Id<"localLock">>) => isKind(LOCAL_LOCKS, "stock", which);
