/**
 * refill_stock(), where pages are given back and all slots of this CPU's stock are other cgroups': one is drained. 6.18
 * asks the random generator which.
 *
 * Context: Any: the stock's lock is only tried. But those of the random generator are not.
 * Abstracts: pages and slots themselves: the pages go past the stock; a slot that is drained may drop the last reference
 * of a cgroup's css, which is not modelled.
 *
 * @kernel v6.18.35 mm/memcontrol.c refill_stock()
 */

import { call, id, otherwise, program, step } from "../../checker/language/index.ts";
import { localUnlock } from "../locks/local-lock.ts";
import { localTrylock } from "../locks/local-trylock.ts";
import { cpu } from "../machine/sets.ts";
import { pageStockLock, thisPageStockLock } from "../mm/locks.ts";
import { getRandomU32 } from "../random/get-random.ts";

export const refillStock = program(
  "refill_stock",
  {
    exits: ["done"],
    locals: { c: id(cpu) },
    kernel: "v6.18.35 mm/memcontrol.c refill_stock()",
    tag: "S",
    abstracts: ["memcg: of the stock of pages only its lock, and who is asked for a slot to drain"],
  },
  (_, __, { c }) => ({
    lock: call(
      "if (.. || !local_trylock(&memcg_stock.lock)) { memcg_uncharge(memcg, nr_pages); return; }",
      localTrylock,
      { which: thisPageStockLock, c },
      { held: "slot", busy: "done" },
      { ref: "3.13.18" },
    ),
    slot: call("i = get_random_u32_below(NR_MEMCG_STOCK);", getRandomU32, {}, { done: "drain" }, { ref: "3.13.18" }),
    drain: step(
      "drain_stock(stock, i); .. WRITE_ONCE(stock->cached[i], memcg);",
      { ref: "3.13.18" },
      otherwise.goto("unlock"),
    ),
    unlock: call("local_unlock(&memcg_stock.lock);", localUnlock, { which: pageStockLock(c) }, { done: "done" }),
  }),
);
