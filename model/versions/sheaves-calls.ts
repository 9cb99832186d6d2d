/** Nolock calls and deferred frees since 7.0, with a safeguard taken away or a proposal put in. */
import {
  and,
  call,
  element,
  lit,
  next,
  otherwise,
  patch,
  select,
  setEach,
  step,
  type Variant,
  variant,
  when,
} from "../../checker/language/index.ts";
import { l } from "../locks/state.ts";
import { cfg } from "../machine/config.ts";
import { irqWorkQueue, irqWorkQueueOn, workAt } from "../machine/irq-work.ts";
import { pinCpu, preemptDisable, unpinCpu } from "../machine/pin.ts";
import { cpu } from "../machine/sets.ts";
import { atomic, thisCpu } from "../machine/state.ts";
import { bucket, object } from "../mm/sets.ts";
import { allocFromPcs } from "../sheaves/alloc-from-pcs.ts";
import { deferFree } from "../sheaves/defer-free.ts";
import { deferredPercpuWork } from "../sheaves/deferred-percpu-work.ts";
import { deferredWorkBarrier } from "../sheaves/deferred-work-barrier.ts";
import { freeToSlab } from "../sheaves/free-to-slab.ts";
import { kfree } from "../sheaves/kfree.ts";
import { kfreeNolock } from "../sheaves/kfree-nolock.ts";
import { kmallocNolock } from "../sheaves/kmalloc-nolock.ts";
import { kmemCacheDestroy } from "../sheaves/kmem-cache-destroy.ts";
import { slabAlloc } from "../sheaves/slab-alloc.ts";
import { capacityOf, h, pcsOf, sheafOf, sheavesLock } from "../sheaves/state.ts";
import { slabPreAllocHook } from "../slub/debug-hooks.ts";
import { DEFERRED_WORK, k } from "../slub/state.ts";

export const SHEAF_CALL_VARIANTS: Readonly<Record<string, Variant>> = {
  "new-slab-again": variant(
    "new-slab-again",
    "___slab_alloc() tries again, whoever asks, where a new slab could not be listed",
    patch(slabAlloc, () => ({ again: select("(variant) goto new_objects;", [], "newObjects") }), { removed: ["fail"] }),
  ),
  "one-bucket-only": variant(
    "one-bucket-only",
    "kmalloc_nolock() does not try the next bucket",
    patch(kmallocNolock, ({ ret, got }) => ({
      retry: step(
        "if (!ret) return NULL;",
        { ref: "11.2.A10" },
        when(ret.isNull())
          .do(got.set(lit(null)))
          .goto("done"),
        otherwise.goto("success"),
      ),
    })),
  ),
  "retries-below-size-test": variant(
    "retries-below-size-test",
    "H11: kmalloc_nolock() looks the next bucket up without a look at the size (v1)",
    patch(kmallocNolock, ({ b, canRetry, ret }) => ({
      retry: step(
        "if (!ret && can_retry) { size = s->object_size + 1; can_retry = false; goto retry; } /* below the test */",
        { ref: "11.2.A10" },
        when(and(ret.isNull(), canRetry, next(bucket, b).isNull())).fails(
          "S15",
          "the bucket after the largest is looked up",
        ),
        when(and(ret.isNull(), canRetry))
          .do(b.set(next(bucket, b).known()), canRetry.set(false))
          .goto("supported"),
        otherwise.goto("success"),
      ),
    })),
  ),
  "up-nmi-asks": variant(
    "up-nmi-asks",
    "U2: without SMP kmalloc_nolock() goes on in an NMI (before Apr 2026)",
    patch(
      kmallocNolock,
      () => ({ entry: select("if (!can_spin_trylock()) return NULL;", [[cfg.preemptRt, "context"]], "bucket") }),
      { removed: ["up"] },
    ),
  ),
  "null-unless-preemptible": variant(
    "null-unless-preemptible",
    "R11: on PREEMPT_RT kmalloc_nolock() gives NULL unless its caller is preemptible (6.18.35)",
    patch(kmallocNolock, ({ self, got }) => ({
      context: step(
        "if (IS_ENABLED(CONFIG_PREEMPT_RT) && !preemptible()) return NULL;",
        { ref: "11.2.A3", tag: "S" },
        when(atomic(self))
          .do(got.set(lit(null)))
          .goto("done"),
        otherwise.goto("bucket"),
      ),
    })),
  ),
  "asks-with-bit-lock": variant(
    "asks-with-bit-lock",
    "kmalloc_nolock() goes on for caches without a double cmpxchg, whose slabs have a bit spinlock",
    patch(kmallocNolock, ({ got }) => ({
      unsupported: step(
        "(variant) no test of __CMPXCHG_DOUBLE",
        { tag: "D" },
        when(lit(false))
          .do(got.set(lit(null)))
          .goto("done"),
        otherwise.goto("pcs"),
      ),
    })),
  ),
  "hooks-from-nolock": variant(
    "hooks-from-nolock",
    "kmalloc_nolock() calls should_failslab() and kfence_alloc(), as an ordinary allocation does",
    patch(
      kmallocNolock,
      ({ b, ret }) => ({
        pcs: call(
          "(variant) s = slab_pre_alloc_hook(s, gfpflags);",
          slabPreAllocHook,
          {},
          { done: "hooked" },
          { tag: "S" },
        ),
        hooked: call(
          "ret = alloc_from_pcs(s, gfp_flags, ac->alloc_flags, node);",
          allocFromPcs,
          { b, allowSpin: false, got: ret },
          { done: "fromPcs" },
          { ref: "11.2.A8" },
        ),
      }),
      { added: ["hooked"] },
    ),
  ),
  "frees-to-slab": variant(
    "frees-to-slab",
    "kfree_nolock() frees by __slab_free() where it finds no room in a sheaf",
    patch(kfreeNolock, ({ b, x }) => ({
      defer: call(
        "__slab_free(s, slab, x, x, 1, _RET_IP_);",
        freeToSlab,
        { b, x },
        { done: "done" },
        { ref: "11.3.A7" },
      ),
    })),
  ),
  "unpinned-work": variant(
    "unpinned-work",
    "defer_free() does not pin its CPU: it may push on the record of one and queue on another",
    patch(deferFree, ({ self, c }) => ({
      pin: step(
        "dpw = this_cpu_ptr(&deferred_percpu_work);",
        { ref: "11.3.D2" },
        otherwise.do(c.set(thisCpu(self))).goto("push"),
      ),
      queue: step(
        "irq_work_queue(&dpw->work);",
        { ref: "11.3.D4" },
        otherwise.do(irqWorkQueue(self, c, DEFERRED_WORK)).goto("unpin"),
      ),
      unpin: step("(variant) nothing to put back", otherwise.goto("done")),
    })),
  ),
  "no-deferred-work": variant(
    "no-deferred-work",
    "F29: defer_free() queues no work; the next kfree() that goes past the sheaves frees what it finds on the first CPU's list (v1)",
    patch(deferFree, () => ({ queue: step("(variant) nobody is called", { tag: "D" }, otherwise.goto("unpin")) })),
    patch(kfree, () => ({
      slow: call(
        "(variant) free_deferred_objects(..);",
        deferredPercpuWork,
        { c: element(cpu, 0) },
        { done: "free" },
        { tag: "D" },
      ),
    })),
  ),
  "defers-at-offset-0": variant(
    "defers-at-offset-0",
    "F30: defer_free() links an object at its first byte, not by its link word (v1 and v2)",
    patch(
      deferFree,
      ({ self, x, c }) => ({
        pin: step(
          "guard(preempt)(); .. dpw = this_cpu_ptr(&deferred_percpu_work);",
          { ref: "11.3.D1 11.3.D2" },
          otherwise.do(preemptDisable(self), c.set(thisCpu(self))).goto("link"),
        ),
        link: step("new->next = first; /* at offset 0 */", otherwise.do(k.object.at(x).spoilt.set(true)).goto("push")),
      }),
      { added: ["link"] },
    ),
  ),
  "pending-cleared-late": variant(
    "pending-cleared-late",
    "F21: the work of deferred frees is pending until its callback has taken the lists",
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
              .goto("clear"),
          ),
          clear: step(
            "(variant) flags &= ~IRQ_WORK_PENDING;",
            { tag: "D", note: "who has queued the work since it began has found it pending" },
            otherwise.do(workAt(c, DEFERRED_WORK).queuedOn.set(lit(null))).goto("nextObject"),
          ),
        };
      },
      { added: ["clear"] },
    ),
  ),
  "callback-locks-sheaves": variant(
    "callback-locks-sheaves",
    "F24: the callback of deferred work frees into the main sheaf, whose lock it takes by local_lock()",
    patch(
      deferredPercpuWork,
      ({ self, b, x }) => {
        const here = thisCpu(self);
        const { size, objects } = sheafOf(pcsOf(here, b).main);
        const { holder } = l.lock.at(sheavesLock(here, b));
        const leave = [holder.set(lit(null)), ...unpinCpu(self)];
        return {
          free: step(
            "(variant) local_lock(&s->cpu_sheaves->lock); /* preemption is off in an interrupt: the mark */",
            { tag: "D" },
            otherwise.do(pinCpu(self), holder.set(self)).goto("room"),
          ),
          room: step(
            "(variant) if (pcs->main->size < s->sheaf_capacity)",
            { tag: "D" },
            when(size.lt(capacityOf(b)))
              .do(objects.at(size).set(x), size.set(size.plus(1)))
              .goto("unlock"),
            otherwise.goto("unlockFull"),
          ),
          unlock: step("local_unlock(&s->cpu_sheaves->lock);", otherwise.do(...leave).goto("nextObject")),
          unlockFull: step("local_unlock(&s->cpu_sheaves->lock);", otherwise.do(...leave).goto("toSlab")),
          toSlab: call(
            "__slab_free(s, slab, x, x, 1, _THIS_IP_);",
            freeToSlab,
            { b, x },
            { done: "nextObject" },
            { ref: "11.3.E1" },
          ),
        };
      },
      { added: ["room", "unlock", "unlockFull", "toSlab"] },
    ),
  ),
  "one-barrier": variant(
    "one-barrier",
    "F25: kmem_cache_destroy() has no barrier of its own after that of kvfree_rcu_barrier_on_cache()",
    patch(kmemCacheDestroy, () => ({
      barrier: step("(variant) no deferred_work_barrier()", { tag: "D" }, otherwise.goto("shutdown")),
    })),
  ),
  "callback-uses-sheaves": variant(
    "callback-uses-sheaves",
    "the callback of deferred work frees by kfree(), into a sheaf",
    patch(deferredPercpuWork, ({ x }) => ({
      free: call("kfree(x);", kfree, { x }, { done: "nextObject" }, { ref: "11.3.E1" }),
    })),
  ),
  "barrier-under-mutex": variant(
    "barrier-under-mutex",
    "deferred_work_barrier() is called under a mutex (proposed in June 2026, not merged)",
    patch(deferredWorkBarrier, ({ self, c }) => ({
      first: step(
        "(variant) mutex_lock(&barrier_mutex); for_each_possible_cpu(cpu)",
        { ref: "11.4.E", tag: "D" },
        when(k.slabMutex.isNull())
          .do(k.slabMutex.set(self), c.set(element(cpu, 0)))
          .goto("sync"),
      ),
      another: step(
        "for_each_possible_cpu(cpu) .. (variant) mutex_unlock(&barrier_mutex);",
        { ref: "11.4.E", tag: "D" },
        when(next(cpu, c).notNull())
          .do(c.set(next(cpu, c).known()))
          .goto("sync"),
        otherwise.do(k.slabMutex.set(lit(null))).goto("done"),
      ),
    })),
  ),
  "barrier-queues-deferred-work": variant(
    "barrier-queues-deferred-work",
    "deferred_work_barrier() queues the work of each CPU there itself, and waits for that",
    patch(
      deferredWorkBarrier,
      ({ c }) => ({
        first: step(
          "for_each_possible_cpu(cpu)",
          { ref: "11.4.E" },
          otherwise.do(c.set(element(cpu, 0))).goto("queueThere"),
        ),
        another: step(
          "for_each_possible_cpu(cpu)",
          { ref: "11.4.E" },
          when(next(cpu, c).notNull())
            .do(c.set(next(cpu, c).known()))
            .goto("queueThere"),
          otherwise.goto("done"),
        ),
        queueThere: step(
          "(variant) irq_work_queue_on(&per_cpu_ptr(&deferred_percpu_work, cpu)->work, cpu);",
          { tag: "D", note: "where it is pending already nothing changes" },
          otherwise.do(irqWorkQueueOn(c, DEFERRED_WORK, c)).goto("sync"),
        ),
      }),
      { added: ["queueThere"] },
    ),
  ),
};
