/**
 * local_lock_irqsave_check() of v1: local_lock_irqsave() that, with CONFIG_DEBUG_LOCK_ALLOC, warns of a lock that is taken
 * twice. Where the mark is not set, or in an NMI, it tries the lock and warns if that fails, and goes on without it; else,
 * with the mark set and outside of an NMI, it walks in and says nothing. PREEMPT_RT: warns where the task owns it already.
 *
 * Context: As local_lock_irqsave().
 *
 * @kernel v1 4/6 include/linux/local_lock_internal.h __local_lock_irqsave_check()
 */

import {
  bool,
  call,
  type Expr,
  type Id,
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
import { cpu, localLock, localLockOf } from "../machine/sets.ts";
import { chainOf, inNmi, m, onCpu, thisCpu } from "../machine/state.ts";
import { rtSpinLock } from "./rt-mutex.ts";
import { l } from "./state.ts";

const KERNEL = "v1 4/6 include/linux/local_lock_internal.h __local_lock_irqsave_check()";

/** WARN_ON_ONCE() where its condition is true: the call goes on. */
export const warnOnOnce = program("WARN_ON_ONCE", { exits: ["done"], kernel: KERNEL, tag: "S" }, () => ({
  warn: step("WARN_ON_ONCE(1)", { ref: "2.3c.4" }, otherwise.goto("done")),
}));

/** As v1's ___slab_alloc() takes c->lock, and its consume_obj_stock() and refill_obj_stock() the stock. */
export const localLockIrqsaveCheck = program(
  "local_lock_irqsave_check",
  {
    exits: ["done"],
    params: { which: value(id(localLock)), c: result(id(cpu)), flags: result(bool) },
    locals: { here: id(cpu), saved: bool },
    kernel: KERNEL,
    tag: "S",
  },
  (self, { which, c, flags }, { here, saved }) => {
    const irqSave = [
      flags.set(onCpu(self).irqsOff),
      saved.set(onCpu(self).irqsOff),
      onCpu(self).irqsOff.set(true),
      c.set(thisCpu(self)),
      here.set(thisCpu(self)),
    ];
    const mark = (at: Expr<Id<"cpu">>) => l.lock.at(localLockOf(at, which)).holder;
    const { migrateDisabled } = m.chain.at(chainOf(self));
    return {
      entry: select(
        "(model) CONFIG_PREEMPT_RT?",
        [
          [cfg.preemptRt, "migrateDisable"],
          [cfg.debugLockAlloc, "check"],
        ],
        "irqSave",
      ),
      check: step(
        "if (IS_ENABLED(CONFIG_DEBUG_LOCK_ALLOC) && (!__local_lock_is_locked(lock) || in_nmi()))",
        { ref: "2.3c.1" },
        when(or(mark(thisCpu(self)).isNull(), inNmi(self))).goto("tryIrqSave"),
        otherwise.goto("irqSave"),
      ),
      tryIrqSave: step(
        "local_irq_save(flags); /* __local_trylock_irqsave() */",
        { ref: "2.3c.2" },
        otherwise.do(irqSave).goto("tryTest"),
      ),
      tryTest: step(
        "if (READ_ONCE(tl->acquired))",
        { ref: "2.3c.2" },
        when(mark(here).notNull()).goto("tryUndo"),
        otherwise.goto("acquire"),
      ),
      tryUndo: step(
        "local_irq_restore(flags);",
        { ref: "2.3c.2" },
        otherwise.do(onCpu(self).irqsOff.set(saved)).goto("warn"),
      ),
      warn: call(
        "WARN_ON_ONCE(!__local_trylock_irqsave(lock, flags));",
        warnOnOnce,
        {},
        { done: "done" },
        { ref: "2.3c.4" },
      ),
      irqSave: step(
        "local_irq_save(flags); l = this_cpu_ptr(lock);",
        { ref: "2.3c.3" },
        otherwise.do(irqSave).goto("acquire"),
      ),
      acquire: step("l->acquired = 1;", { ref: "2.3c.3" }, otherwise.do(mark(here).set(self)).goto("done")),
      migrateDisable: step(
        "migrate_disable();",
        { ref: "2.3c.3", note: "flags is 0 on PREEMPT_RT: interrupts stay on" },
        otherwise
          .do(
            flags.set(false),
            saved.set(false),
            c.set(thisCpu(self)),
            here.set(thisCpu(self)),
            migrateDisabled.set(migrateDisabled.plus(1)),
          )
          .goto("owned"),
      ),
      owned: step(
        "WARN_ON_ONCE(rt_mutex_owner(..) == current);",
        { ref: "2.3c.4" },
        when(l.lock.at(localLockOf(here, which)).owner.eq(chainOf(self))).goto("warnOwned"),
        otherwise.goto("lock"),
      ),
      warnOwned: call("WARN_ON_ONCE(1);", warnOnOnce, {}, { done: "lock" }, { ref: "2.3c.4" }),
      lock: call(
        "spin_lock(this_cpu_ptr(lock));",
        rtSpinLock,
        { which: localLockOf(here, which) },
        { done: "done" },
        { ref: "2.3c.3" },
      ),
    };
  },
);
