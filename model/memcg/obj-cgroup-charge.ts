/**
 * obj_cgroup_charge(): charges one object to an objcg: out of the stock, or else a whole page, whose rest is stocked.
 *
 * Context: Any that may use the stock. Return: by `charged`, or by `failed` at the limit.
 * Abstracts: whether the limit is hit is a free choice, where the configuration has limits.
 *
 * @kernel v6.18 mm/memcontrol.c obj_cgroup_charge_account(), obj_cgroup_charge_pages()
 */

import { bool, call, either, id, otherwise, program, step, value, when } from "../../checker/language/index.ts";
import { mm } from "../mm/config.ts";
import { consumeObjStock } from "./consume-obj-stock.ts";
import { refillObjStock } from "./refill-obj-stock.ts";
import { mc, OBJECT_BYTES, objcg as objcgs, PAGE_BYTES } from "./state.ts";

export const objCgroupCharge = program(
  "obj_cgroup_charge",
  {
    exits: ["charged", "failed"],
    params: { objcg: value(id(objcgs)), allowSpin: value(bool) },
    kernel: "v6.18 mm/memcontrol.c obj_cgroup_charge_account()",
    tag: "S",
    abstracts: ["memcg: an object is half a page; a limit is a free choice; pages go past the stock of pages"],
  },
  (_, { objcg, allowSpin }) => {
    const { pages } = mc.objcg.at(objcg);
    return {
      consume: call(
        "if (likely(consume_obj_stock(objcg, size, ..))) return 0;",
        consumeObjStock,
        { objcg },
        { consumed: "charged", missed: "pages" },
        { ref: "3.13.3" },
      ),
      pages: step(
        "ret = obj_cgroup_charge_pages(objcg, gfp, nr_pages);",
        { ref: "3.13.3 3.13.4", note: "the limit is a free choice" },
        either(when(mm.chargeFails).goto("failed"), otherwise.do(pages.set(pages.plus(1))).goto("refill")),
      ),
      refill: call(
        "refill_obj_stock(objcg, PAGE_SIZE - nr_bytes, false, ..);",
        refillObjStock,
        { objcg, give: PAGE_BYTES - OBJECT_BYTES, allowUncharge: false, allowSpin },
        { done: "charged" },
        { ref: "3.13.3" },
      ),
    };
  },
);
