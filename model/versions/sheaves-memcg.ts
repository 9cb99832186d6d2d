/** What the memory controller does for nolock callers since 7.0, in proposals: M of the variants. */
import { call, patch, select, type Variant, variant } from "../../checker/language/index.ts";
import { freeToSlab } from "../sheaves/free-to-slab.ts";
import { kfreeNolock } from "../sheaves/kfree-nolock.ts";
import { memcgSlabPostAllocHook } from "../sheaves/slab-hooks.ts";
import { slabFreeHook } from "../slub/debug-hooks.ts";

export const SHEAF_MEMCG: Readonly<Record<string, Variant>> = {
  "abort-frees-nolock": variant(
    "abort-frees-nolock",
    "M20: an object that cannot be charged is freed as kfree_nolock() frees, where its caller may not spin",
    patch(
      memcgSlabPostAllocHook,
      ({ b, x, allowSpin }) => ({
        abortHook: select("(variant) if (!allow_spin) kfree_nolock(object);", [[allowSpin, "abortSpins"]], "abort"),
        abort: call("(variant) kfree_nolock(object);", kfreeNolock, { x }, { done: "failed" }, { tag: "D" }),
        abortSpins: call(
          "if (likely(slab_free_hook(s, object, ..)))",
          slabFreeHook,
          {},
          { done: "freeSpins" },
          { ref: "11.7.D" },
        ),
        freeSpins: call(
          "__slab_free(s, slab, object, object, 1, _RET_IP_);",
          freeToSlab,
          { b, x },
          { done: "failed" },
          { ref: "11.7.D" },
        ),
      }),
      { added: ["abortSpins", "freeSpins"] },
    ),
  ),
};
