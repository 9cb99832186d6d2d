/** Slabs, node lists and deferred frees since 7.0, with a safeguard taken away or a proposal put in. */
import {
  and,
  call,
  choose,
  lit,
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
import { spinLockIrqsave, spinTrylockIrqsave, spinUnlockIrqrestore } from "../locks/spinlock.ts";
import { mm } from "../mm/config.ts";
import { listLock } from "../mm/locks.ts";
import { slab as slabs } from "../mm/sets.ts";
import { freeFrozenPages } from "../page/free-frozen-pages.ts";
import { allocFromNewSlab } from "../sheaves/alloc-from-new-slab.ts";
import { freeNewSlabNolock } from "../sheaves/free-new-slab-nolock.ts";
import { getFreelistNofreeze } from "../sheaves/get-freelist-nofreeze.ts";
import { getFromPartialNode } from "../sheaves/get-from-partial-node.ts";
import { getPartialNodeBulk } from "../sheaves/get-partial-node-bulk.ts";
import { addsSlab, removesUnlisted } from "../sheaves/lists.ts";
import { refillObjectsNode } from "../sheaves/refill-objects-node.ts";
import { slabAlloc } from "../sheaves/slab-alloc.ts";
import { slabFree } from "../sheaves/slab-free.ts";
import { capacityOf, h, sheafOf } from "../sheaves/state.ts";
import { slabTryReturnFreelist } from "../sheaves/try-return-freelist.ts";
import { notOnPartial } from "../slub/lists.ts";
import { addPartial, incSlabsNode, k, linkOf, nrPartial } from "../slub/state.ts";
import { slabUpdateFreelist } from "../slub/update-freelist-slow.ts";

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
  "counts-under-lock": variant(
    "counts-under-lock",
    "H24: alloc_from_new_slab() counts the slab that it lists before it unlocks",
    patch(allocFromNewSlab, ({ b, slab, flags }) => ({
      add: step(
        "add_partial(n, slab, ADD_TO_HEAD); (variant) inc_slabs_node(s, slab_nid(slab), slab->objects);",
        { ref: "11.2.I1e 11.2.I1f", tag: "D" },
        addsSlab(slab),
        otherwise.do(addPartial(b, slab), incSlabsNode(b)).goto("unlock"),
      ),
      unlock: call(
        "spin_unlock_irqrestore(&n->list_lock, flags);",
        spinUnlockIrqrestore,
        { which: listLock(b), flags },
        { done: "allocated" },
        { ref: "11.2.I1e" },
      ),
    })),
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
  "copies-undetached": variant(
    "copies-undetached",
    "H31: a refill copies the objects of a slab that stays listed and keeps its freelist",
    patch(getPartialNodeBulk, ({ self, b, need, total }) => {
      const room = capacityOf(b).minus(sheafOf(need).size);
      return {
        next: step(
          "list_for_each_entry_safe(..) { .. total_free += slab_free;",
          { ref: "11.5.D1a" },
          choose(slabs, (s) =>
            when(and(total.lt(room), k.node.at(b).partial.at(s)))
              .do(h.isolated.at(self).at(s).set(true), total.set(room))
              .goto("next"),
          ),
          otherwise.goto("unlock"),
        ),
      };
    }),
    patch(refillObjectsNode, ({ b, one, object: x, cnt, head }) => {
      const { size, objects } = sheafOf(one);
      const full = size.ge(capacityOf(b));
      return {
        copy: step(
          "while (count && refilled < max) { p[refilled] = object; object = get_freepointer(s, object); .. }",
          { ref: "11.5.D1b" },
          when(and(cnt.gt(0), x.isNull())).fails("S4", "reads on past the end of a freelist"),
          when(and(cnt.gt(0), linkOf(x).eq("garbage"))).fails("S4", "follows a link word that somebody owns"),
          when(and(cnt.gt(0), not(full)))
            .do(
              objects.at(size).set(x.known()),
              size.set(size.plus(1)),
              x.set(linkOf(x).except("garbage")),
              linkOf(x).set("garbage"),
              cnt.set(cnt.minus(1)),
            )
            .goto("copy"),
          when(cnt.gt(0)).do(head.set(x.known())).goto("return"),
          when(full).goto("rest"),
          otherwise.goto("next"),
        ),
      };
    }),
    patch(
      getFreelistNofreeze,
      () => ({
        update: select("(variant) nothing is written", [], "return"),
      }),
      { removed: ["cmpxchg", "slow"] },
    ),
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
  "lists-leftover-afterwards": variant(
    "lists-leftover-afterwards",
    "__slab_try_return_freelist() writes the rest of a freelist back by its cmpxchg first, and takes list_lock to list the slab afterwards (as we read what 4a724bcf5d70 mended)",
    patch(
      slabTryReturnFreelist,
      ({ b, slab, head, inuse, cnt, flags }) => {
        const s = k.slab.at(slab);
        return {
          read: step(
            "old.freelist = slab->freelist; old.counters = slab->counters; if (old.freelist) return false;",
            { ref: "11.5.D1c" },
            when(racy(s.freelist).notNull()).goto("failed"),
            otherwise.do(inuse.set(racy(s.inuse))).goto("update"),
          ),
          cmpxchg: step(
            'slab_update_freelist(s, slab, &old, &new, "__slab_try_return_freelist")',
            { ref: "11.5.D1c" },
            when(and(racy(s.freelist).isNull(), racy(s.inuse).eq(inuse)))
              .do(s.freelist.set(head), s.inuse.set(inuse.minus(cnt)))
              .goto("lockLate"),
            otherwise.goto("failed"),
          ),
          slow: call(
            "slab_update_freelist(s, slab, &old, &new);",
            slabUpdateFreelist,
            {
              slab,
              freelistOld: null,
              inuseOld: inuse,
              frozenOld: false,
              freelistNew: head,
              inuseNew: inuse.minus(cnt),
              frozenNew: false,
            },
            { updated: "lockLate", changed: "failed" },
            { ref: "11.5.D1c" },
          ),
          lockLate: call(
            "spin_lock_irqsave(&n->list_lock, flags);",
            spinLockIrqsave,
            { which: listLock(b), flags },
            { held: "add" },
          ),
        };
      },
      { added: ["lockLate"], removed: ["lock", "unlockFailed"] },
    ),
  ),
};
