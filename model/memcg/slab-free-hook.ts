/**
 * __memcg_slab_free_hook(): the charge of an object goes back before the object is freed: into this CPU's stock, or past it.
 *
 * Context: As the free that it is part of. The stock is only tried. The reference of the object may be the last one.
 * Abstracts: statistics are left out.
 *
 * @kernel v7.3.4 mm/memcontrol.c __memcg_slab_free_hook(), trylock_stock()
 */
import { bool, call, id, lit, otherwise, program, step, value, when } from "../../checker/language/index.ts";
import { localUnlock } from "../locks/local-lock.ts";
import { localTrylock } from "../locks/local-trylock.ts";
import { cpu } from "../machine/sets.ts";
import { stockLock, thisStockLock } from "../mm/locks.ts";
import { object } from "../mm/sets.ts";
import { objCgroupPut } from "./obj-cgroup-release.ts";
import { refillObjStockSlots } from "./refill-obj-stock-slots.ts";
import { accountCells, OBJECT_BYTES, objcg as objcgs } from "./state.ts";

export const memcgSlabFreeHook = program(
  "__memcg_slab_free_hook",
  {
    exits: ["done"],
    params: { x: value(id(object)), allowSpin: value(bool) },
    locals: { objcg: id(objcgs), c: id(cpu) },
    kernel: "v7.3.4 mm/memcontrol.c __memcg_slab_free_hook()",
    tag: "S",
  },
  (_, { x, allowSpin }, { objcg, c }) => {
    const owner = accountCells.objExts.at(x);
    const refilled = { objcg, c, give: OBJECT_BYTES, allowUncharge: true, allowSpin };
    return {
      record: step(
        "objcg = slab_obj_ext_objcg(slab, obj_ext); if (!objcg) continue; slab_obj_ext_set_objcg(slab, obj_ext, NULL);",
        { ref: "11.7.B", note: "the object is the caller's alone" },
        when(owner.isNull()).goto("done"),
        otherwise.do(objcg.set(owner.known()), owner.set(lit(null))).goto("lock"),
      ),
      lock: call(
        "stock = trylock_stock();",
        localTrylock,
        { which: thisStockLock, c },
        { held: "refill", busy: "atomic" },
        { ref: "11.7.B" },
      ),
      refill: call(
        "__refill_obj_stock(objcg, stock, obj_size, true);",
        refillObjStockSlots,
        { ...refilled, locked: true },
        { done: "unlock" },
        { ref: "11.7.B" },
      ),
      unlock: call("unlock_stock(stock);", localUnlock, { which: stockLock(c) }, { done: "put" }, { ref: "11.7.B" }),
      atomic: call(
        "__refill_obj_stock(objcg, stock, obj_size, true); /* stock is NULL */",
        refillObjStockSlots,
        { ...refilled, locked: false },
        { done: "put" },
        { ref: "11.7.B" },
      ),
      put: call("obj_cgroup_put(objcg);", objCgroupPut, { objcg }, { done: "done" }, { ref: "11.7.B 11.7.C" }),
    };
  },
);
