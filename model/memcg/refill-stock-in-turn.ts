/**
 * refill_stock() since 7.0, where pages are given back and all slots of this CPU's stock are other cgroups': one is
 * drained, in turn.
 *
 * Context: Any: the stock's lock is only tried.
 * Abstracts: pages and slots themselves: the pages go past the stock; a slot that is drained may drop the last reference
 * of a cgroup's css, which is not modelled.
 *
 * @kernel v7.3.4 mm/memcontrol.c refill_stock()
 */
import { call, id, otherwise, program, step } from "../../checker/language/index.ts";
import { localUnlock } from "../locks/local-lock.ts";
import { localTrylock } from "../locks/local-trylock.ts";
import { cpu } from "../machine/sets.ts";
import { pageStockLock, thisPageStockLock } from "../mm/locks.ts";

export const refillStockInTurn = program(
  "refill_stock (7.3)",
  {
    exits: ["done"],
    locals: { c: id(cpu) },
    kernel: "v7.3.4 mm/memcontrol.c refill_stock()",
    tag: "S",
    abstracts: ["memcg: of the stock of pages only its lock, and which slot is drained"],
  },
  (_, __, { c }) => ({
    lock: call(
      "if (.. || !local_trylock(&memcg_stock.lock)) { memcg_uncharge(memcg, nr_pages); return; }",
      localTrylock,
      { which: thisPageStockLock, c },
      { held: "drain", busy: "done" },
      { ref: "11.7.B2" },
    ),
    drain: step(
      "i = stock->drain_idx++; .. drain_stock(stock, i); css_get(&memcg->css); WRITE_ONCE(stock->cached[i], memcg);",
      { ref: "11.7.B2" },
      otherwise.goto("unlock"),
    ),
    unlock: call("local_unlock(&memcg_stock.lock);", localUnlock, { which: pageStockLock(c) }, { done: "done" }),
  }),
);
