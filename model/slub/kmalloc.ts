/** kmalloc() and kfree() of callers that may spin, and kfree_nolock(): what they add to the paths below them. */
import { call, id, optional, otherwise, program, result, step, value } from "../../checker/language/index.ts";
import { doSlabFree } from "./do-slab-free.ts";
import { bucket, object } from "./sets.ts";
import { slabAllocNode } from "./slab-alloc-node.ts";

/**
 * Context: May spin; on PREEMPT_RT it may sleep.
 * @kernel v6.18 mm/slub.c __kmalloc_noprof(), slab_alloc_node()
 */
export const kmalloc = program(
  "kmalloc",
  {
    exits: ["done"],
    params: { size: value(id(bucket)), got: result(optional(id(object))) },
    kernel: "v6.18 mm/slub.c __kmalloc_noprof()",
    tag: "M",
  },
  (_, { size, got }) => ({
    alloc: call(
      "object = __slab_alloc_node(s, gfpflags, node, addr, orig_size);",
      slabAllocNode,
      { b: size, allowSpin: true, got },
      { done: "done", ebusy: "ebusy" },
    ),
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
    abstracts: ["hooks of a free (memcg, KASAN, kmemleak) are left out"],
  },
  (_, { x }) => ({
    free: call("do_slab_free(s, slab, x, x, 0, _RET_IP_);", doSlabFree, { x, allowSpin: false }, { done: "done" }),
  }),
);
