/** What the memory controller does for nolock callers since 7.0, in proposals: M of the variants. */
import {
  and,
  call,
  choose,
  not,
  otherwise,
  patch,
  select,
  setEach,
  step,
  type Variant,
  variant,
  when,
} from "../../checker/language/index.ts";
import { irqWorkQueue } from "../machine/irq-work.ts";
import { thisCpu } from "../machine/state.ts";
import { objCgroupPut } from "../memcg/obj-cgroup-release.ts";
import { refillObjStockSlots } from "../memcg/refill-obj-stock-slots.ts";
import { releaseObjcgs } from "../memcg/release-objcgs.ts";
import { accountCells } from "../memcg/state.ts";
import { ms, slotOf, stepDrainIdx, stockSlot } from "../memcg/stock-slots.ts";
import { isTask, tryChargeMemcg } from "../memcg/try-charge-memcg.ts";
import { object } from "../mm/sets.ts";
import { deferredPercpuWork } from "../sheaves/deferred-percpu-work.ts";
import { freeToSlab } from "../sheaves/free-to-slab.ts";
import { kfreeNolock } from "../sheaves/kfree-nolock.ts";
import { memcgSlabPostAllocHook } from "../sheaves/slab-hooks.ts";
import { h } from "../sheaves/state.ts";
import { slabFreeHook } from "../slub/debug-hooks.ts";
import { DEFERRED_WORK } from "../slub/state.ts";

export const SHEAF_MEMCG: Readonly<Record<string, Variant>> = {
  "abort-frees-nolock": variant(
    "abort-frees-nolock",
    "M20: an object that cannot be charged is freed as kfree_nolock() frees, where its caller may not spin",
    patch(
      memcgSlabPostAllocHook,
      ({ b, object, allowSpin }) => ({
        abortHook: select("(variant) if (!allow_spin) kfree_nolock(object);", [[allowSpin, "abortSpins"]], "abort"),
        abort: call(
          "(variant) kfree_nolock(object);",
          kfreeNolock,
          { x: object.known() },
          { done: "failed" },
          { tag: "D" },
        ),
        abortSpins: call(
          "if (likely(slab_free_hook(s, object, ..)))",
          slabFreeHook,
          {},
          { done: "freeSpins" },
          { ref: "11.7.D" },
        ),
        freeSpins: call(
          "__slab_free(s, slab, object, object, 1, _RET_IP_);",
          freeToSlab,
          { b, x: object.known() },
          { done: "failed" },
          { ref: "11.7.D" },
        ),
      }),
      { added: ["abortSpins", "freeSpins"] },
    ),
  ),
  "refill-never-drains": variant(
    "refill-never-drains",
    "M21: a refill that may not spin drains no slot of the stock, and adds to nr_charged_bytes (patch of Jun 2026)",
    patch(refillObjStockSlots, ({ c, allowSpin, slot }) => ({
      empty: step(
        "(variant) if (slot == -1 && !allow_spin) { atomic_add(nr_bytes, &objcg->nr_charged_bytes); return; }",
        { tag: "S" },
        choose(stockSlot, (i) => when(slotOf(c, i).cached.isNull()).do(slot.set(i)).goto("get")),
        when(allowSpin)
          .do(slot.set(ms.stock.at(c).drainIdx), stepDrainIdx(c))
          .goto("drain"),
        otherwise.goto("atomic"),
      ),
    })),
  ),
  "high-work-spins": variant(
    "high-work-spins",
    "M23: over memory.high a work is scheduled only where the caller may spin",
    patch(tryChargeMemcg, ({ self, allowSpin }) => ({
      inTask: step(
        "(variant) if (!in_task()) { if (mem_high && allow_spinning) { schedule_work(&memcg->high_work); break; } .. }",
        { tag: "D" },
        when(and(allowSpin, not(isTask(self)))).goto("schedule"),
        otherwise.goto("charged"),
      ),
    })),
  ),
  "release-by-irq-work": variant(
    "release-by-irq-work",
    "M22: who drops the last reference of an objcg has its CPU's irq_work release it",
    patch(
      objCgroupPut,
      ({ self, objcg }) => {
        const { refs } = accountCells.objcg.at(objcg);
        return {
          put: step(
            "percpu_ref_put(&objcg->refcnt);",
            { ref: "11.7.C" },
            when(refs.eq(1)).do(refs.set(0)).goto("push"),
            otherwise.do(refs.set(refs.minus(1))).goto("done"),
          ),
          push: step(
            "(variant) llist_add(&objcg->llnode, this_cpu_ptr(&release)); irq_work_queue(this_cpu_ptr(&release_work));",
            { tag: "D", note: "in one step: preemption is off" },
            otherwise
              .do(ms.toRelease.at(thisCpu(self)).at(objcg).set(true), irqWorkQueue(self, thisCpu(self), DEFERRED_WORK))
              .goto("done"),
          ),
        };
      },
      { added: ["push"], removed: ["release"] },
    ),
    patch(
      deferredPercpuWork,
      ({ self, c }) => {
        const { objects } = h.deferredWork.at(c);
        return {
          takeObjects: step(
            "llnode = llist_del_all(objs);",
            { ref: "11.3.E1" },
            otherwise
              .do(setEach(object, (o) => [h.drained.at(self).at(o).set(objects.at(o)), objects.at(o).set(false)]))
              .goto("objcgs"),
          ),
          objcgs: call("(variant) release_objcgs();", releaseObjcgs, { c }, { done: "nextObject" }, { tag: "D" }),
        };
      },
      { added: ["objcgs"] },
    ),
  ),
};
