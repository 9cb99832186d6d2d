/**
 * obj_cgroup_charge_pages() and try_charge_memcg(): charges a page to the page counter.
 *
 * Context: Any; a caller that may not reclaim gets an error at the limit.
 * Return: by `charged`, or by `failed` at the limit.
 * Abstracts: whether the limit is hit is a free choice, where the configuration has limits; nobody reclaims.
 *
 * @kernel v7.3.4 mm/memcontrol.c obj_cgroup_charge_pages(), try_charge_memcg()
 */
import { bool, either, id, otherwise, program, step, value, when } from "../../checker/language/index.ts";
import { mm } from "../mm/config.ts";
import { accountCells, objcg as objcgs } from "./state.ts";

export const tryChargeMemcg = program(
  "try_charge_memcg",
  {
    exits: ["charged", "failed"],
    params: { objcg: value(id(objcgs)), allowSpin: value(bool) },
    kernel: "v7.3.4 mm/memcontrol.c try_charge_memcg()",
    tag: "S",
    abstracts: ["memcg: an object is half a page; a limit is a free choice; pages go past the stock of pages"],
  },
  (_, { objcg }) => {
    const { pages } = accountCells.objcg.at(objcg);
    return {
      counter: step(
        "if (page_counter_try_charge(&memcg->memory, batch, &counter)) goto done_restock; .. nomem: ret = -ENOMEM;",
        { ref: "11.7.A5", note: "the limit is a free choice" },
        either(when(mm.chargeFails).goto("failed"), otherwise.do(pages.set(pages.plus(1))).goto("charged")),
      ),
    };
  },
);
