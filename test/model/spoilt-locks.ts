/** Which spoilt rows break the properties of locks and of progress? */

import { element, lit, otherwise, patch, step, when } from "../../checker/language/index.ts";
import { localLockIrqsave, localUnlockIrqrestore } from "../../model/locks/local-lock.ts";
import { rtSpinLock } from "../../model/locks/rt-mutex.ts";
import { spinLockIrqsave, spinTrylockIrqsave, spinUnlockIrqrestore } from "../../model/locks/spinlock.ts";
import { workAt } from "../../model/machine/irq-work.ts";
import { cpu } from "../../model/machine/sets.ts";
import { chainOf, m, onCpu } from "../../model/machine/state.ts";
import { rmqueue } from "../../model/page/rmqueue.ts";
import { p } from "../../model/page/state.ts";
import { deferFree } from "../../model/slub/defer-free.ts";
import { getPartialNode } from "../../model/slub/get-partial-node.ts";
import { irqWorkSingle } from "../../model/slub/irq-work.ts";
import { kmallocNolock } from "../../model/slub/kmalloc-nolock.ts";
import { slabAlloc } from "../../model/slub/slab-alloc.ts";
import { slabAllocWrapper } from "../../model/slub/slab-alloc-wrapper.ts";
import { DEFERRED_WORK } from "../../model/slub/state.ts";
import { hook, task } from "./setup.ts";

import { A, cut, one, type Spoilt } from "./spoilt.ts";

export const SPOILT_LOCKS: readonly Spoilt[] = [
  {
    property: "S1",
    how: "__slab_alloc() does not ask whether the lock is held, and kmalloc_nolock() does not either",
    system: cut("kmalloc A", "kmalloc_nolock A", ["A cpu0 free=0", "A partial free=2"]),
    patches: [
      patch(kmallocNolock, () => ({
        gate: step("gate", when(lit(false)).goto("retry"), otherwise.goto("alloc")),
      })),
      patch(slabAllocWrapper, () => ({
        gate: step("gate", when(lit(false)).goto("unpinBusy"), otherwise.goto("slow")),
      })),
    ],
  },
  {
    property: "S1",
    how: "PREEMPT_RT: the same under a hook",
    system: {
      configuration: { ...A, preemptRt: true, slabs: ["A cpu0 free=2"] },
      contexts: [task("task0", ["kmalloc A"]), hook("hook0", ["kmalloc_nolock A"], { at: "unlock" })],
    },
    patches: [
      patch(slabAllocWrapper, () => ({
        gate: step("gate", when(lit(false)).goto("unpinBusy"), otherwise.goto("slow")),
      })),
    ],
  },
  {
    property: "S7",
    how: "kmalloc_nolock() waits for list_lock in an NMI",
    system: cut("kmalloc A", "kmalloc_nolock A", ["A cpu0 free=0", "A partial free=1", "A partial free=1"]),
    patches: [
      patch(getPartialNode, ({ got }) => ({
        entry: step(
          "entry",
          when(lit(false))
            .do(got.set(lit(null)))
            .goto("giveUp"),
          when(lit(false)).goto("try"),
          otherwise.goto("spin"),
        ),
      })),
    ],
  },
  {
    property: "S8",
    how: "PREEMPT_RT: a hook sleeps for the lock that its task owns",
    system: {
      configuration: { ...A, preemptRt: true, slabs: ["A cpu0 free=2"] },
      contexts: [task("task0", ["kmalloc A"]), hook("hook0", ["kmalloc_nolock A"], { at: "unlock" })],
    },
    patches: [
      patch(slabAllocWrapper, () => ({
        gate: step("gate", when(lit(false)).goto("unpinBusy"), otherwise.goto("slow")),
      })),
    ],
  },
  {
    property: "S9",
    how: "an unlock leaves interrupts off",
    system: one("kmalloc A", ["A cpu0 free=0", "A partial free=2"]),
    patches: [patch(localUnlockIrqrestore, () => ({ irqRestore: step("nothing", otherwise.goto("done")) }))],
  },
  {
    property: "S9",
    how: "an unlock leaves the mark",
    system: one("kmalloc A", ["A cpu0 free=0", "A partial free=2"]),
    patches: [patch(localUnlockIrqrestore, () => ({ release: step("nothing", otherwise.goto("irqRestore")) }))],
  },
  {
    property: "S9",
    how: "the CPU is unpinned twice less than pinned",
    system: one("kmalloc A", ["A cpu0 free=0", "A partial free=2"]),
    patches: [patch(slabAllocWrapper, () => ({ unpin: step("nothing", otherwise.goto("done")) }))],
  },
  {
    property: "S9",
    how: "PREEMPT_RT: an unlock leaves migration off",
    system: one("kmalloc A", ["A cpu0 free=2"], { preemptRt: true }),
    patches: [patch(localUnlockIrqrestore, () => ({ migrateEnable: step("nothing", otherwise.goto("done")) }))],
  },
  {
    property: "S9",
    how: "a spinlock is dropped that is not held",
    system: one("kmalloc A", ["A cpu0 free=0", "A partial free=2"]),
    patches: [patch(spinLockIrqsave, () => ({ take: step("not taken", when(lit(true)).goto("held")) }))],
  },
  {
    property: "S10",
    how: "PREEMPT_RT: c->lock is asked for with preemption off",
    system: one("kmalloc A", ["A cpu0 free=2"], { preemptRt: true }),
    patches: [
      patch(slabAllocWrapper, ({ self, c }) => ({
        pin: step(
          "preempt_disable()",
          otherwise
            .do(onCpu(self).preemptCount.set(onCpu(self).preemptCount.plus(1)), c.set(m.chain.at(chainOf(self)).cpu))
            .goto("gate"),
        ),
        unpin: step(
          "preempt_enable()",
          otherwise.do(onCpu(self).preemptCount.set(onCpu(self).preemptCount.minus(1))).goto("done"),
        ),
      })),
    ],
  },
  {
    property: "L1",
    how: "without a page the allocation asks again, for ever",
    system: one("kmalloc_nolock A", ["A full"]),
    patches: [
      patch(slabAlloc, ({ fresh, slab, got }) => ({
        gotPage: step(
          "goto new_objects",
          when(fresh.isNull()).goto("newObjects"),
          when(lit(false)).do(slab.set(fresh.known())).goto("single"),
          otherwise.do(got.set(lit(null))).goto("done"),
        ),
      })),
    ],
  },
  {
    property: "L2",
    how: "PREEMPT_RT: nobody looks at the deferred list",
    system: one("kfree_nolock s0.o1", ["A full"], { preemptRt: true }),
    patches: [
      patch(
        irqWorkSingle,
        ({ c, which }) => ({
          clear: step(
            "clear",
            otherwise
              .do(
                workAt(element(cpu, 0), DEFERRED_WORK).queuedOn.set(lit(null)),
                c.set(element(cpu, 0)),
                which.set(DEFERRED_WORK),
              )
              .goto("ran"),
          ),
        }),
        { removed: ["run"] },
      ),
    ],
  },
  {
    property: "L5",
    how: "a push does not queue",
    system: one("kfree_nolock s0.o1", ["A full"]),
    patches: [patch(deferFree, () => ({ queue: step("nothing", otherwise.goto("unpin")) }))],
  },
  {
    property: "D10",
    how: "PREEMPT_RT: a hook asks while its task owns the lock",
    system: {
      configuration: { ...A, preemptRt: true, slabs: ["A cpu0 free=2"] },
      contexts: [task("task0", ["kmalloc A"]), hook("hook0", ["kmalloc_nolock A"], { at: "unlock" })],
    },
    patches: [],
  },
  {
    property: "guards",
    how: "local_lock_irqsave() sets no mark",
    system: one("kmalloc A", ["A cpu0 free=0", "A partial free=2"]),
    patches: [patch(localLockIrqsave, () => ({ acquire: step("nothing", otherwise.goto("done")) }))],
  },
  {
    property: "guards",
    how: "a trylock goes on over a holder",
    system: {
      configuration: { ...A, cpus: 2, slabs: ["A partial free=1", "A partial free=1"] },
      contexts: [task("task0", ["kmalloc A"]), task("task1", ["kmalloc_nolock A"], { cpu: 1 })],
    },
    patches: [
      patch(spinTrylockIrqsave, () => ({
        try: step("try", when(lit(false)).goto("undo"), otherwise.goto("held")),
      })),
      patch(spinUnlockIrqrestore, () => ({ unlock: step("unlock", otherwise.goto("irqRestore")) })),
    ],
  },
  {
    property: "guards",
    how: "PREEMPT_RT: rt_spin_lock() goes on without the lock",
    system: one("kmalloc A", ["A cpu0 free=0", "A partial free=2"], { preemptRt: true }),
    patches: [
      patch(rtSpinLock, () => ({ fast: step("fast", when(lit(false)).goto("waitLock"), otherwise.goto("done")) })),
    ],
  },
  {
    property: "guards",
    how: "the page list is taken from without its lock",
    system: one("kmalloc A", ["page"], { pages: true }),
    patches: [
      patch(rmqueue, ({ c, got }) => ({
        likely: step(
          "look at the list again",
          when(p.pcpList.at(c).isNull())
            .do(got.set(lit(null)))
            .goto("done"),
          otherwise.goto("buddy"),
        ),
      })),
    ],
  },
];
