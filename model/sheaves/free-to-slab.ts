/**
 * One object goes back to its slab: __slab_free() with an object, or (debug caches, SLUB_TINY) free_to_partial_list().
 *
 * Context: As __slab_free().
 *
 * @kernel v7.3.4 mm/slub.c __slab_free()
 */

import { call, id, otherwise, program, step, value, when } from "../../checker/language/index.ts";
import { bucket, object, slab as slabs } from "../mm/sets.ts";
import { k, oneAtATime, slabOf } from "../slub/state.ts";
import { freeToPartialList } from "./debug-caches.ts";
import { slabFree } from "./slab-free.ts";

export const freeToSlab = program(
  "__slab_free (7.3, one object)",
  {
    exits: ["done"],
    params: { b: value(id(bucket)), x: value(id(object)) },
    locals: { slab: id(slabs) },
    kernel: "v7.3.4 mm/slub.c __slab_free()",
    inlines: "mm/slub.c slab_free()",
    tag: "S",
  },
  (_, { b, x }, { slab }) => ({
    entry: step(
      "if (IS_ENABLED(CONFIG_SLUB_TINY) || kmem_cache_debug(s)) {",
      { ref: "11.3.F1" },
      when(k.slab.at(slabOf(x)).cache.isNull()).fails("S2", "frees an object whose slab was given up"),
      when(oneAtATime(b))
        .do(slab.set(slabOf(x)))
        .goto("debug"),
      otherwise.do(slab.set(slabOf(x))).goto("free"),
    ),
    debug: call(
      "free_to_partial_list(s, slab, head, tail, cnt, addr);",
      freeToPartialList,
      { b, slab, x, cnt: 1 },
      { done: "done" },
      { ref: "11.3.F1" },
    ),
    free: call(
      "__slab_free(s, slab, object, object, 1, addr);",
      slabFree,
      { b, slab, head: x, tail: x, cnt: 1 },
      { done: "done" },
      { ref: "11.3.F1" },
    ),
  }),
);
