/**
 * kvfree_rcu_list(): the grace period has ended of an object that kvfree_call_rcu() kept outside of sheaves.
 *
 * Context: A worker; may spin.
 * Abstracts: it runs where RCU's callbacks do, in a softirq or a thread of the CPU, and frees one object.
 *
 * @kernel v7.3.4 mm/slab_common.c kvfree_rcu_list()
 */

import { call, id, program, value } from "../../checker/language/index.ts";
import { object } from "../mm/sets.ts";
import { kfree } from "./kfree.ts";

export const kvfreeRcuList = program(
  "kvfree_rcu_list",
  {
    exits: ["done"],
    params: { x: value(id(object)) },
    kernel: "v7.3.4 mm/slab_common.c kvfree_rcu_list()",
    tag: "S",
    abstracts: ["the worker that frees what kfree_rcu() keeps outside of sheaves is RCU's softirq, or its thread"],
  },
  (_, { x }) => ({
    free: call("kvfree(ptr);", kfree, { x }, { done: "done" }, { ref: "11.4.D2" }),
  }),
);
