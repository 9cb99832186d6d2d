/** What a task has turned off while it makes its calls, and the steps by which it does: a caller under a raw spinlock. */
import { type Assign, otherwise, type Row, step } from "../../checker/language/index.ts";
import type { ContextSpec, Parameter } from "../../checker/spec/model.ts";
import { preemptDisable, preemptEnable } from "../machine/pin.ts";
import { onCpu, type Self } from "../machine/state.ts";

const QUOTES = {
  both: ["raw_spin_lock_irqsave(lock, flags);", "raw_spin_unlock_irqrestore(lock, flags);"],
  irqsOff: ["local_irq_save(flags);", "local_irq_restore(flags);"],
  preemptOff: ["preempt_disable();", "preempt_enable();"],
} as const;

/** Options of a task. */
export const SECTION_OPTIONS: Readonly<Record<string, Parameter>> = {
  irqsOff: {
    about: "it makes all its calls with interrupts off, as under raw_spin_lock_irqsave()",
    type: "boolean",
    default: false,
  },
  preemptOff: {
    about: "it makes all its calls with preemption off, as under raw_spin_lock()",
    type: "boolean",
    default: false,
  },
};

export interface Section {
  readonly irqsOff: boolean;
  readonly preemptOff: boolean;
}

/** Null where the task has nothing turned off. */
export function sectionOf({ options }: ContextSpec): Section | null {
  const section = { irqsOff: options.irqsOff === true, preemptOff: options.preemptOff === true };
  return section.irqsOff || section.preemptOff ? section : null;
}

/**
 * The first row of the script, where the task may stay away, and the last. In between it makes all of its calls: who
 * stopped there would stop the CPU for good.
 */
export function sectionRows<F extends string, D extends string>(
  self: Self,
  section: Section,
  first: F,
  done: D,
): { readonly enter: Row<F>; readonly leave: Row<D> } {
  const { irqsOff, preemptOff } = section;
  const [enter, leave] = QUOTES[irqsOff && preemptOff ? "both" : irqsOff ? "irqsOff" : "preemptOff"];
  const irqs = (off: boolean): Assign[] => (irqsOff ? [onCpu(self).irqsOff.set(off)] : []);
  return {
    enter: step(
      `(model) the caller: ${enter}`,
      { mayStop: true },
      otherwise.do(irqs(true), preemptOff ? preemptDisable(self) : []).goto(first),
    ),
    leave: step(
      `(model) the caller: ${leave}`,
      otherwise.do(irqs(false), preemptOff ? preemptEnable(self) : []).goto(done),
    ),
  };
}
