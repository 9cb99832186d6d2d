/**
 * call_rcu(): the callback of a sheaf is queued on this CPU, and a grace period begins for it.
 *
 * Context: Not over a section of itself: its lock is waited for.
 * Abstracts: one lock in the place of those of all CPUs.
 *
 * @kernel v7.3.4 kernel/rcu/tree.c __call_rcu_common(); kernel/rcu/tree_nocb.h call_rcu_nocb(), rcu_nocb_lock()
 */

import { bool, call, id, otherwise, program, step, value } from "../../checker/language/index.ts";
import { rawSpinLock, unlockWord } from "../locks/raw-spinlock.ts";
import { onCpu, thisCpu } from "../machine/state.ts";
import { nocbLock, queuedSheaf, waitsFor } from "./rcu-state.ts";
import { sheaf } from "./state.ts";

const TREE = "kernel/rcu/tree.c";
const NOCB = "kernel/rcu/tree_nocb.h";
const IRQ_SAVE = "local_irq_save(flags); rdp = this_cpu_ptr(&rcu_data);";
const LOCK = "raw_spin_lock(&rdp->nocb_lock);";
const UNLOCK = "raw_spin_unlock(&rdp->nocb_lock);";
const IRQ_RESTORE = "local_irq_restore(flags);";
const INLINES = `${NOCB} call_rcu_nocb(), ${NOCB} rcu_nocb_lock(), ${NOCB} rcu_nocb_unlock()`;

export const callRcu = program(
  "call_rcu",
  {
    exits: ["done"],
    params: { one: value(id(sheaf)), noBarn: value(bool) },
    locals: { flags: bool },
    kernel: `v7.3.4 ${TREE} __call_rcu_common()`,
    inlines: INLINES,
    tag: "S",
    abstracts: ["of RCU only who waits for a grace period, for whom it waits, and the lock under which that is queued"],
  },
  (self, { one, noBarn }, { flags }) => ({
    irqSave: step(
      IRQ_SAVE,
      { ref: "11.4.B9b" },
      otherwise.do(flags.set(onCpu(self).irqsOff), onCpu(self).irqsOff.set(true)).goto("lock"),
    ),
    lock: call(LOCK, rawSpinLock, { lock: nocbLock }, { held: "queue" }, { ref: "11.4.B9b" }),
    queue: step(
      "rcutree_enqueue(rdp, head);",
      { ref: "11.4.B9b" },
      otherwise.do(waitsFor(queuedSheaf(one), thisCpu(self)), queuedSheaf(one).noBarn.set(noBarn)).goto("unlock"),
    ),
    unlock: unlockWord(self, nocbLock, "irqRestore", { quote: UNLOCK, meta: { ref: "11.4.B9b" } }),
    irqRestore: step(IRQ_RESTORE, { ref: "11.4.B9b" }, otherwise.do(onCpu(self).irqsOff.set(flags)).goto("done")),
  }),
);

/** Somebody else's callback, which has nothing to do with the allocator. */
export const callRcuElse = program(
  "call_rcu (else)",
  {
    exits: ["done"],
    locals: { flags: bool },
    kernel: `v7.3.4 ${TREE} __call_rcu_common()`,
    inlines: INLINES,
    tag: "S",
  },
  (self, _, { flags }) => ({
    irqSave: step(
      IRQ_SAVE,
      { ref: "11.4.B9b" },
      otherwise.do(flags.set(onCpu(self).irqsOff), onCpu(self).irqsOff.set(true)).goto("lock"),
    ),
    lock: call(LOCK, rawSpinLock, { lock: nocbLock }, { held: "queue" }, { ref: "11.4.B9b" }),
    queue: step("rcutree_enqueue(rdp, head);", { ref: "11.4.B9b" }, otherwise.goto("unlock")),
    unlock: unlockWord(self, nocbLock, "irqRestore", { quote: UNLOCK, meta: { ref: "11.4.B9b" } }),
    irqRestore: step(IRQ_RESTORE, { ref: "11.4.B9b" }, otherwise.do(onCpu(self).irqsOff.set(flags)).goto("done")),
  }),
);
