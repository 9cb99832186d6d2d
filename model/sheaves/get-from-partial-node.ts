/**
 * get_from_partial_node(): one object of a slab on the node's partial list. The slab leaves the list with its last.
 *
 * Context: No lock held. Spin callers wait for n->list_lock, nolock callers only try it.
 * Return: `got`, null where the C returns NULL.
 * Abstracts: one node; which slab of the list is taken is a free choice; pfmemalloc_match() always matches.
 *
 * @kernel v7.3.4 mm/slub.c get_from_partial_node()
 */

import {
  and,
  bool,
  bound,
  call,
  choose,
  id,
  lit,
  optional,
  orWord,
  otherwise,
  program,
  racy,
  range,
  result,
  select,
  step,
  value,
  when,
} from "../../checker/language/index.ts";
import { spinLockIrqsave, spinTrylockIrqsave, spinUnlockIrqrestore } from "../locks/spinlock.ts";
import { mm } from "../mm/config.ts";
import { listLock } from "../mm/locks.ts";
import { bucket, object, slab as slabs } from "../mm/sets.ts";
import { notOnPartial } from "../slub/lists.ts";
import { k, linkOf, nrPartial, oneAtATime, removePartial } from "../slub/state.ts";
import { updateFreelistSlow } from "../slub/update-freelist-slow.ts";
import { allocSingleFromPartial } from "./debug-caches.ts";
import { removesUnlisted } from "./lists.ts";

const inuseShape = range(0, bound("slot"));

export const getFromPartialNode = program(
  "get_from_partial_node",
  {
    exits: ["done"],
    params: { b: value(id(bucket)), allowSpin: value(bool), got: result(optional(id(object))) },
    locals: {
      flags: bool,
      slab: id(slabs),
      old: optional(id(object)),
      inuse: inuseShape,
      next: optional(id(object)),
      single: optional(id(object)),
      word: orWord(optional(id(object)), "garbage"),
    },
    kernel: "v7.3.4 mm/slub.c get_from_partial_node()",
    inlines: "mm/slub.c __slab_update_freelist()",
    tag: "S",
  },
  (_, { b, allowSpin, got }, { flags, slab, old, inuse, next, single, word }) => {
    const { partial } = k.node.at(b);
    const which = listLock(b);
    const s = k.slab.at(slab);
    return {
      look: step(
        "if (!n || !n->nr_partial) return NULL;",
        { ref: "11.2.F1" },
        when(racy(nrPartial(b).eq(0)))
          .do(got.set(lit(null)))
          .goto("done"),
        otherwise.goto("lock"),
      ),
      lock: select("if (alloc_flags_allow_spinning(ac->alloc_flags))", [[allowSpin, "spin"]], "try"),
      spin: call(
        "spin_lock_irqsave(&n->list_lock, flags);",
        spinLockIrqsave,
        { which, flags },
        { held: "walk" },
        { ref: "11.2.F2" },
      ),
      try: call(
        "else if (!spin_trylock_irqsave(&n->list_lock, flags)) return NULL;",
        spinTrylockIrqsave,
        { which, flags },
        { held: "walk", busy: "giveUp" },
        { ref: "11.2.F2" },
      ),
      giveUp: step("return NULL;", { ref: "11.2.F2" }, otherwise.do(got.set(lit(null))).goto("done")),
      walk: step(
        "list_for_each_entry_safe(slab, slab2, &n->partial, slab_list) {",
        { ref: "11.2.F3", note: "in any order" },
        choose(slabs, (x) =>
          when(and(oneAtATime(b), partial.at(x)))
            .do(slab.set(x))
            .goto("single"),
        ),
        choose(slabs, (x) => when(partial.at(x)).do(slab.set(x)).goto("read")),
        otherwise.do(got.set(lit(null))).goto("unlock"),
      ),
      single: call(
        "object = alloc_single_from_partial(s, n, slab, ac->orig_size);",
        allocSingleFromPartial,
        { b, slab, got: single },
        { done: "gotSingle" },
        { ref: "11.2.F4" },
      ),
      gotSingle: step("if (object) break;", { ref: "11.2.F4" }, otherwise.do(got.set(single)).goto("unlock")),
      read: step(
        "old.freelist = slab->freelist; old.counters = slab->counters;",
        { ref: "11.2.F5a 11.2.F5b" },
        when(racy(s.freelist).isNull()).fails("lists", "a slab on the partial list has no free object"),
        otherwise.do(old.set(racy(s.freelist)), inuse.set(racy(s.inuse))).goto("link"),
      ),
      link: step(
        "new.freelist = get_freepointer(s, old.freelist); new.counters = old.counters; new.inuse++;",
        { ref: "11.2.F5c" },
        otherwise.do(word.set(linkOf(old))).goto("update"),
      ),
      update: select("if (s->flags & __CMPXCHG_DOUBLE)", [[mm.cmpxchgDouble, "cmpxchg"]], "prepareSlow"),
      cmpxchg: step(
        '__slab_update_freelist(s, slab, &old, &new, "get_from_partial_node")',
        { ref: "11.2.F5d", note: "the object is handed out here" },
        when(and(racy(s.freelist).eq(old), racy(s.inuse).eq(inuse), word.eq("garbage"))).fails(
          "S4",
          "a link word that somebody owns becomes slab->freelist",
        ),
        when(and(racy(s.freelist).eq(old), racy(s.inuse).eq(inuse)))
          .do(
            s.freelist.set(word.except("garbage")),
            s.inuse.set(inuse.plus(1)),
            next.set(word.except("garbage")),
            linkOf(old).set("garbage"),
          )
          .goto("taken"),
        otherwise.goto("read"),
      ),
      prepareSlow: step(
        "(model) the new words",
        { ref: "11.2.F5d" },
        when(and(racy(s.freelist).eq(old), word.eq("garbage"))).fails(
          "S4",
          "a link word that somebody owns becomes slab->freelist",
        ),
        when(word.eq("garbage")).goto("read"),
        otherwise.do(next.set(word.except("garbage"))).goto("slow"),
      ),
      slow: call(
        "__slab_update_freelist(s, slab, &old, &new, ..",
        updateFreelistSlow,
        {
          slab,
          freelistOld: old,
          inuseOld: inuse,
          frozenOld: false,
          freelistNew: next,
          inuseNew: inuse.plus(1),
          frozenNew: false,
        },
        { updated: "takenSlow", changed: "read" },
        { ref: "11.2.F5d" },
      ),
      takenSlow: step(
        "object = old.freelist;",
        { ref: "11.2.F5d" },
        otherwise.do(linkOf(old).set("garbage")).goto("taken"),
      ),
      taken: step(
        "object = old.freelist; if (!new.freelist) remove_partial(n, slab);",
        { ref: "11.2.F5e", marks: ["asserts"] },
        removesUnlisted(and(next.isNull(), notOnPartial(b, slab))),
        when(next.isNull()).do(removePartial(b, slab), got.set(old)).goto("unlock"),
        otherwise.do(got.set(old)).goto("unlock"),
      ),
      unlock: call(
        "spin_unlock_irqrestore(&n->list_lock, flags); return object;",
        spinUnlockIrqrestore,
        { which, flags },
        { done: "done" },
        { ref: "11.2.F6" },
      ),
    };
  },
);
