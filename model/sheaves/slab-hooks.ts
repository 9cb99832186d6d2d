/**
 * The hook of the memory controller after an allocation, since 7.0. Where the charge fails the object is freed again by
 * memcg_alloc_abort_single(): past the sheaves, by the path that may spin, whoever asked.
 *
 * Context: As the allocation that it is part of.
 *
 * @kernel v7.3.4 mm/slub.c memcg_slab_post_alloc_hook(), memcg_alloc_abort_single()
 */

import { bool, call, id, optional, program, value } from "../../checker/language/index.ts";
import { memcgSlabPostAllocHook as charges } from "../memcg/slab-post-alloc-hook.ts";
import { bucket, object } from "../mm/sets.ts";
import { slabFreeHook } from "../slub/debug-hooks.ts";
import { freeToSlab } from "./free-to-slab.ts";

export const memcgSlabPostAllocHook = program(
  "memcg_slab_post_alloc_hook (7.3)",
  {
    exits: ["charged", "failed"],
    params: { b: value(id(bucket)), object: value(optional(id(object))), allowSpin: value(bool) },
    kernel: "v7.3.4 mm/slub.c memcg_slab_post_alloc_hook()",
    inlines: "mm/slub.c memcg_alloc_abort_single()",
    tag: "S",
  },
  (_, { b, object: allocated, allowSpin }) => ({
    charge: call(
      "if (likely(__memcg_slab_post_alloc_hook(s, ac->lru, flags, ac->alloc_flags, size, p))) return true;",
      charges,
      { object: allocated, allowSpin },
      { charged: "charged", failed: "abortHook" },
      { ref: "11.7.A" },
    ),
    abortHook: call(
      "if (likely(slab_free_hook(s, object, ..)))",
      slabFreeHook,
      {},
      { done: "abort" },
      { ref: "11.7.D" },
    ),
    abort: call(
      "__slab_free(s, slab, object, object, 1, _RET_IP_);",
      freeToSlab,
      { b, x: allocated.known() },
      { done: "failed" },
      { ref: "11.7.D" },
    ),
  }),
);
