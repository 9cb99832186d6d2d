/**
 * kmem_cache_destroy(), as far as deferred frees are concerned: before the cache goes, defer_free_barrier() waits on
 * every CPU for the callback of its irq_work.
 *
 * Context: A task; may sleep. Nobody uses the cache any more.
 * Abstracts: the tear-down is one step; slabs and pages stay where they are. A bucket that is destroyed stands for a
 * cache of kmem_cache_create(): kmalloc caches are never destroyed.
 *
 * @kernel v6.18.35 mm/slub.c defer_free_barrier(), mm/slab_common.c kmem_cache_destroy(); kernel/irq_work.c irq_work_sync()
 */

import {
  call,
  element,
  id,
  next,
  otherwise,
  program,
  select,
  step,
  value,
  when,
} from "../../checker/language/index.ts";
import { irqWorkSync } from "../machine/irq-work.ts";
import { cpu } from "../machine/sets.ts";
import { bucket } from "../mm/sets.ts";
import { DEFERRED_WORK, k } from "./state.ts";

export const kmemCacheDestroy = program(
  "kmem_cache_destroy",
  {
    exits: ["done"],
    params: { b: value(id(bucket)) },
    locals: { c: id(cpu) },
    kernel: "v6.18.35 mm/slab_common.c kmem_cache_destroy()",
    tag: "S",
    abstracts: [
      "what is destroyed stands for a cache of kmem_cache_create(): kmalloc caches never are",
      "the tear-down of a cache is one step, and leaves slabs and pages where they are",
    ],
  },
  (_, { b }, { c }) => ({
    entry: select("defer_free_barrier();", [], "first"),
    first: step("for_each_possible_cpu(cpu)", { ref: "3.9c.1" }, otherwise.do(c.set(element(cpu, 0))).goto("sync")),
    sync: call(
      "irq_work_sync(&per_cpu_ptr(&defer_free_objects, cpu)->work);",
      irqWorkSync,
      { c, which: DEFERRED_WORK },
      { done: "another" },
      { ref: "3.9c.1" },
    ),
    another: step(
      "for_each_possible_cpu(cpu)",
      { ref: "3.9c.1" },
      when(next(cpu, c).notNull())
        .do(c.set(next(cpu, c).known()))
        .goto("sync"),
      otherwise.goto("shutdown"),
    ),
    shutdown: step(
      "__kmem_cache_shutdown(s); .. slab_kmem_cache_release(s);",
      { ref: "3.9c.6" },
      otherwise.do(k.cache.at(b).destroyed.set(true)).goto("done"),
    ),
  }),
);
