/** The calls of a script since 7.0. */
import { call } from "../../checker/language/index.ts";
import { begins, type Operations } from "../kernel/calls.ts";
import { queueWork } from "../memcg/queue-work.ts";
import { PAGE_CALLS } from "../page/calls.ts";
import { CGROUP_CALLS, inTask, objectCalls, ofCache, withResults } from "../slub/calls.ts";
import { barnShrink } from "./barn-shrink.ts";
import { kfree } from "./kfree.ts";
import { kfreeNolock } from "./kfree-nolock.ts";
import { kmalloc } from "./kmalloc.ts";
import { kmallocNolock } from "./kmalloc-nolock.ts";
import { kmemCacheDestroy, kvfreeRcuBarrier } from "./kmem-cache-destroy.ts";
import { pcsFlushAll } from "./pcs-flush-all.ts";

export const SHEAF_CALLS: Operations = withResults({
  ...objectCalls({ kmalloc, kmallocNolock, kfree, kfreeNolock }),
  destroy: {
    about: "a cache is destroyed, after barriers for deferred frees",
    form: "destroy A",
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
