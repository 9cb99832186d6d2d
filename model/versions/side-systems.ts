/** What the allocator's neighbours do when a nolock call comes to them, in earlier versions and proposals: M of the variants. */

import {
  call,
  either,
  lit,
  otherwise,
  type Program,
  patch,
  type Row,
  select,
  step,
  type Variant,
  variant,
  when,
} from "../../checker/language/index.ts";
import { localLockIrqsaveCheck } from "../locks/irqsave-check.ts";
import { localUnlock, localUnlockIrqrestore } from "../locks/local-lock.ts";
import { pinCpu, unpinCpu } from "../machine/pin.ts";
import { inNmi } from "../machine/state.ts";
import { objCgroupChargeAtomic, stockIsLocked } from "../memcg/charge-atomic.ts";
import { consumeObjStock } from "../memcg/consume-obj-stock.ts";
import { objCgroupCharge } from "../memcg/obj-cgroup-charge.ts";
import { refillObjStock } from "../memcg/refill-obj-stock.ts";
import { refillStock } from "../memcg/refill-stock.ts";
import { modMemcgState } from "../memcg/rstat.ts";
import { mc, OBJECT_BYTES } from "../memcg/state.ts";
import { mm } from "../mm/config.ts";
import { stockLock, thisCpuSlabLock, thisStockLock } from "../mm/locks.ts";
import { kmemleakAlloc, quarantinePut, slabFreeHook, slabPreAllocHook } from "../slub/debug-hooks.ts";
import { doSlabFree } from "../slub/do-slab-free.ts";
import { kfreeNolock } from "../slub/kmalloc.ts";
import { kmallocNolock } from "../slub/kmalloc-nolock.ts";
import { slabAlloc } from "../slub/slab-alloc.ts";
import { slabAllocNode } from "../slub/slab-alloc-node.ts";
import { memcgSlabFreeHook, memcgSlabPostAllocHook } from "../slub/slab-hooks.ts";

const UNLOCK = "local_unlock_irqrestore(&memcg_stock.stock_lock, flags);";

/** Rows that v1 has added: the types know those of the base only. The linker knows all. */
const rowsOfV1 = (rows: Readonly<Record<string, Row<string>>>): object => rows;

/** v1's memory controller: the stock's lock is never tried; where it is held below, atomics go around it. */
const stockByLock = [
  patch(consumeObjStock, ({ c, flags }) => {
    const unlock = { which: stockLock(c), flags };
    return {
      lock: call(
        "local_lock_irqsave_check(&memcg_stock.stock_lock, flags);",
        localLockIrqsaveCheck,
        { which: thisStockLock, c, flags },
        { done: "test" },
        { ref: "3.13b.5" },
      ),
      unlockConsumed: call(UNLOCK, localUnlockIrqrestore, unlock, { done: "consumed" }, { ref: "3.13b.5" }),
      unlockMissed: call(UNLOCK, localUnlockIrqrestore, unlock, { done: "missed" }, { ref: "3.13b.5" }),
    };
  }),
  patch(
    refillObjStock,
    ({ c, flags }) => ({
      lock: call(
        "local_lock_irqsave_check(&memcg_stock.stock_lock, flags);",
        localLockIrqsaveCheck,
        { which: thisStockLock, c, flags },
        { done: "test" },
        { ref: "3.13b.5" },
      ),
      unlock: call(UNLOCK, localUnlockIrqrestore, { which: stockLock(c), flags }, { done: "out" }, { ref: "3.13b.5" }),
    }),
    { removed: ["atomic"] },
  ),
  patch(
    memcgSlabFreeHook,
    ({ x, objcg }) => ({
      record: step(
        "objcg = obj_exts[off].objcg; if (!objcg) continue; obj_exts[off].objcg = NULL;",
        { ref: "3.13.16", note: "the object is the caller's alone" },
        when(mc.objExts.at(x).isNull()).goto("done"),
        otherwise.do(objcg.set(mc.objExts.at(x).known()), mc.objExts.at(x).set(lit(null))).goto("isLocked"),
      ),
      isLocked: call(
        "if (local_lock_is_locked(&memcg_stock.stock_lock))",
        stockIsLocked,
        { pinned: false },
        { locked: "atomic", free: "refill" },
        { ref: "3.13b.6" },
      ),
      atomic: step(
        "atomic_add(obj_size, &objcg->nr_charged_bytes);",
        { ref: "3.13b.6" },
        otherwise.do(mc.objcg.at(objcg).charged.set(mc.objcg.at(objcg).charged.plus(OBJECT_BYTES))).goto("put"),
      ),
    }),
    { added: ["isLocked", "atomic"] },
  ),
  patch(
    memcgSlabPostAllocHook,
    ({ self, object, allowSpin, x, objcg }) => ({
      objcg: step(
        "objcg = current_obj_cgroup(); if (!objcg) return true;",
        { ref: "3.13" },
        when(object.isNull()).goto("charged"),
        otherwise.do(x.set(object.known()), objcg.set(mm.objcgOf.at(self))).goto("allowSpin"),
      ),
      allowSpin: select("if (!gfpflags_allow_spinning(flags))", [[allowSpin, "charge"]], "isLocked"),
      isLocked: call(
        "if (local_lock_is_locked(&memcg_stock.stock_lock))",
        stockIsLocked,
        { pinned: true },
        { locked: "chargeAtomic", free: "charge" },
        { ref: "3.13b.1" },
      ),
      chargeAtomic: call(
        "return obj_cgroup_charge_atomic(objcg, flags, size * obj_full_size(s)) == 0;",
        objCgroupChargeAtomic,
        { objcg },
        { charged: "charged", failed: "abort" },
        { ref: "3.13b.4" },
      ),
    }),
    { added: ["allowSpin", "isLocked", "chargeAtomic"] },
  ),
] as const;

/** v1: the statistics of pages charged and returned are told to rstat, but not from an NMI. */
const statistics = [
  patch(
    objCgroupCharge,
    ({ objcg }) => ({
      pages: step(
        "ret = obj_cgroup_charge_pages(objcg, gfp, nr_pages);",
        { ref: "3.13.3 3.13.4", note: "the limit is a free choice" },
        either(
          when(mm.chargeFails).goto("failed"),
          otherwise.do(mc.objcg.at(objcg).pages.set(mc.objcg.at(objcg).pages.plus(1))).goto("statistics"),
        ),
      ),
      statistics: call(
        "mod_memcg_state(memcg, MEMCG_KMEM, nr_pages);",
        modMemcgState,
        {},
        { done: "refill" },
        { ref: "3.13b.8" },
      ),
    }),
    { added: ["statistics"] },
  ),
  patch(
    refillObjStock,
    ({ objcg, pages }) => ({
      out: step(
        "if (nr_pages) obj_cgroup_uncharge_pages(objcg, nr_pages);",
        { ref: "3.13.9" },
        when(pages.eq(0)).goto("done"),
        otherwise.do(mc.objcg.at(objcg).pages.set(mc.objcg.at(objcg).pages.minus(pages))).goto("statistics"),
      ),
      statistics: call(
        "mod_memcg_state(memcg, MEMCG_KMEM, -nr_pages);",
        modMemcgState,
        {},
        { done: "done" },
        { ref: "3.13b.8" },
      ),
    }),
    { added: ["statistics"], removed: ["refillStock"] },
  ),
];

/** v1: preemption (PREEMPT_RT: migration) is off around the hooks of kmalloc_nolock(). */
const pinnedHooks = patch(
  kmallocNolock,
  ({ self, ret }) => ({
    hooks: select("slab_post_alloc_hook(s, NULL, alloc_gfp, 1, &ret, ..);", [[mm.memcg, "pin"]], "return"),
    pin: step("c = slub_get_cpu_ptr(s->cpu_slab);", { ref: "3.13b.7" }, otherwise.do(pinCpu(self)).goto("charge")),
    charge: call(
      "memcg_slab_post_alloc_hook(s, lru, flags, size, p)",
      memcgSlabPostAllocHook,
      { object: ret, allowSpin: false },
      { charged: "unpin", failed: "dropped" },
      { ref: "3.4.6 3.13" },
    ),
    dropped: step("*p = NULL; return false;", { ref: "3.13.15" }, otherwise.do(ret.set(lit(null))).goto("unpin")),
    unpin: step("slub_put_cpu_ptr(s->cpu_slab);", { ref: "3.13b.7" }, otherwise.do(unpinCpu(self)).goto("return")),
  }),
  { added: ["pin", "unpin"] },
);

export const memcgV1 = [...stockByLock, ...statistics, pinnedHooks] as const;

/** kfree_nolock() that calls something before it frees. */
const freesThrough = (quote: string, hook: Program<Record<never, never>, object, "done", string>) =>
  patch(
    kfreeNolock,
    ({ x }) => ({
      free: call(quote, hook, {}, { done: "freeHooked" }, { tag: "S" }),
      freeHooked: call(
        "do_slab_free(s, slab, x, x, 0, _RET_IP_);",
        doSlabFree,
        { x, allowSpin: false },
        { done: "done" },
      ),
    }),
    { added: ["freeHooked"] },
  );

const freesWithHooks = freesThrough("(variant) slab_free_hook(s, x, ..)", slabFreeHook);

export const SIDE_SYSTEMS: Readonly<Record<string, Variant>> = {
  "memcg-v1": variant(
    "memcg-v1",
    "M1: v1's memory controller under a later slab allocator: a charge by atomics is not recorded for the object",
    ...memcgV1,
  ),
  "memcg-records": variant(
    "memcg-records",
    "M1 mended: v1's charge by atomics goes on to record the objcg for the object",
    patch(memcgSlabPostAllocHook, ({ objcg }) =>
      rowsOfV1({
        chargeAtomic: call(
          "(variant) if (obj_cgroup_charge_atomic(..)) return false;",
          objCgroupChargeAtomic,
          { objcg },
          { charged: "get", failed: "abort" },
          { tag: "D" },
        ),
      }),
    ),
  ),
  "stock-test-in-nmi": variant(
    "stock-test-in-nmi",
    "M2: of v1's memory controller, in_nmi() instead of local_lock_is_locked() says whether to go around the stock",
    patch(stockIsLocked, ({ self }) => ({
      ask: step("(variant) if (in_nmi())", { tag: "S" }, when(inNmi(self)).goto("locked"), otherwise.goto("free")),
    })),
  ),
  "page-stock-in-turn": variant(
    "page-stock-in-turn",
    "as in 7.3.4: refill_stock() drains the slots of a full stock in turn, and asks no random generator",
    patch(refillStock, () => ({
      slot: step("i = stock->drain_idx++;", { ref: "3.13.18", tag: "S" }, otherwise.goto("drain")),
    })),
  ),
  "unpinned-hooks": variant(
    "unpinned-hooks",
    "v1 without the pin around the hooks of kmalloc_nolock()",
    patch(kmallocNolock, () =>
      rowsOfV1({
        pin: step("(variant) nothing pins the CPU", { tag: "D" }, otherwise.goto("charge")),
        unpin: step("(variant) nothing to unpin", { tag: "D" }, otherwise.goto("return")),
      }),
    ),
  ),
  "irqsave-check": variant(
    "irqsave-check",
    "v1's local_lock_irqsave_check() in ___slab_alloc(); it differs from local_lock_irqsave() with debugLockAlloc",
    patch(slabAlloc, ({ b, c, flags }) => {
      const lock = <const T extends string>(done: T) =>
        call(
          "local_lock_irqsave_check(&s->cpu_slab->lock, flags);",
          localLockIrqsaveCheck,
          { which: thisCpuSlabLock(b), c, flags },
          { done },
          { ref: "2.3c.3" },
        );
      return {
        lock: lock("recheck"),
        lockDeactivate: lock("recheckDeactivate"),
        lockPartial: lock("recheckPartial"),
        retryLoad: lock("conflict"),
      };
    }),
  ),

  "kmemleak-from-nolock": variant(
    "kmemleak-from-nolock",
    "M5: kmalloc_nolock() tells kmemleak of its object, and kfree_nolock() of its end, like ordinary calls",
    patch(
      kmallocNolock,
      ({ ret }) => ({
        hooks: call(
          "(variant) kmemleak_alloc_recursive(p[i], s->object_size, 1, s->flags, init_flags);",
          kmemleakAlloc,
          { object: ret },
          { done: "memcg" },
          { tag: "S" },
        ),
        memcg: select("memcg_slab_post_alloc_hook(s, lru, flags, size, p)", [[mm.memcg, "charge"]], "return"),
      }),
      { added: ["memcg"] },
    ),
    freesWithHooks,
  ),
  "debug-hooks-from-nolock": variant(
    "debug-hooks-from-nolock",
    "M6: kmalloc_nolock() calls should_failslab() and kfence_alloc(), kfree_nolock() what slab_free_hook() calls",
    patch(
      kmallocNolock,
      ({ b, ret }) => ({
        alloc: call(
          "(variant) s = slab_pre_alloc_hook(s, gfpflags);",
          slabPreAllocHook,
          {},
          { done: "allocHooked" },
          { tag: "S" },
        ),
        allocHooked: call(
          "ret = __slab_alloc_node(s, alloc_gfp, node, _RET_IP_, s->object_size);",
          slabAllocNode,
          { b, allowSpin: false, got: ret },
          { done: "hooks", ebusy: "retry" },
          { ref: "3.4.3" },
        ),
      }),
      { added: ["allocHooked"] },
    ),
    freesWithHooks,
  ),
  "quarantine-from-nolock": variant(
    "quarantine-from-nolock",
    "M10: kfree_nolock() puts its object into the quarantine of KASAN, where kfree() does",
    freesThrough("(variant) kasan_slab_free(s, x, false, false, /* skip quarantine */ false)", quarantinePut),
  ),
  "nolock-never-drains": variant(
    "nolock-never-drains",
    "M3 mended: a refill that may not spin leaves the stock of another objcg alone, and adds to nr_charged_bytes",
    patch(
      refillObjStock,
      ({ objcg, allowSpin, c, changed }) => ({
        test: step(
          "(variant) if (READ_ONCE(stock->cached_objcg) != objcg)",
          { tag: "S" },
          when(mc.objStock.at(c).cached.eq(objcg)).do(changed.set(false)).goto("add"),
          when(allowSpin).do(changed.set(true)).goto("drain"),
          otherwise.goto("leave"),
        ),
        leave: call(
          "(variant) local_unlock(&obj_stock.lock);",
          localUnlock,
          { which: stockLock(c) },
          { done: "atomic" },
          { tag: "S" },
        ),
      }),
      { added: ["leave"] },
    ),
  ),
};
