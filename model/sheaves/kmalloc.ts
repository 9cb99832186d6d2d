/**
 * kmalloc() since 7.0, of callers that may spin: slab_alloc_node().
 *
 * Context: May spin; on PREEMPT_RT it may sleep.
 * Return: `got`, null where the C returns NULL.
 *
 * @kernel v7.3.4 mm/slub.c slab_alloc_node(), __do_kmalloc_node()
 */

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
  when,
} from "../../checker/language/index.ts";
import { mm } from "../mm/config.ts";
import { bucket, object } from "../mm/sets.ts";
import { kmemleakAlloc, slabPreAllocHook } from "../slub/debug-hooks.ts";
import { allocFromPcs } from "./alloc-from-pcs.ts";
import { slabAlloc } from "./slab-alloc.ts";
import { memcgSlabPostAllocHook } from "./slab-hooks.ts";

export const kmalloc = program(
  "kmalloc (7.3)",
  {
    exits: ["done"],
    params: { size: value(id(bucket)), got: result(optional(id(object))) },
    locals: { ret: optional(id(object)) },
    kernel: "v7.3.4 mm/slub.c slab_alloc_node()",
    inlines: "mm/slub.c slab_post_alloc_hook(), memcg_slab_post_alloc_hook()",
    tag: "S",
  },
  (_, { size, got }, { ret }) => ({
    entry: select("(model) are there hooks around the allocation?", [[mm.hooked, "preAlloc"]], "pcs"),
    preAlloc: call("s = slab_pre_alloc_hook(s, gfpflags);", slabPreAllocHook, {}, { done: "pcs" }, { ref: "11.5.A1" }),
    pcs: call(
      "object = alloc_from_pcs(s, gfpflags, ac->alloc_flags, node);",
      allocFromPcs,
      { b: size, allowSpin: true, got: ret },
      { done: "fromPcs" },
      { ref: "11.5.A2" },
    ),
    fromPcs: step(
      "if (unlikely(!object))",
      { ref: "11.5.A3" },
      when(ret.isNull()).goto("slow"),
      otherwise.goto("postAlloc"),
    ),
    slow: call(
      "object = ___slab_alloc(s, gfpflags, node, ac);",
      slabAlloc,
      { b: size, allowSpin: true, got: ret },
      { done: "postAlloc" },
      { ref: "11.5.A3" },
    ),
    postAlloc: select("slab_post_alloc_hook(s, gfpflags, 1, &object, ac);", [[mm.hooked, "kmemleak"]], "return"),
    kmemleak: call(
      "kmemleak_alloc_recursive(p[i], s->object_size, 1, s->flags, init_flags);",
      kmemleakAlloc,
      { object: ret },
      { done: "memcg" },
      { ref: "11.5.A4" },
    ),
    memcg: select("memcg_slab_post_alloc_hook(s, flags, size, p, ac)", [[mm.memcg, "charge"]], "return"),
    charge: call(
      "memcg_slab_post_alloc_hook(s, flags, size, p, ac)",
      memcgSlabPostAllocHook,
      { b: size, object: ret, allowSpin: true },
      { charged: "return", failed: "dropped" },
      { ref: "11.5.A4" },
    ),
    dropped: step("*p = NULL; .. return false;", { ref: "11.5.A4" }, otherwise.do(ret.set(lit(null))).goto("return")),
    return: step("return object;", { ref: "11.5.A4" }, otherwise.do(got.set(ret)).goto("done")),
  }),
);
