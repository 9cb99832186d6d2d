/**
 * kmalloc_nolock() since 7.0: whatever the context, the sheaves and then the slabs of a bucket are tried; where that gives
 * nothing, those of the next bucket, once.
 *
 * Context: Any. NULL at once where a trylock of a spinlock means nothing: can_spin_trylock().
 * Return: `got`, null where the C returns NULL.
 * Abstracts: no boot option strict_numa; a size of 0 and one without a bucket are not asked for.
 *
 * @kernel v7.3.4 mm/slub.c __kmalloc_nolock_noprof(); mm/internal.h can_spin_trylock()
 */

import {
  and,
  bool,
  call,
  id,
  lit,
  next,
  optional,
  or,
  otherwise,
  program,
  result,
  select,
  step,
  value,
  when,
} from "../../checker/language/index.ts";
import { cfg, EMPTY_TRYLOCK } from "../machine/config.ts";
import { inHardirq, inNmi } from "../machine/state.ts";
import { mm } from "../mm/config.ts";
import { bucket, object } from "../mm/sets.ts";
import { kmemCacheDebug } from "../slub/state.ts";
import { allocFromPcs } from "./alloc-from-pcs.ts";
import { slabAlloc } from "./slab-alloc.ts";
import { memcgSlabPostAllocHook } from "./slab-hooks.ts";

export const kmallocNolock = program(
  "kmalloc_nolock (7.3)",
  {
    exits: ["done"],
    params: { size: value(id(bucket)), got: result(optional(id(object))) },
    locals: { b: id(bucket), canRetry: bool, ret: optional(id(object)) },
    kernel: "v7.3.4 mm/slub.c __kmalloc_nolock_noprof()",
    inlines: "mm/internal.h can_spin_trylock(), mm/slub.c slab_post_alloc_hook(), memcg_slab_post_alloc_hook()",
    tag: "S",
    abstracts: ["of the hooks of an allocation only that of memcg"],
  },
  (self, { size, got }, { b, canRetry, ret }) => ({
    entry: select(
      "if (!can_spin_trylock()) return NULL;",
      [
        [cfg.preemptRt, "context"],
        [EMPTY_TRYLOCK, "up"],
      ],
      "bucket",
    ),
    context: step(
      "if (IS_ENABLED(CONFIG_PREEMPT_RT) && (in_nmi() || in_hardirq())) return false;",
      { ref: "11.2.A3" },
      when(or(inNmi(self), inHardirq(self)))
        .do(got.set(lit(null)))
        .goto("done"),
      otherwise.goto("bucket"),
    ),
    up: step(
      "if (!IS_ENABLED(CONFIG_SMP) && in_nmi()) return false;",
      { ref: "11.2.A3" },
      when(inNmi(self))
        .do(got.set(lit(null)))
        .goto("done"),
      otherwise.goto("bucket"),
    ),
    bucket: step(
      "s = kmalloc_slab(size, NULL, gfp_flags, PASS_TOKEN_PARAM(token), ac->alloc_flags);",
      { ref: "11.2.A1 11.2.A2 11.2.A6" },
      otherwise.do(b.set(size), canRetry.set(true)).goto("supported"),
    ),
    supported: select("if (!(s->flags & __CMPXCHG_DOUBLE) ..", [[mm.cmpxchgDouble, "pcs"]], "unsupported"),
    unsupported: step(
      "if (!(s->flags & __CMPXCHG_DOUBLE) && !kmem_cache_debug(s)) return NULL;",
      { ref: "11.2.A7" },
      when(kmemCacheDebug(b)).goto("pcs"),
      otherwise.do(got.set(lit(null))).goto("done"),
    ),
    pcs: call(
      "ret = alloc_from_pcs(s, gfp_flags, ac->alloc_flags, node);",
      allocFromPcs,
      { b, allowSpin: false, got: ret },
      { done: "fromPcs" },
      { ref: "11.2.A8" },
    ),
    fromPcs: step(
      "if (ret) goto success;",
      { ref: "11.2.A8" },
      when(ret.notNull()).goto("success"),
      otherwise.goto("slow"),
    ),
    slow: call(
      "ret = ___slab_alloc(s, gfp_flags, node, ac);",
      slabAlloc,
      { b, allowSpin: false, got: ret },
      { done: "retry" },
      { ref: "11.2.A9" },
    ),
    retry: step(
      "if (!ret && can_retry) { size = s->object_size + 1; can_retry = false; goto retry; } /* if (unlikely(size > KMALLOC_MAX_CACHE_SIZE)) return NULL; */",
      { ref: "11.2.A10 11.2.A5" },
      when(and(ret.isNull(), canRetry, next(bucket, b).notNull()))
        .do(b.set(next(bucket, b).known()), canRetry.set(false))
        .goto("supported"),
      when(and(ret.isNull(), canRetry))
        .do(got.set(lit(null)))
        .goto("done"),
      otherwise.goto("success"),
    ),
    success: select("success: .. slab_post_alloc_hook(s, gfp_flags, 1, &ret, ac);", [[mm.memcg, "charge"]], "return"),
    charge: call(
      "memcg_slab_post_alloc_hook(s, flags, size, p, ac)",
      memcgSlabPostAllocHook,
      { b, object: ret, allowSpin: false },
      { charged: "return", failed: "dropped" },
      { ref: "11.2.A11 11.2.E4" },
    ),
    dropped: step("*p = NULL; .. return false;", { ref: "11.2.E4" }, otherwise.do(ret.set(lit(null))).goto("return")),
    return: step("return ret;", { ref: "11.2.A11" }, otherwise.do(got.set(ret)).goto("done")),
  }),
);
