/**
 * drain_obj_stock(): what this CPU's stock has of the objcg that it has goes back to that one's account.
 *
 * Context: The stock's lock is held. The reference that it drops may be the last one.
 *
 * @kernel v6.18 mm/memcontrol.c drain_obj_stock()
 */

import { call, id, lit, otherwise, program, step, value, when } from "../../checker/language/index.ts";
import { cpu } from "../machine/sets.ts";
import { objCgroupPut } from "./obj-cgroup-put.ts";
import { belowPage, bytes, mc, objcg, wholePages } from "./state.ts";

export const drainObjStock = program(
  "drain_obj_stock",
  {
    exits: ["done"],
    params: { c: value(id(cpu)) },
    locals: { old: id(objcg), had: bytes },
    kernel: "v6.18 mm/memcontrol.c drain_obj_stock()",
    tag: "S",
  },
  (_, { c }, { old, had }) => {
    const stock = mc.objStock.at(c);
    const account = mc.objcg.at(old);
    return {
      old: step(
        "struct obj_cgroup *old = READ_ONCE(stock->cached_objcg); if (!old) return;",
        { ref: "3.13.10" },
        when(stock.cached.isNull()).goto("done"),
        otherwise.do(old.set(stock.cached.known())).goto("bytes"),
      ),
      bytes: step(
        "if (stock->nr_bytes) {",
        { ref: "3.13.10" },
        when(stock.bytes.eq(0)).goto("forget"),
        otherwise.do(had.set(stock.bytes)).goto("pages"),
      ),
      pages: step(
        "memcg_uncharge(memcg, nr_pages);",
        { ref: "3.13.10" },
        otherwise.do(account.pages.set(account.pages.minus(wholePages(had)))).goto("rest"),
      ),
      rest: step(
        "atomic_add(nr_bytes, &old->nr_charged_bytes);",
        { ref: "3.13.10" },
        otherwise.do(account.charged.set(account.charged.plus(belowPage(had)))).goto("empty"),
      ),
      empty: step("stock->nr_bytes = 0;", { ref: "3.13.10" }, otherwise.do(stock.bytes.set(0)).goto("forget")),
      forget: step(
        "WRITE_ONCE(stock->cached_objcg, NULL);",
        { ref: "3.13.11" },
        otherwise.do(stock.cached.set(lit(null))).goto("put"),
      ),
      put: call("obj_cgroup_put(old);", objCgroupPut, { objcg: old }, { done: "done" }, { ref: "3.13.11" }),
    };
  },
);
