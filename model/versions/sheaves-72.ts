/** 7.2.13, where it differs from 7.3.4: what it has under other names, or writes otherwise, and a barrier that it has not. */
import { type Patch, patch, quotes, select } from "../../checker/language/index.ts";
import { drainObjStockSlot } from "../memcg/drain-obj-stock-slot.ts";
import { objCgroupRelease } from "../memcg/obj-cgroup-release.ts";
import { memcgSlabFreeHook } from "../memcg/slab-free-hook.ts";
import { memcgSlabPostAllocHook } from "../memcg/slab-post-alloc-hook.ts";
import { tryChargeMemcg } from "../memcg/try-charge-memcg.ts";
import { freeFrozenPages } from "../page/free-frozen-pages.ts";
import { deferFree } from "../sheaves/defer-free.ts";
import { deferredPercpuWork } from "../sheaves/deferred-percpu-work.ts";
import { deferredWorkBarrier } from "../sheaves/deferred-work-barrier.ts";
import { kmalloc } from "../sheaves/kmalloc.ts";
import { kmallocNolock } from "../sheaves/kmalloc-nolock.ts";
import { kmemCacheDestroy, kvfreeRcuBarrier } from "../sheaves/kmem-cache-destroy.ts";
import { newSlab } from "../sheaves/new-slab.ts";
import { pcsInstallEmptySheaf } from "../sheaves/pcs-install-empty-sheaf.ts";
import { pcsReplaceEmptyMain } from "../sheaves/pcs-replace-empty-main.ts";
import { pcsReplaceFullMain } from "../sheaves/pcs-replace-full-main.ts";
import { sheafFlushMainBatch } from "../sheaves/sheaf-flush-main-batch.ts";
import { pagesSinceSheaves } from "./sheaves-pages.ts";

const SLUB = "v7.2.13 mm/slub.c";
const HELD = "lockdep_assert_held(this_cpu_ptr(&s->cpu_sheaves->lock));";
const BACK_OFF = "if (unlikely(!cache_has_sheaves(s)))";
const RT = "if (IS_ENABLED(CONFIG_PREEMPT_RT) && (in_nmi() || in_hardirq())) return NULL;";
const UP = "if (!IS_ENABLED(CONFIG_SMP) && in_nmi()) return NULL;";

export const since72: readonly Patch[] = [
  quotes(kmalloc, { slow: "object = __slab_alloc_node(s, gfpflags, node, ac);" }),
  quotes(kmallocNolock, {
    entry: "(model) asks as can_spin_trylock() does",
    context: RT,
    up: UP,
    slow: "ret = __slab_alloc_node(s, gfp_flags, node, ac);",
  }),
  quotes(pcsReplaceEmptyMain, { assert: `${HELD} .. ${BACK_OFF}` }),
  quotes(pcsReplaceFullMain, { assert: `restart: ${HELD} .. ${BACK_OFF}` }),
  quotes(pcsInstallEmptySheaf, {
    assert: `${HELD} if (likely(!pcs->spare)) { pcs->spare = pcs->main; pcs->main = empty; return; }`,
  }),
  quotes(sheafFlushMainBatch, {
    assert: "lockdep_assert_held(..); .. batch = min(PCS_BATCH_MAX, sheaf->size); sheaf->size -= batch;",
  }),
  quotes(newSlab, {
    gotPage: "if (unlikely(!slab)) return NULL; .. slab->inuse = 0; slab->frozen = 0; slab->slab_cache = s;",
  }),
  quotes(
    freeFrozenPages,
    {
      nolock: "if (unlikely((fpi_flags & FPI_TRYLOCK) && ..",
      context: "(IS_ENABLED(CONFIG_PREEMPT_RT) && (in_nmi() || in_hardirq()))",
      up: "(!IS_ENABLED(CONFIG_SMP) && in_nmi())",
    },
    { after: pagesSinceSheaves.find(({ program }) => program === freeFrozenPages.name) as Patch },
  ),
  quotes(deferFree, {
    pin: "guard(preempt)(); .. df = this_cpu_ptr(&defer_free_objects);",
    push: "if (llist_add(head + s->offset, &df->objects))",
    queue: "irq_work_queue(&df->work);",
  }),
  quotes(deferredPercpuWork, {}, { kernel: `${SLUB} free_deferred_objects()` }),
  quotes(
    deferredWorkBarrier,
    { sync: "irq_work_sync(&per_cpu_ptr(&defer_free_objects, cpu)->work);" },
    { kernel: `${SLUB} defer_free_barrier()` },
  ),
  quotes(kmemCacheDestroy, {
    barrier: "defer_free_barrier();",
    shutdown: "err = __kmem_cache_shutdown(s); .. kmem_cache_release(s);",
  }),
  // Objects that kfree_nolock() has deferred are not waited for: there is no kfree_rcu_nolock() yet.
  patch(kvfreeRcuBarrier, () => ({ barrier: select("(model) waits for no deferred free", [], "flush") })),
  quotes(memcgSlabPostAllocHook, { record: "obj_ext->objcg = objcg;" }),
  quotes(memcgSlabFreeHook, { record: "objcg = obj_ext->objcg; if (!objcg) continue; obj_ext->objcg = NULL;" }),
  quotes(tryChargeMemcg, {
    counter:
      "if (page_counter_try_charge(&memcg->memory, batch, &counter)) goto done_restock; .. nomem: .. return -ENOMEM;",
  }),
  quotes(drainObjStockSlot, { pages: "memcg_uncharge(memcg, nr_pages);" }),
  quotes(objCgroupRelease, {
    pages:
      "nr_bytes = atomic_read(&objcg->nr_charged_bytes); .. nr_pages = nr_bytes >> PAGE_SHIFT; if (nr_pages) .. memcg_uncharge(memcg, nr_pages);",
  }),
];
