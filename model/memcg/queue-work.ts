/**
 * queue_work_on(): a work goes on the list of a worker pool, under the pool's raw spinlock. Of workqueues only this section,
 * and its tracepoint inside.
 *
 * Context: Any that is not above a holder of the pool's lock: it is waited for, on PREEMPT_RT too.
 * Abstracts: one pool; no work is done, so the work of a cgroup over memory.high stays pending.
 *
 * @kernel v6.18 kernel/workqueue.c queue_work_on(), __queue_work(), insert_work()
 */
import { bool, call, element, otherwise, program, state, step, when } from "../../checker/language/index.ts";
import { rawSpinLock, unlockWord } from "../locks/raw-spinlock.ts";
import { l } from "../locks/state.ts";
import { rawLock } from "../machine/sets.ts";
import { onCpu } from "../machine/state.ts";
import { POOL_LOCK, SHEAF_RAW_LOCKS } from "../mm/locks.ts";

const KERNEL = "v6.18 kernel/workqueue.c";
const poolLock = l.rawLock.at(element(rawLock, SHEAF_RAW_LOCKS.indexOf(POOL_LOCK)));

export const wq = state({
  /** WORK_STRUCT_PENDING of `memcg->high_work`. */
  highWorkPending: bool,
});

const queueOnPool = program(
  "__queue_work",
  {
    exits: ["done"],
    kernel: `${KERNEL} __queue_work()`,
    tag: "M",
    abstracts: ["of workqueues only that queueing takes the lock of a pool"],
  },
  (self) => ({
    lock: call("raw_spin_lock(&pool->lock);", rawSpinLock, { lock: poolLock }, { held: "trace" }, { ref: "11.7.A5b" }),
    trace: step(
      "trace_workqueue_queue_work(req_cpu, pwq, work); .. insert_work(pwq, work, .., work_flags);",
      { ref: "11.7.A5b", marks: ["workqueue_queue_work"] },
      otherwise.goto("unlock"),
    ),
    unlock: unlockWord(self, poolLock, "done", {
      quote: "raw_spin_unlock(&pool->lock);",
      meta: { ref: "11.7.A5b" },
    }),
  }),
);

/** Somebody's work, which is not pending. */
export const queueWork = program(
  "queue_work_on",
  { exits: ["done"], locals: { flags: bool }, kernel: `${KERNEL} queue_work_on()`, tag: "M" },
  (self, _, { flags }) => ({
    irqSave: step(
      "local_irq_save(irq_flags); if (!test_and_set_bit(WORK_STRUCT_PENDING_BIT, ..))",
      { ref: "11.7.A5b" },
      otherwise.do(flags.set(onCpu(self).irqsOff), onCpu(self).irqsOff.set(true)).goto("queue"),
    ),
    queue: call("__queue_work(cpu, wq, work);", queueOnPool, {}, { done: "irqRestore" }, { ref: "11.7.A5b" }),
    irqRestore: step(
      "local_irq_restore(irq_flags);",
      { ref: "11.7.A5b" },
      otherwise.do(onCpu(self).irqsOff.set(flags)).goto("done"),
    ),
  }),
);

/** schedule_work(&memcg->high_work). */
export const scheduleHighWork = program(
  "queue_work_on (high_work)",
  { exits: ["done"], locals: { flags: bool }, kernel: `${KERNEL} queue_work_on()`, tag: "M" },
  (self, _, { flags }) => ({
    irqSave: step(
      "local_irq_save(irq_flags);",
      { ref: "11.7.A5b" },
      otherwise.do(flags.set(onCpu(self).irqsOff), onCpu(self).irqsOff.set(true)).goto("pending"),
    ),
    pending: step(
      "if (!test_and_set_bit(WORK_STRUCT_PENDING_BIT, work_data_bits(work)) && ..",
      { ref: "11.7.A5b" },
      when(wq.highWorkPending).goto("irqRestore"),
      otherwise.do(wq.highWorkPending.set(true)).goto("queue"),
    ),
    queue: call("__queue_work(cpu, wq, work);", queueOnPool, {}, { done: "irqRestore" }, { ref: "11.7.A5b" }),
    irqRestore: step(
      "local_irq_restore(irq_flags);",
      { ref: "11.7.A5b" },
      otherwise.do(onCpu(self).irqsOff.set(flags)).goto("done"),
    ),
  }),
);
