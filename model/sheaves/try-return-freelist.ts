/**
 * __slab_try_return_freelist(): the rest of a freelist goes back to its slab, if nobody has freed there since it was
 * detached; the slab goes on the node's list.
 *
 * Context: Waits for n->list_lock.
 * Return: by `returned` or by `failed`.
 *
 * @kernel v7.3.4 mm/slub.c __slab_try_return_freelist()
 */

import {
  and,
  bool,
  bound,
  call,
  id,
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
import { addPartial, k } from "../slub/state.ts";
import { slabUpdateFreelist } from "../slub/update-freelist-slow.ts";
import { addsSlab } from "./lists.ts";

export const slabTryReturnFreelist = program(
  "__slab_try_return_freelist",
  {
    exits: ["returned", "failed"],
    params: {
      b: value(id(bucket)),
      slab: value(id(slabs)),
      head: value(id(object)),
      cnt: value(range(0, bound("slot"))),
    },
    locals: { inuse: range(0, bound("slot")), flags: bool },
    kernel: "v7.3.4 mm/slub.c __slab_try_return_freelist()",
    inlines: "mm/slub.c slab_update_freelist()",
    tag: "S",
  },
  (_, { b, slab, head, cnt }, { inuse, flags }) => {
    const s = k.slab.at(slab);
    const which = listLock(b);
    return {
      read: step(
        "old.freelist = slab->freelist; old.counters = slab->counters; if (old.freelist) return false;",
        { ref: "11.5.D1c" },
        when(racy(s.freelist).notNull()).goto("failed"),
        otherwise.do(inuse.set(racy(s.inuse))).goto("lock"),
      ),
      lock: call(
        "spin_lock_irqsave(&n->list_lock, flags);",
        spinLockIrqsave,
        { which, flags },
        { held: "update" },
        { ref: "11.5.D1c" },
      ),
      update: select("if (s->flags & __CMPXCHG_DOUBLE)", [[mm.cmpxchgDouble, "cmpxchg"]], "slow"),
      cmpxchg: step(
        'slab_update_freelist(s, slab, &old, &new, "__slab_try_return_freelist")',
        { ref: "11.5.D1c" },
        when(and(racy(s.freelist).isNull(), racy(s.inuse).eq(inuse)))
          .do(s.freelist.set(head), s.inuse.set(inuse.minus(cnt)))
          .goto("add"),
        otherwise.goto("unlockFailed"),
      ),
      slow: call(
        "slab_update_freelist(s, slab, &old, &new, ..",
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
        { updated: "add", changed: "unlockFailed" },
        { ref: "11.5.D1c" },
      ),
      add: step(
        "add_partial(n, slab, ADD_TO_TAIL);",
        { ref: "11.5.D1c" },
        addsSlab(slab),
        otherwise.do(addPartial(b, slab)).goto("unlock"),
      ),
      unlock: call(
        "spin_unlock_irqrestore(&n->list_lock, flags); return true;",
        spinUnlockIrqrestore,
        { which, flags },
        { done: "returned" },
        { ref: "11.5.D1c" },
      ),
      unlockFailed: call(
        "spin_unlock_irqrestore(&n->list_lock, flags); return false;",
        spinUnlockIrqrestore,
        { which, flags },
        { done: "failed" },
        { ref: "11.5.D1c" },
      ),
    };
  },
);
