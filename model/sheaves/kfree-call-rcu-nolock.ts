/**
 * kfree_call_rcu_nolock(), which kfree_rcu_nolock() is: into a sheaf that waits for a grace period, or put off. No context
 * is asked for at its entry.
 *
 * Context: Any.
 * Abstracts: whether the object's slab is on this CPU's node is a free choice, where nodes matter.
 *
 * @kernel v7.3.4 mm/slab_common.c kfree_call_rcu_nolock()
 */

import { call, either, id, otherwise, program, select, step, value, when } from "../../checker/language/index.ts";
import { mm } from "../mm/config.ts";
import { bucket, object } from "../mm/sets.ts";
import { k, slabOf } from "../slub/state.ts";
import { deferKfreeRcu } from "./defer-kfree-rcu.ts";
import { kfreeRcuSheaf } from "./kfree-rcu-sheaf.ts";

export const kfreeCallRcuNolock = program(
  "kfree_call_rcu_nolock",
  {
    exits: ["done"],
    params: { x: value(id(object)) },
    locals: { b: id(bucket) },
    kernel: "v7.3.4 mm/slab_common.c kfree_call_rcu_nolock()",
    tag: "S",
  },
  (_, { x }, { b }) => ({
    cache: step(
      "slab = virt_to_slab(ptr); if (unlikely(!slab)) goto fallback;",
      { ref: "11.4.A1" },
      when(k.slab.at(slabOf(x)).cache.isNull()).fails("S2", "frees an object whose slab was given up"),
      otherwise.do(b.set(k.slab.at(slabOf(x)).cache.known())).goto("batched"),
    ),
    batched: select("if (!IS_ENABLED(CONFIG_KVFREE_RCU_BATCHED)) goto fallback;", [[mm.tiny, "fallback"]], "nodes"),
    nodes: select("if (unlikely(IS_ENABLED(CONFIG_NUMA) && ..", [[mm.nodeMismatch, "node"]], "sheaf"),
    node: step(
      ".. slab_nid(slab) != numa_mem_id())) goto fallback;",
      { ref: "11.4.A2", note: "a free choice" },
      either(otherwise.goto("sheaf"), otherwise.goto("fallback")),
    ),
    sheaf: call(
      "if (unlikely(!__kfree_rcu_sheaf(slab->slab_cache, ptr, SLAB_FREE_NOLOCK))) goto fallback;",
      kfreeRcuSheaf,
      { b, x, allowSpin: false },
      { done: "done", not: "fallback" },
      { ref: "11.4.A3" },
    ),
    fallback: call("defer_kfree_rcu(head);", deferKfreeRcu, { x }, { done: "done" }, { ref: "11.4.A4" }),
  }),
);
