/** The calls of a script since 7.0. */
import { call } from "../../checker/language/index.ts";
import { begins, type Operations, plainCall } from "../kernel/calls.ts";
import { queueWork } from "../memcg/queue-work.ts";
import { PAGE_CALLS } from "../page/calls.ts";
import { CGROUP_CALLS, frees, inTask, objectCalls, ofCache, withResults } from "../slub/calls.ts";
import { barnShrink } from "./barn-shrink.ts";
import { callRcuElse } from "./call-rcu.ts";
import { kfree } from "./kfree.ts";
import { kfreeCallRcuNolock } from "./kfree-call-rcu-nolock.ts";
import { kfreeNolock } from "./kfree-nolock.ts";
import { kmalloc } from "./kmalloc.ts";
import { kmallocNolock } from "./kmalloc-nolock.ts";
import { kmemCacheDestroy, kvfreeRcuBarrier } from "./kmem-cache-destroy.ts";
import { kvfreeCallRcu } from "./kvfree-call-rcu.ts";
import { pcsFlushAll } from "./pcs-flush-all.ts";
import { rcuRead } from "./rcu-read.ts";

export const SHEAF_CALLS: Operations = withResults({
  ...objectCalls({ kmalloc, kmallocNolock, kfree, kfreeNolock }),
  destroy: {
    about: "a cache is destroyed, after barriers for deferred frees",
    form: "destroy A",
    once: "who calls a cache that is gone is wrong himself",
    ...inTask("sleeps: a cache is destroyed by a task"),
    programs: [],
    read: ofCache("kmem_cache_destroy", kmemCacheDestroy),
  },
  kvfree_rcu_barrier: {
    about: "a module exits, and waits for what was given to kfree_rcu(): of all caches, for those of one bucket",
    form: "kvfree_rcu_barrier A",
    ...inTask("sleeps: it is called by a task"),
    programs: [],
    read: ofCache("kvfree_rcu_barrier", kvfreeRcuBarrier),
  },
  flush: {
    about: "a worker gives what its CPU has in sheaves of a bucket back to the slabs",
    form: "flush A",
    ...inTask("runs in a worker: pcs_flush_all()"),
    programs: begins(pcsFlushAll),
    read: ofCache("pcs_flush_all", pcsFlushAll),
  },
  shrink_barn: {
    about: "the sheaves of a bucket's barn are flushed and given back",
    form: "shrink_barn A",
    ...inTask("may sleep: barn_shrink()"),
    programs: begins(barnShrink),
    read: ofCache("barn_shrink", barnShrink),
  },
  // Where these are reached is in `RCU_ROWS`: what others are asked of stays as it is.
  kfree_rcu_nolock: {
    about: "an object is given to kfree_rcu_nolock(), from any context: it is freed after a grace period",
    form: "kfree_rcu_nolock s0.o1",
    programs: [],
    read: frees("kfree_rcu_nolock", kfreeCallRcuNolock),
  },
  kfree_rcu: {
    about: "an object is given to kfree_rcu(): it is freed after a grace period",
    form: "kfree_rcu s0.o1",
    only: { kinds: ["task", "softirq", "hardirq"], what: "may spin", mend: "use kfree_rcu_nolock" },
    programs: [],
    read: frees("kfree_rcu", kvfreeCallRcu),
  },
  rcu_read: plainCall("rcu_read", "a reader: rcu_read_lock(), a look at objects, rcu_read_unlock()", rcuRead, {
    programs: [],
  }),
  call_rcu: plainCall("call_rcu", "somebody else's callback is given to call_rcu()", callRcuElse, {
    only: { kinds: ["task", "softirq", "hardirq"], what: "waits for a lock", mend: "make the context another kind" },
    programs: [],
  }),
  ...CGROUP_CALLS,
  queue_work: {
    about: "a work of somebody else's is queued",
    form: "queue_work",
    only: { kinds: ["task", "softirq", "hardirq"], what: "waits for a lock", mend: "make the context another kind" },
    programs: begins(queueWork),
    read: (words) =>
      words.length > 0
        ? null
        : { rows: ({ begin, back }) => ({ [begin]: call("queue_work(wq, work)", queueWork, {}, { done: back }) }) },
  },
  ...PAGE_CALLS,
});
