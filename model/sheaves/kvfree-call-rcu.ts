/**
 * kvfree_call_rcu(), which kfree_rcu() is: without PREEMPT_RT into a sheaf that waits for a grace period; else, and where
 * that fails, into what RCU keeps of objects itself.
 *
 * Context: May spin, but for the lock of the sheaves; not in an NMI.
 * Abstracts: of `struct kfree_rcu_cpu` only that the object is there: its raw lock, which nobody takes who may not spin, its
 * pages and its timer are left out.
 *
 * @kernel v7.3.4 mm/slab_common.c kvfree_call_rcu(), kfree_rcu_sheaf()
 */

import { call, either, id, otherwise, program, select, step, value, when } from "../../checker/language/index.ts";
import { cfg } from "../machine/config.ts";
import { thisCpu } from "../machine/state.ts";
import { mm } from "../mm/config.ts";
import { bucket, object } from "../mm/sets.ts";
import { k, slabOf } from "../slub/state.ts";
import { kfreeRcuSheaf } from "./kfree-rcu-sheaf.ts";
import { queuedObject, waitsFor } from "./rcu-state.ts";

export const kvfreeCallRcu = program(
  "kvfree_call_rcu",
  {
    exits: ["done"],
    params: { x: value(id(object)) },
    locals: { b: id(bucket) },
    kernel: "v7.3.4 mm/slab_common.c kvfree_call_rcu()",
    inlines: "mm/slab_common.c kfree_rcu_sheaf()",
    tag: "S",
    abstracts: ["objects that kfree_rcu() keeps outside of sheaves wait for a grace period each, and no timer"],
  },
  (self, { x }, { b }) => ({
    cache: step(
      "slab = virt_to_slab(obj); .. s = slab->slab_cache;",
      { ref: "11.4.D1" },
      when(k.slab.at(slabOf(x)).cache.isNull()).fails("S2", "frees an object whose slab was given up"),
      otherwise.do(b.set(k.slab.at(slabOf(x)).cache.known())).goto("rt"),
    ),
    rt: select(
      "if (!IS_ENABLED(CONFIG_PREEMPT_RT) && kfree_rcu_sheaf(ptr)) return;",
      [[cfg.preemptRt, "krc"]],
      "nodes",
    ),
    nodes: select("if (likely(!IS_ENABLED(CONFIG_NUMA) || ..", [[mm.nodeMismatch, "node"]], "sheaf"),
    node: step(
      ".. slab_nid(slab) == numa_mem_id()))",
      { ref: "11.4.D1", note: "a free choice" },
      either(otherwise.goto("sheaf"), otherwise.goto("krc")),
    ),
    sheaf: call(
      "return __kfree_rcu_sheaf(s, obj, SLAB_FREE_DEFAULT);",
      kfreeRcuSheaf,
      { b, x, allowSpin: true },
      { done: "done", not: "krc" },
      { ref: "11.4.D1" },
    ),
    krc: step(
      "success = add_ptr_to_bulk_krc_lock(&krcp, &flags, ptr, !head);",
      { ref: "11.4.D2" },
      when(queuedObject(x).on.notNull()).fails("S5", "is given to kfree_rcu() twice"),
      otherwise.do(waitsFor(queuedObject(x), thisCpu(self))).goto("done"),
    ),
  }),
);
