/**
 * local_lock_irqsave(), local_unlock_irqrestore() and local_unlock(), on the lock of the CPU that the caller is on once
 * nothing can move it.
 *
 * Without PREEMPT_RT the lock is irqs off and a mark, `acquired`, in two steps; nobody waits, and a frame that finds the
 * mark set walks in all the same. With PREEMPT_RT it is migrate_disable() and an rt_mutex, and interrupts stay on.
 *
 * Context: Any that may do so; on PREEMPT_RT it may sleep.
 *
 * @kernel v6.18 include/linux/local_lock_internal.h
 */

import {
  bool,
  call,
  type Expr,
  type Id,
  id,
  ite,
  lit,
  otherwise,
  program,
  result,
  select,
  step,
  value,
  when,
} from "../../checker/language/index.ts";
import { cfg } from "../machine/config.ts";
import { pinCpu, unpinCpu } from "../machine/pin.ts";
import { cpu, localLockOf, lock, localLock as perCpuLock } from "../machine/sets.ts";
import { chainOf, m, onCpu, type Self, thisCpu } from "../machine/state.ts";
import { rtSpinLock, rtSpinUnlock } from "./rt-mutex.ts";
import { l } from "./state.ts";

const HEADER = "include/linux/local_lock_internal.h";
const KERNEL = `v6.18 ${HEADER}`;

/** local_lock_is_locked(): the mark (!RT), or whether the current task is the owner (RT). */
export const localLockIsLocked = (self: Self, which: Expr<Id<"lock">>) =>
  ite(cfg.preemptRt, l.lock.at(which).owner.eq(chainOf(self)), l.lock.at(which).holder.notNull());

/** `c` is the CPU whose lock it is: this_cpu_ptr() is looked at after interrupts, or migration, are off. */
export const localLockIrqsave = program(
  "local_lock_irqsave",
  {
    exits: ["done"],
    params: { which: value(id(perCpuLock)), c: result(id(cpu)), flags: result(bool) },
    locals: { here: id(cpu) },
    kernel: `${KERNEL} local_lock_irqsave()`,
    tag: "S",
  },
  (self, { which, c, flags }, { here }) => ({
    entry: select("(model) CONFIG_PREEMPT_RT?", [[cfg.preemptRt, "migrateDisable"]], "irqSave"),
    irqSave: step(
      "local_irq_save(flags); l = this_cpu_ptr(lock);",
      { ref: "2.3" },
      otherwise
        .do(
          flags.set(onCpu(self).irqsOff),
          onCpu(self).irqsOff.set(true),
          c.set(thisCpu(self)),
          here.set(thisCpu(self)),
        )
        .goto("acquire"),
    ),
    acquire: step(
      "l->acquired = 1;",
      { ref: "2.3" },
      otherwise.do(l.lock.at(localLockOf(here, which)).holder.set(self)).goto("done"),
    ),
    migrateDisable: step(
      "migrate_disable();",
      { ref: "2.3", note: "flags is 0 on PREEMPT_RT: interrupts stay on" },
      otherwise
        .do(
          flags.set(false),
          c.set(thisCpu(self)),
          here.set(thisCpu(self)),
          m.chain.at(chainOf(self)).migrateDisabled.set(m.chain.at(chainOf(self)).migrateDisabled.plus(1)),
        )
        .goto("lock"),
    ),
    lock: call("spin_lock(..lock..);", rtSpinLock, { which: localLockOf(here, which) }, { done: "done" }),
  }),
);

export const localUnlockIrqrestore = program(
  "local_unlock_irqrestore",
  {
    exits: ["done"],
    params: { which: value(id(lock)), flags: value(bool) },
    kernel: `${KERNEL} local_unlock_irqrestore()`,
    tag: "S",
  },
  (self, { which, flags }) => ({
    entry: select("(model) CONFIG_PREEMPT_RT?", [[cfg.preemptRt, "unlock"]], "release"),
    release: step(
      "l->acquired = 0;",
      { ref: "2.3" },
      otherwise.do(l.lock.at(which).holder.set(lit(null))).goto("irqRestore"),
    ),
    irqRestore: step(
      "local_irq_restore(flags);",
      { ref: "2.3" },
      otherwise.do(onCpu(self).irqsOff.set(flags)).goto("done"),
    ),
    unlock: call("spin_unlock(..lock..);", rtSpinUnlock, { which }, { done: "migrateEnable" }),
    migrateEnable: step(
      "migrate_enable();",
      { ref: "2.3" },
      otherwise
        .do(m.chain.at(chainOf(self)).migrateDisabled.set(m.chain.at(chainOf(self)).migrateDisabled.minus(1)))
        .goto("done"),
    ),
  }),
);

/**
 * local_lock() of a `local_trylock_t`: interrupts stay on. `c` is the CPU whose lock it is. Without PREEMPT_RT nobody
 * waits, and a frame that finds the mark set walks in all the same.
 */
export const localLock = program(
  "local_lock",
  {
    exits: ["done"],
    params: { which: value(id(perCpuLock)), c: result(id(cpu)) },
    locals: { here: id(cpu) },
    kernel: `${KERNEL} __local_lock()`,
    inlines: `${HEADER} __local_lock_acquire()`,
    tag: "S",
  },
  (self, { which, c }, { here }) => ({
    pin: step(
      "preempt_disable(); /* then this_cpu_ptr(lock); PREEMPT_RT: migrate_disable(); */",
      { ref: "2.3" },
      otherwise.do(pinCpu(self), c.set(thisCpu(self)), here.set(thisCpu(self))).goto("path"),
    ),
    path: select("(model) CONFIG_PREEMPT_RT?", [[cfg.preemptRt, "rt"]], "acquire"),
    acquire: step(
      "WRITE_ONCE(..->acquired, 1);",
      { ref: "2.3" },
      otherwise.do(l.lock.at(localLockOf(here, which)).holder.set(self)).goto("done"),
    ),
    rt: call("spin_lock(..lock..);", rtSpinLock, { which: localLockOf(here, which) }, { done: "done" }),
  }),
);

/** local_unlock() of a lock that local_lock() or local_trylock() took. */
export const localUnlock = program(
  "local_unlock",
  {
    exits: ["done"],
    params: { which: value(id(lock)) },
    kernel: `${KERNEL} __local_unlock()`,
    inlines: `${HEADER} __local_lock_release()`,
    tag: "S",
  },
  (self, { which }) => ({
    entry: select("(model) CONFIG_PREEMPT_RT?", [[cfg.preemptRt, "rt"]], "release"),
    release: step(
      "WRITE_ONCE(..->acquired, 0);",
      { ref: "2.3" },
      otherwise.do(l.lock.at(which).holder.set(lit(null))).goto("unpin"),
    ),
    rt: call("spin_unlock(..lock..);", rtSpinUnlock, { which }, { done: "unpin" }),
    unpin: step(
      "preempt_enable(); /* PREEMPT_RT: migrate_enable(); */",
      { ref: "2.3" },
      otherwise.do(unpinCpu(self)).goto("done"),
    ),
  }),
);

/**
 * local_lock_irqsave() of a `local_lock_t`, which has no mark: without PREEMPT_RT it is interrupts off and nothing else, so
 * that an NMI walks into the section that it has cut. The model notes who came first, for properties.
 */
export const localLockIrqsaveUnmarked = program(
  "local_lock_irqsave (local_lock_t)",
  {
    exits: ["held"],
    params: { which: value(id(perCpuLock)), c: result(id(cpu)), flags: result(bool) },
    locals: { here: id(cpu) },
    kernel: `v6.18.35 ${HEADER} __local_lock_irqsave()`,
    inlines: `${HEADER} __local_lock()`,
    tag: "S",
  },
  (self, { which, c, flags }, { here }) => {
    const { holder } = l.lock.at(localLockOf(here, which));
    const { migrateDisabled } = m.chain.at(chainOf(self));
    return {
      entry: select("(model) CONFIG_PREEMPT_RT?", [[cfg.preemptRt, "migrateDisable"]], "irqSave"),
      irqSave: step(
        "local_irq_save(flags);",
        { ref: "3.10.R1" },
        otherwise
          .do(
            flags.set(onCpu(self).irqsOff),
            onCpu(self).irqsOff.set(true),
            c.set(thisCpu(self)),
            here.set(thisCpu(self)),
          )
          .goto("enter"),
      ),
      enter: step(
        "(model) inside: a local_lock_t has no mark",
        { ref: "3.10.R1" },
        when(holder.isNull()).do(holder.set(self)).goto("held"),
        otherwise.goto("held"),
      ),
      migrateDisable: step(
        "migrate_disable();",
        { ref: "3.10.R1" },
        otherwise
          .do(
            flags.set(false),
            c.set(thisCpu(self)),
            here.set(thisCpu(self)),
            migrateDisabled.set(migrateDisabled.plus(1)),
          )
          .goto("lock"),
      ),
      lock: call("spin_lock(..lock..);", rtSpinLock, { which: localLockOf(here, which) }, { done: "held" }),
    };
  },
);

export const localUnlockIrqrestoreUnmarked = program(
  "local_unlock_irqrestore (local_lock_t)",
  {
    exits: ["done"],
    params: { which: value(id(perCpuLock)), c: value(id(cpu)), flags: value(bool) },
    kernel: `v6.18.35 ${HEADER} __local_unlock_irqrestore()`,
    inlines: `${HEADER} __local_unlock()`,
    tag: "S",
  },
  (self, { which, c, flags }) => {
    const { holder } = l.lock.at(localLockOf(c, which));
    const { migrateDisabled } = m.chain.at(chainOf(self));
    return {
      entry: select("(model) CONFIG_PREEMPT_RT?", [[cfg.preemptRt, "unlock"]], "leave"),
      leave: step(
        "(model) outside: a local_lock_t has no mark",
        { ref: "3.10.R1" },
        when(holder.eq(self)).do(holder.set(null)).goto("irqRestore"),
        otherwise.goto("irqRestore"),
      ),
      irqRestore: step(
        "local_irq_restore(flags);",
        { ref: "3.10.R1" },
        otherwise.do(onCpu(self).irqsOff.set(flags)).goto("done"),
      ),
      unlock: call("spin_unlock(..lock..);", rtSpinUnlock, { which: localLockOf(c, which) }, { done: "migrateEnable" }),
      migrateEnable: step(
        "migrate_enable();",
        { ref: "3.10.R1" },
        otherwise.do(migrateDisabled.set(migrateDisabled.minus(1))).goto("done"),
      ),
    };
  },
);
