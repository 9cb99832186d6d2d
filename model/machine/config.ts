/** What a configuration fixes of the machine: no cell of a state, folded away when a system is linked. */
import { bool, constants, context, each, id, not, oneOf, optional, or, struct } from "../../checker/language/index.ts";
import { chain, cpu } from "./sets.ts";

export const CONTEXT_KINDS = ["task", "softirq", "hardirq", "nmi", "hook", "irqWork", "scheduler"] as const;
export type ContextKind = (typeof CONTEXT_KINDS)[number];

export const cfg = constants({
  /** CONFIG_PREEMPT_RT. */
  preemptRt: bool,
  /** CONFIG_SMP; without it a spin_trylock() always succeeds. */
  smp: bool,
  /** CONFIG_DEBUG_LOCK_ALLOC. */
  debugLockAlloc: bool,
  /** Tasks may move between CPUs. */
  migration: bool,
  /** Some script waits for the end of an irq_work: only then is it kept whether one is busy. */
  irqWorkSync: bool,
  /** Who a context is. `cpu` is where an interrupt arrives or a task begins; `chain` is a task's own. */
  who: each(context, struct({ kind: oneOf(...CONTEXT_KINDS), cpu: id(cpu), chain: optional(id(chain)) })),
  idle: each(cpu, id(chain)),
});

/** Neither SMP nor PREEMPT_RT: spin_trylock() is empty, and always succeeds. */
export const EMPTY_TRYLOCK = not(or(cfg.smp, cfg.preemptRt));
