/**
 * __refill_objects_node(): takes slabs off the node's list, detaches their freelists, and copies the objects into a sheaf
 * that is the caller's own. What does not fit goes back; slabs that were not needed are listed again.
 *
 * Context: No lock held; may spin.
 *
 * @kernel v7.3.4 mm/slub.c __refill_objects_node()
 */

import {
  and,
  bool,
  bound,
  call,
  choose,
  count,
  exists,
  id,
  not,
  optional,
  or,
  otherwise,
  program,
  range,
  setEach,
  step,
  value,
  when,
} from "../../checker/language/index.ts";
import { spinLockIrqsave, spinUnlockIrqrestore } from "../locks/spinlock.ts";
import { listLock } from "../mm/locks.ts";
import { bucket, object, slab as slabs } from "../mm/sets.ts";
import { countPartial, freelist, k, linkOf } from "../slub/state.ts";
import { getFreelistNofreeze } from "./get-freelist-nofreeze.ts";
import { getPartialNodeBulk } from "./get-partial-node-bulk.ts";
import { addsListed, listsOf } from "./lists.ts";
import { slabFree } from "./slab-free.ts";
import { capacityOf, h, sheaf, sheafOf } from "./state.ts";
import { slabTryReturnFreelist } from "./try-return-freelist.ts";

export const refillObjectsNode = program(
  "__refill_objects_node",
  {
    exits: ["done"],
    params: { b: value(id(bucket)), one: value(id(sheaf)) },
    locals: {
      slab: id(slabs),
      object: optional(id(object)),
      head: id(object),
      tail: id(object),
      cnt: range(0, bound("slot")),
      flags: bool,
    },
    kernel: "v7.3.4 mm/slub.c __refill_objects_node()",
    tag: "S",
  },
  (self, { b, one }, { slab, object: x, head, tail, cnt, flags }) => {
    const mine = h.isolated.at(self);
    const which = listLock(b);
    const { size, objects } = sheafOf(one);
    const full = size.ge(capacityOf(b));
    const { partial } = k.node.at(b);
    return {
      take: call(
        "if (!get_partial_node_bulk(s, n, &pc, allow_spin)) return 0;",
        getPartialNodeBulk,
        { b, need: one },
        { some: "next", none: "done" },
        { ref: "11.5.D1a" },
      ),
      next: step(
        "list_for_each_entry_safe(slab, slab2, &pc.slabs, slab_list) { .. list_del(&slab->slab_list);",
        { ref: "11.5.D1b", note: "in any order" },
        choose(slabs, (s) => when(mine.at(s)).do(mine.at(s).set(false), slab.set(s)).goto("detach")),
        otherwise.goto("done"),
      ),
      detach: call(
        "object = get_freelist_nofreeze(s, slab, &count);",
        getFreelistNofreeze,
        { slab, got: x, cnt },
        { done: "copy" },
        { ref: "11.5.D1b" },
      ),
      copy: step(
        "while (count && refilled < max) { p[refilled] = object; object = get_freepointer(s, object); .. refilled++; count--; }",
        { ref: "11.5.D1b", note: "freelist and sheaf are the caller's own" },
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
      return: call(
        "if (__slab_try_return_freelist(s, n, slab, head, count)) break;",
        slabTryReturnFreelist,
        { b, slab, head, cnt },
        { returned: "rest", failed: "tail" },
        { ref: "11.5.D1c" },
      ),
      tail: step(
        "do { tail = object; object = get_freepointer(s, object); } while (object);",
        { ref: "11.5.D1c" },
        otherwise.do(tail.set(freelist(head).last().known())).goto("free"),
      ),
      free: call(
        "__slab_free(s, slab, head, tail, count, _RET_IP_);",
        slabFree,
        { b, slab, head, tail, cnt },
        { done: "rest" },
        { ref: "11.5.D1c" },
      ),
      rest: step(
        "if (unlikely(!list_empty(&pc.slabs))) {",
        { ref: "11.5.D1d" },
        when(exists(slabs, (s) => mine.at(s))).goto("lock"),
        otherwise.goto("done"),
      ),
      lock: call(
        "spin_lock_irqsave(&n->list_lock, flags);",
        spinLockIrqsave,
        { which, flags },
        { held: "relist" },
        { ref: "11.5.D1d" },
      ),
      relist: step(
        "list_for_each_entry(slab, &pc.slabs, slab_list) set_node_partial_state(n, slab); list_splice_tail(&pc.slabs, &n->partial);",
        { ref: "11.5.D1d" },
        addsListed(exists(slabs, (s) => and(mine.at(s), listsOf(s).gt(1)))),
        otherwise
          .do(
            setEach(slabs, (s) => [partial.at(s).set(or(partial.at(s), mine.at(s))), mine.at(s).set(false)]),
            countPartial(
              b,
              count(slabs, (s) => mine.at(s)),
            ),
          )
          .goto("unlock"),
      ),
      unlock: call(
        "spin_unlock_irqrestore(&n->list_lock, flags);",
        spinUnlockIrqrestore,
        { which, flags },
        { done: "done" },
        { ref: "11.5.D1d" },
      ),
    };
  },
);
