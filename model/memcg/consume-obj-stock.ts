/**
 * consume_obj_stock(): takes the bytes of one object out of this CPU's stock, if it is this objcg's and has enough.
 *
 * Context: Any: the lock is only tried, and a stock that is being worked on below counts as empty.
 * Return: by `consumed` or by `missed`.
 *
 * @kernel v6.18 mm/memcontrol.c consume_obj_stock()
 */

import { and, bool, call, id, otherwise, program, step, value, when } from "../../checker/language/index.ts";
import { localUnlock } from "../locks/local-lock.ts";
import { localTrylock } from "../locks/local-trylock.ts";
import { cpu } from "../machine/sets.ts";
import { stockLock, thisStockLock } from "../mm/locks.ts";
import { bytes, mc, OBJECT_BYTES, objcg as objcgs } from "./state.ts";

export const consumeObjStock = program(
  "consume_obj_stock",
  {
    exits: ["consumed", "missed"],
    params: { objcg: value(id(objcgs)) },
    // v1 saves interrupt state while it holds the lock.
    locals: { c: id(cpu), had: bytes, flags: bool },
    kernel: "v6.18 mm/memcontrol.c consume_obj_stock()",
    tag: "S",
  },
  (_, { objcg }, { c, had }) => {
    const stock = mc.objStock.at(c);
    const which = stockLock(c);
    return {
      lock: call(
        "if (!local_trylock(&obj_stock.lock)) return ret;",
        localTrylock,
        { which: thisStockLock, c },
        { held: "test", busy: "missed" },
        { ref: "3.13.1" },
      ),
      test: step(
        "if (objcg == READ_ONCE(stock->cached_objcg) && stock->nr_bytes >= nr_bytes)",
        { ref: "3.13.2" },
        when(and(stock.cached.eq(objcg), stock.bytes.ge(OBJECT_BYTES)))
          .do(had.set(stock.bytes))
          .goto("take"),
        otherwise.goto("unlockMissed"),
      ),
      take: step(
        "stock->nr_bytes -= nr_bytes;",
        { ref: "3.13.2", note: "what is written was read one step before" },
        otherwise.do(stock.bytes.set(had.minus(OBJECT_BYTES))).goto("unlockConsumed"),
      ),
      unlockConsumed: call(
        "local_unlock(&obj_stock.lock);",
        localUnlock,
        { which },
        { done: "consumed" },
        { ref: "3.13.2" },
      ),
      unlockMissed: call(
        "local_unlock(&obj_stock.lock);",
        localUnlock,
        { which },
        { done: "missed" },
        { ref: "3.13.2" },
      ),
    };
  },
);
