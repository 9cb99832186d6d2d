/**
 * local_trylock_irqsave() on the c->lock of the CPU that the caller is on once nothing can move it. Never waits: with
 * PREEMPT_RT it fails in an NMI or a hardirq, and where any task owns the lock.
 *
 * The lock word is that of `localLockIrqsave`, and its unlock is the unlock of both.
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
import { cfg, cpu } from "../machine/config.ts";
import { chainOf, inHardirq, inNmi, m, onCpu, type Self, thisCpu } from "../machine/state.ts";
import { bucket } from "../slub/sets.ts";
import { rtSpinTrylock } from "./rt-mutex.ts";
import { cpuSlabLock, l } from "./state.ts";

const migrateDisabled = (self: Self) => m.chain.at(chainOf(self)).migrateDisabled;

/** `c` is the CPU whose lock it is, also where the lock is busy. */
export const localTrylockIrqsave = program(
  "local_trylock_irqsave",
  {
    exits: ["held", "busy"],
    params: { b: value(id(bucket)), c: result(id(cpu)), flags: result(bool) },
    locals: { here: id(cpu), saved: bool },
    kernel: "v6.18 include/linux/local_lock_internal.h local_trylock_irqsave()",
    tag: "S",
  },
  (self, { b, c, flags }, { here, saved }) => ({
    entry: select("#ifdef CONFIG_PREEMPT_RT", [[cfg.preemptRt, "context"]], "irqSave"),
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
      when(l.lock.at(cpuSlabLock(here, b)).holder.isNull())
        .do(l.lock.at(cpuSlabLock(here, b)).holder.set(self))
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
      { which: cpuSlabLock(here, b) },
      { held: "held", busy: "migrateEnable" },
    ),
    migrateEnable: step(
      "migrate_enable();",
      { ref: "2.3" },
      otherwise.do(migrateDisabled(self).set(migrateDisabled(self).minus(1))).goto("busy"),
    ),
  }),
);
