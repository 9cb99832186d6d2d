/**
 * What v1 to 6.18 had for SLUB_TINY instead of the common code (31e0886fd57d removed it; 6.18.35 has it no more): an
 * allocation without CPU slabs, so without gate and pin, and v1's free.
 *
 * Context: as the caller's; spin callers wait for n->list_lock.
 *
 * @kernel v6.18 mm/slub.c __slab_alloc_node(), do_slab_free() under CONFIG_SLUB_TINY
 */

import {
  bool,
  call,
  id,
  lit,
  optional,
  otherwise,
  program,
  range,
  result,
  step,
  value,
  when,
} from "../../checker/language/index.ts";
import { bucket, object, slab as slabs } from "../mm/sets.ts";
import { allocSingleFromNewSlab } from "./alloc-single-from-new-slab.ts";
import { freeToPartialList } from "./free-to-partial-list.ts";
import { getPartialNode } from "./get-partial-node.ts";
import { newSlab } from "./new-slab.ts";
import { k, slabOf } from "./state.ts";

export const tinySlabAllocNode = program(
  "__slab_alloc_node (SLUB_TINY)",
  {
    exits: ["done"],
    params: { b: value(id(bucket)), allowSpin: value(bool), got: result(optional(id(object))) },
    locals: { fresh: optional(id(slabs)), slab: id(slabs), object: optional(id(object)) },
    kernel: "v6.18 mm/slub.c __slab_alloc_node()",
    tag: "S",
  },
  (_, { b, allowSpin, got }, { fresh, slab, object: x }) => ({
    partial: call(
      "slab = get_partial(s, node, &pc);",
      getPartialNode,
      { b, allowSpin, got: fresh, pcObject: x },
      { done: "gotPartial" },
      { ref: "3.1t.1" },
    ),
    gotPartial: step(
      "if (slab) return pc.object;",
      { ref: "3.1t.1" },
      when(fresh.notNull()).do(got.set(x)).goto("done"),
      otherwise.goto("newSlab"),
    ),
    newSlab: call(
      "slab = new_slab(s, gfpflags, node);",
      newSlab,
      { b, allowSpin, got: fresh },
      { done: "gotNew" },
      { ref: "3.1t.2" },
    ),
    gotNew: step(
      "if (unlikely(!slab)) return NULL;",
      { ref: "3.1t.2" },
      when(fresh.isNull())
        .do(got.set(lit(null)))
        .goto("done"),
      otherwise.do(slab.set(fresh.known())).goto("single"),
    ),
    single: call(
      "object = alloc_single_from_new_slab(s, slab, orig_size, gfpflags); return object;",
      allocSingleFromNewSlab,
      { b, slab, allowSpin, got },
      { done: "done" },
      { ref: "3.1t.3" },
    ),
  }),
);

export const tinyDoSlabFree = program(
  "do_slab_free (SLUB_TINY)",
  {
    exits: ["done"],
    params: { x: value(id(object)), cnt: value(range(0, 1)) },
    locals: { b: id(bucket), slab: id(slabs) },
    kernel: "v6.18 mm/slub.c do_slab_free(), __slab_free()",
    tag: "S",
  },
  (_, { x, cnt }, { b, slab }) => ({
    entry: step(
      "(model) s, slab",
      { ref: "3.9.1", note: "what the caller looked up from the object" },
      when(k.slab.at(slabOf(x)).cache.isNull()).fails("S2", "frees an object whose slab was given up"),
      otherwise.do(slab.set(slabOf(x)), b.set(k.slab.at(slabOf(x)).cache.known())).goto("free"),
    ),
    free: call(
      "__slab_free(s, slab, head, tail, cnt, addr);",
      freeToPartialList,
      { b, slab, x, cnt },
      { done: "done" },
      { ref: "3.9.1" },
    ),
  }),
);
