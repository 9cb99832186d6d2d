/**
 * irq_work: a callback that runs on the CPU where it was queued. Without PREEMPT_RT it is a hardirq, so it never runs
 * inside a section with interrupts off; with PREEMPT_RT an ordinary work runs in a thread of that CPU.
 *
 * Abstracts: one work a CPU, the one of deferred frees; its queue is its PENDING bit.
 *
 * @kernel v6.18 kernel/irq_work.c irq_work_run_list(), run_irq_workd()
 */
import { and, bool, call, type Expr, type Id, otherwise, program, step, when } from "../../checker/language/index.ts";
import { freeDeferredObjects } from "../slub/defer-free.ts";
import { k } from "../slub/state.ts";
import { cfg } from "./config.ts";
import { arrival, departure, type FrameKind, hardirqMayArrive } from "./contexts.ts";

const IPI: FrameKind = {
  quote: "(model) irq_work interrupt",
  kernel: "irq_work interrupt",
  hardirq: true,
  irqsOff: true,
};
const KERNEL = "v6.18 kernel/irq_work.c irq_work_run_list()";

/** !PREEMPT_RT: a self-IPI. */
export const irqWorkInterrupt = (c: Expr<Id<"cpu">>, name: string) =>
  program(name, { exits: [], locals: { flags: bool }, kernel: KERNEL, tag: "S" }, (self, _, { flags }) => {
    const { pending } = k.deferFree.at(c);
    return {
      arrive: arrival(self, IPI, { flags }, and(pending, hardirqMayArrive(self)), "clear", { serves: true }),
      clear: step(
        "flags = atomic_read(&work->node.a_flags); flags &= ~IRQ_WORK_PENDING;",
        { ref: "2.5" },
        otherwise.do(pending.set(false)).goto("run"),
      ),
      run: call("work->func(work);", freeDeferredObjects, { c }, { done: "return" }, { ref: "2.5" }),
      return: departure(self, IPI, flags, "arrive"),
    };
  });

/** PREEMPT_RT: a thread of one CPU. It is woken when work is queued, and runs when the scheduler turns to it. */
export const irqWorkThread = program("irq_work_run_list", { exits: [], kernel: KERNEL, tag: "S" }, (self) => {
  const c = cfg.who.at(self).cpu;
  const { pending } = k.deferFree.at(c);
  return {
    wait: step(
      "(model) the irq_work thread is woken",
      { ref: "2.5", arrive: true, serves: true },
      when(pending).goto("clear"),
    ),
    clear: step(
      "flags = atomic_read(&work->node.a_flags); flags &= ~IRQ_WORK_PENDING;",
      { ref: "2.5" },
      otherwise.do(pending.set(false)).goto("run"),
    ),
    run: call("work->func(work);", freeDeferredObjects, { c }, { done: "wait" }, { ref: "2.5" }),
  };
});
