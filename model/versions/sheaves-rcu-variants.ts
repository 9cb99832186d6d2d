/** What waits for a grace period since 7.3, with a safeguard taken away or a proposal put in. */
import {
  and,
  call,
  exists,
  lit,
  not,
  otherwise,
  patch,
  select,
  setEach,
  step,
  type Variant,
  variant,
  when,
} from "../../checker/language/index.ts";
import { localUnlock } from "../locks/local-lock.ts";
import { EMPTY_TRYLOCK } from "../machine/config.ts";
import { irqWorkQueue } from "../machine/irq-work.ts";
import { preemptDisable } from "../machine/pin.ts";
import { inNmi, thisCpu } from "../machine/state.ts";
import { mm } from "../mm/config.ts";
import { object } from "../mm/sets.ts";
import { barnPutFullSheaf } from "../sheaves/barn-put-sheaf.ts";
import { callRcu } from "../sheaves/call-rcu.ts";
import { deferKfreeRcu } from "../sheaves/defer-kfree-rcu.ts";
import { deferredPercpuWork } from "../sheaves/deferred-percpu-work.ts";
import { deferredWorkBarrier } from "../sheaves/deferred-work-barrier.ts";
import { flushRcuSheavesOnCache } from "../sheaves/flush-rcu-sheaves.ts";
import { kfree } from "../sheaves/kfree.ts";
import { kfreeCallRcuNolock } from "../sheaves/kfree-call-rcu-nolock.ts";
import { kfreeRcuSheaf } from "../sheaves/kfree-rcu-sheaf.ts";
import { kvfreeRcuBarrier } from "../sheaves/kmem-cache-destroy.ts";
import { kvfreeCallRcu } from "../sheaves/kvfree-call-rcu.ts";
import { pcsReplaceEmptyMain } from "../sheaves/pcs-replace-empty-main.ts";
import { r, rcuFreeOf } from "../sheaves/rcu-state.ts";
import { capacityOf, h, pcsOf, sheaf, sheafOf, sheavesLock } from "../sheaves/state.ts";
import { DEFERRED_WORK, k } from "../slub/state.ts";

/** Rows that come in where something waits for a grace period: a patch of them names rows that the program itself has not. */
const of73 = <T extends object>(rows: Readonly<Record<string, T>>) => rows as Readonly<Record<never, T>>;

export const SHEAF_RCU_VARIANTS: Readonly<Record<string, Variant>> = {
  "rcu-calls-with-irqs-off": variant(
    "rcu-calls-with-irqs-off",
    "Z1: __kfree_rcu_sheaf() hands a full sheaf to call_rcu(), whatever interrupts are",
    patch(kfreeRcuSheaf, () => ({ how: select("(variant) no test of irqs_disabled()", [], "call") }), {
      removed: ["irqs", "push", "queue"],
    }),
  ),
  "rcu-asks-in-nmi": variant(
    "rcu-asks-in-nmi",
    "Z2: __kfree_rcu_sheaf() puts a full sheaf off in an NMI only",
    patch(kfreeRcuSheaf, ({ self }) => ({
      irqs: step(
        "if (unlikely(!allow_spin && in_nmi()))",
        { ref: "11.4.B9a" },
        when(inNmi(self)).goto("push"),
        otherwise.goto("call"),
      ),
    })),
  ),
  "rcu-refuses-last-place": variant(
    "rcu-refuses-last-place",
    "Z3: where it may not spin __kfree_rcu_sheaf() does not fill a sheaf's last place (7.2)",
    patch(kfreeRcuSheaf, ({ b, x, allowSpin, c }) => {
      const { size, objects } = sheafOf(rcuFreeOf(c, b));
      return {
        store: step(
          "(variant) rcu_sheaf->size--; .. goto fail; /* the object, */",
          { ref: "11.4.B8", tag: "D" },
          when(size.ge(capacityOf(b))).fails("S22", "writes past the end of a sheaf"),
          when(and(not(allowSpin), size.plus(1).eq(capacityOf(b)))).goto("unlockNone"),
          otherwise.do(objects.at(size).set(x)).goto("size"),
        ),
      };
    }),
  ),
  "rcu-pushes-unlocked": variant(
    "rcu-pushes-unlocked",
    "Z4: __kfree_rcu_sheaf() unlocks before it hands a full sheaf on",
    patch(
      kfreeRcuSheaf,
      ({ self, b, c, mine }) => {
        const { size } = sheafOf(rcuFreeOf(c, b));
        const { sheaves } = r.rcuWork.at(c);
        return {
          full: step(
            "if (likely(rcu_sheaf->size < s->sheaf_capacity)) .. pcs->rcu_free = NULL;",
            { ref: "11.4.B9" },
            when(size.lt(capacityOf(b))).goto("unlock"),
            otherwise.do(mine.set(rcuFreeOf(c, b).known()), rcuFreeOf(c, b).set(lit(null))).goto("unlockFirst"),
          ),
          unlockFirst: call(
            "local_unlock(&s->cpu_sheaves->lock);",
            localUnlock,
            { which: sheavesLock(c, b) },
            { done: "how" },
            { ref: "11.4.B10" },
          ),
          push: step(
            "if (llist_add(&rcu_sheaf->llnode, &dpw->rcu_sheaves))",
            { ref: "11.4.B9a" },
            when(not(exists(sheaf, (one) => sheaves.at(one))))
              .do(sheaves.at(mine).set(true))
              .goto("queue"),
            otherwise.do(sheaves.at(mine).set(true)).goto("done"),
          ),
          queue: step(
            "irq_work_queue(&dpw->work);",
            { ref: "11.4.B9a" },
            otherwise.do(irqWorkQueue(self, c, DEFERRED_WORK)).goto("done"),
          ),
          call: call(
            "call_rcu(&rcu_sheaf->rcu_head, rcu_free_sheaf);",
            callRcu,
            { one: mine, noBarn: false },
            { done: "done" },
            { ref: "11.4.B9b" },
          ),
        };
      },
      { added: ["unlockFirst"] },
    ),
  ),
  "rcu-free-stays": variant(
    "rcu-free-stays",
    "Z5: __kfree_rcu_sheaf() leaves a full sheaf where it was, and hands it to RCU",
    patch(kfreeRcuSheaf, ({ b, c, mine }) => ({
      full: step(
        "if (likely(rcu_sheaf->size < s->sheaf_capacity)) rcu_sheaf = NULL;",
        { ref: "11.4.B9" },
        when(sheafOf(rcuFreeOf(c, b)).size.lt(capacityOf(b))).goto("unlock"),
        otherwise.do(mine.set(rcuFreeOf(c, b).known())).goto("how"),
      ),
    })),
  ),
  "by-rcu-at-once": variant(
    "by-rcu-at-once",
    "Z6: the callback of deferred work frees what was put off for RCU, without a grace period",
    patch(deferredPercpuWork, ({ x }) =>
      of73({ byRcu: call("kfree(objp);", kfree, { x }, { done: "nextByRcu" }, { ref: "11.3.E2" }) }),
    ),
  ),
  "rcu-sheaf-to-barn": variant(
    "rcu-sheaf-to-barn",
    "Z7: __kfree_rcu_sheaf() gives a full sheaf to the barn, without a grace period",
    patch(kfreeRcuSheaf, ({ b, mine }) => ({
      call: call("barn_put_full_sheaf(barn, rcu_sheaf);", barnPutFullSheaf, { b, one: mine }, { done: "unlock" }),
    })),
  ),
  "allocates-from-rcu-free": variant(
    "allocates-from-rcu-free",
    "Z8: __pcs_replace_empty_main() takes the rcu_free sheaf where the spare one has no objects",
    patch(pcsReplaceEmptyMain, ({ b, c, mine }) => {
      const { main, spare } = pcsOf(c, b);
      const rcuFree = rcuFreeOf(c, b);
      return {
        spare: step(
          "if (pcs->spare && ..) .. if (pcs->rcu_free) { swap(pcs->main, pcs->rcu_free); return pcs; }",
          { ref: "11.2.C2", tag: "D" },
          when(and(spare.notNull(), sheafOf(spare).size.gt(0)))
            .do(main.set(spare), spare.set(main))
            .goto("locked"),
          when(rcuFree.notNull()).do(main.set(rcuFree), rcuFree.set(main)).goto("locked"),
          otherwise.do(mine.set(main.known())).goto("barn"),
        ),
      };
    }),
  ),
  "rcu-links-in-object": variant(
    "rcu-links-in-object",
    "Z9: defer_kfree_rcu() links an object where a free one has its link, in the middle of what readers look at",
    patch(
      deferKfreeRcu,
      ({ self, x, c }) => ({
        pin: step(
          "guard(preempt)(); dpw = this_cpu_ptr(&deferred_percpu_work);",
          { ref: "11.4.A4" },
          otherwise.do(preemptDisable(self), c.set(thisCpu(self))).goto("link"),
        ),
        link: step("new->next = first; /* at s->offset */", otherwise.do(k.object.at(x).spoilt.set(true)).goto("push")),
      }),
      { added: ["link"] },
    ),
  ),
  "kfree-rcu-sheaf-on-rt": variant(
    "kfree-rcu-sheaf-on-rt",
    "Z10: kvfree_call_rcu() uses sheaves on PREEMPT_RT too",
    patch(kvfreeCallRcu, () => ({ rt: select("if (kfree_rcu_sheaf(ptr)) return;", [], "nodes") })),
  ),
  "queues-for-objects-only": variant(
    "queues-for-objects-only",
    "F20: defer_kfree_rcu() queues the irq_work where the list of objects that are freed at once is empty",
    patch(deferKfreeRcu, ({ x, c }) => ({
      push: step(
        "(variant) llist_add(head, &dpw->objects_by_rcu); if (llist_empty(&dpw->objects))",
        { ref: "11.4.A4", tag: "D" },
        when(not(exists(object, (o) => h.deferredWork.at(c).objects.at(o))))
          .do(r.rcuWork.at(c).objects.at(x).set(true))
          .goto("queue"),
        otherwise.do(r.rcuWork.at(c).objects.at(x).set(true)).goto("unpin"),
      ),
    })),
  ),
  "callback-returns-early": variant(
    "callback-returns-early",
    "F22: the callback of deferred work returns at once where no object is to be freed at once (7.2's test, where there was one list)",
    patch(deferredPercpuWork, ({ self, c }) => {
      const { objects } = h.deferredWork.at(c);
      const mine = h.drained.at(self);
      return {
        takeObjects: step(
          "if (llist_empty(objs)) return; llnode = llist_del_all(objs);",
          { ref: "11.3.E1" },
          when(not(exists(object, (o) => objects.at(o)))).goto("done"),
          otherwise
            .do(setEach(object, (o) => [mine.at(o).set(objects.at(o)), objects.at(o).set(false)]))
            .goto("nextObject"),
        ),
      };
    }),
  ),
  "barrier-after-flush": variant(
    "barrier-after-flush",
    "F26: kvfree_rcu_barrier() waits for deferred work only when it has flushed the sheaves",
    patch(kvfreeRcuBarrier, ({ b }) =>
      of73({
        workBarrier: call(
          "flush_rcu_sheaves_on_cache(s);",
          flushRcuSheavesOnCache,
          { b },
          { done: "flush" },
          { ref: "11.4.E" },
        ),
        flush: call("deferred_work_barrier();", deferredWorkBarrier, {}, { done: "rcuBarrier" }, { ref: "11.4.E" }),
      }),
    ),
  ),
  "barrier-again-after-flush": variant(
    "barrier-again-after-flush",
    "kvfree_rcu_barrier() waits for deferred work once more when it has flushed the sheaves: what fills one meanwhile puts it off",
    patch(
      kvfreeRcuBarrier,
      ({ b }) => ({
        flush: call(
          "flush_rcu_sheaves_on_cache(s);",
          flushRcuSheavesOnCache,
          { b },
          { done: "again" },
          { ref: "11.4.E" },
        ),
        again: call(
          "(variant) deferred_work_barrier();",
          deferredWorkBarrier,
          {},
          { done: "rcuBarrier" as "done" },
          { ref: "11.4.E", tag: "D" },
        ),
      }),
      { added: ["again"] },
    ),
  ),
  "up-rcu-asks": variant(
    "up-rcu-asks",
    "U1: kfree_rcu_nolock() asks can_spin_trylock() before it touches a sheaf, and puts the object off where that says no",
    patch(
      kfreeCallRcuNolock,
      ({ self }) => ({
        batched: select(
          "if (!IS_ENABLED(CONFIG_KVFREE_RCU_BATCHED)) goto fallback; .. (variant) can_spin_trylock()",
          [
            [mm.tiny, "fallback"],
            [EMPTY_TRYLOCK, "asks"],
          ],
          "sheaf",
        ),
        asks: step(
          "(variant) if (!can_spin_trylock()) goto fallback;",
          { tag: "D" },
          when(inNmi(self)).goto("fallback"),
          otherwise.goto("sheaf"),
        ),
      }),
      { added: ["asks"], removed: ["node", "nodes"] },
    ),
  ),
};
