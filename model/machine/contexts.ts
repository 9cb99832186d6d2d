/**
 * How contexts come and go: a task begins each call of its script; softirqs, hardirqs, NMIs and hooks push a frame on
 * the chain that is current on their CPU, run their calls, and return to the frame below.
 *
 * A context may stay away, or a task stop between calls, for good: `mayStop`.
 *
 * @kernel v6.18 kernel/entry/common.c irqentry_nmi_enter(), kernel/softirq.c irq_enter_rcu(); kernel/kprobes.c
 */
import {
  type Assign,
  and,
  context,
  type Expr,
  exists,
  ite,
  type LeafPlace,
  lit,
  not,
  or,
  otherwise,
  type Region,
  type Row,
  type RowMeta,
  standsIn,
  step,
  when,
} from "../../checker/language/index.ts";
import { cfg } from "./config.ts";
import { chainOf, m, onCpu, type Self } from "./state.ts";

/** What a frame changes on its CPU while it runs; interrupt state is saved in `flags`. */
export interface FrameKind {
  readonly quote: string;
  readonly kernel: string;
  /** The steps of its coming and of its going. */
  readonly comes: string;
  readonly goes: string;
  readonly softirq?: true;
  readonly hardirq?: true;
  readonly nmi?: true;
  readonly irqsOff?: true;
  /** Preemption is off while a hook's program runs. */
  readonly preemptOff?: true;
  /** Migration is off while a hook's program runs. */
  readonly migrateOff?: true;
}

/** The CPU where an interrupt or hook may arrive, before it has. */
const home = (self: Self) => m.cpu.at(cfg.who.at(self).cpu);
const homeChain = (self: Self) => m.chain.at(home(self).current);

/** Whether some frame of a kind stands on the chain that is current on this CPU. */
const running = (self: Self, kind: "nmi" | "hardirq" | "softirq" | "irqWork") =>
  exists(context, (f) => and(cfg.who.at(f).kind.eq(kind), m.frame.at(f).chain.eq(home(self).current)));

/** An NMI may come at any instruction, but not on top of another. */
export const nmiMayArrive = (self: Self) => not(running(self, "nmi"));

/** A hardirq may come wherever interrupts are on; the handler runs with them off. */
export const hardirqMayArrive = (self: Self) => not(home(self).irqsOff);

/**
 * A softirq runs at the exit of a hardirq or where bottom halves are enabled: not on top of one, nor of an interrupt. That
 * something is pending is a free choice: wherever a hardirq may come, a softirq may come at its end.
 */
export const softirqMayArrive = (self: Self) =>
  and(not(home(self).irqsOff), home(self).softirqCount.eq(0), home(self).hardirqCount.eq(0));

/** A hook fires where the frame on top is about to execute an instrumented row. */
export const hookMayFire = (self: Self, region: Region) => standsIn(homeChain(self).top, region);

/** Locals of a frame: interrupt state below it, and what its calls must leave as they found it. */
interface FrameLocals {
  readonly flags: LeafPlace<boolean>;
  readonly irqs?: LeafPlace<boolean>;
  readonly preempt?: LeafPlace<number>;
  readonly migrate?: LeafPlace<number>;
}

/**
 * The row where a frame is pushed on the current chain of its CPU. `meta` says whether it may stay away (`mayStop`) or
 * comes when asked (`serves`), and where it may cut.
 */
export function arrival<T extends string>(
  self: Self,
  kind: FrameKind,
  { flags, irqs, preempt, migrate }: FrameLocals,
  may: Expr<boolean>,
  next: T,
  meta: RowMeta,
): Row<T> {
  const c = home(self);
  const effect: Assign[] = [
    m.frame.at(self).chain.set(c.current),
    m.frame.at(self).below.set(homeChain(self).top),
    homeChain(self).top.set(self),
    flags.set(c.irqsOff),
  ];
  if (irqs) effect.push(irqs.set(or(lit(kind.irqsOff === true), c.irqsOff)));
  if (preempt) effect.push(preempt.set(ite(lit(kind.preemptOff === true), c.preemptCount.plus(1), c.preemptCount)));
  const { migrateDisabled } = homeChain(self);
  if (migrate) effect.push(migrate.set(ite(lit(kind.migrateOff === true), migrateDisabled.plus(1), migrateDisabled)));
  if (kind.irqsOff) effect.push(c.irqsOff.set(true));
  if (kind.softirq) effect.push(c.softirqCount.set(c.softirqCount.plus(1)));
  if (kind.hardirq) effect.push(c.hardirqCount.set(c.hardirqCount.plus(1)));
  if (kind.nmi) effect.push(c.nmiCount.set(c.nmiCount.plus(1)));
  if (kind.preemptOff) effect.push(c.preemptCount.set(c.preemptCount.plus(1)));
  if (kind.migrateOff) effect.push(migrateDisabled.set(migrateDisabled.plus(1)));
  return step(
    kind.quote,
    {
      ref: kind.comes,
      arrive: true,
      cuts: homeChain(self).top,
      ...meta,
    },
    when(may).do(effect).goto(next),
  );
}

/** The row where a frame ends and the frame below goes on. */
export function departure<T extends string>(self: Self, kind: FrameKind, flags: Expr<boolean>, next: T): Row<T> {
  const c = onCpu(self);
  const ch = m.chain.at(chainOf(self));
  const effect: Assign[] = [
    ch.top.set(m.frame.at(self).below),
    m.frame.at(self).chain.set(lit(null)),
    m.frame.at(self).below.set(lit(null)),
    c.irqsOff.set(flags),
  ];
  if (kind.softirq) effect.push(c.softirqCount.set(c.softirqCount.minus(1)));
  if (kind.hardirq) effect.push(c.hardirqCount.set(c.hardirqCount.minus(1)));
  if (kind.nmi) effect.push(c.nmiCount.set(c.nmiCount.minus(1)));
  if (kind.preemptOff) effect.push(c.preemptCount.set(c.preemptCount.minus(1)));
  if (kind.migrateOff) effect.push(ch.migrateDisabled.set(ch.migrateDisabled.minus(1)));
  return step(`(model) return from ${kind.kernel}`, { ref: kind.goes }, otherwise.do(effect).goto(next));
}
