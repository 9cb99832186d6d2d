/**
 * __slab_free() since 7.0: objects go back to their slab by one cmpxchg; where the slab was full or becomes empty, under
 * the node's list_lock. Frees a list of objects of one slab at once.
 *
 * Context: Waits for n->list_lock: nothing that may not spin should come here.
 *
 * @kernel v7.3.4 mm/slub.c __slab_free()
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
import { notOnPartial } from "../slub/lists.ts";
import { addPartial, decSlabsNode, giveUpSlab, k, linkOf, nrPartial, removePartial } from "../slub/state.ts";
import { slabUpdateFreelist } from "../slub/update-freelist-slow.ts";
import { addsSlab, givesUp, removesUnlisted } from "./lists.ts";

const inuseShape = range(0, bound("slot"));

export const slabFree = program(
  "__slab_free (7.3)",
  {
    exits: ["done"],
    params: {
      b: value(id(bucket)),
      slab: value(id(slabs)),
      head: value(id(object)),
      tail: value(id(object)),
      cnt: value(inuseShape),
    },
    locals: {
      prior: optional(id(object)),
      inuse: inuseShape,
      locked: bool,
      onPartial: bool,
      flags: bool,
    },
    kernel: "v7.3.4 mm/slub.c __slab_free()",
    inlines: "mm/slub.c slab_update_freelist(), __free_slab()",
    tag: "S",
  },
  (_, { b, slab, head, tail, cnt }, { prior, inuse, locked, onPartial, flags }) => {
    const s = k.slab.at(slab);
    const which = listLock(b);
    const { partial } = k.node.at(b);
    return {
      entry: step(
        "struct kmem_cache_node *n = NULL;",
        { ref: "11.3.F2" },
        when(k.slab.at(slab).cache.isNull()).fails("S2", "frees an object whose slab was given up"),
        otherwise.do(locked.set(false), onPartial.set(false), flags.set(false)).goto("read"),
      ),
      redo: step(
        "if (unlikely(n)) { spin_unlock_irqrestore(&n->list_lock, flags); n = NULL; }",
        { ref: "11.3.F2" },
        when(locked).goto("dropLock"),
        otherwise.goto("read"),
      ),
      dropLock: call(
        "spin_unlock_irqrestore(&n->list_lock, flags);",
        spinUnlockIrqrestore,
        { which, flags },
        { done: "dropped" },
        { ref: "11.3.F2" },
      ),
      dropped: step("n = NULL;", { ref: "11.3.F2" }, otherwise.do(locked.set(false)).goto("read")),
      read: step(
        "old.freelist = slab->freelist; old.counters = slab->counters; .. set_freepointer(s, tail, old.freelist);",
        { ref: "11.3.F2a 11.3.F2b 11.3.F2c", note: "the objects are still private: the link rides along" },
        when(racy(s.inuse).lt(cnt)).fails("S11", "frees more objects of a slab than it has in use"),
        otherwise
          .do(prior.set(racy(s.freelist)), inuse.set(racy(s.inuse)), linkOf(tail).set(racy(s.freelist)))
          .goto("decide"),
      ),
      decide: step(
        "if (!new.inuse || was_full) {",
        { ref: "11.3.F3" },
        when(or(inuse.eq(cnt), prior.isNull())).goto("lock"),
        otherwise.goto("update"),
      ),
      lock: call(
        "spin_lock_irqsave(&n->list_lock, flags);",
        spinLockIrqsave,
        { which, flags },
        { held: "testPartial" },
        { ref: "11.3.F3" },
      ),
      testPartial: step(
        "on_node_partial = slab_test_node_partial(slab);",
        { ref: "11.3.F3" },
        otherwise.do(locked.set(true), onPartial.set(partial.at(slab))).goto("update"),
      ),
      update: select("if (s->flags & __CMPXCHG_DOUBLE)", [[mm.cmpxchgDouble, "cmpxchg"]], "slow"),
      cmpxchg: step(
        'slab_update_freelist(s, slab, &old, &new, "__slab_free")',
        { ref: "11.3.F4" },
        when(and(racy(s.freelist).eq(prior), racy(s.inuse).eq(inuse)))
          .do(s.freelist.set(head), s.inuse.set(inuse.minus(cnt)))
          .goto("after"),
        otherwise.goto("redo"),
      ),
      slow: call(
        "slab_update_freelist(s, slab, &old, &new, ..",
        slabUpdateFreelist,
        {
          slab,
          freelistOld: prior,
          inuseOld: inuse,
          frozenOld: false,
          freelistNew: head,
          inuseNew: inuse.minus(cnt),
          frozenNew: false,
        },
        { updated: "after", changed: "redo" },
        { ref: "11.3.F4" },
      ),
      after: step(
        "if (likely(!n)) return; .. if (!was_full && !on_node_partial) .. if (unlikely(!new.inuse && n->nr_partial >= s->min_partial)) goto slab_empty; if (unlikely(was_full))",
        { ref: "11.3.F5 11.3.F6 11.3.F7 11.3.F8" },
        when(not(locked)).goto("done"),
        when(and(prior.notNull(), not(onPartial))).goto("unlock"),
        when(and(inuse.eq(cnt), nrPartial(b).ge(mm.minPartial))).goto("empty"),
        when(prior.notNull()).goto("unlock"),
        otherwise.goto("add"),
      ),
      add: step(
        "add_partial(n, slab, ADD_TO_TAIL);",
        { ref: "11.3.F8", marks: ["asserts"] },
        addsSlab(slab),
        otherwise.do(addPartial(b, slab)).goto("unlock"),
      ),
      unlock: call(
        "spin_unlock_irqrestore(&n->list_lock, flags);",
        spinUnlockIrqrestore,
        { which, flags },
        { done: "done" },
        { ref: "11.3.F6 11.3.F8" },
      ),
      empty: step(
        "if (likely(!was_full)) remove_partial(n, slab);",
        { ref: "11.3.F7", marks: ["asserts"] },
        removesUnlisted(and(prior.notNull(), notOnPartial(b, slab))),
        when(prior.notNull()).do(removePartial(b, slab)).goto("unlockEmpty"),
        otherwise.goto("unlockEmpty"),
      ),
      unlockEmpty: call(
        "spin_unlock_irqrestore(&n->list_lock, flags);",
        spinUnlockIrqrestore,
        { which, flags },
        { done: "discard" },
        { ref: "11.3.F7" },
      ),
      discard: step(
        "discard_slab(s, slab);",
        { ref: "11.3.F7" },
        givesUp(slab),
        otherwise.do(decSlabsNode(b), giveUpSlab(slab)).goto("pages"),
      ),
      pages: select("(model) is the page allocator modelled?", [[mm.pages, "freePage"]], "done"),
      freePage: call(
        "free_frozen_pages(page, order);",
        freeFrozenPages,
        { page: slab, allowSpin: true },
        { done: "done" },
        { ref: "11.3.F7" },
      ),
    };
  },
);
