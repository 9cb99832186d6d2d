/**
 * pcs_flush_all(): a worker gives all that a CPU has in sheaves of a bucket back to the slabs.
 *
 * Context: A worker that is bound to its CPU; never an interrupt.
 * Abstracts: where no script has to do with RCU, rcu_free is left out.
 *
 * @kernel v7.3.4 mm/slub.c flush_cpu_sheaves(), pcs_flush_all()
 */

import { call, id, lit, optional, otherwise, program, step, value, when } from "../../checker/language/index.ts";
import { localLock, localUnlock } from "../locks/local-lock.ts";
import { cpu } from "../machine/sets.ts";
import { chainOf, m } from "../machine/state.ts";
import { bucket } from "../mm/sets.ts";
import { oneAtATime } from "../slub/state.ts";
import { freeEmptySheaf } from "./free-empty-sheaf.ts";
import { sheafFlushMain } from "./sheaf-flush-main.ts";
import { sheafFlushUnused } from "./sheaf-flush-unused.ts";
import { pcsOf, sheaf, sheavesLock, thisSheavesLock } from "./state.ts";

export const pcsFlushAll = program(
  "pcs_flush_all",
  {
    exits: ["done"],
    params: { b: value(id(bucket)) },
    /** `rcuFree`: of the rows that come in where something waits for a grace period. */
    locals: { c: id(cpu), spare: optional(id(sheaf)), mine: id(sheaf), rcuFree: optional(id(sheaf)) },
    kernel: "v7.3.4 mm/slub.c pcs_flush_all()",
    inlines: "mm/slub.c flush_cpu_sheaves()",
    tag: "S",
  },
  (self, { b }, { c, spare: taken, mine }) => {
    const { spare } = pcsOf(c, b);
    const { migrateDisabled } = m.chain.at(chainOf(self));
    return {
      bound: step(
        "if (cache_has_sheaves(s)) /* a worker of this CPU */",
        { ref: "11.5.E" },
        when(oneAtATime(b)).goto("done"),
        otherwise.do(migrateDisabled.set(migrateDisabled.plus(1))).goto("lock"),
      ),
      lock: call(
        "local_lock(&s->cpu_sheaves->lock);",
        localLock,
        { which: thisSheavesLock(b), c },
        { done: "spare" },
        { ref: "11.5.E" },
      ),
      spare: step(
        "spare = pcs->spare; pcs->spare = NULL;",
        { ref: "11.5.E" },
        otherwise.do(taken.set(spare), spare.set(lit(null))).goto("unlock"),
      ),
      unlock: call(
        "local_unlock(&s->cpu_sheaves->lock);",
        localUnlock,
        { which: sheavesLock(c, b) },
        { done: "hasSpare" },
        { ref: "11.5.E" },
      ),
      hasSpare: step(
        "if (spare) {",
        { ref: "11.5.E" },
        when(taken.notNull()).do(mine.set(taken.known())).goto("flush"),
        otherwise.goto("main"),
      ),
      flush: call(
        "sheaf_flush_unused(s, spare);",
        sheafFlushUnused,
        { b, one: mine },
        { done: "free" },
        { ref: "11.5.E" },
      ),
      free: call("free_empty_sheaf(s, spare);", freeEmptySheaf, { one: mine }, { done: "main" }, { ref: "11.5.E" }),
      main: call("sheaf_flush_main(s);", sheafFlushMain, { b }, { done: "unbound" }, { ref: "11.5.E" }),
      unbound: step(
        "(model) the worker is done",
        { ref: "11.5.E" },
        otherwise.do(migrateDisabled.set(migrateDisabled.minus(1))).goto("done"),
      ),
    };
  },
);
