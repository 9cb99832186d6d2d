/**
 * The scheduler of a CPU: turns to another chain wherever the current one may be preempted, sleeps, or is done; with
 * migration it also pulls a chain from another CPU, one that waits there or the one that runs (a stopper thread pushes
 * that off). Fully free: no priorities, and safety assumes no fairness; for liveness it is fair to each chain.
 *
 * @kernel v6.18 kernel/sched/core.c preempt_schedule(), __schedule()
 */

import {
  and,
  choose,
  type Expr,
  either,
  ended,
  type Id,
  not,
  program,
  type Region,
  rowsOf,
  standsIn,
  step,
  when,
} from "../../checker/language/index.ts";
import { cfg } from "./config.ts";
import { chain, cpu } from "./sets.ts";
import { atomicOn, m, type Self } from "./state.ts";

/** The label where the thread of a CPU's irq_work sleeps (PREEMPT_RT). */
export const IRQ_WORK_SLEEPS = rowsOf("irq_work_run_list", "wait");

/** A chain that has something to run: not asleep for a lock, not finished, not a thread without work. */
const isRunnable = (x: Expr<Id<"chain">>, sleeps: Region) =>
  and(
    m.chain.at(x).blockedOn.isNull(),
    m.chain.at(x).top.notNull(),
    not(ended(m.chain.at(x).top)),
    not(standsIn(m.chain.at(x).top, sleeps)),
  );

const home = (self: Self) => cfg.who.at(self).cpu;

/** `sleeps`: where threads stand that have nothing to do. */
export const switchRow = (self: Self, sleeps: Region) => {
  const runnable = (x: Expr<Id<"chain">>) => isRunnable(x, sleeps);
  const c = m.cpu.at(home(self));
  const here = (x: Expr<Id<"chain">>) => m.chain.at(x).cpu.eq(home(self));
  return step(
    "(model) context_switch(rq, prev, next, &rf);",
    { ref: "2.1 2.2", arrive: true, schedules: true, fair: { each: chain } },
    either(
      choose(chain, (x) =>
        when(and(not(atomicOn(c)), here(x), not(c.current.eq(x)), runnable(x)))
          .do(c.current.set(x))
          .goto("switch"),
      ),
      choose(chain, (x) =>
        when(
          and(
            cfg.migration,
            not(atomicOn(c)),
            not(here(x)),
            not(m.cpu.at(m.chain.at(x).cpu).current.eq(x)),
            m.chain.at(x).migrateDisabled.eq(0),
            runnable(x),
          ),
        )
          .do(m.chain.at(x).cpu.set(home(self)), c.current.set(x))
          .goto("switch"),
      ),
      choose(cpu, (from) =>
        when(
          and(
            cfg.migration,
            not(atomicOn(c)),
            not(atomicOn(m.cpu.at(from))),
            not(from.eq(home(self))),
            m.chain.at(m.cpu.at(from).current).migrateDisabled.eq(0),
            runnable(m.cpu.at(from).current),
          ),
        )
          .do(
            m.chain.at(m.cpu.at(from).current).cpu.set(home(self)),
            c.current.set(m.cpu.at(from).current),
            m.cpu.at(from).current.set(cfg.idle.at(from)),
          )
          .goto("switch"),
      ),
    ),
  );
};

export const scheduler = program(
  "schedule",
  {
    exits: [],
    kernel: "v6.18 kernel/sched/core.c __schedule()",
    tag: "M",
    abstracts: ["the scheduler is free: no priorities, no fairness"],
  },
  (self) => ({ switch: switchRow(self, IRQ_WORK_SLEEPS) }),
);
