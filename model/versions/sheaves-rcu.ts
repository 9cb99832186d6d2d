/**
 * Where something waits for a grace period: rows of functions that other questions go through without it. They are put in
 * where a script has to do with RCU, so that the relation of every other question is what it is without these cells.
 */
import {
  and,
  anyOf,
  call,
  choose,
  type Expr,
  exists,
  forAll,
  type Id,
  lit,
  not,
  otherwise,
  patch,
  rowsOf,
  setEach,
  step,
  version,
  when,
} from "../../checker/language/index.ts";
import { l } from "../locks/state.ts";
import { w } from "../machine/irq-work.ts";
import { IRQ_WORK_SLEEPS, scheduler, switchRow } from "../machine/scheduler.ts";
import { cpu, irqWork } from "../machine/sets.ts";
import { atomicOn, m } from "../machine/state.ts";
import { object } from "../mm/sets.ts";
import { callRcu } from "../sheaves/call-rcu.ts";
import { deferredPercpuWork } from "../sheaves/deferred-percpu-work.ts";
import { deferredWorkBarrier } from "../sheaves/deferred-work-barrier.ts";
import { flushRcuSheavesOnCache } from "../sheaves/flush-rcu-sheaves.ts";
import { freeEmptySheaf } from "../sheaves/free-empty-sheaf.ts";
import { kmemCacheDestroy, kvfreeRcuBarrier } from "../sheaves/kmem-cache-destroy.ts";
import { kvfreeCallRcu } from "../sheaves/kvfree-call-rcu.ts";
import { pcsFlushAll } from "../sheaves/pcs-flush-all.ts";
import { kvfreeRcuBarrierKrc, rcuBarrier } from "../sheaves/rcu-barrier.ts";
import { queuedSheaf, r, rc, rcuFreeOf, waitsFor } from "../sheaves/rcu-state.ts";
import { h, pcsOf, sheaf, sheavesLock } from "../sheaves/state.ts";

type Cpu = Expr<Id<"cpu">>;

/** The interrupt of an irq_work is due on a CPU, and would come before a worker does anything there. */
const interruptIsDue = (c: Cpu) =>
  and(
    rc.irqWorkAtOnce,
    exists(cpu, (of) => exists(irqWork, (which) => w.irqWork.at(of).at(which).queuedOn.eq(c))),
  );

const isFree = (which: Expr<Id<"lock">>) => {
  const { holder, owner } = l.lock.at(which);
  return and(holder.isNull(), owner.isNull());
};

export const rcuSheaves = version(
  "7.3, RCU",
  "7.3.4, where a script gives something to RCU",
  patch(
    deferredPercpuWork,
    ({ self, c, x, one }) => {
      const work = r.rcuWork.at(c);
      const mine = r.rcuDrained.at(self);
      const drained = h.drained.at(self);
      return {
        nextObject: step(
          "llist_for_each_safe(pos, t, llnode) { .. s = slab->slab_cache;",
          { ref: "11.3.E1", note: "in any order" },
          choose(object, (o) => when(drained.at(o)).do(drained.at(o).set(false), x.set(o)).goto("cache")),
          otherwise.goto("takeByRcu"),
        ),
        takeByRcu: step(
          "llnode = llist_del_all(objs_by_rcu);",
          { ref: "11.3.E2" },
          otherwise
            .do(setEach(object, (o) => [mine.objects.at(o).set(work.objects.at(o)), work.objects.at(o).set(false)]))
            .goto("nextByRcu"),
        ),
        nextByRcu: step(
          "llist_for_each_safe(pos, t, llnode) { .. void *objp = kvmalloc_obj_start_addr(head);",
          { ref: "11.3.E2", note: "in any order" },
          choose(object, (o) => when(mine.objects.at(o)).do(mine.objects.at(o).set(false), x.set(o)).goto("byRcu")),
          otherwise.goto("takeSheaves"),
        ),
        byRcu: call("kvfree_call_rcu(head, objp);", kvfreeCallRcu, { x }, { done: "nextByRcu" }, { ref: "11.3.E2" }),
        takeSheaves: step(
          "llnode = llist_del_all(rcu_sheaves);",
          { ref: "11.3.E3" },
          otherwise
            .do(setEach(sheaf, (s) => [mine.sheaves.at(s).set(work.sheaves.at(s)), work.sheaves.at(s).set(false)]))
            .goto("nextSheaf"),
        ),
        nextSheaf: step(
          "llist_for_each_entry_safe(sheaf, next, llnode, llnode)",
          { ref: "11.3.E3", note: "in any order" },
          choose(sheaf, (s) => when(mine.sheaves.at(s)).do(mine.sheaves.at(s).set(false), one.set(s)).goto("callRcu")),
          otherwise.goto("done"),
        ),
        callRcu: call(
          "call_rcu(&sheaf->rcu_head, rcu_free_sheaf);",
          callRcu,
          { one, noBarn: false },
          { done: "nextSheaf" },
          { ref: "11.3.E3" },
        ),
      };
    },
    { added: ["takeByRcu", "nextByRcu", "byRcu", "takeSheaves", "nextSheaf", "callRcu"] },
  ),
  patch(scheduler, ({ self }) => ({
    switch: switchRow(self, anyOf(IRQ_WORK_SLEEPS, rowsOf("rcu_cpu_kthread", "wait"))),
  })),
  patch(flushRcuSheavesOnCache, ({ self, b }) => {
    const ran = h.workRan.at(self);
    return {
      wait: step(
        "local_lock(&s->cpu_sheaves->lock); .. rcu_free = pcs->rcu_free; pcs->rcu_free = NULL; .. call_rcu(&rcu_free->rcu_head, rcu_free_sheaf_nobarn);",
        {
          ref: "11.4.E",
          note: "the worker of a CPU, as one step: where nothing there has preemption or interrupts off, and the lock is free",
        },
        when(forAll(cpu, (c) => ran.at(c)))
          .do(setEach(cpu, (c) => ran.at(c).set(false)))
          .goto("done"),
        choose(cpu, (c) => {
          const may = and(
            not(ran.at(c)),
            not(atomicOn(m.cpu.at(c))),
            isFree(sheavesLock(c, b)),
            not(interruptIsDue(c)),
          );
          return when(and(may, rcuFreeOf(c, b).isNull()))
            .do(ran.at(c).set(true))
            .goto("wait");
        }),
        choose(cpu, (c) =>
          choose(sheaf, (s) =>
            when(
              and(
                not(ran.at(c)),
                not(atomicOn(m.cpu.at(c))),
                isFree(sheavesLock(c, b)),
                not(interruptIsDue(c)),
                rcuFreeOf(c, b).eq(s),
              ),
            )
              .do(
                ran.at(c).set(true),
                rcuFreeOf(c, b).set(lit(null)),
                waitsFor(queuedSheaf(s), c),
                queuedSheaf(s).noBarn.set(true),
              )
              .goto("wait"),
          ),
        ),
      ),
    };
  }),
  patch(
    kvfreeRcuBarrier,
    ({ b }) => ({
      barrier: step(
        "(model) what was given until here is waited for",
        { ref: "11.4.E" },
        otherwise.goto("workBarrier"),
      ),
      workBarrier: call("deferred_work_barrier();", deferredWorkBarrier, {}, { done: "flush" }, { ref: "11.4.E" }),
      flush: call(
        "flush_rcu_sheaves_on_cache(s);",
        flushRcuSheavesOnCache,
        { b },
        { done: "rcuBarrier" },
        { ref: "11.4.E" },
      ),
      rcuBarrier: call("rcu_barrier();", rcuBarrier, {}, { done: "krc" }, { ref: "11.4.E" }),
      krc: call("__kvfree_rcu_barrier();", kvfreeRcuBarrierKrc, {}, { done: "waited" }, { ref: "11.4.E" }),
      waited: step("(model) all that was given before is free", { ref: "11.4.E" }, otherwise.goto("done")),
    }),
    { added: ["workBarrier", "rcuBarrier", "krc", "waited"] },
  ),
  patch(
    kmemCacheDestroy,
    ({ b }) => ({
      flush: call(
        "flush_rcu_sheaves_on_cache(s);",
        flushRcuSheavesOnCache,
        { b },
        { done: "afterFlush" },
        { ref: "11.4.E" },
      ),
      afterFlush: call("rcu_barrier();", rcuBarrier, {}, { done: "krc" }, { ref: "11.4.E" }),
      krc: call("__kvfree_rcu_barrier();", kvfreeRcuBarrierKrc, {}, { done: "barrier" }, { ref: "11.4.E" }),
    }),
    { added: ["afterFlush", "krc"] },
  ),
  patch(
    pcsFlushAll,
    ({ b, c, spare: taken, mine, rcuFree }) => {
      const { spare } = pcsOf(c, b);
      return {
        spare: step(
          "spare = pcs->spare; pcs->spare = NULL; rcu_free = pcs->rcu_free; pcs->rcu_free = NULL;",
          { ref: "11.5.E" },
          otherwise
            .do(taken.set(spare), spare.set(lit(null)), rcuFree.set(rcuFreeOf(c, b)), rcuFreeOf(c, b).set(lit(null)))
            .goto("unlock"),
        ),
        hasSpare: step(
          "if (spare) {",
          { ref: "11.5.E" },
          when(taken.notNull()).do(mine.set(taken.known())).goto("flush"),
          otherwise.goto("hasRcuFree"),
        ),
        free: call(
          "free_empty_sheaf(s, spare);",
          freeEmptySheaf,
          { one: mine },
          { done: "hasRcuFree" },
          { ref: "11.5.E" },
        ),
        hasRcuFree: step(
          "if (rcu_free)",
          { ref: "11.5.E" },
          when(rcuFree.notNull()).do(mine.set(rcuFree.known())).goto("callRcu"),
          otherwise.goto("main"),
        ),
        callRcu: call(
          "call_rcu(&rcu_free->rcu_head, rcu_free_sheaf_nobarn);",
          callRcu,
          { one: mine, noBarn: true },
          { done: "main" },
          { ref: "11.5.E" },
        ),
      };
    },
    { added: ["hasRcuFree", "callRcu"] },
  ),
);
