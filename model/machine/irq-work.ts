/**
 * irq_work: a callback that runs on the CPU where it was queued, which need not be the CPU whose work it is. Without
 * PREEMPT_RT it is a hardirq, so it never runs inside a section with interrupts off; with PREEMPT_RT an ordinary work
 * runs in a thread of that CPU.
 *
 * Abstracts: a CPU takes the works queued on it in any order.
 *
 * @kernel v6.18 kernel/irq_work.c irq_work_queue(), irq_work_run_list(), irq_work_single(), run_irq_workd()
 */
import {
  type Assign,
  and,
  bool,
  call,
  choose,
  component,
  context,
  type Expr,
  each,
  either,
  element,
  exists,
  type Id,
  id,
  ite,
  lit,
  not,
  optional,
  otherwise,
  type Program,
  program,
  type Row,
  select,
  state,
  step,
  struct,
  value,
  when,
} from "../../checker/language/index.ts";
import { cfg } from "./config.ts";
import { arrival, departure, type FrameKind, hardirqMayArrive } from "./contexts.ts";
import { cpu, irqWork, workOfCpu } from "./sets.ts";
import { type Self, thisCpu } from "./state.ts";

export const w = state({
  irqWork: each(
    cpu,
    each(
      irqWork,
      struct({
        /** IRQ_WORK_PENDING: the CPU on which it is queued, seldom another; null where it is not. */
        queuedOn: optional(id(cpu)),
        /** Where a script waits for the end of one: IRQ_WORK_BUSY, and the one task that waits (PREEMPT_RT). */
        busy: bool,
        waiter: optional(id(context)),
      }),
    ),
  ),
  /** A task that sleeps in irq_work_sync() has been woken. */
  woken: each(context, bool),
});

type Cpu = Expr<Id<"cpu">>;
type Work = Expr<Id<"irqWork">>;

export const workAt = (c: Cpu, which: Work) => w.irqWork.at(c).at(which);

/** irq_work_queue_on(): the work of CPU c. Where it is pending already nothing changes; else it goes on the list of `where`. */
export const irqWorkQueueOn = (c: Cpu, which: Work, where: Cpu): readonly Assign[] => {
  const { queuedOn, busy } = workAt(c, which);
  return [queuedOn.set(ite<Id<"cpu"> | null>(queuedOn.isNull(), where, queuedOn)), busy.set(cfg.irqWorkSync)];
};

/** irq_work_queue(): on the CPU that asks. */
export const irqWorkQueue = (self: Self, c: Cpu, which: Work): readonly Assign[] =>
  irqWorkQueueOn(c, which, thisCpu(self));

/** With PREEMPT_RT the caller sleeps; the work remembers one sleeper, the last that came. */
export const irqWorkSync = program(
  "irq_work_sync",
  {
    exits: ["done"],
    params: { c: value(id(cpu)), which: value(id(irqWork)) },
    kernel: "v6.18.35 kernel/irq_work.c irq_work_sync(), include/linux/rcuwait.h ___rcuwait_wait_event()",
    tag: "S",
  },
  (self, { c, which }) => {
    const { busy, waiter } = workAt(c, which);
    const woken = w.woken.at(self);
    return {
      entry: select(
        "if ((IS_ENABLED(CONFIG_PREEMPT_RT) && !irq_work_is_hard(work)) || ..",
        [[cfg.preemptRt, "prepare"]],
        "spin",
      ),
      spin: step("while (irq_work_is_busy(work)) cpu_relax();", { ref: "3.9c.2" }, when(not(busy)).goto("done")),
      prepare: step(
        "prepare_to_rcuwait(w); /* w->task = current */",
        { ref: "3.9c.3" },
        otherwise.do(waiter.set(self)).goto("state"),
      ),
      state: step(
        "set_current_state(state); /* TASK_UNINTERRUPTIBLE */",
        { ref: "3.9c.4" },
        otherwise.do(woken.set(false)).goto("test"),
      ),
      test: step(
        "if (condition) break; /* !irq_work_is_busy(work) */",
        { ref: "3.9c.4" },
        when(not(busy)).goto("finish"),
        otherwise.goto("sleep"),
      ),
      sleep: step("cmd; /* schedule() */", { ref: "3.9c.4" }, when(woken).goto("state")),
      finish: step(
        "finish_rcuwait(w); /* w->task = NULL */",
        { ref: "3.9c.5" },
        otherwise.do(waiter.set(lit(null)), woken.set(false)).goto("done"),
      ),
    };
  },
);

const IPI: FrameKind = {
  quote: "(model) irq_work interrupt",
  kernel: "irq_work interrupt",
  comes: "2.1h.1",
  goes: "2.1h.2",
  hardirq: true,
  irqsOff: true,
};
const KERNEL = "v6.18 kernel/irq_work.c irq_work_run_list()";

const queuedHere = (here: Cpu) =>
  exists(workOfCpu, (x) =>
    workAt(component(workOfCpu, "cpu", x), component(workOfCpu, "irqWork", x)).queuedOn.eq(here),
  );

/** The parameter of `work->func`: the CPU whose work it is, wherever it runs. */
const callback = { c: value(id(cpu)) };
export type Callback = Program<typeof callback, object, "done", string>;

/** What runs the works of a model, whose callbacks are given in the order of the set `irqWork`. */
export function irqWorks(callbacks: readonly Callback[]) {
  /** The rows that call the callbacks: `run`, and with several works `run1`, `run2`, .. */
  const RUN = ["run", ...callbacks.slice(1).map((_, i) => `run${i + 1}`)] as "run"[];
  /** One work that is queued here, whosever it is. */
  const irqWorkSingle = program(
    "irq_work_single",
    {
      exits: ["done"],
      params: { here: value(id(cpu)) },
      locals: { c: id(cpu), which: id(irqWork) },
      kernel: "v6.18 kernel/irq_work.c irq_work_single()",
      tag: "S",
    },
    (_, { here }, { c, which }) => {
      const { queuedOn, busy, waiter } = workAt(c, which);
      return {
        clear: step(
          "flags = atomic_read(&work->node.a_flags); flags &= ~IRQ_WORK_PENDING;",
          { ref: "2.5" },
          either(
            ...callbacks.map((_, i) =>
              choose(cpu, (x) =>
                when(workAt(x, element(irqWork, i)).queuedOn.eq(here))
                  .do(workAt(x, element(irqWork, i)).queuedOn.set(null), c.set(x), which.set(element(irqWork, i)))
                  .goto(RUN[i] as "run"),
              ),
            ),
          ),
        ),
        ...(Object.fromEntries(
          callbacks.map((callback, i) => [
            RUN[i],
            call("work->func(work);", callback, { c }, { done: "ran" }, { ref: "2.5" }),
          ]),
        ) as { run: Row<"ran"> }),
        ran: select("(model) does anybody wait for the end?", [[cfg.irqWorkSync, "finish"]], "done"),
        finish: step(
          "atomic_cmpxchg(&work->node.a_flags, flags, flags & ~IRQ_WORK_BUSY);",
          { ref: "2.5", note: "it stays busy where it was queued anew" },
          when(queuedOn.notNull()).goto("waiter"),
          otherwise.do(busy.set(false)).goto("waiter"),
        ),
        waiter: select(
          "if ((IS_ENABLED(CONFIG_PREEMPT_RT) && !irq_work_is_hard(work)) || ..",
          [[cfg.preemptRt, "wake"]],
          "done",
        ),
        wake: step(
          "rcuwait_wake_up(&work->irqwait);",
          { ref: "2.5" },
          when(waiter.notNull()).do(w.woken.at(waiter).set(true)).goto("done"),
          otherwise.goto("done"),
        ),
      };
    },
  );
  return {
    irqWorkSingle,
    /** !PREEMPT_RT: a self-IPI. */
    irqWorkInterrupt: (here: Cpu, name: string) =>
      program(name, { exits: [], locals: { flags: bool }, kernel: KERNEL, tag: "S" }, (self, _, { flags }) => ({
        arrive: arrival(self, IPI, { flags }, and(queuedHere(here), hardirqMayArrive(self)), "single", {
          serves: true,
          // It stays pending while interrupts are off.
          fair: "strong",
        }),
        single: call("irq_work_single(work);", irqWorkSingle, { here }, { done: "return" }, { ref: "2.5" }),
        return: departure(self, IPI, flags, "arrive"),
      })),
    /** PREEMPT_RT: a thread of one CPU. It is woken when work is queued, and runs when the scheduler turns to it. */
    irqWorkThread: program("irq_work_run_list", { exits: [], kernel: KERNEL, tag: "S" }, (self) => {
      const here = cfg.who.at(self).cpu;
      return {
        wait: step(
          "(model) the irq_work thread is woken",
          { ref: "2.5", arrive: true, serves: true },
          when(queuedHere(here)).goto("single"),
        ),
        single: call("irq_work_single(work);", irqWorkSingle, { here }, { done: "wait" }, { ref: "2.5" }),
      };
    }),
  };
}
