/**
 * kmalloc_nolock(): allocation from any context, without waiting for a lock.
 *
 * Context: Any: NMI, hardirq, a probe inside the allocator. On PREEMPT_RT whoever is not preemptible gets NULL at once,
 * and so does an NMI where there is neither SMP nor PREEMPT_RT.
 * Return: `got`, null where the C returns NULL.
 *
 * @kernel v6.18.35 mm/slub.c kmalloc_nolock_noprof()
 */

import {
  and,
  bool,
  call,
  id,
  lit,
  next,
  not,
  optional,
  otherwise,
  program,
  result,
  select,
  step,
  value,
  when,
} from "../../checker/language/index.ts";
import { localLockIsLocked } from "../locks/local-lock.ts";
import { cfg, EMPTY_TRYLOCK } from "../machine/config.ts";
import { atomic, inNmi, thisCpu } from "../machine/state.ts";
import { mm } from "../mm/config.ts";
import { cpuSlabLock } from "../mm/locks.ts";
import { bucket, object } from "../mm/sets.ts";
import { slabAllocNode } from "./slab-alloc-node.ts";
import { memcgSlabPostAllocHook } from "./slab-hooks.ts";
import { kmemCacheDebug } from "./state.ts";

export const kmallocNolock = program(
  "kmalloc_nolock",
  {
    exits: ["done"],
    params: { size: value(id(bucket)), got: result(optional(id(object))) },
    locals: { b: id(bucket), canRetry: bool, ret: optional(id(object)) },
    kernel: "v6.18 mm/slub.c kmalloc_nolock_noprof()",
    tag: "S",
    abstracts: ["of the hooks of an allocation only that of memcg"],
  },
  (self, { size, got }, { b, canRetry, ret }) => ({
    entry: select(
      "if (IS_ENABLED(CONFIG_PREEMPT_RT)",
      [
        [cfg.preemptRt, "context"],
        [EMPTY_TRYLOCK, "up"],
      ],
      "bucket",
    ),
    context: step(
      "if (IS_ENABLED(CONFIG_PREEMPT_RT) && !preemptible()) return NULL;",
      { ref: "3.4.1 3.5" },
      when(atomic(self))
        .do(got.set(lit(null)))
        .goto("done"),
      otherwise.goto("bucket"),
    ),
    up: step(
      "if (!IS_ENABLED(CONFIG_SMP) && in_nmi()) return NULL;",
      { ref: "3.5" },
      when(inNmi(self))
        .do(got.set(lit(null)))
        .goto("done"),
      otherwise.goto("bucket"),
    ),
    bucket: step(
      "s = kmalloc_slab(size, NULL, alloc_gfp, _RET_IP_);",
      { ref: "3.4.2" },
      otherwise.do(b.set(size), canRetry.set(true)).goto("supported"),
    ),
    supported: select("if (!(s->flags & __CMPXCHG_DOUBLE) ..", [[mm.cmpxchgDouble, "gate"]], "unsupported"),
    unsupported: step(
      "if (!(s->flags & __CMPXCHG_DOUBLE) && !kmem_cache_debug(s)) return NULL;",
      { ref: "3.4.2 3.5" },
      when(kmemCacheDebug(b)).goto("gate"),
      otherwise.do(got.set(lit(null))).goto("done"),
    ),
    gate: step(
      "if (!(in_nmi() && local_lock_is_locked(&s->cpu_slab->lock)))",
      { ref: "3.4.3 3.5" },
      when(and(inNmi(self), localLockIsLocked(self, cpuSlabLock(thisCpu(self), b)))).goto("retry"),
      otherwise.goto("alloc"),
    ),
    alloc: call(
      "ret = __slab_alloc_node(s, alloc_gfp, node, _RET_IP_, size);",
      slabAllocNode,
      { b, allowSpin: false, got: ret },
      { done: "hooks", ebusy: "retry" },
      { ref: "3.4.3" },
    ),
    hooks: select("slab_post_alloc_hook(s, NULL, alloc_gfp, 1, &ret, ..);", [[mm.memcg, "charge"]], "return"),
    charge: call(
      "memcg_slab_post_alloc_hook(s, lru, flags, size, p)",
      memcgSlabPostAllocHook,
      { object: ret, allowSpin: false },
      { charged: "return", failed: "dropped" },
      { ref: "3.4.6 3.13" },
    ),
    dropped: step("*p = NULL; return false;", { ref: "3.13.15" }, otherwise.do(ret.set(lit(null))).goto("return")),
    retry: step(
      "if (PTR_ERR(ret) == -EBUSY) { if (can_retry) { size = s->object_size + 1; can_retry = false; goto retry; } ret = NULL; }",
      { ref: "3.4.4 3.4.5 3.5" },
      when(and(canRetry, next(bucket, b).notNull()))
        .do(b.set(next(bucket, b).known()), canRetry.set(false))
        .goto("supported"),
      when(canRetry)
        .do(got.set(lit(null)))
        .goto("done"),
      when(not(canRetry))
        .do(got.set(lit(null)))
        .goto("done"),
    ),
    return: step("return ret;", { ref: "3.4.6" }, otherwise.do(got.set(ret)).goto("done")),
  }),
);
