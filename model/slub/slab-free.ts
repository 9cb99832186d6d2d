/**
 * __slab_free(): the slow path of a free. The object goes back by one cmpxchg on the slab, without a lock; a list may
 * have to be mended before or after.
 *
 * Context: Waits for n->list_lock, and takes c->lock by put_cpu_partial(): nothing that may not spin comes here.
 * Abstracts: one object at a time.
 *
 * @kernel v6.18 mm/slub.c __slab_free()
 */

import {
  and,
  bool,
  bound,
  call,
  id,
  not,
  optional,
  or,
  otherwise,
  program,
  racy,
  range,
  select,
  step,
  value,
  when,
} from "../../checker/language/index.ts";
import { spinLockIrqsave, spinUnlockIrqrestore } from "../locks/spinlock.ts";
import { mm } from "../mm/config.ts";
import { listLock } from "../mm/locks.ts";
import { bucket, object, slab as slabs } from "../mm/sets.ts";
import { freeFrozenPages } from "../page/free-frozen-pages.ts";
import { freeToPartialList } from "./free-to-partial-list.ts";
import { addsSlab, givesUp, notOnPartial, removesUnlisted } from "./lists.ts";
import { putCpuPartial } from "./put-cpu-partial.ts";
import {
  addPartial,
  decSlabsNode,
  giveUpSlab,
  k,
  linkOf,
  nrPartial,
  oneAtATime,
  removePartial,
  slabOf,
} from "./state.ts";
import { slabUpdateFreelist } from "./update-freelist-slow.ts";

export const slabFree = program(
  "__slab_free",
  {
    exits: ["done"],
    params: { x: value(id(object)) },
    locals: {
      b: id(bucket),
      slab: id(slabs),
      prior: optional(id(object)),
      inuse: range(0, bound("slot")),
      wasFrozen: bool,
      locked: bool,
      onPartial: bool,
      flags: bool,
    },
    kernel: "v6.18 mm/slub.c __slab_free()",
    tag: "S",
  },
  (_, { x }, { b, slab, prior, inuse, wasFrozen, locked, onPartial, flags }) => {
    const s = k.slab.at(slab);
    const which = listLock(b);
    const { partial } = k.node.at(b);
    return {
      entry: step(
        "(model) s, slab; if (IS_ENABLED(CONFIG_SLUB_TINY) || kmem_cache_debug(s))",
        { ref: "3.6.1", note: "s and slab are what the caller looked up from the object" },
        when(k.slab.at(slabOf(x)).cache.isNull()).fails("S2", "frees an object whose slab was given up"),
        when(oneAtATime(k.slab.at(slabOf(x)).cache.known()))
          .do(slab.set(slabOf(x)), b.set(k.slab.at(slabOf(x)).cache.known()))
          .goto("debug"),
        otherwise
          .do(
            slab.set(slabOf(x)),
            b.set(k.slab.at(slabOf(x)).cache.known()),
            locked.set(false),
            onPartial.set(false),
            flags.set(false),
          )
          .goto("read"),
      ),
      debug: call(
        "free_to_partial_list(s, slab, head, tail, cnt, addr);",
        freeToPartialList,
        { b, slab, x, cnt: 1 },
        { done: "done" },
        { ref: "3.6.1" },
      ),
      redo: step(
        "if (unlikely(n)) { spin_unlock_irqrestore(&n->list_lock, flags); n = NULL; }",
        { ref: "3.6.2" },
        when(locked).goto("dropLock"),
        otherwise.goto("read"),
      ),
      dropLock: call(
        "spin_unlock_irqrestore(&n->list_lock, flags);",
        spinUnlockIrqrestore,
        { which, flags },
        { done: "dropped" },
        { ref: "3.6.2" },
      ),
      dropped: step("n = NULL;", { ref: "3.6.2" }, otherwise.do(locked.set(false)).goto("read")),
      read: step(
        "prior = slab->freelist; counters = slab->counters; set_freepointer(s, tail, prior);",
        { ref: "3.6.2", note: "the object is still private: its link rides along" },
        when(racy(s.inuse).eq(0)).fails("S11", "frees an object of a slab that has none in use"),
        otherwise
          .do(
            prior.set(racy(s.freelist)),
            inuse.set(racy(s.inuse)),
            wasFrozen.set(racy(s.frozen)),
            linkOf(x).set(racy(s.freelist)),
          )
          .goto("decide"),
      ),
      decide: step(
        "if ((!new.inuse || !prior) && !was_frozen) { if (!kmem_cache_has_cpu_partial(s) || prior)",
        { ref: "3.6.3" },
        when(and(or(inuse.eq(1), prior.isNull()), not(wasFrozen), or(not(mm.cpuPartial), prior.notNull()))).goto(
          "lock",
        ),
        otherwise.goto("update"),
      ),
      lock: call(
        "spin_lock_irqsave(&n->list_lock, flags);",
        spinLockIrqsave,
        { which, flags },
        { held: "testPartial" },
        { ref: "3.6.3" },
      ),
      testPartial: step(
        "on_node_partial = slab_test_node_partial(slab);",
        { ref: "3.6.3" },
        otherwise.do(locked.set(true), onPartial.set(partial.at(slab))).goto("update"),
      ),
      update: select("if (s->flags & __CMPXCHG_DOUBLE)", [[mm.cmpxchgDouble, "cmpxchg"]], "slow"),
      cmpxchg: step(
        'slab_update_freelist(s, slab, prior, counters, head, new.counters, "__slab_free")',
        { ref: "3.6.4", note: "the object is free again here" },
        when(and(s.freelist.eq(prior), s.inuse.eq(inuse), s.frozen.eq(wasFrozen)))
          .do(s.freelist.set(x), s.inuse.set(inuse.minus(1)))
          .goto("after"),
        otherwise.goto("redo"),
      ),
      slow: call(
        "slab_update_freelist(s, slab, prior, counters, head, new.counters);",
        slabUpdateFreelist,
        {
          slab,
          freelistOld: prior,
          inuseOld: inuse,
          frozenOld: wasFrozen,
          freelistNew: x,
          inuseNew: inuse.minus(1),
          frozenNew: wasFrozen,
        },
        { updated: "after", changed: "redo" },
        { ref: "3.6.4 3.6c" },
      ),
      after: step(
        "if (likely(!n)) { .. } .. if (prior && !on_node_partial) .. if (unlikely(!new.inuse && n->nr_partial >= s->min_partial))",
        { ref: "3.6.5 3.6.6 3.6.7" },
        when(and(not(locked), or(wasFrozen, prior.notNull()))).goto("done"),
        when(not(locked)).goto("putCpuPartial"),
        when(and(prior.notNull(), not(onPartial))).goto("unlock"),
        when(and(inuse.eq(1), nrPartial(b).ge(mm.minPartial))).goto("empty"),
        when(prior.notNull()).goto("unlock"),
        otherwise.goto("add"),
      ),
      putCpuPartial: select("if (kmem_cache_has_cpu_partial(s) && !prior)", [[mm.cpuPartial, "put"]], "done"),
      put: call(
        "put_cpu_partial(s, slab, 1);",
        putCpuPartial,
        { b, slab, drain: true },
        { done: "done" },
        { ref: "3.6.5" },
      ),
      add: step(
        "add_partial(n, slab, DEACTIVATE_TO_TAIL);",
        { ref: "3.6.8" },
        addsSlab(slab),
        otherwise.do(addPartial(b, slab)).goto("unlock"),
      ),
      unlock: call(
        "spin_unlock_irqrestore(&n->list_lock, flags);",
        spinUnlockIrqrestore,
        { which, flags },
        { done: "done" },
        { ref: "3.6.6 3.6.8" },
      ),
      empty: step(
        "if (prior) remove_partial(n, slab);",
        { ref: "3.6.7" },
        removesUnlisted(and(prior.notNull(), notOnPartial(b, slab))),
        when(prior.notNull()).do(removePartial(b, slab)).goto("unlockEmpty"),
        otherwise.goto("unlockEmpty"),
      ),
      unlockEmpty: call(
        "spin_unlock_irqrestore(&n->list_lock, flags);",
        spinUnlockIrqrestore,
        { which, flags },
        { done: "discard" },
        { ref: "3.6.7" },
      ),
      discard: step(
        "discard_slab(s, slab);",
        { ref: "3.6.7" },
        givesUp(slab),
        otherwise.do(decSlabsNode(b), giveUpSlab(slab)).goto("pages"),
      ),
      pages: select("(model) is the page allocator modelled?", [[mm.pages, "freePage"]], "done"),
      freePage: call(
        "free_frozen_pages(page, order);",
        freeFrozenPages,
        { page: slab, allowSpin: true },
        { done: "done" },
        { ref: "3.6.7 3.10.F" },
      ),
    };
  },
);
