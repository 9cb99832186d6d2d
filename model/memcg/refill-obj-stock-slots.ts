/**
 * __refill_obj_stock(): gives bytes that are charged to the slot that this CPU's stock has for an objcg; where it has none,
 * to an empty one, or to one that is drained, in turn. Without the stock, which a frame below is working on, the bytes go to
 * the objcg's account by an atomic.
 *
 * Context: The stock's lock is held, or (`locked` false) could not be had. Draining may drop the last reference of an objcg.
 * Pages that are too many are given back under the lock.
 *
 * @kernel v7.3.4 mm/memcontrol.c __refill_obj_stock(), obj_cgroup_uncharge_pages()
 */
import {
  and,
  bool,
  call,
  choose,
  id,
  or,
  otherwise,
  program,
  racy,
  range,
  select,
  step,
  value,
  when,
} from "../../checker/language/index.ts";
import { cpu } from "../machine/sets.ts";
import { mm } from "../mm/config.ts";
import { drainObjStockSlot } from "./drain-obj-stock-slot.ts";
import { refillStockInTurn } from "./refill-stock-in-turn.ts";
import { accountCells, belowPage, bytes, objcg as objcgs, PAGE_BYTES, wholePages } from "./state.ts";
import { ms, slotOf, stepDrainIdx, stockSlot } from "./stock-slots.ts";

export const refillObjStockSlots = program(
  "__refill_obj_stock",
  {
    exits: ["done"],
    // A proposal asks who may spin before it drains; 7.3 does not.
    params: {
      objcg: value(id(objcgs)),
      locked: value(bool),
      c: value(id(cpu)),
      give: value(bytes),
      allowUncharge: value(bool),
      allowSpin: value(bool),
    },
    locals: { slot: id(stockSlot), had: bytes, changed: bool, pages: range(0, 7) },
    kernel: "v7.3.4 mm/memcontrol.c __refill_obj_stock()",
    inlines: "mm/memcontrol.c obj_cgroup_uncharge_pages()",
    tag: "S",
  },
  (_, { objcg, locked, c, give, allowUncharge }, { slot, had, changed, pages }) => {
    const account = accountCells.objcg.at(objcg);
    const { cached, bytes: there } = slotOf(c, slot);
    return {
      entry: select("if (!stock) {", [[locked, "search"]], "atomic"),
      atomic: step(
        "atomic_add(nr_bytes, &objcg->nr_charged_bytes);",
        { ref: "11.7.A6", note: "what is given is always less than a page" },
        otherwise.do(account.charged.set(account.charged.plus(give))).goto("done"),
      ),
      search: step(
        "for (i = 0; i < NR_OBJ_STOCK; ++i) { .. if (!cached) { .. empty_slot = i; continue; } if (cached == objcg) { slot = i; break; } }",
        { ref: "11.7.A6" },
        choose(stockSlot, (i) =>
          when(slotOf(c, i).cached.eq(objcg))
            .do(slot.set(i), changed.set(false), had.set(slotOf(c, i).bytes))
            .goto("add"),
        ),
        otherwise.do(changed.set(true)).goto("empty"),
      ),
      empty: step(
        "slot = empty_slot; if (slot == -1) { slot = stock->drain_idx++; if (stock->drain_idx == NR_OBJ_STOCK) stock->drain_idx = 0;",
        { ref: "11.7.A6" },
        choose(stockSlot, (i) => when(slotOf(c, i).cached.isNull()).do(slot.set(i)).goto("get")),
        otherwise.do(slot.set(ms.stock.at(c).drainIdx), stepDrainIdx(c)).goto("drain"),
      ),
      drain: call(
        "drain_obj_stock_slot(stock, slot);",
        drainObjStockSlot,
        { c, i: slot },
        { done: "get" },
        { ref: "11.7.A6" },
      ),
      get: step(
        "obj_cgroup_get(objcg);",
        { ref: "11.7.A6" },
        otherwise.do(account.refs.set(account.refs.plus(1))).goto("peek"),
      ),
      peek: step(
        "stock_nr_bytes = atomic_read(&objcg->nr_charged_bytes)",
        { ref: "11.7.A6" },
        when(racy(account.charged).eq(0)).do(had.set(0)).goto("cache"),
        otherwise.goto("xchg"),
      ),
      xchg: step(
        "? atomic_xchg(&objcg->nr_charged_bytes, 0) : 0;",
        { ref: "11.7.A6" },
        otherwise.do(had.set(account.charged), account.charged.set(0)).goto("cache"),
      ),
      cache: step(
        "WRITE_ONCE(stock->cached[slot], objcg); allow_uncharge = true;",
        { ref: "11.7.A6" },
        otherwise.do(cached.set(objcg)).goto("add"),
      ),
      add: step(
        "stock_nr_bytes += nr_bytes; if ((allow_uncharge && (stock_nr_bytes > PAGE_SIZE)) ..) { nr_pages = ..; stock_nr_bytes &= (PAGE_SIZE - 1); } stock->nr_bytes[slot] = stock_nr_bytes;",
        { ref: "11.7.A6 11.7.B1", note: "nobody but the owner of the lock looks at the stock" },
        when(and(or(allowUncharge, changed), had.plus(give).gt(PAGE_BYTES)))
          .do(there.set(belowPage(had.plus(give))), pages.set(wholePages(had.plus(give))))
          .goto("uncharge"),
        otherwise.do(there.set(had.plus(give)), pages.set(0)).goto("done"),
      ),
      uncharge: step(
        "if (nr_pages) obj_cgroup_uncharge_pages(objcg, nr_pages);",
        { ref: "11.7.B1" },
        otherwise.do(account.pages.set(account.pages.minus(pages))).goto("stock"),
      ),
      stock: select(
        "if (!mem_cgroup_is_root(memcg)) refill_stock(memcg, nr_pages);",
        [[mm.memcgStockFull, "refill"]],
        "done",
      ),
      refill: call("refill_stock(memcg, nr_pages);", refillStockInTurn, {}, { done: "done" }, { ref: "11.7.B2" }),
    };
  },
);
