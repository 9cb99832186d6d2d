/**
 * refill_obj_stock(): gives bytes that are charged to this CPU's stock. A stock of another objcg is drained first; a
 * stock that is being worked on below is left alone, and the bytes go to the objcg's account by an atomic.
 *
 * Context: Any: the lock is only tried. But draining may drop the last reference of an objcg.
 *
 * @kernel v6.18 mm/memcontrol.c refill_obj_stock()
 */

import {
  and,
  bool,
  call,
  id,
  or,
  otherwise,
  program,
  racy,
  range,
  step,
  value,
  when,
} from "../../checker/language/index.ts";
import { localUnlock } from "../locks/local-lock.ts";
import { localTrylock } from "../locks/local-trylock.ts";
import { cpu } from "../machine/sets.ts";
import { mm } from "../mm/config.ts";
import { stockLock, thisStockLock } from "../mm/locks.ts";
import { drainObjStock } from "./drain-obj-stock.ts";
import { refillStock } from "./refill-stock.ts";
import { belowPage, bytes, mc, objcg as objcgs, PAGE_BYTES, wholePages } from "./state.ts";

export const refillObjStock = program(
  "refill_obj_stock",
  {
    exits: ["done"],
    // A later version asks who may spin before it drains; 6.18 does not.
    params: { objcg: value(id(objcgs)), give: value(bytes), allowUncharge: value(bool), allowSpin: value(bool) },
    // v1 saves interrupt state while it holds the lock.
    locals: { c: id(cpu), had: bytes, changed: bool, pages: range(0, 7), flags: bool },
    kernel: "v6.18 mm/memcontrol.c refill_obj_stock()",
    tag: "S",
  },
  (_, { objcg, give, allowUncharge }, { c, had, changed, pages }) => {
    const stock = mc.objStock.at(c);
    const account = mc.objcg.at(objcg);
    return {
      lock: call(
        "if (!local_trylock(&obj_stock.lock)) {",
        localTrylock,
        { which: thisStockLock, c },
        { held: "test", busy: "atomic" },
        { ref: "3.13.5" },
      ),
      atomic: step(
        "atomic_add(nr_bytes, &objcg->nr_charged_bytes);",
        { ref: "3.13.6", note: "what is given is always less than a page" },
        otherwise.do(account.charged.set(account.charged.plus(give))).goto("done"),
      ),
      test: step(
        "if (READ_ONCE(stock->cached_objcg) != objcg)",
        { ref: "3.13.7" },
        when(stock.cached.eq(objcg)).do(changed.set(false)).goto("add"),
        otherwise.do(changed.set(true)).goto("drain"),
      ),
      drain: call("drain_obj_stock(stock);", drainObjStock, { c }, { done: "get" }, { ref: "3.13.7" }),
      get: step(
        "obj_cgroup_get(objcg);",
        { ref: "3.13.7" },
        otherwise.do(account.refs.set(account.refs.plus(1))).goto("peek"),
      ),
      peek: step(
        "atomic_read(&objcg->nr_charged_bytes)",
        { ref: "3.13.7" },
        when(racy(account.charged).eq(0)).do(had.set(0)).goto("take"),
        otherwise.goto("xchg"),
      ),
      xchg: step(
        "atomic_xchg(&objcg->nr_charged_bytes, 0)",
        { ref: "3.13.7" },
        otherwise.do(had.set(account.charged), account.charged.set(0)).goto("take"),
      ),
      take: step("stock->nr_bytes = ..;", { ref: "3.13.7" }, otherwise.do(stock.bytes.set(had)).goto("cache")),
      cache: step(
        "WRITE_ONCE(stock->cached_objcg, objcg);",
        { ref: "3.13.7" },
        otherwise.do(stock.cached.set(objcg)).goto("add"),
      ),
      add: step(
        "stock->nr_bytes += nr_bytes; /* load */",
        { ref: "3.13.8" },
        otherwise.do(had.set(stock.bytes)).goto("store"),
      ),
      store: step(
        "stock->nr_bytes += nr_bytes; /* store */",
        { ref: "3.13.8" },
        otherwise.do(stock.bytes.set(had.plus(give)), had.set(had.plus(give))).goto("trim"),
      ),
      trim: step(
        "if (allow_uncharge && (stock->nr_bytes > PAGE_SIZE)) { nr_pages = ..; stock->nr_bytes &= (PAGE_SIZE - 1); }",
        { ref: "3.13.9" },
        when(and(or(allowUncharge, changed), had.gt(PAGE_BYTES)))
          .do(stock.bytes.set(belowPage(had)), pages.set(wholePages(had)))
          .goto("unlock"),
        otherwise.do(pages.set(0)).goto("unlock"),
      ),
      unlock: call(
        "local_unlock(&obj_stock.lock);",
        localUnlock,
        { which: stockLock(c) },
        { done: "out" },
        { ref: "3.13.9" },
      ),
      out: step(
        "if (nr_pages) obj_cgroup_uncharge_pages(objcg, nr_pages);",
        { ref: "3.13.9" },
        when(and(mm.memcgStockFull, pages.gt(0)))
          .do(account.pages.set(account.pages.minus(pages)))
          .goto("refillStock"),
        otherwise.do(account.pages.set(account.pages.minus(pages))).goto("done"),
      ),
      refillStock: call("refill_stock(memcg, nr_pages);", refillStock, {}, { done: "done" }, { ref: "3.13.18" }),
    };
  },
);
