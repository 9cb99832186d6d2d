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
  lit,
  next,
  not,
  otherwise,
  program,
  select,
  step,
  value,
  when,
} from "../../checker/language/index.ts";
import { cfg, cpu } from "../machine/config.ts";
import { bucket } from "./sets.ts";
import { k } from "./state.ts";

/** With PREEMPT_RT the caller sleeps; the work remembers one sleeper, the last that came. */
export const irqWorkSync = program(
  "irq_work_sync",
  {
    exits: ["done"],
    params: { c: value(id(cpu)) },
    kernel: "v6.18.35 kernel/irq_work.c irq_work_sync(), include/linux/rcuwait.h rcuwait_wait_event()",
    tag: "S",
  },
  (self, { c }) => {
    const { busy, waiter } = k.deferFree.at(c);
    const woken = k.woken.at(self);
    return {
      entry: select(
        "if (IS_ENABLED(CONFIG_PREEMPT_RT) && !irq_work_is_hard(work))",
        [[cfg.preemptRt, "prepare"]],
        "spin",
      ),
      spin: step("while (irq_work_is_busy(work)) cpu_relax();", { ref: "3.9c.2" }, when(not(busy)).goto("done")),
      prepare: step(
        "prepare_to_rcuwait(&work->irqwait); /* w->task = current */",
        { ref: "3.9c.3" },
        otherwise.do(waiter.set(self)).goto("state"),
      ),
      state: step(
        "set_current_state(TASK_UNINTERRUPTIBLE);",
        { ref: "3.9c.4" },
        otherwise.do(woken.set(false)).goto("test"),
      ),
      test: step(
        "if (!irq_work_is_busy(work)) break;",
        { ref: "3.9c.4" },
        when(not(busy)).goto("finish"),
        otherwise.goto("sleep"),
      ),
      sleep: step("schedule();", { ref: "3.9c.4" }, when(woken).goto("state")),
      finish: step(
        "finish_rcuwait(&work->irqwait); /* w->task = NULL */",
        { ref: "3.9c.5" },
        otherwise.do(waiter.set(lit(null)), woken.set(false)).goto("done"),
      ),
    };
  },
);

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
      { c },
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
