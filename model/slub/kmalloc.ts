/** kmalloc() and kfree() of callers that may spin, and kfree_nolock(): what they add to the paths below them. */

import {
  call,
  id,
  lit,
  optional,
  otherwise,
  program,
  result,
  select,
  step,
  value,
} from "../../checker/language/index.ts";
import { mm } from "../mm/config.ts";
import { bucket, object } from "../mm/sets.ts";
import { kmemleakAlloc, slabFreeHook, slabPreAllocHook } from "./debug-hooks.ts";
import { doSlabFree } from "./do-slab-free.ts";
import { slabAllocNode } from "./slab-alloc-node.ts";
import { memcgSlabFreeHook, memcgSlabPostAllocHook } from "./slab-hooks.ts";

/**
 * Context: May spin; on PREEMPT_RT it may sleep.
 * @kernel v6.18 mm/slub.c __kmalloc_noprof(), slab_alloc_node()
 */
export const kmalloc = program(
  "kmalloc",
  {
    exits: ["done"],
    params: { size: value(id(bucket)), got: result(optional(id(object))) },
    locals: { ret: optional(id(object)) },
    kernel: "v6.18 mm/slub.c __kmalloc_noprof()",
    tag: "M",
  },
  (_, { size, got }, { ret }) => ({
    entry: select("(model) are there hooks after the allocation?", [[mm.hooked, "preAlloc"]], "alloc"),
    alloc: call(
      "object = __slab_alloc_node(s, gfpflags, node, addr, orig_size);",
      slabAllocNode,
      { b: size, allowSpin: true, got },
      { done: "done", ebusy: "ebusy" },
    ),
    preAlloc: call(
      "s = slab_pre_alloc_hook(s, gfpflags);",
      slabPreAllocHook,
      {},
      { done: "allocHooked" },
      { ref: "3.15" },
    ),
    allocHooked: call(
      "object = __slab_alloc_node(s, gfpflags, node, addr, orig_size);",
      slabAllocNode,
      { b: size, allowSpin: true, got: ret },
      { done: "kmemleak", ebusy: "ebusy" },
    ),
    kmemleak: call(
      "kmemleak_alloc_recursive(p[i], s->object_size, 1, s->flags, init_flags);",
      kmemleakAlloc,
      { object: ret },
      { done: "memcg" },
      { ref: "3.15" },
    ),
    memcg: select("memcg_slab_post_alloc_hook(s, lru, flags, size, p)", [[mm.memcg, "charge"]], "return"),
    charge: call(
      "memcg_slab_post_alloc_hook(s, lru, flags, size, p)",
      memcgSlabPostAllocHook,
      { object: ret, allowSpin: true },
      { charged: "return", failed: "dropped" },
      { ref: "3.13" },
    ),
    dropped: step("*p = NULL; return false;", { ref: "3.13.15" }, otherwise.do(ret.set(lit(null))).goto("return")),
    return: step("return object;", { ref: "3.13" }, otherwise.do(got.set(ret)).goto("done")),
    ebusy: step(
      "(model) -EBUSY reaches a caller that may spin",
      otherwise.fails("S20", "-EBUSY reaches a caller that may spin"),
    ),
  }),
);

/**
 * Context: May spin; on PREEMPT_RT it may sleep.
 * @kernel v6.18 mm/slub.c kfree()
 */
export const kfree = program(
  "kfree",
  { exits: ["done"], params: { x: value(id(object)) }, kernel: "v6.18 mm/slub.c kfree()", tag: "M" },
  (_, { x }) => ({
    hooks: select("memcg_slab_free_hook(s, slab, &object, 1);", [[mm.memcg, "uncharge"]], "debug"),
    uncharge: call(
      "memcg_slab_free_hook(s, slab, &object, 1);",
      memcgSlabFreeHook,
      { x, allowSpin: true },
      { done: "debug" },
      { ref: "3.13" },
    ),
    debug: call("slab_free_hook(s, object, ..)", slabFreeHook, {}, { done: "free" }, { ref: "3.15" }),
    free: call("slab_free(s, slab, x, _RET_IP_);", doSlabFree, { x, allowSpin: true }, { done: "done" }),
  }),
);

/**
 * Context: Any; there is no context test at its entry.
 * @kernel v6.18.35 mm/slub.c kfree_nolock()
 */
export const kfreeNolock = program(
  "kfree_nolock",
  {
    exits: ["done"],
    params: { x: value(id(object)) },
    kernel: "v6.18.35 mm/slub.c kfree_nolock()",
    tag: "S",
    abstracts: ["of the hooks of a free only that of memcg"],
  },
  (_, { x }) => ({
    hooks: select("memcg_slab_free_hook(s, slab, &x, 1);", [[mm.memcg, "uncharge"]], "free"),
    uncharge: call(
      "memcg_slab_free_hook(s, slab, &x, 1);",
      memcgSlabFreeHook,
      { x, allowSpin: false },
      { done: "free" },
      { ref: "3.13" },
    ),
    free: call("do_slab_free(s, slab, x, x, 0, _RET_IP_);", doSlabFree, { x, allowSpin: false }, { done: "done" }),
  }),
);
