/**
 * rt_spin_lock() and rt_spin_unlock(): what spin_lock() and local_lock() are on PREEMPT_RT.
 *
 * The owner is a task. A contended lock goes through the raw `wait_lock`, with interrupts off, and the two contention
 * tracepoints fire inside it: `contention_begin` before the lock is owned, `contention_end` after.
 *
 * Context: May sleep; must be preemptible.
 * Abstracts: no priorities: an unlock wakes any waiter; no lock stealing rules; no proxy execution.
 *
 * @kernel v6.18.35 kernel/locking/spinlock_rt.c rt_spin_lock(), kernel/locking/rtmutex.c rtlock_slowlock_locked()
 */
import {
  and,
  bool,
  choose,
  type Expr,
  exists,
  type Id,
  id,
  lit,
  not,
  or,
  otherwise,
  program,
  step,
  value,
  when,
} from "../../checker/language/index.ts";
import { cfg, chain } from "../machine/config.ts";
import { chainOf, m, onCpu, type Self, thisCpu } from "../machine/state.ts";
import { l, lock } from "./state.ts";

const KERNEL = "v6.18.35 kernel/locking/rtmutex.c";

/** RT_MUTEX_HAS_WAITERS: some task is on the wait list, asleep or woken. It changes under wait_lock only. */
const hasWaiters = (which: Expr<Id<"lock">>) => exists(chain, (x) => m.chain.at(x).waitsFor.eq(which));

/** Gives the CPU up: the idle task runs until the scheduler finds something else. */
const giveCpuUp = (self: Self) => m.cpu.at(thisCpu(self)).current.set(cfg.idle.at(thisCpu(self)));

export const rtSpinLock = program(
  "rt_spin_lock",
  {
    exits: ["done"],
    params: { which: value(id(lock)) },
    locals: { irqs: bool },
    kernel: `${KERNEL} rtlock_lock()`,
    tag: "S",
    abstracts: ["rt_mutex: no priorities, an unlock wakes any one waiter"],
  },
  (self, { which }, { irqs }) => {
    const rtm = l.lock.at(which);
    return {
      fast: step(
        "rt_mutex_cmpxchg_acquire(rtm, NULL, current)",
        { ref: "2.3.2" },
        when(and(rtm.owner.isNull(), not(hasWaiters(which))))
          .do(rtm.owner.set(chainOf(self).known()))
          .goto("done"),
        otherwise.goto("irqSave"),
      ),
      irqSave: step(
        "raw_spin_lock_irqsave(&lock->wait_lock, flags);",
        { ref: "2.3.1" },
        otherwise.do(irqs.set(onCpu(self).irqsOff), onCpu(self).irqsOff.set(true)).goto("waitLock"),
      ),
      waitLock: step(
        "raw_spin_lock(&lock->wait_lock);",
        { ref: "2.3.1" },
        when(rtm.waitLock.isNull()).do(rtm.waitLock.set(self)).goto("try"),
      ),
      try: step(
        "if (try_to_take_rt_mutex(lock, current, NULL)) return;",
        { ref: "2.3.2" },
        when(rtm.owner.isNull())
          .do(rtm.owner.set(chainOf(self).known()))
          .goto("unlock"),
        otherwise.do(m.chain.at(chainOf(self)).waitsFor.set(which)).goto("contentionBegin"),
      ),
      contentionBegin: step(
        "trace_contention_begin(lock, LCB_F_RT);",
        {
          ref: "2.3.3 2.3.4 2.3.5",
          marks: ["tracepoint", "contention_begin"],
          note: "enqueued one step before: the bit for waiters is set there, and all is under wait_lock",
        },
        otherwise.goto("retry"),
      ),
      retry: step(
        "if (try_to_take_rt_mutex(lock, current, waiter)) break;",
        { ref: "2.3.6" },
        when(rtm.owner.isNull())
          .do(rtm.owner.set(chainOf(self).known()), m.chain.at(chainOf(self)).waitsFor.set(lit(null)))
          .goto("contentionEnd"),
        otherwise.goto("sleep"),
      ),
      sleep: step(
        "raw_spin_unlock_irq(&lock->wait_lock); schedule_rtlock();",
        {
          ref: "2.3.6",
          note: "release of wait_lock and schedule() are one step: a wake-up between them only returns at once",
        },
        when(
          or(
            onCpu(self).preemptCount.gt(0),
            onCpu(self).softirqCount.gt(0),
            onCpu(self).hardirqCount.gt(0),
            onCpu(self).nmiCount.gt(0),
            irqs,
          ),
        ).fails("S10", "schedules while atomic"),
        otherwise
          .do(
            rtm.waitLock.set(lit(null)),
            onCpu(self).irqsOff.set(false),
            m.chain.at(chainOf(self)).blockedOn.set(which),
            giveCpuUp(self),
          )
          .goto("woken"),
      ),
      woken: step(
        "raw_spin_lock_irq(&lock->wait_lock); /* irqs off */",
        { ref: "2.3.6" },
        when(m.chain.at(chainOf(self)).blockedOn.isNull())
          .do(onCpu(self).irqsOff.set(true))
          .goto("waitLockAgain"),
      ),
      waitLockAgain: step(
        "raw_spin_lock_irq(&lock->wait_lock);",
        { ref: "2.3.6" },
        when(rtm.waitLock.isNull()).do(rtm.waitLock.set(self)).goto("retry"),
      ),
      contentionEnd: step(
        "trace_contention_end(lock, 0);",
        { ref: "2.3.7 2.3.8", marks: ["tracepoint", "contention_end"] },
        otherwise.goto("unlock"),
      ),
      unlock: step(
        "raw_spin_unlock(&lock->wait_lock);",
        { ref: "2.3.9" },
        otherwise.do(rtm.waitLock.set(lit(null))).goto("irqRestore"),
      ),
      irqRestore: step(
        "local_irq_restore(flags);",
        { ref: "2.3.9" },
        otherwise.do(onCpu(self).irqsOff.set(irqs)).goto("done"),
      ),
    };
  },
);

export const rtSpinUnlock = program(
  "rt_spin_unlock",
  {
    exits: ["done"],
    params: { which: value(id(lock)) },
    locals: { irqs: bool },
    kernel: `${KERNEL} rt_mutex_slowunlock()`,
    tag: "S",
  },
  (self, { which }, { irqs }) => {
    const rtm = l.lock.at(which);
    return {
      fast: step(
        "rt_mutex_cmpxchg_release(rtm, current, NULL)",
        { ref: "2.3" },
        when(not(hasWaiters(which)))
          .do(rtm.owner.set(lit(null)))
          .goto("done"),
        otherwise.goto("irqSave"),
      ),
      irqSave: step(
        "raw_spin_lock_irqsave(&lock->wait_lock, flags);",
        { ref: "2.3" },
        otherwise.do(irqs.set(onCpu(self).irqsOff), onCpu(self).irqsOff.set(true)).goto("waitLock"),
      ),
      waitLock: step(
        "raw_spin_lock(&lock->wait_lock);",
        { ref: "2.3" },
        when(rtm.waitLock.isNull()).do(rtm.waitLock.set(self)).goto("wake"),
      ),
      wake: step(
        "mark_wakeup_next_waiter(&wqh, lock);",
        { ref: "2.3", note: "a waiter that was woken before is still on the list, and may be woken in vain" },
        choose(chain, (x) =>
          when(m.chain.at(x).waitsFor.eq(which))
            .do(rtm.owner.set(lit(null)), m.chain.at(x).blockedOn.set(lit(null)))
            .goto("unlock"),
        ),
        otherwise.do(rtm.owner.set(lit(null))).goto("unlock"),
      ),
      unlock: step(
        "raw_spin_unlock(&lock->wait_lock);",
        { ref: "2.3" },
        otherwise.do(rtm.waitLock.set(lit(null))).goto("irqRestore"),
      ),
      irqRestore: step(
        "local_irq_restore(flags);",
        { ref: "2.3" },
        otherwise.do(onCpu(self).irqsOff.set(irqs)).goto("done"),
      ),
    };
  },
);

/**
 * rt_spin_trylock(): one cmpxchg; where that fails and nobody owns the lock, another try under the raw wait_lock. Never
 * waits for the owner.
 */
export const rtSpinTrylock = program(
  "rt_spin_trylock",
  {
    exits: ["held", "busy"],
    params: { which: value(id(lock)) },
    locals: { irqs: bool },
    kernel: `${KERNEL} rt_mutex_slowtrylock()`,
    tag: "S",
  },
  (self, { which }, { irqs }) => {
    const rtm = l.lock.at(which);
    return {
      fast: step(
        "rt_mutex_cmpxchg_acquire(rtm, NULL, current)",
        { ref: "2.3" },
        when(and(rtm.owner.isNull(), not(hasWaiters(which))))
          .do(rtm.owner.set(chainOf(self).known()))
          .goto("held"),
        otherwise.goto("owned"),
      ),
      owned: step(
        "if (rt_mutex_owner(lock)) return 0;",
        { ref: "2.3" },
        when(rtm.owner.notNull()).goto("busy"),
        otherwise.goto("irqSave"),
      ),
      irqSave: step(
        "raw_spin_lock_irqsave(&lock->wait_lock, flags);",
        { ref: "2.3" },
        otherwise.do(irqs.set(onCpu(self).irqsOff), onCpu(self).irqsOff.set(true)).goto("waitLock"),
      ),
      waitLock: step(
        "raw_spin_lock(&lock->wait_lock);",
        { ref: "2.3" },
        when(rtm.waitLock.isNull()).do(rtm.waitLock.set(self)).goto("try"),
      ),
      try: step(
        "try_to_take_rt_mutex(lock, current, NULL)",
        { ref: "2.3" },
        when(rtm.owner.isNull())
          .do(rtm.owner.set(chainOf(self).known()))
          .goto("unlockHeld"),
        otherwise.goto("unlockBusy"),
      ),
      unlockHeld: step(
        "raw_spin_unlock(&lock->wait_lock);",
        otherwise.do(rtm.waitLock.set(lit(null))).goto("restoreHeld"),
      ),
      restoreHeld: step("local_irq_restore(flags);", otherwise.do(onCpu(self).irqsOff.set(irqs)).goto("held")),
      unlockBusy: step(
        "raw_spin_unlock(&lock->wait_lock);",
        otherwise.do(rtm.waitLock.set(lit(null))).goto("restoreBusy"),
      ),
      restoreBusy: step("local_irq_restore(flags);", otherwise.do(onCpu(self).irqsOff.set(irqs)).goto("busy")),
    };
  },
);
