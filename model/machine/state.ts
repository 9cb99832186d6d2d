/**
 * The machine: CPUs, chains of frames, and who may run.
 *
 * Each CPU runs one chain; the frame on top of it runs. Hooks, softirqs, hardirqs and NMIs push a frame on the current
 * chain and run to completion before the frame below goes on. Preemption, sleep and migration move a whole chain, and
 * so take along whatever stands on it. Interrupt state and the counts of preempt_count belong to the CPU: a hook
 * inherits them.
 *
 * @kernel v6.18 include/linux/preempt.h in_nmi(), in_hardirq(), preemptible()
 */

import {
  and,
  bool,
  context,
  type Expr,
  each,
  type Id,
  id,
  ite,
  optional,
  or,
  range,
  state,
  struct,
} from "../../checker/language/index.ts";
import { cfg } from "./config.ts";
import { chain, cpu, lock } from "./sets.ts";

export const m = state({
  cpu: each(
    cpu,
    struct({
      current: id(chain),
      irqsOff: bool,
      preemptCount: range(0, 7),
      softirqCount: range(0, 1),
      hardirqCount: range(0, 4),
      nmiCount: range(0, 4),
    }),
  ),
  chain: each(
    chain,
    struct({
      cpu: id(cpu),
      top: optional(id(context)),
      migrateDisabled: range(0, 15),
      /** PREEMPT_RT: the lock on whose wait list the task is: from enqueueing until it owns it. */
      waitsFor: optional(id(lock)),
      /** PREEMPT_RT: the lock that the task sleeps for; null again when it is woken. */
      blockedOn: optional(id(lock)),
    }),
  ),
  frame: each(context, struct({ chain: optional(id(chain)), below: optional(id(context)) })),
});

export type Self = Expr<Id<"context">>;

/** The chain that a frame stands on; null for an interrupt that has not come. */
export const chainOf = (self: Self) => m.frame.at(self).chain;

/** smp_processor_id(): read anew at each use, so only a pinned frame may keep it. */
export const thisCpu = (self: Self) => m.chain.at(chainOf(self)).cpu;

export const onCpu = (self: Self) => m.cpu.at(thisCpu(self));

export const inNmi = (self: Self) => onCpu(self).nmiCount.gt(0);
export const inHardirq = (self: Self) => onCpu(self).hardirqCount.gt(0);

/** No preemption and no sleep here: irqs off, preemption off, or any interrupt below. */
export const atomic = (self: Self) => atomicOn(onCpu(self));

export const atomicOn = (c: ReturnType<typeof onCpu>) =>
  or(c.irqsOff, c.preemptCount.gt(0), c.softirqCount.gt(0), c.hardirqCount.gt(0), c.nmiCount.gt(0));

/** First conjunct of every row that is not an arrival: my chain's top is me, and my chain is current on its CPU. */
export const mayRun = (self: Self) =>
  and(
    chainOf(self).notNull(),
    m.chain.at(chainOf(self)).top.eq(self),
    m.cpu.at(thisCpu(self)).current.eq(chainOf(self)),
  );

/** Where a report shows a step: the CPU that the frame runs on, or would arrive on. */
export const lane = (self: Self) => ite(chainOf(self).isNull(), cfg.who.at(self).cpu, thisCpu(self));

/** Whether two frames share a CPU now: of two such, only one can go on before the other ends or gives way. */
export const sameCpu = (a: Expr<Id<"context"> | null>, b: Expr<Id<"context"> | null>) =>
  and(
    m.frame.at(a).chain.notNull(),
    m.frame.at(b).chain.notNull(),
    m.chain.at(m.frame.at(a).chain).cpu.eq(m.chain.at(m.frame.at(b).chain).cpu),
  );
