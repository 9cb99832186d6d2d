/**
 * __memcg_slab_post_alloc_hook(): charges an object that was just allocated: out of this CPU's stock, or else a whole page,
 * whose rest is stocked; and notes whose the object is.
 *
 * Context: As the allocation that it is part of. The stock is only tried.
 * Return: by `charged`, or by `failed` at the limit; the object is nobody's then.
 * Abstracts: statistics are left out; who allocates in an NMI has set a cgroup (set_active_memcg()).
 *
 * @kernel v7.3.4 mm/memcontrol.c __memcg_slab_post_alloc_hook(), trylock_stock(), __obj_cgroup_charge()
 */
import { bool, call, id, optional, otherwise, program, step, value, when } from "../../checker/language/index.ts";
import { localUnlock } from "../locks/local-lock.ts";
import { localTrylock } from "../locks/local-trylock.ts";
import { cpu } from "../machine/sets.ts";
import { mm } from "../mm/config.ts";
import { stockLock, thisStockLock } from "../mm/locks.ts";
import { object } from "../mm/sets.ts";
import { consumeObjStockSlots } from "./consume-obj-stock-slots.ts";
import { refillObjStockSlots } from "./refill-obj-stock-slots.ts";
import { accountCells, OBJECT_BYTES, objcg as objcgs, PAGE_BYTES } from "./state.ts";
import { tryChargeMemcg } from "./try-charge-memcg.ts";

const UNLOCK = "unlock_stock(stock);";

export const memcgSlabPostAllocHook = program(
  "__memcg_slab_post_alloc_hook",
  {
    exits: ["charged", "failed"],
    params: { object: value(optional(id(object))), allowSpin: value(bool) },
    locals: { x: id(object), objcg: id(objcgs), c: id(cpu) },
    kernel: "v7.3.4 mm/memcontrol.c __memcg_slab_post_alloc_hook()",
    tag: "S",
    abstracts: ["memcg: every slab has its obj_exts vector", "memcg: statistics are left out"],
  },
  (self, { object: allocated, allowSpin }, { x, objcg, c }) => {
    const unlock = { which: stockLock(c) };
    const refilled = { objcg, c, give: PAGE_BYTES - OBJECT_BYTES, allowUncharge: false, allowSpin };
    return {
      objcg: step(
        "objcg = current_obj_cgroup(); .. if (unlikely(*p == NULL)) return true;",
        { ref: "11.7.A1 11.7.A2" },
        when(allocated.isNull()).goto("charged"),
        otherwise.do(x.set(allocated.known()), objcg.set(mm.objcgOf.at(self))).goto("lock"),
      ),
      lock: call(
        "stock = trylock_stock();",
        localTrylock,
        { which: thisStockLock, c },
        { held: "consume", busy: "charge" },
        { ref: "11.7.A4" },
      ),
      consume: call(
        "if (!stock || !__consume_obj_stock(objcg, stock, obj_size)) {",
        consumeObjStockSlots,
        { objcg, c },
        { consumed: "unlockConsumed", missed: "unlockMissed" },
        { ref: "11.7.A4" },
      ),
      unlockConsumed: call(UNLOCK, localUnlock, unlock, { done: "get" }, { ref: "11.7.A7" }),
      unlockMissed: call(UNLOCK, localUnlock, unlock, { done: "charge" }, { ref: "11.7.A5" }),
      charge: call(
        "if (__obj_cgroup_charge(objcg, flags, obj_size, &remainder)) return false;",
        tryChargeMemcg,
        { objcg, allowSpin },
        { charged: "again", failed: "failed" },
        { ref: "11.7.A5" },
      ),
      again: call(
        "stock = trylock_stock();",
        localTrylock,
        { which: thisStockLock, c },
        { held: "refill", busy: "atomic" },
        { ref: "11.7.A6" },
      ),
      refill: call(
        "if (remainder) __refill_obj_stock(objcg, stock, remainder, false);",
        refillObjStockSlots,
        { ...refilled, locked: true },
        { done: "unlock" },
        { ref: "11.7.A6" },
      ),
      unlock: call(UNLOCK, localUnlock, unlock, { done: "get" }, { ref: "11.7.A7" }),
      atomic: call(
        "if (remainder) __refill_obj_stock(objcg, stock, remainder, false); /* stock is NULL */",
        refillObjStockSlots,
        { ...refilled, locked: false },
        { done: "get" },
        { ref: "11.7.A6" },
      ),
      get: step(
        "obj_cgroup_get(objcg);",
        { ref: "11.7.A8" },
        otherwise.do(accountCells.objcg.at(objcg).refs.set(accountCells.objcg.at(objcg).refs.plus(1))).goto("record"),
      ),
      record: step(
        "slab_obj_ext_set_objcg(slab, obj_ext, objcg);",
        { ref: "11.7.A8" },
        otherwise.do(accountCells.objExts.at(x).set(objcg)).goto("charged"),
      ),
    };
  },
);
