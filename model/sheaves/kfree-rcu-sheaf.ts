/**
 * __kfree_rcu_sheaf(): an object goes into this CPU's rcu_free sheaf, which is handed to RCU where that is full. Nobody
 * waits for the lock of the sheaves.
 *
 * Context: Any, where it may not spin; with PREEMPT_RT only so.
 * Return: by `done`, or by `not`, where the C returns false.
 *
 * @kernel v7.3.4 mm/slub.c __kfree_rcu_sheaf()
 */

import {
  bool,
  call,
  exists,
  id,
  lit,
  not,
  optional,
  otherwise,
  program,
  select,
  step,
  value,
  when,
} from "../../checker/language/index.ts";
import { localUnlock } from "../locks/local-lock.ts";
import { localTrylock } from "../locks/local-trylock.ts";
import { irqWorkQueue } from "../machine/irq-work.ts";
import { cpu } from "../machine/sets.ts";
import { onCpu } from "../machine/state.ts";
import { bucket, object } from "../mm/sets.ts";
import { DEFERRED_WORK, oneAtATime } from "../slub/state.ts";
import { allocEmptySheaf } from "./alloc-empty-sheaf.ts";
import { barnGetEmptySheaf } from "./barn-get-empty-sheaf.ts";
import { callRcu } from "./call-rcu.ts";
import { freeEmptySheaf } from "./free-empty-sheaf.ts";
import { r, rcuFreeOf } from "./rcu-state.ts";
import { capacityOf, pcsOf, sheaf, sheafOf, sheavesLock, thisSheavesLock } from "./state.ts";

export const kfreeRcuSheaf = program(
  "__kfree_rcu_sheaf",
  {
    exits: ["done", "not"],
    params: { b: value(id(bucket)), x: value(id(object)), allowSpin: value(bool) },
    locals: { c: id(cpu), empty: optional(id(sheaf)), mine: id(sheaf) },
    kernel: "v7.3.4 mm/slub.c __kfree_rcu_sheaf()",
    tag: "S",
  },
  (self, { b, x, allowSpin }, { c, empty, mine }) => {
    const { spare } = pcsOf(c, b);
    const rcuFree = rcuFreeOf(c, b);
    const which = sheavesLock(c, b);
    const { size, objects } = sheafOf(rcuFree);
    const { sheaves } = r.rcuWork.at(c);
    return {
      trylock: call(
        "if (!local_trylock(&s->cpu_sheaves->lock)) goto fail;",
        localTrylock,
        { which: thisSheavesLock(b), c },
        { held: "rcuFree", busy: "not" },
        { ref: "11.4.B1" },
      ),
      rcuFree: step(
        "if (unlikely(!pcs->rcu_free)) { .. if (unlikely(!cache_has_sheaves(s)))",
        { ref: "11.4.B2 11.4.B3" },
        when(oneAtATime(b)).goto("unlockNone"),
        when(rcuFree.isNull()).goto("spare"),
        otherwise.goto("store"),
      ),
      unlockNone: call(
        "local_unlock(&s->cpu_sheaves->lock); goto fail;",
        localUnlock,
        { which },
        { done: "not" },
        { ref: "11.4.B3" },
      ),
      spare: step(
        "if (pcs->spare && pcs->spare->size == 0) { pcs->rcu_free = pcs->spare; pcs->spare = NULL; goto do_free; }",
        { ref: "11.4.B4" },
        when(spare.isNull()).goto("getEmpty"),
        when(sheafOf(spare).size.eq(0))
          .do(rcuFree.set(spare), spare.set(lit(null)))
          .goto("store"),
        otherwise.goto("getEmpty"),
      ),
      getEmpty: call(
        "empty = barn_get_empty_sheaf(barn, allow_spin);",
        barnGetEmptySheaf,
        { b, allowSpin, got: empty },
        { done: "gotEmpty" },
        { ref: "11.4.B5" },
      ),
      gotEmpty: step(
        "if (empty) { pcs->rcu_free = empty; goto do_free; }",
        { ref: "11.4.B5" },
        when(empty.notNull()).do(rcuFree.set(empty)).goto("store"),
        otherwise.goto("unlockAlloc"),
      ),
      unlockAlloc: call(
        "local_unlock(&s->cpu_sheaves->lock);",
        localUnlock,
        { which },
        { done: "alloc" },
        { ref: "11.4.B6" },
      ),
      alloc: call(
        "empty = alloc_empty_sheaf(s, __GFP_NOWARN, alloc_flags);",
        allocEmptySheaf,
        { b, got: empty },
        { done: "allocated" },
        { ref: "11.4.B6" },
      ),
      allocated: step(
        "if (!empty) goto fail;",
        { ref: "11.4.B6" },
        when(empty.isNull()).goto("not"),
        otherwise.do(mine.set(empty.known())).goto("relock"),
      ),
      relock: call(
        "if (!local_trylock(&s->cpu_sheaves->lock)) {",
        localTrylock,
        { which: thisSheavesLock(b), c },
        { held: "again", busy: "freeBusy" },
        { ref: "11.4.B7" },
      ),
      freeBusy: call(
        "__free_empty_sheaf(s, empty, free_flags); goto fail;",
        freeEmptySheaf,
        { one: mine },
        { done: "not" },
        { ref: "11.4.B7" },
      ),
      again: step(
        "if (unlikely(pcs->rcu_free)) .. else pcs->rcu_free = empty;",
        { ref: "11.4.B7" },
        when(rcuFree.notNull()).goto("freeSurplus"),
        otherwise.do(rcuFree.set(mine)).goto("store"),
      ),
      freeSurplus: call(
        "__free_empty_sheaf(s, empty, free_flags);",
        freeEmptySheaf,
        { one: mine },
        { done: "store" },
        { ref: "11.4.B7", note: "under the lock of the sheaves" },
      ),
      store: step(
        "rcu_sheaf->objects[rcu_sheaf->size++] = obj; /* the object, */",
        { ref: "11.4.B8" },
        when(size.ge(capacityOf(b))).fails("S22", "writes past the end of a sheaf"),
        otherwise.do(objects.at(size).set(x)).goto("size"),
      ),
      size: step(
        "rcu_sheaf->objects[rcu_sheaf->size++] = obj; /* then the size */",
        { ref: "11.4.B8" },
        when(size.ge(capacityOf(b))).fails("S22", "a sheaf has more objects than room"),
        otherwise.do(size.set(size.plus(1))).goto("full"),
      ),
      full: step(
        "if (likely(rcu_sheaf->size < s->sheaf_capacity)) { rcu_sheaf = NULL; } else { pcs->rcu_free = NULL; rcu_sheaf->node = numa_node_id(); }",
        { ref: "11.4.B9" },
        when(size.lt(capacityOf(b))).goto("unlock"),
        otherwise.do(mine.set(rcuFree.known()), rcuFree.set(lit(null))).goto("how"),
      ),
      how: select("if (unlikely(!allow_spin && irqs_disabled()))", [[allowSpin, "call"]], "irqs"),
      irqs: step(
        "if (unlikely(!allow_spin && irqs_disabled()))",
        { ref: "11.4.B9a" },
        when(onCpu(self).irqsOff).goto("push"),
        otherwise.goto("call"),
      ),
      push: step(
        "dpw = this_cpu_ptr(&deferred_percpu_work); if (llist_add(&rcu_sheaf->llnode, &dpw->rcu_sheaves))",
        { ref: "11.4.B9a" },
        when(not(exists(sheaf, (one) => sheaves.at(one))))
          .do(sheaves.at(mine).set(true))
          .goto("queue"),
        otherwise.do(sheaves.at(mine).set(true)).goto("unlock"),
      ),
      queue: step(
        "irq_work_queue(&dpw->work);",
        { ref: "11.4.B9a" },
        otherwise.do(irqWorkQueue(self, c, DEFERRED_WORK)).goto("unlock"),
      ),
      call: call(
        "call_rcu(&rcu_sheaf->rcu_head, rcu_free_sheaf);",
        callRcu,
        { one: mine, noBarn: false },
        { done: "unlock" },
        { ref: "11.4.B9b" },
      ),
      unlock: call(
        "local_unlock(&s->cpu_sheaves->lock); .. return true;",
        localUnlock,
        { which },
        { done: "done" },
        { ref: "11.4.B10" },
      ),
    };
  },
);
