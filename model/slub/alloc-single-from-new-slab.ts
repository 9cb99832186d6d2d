/**
 * alloc_single_from_new_slab(): one object of a slab just made, which goes on the node's list. A nolock caller that cannot
 * have list_lock gives the slab up before it has touched it.
 *
 * Context: CPU pinned. Spin callers wait for n->list_lock, nolock callers only try it.
 * Return: `got`, null where the C returns NULL.
 * Abstracts: alloc_debug_processing() finds nothing wrong.
 *
 * @kernel v6.18.35 mm/slub.c alloc_single_from_new_slab()
 */

import {
  bool,
  call,
  id,
  lit,
  optional,
  otherwise,
  program,
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
import { deferDeactivateSlab } from "./defer-free.ts";
import { addsSlab } from "./lists.ts";
import { addFull, addPartial, incSlabsNode, k, linkOf } from "./state.ts";

export const allocSingleFromNewSlab = program(
  "alloc_single_from_new_slab",
  {
    exits: ["done"],
    params: {
      b: value(id(bucket)),
      slab: value(id(slabs)),
      allowSpin: value(bool),
      got: result(optional(id(object))),
    },
    locals: { object: id(object), flags: bool },
    kernel: "v6.18.35 mm/slub.c alloc_single_from_new_slab()",
    tag: "S",
  },
  (_, { b, slab, allowSpin, got }, { object: x, flags }) => {
    const s = k.slab.at(slab);
    const which = listLock(b);
    return {
      entry: select("if (!allow_spin && ..", [[allowSpin, "spin"]], "try"),
      try: call(
        ".. !spin_trylock_irqsave(&n->list_lock, flags)) {",
        spinTrylockIrqsave,
        { which, flags },
        { held: "object", busy: "discard" },
        { ref: "3.11.1" },
      ),
      discard: call(
        "defer_deactivate_slab(slab, NULL);",
        deferDeactivateSlab,
        { slab, freelist: null },
        { done: "fail" },
        { ref: "3.11.2" },
      ),
      fail: step("return NULL;", { ref: "3.11.2" }, otherwise.do(got.set(lit(null))).goto("done")),
      spin: step(
        "object = slab->freelist;",
        { ref: "3.11.3", note: "flags is set by the lock below" },
        otherwise.do(x.set(s.freelist.known()), flags.set(false)).goto("take"),
      ),
      object: step("object = slab->freelist;", { ref: "3.11.3" }, otherwise.do(x.set(s.freelist.known())).goto("take")),
      take: step(
        "slab->freelist = get_freepointer(s, object); slab->inuse = 1;",
        { ref: "3.11.3", note: "the new slab is private: its fields change in one step" },
        when(linkOf(x).eq("garbage")).fails("S4", "a link word that somebody owns becomes slab->freelist"),
        otherwise
          .do(s.freelist.set(linkOf(x).except("garbage")), s.inuse.set(1), linkOf(x).set("garbage"))
          .goto("locked"),
      ),
      locked: select("if (allow_spin)", [[allowSpin, "lock"]], "add"),
      lock: call(
        "spin_lock_irqsave(&n->list_lock, flags);",
        spinLockIrqsave,
        { which, flags },
        { held: "add" },
        { ref: "3.11.4" },
      ),
      add: step(
        "if (slab->inuse == slab->objects) add_full(s, n, slab); else add_partial(n, slab, DEACTIVATE_TO_HEAD);",
        { ref: "3.11.5" },
        addsSlab(slab),
        when(s.inuse.eq(mm.objects)).do(addFull(b, slab)).goto("count"),
        otherwise.do(addPartial(b, slab)).goto("count"),
      ),
      count: step(
        "inc_slabs_node(s, nid, slab->objects);",
        { ref: "3.11.5" },
        otherwise.do(incSlabsNode(b), got.set(x)).goto("unlock"),
      ),
      unlock: call(
        "spin_unlock_irqrestore(&n->list_lock, flags);",
        spinUnlockIrqrestore,
        { which, flags },
        { done: "done" },
        { ref: "3.11.6" },
      ),
    };
  },
);
