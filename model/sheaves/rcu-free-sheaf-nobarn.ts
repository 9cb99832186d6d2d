/**
 * rcu_free_sheaf_nobarn(): the grace period has ended of a sheaf that a flush took. It is flushed and given back.
 *
 * Context: As rcu_free_sheaf().
 *
 * @kernel v7.3.4 mm/slub.c rcu_free_sheaf_nobarn()
 */

import { call, id, otherwise, program, step, value, when } from "../../checker/language/index.ts";
import { bucket } from "../mm/sets.ts";
import { freeEmptySheaf } from "./free-empty-sheaf.ts";
import { sheafFlushUnused } from "./sheaf-flush-unused.ts";
import { sheaf, sheafOf } from "./state.ts";

export const rcuFreeSheafNobarn = program(
  "rcu_free_sheaf_nobarn",
  {
    exits: ["done"],
    params: { one: value(id(sheaf)) },
    locals: { b: id(bucket) },
    kernel: "v7.3.4 mm/slub.c rcu_free_sheaf_nobarn()",
    tag: "S",
  },
  (_, { one }, { b }) => ({
    prepare: step(
      "s = sheaf->cache; __rcu_free_sheaf_prepare(s, sheaf);",
      { ref: "11.4.C1" },
      when(sheafOf(one).cache.isNull()).fails("S23", "the memory of a sheaf was given back that RCU has"),
      otherwise.do(b.set(sheafOf(one).cache.known())).goto("flush"),
    ),
    flush: call("sheaf_flush_unused(s, sheaf);", sheafFlushUnused, { b, one }, { done: "free" }, { ref: "11.4.C5" }),
    free: call("free_empty_sheaf(s, sheaf);", freeEmptySheaf, { one }, { done: "done" }, { ref: "11.4.C6" }),
  }),
);
