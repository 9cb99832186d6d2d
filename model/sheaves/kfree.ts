/**
 * kfree() since 7.0, of callers that may spin: slab_free().
 *
 * Context: May spin; on PREEMPT_RT it may sleep.
 * Abstracts: whether the object's slab is on this CPU's node is a free choice, where nodes matter.
 *
 * @kernel v7.3.4 mm/slub.c kfree(), slab_free(), can_free_to_pcs()
 */

import { call, either, id, otherwise, program, select, step, value, when } from "../../checker/language/index.ts";
import { memcgSlabFreeHook } from "../memcg/slab-free-hook.ts";
import { mm } from "../mm/config.ts";
import { bucket, object } from "../mm/sets.ts";
import { slabFreeHook } from "../slub/debug-hooks.ts";
import { k, slabOf } from "../slub/state.ts";
import { freeToPcs } from "./free-to-pcs.ts";
import { freeToSlab } from "./free-to-slab.ts";

export const kfree = program(
  "kfree (7.3)",
  {
    exits: ["done"],
    params: { x: value(id(object)) },
    locals: { b: id(bucket) },
    kernel: "v7.3.4 mm/slub.c slab_free()",
    inlines: "mm/slub.c kfree()",
    tag: "S",
  },
  (_, { x }, { b }) => ({
    cache: step(
      "slab = page_slab(page); .. s = slab->slab_cache;",
      { ref: "11.3.H" },
      when(k.slab.at(slabOf(x)).cache.isNull()).fails("S2", "frees an object whose slab was given up"),
      otherwise.do(b.set(k.slab.at(slabOf(x)).cache.known())).goto("hooks"),
    ),
    hooks: select("memcg_slab_free_hook(s, slab, &object, 1);", [[mm.memcg, "uncharge"]], "debug"),
    uncharge: call(
      "memcg_slab_free_hook(s, slab, &object, 1);",
      memcgSlabFreeHook,
      { x, allowSpin: true },
      { done: "debug" },
      { ref: "11.3.H" },
    ),
    debug: call("slab_free_hook(s, object, ..)", slabFreeHook, {}, { done: "nodes" }, { ref: "11.3.H" }),
    nodes: select("if (likely(can_free_to_pcs(slab))", [[mm.nodeMismatch, "node"]], "pcs"),
    node: step(
      "if (likely(can_free_to_pcs(slab))",
      { ref: "11.3.A5", note: "a free choice" },
      either(otherwise.goto("pcs"), otherwise.goto("slow")),
    ),
    pcs: call(
      "&& likely(free_to_pcs(s, object, true))) return;",
      freeToPcs,
      { b, x, allowSpin: true },
      { freed: "done", not: "slow" },
      { ref: "11.3.H" },
    ),
    slow: step("(model) past the sheaves", { ref: "11.3.H" }, otherwise.goto("free")),
    free: call(
      "__slab_free(s, slab, object, object, 1, addr);",
      freeToSlab,
      { b, x },
      { done: "done" },
      { ref: "11.3.H" },
    ),
  }),
);
