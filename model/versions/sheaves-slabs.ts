/** Slabs, node lists and deferred frees since 7.0, with a safeguard taken away or a proposal put in. */
import {
  and,
  call,
  element,
  lit,
  next,
  not,
  or,
  otherwise,
  patch,
  racy,
  select,
  step,
  type Variant,
  variant,
  when,
} from "../../checker/language/index.ts";
import { spinLockIrqsave, spinTrylockIrqsave } from "../locks/spinlock.ts";
import { irqWorkQueue, irqWorkQueueOn } from "../machine/irq-work.ts";
import { cpu } from "../machine/sets.ts";
import { thisCpu } from "../machine/state.ts";
import { mm } from "../mm/config.ts";
import { listLock } from "../mm/locks.ts";
import { freeFrozenPages } from "../page/free-frozen-pages.ts";
import { allocFromNewSlab } from "../sheaves/alloc-from-new-slab.ts";
import { deferFree } from "../sheaves/defer-free.ts";
import { deferredPercpuWork } from "../sheaves/deferred-percpu-work.ts";
import { deferredWorkBarrier } from "../sheaves/deferred-work-barrier.ts";
import { freeNewSlabNolock } from "../sheaves/free-new-slab-nolock.ts";
import { freeToSlab } from "../sheaves/free-to-slab.ts";
import { getFromPartialNode } from "../sheaves/get-from-partial-node.ts";
import { kfree } from "../sheaves/kfree.ts";
import { kfreeNolock } from "../sheaves/kfree-nolock.ts";
import { kmallocNolock } from "../sheaves/kmalloc-nolock.ts";
import { addsSlab, removesUnlisted } from "../sheaves/lists.ts";
import { slabAlloc } from "../sheaves/slab-alloc.ts";
import { slabFree } from "../sheaves/slab-free.ts";
import { slabTryReturnFreelist } from "../sheaves/try-return-freelist.ts";
import { notOnPartial } from "../slub/lists.ts";
import { addPartial, DEFERRED_WORK, incSlabsNode, k, nrPartial } from "../slub/state.ts";

export const SHEAF_SLAB_VARIANTS: Readonly<Record<string, Variant>> = {
  "list-spins-on-alloc": variant(
    "list-spins-on-alloc",
    "get_from_partial_node() waits for list_lock, whoever asks",
    patch(getFromPartialNode, () => ({ lock: select("(variant) whoever asks waits", [], "spin") }), {
      removed: ["try", "giveUp"],
    }),
  ),
  "list-spins-on-new-slab": variant(
    "list-spins-on-new-slab",
    "alloc_from_new_slab() waits for list_lock, whoever asks",
    patch(slabAlloc, ({ b, slab, object: x }) => ({
      fromNew: call(
        "if (alloc_from_new_slab(s, slab, &object, 1, true))",
        allocFromNewSlab,
        { b, slab, bulk: false, into: null, allowSpin: true, got: x },
        { allocated: "return", failed: "again" },
        { ref: "11.2.D6" },
      ),
    })),
  ),
  "lists-without-lock": variant(
    "lists-without-lock",
    "alloc_from_new_slab() lists its slab although the trylock of list_lock has failed",
    patch(
      allocFromNewSlab,
      ({ b, slab, flags }) => ({
        try: call(
          "spin_trylock_irqsave(&n->list_lock, flags)",
          spinTrylockIrqsave,
          { which: listLock(b), flags },
          { held: "add", busy: "addUnlocked" },
          { ref: "11.2.I1d" },
        ),
        addUnlocked: step(
          "(variant) add_partial(n, slab, ADD_TO_HEAD);",
          { tag: "D" },
          // It never fails.
          when(lit(false)).goto("failed"),
          addsSlab(slab),
          otherwise.do(addPartial(b, slab)).goto("count"),
        ),
      }),
      { added: ["addUnlocked"], removed: ["giveUp", "fail"] },
    ),
  ),
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
  "counts-too-soon": variant(
    "counts-too-soon",
    "___slab_alloc() counts a new slab before it is listed, and free_new_slab_nolock() does not take it back (v1 to v3 of the sheaves series)",
    patch(
      slabAlloc,
      ({ b, fresh, slab, got }) => ({
        gotSlab: step(
          "if (unlikely(!slab)) return NULL; inc_slabs_node(s, slab_nid(slab), slab->objects);",
          { ref: "11.2.D5 11.2.D6" },
          when(fresh.isNull())
            .do(got.set(lit(null)))
            .goto("done"),
          otherwise.do(slab.set(fresh.known()), incSlabsNode(b)).goto("fromNew"),
        ),
      }),
      { removed: ["single", "gotSingle"] },
    ),
    patch(allocFromNewSlab, () => ({ count: step("return allocated;", otherwise.goto("allocated")) })),
  ),
  "never-counts": variant(
    "never-counts",
    "alloc_from_new_slab() does not count the slab that it lists (v1 to v3 of the sheaves series)",
    patch(allocFromNewSlab, () => ({ count: step("return allocated;", otherwise.goto("allocated")) })),
  ),
  "gives-page-back-spinning": variant(
    "gives-page-back-spinning",
    "free_new_slab_nolock() gives the page back as who may wait for locks does (v1 to v3 of the sheaves series)",
    patch(freeNewSlabNolock, ({ slab }) => ({
      freePage: call(
        "free_frozen_pages(page, order);",
        freeFrozenPages,
        { page: slab, allowSpin: true },
        { done: "done" },
        { ref: "11.2.Jd" },
      ),
    })),
  ),
  "takes-by-plain-stores": variant(
    "takes-by-plain-stores",
    "get_from_partial_node() writes freelist and counters by plain stores: list_lock is held",
    patch(getFromPartialNode, ({ slab, inuse, next, word }) => {
      const s = k.slab.at(slab);
      return {
        cmpxchg: step(
          "slab->freelist = new.freelist; slab->counters = new.counters;",
          { ref: "11.2.F5d" },
          when(word.eq("garbage")).fails("S4", "a link word that somebody owns becomes slab->freelist"),
          otherwise
            .do(s.freelist.set(word.except("garbage")), s.inuse.set(inuse.plus(1)), next.set(word.except("garbage")))
            .goto("taken"),
        ),
        taken: step(
          "object = old.freelist; if (!new.freelist) remove_partial(n, slab);",
          { ref: "11.2.F5e", marks: ["asserts"] },
          otherwise.goto("takenSlow"),
        ),
      };
    }),
  ),
  "full-slab-stays-listed": variant(
    "full-slab-stays-listed",
    "get_from_partial_node() leaves a slab listed whose last object it has taken",
    patch(getFromPartialNode, ({ old, got }) => ({
      taken: step("object = old.freelist;", { ref: "11.2.F5e" }, otherwise.do(got.set(old)).goto("unlock")),
    })),
  ),
  "asks-partial-unlocked": variant(
    "asks-partial-unlocked",
    "__slab_free() asks whether the slab is listed before it takes list_lock",
    patch(slabFree, ({ b, slab, inuse, cnt, prior, onPartial, locked }) => ({
      decide: step(
        "on_node_partial = slab_test_node_partial(slab); if (!new.inuse || was_full) {",
        { ref: "11.3.F3" },
        when(or(inuse.eq(cnt), prior.isNull()))
          .do(onPartial.set(racy(k.node.at(b).partial.at(slab))))
          .goto("lock"),
        otherwise.goto("update"),
      ),
      testPartial: step("(variant) n is held", { tag: "D" }, otherwise.do(locked.set(true)).goto("update")),
    })),
  ),
  "locks-list-afterwards": variant(
    "locks-list-afterwards",
    "__slab_free() takes list_lock only when its cmpxchg has succeeded",
    patch(
      slabFree,
      ({ b, slab, inuse, cnt, prior, onPartial, locked, head, flags }) => {
        const s = k.slab.at(slab);
        const needs = or(inuse.eq(cnt), prior.isNull());
        return {
          decide: step("(variant) no lock yet", { tag: "D" }, otherwise.goto("update")),
          cmpxchg: step(
            'slab_update_freelist(s, slab, &old, &new, "__slab_free")',
            { ref: "11.3.F4" },
            when(and(racy(s.freelist).eq(prior), racy(s.inuse).eq(inuse), needs))
              .do(s.freelist.set(head), s.inuse.set(inuse.minus(cnt)))
              .goto("lockLate"),
            when(and(racy(s.freelist).eq(prior), racy(s.inuse).eq(inuse)))
              .do(s.freelist.set(head), s.inuse.set(inuse.minus(cnt)))
              .goto("done"),
            otherwise.goto("redo"),
          ),
          lockLate: call(
            "spin_lock_irqsave(&n->list_lock, flags);",
            spinLockIrqsave,
            { which: listLock(b), flags },
            { held: "testPartial" },
          ),
          testPartial: step(
            "on_node_partial = slab_test_node_partial(slab);",
            { ref: "11.3.F3" },
            otherwise.do(locked.set(true), onPartial.set(k.node.at(b).partial.at(slab))).goto("after"),
          ),
        };
      },
      { added: ["lockLate"], removed: ["lock"] },
    ),
  ),
  "isolated-as-listed": variant(
    "isolated-as-listed",
    "__slab_free() takes a slab that is empty now for a listed one, also where somebody has taken it off the list",
    patch(slabFree, ({ b, inuse, cnt, prior, locked, slab }) => ({
      after: step(
        "if (likely(!n)) return; if (unlikely(!new.inuse && n->nr_partial >= s->min_partial)) goto slab_empty; if (unlikely(was_full))",
        { ref: "11.3.F5 11.3.F7 11.3.F8" },
        when(not(locked)).goto("done"),
        when(and(inuse.eq(cnt), nrPartial(b).ge(mm.minPartial))).goto("empty"),
        when(prior.notNull()).goto("unlock"),
        otherwise.goto("add"),
      ),
      empty: step(
        "if (likely(!was_full)) remove_partial(n, slab);",
        { ref: "11.3.F7", marks: ["asserts"] },
        removesUnlisted(and(prior.notNull(), notOnPartial(b, slab))),
        otherwise.goto("unlockEmpty"),
      ),
    })),
  ),
  "returns-freelist-by-store": variant(
    "returns-freelist-by-store",
    "__slab_try_return_freelist() writes the rest of a freelist back by plain stores",
    patch(slabTryReturnFreelist, ({ slab, head, inuse, cnt }) => {
      const s = k.slab.at(slab);
      return {
        cmpxchg: step(
          "slab->freelist = new.freelist; slab->counters = new.counters;",
          { ref: "11.5.D1c" },
          // It never fails.
          when(lit(false)).goto("unlockFailed"),
          otherwise.do(s.freelist.set(head), s.inuse.set(inuse.minus(cnt))).goto("add"),
        ),
      };
    }),
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
