/**
 * Locks as ids. Who waits notes what for, so a lock must be nameable in a cell: the cpu-slab lock of each CPU and
 * bucket, the list_lock of each bucket's node, the lock of each CPU's page list, the zone's, that of each CPU's memcg
 * stock, objcg_lock, and those of the random generator. A raw spinlock is a real one on PREEMPT_RT too: nobody sleeps for it, and it stands apart.
 */
import {
  compose,
  context,
  type Expr,
  each,
  element,
  type Id,
  id,
  indexSet,
  inject,
  optional,
  product,
  state,
  struct,
  sum,
} from "../../checker/language/index.ts";
import { chain, cpu, rawLock } from "../machine/config.ts";
import { bucket } from "../slub/sets.ts";

const cpuBucket = product("cpuBucket", { cpu, bucket });
const zone = indexSet("zone");
const one = indexSet("one");

export const lock = sum("lock", {
  cpuSlab: cpuBucket,
  list: bucket,
  pcp: cpu,
  zone,
  stock: cpu,
  objcgs: one,
  pageStock: cpu,
  batch: cpu,
  crng: cpu,
  baseCrng: one,
});

type Cpu = Expr<Id<"cpu"> | null>;
type Bucket = Expr<Id<"bucket"> | null>;

/** `s->cpu_slab->lock` of one CPU. */
export const cpuSlabLock = (c: Cpu, b: Bucket) => inject(lock, "cpuSlab", compose(cpuBucket, { cpu: c, bucket: b }));
/** `n->list_lock` of a bucket's one node. */
export const listLock = (b: Bucket) => inject(lock, "list", b);
/** `pcp->lock` of one CPU. */
export const pcpLock = (c: Cpu) => inject(lock, "pcp", c);
/** `zone->lock`. */
export const zoneLock = (z: Expr<Id<"zone">>) => inject(lock, "zone", z);
/** `memcg_stock.stock_lock` (v1), `obj_stock.lock` (6.18) of one CPU. */
export const stockLock = (c: Cpu) => inject(lock, "stock", c);
/** `memcg_stock.lock` of one CPU, where the stock of pages has a lock of its own (6.18). */
export const pageStockLock = (c: Cpu) => inject(lock, "pageStock", c);
/** `objcg_lock`, one in all. */
export const objcgLock = inject(lock, "objcgs", element(one, 0));

/** `batched_entropy_u32.lock` of one CPU. */
export const batchLock = (c: Cpu) => inject(lock, "batch", c);
/** `crngs.lock` of one CPU. */
export const crngLock = (c: Cpu) => inject(lock, "crng", c);
/** `base_crng.lock`, one in all. */
export const baseCrngLock = inject(lock, "baseCrng", element(one, 0));

export { rawLock, zone };

export const l = state({
  lock: each(
    lock,
    struct({
      /** !RT: the frame that set `acquired`, or holds the spinlock. */
      holder: optional(id(context)),
      /** RT: the task that owns the rt_mutex: an interrupt acts as the task it interrupted. */
      owner: optional(id(chain)),
      /** RT: the frame that holds the raw wait_lock. */
      waitLock: optional(id(context)),
    }),
  ),
  /** The frame that holds a raw spinlock of a debugging aid. */
  rawLock: each(rawLock, optional(id(context))),
});
