/**
 * deactivate_slab(): gives a CPU slab that the caller has unlinked back to the node, with the objects left on its
 * private freelist. Between the cmpxchg and list_lock the slab is unfrozen and on no list: a free that comes there
 * leaves it alone.
 *
 * Context: Waits for n->list_lock.
 *
 * @kernel v6.18 mm/slub.c deactivate_slab()
 */

import {
  and,
  bool,
  bound,
  call,
  id,
  ite,
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
import { cpu } from "../machine/sets.ts";
import { mm } from "../mm/config.ts";
import { listLock } from "../mm/locks.ts";
import { bucket, object, slab as slabs } from "../mm/sets.ts";
import { freeFrozenPages } from "../page/free-frozen-pages.ts";
import { addsSlab, givesUp } from "./lists.ts";
import { addPartial, decSlabsNode, giveUpSlab, k, linkOf, nrPartial, freelist as walk } from "./state.ts";
import { slabUpdateFreelist } from "./update-freelist-slow.ts";

export const deactivateSlab = program(
  "deactivate_slab",
  {
    exits: ["done"],
    params: { b: value(id(bucket)), slab: value(id(slabs)), freelist: value(optional(id(object))) },
    locals: {
      flags: bool,
      old: optional(id(object)),
      inuse: range(0, bound("slot")),
      freeDelta: range(0, bound("slot")),
      tail: optional(id(object)),
      /** Used by a proposal that drains deferred frees here. */
      c: id(cpu),
    },
    kernel: "v6.18 mm/slub.c deactivate_slab()",
    tag: "S",
  },
  (_, { b, slab, freelist }, { flags, old, inuse, freeDelta, tail }) => {
    const s = k.slab.at(slab);
    const which = listLock(b);
    const list = walk(freelist);
    const unchanged = and(s.freelist.eq(old), s.inuse.eq(inuse), s.frozen);
    return {
      walk: step(
        "while (freelist_iter && (nextfree = get_freepointer(s, freelist_iter))) ..",
        { ref: "3.7.1", note: "the list is private: the walk is one step" },
        when(not(list.ends())).fails("S4", "deactivates a freelist that runs into somebody's object"),
        otherwise.do(tail.set(list.last()), freeDelta.set(list.length())).goto("read"),
      ),
      read: step(
        "old.freelist = READ_ONCE(slab->freelist); old.counters = READ_ONCE(slab->counters);",
        { ref: "3.7.2" },
        when(not(racy(s.frozen))).fails("S21", "a CPU slab that is deactivated is not frozen"),
        when(racy(s.inuse).lt(freeDelta)).fails("S11", "more objects come back than the slab has in use"),
        otherwise.do(old.set(racy(s.freelist)), inuse.set(racy(s.inuse))).goto("update"),
      ),
      update: select("if (s->flags & __CMPXCHG_DOUBLE)", [[mm.cmpxchgDouble, "cmpxchg"]], "link"),
      cmpxchg: step(
        'slab_update_freelist(s, slab, old.freelist, old.counters, new.freelist, new.counters, "unfreezing slab")',
        { ref: "3.7.2", note: "set_freepointer(tail) rides along: nobody else reads the private tail" },
        when(and(unchanged, tail.isNull())).do(s.frozen.set(false)).goto("decide"),
        when(unchanged)
          .do(linkOf(tail).set(old), s.freelist.set(freelist), s.inuse.set(inuse.minus(freeDelta)), s.frozen.set(false))
          .goto("decide"),
        otherwise.goto("read"),
      ),
      link: step(
        "if (freelist_tail) { .. set_freepointer(s, freelist_tail, old.freelist);",
        { ref: "3.7.2" },
        when(tail.isNull()).goto("slow"),
        otherwise.do(linkOf(tail).set(old)).goto("slow"),
      ),
      slow: call(
        "slab_update_freelist(s, slab, old.freelist, old.counters, new.freelist, new.counters);",
        slabUpdateFreelist,
        {
          slab,
          freelistOld: old,
          inuseOld: inuse,
          frozenOld: true,
          freelistNew: ite(tail.isNull(), old, freelist),
          inuseNew: inuse.minus(freeDelta),
          frozenNew: false,
        },
        { updated: "decide", changed: "read" },
        { ref: "3.7.2 3.6c" },
      ),
      decide: step(
        "if (!new.inuse && n->nr_partial >= s->min_partial) .. else if (new.freelist) {",
        {
          ref: "3.7.3 3.7.5",
          note: "new.inuse and new.freelist are what the cmpxchg wrote; nr_partial is read without the lock",
        },
        when(and(inuse.eq(freeDelta), racy(nrPartial(b)).ge(mm.minPartial))).goto("discard"),
        when(or(freelist.notNull(), old.notNull())).goto("lock"),
        otherwise.goto("end"),
      ),
      discard: step(
        "discard_slab(s, slab);",
        { ref: "3.7.3" },
        givesUp(slab),
        otherwise.do(decSlabsNode(b), giveUpSlab(slab)).goto("pages"),
      ),
      pages: select("(model) is the page allocator modelled?", [[mm.pages, "freePage"]], "end"),
      freePage: call(
        "free_frozen_pages(page, order);",
        freeFrozenPages,
        { page: slab, allowSpin: true },
        { done: "end" },
        { ref: "3.7.3 3.10.F" },
      ),
      lock: call(
        "spin_lock_irqsave(&n->list_lock, flags);",
        spinLockIrqsave,
        { which, flags },
        { held: "add" },
        { ref: "3.7.4" },
      ),
      add: step(
        "add_partial(n, slab, tail);",
        { ref: "3.7.4" },
        addsSlab(slab),
        otherwise.do(addPartial(b, slab)).goto("unlock"),
      ),
      unlock: call(
        "spin_unlock_irqrestore(&n->list_lock, flags);",
        spinUnlockIrqrestore,
        { which, flags },
        { done: "end" },
        { ref: "3.7.4" },
      ),
      end: select("(model) return", [], "done"),
    };
  },
);
