/**
 * irq_work: a callback that runs on the CPU where it was queued, which need not be the CPU whose work it is. Without
 * PREEMPT_RT it is a hardirq, so it never runs inside a section with interrupts off; with PREEMPT_RT an ordinary work
 * runs in a thread of that CPU.
 *
 * Abstracts: one work a CPU, the one of deferred frees; a CPU takes the works queued on it in any order.
 *
 * @kernel v6.18 kernel/irq_work.c irq_work_run_list(), irq_work_single(), run_irq_workd()
 */
import {
  and,
  bool,
  call,
  choose,
  type Expr,
  exists,
  type Id,
  id,
  lit,
  otherwise,
  program,
  select,
  step,
  value,
  when,
} from "../../checker/language/index.ts";
import { freeDeferredObjects } from "../slub/defer-free.ts";
import { k } from "../slub/state.ts";
import { cfg, cpu } from "./config.ts";
import { arrival, departure, type FrameKind, hardirqMayArrive } from "./contexts.ts";

const IPI: FrameKind = {
  quote: "(model) irq_work interrupt",
  kernel: "irq_work interrupt",
  comes: "2.1h.1",
  goes: "2.1h.2",
  hardirq: true,
  irqsOff: true,
};
const KERNEL = "v6.18 kernel/irq_work.c irq_work_run_list()";

type Cpu = Expr<Id<"cpu">>;

const queuedHere = (here: Cpu) => exists(cpu, (c) => k.deferFree.at(c).queuedOn.eq(here));

/** One work that is queued here, whosever it is. */
export const irqWorkSingle = program(
  "irq_work_single",
  {
    exits: ["done"],
    params: { here: value(id(cpu)) },
    locals: { c: id(cpu) },
    kernel: "v6.18 kernel/irq_work.c irq_work_single()",
    tag: "S",
  },
  (_, { here }, { c }) => ({
    clear: step(
      "flags = atomic_read(&work->node.a_flags); flags &= ~IRQ_WORK_PENDING;",
      { ref: "2.5" },
      choose(cpu, (x) =>
        when(k.deferFree.at(x).queuedOn.eq(here))
          .do(k.deferFree.at(x).queuedOn.set(lit(null)), c.set(x))
          .goto("run"),
      ),
    ),
    run: call("work->func(work);", freeDeferredObjects, { c }, { done: "ran" }, { ref: "2.5" }),
    ran: select("(model) does anybody wait for the end?", [[cfg.barrier, "finish"]], "done"),
    finish: step(
      "atomic_cmpxchg(&work->node.a_flags, flags, flags & ~IRQ_WORK_BUSY);",
      { ref: "2.5", note: "it stays busy where it was queued anew" },
      when(k.deferFree.at(c).queuedOn.notNull()).goto("waiter"),
      otherwise.do(k.deferFree.at(c).busy.set(false)).goto("waiter"),
    ),
    waiter: select("if (IS_ENABLED(CONFIG_PREEMPT_RT) && !irq_work_is_hard(work))", [[cfg.preemptRt, "wake"]], "done"),
    wake: step(
      "rcuwait_wake_up(&work->irqwait);",
      { ref: "2.5" },
      when(k.deferFree.at(c).waiter.notNull())
        .do(k.woken.at(k.deferFree.at(c).waiter).set(true))
        .goto("done"),
      otherwise.goto("done"),
    ),
  }),
);

/** !PREEMPT_RT: a self-IPI. */
export const irqWorkInterrupt = (here: Cpu, name: string) =>
  program(name, { exits: [], locals: { flags: bool }, kernel: KERNEL, tag: "S" }, (self, _, { flags }) => ({
    arrive: arrival(self, IPI, { flags }, and(queuedHere(here), hardirqMayArrive(self)), "single", { serves: true }),
    single: call("irq_work_single(work);", irqWorkSingle, { here }, { done: "return" }, { ref: "2.5" }),
    return: departure(self, IPI, flags, "arrive"),
  }));

/** PREEMPT_RT: a thread of one CPU. It is woken when work is queued, and runs when the scheduler turns to it. */
export const irqWorkThread = program("irq_work_run_list", { exits: [], kernel: KERNEL, tag: "S" }, (self) => {
  const here = cfg.who.at(self).cpu;
  return {
    wait: step(
      "(model) the irq_work thread is woken",
      { ref: "2.5", arrive: true, serves: true },
      when(queuedHere(here)).goto("single"),
    ),
    single: call("irq_work_single(work);", irqWorkSingle, { here }, { done: "wait" }, { ref: "2.5" }),
  };
});
