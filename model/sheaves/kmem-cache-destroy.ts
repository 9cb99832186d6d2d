/**
 * kmem_cache_destroy() and kvfree_rcu_barrier() since 7.3, as far as deferred frees are concerned: who waits for them.
 *
 * Context: A task; may sleep. Nobody uses the cache any more.
 * Abstracts: the tear-down is one step; sheaves, slabs and pages stay where they are; RCU's own queues are left out. A
 * bucket that is destroyed stands for a cache of kmem_cache_create(): kmalloc caches are never destroyed.
 *
 * @kernel v7.3.4 mm/slab_common.c kmem_cache_destroy(), kvfree_rcu_barrier_on_cache(), kvfree_rcu_barrier()
 */

import { call, id, otherwise, program, step, value } from "../../checker/language/index.ts";
import { bucket } from "../mm/sets.ts";
import { k } from "../slub/state.ts";
import { deferredWorkBarrier } from "./deferred-work-barrier.ts";
import { flushRcuSheavesOnCache } from "./flush-rcu-sheaves.ts";

export const kmemCacheDestroy = program(
  "kmem_cache_destroy (7.3)",
  {
    exits: ["done"],
    params: { b: value(id(bucket)) },
    kernel: "v7.3.4 mm/slab_common.c kmem_cache_destroy()",
    inlines: "mm/slab_common.c kvfree_rcu_barrier_on_cache()",
    tag: "S",
    abstracts: [
      "what is destroyed stands for a cache of kmem_cache_create(): kmalloc caches never are",
      "the tear-down of a cache is one step, and leaves sheaves, slabs and pages where they are",
    ],
  },
  (_, { b }) => ({
    rcuBarrier: call(
      "kvfree_rcu_barrier_on_cache(s); /* deferred_work_barrier(); */",
      deferredWorkBarrier,
      {},
      { done: "flush" },
      { ref: "11.4.E" },
    ),
    flush: call(
      "flush_rcu_sheaves_on_cache(s);",
      flushRcuSheavesOnCache,
      { b },
      { done: "barrier" },
      { ref: "11.4.E" },
    ),
    barrier: call("deferred_work_barrier();", deferredWorkBarrier, {}, { done: "shutdown" }, { ref: "11.4.E" }),
    shutdown: step(
      "err = __kmem_cache_shutdown(s); .. kmem_cache_release(s, sysfs_ready);",
      { ref: "11.4.E" },
      otherwise.do(k.cache.at(b).destroyed.set(true)).goto("done"),
    ),
  }),
);

/** A module exits: of all caches one stands for those that have sheaves. */
export const kvfreeRcuBarrier = program(
  "kvfree_rcu_barrier",
  {
    exits: ["done"],
    params: { b: value(id(bucket)) },
    kernel: "v7.3.4 mm/slab_common.c kvfree_rcu_barrier(), mm/slub.c flush_all_rcu_sheaves()",
    tag: "S",
  },
  (_, { b }) => ({
    barrier: call("deferred_work_barrier();", deferredWorkBarrier, {}, { done: "flush" }, { ref: "11.4.E" }),
    flush: call("flush_rcu_sheaves_on_cache(s);", flushRcuSheavesOnCache, { b }, { done: "done" }, { ref: "11.4.E" }),
  }),
);
