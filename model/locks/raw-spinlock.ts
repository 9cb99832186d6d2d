/**
 * raw_spin_lock_irqsave() and its unlock: a real spinlock, on PREEMPT_RT too. Without SMP there is no lock word.
 *
 * Context: Any that the lock's other holders cannot be below of; nobody sleeps for it.
 *
 * @kernel v6.18 include/linux/spinlock.h raw_spin_lock_irqsave()
 */
import {
  bool,
  id,
  lit,
  not,
  otherwise,
  program,
  result,
  select,
  step,
  value,
  when,
} from "../../checker/language/index.ts";
import { cfg } from "../machine/config.ts";
import { onCpu } from "../machine/state.ts";
import { l, rawLock } from "./state.ts";

const KERNEL = "v6.18 include/linux/spinlock.h";

export const rawSpinLockIrqsave = program(
  "raw_spin_lock_irqsave",
  {
    exits: ["held"],
    params: { which: value(id(rawLock)), flags: result(bool) },
    kernel: `${KERNEL} raw_spin_lock_irqsave()`,
    tag: "S",
  },
  (self, { which, flags }) => {
    const holder = l.rawLock.at(which);
    return {
      irqSave: step(
        "local_irq_save(flags);",
        { ref: "2.3" },
        otherwise.do(flags.set(onCpu(self).irqsOff), onCpu(self).irqsOff.set(true)).goto("smp"),
      ),
      smp: select("#ifdef CONFIG_SMP", [[cfg.smp, "take"]], "up"),
      take: step("arch_spin_lock(lock);", { ref: "2.3" }, when(holder.isNull()).do(holder.set(self)).goto("held")),
      up: step(
        "(model) !SMP: no lock word",
        { ref: "2.3" },
        when(holder.isNull()).do(holder.set(self)).goto("held"),
        otherwise.goto("held"),
      ),
    };
  },
);

export const rawSpinUnlockIrqrestore = program(
  "raw_spin_unlock_irqrestore",
  {
    exits: ["done"],
    params: { which: value(id(rawLock)), flags: value(bool) },
    kernel: `${KERNEL} raw_spin_unlock_irqrestore()`,
    tag: "S",
  },
  (self, { which, flags }) => {
    const holder = l.rawLock.at(which);
    return {
      unlock: step(
        "arch_spin_unlock(lock);",
        { ref: "2.3" },
        when(holder.eq(self))
          .do(holder.set(lit(null)))
          .goto("irqRestore"),
        when(not(cfg.smp)).goto("irqRestore"),
        otherwise.fails("S9", "unlocks a lock that it does not hold"),
      ),
      irqRestore: step(
        "local_irq_restore(flags);",
        { ref: "2.3" },
        otherwise.do(onCpu(self).irqsOff.set(flags)).goto("done"),
      ),
    };
  },
);
