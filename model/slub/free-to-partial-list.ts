/**
 * free_to_partial_list(): a free to a slab of a debug cache, or any under SLUB_TINY: all of it under list_lock.
 *
 * Context: Waits for n->list_lock.
 * Abstracts: free_debug_processing() finds nothing wrong; one object at a time.
 *
 * @kernel v6.18 mm/slub.c free_to_partial_list()
 */

import {
  and,
  bool,
  call,
  id,
  ite,
  not,
  otherwise,
  program,
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
import { addsListed, CPU_SLAB_LISTS, type ListRules, notOnFull, notOnPartial, removesUnlisted } from "./lists.ts";
import {
  addPartial,
  decSlabsNode,
  giveUpSlab,
  k,
  kmemCacheDebug,
  linkOf,
  nrPartial,
  removeFull,
  removePartial,
} from "./state.ts";

/** The program of one version, which says what lists there are. */
export const freeToPartialListOf = (name: string, { isListed, givesUp }: ListRules) =>
  program(
    name,
    {
      exits: ["done"],
      params: { b: value(id(bucket)), slab: value(id(slabs)), x: value(id(object)), cnt: value(range(0, 1)) },
      locals: { flags: bool, wasFull: bool },
      kernel: "v6.18 mm/slub.c free_to_partial_list()",
      inlines: "mm/slub.c __free_slab()",
      tag: "S",
    },
    (_, { b, slab, x, cnt }, { flags, wasFull }) => {
      const s = k.slab.at(slab);
      const which = listLock(b);
      const empty = and(s.inuse.eq(0), nrPartial(b).ge(mm.minPartial));
      return {
        lock: call(
          "spin_lock_irqsave(&n->list_lock, flags);",
          spinLockIrqsave,
          { which, flags },
          { held: "free" },
          { ref: "3.12.1" },
        ),
        free: step(
          "prior = slab->freelist; slab->inuse -= cnt; set_freepointer(s, tail, prior); slab->freelist = head;",
          { ref: "3.12.2", note: "the object is free again here; all who look at this slab hold list_lock: one step" },
          when(s.inuse.lt(cnt)).fails("S11", "frees an object of a slab that has none in use"),
          otherwise
            .do(
              wasFull.set(s.freelist.isNull()),
              linkOf(x).set(s.freelist),
              s.inuse.set(s.inuse.minus(cnt)),
              s.freelist.set(x),
            )
            .goto("lists"),
        ),
        lists: step(
          "if (slab->inuse == 0 && n->nr_partial >= s->min_partial) slab_free = slab; if (!prior) { remove_full(s, n, slab); .. add_partial(n, slab, ..); .. } else if (slab_free) remove_partial(n, slab);",
          { ref: "3.12.3" },
          removesUnlisted(and(wasFull, notOnFull(b, slab))),
          removesUnlisted(and(empty, not(wasFull), notOnPartial(b, slab))),
          addsListed(and(wasFull, not(empty), isListed(slab, ite<number>(kmemCacheDebug(b), 1, 0)))),
          when(and(empty, wasFull)).do(removeFull(b, slab)).goto("count"),
          when(empty).do(removePartial(b, slab)).goto("count"),
          when(wasFull).do(removeFull(b, slab), addPartial(b, slab)).goto("unlock"),
          otherwise.goto("unlock"),
        ),
        count: step(
          "if (slab_free) dec_slabs_node(s, slab_nid(slab_free), slab_free->objects);",
          { ref: "3.12.4" },
          otherwise.do(decSlabsNode(b)).goto("unlockEmpty"),
        ),
        unlockEmpty: call(
          "spin_unlock_irqrestore(&n->list_lock, flags);",
          spinUnlockIrqrestore,
          { which, flags },
          { done: "freeSlab" },
          { ref: "3.12.5" },
        ),
        freeSlab: step(
          "free_slab(s, slab_free);",
          { ref: "3.12.5" },
          givesUp(slab),
          otherwise.do(giveUpSlab(slab)).goto("pages"),
        ),
        pages: select("(model) is the page allocator modelled?", [[mm.pages, "freePage"]], "done"),
        freePage: call(
          "free_frozen_pages(page, order);",
          freeFrozenPages,
          { page: slab, allowSpin: true },
          { done: "done" },
          { ref: "3.12.5 3.10.F" },
        ),
        unlock: call(
          "spin_unlock_irqrestore(&n->list_lock, flags);",
          spinUnlockIrqrestore,
          { which, flags },
          { done: "done" },
          { ref: "3.12.5" },
        ),
      };
    },
  );

export const freeToPartialList = freeToPartialListOf("free_to_partial_list", CPU_SLAB_LISTS);
