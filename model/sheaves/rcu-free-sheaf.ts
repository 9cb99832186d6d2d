/**
 * rcu_free_sheaf(): the grace period of a sheaf has ended. It goes to the barn as a full one, or is flushed.
 *
 * Context: RCU's callbacks: a softirq, with PREEMPT_RT a thread. It waits for barn->lock without the lock of any sheaves.
 * Abstracts: nobody takes an object out of it in a free hook; memory is never short, so that no slab is of the reserves.
 *
 * @kernel v7.3.4 mm/slub.c rcu_free_sheaf(), __rcu_free_sheaf_prepare()
 */

import { call, id, otherwise, program, racy, step, value, when } from "../../checker/language/index.ts";
import { bucket } from "../mm/sets.ts";
import { barnPutEmptySheaf, barnPutFullSheaf } from "./barn-put-sheaf.ts";
import { freeEmptySheaf } from "./free-empty-sheaf.ts";
import { sheafFlushUnused } from "./sheaf-flush-unused.ts";
import { h, sc, sheaf, sheafOf } from "./state.ts";

export const rcuFreeSheaf = program(
  "rcu_free_sheaf",
  {
    exits: ["done"],
    params: { one: value(id(sheaf)) },
    locals: { b: id(bucket) },
    kernel: "v7.3.4 mm/slub.c rcu_free_sheaf()",
    tag: "S",
    abstracts: ["of the hooks of a free none is told what RCU frees"],
  },
  (_, { one }, { b }) => ({
    prepare: step(
      "s = sheaf->cache; if (__rcu_free_sheaf_prepare(s, sheaf)) goto flush; barn = get_barn_node(s, sheaf->node);",
      { ref: "11.4.C1 11.4.C2 11.4.C3" },
      when(sheafOf(one).cache.isNull()).fails("S23", "the memory of a sheaf was given back that RCU has"),
      otherwise.do(b.set(sheafOf(one).cache.known())).goto("full"),
    ),
    full: step(
      "if (data_race(barn->nr_full) < MAX_FULL_SHEAVES) {",
      { ref: "11.4.C4" },
      when(racy(h.barn.at(b).nrFull.lt(sc.barnLimit))).goto("putFull"),
      otherwise.goto("flush"),
    ),
    putFull: call(
      "barn_put_full_sheaf(barn, sheaf); return;",
      barnPutFullSheaf,
      { b, one },
      { done: "done" },
      { ref: "11.4.C4" },
    ),
    flush: call(
      "flush: .. sheaf_flush_unused(s, sheaf);",
      sheafFlushUnused,
      { b, one },
      { done: "empty" },
      { ref: "11.4.C5" },
    ),
    empty: step(
      "empty: if (barn && data_race(barn->nr_empty) < MAX_EMPTY_SHEAVES) {",
      { ref: "11.4.C6" },
      when(racy(h.barn.at(b).nrEmpty.lt(sc.barnLimit))).goto("putEmpty"),
      otherwise.goto("free"),
    ),
    putEmpty: call(
      "barn_put_empty_sheaf(barn, sheaf); return;",
      barnPutEmptySheaf,
      { b, one },
      { done: "done" },
      { ref: "11.4.C6" },
    ),
    free: call("free_empty_sheaf(s, sheaf);", freeEmptySheaf, { one }, { done: "done" }, { ref: "11.4.C6" }),
  }),
);
