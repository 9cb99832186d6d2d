/**
 * drain_obj_stock_slot(): what one slot of this CPU's stock has goes back to the account of its objcg.
 *
 * Context: The stock's lock is held. The reference that it drops may be the last one.
 *
 * @kernel v7.3.4 mm/memcontrol.c drain_obj_stock_slot()
 */
import { call, id, lit, otherwise, program, step, value, when } from "../../checker/language/index.ts";
import { cpu } from "../machine/sets.ts";
import { objCgroupPut } from "./obj-cgroup-release.ts";
import { accountCells, belowPage, bytes, objcg, wholePages } from "./state.ts";
import { slotOf, stockSlot } from "./stock-slots.ts";

export const drainObjStockSlot = program(
  "drain_obj_stock_slot",
  {
    exits: ["done"],
    params: { c: value(id(cpu)), i: value(id(stockSlot)) },
    locals: { old: id(objcg), had: bytes },
    kernel: "v7.3.4 mm/memcontrol.c drain_obj_stock_slot()",
    tag: "S",
  },
  (_, { c, i }, { old, had }) => {
    const { cached, bytes: there } = slotOf(c, i);
    const account = accountCells.objcg.at(old);
    return {
      old: step(
        "struct obj_cgroup *old = READ_ONCE(stock->cached[i]); if (!old) return; .. if (stock->nr_bytes[i]) {",
        { ref: "11.7.A6a" },
        when(cached.isNull()).goto("done"),
        when(there.eq(0)).do(old.set(cached.known())).goto("forget"),
        otherwise.do(old.set(cached.known()), had.set(there)).goto("pages"),
      ),
      pages: step(
        "memcg_uncharge_kmem(memcg, nr_pages);",
        { ref: "11.7.A6b" },
        otherwise.do(account.pages.set(account.pages.minus(wholePages(had)))).goto("rest"),
      ),
      rest: step(
        "atomic_add(nr_bytes, &old->nr_charged_bytes); stock->nr_bytes[i] = 0;",
        { ref: "11.7.A6b" },
        otherwise.do(account.charged.set(account.charged.plus(belowPage(had))), there.set(0)).goto("forget"),
      ),
      forget: step(
        "WRITE_ONCE(stock->cached[i], NULL);",
        { ref: "11.7.A6c" },
        otherwise.do(cached.set(lit(null))).goto("put"),
      ),
      put: call("obj_cgroup_put(old);", objCgroupPut, { objcg: old }, { done: "done" }, { ref: "11.7.A6c" }),
    };
  },
);
