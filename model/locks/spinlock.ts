/**
 * spin_lock_irqsave(), its trylock and its unlock.
 *
 * `spinLockIrqsave` waits; `spinTrylockIrqsave` always goes on, by `held` or by `busy`. Their lock word, and what is
 * left of it without SMP, is that of a raw spinlock. With PREEMPT_RT both are an rt_mutex, and interrupts stay on.
 *
 * @kernel v6.18 include/linux/spinlock.h, spinlock_up.h, spinlock_rt.h
 */

import { bool, call, id, otherwise, program, result, select, step, value } from "../../checker/language/index.ts";
import { cfg } from "../machine/config.ts";
import { lock } from "../machine/sets.ts";
import { onCpu } from "../machine/state.ts";
import { lockWord, trylockWord, unlockWord } from "./raw-spinlock.ts";
import { rtSpinLock, rtSpinTrylock, rtSpinUnlock } from "./rt-mutex.ts";
import { l } from "./state.ts";

const HEADER = "include/linux/spinlock.h";
const KERNEL = `v6.18 ${HEADER}`;
const API = "include/linux/spinlock_api_smp.h";
const RT = "include/linux/spinlock_rt.h";

export const spinLockIrqsave = program(
  "spin_lock_irqsave",
  {
    exits: ["held"],
    params: { which: value(id(lock)), flags: result(bool) },
    kernel: `${KERNEL} spin_lock_irqsave()`,
    inlines: `${API} __raw_spin_lock_irqsave(), ${HEADER} do_raw_spin_lock(), ${RT} spin_lock_irqsave(), spin_lock()`,
    tag: "S",
  },
  (self, { which, flags }) => {
    const { holder } = l.lock.at(which);
    return {
      entry: select("(model) CONFIG_PREEMPT_RT?", [[cfg.preemptRt, "flags"]], "irqSave"),
      irqSave: step(
        "local_irq_save(flags);",
        { ref: "2.3" },
        otherwise.do(flags.set(onCpu(self).irqsOff), onCpu(self).irqsOff.set(true)).goto("smp"),
      ),
      ...lockWord(self, holder, "held"),
      flags: step("flags = 0;", otherwise.do(flags.set(false)).goto("lock")),
      lock: call("rt_spin_lock(lock);", rtSpinLock, { which }, { done: "held" }),
    };
  },
);

export const spinTrylockIrqsave = program(
  "spin_trylock_irqsave",
  {
    exits: ["held", "busy"],
    params: { which: value(id(lock)), flags: result(bool) },
    locals: { saved: bool },
    kernel: `${KERNEL} spin_trylock_irqsave()`,
    inlines: `${API} _raw_spin_trylock_irqsave(), ${HEADER} do_raw_spin_trylock(), ${RT} _spin_trylock_irqsave()`,
    tag: "S",
  },
  (self, { which, flags }, { saved }) => {
    const { holder } = l.lock.at(which);
    return {
      entry: select("(model) CONFIG_PREEMPT_RT?", [[cfg.preemptRt, "flags"]], "irqSave"),
      irqSave: step(
        "local_irq_save(..flags);",
        { ref: "2.3" },
        otherwise
          .do(flags.set(onCpu(self).irqsOff), saved.set(onCpu(self).irqsOff), onCpu(self).irqsOff.set(true))
          .goto("smp"),
      ),
      ...trylockWord(self, holder, "held", "undo"),
      undo: step(
        "local_irq_restore(..flags);",
        { ref: "2.3" },
        otherwise.do(onCpu(self).irqsOff.set(saved)).goto("busy"),
      ),
      flags: step("flags = 0;", otherwise.do(flags.set(false)).goto("lock")),
      lock: call("rt_spin_trylock(lock)", rtSpinTrylock, { which }, { held: "held", busy: "busy" }),
    };
  },
);

export const spinUnlockIrqrestore = program(
  "spin_unlock_irqrestore",
  {
    exits: ["done"],
    params: { which: value(id(lock)), flags: value(bool) },
    kernel: `${KERNEL} spin_unlock_irqrestore()`,
    inlines: `${API} __raw_spin_unlock_irqrestore(), ${HEADER} do_raw_spin_unlock(), ${RT} spin_unlock_irqrestore()`,
    tag: "S",
  },
  (self, { which, flags }) => {
    const { holder } = l.lock.at(which);
    return {
      entry: select("(model) CONFIG_PREEMPT_RT?", [[cfg.preemptRt, "rt"]], "unlock"),
      unlock: unlockWord(self, holder, "irqRestore"),
      irqRestore: step(
        "local_irq_restore(flags);",
        { ref: "2.3" },
        otherwise.do(onCpu(self).irqsOff.set(flags)).goto("done"),
      ),
      rt: call("rt_spin_unlock(lock);", rtSpinUnlock, { which }, { done: "done" }),
    };
  },
);

/** spin_trylock() as the page lists use it: preemption off, interrupts as they are. */
export const spinTrylock = program(
  "spin_trylock",
  {
    exits: ["held", "busy"],
    params: { which: value(id(lock)) },
    kernel: `${KERNEL} spin_trylock()`,
    inlines: `${HEADER} do_raw_spin_trylock(), ${RT} spin_trylock()`,
    tag: "S",
  },
  (self, { which }) => {
    const { holder } = l.lock.at(which);
    return {
      entry: select("(model) CONFIG_PREEMPT_RT?", [[cfg.preemptRt, "rt"]], "smp"),
      ...trylockWord(self, holder, "held", "busy"),
      rt: call("rt_spin_trylock(lock)", rtSpinTrylock, { which }, { held: "held", busy: "busy" }),
    };
  },
);

/** spin_lock() as a drain of a page list uses it: interrupts as they are. The caller pins the CPU. */
export const spinLock = program(
  "spin_lock",
  {
    exits: ["held"],
    params: { which: value(id(lock)) },
    kernel: `${KERNEL} spin_lock()`,
    inlines: `${HEADER} do_raw_spin_lock(), ${RT} spin_lock()`,
    tag: "S",
  },
  (self, { which }) => {
    const { holder } = l.lock.at(which);
    return {
      entry: select("(model) CONFIG_PREEMPT_RT?", [[cfg.preemptRt, "rt"]], "smp"),
      ...lockWord(self, holder, "held"),
      rt: call("rt_spin_lock(lock);", rtSpinLock, { which }, { done: "held" }),
    };
  },
);

/** spin_unlock() of a lock taken by `spinLock` or `spinTrylock`. */
export const spinUnlock = program(
  "spin_unlock",
  {
    exits: ["done"],
    params: { which: value(id(lock)) },
    kernel: `${KERNEL} spin_unlock()`,
    inlines: `${HEADER} do_raw_spin_unlock(), ${RT} spin_unlock()`,
    tag: "S",
  },
  (self, { which }) => {
    const { holder } = l.lock.at(which);
    return {
      entry: select("(model) CONFIG_PREEMPT_RT?", [[cfg.preemptRt, "rt"]], "unlock"),
      unlock: unlockWord(self, holder, "done"),
      rt: call("rt_spin_unlock(lock);", rtSpinUnlock, { which }, { done: "done" }),
    };
  },
);
