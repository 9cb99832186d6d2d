/** Where a free that may not wait is put off to, in earlier versions and proposals: F of the variants. */

import {
  and,
  call,
  choose,
  type Expr,
  exists,
  type Id,
  lit,
  next,
  not,
  or,
  otherwise,
  type Patch,
  patch,
  racy,
  select,
  setEach,
  step,
  type Variant,
  variant,
  when,
} from "../../checker/language/index.ts";
import { localLockIsLocked } from "../locks/local-lock.ts";
import { cfg } from "../machine/config.ts";
import { irqWorkQueue } from "../machine/irq-work.ts";
import { cpu } from "../machine/sets.ts";
import { inNmi, type Self, thisCpu } from "../machine/state.ts";
import { mm } from "../mm/config.ts";
import { cpuSlabLock } from "../mm/locks.ts";
import { object } from "../mm/sets.ts";
import { deactivateSlab } from "../slub/deactivate-slab.ts";
import { deferDeactivateSlab, deferFree, freeDeferredObjects } from "../slub/defer-free.ts";
import { doSlabFree } from "../slub/do-slab-free.ts";
import { freeDeferredList } from "../slub/free-deferred-list.ts";
import { kmemCacheDestroy } from "../slub/kmem-cache-destroy.ts";
import { addsObject } from "../slub/lists.ts";
import { slabFree } from "../slub/slab-free.ts";
import { cpuSlabOf, DEFERRED_WORK, k, linkOf, slabOf } from "../slub/state.ts";
import { BARRIERS } from "./barrier.ts";

/** The first word of the object, where that is not the allocator's to write. */
const writesOffset0 = (x: Expr<Id<"object">>) => {
  const { spoilt } = k.object.at(x);
  return [spoilt.set(or(spoilt, mm.ctor))];
};

const lockedBelow = (self: Self, b: Expr<Id<"bucket">>) =>
  and(or(inNmi(self), cfg.preemptRt), localLockIsLocked(self, cpuSlabLock(thisCpu(self), b)));

/** Before 83d59d81b20c nothing pins the CPU between choosing the record and queueing its work. */
export const unpinnedDefer = [
  patch(deferFree, ({ self, c }) => ({
    pin: step(
      "df = this_cpu_ptr(&defer_free_objects);",
      { ref: "3.9.2" },
      otherwise.do(c.set(thisCpu(self))).goto("node"),
    ),
    unpin: step("(model) return", otherwise.goto("done")),
  })),
  patch(deferDeactivateSlab, ({ self, slab, freelist, c }) => ({
    note: step(
      "df = this_cpu_ptr(&defer_free_objects); slab->flush_freelist = flush_freelist;",
      { ref: "3.9.9", tag: "M" },
      otherwise.do(c.set(thisCpu(self)), k.slab.at(slab).flushFreelist.set(freelist)).goto("push"),
    ),
    unpin: step("(model) return", otherwise.goto("done")),
  })),
];

/** v3 to 6.18-rc1: a raw zero, which encoded is something else (df90f6cd29d8). */
export const rawNilLink = patch(freeDeferredObjects, ({ x }) => ({
  restore: step(
    "*(void **)x = NULL;",
    { ref: "3.9.6", note: "decoded it is no object of the slab" },
    otherwise.do(linkOf(x).set("garbage")).goto("check"),
  ),
}));

/** v1 and v2: the deferred list is linked through the first word of the object. */
export const linkAtOffset0 = patch(
  deferFree,
  ({ x }) => ({
    node: select("llist_add(head, ..) /* offset 0 */", [[mm.ctor, "link"]], "push"),
    link: step(
      "new->next = first; /* at offset 0 */",
      { ref: "3.9b.1" },
      otherwise.do(k.object.at(x).spoilt.set(true)).goto("push"),
    ),
  }),
  { added: ["link"] },
);

/** v1 and v2: past the gate `cnt` is 1, and a redo takes the caller for one that may spin. */
export const redoMaySpin = patch(doSlabFree, ({ self, x, allowSpin, cnt, b, c }) => {
  const { slab, seen } = cpuSlabOf(c, b);
  const another = racy(slab).ne(slabOf(x));
  return {
    entry: step(
      "bool allow_spin = cnt; /* 0: called from kfree_nolock() */",
      { ref: "3.9a.4" },
      otherwise.do(cnt.set(allowSpin)).goto("redo"),
    ),
    slab: step(
      "if (unlikely(slab != c->slab)) { if (unlikely(!cnt))",
      { ref: "3.2.2 3.9.1 3.9a.4", note: "a snapshot of tid that is given up is forgotten" },
      when(and(another, cnt)).do(seen.at(self).forget(false)).goto("slow"),
      when(another).do(seen.at(self).forget(false)).goto("defer"),
      when(cnt).goto("path"),
      otherwise.goto("gate"),
    ),
    gate: step(
      "if ((in_nmi() || !USE_LOCKLESS_FAST_PATH()) && local_lock_is_locked(&s->cpu_slab->lock)) .. cnt = 1;",
      { ref: "3.9.1 3.9a.4" },
      when(lockedBelow(self, b)).do(seen.at(self).forget(false)).goto("defer"),
      otherwise.do(cnt.set(true)).goto("path"),
    ),
  };
});

/** v1: the list is in kmem_cache, linked at offset 0, and drained by a later free of the same cache. */
export const listInKmemCache = patch(
  doSlabFree,
  ({ x, b }) => ({
    defer: step(
      "llist_add(head, &s->defer_free_objects);",
      { ref: "3.9a.1" },
      addsObject(x),
      otherwise.do(k.cache.at(b).deferred.at(x).set(true), ...writesOffset0(x)).goto("done"),
    ),
    slow: call(
      "free_deferred_objects(&s->defer_free_objects, addr);",
      freeDeferredList,
      { list: k.cache.at(b).deferred },
      { done: "ownObject" },
      { ref: "3.9a.2 3.9a.3" },
    ),
    ownObject: call(
      "__slab_free(s, slab, head, tail, cnt, addr);",
      slabFree,
      { x },
      { done: "done" },
      { ref: "3.9a.3" },
    ),
  }),
  { added: ["ownObject"] },
);

/** v2: list and work are looked up apart, and the callback drains the list of the CPU that it runs on. */
export const twoLookUps = [
  patch(
    deferFree,
    ({ self, x, c }) => ({
      pin: step(
        "this_cpu_ptr(&defer_free_objects)",
        { ref: "3.9b.1" },
        otherwise.do(c.set(thisCpu(self))).goto("node"),
      ),
      push: step(
        "if (llist_add(head, ..))",
        { ref: "3.9b.1" },
        addsObject(x),
        when(not(exists(object, (o) => k.deferFree.at(c).objects.at(o))))
          .do(k.deferFree.at(c).objects.at(x).set(true))
          .goto("queue"),
        otherwise.do(k.deferFree.at(c).objects.at(x).set(true)).goto("unpin"),
      ),
      queue: step(
        "this_cpu_ptr(&defer_free_work)",
        { ref: "3.9b.2" },
        otherwise.do(c.set(thisCpu(self))).goto("queueThat"),
      ),
      queueThat: step(
        "irq_work_queue(..);",
        { ref: "3.9b.2 2.5" },
        otherwise.do(irqWorkQueue(self, c, DEFERRED_WORK)).goto("unpin"),
      ),
      unpin: step("(model) return", otherwise.goto("done")),
    }),
    { added: ["queueThat"] },
  ),
  patch(freeDeferredObjects, ({ self }) => {
    const { objects } = k.deferFree.at(thisCpu(self));
    const taken = k.taken.at(self).objects;
    return {
      takeObjects: step(
        "llnode = llist_del_all(this_cpu_ptr(&defer_free_objects));",
        { ref: "3.9b.3" },
        otherwise
          .do(setEach(object, (o) => [taken.at(o).set(objects.at(o)), objects.at(o).set(false)]))
          .goto("nextObject"),
      ),
    };
  }),
];

/** v1 and v2: a cache is destroyed whatever is deferred. */
export const noBarrier = patch(
  kmemCacheDestroy,
  () => ({ entry: select("(no barrier for deferred frees)", [], "shutdown") }),
  { removed: ["first", "sync", "another"] },
);

/** v2: no slab is deferred. */
export const onlyObjects = patch(
  freeDeferredObjects,
  ({ self, x }) => {
    const taken = k.taken.at(self).objects;
    return {
      nextObject: step(
        "llist_for_each_safe(pos, t, llnode) {",
        { ref: "3.9b.3", note: "in any order" },
        choose(object, (o) => when(taken.at(o)).do(taken.at(o).set(false), x.set(o)).goto("link")),
        otherwise.goto("done"),
      ),
    };
  },
  { removed: ["takeSlabs", "nextSlab", "freeSlab", "pages", "freePage", "deactivate"] },
);

const proposals = {
  "unpinned-defer": variant(
    "unpinned-defer",
    "F6: nothing pins the CPU between choosing the record of deferred frees and queueing its work",
    unpinnedDefer[0] as Patch,
  ),
  "two-look-ups": variant(
    "two-look-ups",
    "F5: the deferred list and its irq_work are looked up apart, and the callback drains the CPU that it runs on",
    ...twoLookUps,
  ),
  "list-in-kmem-cache": variant(
    "list-in-kmem-cache",
    "F1: deferred objects are kept in kmem_cache, until a later free of that cache takes the slow path",
    listInKmemCache,
  ),
  "list-in-kmem-cache-node": variant(
    "list-in-kmem-cache-node",
    "F16: deferred objects are kept in kmem_cache_node, until a later free there takes the slow path",
    patch(
      doSlabFree,
      ({ x, b }) => ({
        defer: step(
          "(variant) llist_add(head, &n->defer_free_objects);",
          { ref: "3.9a.1", tag: "D" },
          addsObject(x),
          otherwise.do(k.node.at(b).deferred.at(x).set(true)).goto("done"),
        ),
        slow: call(
          "(variant) free_deferred_objects(&n->defer_free_objects, addr);",
          freeDeferredList,
          { list: k.node.at(b).deferred },
          { done: "ownObject" },
          { ref: "3.9a.2 3.9a.3", tag: "D" },
        ),
        ownObject: call("__slab_free(s, slab, head, tail, cnt, addr);", slabFree, { x }, { done: "done" }),
      }),
      { added: ["ownObject"] },
    ),
  ),
  "list-in-kmem-cache-cpu": variant(
    "list-in-kmem-cache-cpu",
    "F15: deferred objects are kept in kmem_cache_cpu, until deactivate_slab() runs on that CPU",
    patch(doSlabFree, ({ x, b, c }) => ({
      defer: step(
        "(variant) llist_add(head, &c->defer_free_objects);",
        { ref: "3.9a.1", tag: "D", note: "c was looked up without a pin" },
        addsObject(x),
        otherwise.do(cpuSlabOf(c, b).deferred.at(x).set(true)).goto("done"),
      ),
    })),
    patch(
      deactivateSlab,
      ({ self, b, c }) => ({
        end: step(
          "(variant) c = raw_cpu_ptr(s->cpu_slab);",
          { tag: "D" },
          otherwise.do(c.set(thisCpu(self))).goto("drain"),
        ),
        drain: call(
          "(variant) free_deferred_objects(&c->defer_free_objects, addr);",
          freeDeferredList,
          { list: cpuSlabOf(c, b).deferred },
          { done: "done" },
          { tag: "D" },
        ),
      }),
      { added: ["drain"] },
    ),
  ),
  "free-at-once": variant(
    "free-at-once",
    "F3: kfree_nolock() calls __slab_free() where it should defer",
    patch(doSlabFree, ({ x }) => ({
      defer: call(
        "(variant) __slab_free(s, slab, head, tail, 1, addr);",
        slabFree,
        { x },
        { done: "done" },
        { tag: "D" },
      ),
    })),
  ),
  "redo-may-spin": variant(
    "redo-may-spin",
    "F4: after a lost cmpxchg kfree_nolock() goes on as a caller that may spin",
    redoMaySpin,
  ),
  "drain-at-once": variant(
    "drain-at-once",
    "F8: whoever defers the first object drains the list itself, wherever it is",
    patch(deferFree, ({ c }) => ({
      queue: call(
        "(variant) free_deferred_objects(&df->work);",
        freeDeferredObjects,
        { c },
        { done: "unpin" },
        { tag: "D" },
      ),
    })),
  ),
  "link-at-offset-0": variant(
    "link-at-offset-0",
    "F9: deferred objects are linked at offset 0, not by their link word",
    linkAtOffset0,
  ),
  "no-barrier": variant("no-barrier", "F13: kmem_cache_destroy() has no barrier for deferred frees", noBarrier),
  "serialised-barrier": variant(
    "serialised-barrier",
    "F12 mended (proposed in June 2026, not merged): only one task at a time is in the barrier for deferred frees",
    patch(
      kmemCacheDestroy,
      ({ self, c }) => ({
        entry: select("mutex_lock(&slab_mutex); defer_free_barrier();", [], "lock"),
        lock: step("mutex_lock(&slab_mutex);", when(k.slabMutex.isNull()).do(k.slabMutex.set(self)).goto("first")),
        another: step(
          "for_each_online_cpu(cpu)",
          { ref: "3.9c.1" },
          when(next(cpu, c).notNull())
            .do(c.set(next(cpu, c).known()))
            .goto("sync"),
          otherwise.goto("unlock"),
        ),
        unlock: step("mutex_unlock(&slab_mutex);", otherwise.do(k.slabMutex.set(lit(null))).goto("shutdown")),
      }),
      { added: ["lock", "unlock"] },
    ),
  ),
  "raw-nil-link": variant(
    "raw-nil-link",
    "F10: the callback of deferred frees clears the link by a raw zero, not by set_freepointer()",
    rawNilLink,
  ),
  "defer-always": variant(
    "defer-always",
    "F14: kfree_nolock() defers every object",
    patch(
      doSlabFree,
      ({ self, x, allowSpin, b, c }) => {
        const { slab, seen } = cpuSlabOf(c, b);
        return {
          slab: step(
            "(variant) if (!allow_spin) { defer_free(s, head); return; }",
            { ref: "3.2.2 3.9.1", tag: "D" },
            when(not(allowSpin)).do(seen.at(self).forget(false)).goto("defer"),
            when(racy(slab).ne(slabOf(x)))
              .do(seen.at(self).forget(false))
              .goto("slow"),
            otherwise.goto("path"),
          ),
        };
      },
      { removed: ["gate"] },
    ),
  ),
} satisfies Readonly<Record<string, Variant>>;

export const DEFERRED: Readonly<Record<string, Variant>> = { ...proposals, ...BARRIERS };

/** Variants whose kfree_nolock() raises no irq_work. */
export const WITHOUT_IRQ_WORK: ReadonlySet<string> = new Set<keyof typeof proposals>([
  "list-in-kmem-cache",
  "list-in-kmem-cache-node",
  "list-in-kmem-cache-cpu",
  "free-at-once",
  "drain-at-once",
]);
