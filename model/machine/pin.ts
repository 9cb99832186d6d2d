/** What keeps a frame on its CPU: slub_get_cpu_ptr(), where on PREEMPT_RT only migration goes off, and guard(preempt). */
import type { Assign } from "../../checker/language/index.ts";
import { ite } from "../../checker/language/index.ts";
import { cfg } from "./config.ts";
import { chainOf, m, onCpu, type Self } from "./state.ts";

/** @kernel v6.18 mm/slub.c slub_get_cpu_ptr() */
export function pinCpu(self: Self): readonly Assign[] {
  const { preemptCount } = onCpu(self);
  const { migrateDisabled } = m.chain.at(chainOf(self));
  return [
    preemptCount.set(ite(cfg.preemptRt, preemptCount, preemptCount.plus(1))),
    migrateDisabled.set(ite(cfg.preemptRt, migrateDisabled.plus(1), migrateDisabled)),
  ];
}

/** @kernel v6.18 mm/slub.c slub_put_cpu_ptr() */
export function unpinCpu(self: Self): readonly Assign[] {
  const { preemptCount } = onCpu(self);
  const { migrateDisabled } = m.chain.at(chainOf(self));
  return [
    preemptCount.set(ite(cfg.preemptRt, preemptCount, preemptCount.minus(1))),
    migrateDisabled.set(ite(cfg.preemptRt, migrateDisabled.minus(1), migrateDisabled)),
  ];
}

/** preempt_disable(): also on PREEMPT_RT. */
export const preemptDisable = (self: Self): Assign => onCpu(self).preemptCount.set(onCpu(self).preemptCount.plus(1));

export const preemptEnable = (self: Self): Assign => onCpu(self).preemptCount.set(onCpu(self).preemptCount.minus(1));
