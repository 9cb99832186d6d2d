/**
 * Locks as ids. Who waits notes what for, so a lock must be nameable in a cell: the cpu-slab lock of each CPU and
 * bucket, the list_lock of each bucket's node, the lock of each CPU's page list, and the zone's.
 */
import {
  compose,
  context,
  type Expr,
  each,
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
import { chain, cpu } from "../machine/config.ts";
import { bucket } from "../slub/sets.ts";

const cpuBucket = product("cpuBucket", { cpu, bucket });
const zone = indexSet("zone");

export const lock = sum("lock", { cpuSlab: cpuBucket, list: bucket, pcp: cpu, zone });

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

export { zone };

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
});
