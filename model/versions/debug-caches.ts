/**
 * Caches that are not the common case, in earlier versions and proposals: what a nolock caller does with list_lock and with
 * a new slab of a debug cache (N of the variants), SLUB_TINY, and caches whose slabs have a bit spinlock.
 */

import {
  and,
  call,
  choose,
  lit,
  not,
  otherwise,
  patch,
  select,
  step,
  type Variant,
  variant,
  when,
} from "../../checker/language/index.ts";
import { spinLockIrqsave, spinTrylockIrqsave } from "../locks/spinlock.ts";
import { cfg } from "../machine/config.ts";
import { mm } from "../mm/config.ts";
import { listLock } from "../mm/locks.ts";
import { slab as slabs } from "../mm/sets.ts";
import { allocSingleFromNewSlab } from "../slub/alloc-single-from-new-slab.ts";
import { deferFree, freeDeferredObjects } from "../slub/defer-free.ts";
import { doSlabFree } from "../slub/do-slab-free.ts";
import { getPartialNode } from "../slub/get-partial-node.ts";
import { kfreeNolock } from "../slub/kmalloc.ts";
import { kmallocNolock } from "../slub/kmalloc-nolock.ts";
import { givesUp } from "../slub/lists.ts";
import { newSlab } from "../slub/new-slab.ts";
import { slabAlloc } from "../slub/slab-alloc.ts";
import { slabAllocNode } from "../slub/slab-alloc-node.ts";
import { decSlabsNode, giveUpSlab, incSlabsNode, k, kmemCacheDebug, oneAtATime } from "../slub/state.ts";
import { tinyDoSlabFree, tinySlabAllocNode } from "../slub/tiny-slab-alloc-node.ts";

/** v1: everybody waits for list_lock, once the object is taken. */
export const waitsWithNewSlab = patch(
  allocSingleFromNewSlab,
  () => ({
    entry: select("void *object;", [], "spin"),
    locked: select("(v1) for all callers", [], "lock"),
  }),
  { removed: ["try", "object", "discard", "fail"] },
);

/** v2: the object first, then the trylock; where that fails the slab is forgotten. */
export const leaksNewSlab = patch(
  allocSingleFromNewSlab,
  ({ b, allowSpin, flags }) => ({
    entry: select("void *object;", [], "spin"),
    locked: select("if (allow_spin)", [[allowSpin, "lock"]], "try"),
    try: call(
      "else if (!spin_trylock_irqsave(&n->list_lock, flags)) return NULL;",
      spinTrylockIrqsave,
      { which: listLock(b), flags },
      { held: "add", busy: "fail" },
      { ref: "3.11.1" },
    ),
  }),
  { removed: ["object", "discard"] },
);

/** v3 to 6.18-rc2: the slab that is given up looks like a CPU's, and goes the way of one. */
export const freezesNewSlab = [
  patch(
    allocSingleFromNewSlab,
    ({ b, slab, flags }) => ({
      try: call(
        ".. !spin_trylock_irqsave(&n->list_lock, flags)) {",
        spinTrylockIrqsave,
        { which: listLock(b), flags },
        { held: "object", busy: "freeze" },
        { ref: "3.11.1" },
      ),
      freeze: step(
        "slab->frozen = 1;",
        { ref: "3.11.2" },
        otherwise.do(k.slab.at(slab).frozen.set(true)).goto("discard"),
      ),
    }),
    { added: ["freeze"] },
  ),
  patch(freeDeferredObjects, ({ self, slab, b, freelist }) => {
    const taken = k.taken.at(self);
    return {
      nextSlab: step(
        "llist_for_each_safe(pos, t, llnode) {",
        { ref: "3.9.8", note: "in any order; SLUB_TINY calls discard_slab(), and has no nr_slabs" },
        choose(slabs, (o) =>
          when(and(mm.tiny, taken.slabs.at(o)))
            .do(taken.slabs.at(o).set(false), slab.set(o), b.set(k.slab.at(o).cache.known()))
            .goto("freeSlab"),
        ),
        choose(slabs, (o) =>
          when(taken.slabs.at(o))
            .do(
              taken.slabs.at(o).set(false),
              slab.set(o),
              b.set(k.slab.at(o).cache.known()),
              freelist.set(k.slab.at(o).flushFreelist),
            )
            .goto("deactivate"),
        ),
        otherwise.goto("done"),
      ),
    };
  }),
];

/** Rejected: what alloc_single_from_new_slab() counts under list_lock is counted in new_slab(), so without it. */
const countsInNewSlab = [
  patch(
    slabAlloc,
    ({ b, allowSpin, got, fresh, slab, freelist }) => ({
      newPage: call(
        "slab = new_slab(s, pc.flags, node);",
        newSlab,
        { b, allowSpin, got: fresh },
        { done: "count" },
        { ref: "3.3.22" },
      ),
      count: step(
        "(variant) in new_slab(): inc_slabs_node(s, slab_nid(slab), slab->objects);",
        { tag: "S" },
        when(fresh.notNull()).do(incSlabsNode(b)).goto("pin"),
        otherwise.goto("pin"),
      ),
      gotPage: step(
        "if (unlikely(!slab)) return NULL; if (.. kmem_cache_debug(s)) {..} freelist = slab->freelist; slab->freelist = NULL; .. slab->frozen = 1;",
        { ref: "3.3.24 3.3.26" },
        when(fresh.isNull())
          .do(got.set(lit(null)))
          .goto("done"),
        when(oneAtATime(b)).do(slab.set(fresh.known())).goto("single"),
        otherwise
          .do(
            slab.set(fresh.known()),
            freelist.set(k.slab.at(fresh).freelist),
            k.slab.at(fresh).freelist.set(lit(null)),
            k.slab.at(fresh).inuse.set(mm.objects),
            k.slab.at(fresh).frozen.set(true),
          )
          .goto("retryLoad"),
      ),
    }),
    { added: ["count"] },
  ),
  patch(allocSingleFromNewSlab, ({ object: x, got }) => ({
    count: step("(variant) counted already", { tag: "S" }, otherwise.do(got.set(x)).goto("unlock")),
  })),
  patch(freeDeferredObjects, ({ b, slab }) => ({
    freeSlab: step(
      "(variant) discard_slab(slab->slab_cache, slab);",
      { tag: "S" },
      givesUp(slab),
      otherwise.do(decSlabsNode(b), giveUpSlab(slab)).goto("pages"),
    ),
  })),
];

/** Before Nov 2025 nolock callers too begin again when they could not keep the new slab. */
export const asksForAnotherNewSlab = patch(slabAlloc, ({ freelist, got }) => ({
  gotSingle: step(
    "if (unlikely(!freelist)) goto new_objects; .. return freelist;",
    { ref: "3.3.25" },
    when(freelist.notNull()).do(got.set(freelist)).goto("done"),
    otherwise.goto("newObjects"),
  ),
}));

/** v1: a debug cache has no __CMPXCHG_DOUBLE, so kmalloc_nolock() gives NULL for it. */
export const noDebugCaches = patch(kmallocNolock, ({ b, got }) => ({
  supported: select(
    "if (!(s->flags & __CMPXCHG_DOUBLE))",
    [[and(mm.cmpxchgDouble, not(mm.debugCaches)), "gate"]],
    "unsupported",
  ),
  unsupported: step(
    "if (!(s->flags & __CMPXCHG_DOUBLE)) return NULL;",
    { ref: "3.4.2" },
    when(and(mm.cmpxchgDouble, not(kmemCacheDebug(b)))).goto("gate"),
    otherwise.do(got.set(lit(null))).goto("done"),
  ),
}));

/** Until 31e0886fd57d: SLUB_TINY allocates by code of its own. Nobody takes c->lock there, so the gate finds it free. */
export const tinyAllocates = patch(
  slabAllocNode,
  ({ b, allowSpin, got }) => ({
    entry: select(
      "#ifndef CONFIG_SLUB_TINY .. if (USE_LOCKLESS_FAST_PATH())",
      [
        [mm.tiny, "tiny"],
        [cfg.preemptRt, "slow"],
      ],
      "redo",
    ),
    tiny: call("#else /* CONFIG_SLUB_TINY */", tinySlabAllocNode, { b, allowSpin, got }, { done: "done" }),
  }),
  { added: ["tiny"] },
);

/** v2 to 6.18: SLUB_TINY defers at once. */
export const tinyDefers = patch(
  kfreeNolock,
  ({ x }) => ({
    free: select("#ifndef CONFIG_SLUB_TINY", [[mm.tiny, "defer"]], "doSlabFree"),
    doSlabFree: call(
      "do_slab_free(s, slab, x, x, 0, _RET_IP_);",
      doSlabFree,
      { x, allowSpin: false },
      { done: "done" },
    ),
    defer: call("#else defer_free(s, x);", deferFree, { x }, { done: "done" }, { ref: "3.9.1" }),
  }),
  { added: ["doSlabFree", "defer"] },
);

/** v1: SLUB_TINY frees at once, with the count of 0 that tells do_slab_free() of a nolock caller. */
export const tinyFreesNothing = patch(
  kfreeNolock,
  ({ x }) => ({
    free: select("#ifndef CONFIG_SLUB_TINY", [[mm.tiny, "tiny"]], "doSlabFree"),
    doSlabFree: call(
      "do_slab_free(s, slab, x, x, 0, _RET_IP_);",
      doSlabFree,
      { x, allowSpin: false },
      { done: "done" },
    ),
    tiny: call("do_slab_free(s, slab, x, x, 0, _RET_IP_);", tinyDoSlabFree, { x, cnt: 0 }, { done: "done" }),
  }),
  { added: ["doSlabFree", "tiny"] },
);

export const DEBUG_CACHES: Readonly<Record<string, Variant>> = {
  "nolock-waits-for-list-lock": variant(
    "nolock-waits-for-list-lock",
    "N1: a nolock caller takes list_lock by spin_lock instead of trying it",
    patch(
      getPartialNode,
      ({ b, flags }) => ({
        try: call(
          "(variant) spin_lock_irqsave(&n->list_lock, flags);",
          spinLockIrqsave,
          { which: listLock(b), flags },
          { held: "take" },
          { tag: "D" },
        ),
      }),
      { removed: ["giveUp"] },
    ),
    waitsWithNewSlab,
  ),
  "leaked-new-slab": variant(
    "leaked-new-slab",
    "N4: v2's alloc_single_from_new_slab() returns NULL after a failed trylock and forgets the slab",
    leaksNewSlab,
  ),
  "uncounted-new-slab": variant(
    "uncounted-new-slab",
    "N6: a new slab that is given up is marked frozen and goes through deactivate_slab(), though never counted",
    ...freezesNewSlab,
  ),
  "counted-in-new-slab": variant(
    "counted-in-new-slab",
    "N7: nr_slabs counts in new_slab() for all caches, without list_lock (first fix of N6, rejected)",
    ...countsInNewSlab,
  ),
  "endless-new-slabs": variant(
    "endless-new-slabs",
    "N8: a nolock caller that could not keep the new slab of a debug cache asks for another",
    asksForAnotherNewSlab,
  ),
  "bit-lock-in-nmi": variant(
    "bit-lock-in-nmi",
    "M13: kmalloc_nolock() goes on for caches without a double cmpxchg, whose slabs have a bit spinlock",
    patch(kmallocNolock, ({ got }) => ({
      unsupported: step(
        "(variant) no test of __CMPXCHG_DOUBLE",
        { tag: "D" },
        when(lit(false))
          .do(got.set(lit(null)))
          .goto("done"),
        otherwise.goto("gate"),
      ),
    })),
  ),
};
