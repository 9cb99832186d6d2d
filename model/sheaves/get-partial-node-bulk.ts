/**
 * get_partial_node_bulk(): takes slabs off the node's list until they have as many free objects as a sheaf has room. From
 * then on they are on no list, and the caller's.
 *
 * Context: Waits for n->list_lock.
 * Return: by `some`, where `isolated` of the caller has slabs, or by `none`.
 * Abstracts: one node; which slab of the list is taken next is a free choice; pfmemalloc_match() always matches.
 *
 * @kernel v7.3.4 mm/slub.c get_partial_node_bulk()
 */

import {
  and,
  bool,
  bound,
  call,
  choose,
  id,
  ite,
  not,
  otherwise,
  program,
  racy,
  range,
  step,
  value,
  when,
} from "../../checker/language/index.ts";
import { spinLockIrqsave, spinUnlockIrqrestore } from "../locks/spinlock.ts";
import { mm } from "../mm/config.ts";
import { listLock } from "../mm/locks.ts";
import { bucket, slab as slabs } from "../mm/sets.ts";
import { k, nrPartial, removePartial } from "../slub/state.ts";
import { capacityOf, h, sheaf, sheafOf } from "./state.ts";

export const getPartialNodeBulk = program(
  "get_partial_node_bulk",
  {
    exits: ["some", "none"],
    params: { b: value(id(bucket)), need: value(id(sheaf)) },
    locals: { total: range(0, bound("capacity")), flags: bool },
    kernel: "v7.3.4 mm/slub.c get_partial_node_bulk()",
    tag: "S",
  },
  (self, { b, need }, { total, flags }) => {
    const { partial } = k.node.at(b);
    const which = listLock(b);
    const room = capacityOf(b).minus(sheafOf(need).size);
    return {
      look: step(
        "if (!n || data_race(!n->nr_partial)) return false;",
        { ref: "11.5.D1a" },
        when(racy(nrPartial(b).eq(0))).goto("none"),
        otherwise.do(total.set(0)).goto("lock"),
      ),
      lock: call(
        "spin_lock_irqsave(&n->list_lock, flags);",
        spinLockIrqsave,
        { which, flags },
        { held: "next" },
        { ref: "11.5.D1a" },
      ),
      next: step(
        "list_for_each_entry_safe(..) { .. slab_free = flc.objects - flc.inuse; .. clear_node_partial_state(n, slab); total_free += slab_free;",
        { ref: "11.5.D1a", note: "the sum counts up to what is needed; the counters are read while others may free" },
        choose(slabs, (s) => {
          const free = mm.objects.minus(racy(k.slab.at(s).inuse));
          return when(and(total.lt(room), partial.at(s)))
            .do(
              removePartial(b, s),
              h.isolated.at(self).at(s).set(true),
              total.set(ite(total.plus(free).gt(room), room, total.plus(free))),
            )
            .goto("next");
        }),
        otherwise.goto("unlock"),
      ),
      unlock: call(
        "spin_unlock_irqrestore(&n->list_lock, flags);",
        spinUnlockIrqrestore,
        { which, flags },
        { done: "return" },
        { ref: "11.5.D1a" },
      ),
      return: step(
        "return total_free > 0;",
        { ref: "11.5.D1a" },
        when(not(total.eq(0))).goto("some"),
        otherwise.goto("none"),
      ),
    };
  },
);
