/**
 * local_trylock() and local_trylock_irqsave(), on the lock of the CPU that the caller is on once nothing can move it. They
 * never wait: with PREEMPT_RT they fail in an NMI or a hardirq, and where any task owns the lock.
 *
 * local_trylock() turns preemption off and leaves interrupts on: one that comes in between finds the mark and gives up.
 * The lock word is that of local_lock_irqsave(); local_unlock() and local_unlock_irqrestore() are in local-lock.ts.
 *
 * @kernel v6.18 include/linux/local_lock_internal.h
 */

import {
  bool,
  call,
  id,
  or,
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
import { cpu, localLock, localLockOf } from "../machine/sets.ts";
import { chainOf, inHardirq, inNmi, m, onCpu, type Self, thisCpu } from "../machine/state.ts";
import { rtSpinTrylock } from "./rt-mutex.ts";
import { l } from "./state.ts";

const migrateDisabled = (self: Self) => m.chain.at(chainOf(self)).migrateDisabled;

/** `c` is the CPU whose lock it is, also where the lock is busy. */
export const localTrylockIrqsave = program(
  "local_trylock_irqsave",
  {
    exits: ["held", "busy"],
    params: { which: value(id(localLock)), c: result(id(cpu)), flags: result(bool) },
    locals: { here: id(cpu), saved: bool },
    kernel: "v6.18 include/linux/local_lock_internal.h local_trylock_irqsave()",
    tag: "S",
  },
  (self, { which, c, flags }, { here, saved }) => ({
    entry: select("(model) CONFIG_PREEMPT_RT?", [[cfg.preemptRt, "context"]], "irqSave"),
    irqSave: step(
      "local_irq_save(flags); tl = this_cpu_ptr(lock);",
      { ref: "2.3" },
      otherwise
        .do(
          flags.set(onCpu(self).irqsOff),
          saved.set(onCpu(self).irqsOff),
          onCpu(self).irqsOff.set(true),
          c.set(thisCpu(self)),
          here.set(thisCpu(self)),
        )
        .goto("try"),
    ),
    try: step(
      "if (READ_ONCE(tl->acquired)) .. else WRITE_ONCE(tl->acquired, 1);",
      { ref: "2.3", note: "interrupts are off, and an NMI that cuts it has unlocked when it ends: one step" },
      when(l.lock.at(localLockOf(here, which)).holder.isNull())
        .do(l.lock.at(localLockOf(here, which)).holder.set(self))
        .goto("held"),
      otherwise.goto("undo"),
    ),
    undo: step("local_irq_restore(flags);", { ref: "2.3" }, otherwise.do(onCpu(self).irqsOff.set(saved)).goto("busy")),
    context: step(
      "if (in_nmi() | in_hardirq()) return 0;",
      { ref: "2.3" },
      when(or(inNmi(self), inHardirq(self)))
        .do(c.set(thisCpu(self)), flags.set(false))
        .goto("busy"),
      otherwise.goto("migrateDisable"),
    ),
    migrateDisable: step(
      "migrate_disable();",
      { ref: "2.3", note: "flags is 0 on PREEMPT_RT: interrupts stay on" },
      otherwise
        .do(
          flags.set(false),
          c.set(thisCpu(self)),
          here.set(thisCpu(self)),
          migrateDisabled(self).set(migrateDisabled(self).plus(1)),
        )
        .goto("rt"),
    ),
    rt: call(
      "spin_trylock(this_cpu_ptr((lock)))",
      rtSpinTrylock,
      { which: localLockOf(here, which) },
      { held: "held", busy: "migrateEnable" },
    ),
    migrateEnable: step(
      "migrate_enable();",
      { ref: "2.3" },
      otherwise.do(migrateDisabled(self).set(migrateDisabled(self).minus(1))).goto("busy"),
    ),
  }),
);

/** `c` is the CPU whose lock it is. */
export const localTrylock = program(
  "local_trylock",
  {
    exits: ["held", "busy"],
    params: { which: value(id(localLock)), c: result(id(cpu)) },
    locals: { here: id(cpu) },
    kernel: "v6.18 include/linux/local_lock_internal.h __local_trylock()",
    tag: "S",
  },
  (self, { which, c }, { here }) => ({
    entry: select("(model) CONFIG_PREEMPT_RT?", [[cfg.preemptRt, "context"]], "pin"),
    context: step(
      "if (in_nmi() | in_hardirq())",
      { ref: "2.3" },
      when(or(inNmi(self), inHardirq(self)))
        .do(c.set(thisCpu(self)))
        .goto("busy"),
      otherwise.goto("pin"),
    ),
    pin: step(
      "preempt_disable(); /* then this_cpu_ptr(lock); PREEMPT_RT: migrate_disable(); */",
      { ref: "2.3" },
      otherwise.do(pinCpu(self), c.set(thisCpu(self)), here.set(thisCpu(self))).goto("path"),
    ),
    path: select("(model) CONFIG_PREEMPT_RT?", [[cfg.preemptRt, "rt"]], "test"),
    test: step(
      "if (READ_ONCE(..->acquired))",
      { ref: "2.3" },
      when(l.lock.at(localLockOf(here, which)).holder.notNull()).goto("unpin"),
      otherwise.goto("acquire"),
    ),
    acquire: step(
      "WRITE_ONCE(..->acquired, 1);",
      { ref: "2.3" },
      otherwise.do(l.lock.at(localLockOf(here, which)).holder.set(self)).goto("held"),
    ),
    rt: call(
      "spin_trylock(..lock..)",
      rtSpinTrylock,
      { which: localLockOf(here, which) },
      { held: "held", busy: "unpin" },
    ),
    unpin: step(
      "preempt_enable(); /* PREEMPT_RT: migrate_enable(); */",
      { ref: "2.3" },
      otherwise.do(unpinCpu(self)).goto("busy"),
    ),
  }),
);
