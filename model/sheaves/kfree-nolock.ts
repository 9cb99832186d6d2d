/**
 * kfree_nolock() since 7.0: into a sheaf, or put off. No context is asked for at its entry.
 *
 * Context: Any.
 * Abstracts: as `kfree.ts`.
 *
 * @kernel v7.3.4 mm/slub.c kfree_nolock()
 */

import { call, either, id, otherwise, program, select, step, value, when } from "../../checker/language/index.ts";
import { memcgSlabFreeHook } from "../memcg/slab-free-hook.ts";
import { mm } from "../mm/config.ts";
import { bucket, object } from "../mm/sets.ts";
import { k, slabOf } from "../slub/state.ts";
import { deferFree } from "./defer-free.ts";
import { freeToPcs } from "./free-to-pcs.ts";

export const kfreeNolock = program(
  "kfree_nolock (7.3)",
  {
    exits: ["done"],
    params: { x: value(id(object)) },
    locals: { b: id(bucket) },
    kernel: "v7.3.4 mm/slub.c kfree_nolock()",
    tag: "S",
    abstracts: ["of the hooks of a free only that of memcg"],
  },
  (_, { x }, { b }) => ({
    cache: step(
      "slab = virt_to_slab(object); .. s = slab->slab_cache;",
      { ref: "11.3.A1 11.3.A2 11.3.A4" },
      when(k.slab.at(slabOf(x)).cache.isNull()).fails("S2", "frees an object whose slab was given up"),
      otherwise.do(b.set(k.slab.at(slabOf(x)).cache.known())).goto("hooks"),
    ),
    hooks: select("memcg_slab_free_hook(s, slab, &x, 1);", [[mm.memcg, "uncharge"]], "nodes"),
    uncharge: call(
      "memcg_slab_free_hook(s, slab, &x, 1);",
      memcgSlabFreeHook,
      { x, allowSpin: false },
      { done: "nodes" },
      { ref: "11.3.A3" },
    ),
    nodes: select("if (likely(can_free_to_pcs(slab))", [[mm.nodeMismatch, "node"]], "pcs"),
    node: step(
      "if (likely(can_free_to_pcs(slab))",
      { ref: "11.3.A5", note: "a free choice" },
      either(otherwise.goto("pcs"), otherwise.goto("defer")),
    ),
    pcs: call(
      "&& likely(free_to_pcs(s, x, false))) return;",
      freeToPcs,
      { b, x, allowSpin: false },
      { freed: "done", not: "defer" },
      { ref: "11.3.A6" },
    ),
    defer: call("defer_free(s, x);", deferFree, { x }, { done: "done" }, { ref: "11.3.A7" }),
  }),
);
