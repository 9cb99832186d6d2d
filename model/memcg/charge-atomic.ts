/**
 * v1's way around a stock that a frame below is working on: charge out of the account, by atomics alone.
 *
 * Context: Any. Return: by `charged`, or by `failed` at the limit.
 *
 * @kernel v1 6/6 mm/memcontrol.c obj_cgroup_charge_atomic()
 */

import { bool, call, either, id, otherwise, program, racy, step, value, when } from "../../checker/language/index.ts";
import { localLockIsLocked } from "../locks/local-lock.ts";
import { cpu } from "../machine/sets.ts";
import { thisCpu } from "../machine/state.ts";
import { mm } from "../mm/config.ts";
import { stockLock } from "../mm/locks.ts";
import { modMemcgState } from "./rstat.ts";
import { bytes, mc, OBJECT_BYTES, objcg as objcgs, PAGE_BYTES } from "./state.ts";

export const objCgroupChargeAtomic = program(
  "obj_cgroup_charge_atomic",
  {
    exits: ["charged", "failed"],
    params: { objcg: value(id(objcgs)) },
    locals: { old: bytes },
    kernel: "v1 6/6 mm/memcontrol.c obj_cgroup_charge_atomic()",
    tag: "S",
  },
  (_, { objcg }, { old }) => {
    const { charged, pages } = mc.objcg.at(objcg);
    return {
      read: step(
        "old = atomic_read(&objcg->nr_charged_bytes);",
        { ref: "3.13b.2" },
        when(racy(charged).ge(OBJECT_BYTES))
          .do(old.set(racy(charged)))
          .goto("cmpxchg"),
        otherwise.goto("pages"),
      ),
      cmpxchg: step(
        "atomic_try_cmpxchg(&objcg->nr_charged_bytes, &old, old - size)",
        { ref: "3.13b.2" },
        when(charged.eq(old))
          .do(charged.set(old.minus(OBJECT_BYTES)))
          .goto("charged"),
        otherwise.goto("read"),
      ),
      pages: step(
        "ret = obj_cgroup_charge_pages(objcg, gfp, nr_pages);",
        { ref: "3.13b.3", note: "the limit is a free choice" },
        either(when(mm.chargeFails).goto("failed"), otherwise.do(pages.set(pages.plus(1))).goto("statistics")),
      ),
      statistics: call(
        "mod_memcg_state(memcg, MEMCG_KMEM, nr_pages);",
        modMemcgState,
        {},
        { done: "rest" },
        { ref: "3.13b.8" },
      ),
      rest: step(
        "atomic_add(PAGE_SIZE - nr_bytes, &objcg->nr_charged_bytes);",
        { ref: "3.13b.3" },
        otherwise.do(charged.set(charged.plus(PAGE_BYTES - OBJECT_BYTES))).goto("charged"),
      ),
    };
  },
);

/** v1's question before the stock's lock is taken; `pinned`: the caller must not move until it is. */
export const stockIsLocked = program(
  "local_lock_is_locked (stock)",
  {
    exits: ["locked", "free"],
    params: { pinned: value(bool) },
    locals: { c: id(cpu) },
    kernel: "v1 6/6 mm/memcontrol.c",
    tag: "S",
  },
  (self, _, { c }) => ({
    which: step(
      "this_cpu_ptr(&memcg_stock.stock_lock)",
      { ref: "3.13b.1", note: "a frame that is not pinned may be elsewhere when it reads the mark" },
      otherwise.do(c.set(thisCpu(self))).goto("ask"),
    ),
    ask: step(
      "if (local_lock_is_locked(&memcg_stock.stock_lock))",
      { ref: "3.13b.1" },
      when(localLockIsLocked(self, stockLock(c))).goto("locked"),
      otherwise.goto("free"),
    ),
  }),
);
