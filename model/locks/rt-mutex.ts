/**
 * rt_spin_lock(), its trylock and its unlock: what spin_lock() and local_lock() are on PREEMPT_RT.
 *
 * The owner is a task. A contended lock goes through the raw `wait_lock`, with interrupts off, and the two contention
 * tracepoints fire inside it: `contention_begin` before the lock is owned, `contention_end` after.
 *
 * Where nobody owns the lock and somebody waits, try_to_take_rt_mutex() may take it or not: rt_mutex_steal() compares
 * priorities, which the model has not. Both answers are a free choice (docs/decisions/0013).
 *
 * Context: May sleep; must be preemptible.
 * Abstracts: no priorities; no proxy execution; no spinning on an owner that runs: a waiter sleeps at once. The bit for
 * waiters is set where somebody waits, and may be while somebody is in try_to_take_rt_mutex().
 *
 * @kernel v6.18.35 kernel/locking/spinlock_rt.c rt_spin_lock(), kernel/locking/rtmutex.c rtlock_slowlock_locked();
 * read again in v7.3.4
 */

import {
  and,
  bool,
  call,
  choose,
  type Expr,
  either,
  exists,
  type Id,
  id,
  not,
  or,
  otherwise,
  program,
  step,
  value,
  when,
} from "../../checker/language/index.ts";
import { cfg } from "../machine/config.ts";
import { chain, lock } from "../machine/sets.ts";
import { chainOf, m, onCpu, type Self, sameCpu, thisCpu } from "../machine/state.ts";
import { rawSpinLock, rawSpinLockIrqsave, rawSpinUnlockIrqrestore } from "./raw-spinlock.ts";
import { l } from "./state.ts";

const RTMUTEX = "kernel/locking/rtmutex.c";
const SPINLOCK_RT = "kernel/locking/spinlock_rt.c";
const KERNEL = `v6.18.35 ${RTMUTEX}`;

/** RT_MUTEX_HAS_WAITERS: some task is on the wait list, asleep or woken. It changes under wait_lock only. */
const hasWaiters = (which: Expr<Id<"lock">>) => exists(chain, (x) => m.chain.at(x).waitsFor.eq(which));

/**
 * A woken waiter may find another before it in line only where another is awake too: who is the top waiter of a lock
 * that nobody owns has been woken, by the unlock or (boosted since) by rt_mutex_adjust_prio_chain().
 */
const anotherIsAwake = (which: Expr<Id<"lock">>, self: Self) =>
  exists(chain, (x) => and(x.ne(chainOf(self)), m.chain.at(x).waitsFor.eq(which), m.chain.at(x).blockedOn.isNull()));

/** Gives the CPU up: the idle task runs until the scheduler finds something else. */
const giveCpuUp = (self: Self) => m.cpu.at(thisCpu(self)).current.set(cfg.idle.at(thisCpu(self)));

const NO_PRIORITIES =
  "rt_mutex: no priorities; an unlock wakes any one waiter, and who comes to a lock that nobody owns and others wait for may get it or not";

/** Under wait_lock mark_rt_mutex_waiters() sets the bit before anybody looks whether the lock has an owner. */
const MARKED = "whoever has wait_lock and looks for an owner may have set the bit for waiters already: a free choice";

export const rtSpinLock = program(
  "rt_spin_lock",
  {
    exits: ["done"],
    params: { which: value(id(lock)) },
    locals: { irqs: bool },
    kernel: `v6.18.35 ${SPINLOCK_RT} rtlock_lock()`,
    inlines: `${RTMUTEX} rtlock_slowlock(), rtlock_slowlock_locked()`,
    tag: "S",
    abstracts: [NO_PRIORITIES],
  },
  (self, { which }, { irqs }) => {
    const { owner, waitLock } = l.lock.at(which);
    const { waitsFor, blockedOn } = m.chain.at(chainOf(self));
    const own = owner.set(chainOf(self).known());
    return {
      fast: step(
        "rt_mutex_cmpxchg_acquire(rtm, NULL, current)",
        { ref: "2.3.2", note: MARKED },
        when(or(owner.notNull(), hasWaiters(which))).goto("waitLock"),
        when(waitLock.isNull()).do(own).goto("done"),
        either(otherwise.do(own).goto("done"), otherwise.goto("waitLock")),
      ),
      waitLock: call(
        "raw_spin_lock_irqsave(&lock->wait_lock, flags);",
        rawSpinLockIrqsave,
        { lock: waitLock, flags: irqs },
        { held: "try" },
        { ref: "2.3.1" },
      ),
      try: step(
        "if (try_to_take_rt_mutex(lock, current, NULL)) .. return;",
        { ref: "2.3.2", note: "where others wait rt_mutex_steal() compares priorities: a free choice" },
        when(owner.notNull()).do(waitsFor.set(which)).goto("contentionBegin"),
        when(not(hasWaiters(which)))
          .do(own)
          .goto("unlock"),
        either(otherwise.do(own).goto("unlock"), otherwise.do(waitsFor.set(which)).goto("contentionBegin")),
      ),
      contentionBegin: step(
        "trace_contention_begin(lock, LCB_F_RT);",
        {
          ref: "2.3.3 2.3.4 2.3.5",
          marks: ["tracepoint", "contention_begin"],
          note: "enqueued one step before: the bit for waiters is set there, and all is under wait_lock",
        },
        otherwise.goto("enqueued"),
      ),
      enqueued: step(
        "if (try_to_take_rt_mutex(lock, current, &waiter)) .. break; /* the first time */",
        { ref: "2.3.6", note: "wait_lock was held since the last try, so that the answer is the same: no" },
        otherwise.goto("sleep"),
      ),
      sleep: step(
        "raw_spin_unlock_irq_wake(&lock->wait_lock, wake_q); .. schedule_rtlock();",
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
          .do(waitLock.set(null), onCpu(self).irqsOff.set(false), blockedOn.set(which), giveCpuUp(self))
          .goto("woken"),
      ),
      woken: step(
        "raw_spin_lock_irq(&lock->wait_lock); /* irqs off */",
        { ref: "2.3.6" },
        when(blockedOn.isNull()).do(onCpu(self).irqsOff.set(true)).goto("waitLockAgain"),
      ),
      waitLockAgain: call(
        "raw_spin_lock_irq(&lock->wait_lock);",
        rawSpinLock,
        { lock: waitLock },
        { held: "retry" },
        { ref: "2.3.6" },
      ),
      retry: step(
        "if (try_to_take_rt_mutex(lock, current, &waiter)) .. break;",
        { ref: "2.3.6", note: "the top waiter gets it, another may steal it or not: a free choice" },
        when(owner.notNull()).goto("sleep"),
        when(not(anotherIsAwake(which, self)))
          .do(own, waitsFor.set(null))
          .goto("contentionEnd"),
        either(otherwise.do(own, waitsFor.set(null)).goto("contentionEnd"), otherwise.goto("sleep")),
      ),
      contentionEnd: step(
        "trace_contention_end(lock, 0);",
        { ref: "2.3.7 2.3.8", marks: ["tracepoint", "contention_end"] },
        otherwise.goto("unlock"),
      ),
      unlock: call(
        "raw_spin_unlock_irqrestore_wake(&lock->wait_lock, flags, &wake_q);",
        rawSpinUnlockIrqrestore,
        { lock: waitLock, flags: irqs },
        { done: "done" },
        { ref: "2.3.9" },
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
    inlines: `${SPINLOCK_RT} rt_spin_unlock()`,
    tag: "S",
  },
  (self, { which }, { irqs }) => {
    const { owner, waitLock } = l.lock.at(which);
    return {
      fast: step(
        "rt_mutex_cmpxchg_release(&lock->lock, current, NULL)",
        { ref: "2.3", note: `${MARKED}, but who is below me came there before I had the lock` },
        when(hasWaiters(which)).goto("waitLock"),
        when(or(waitLock.isNull(), sameCpu(waitLock, self)))
          .do(owner.set(null))
          .goto("done"),
        either(otherwise.do(owner.set(null)).goto("done"), otherwise.goto("waitLock")),
      ),
      waitLock: call(
        "raw_spin_lock_irqsave(&lock->wait_lock, flags);",
        rawSpinLockIrqsave,
        { lock: waitLock, flags: irqs },
        { held: "wake" },
        { ref: "2.3" },
      ),
      wake: step(
        "mark_wakeup_next_waiter(&wqh, lock);",
        { ref: "2.3", note: "a waiter that was woken before is still on the list, and may be woken in vain" },
        choose(chain, (x) =>
          when(m.chain.at(x).waitsFor.eq(which)).do(owner.set(null), m.chain.at(x).blockedOn.set(null)).goto("unlock"),
        ),
        otherwise.do(owner.set(null)).goto("unlock"),
      ),
      unlock: call(
        "raw_spin_unlock_irqrestore(&lock->wait_lock, flags);",
        rawSpinUnlockIrqrestore,
        { lock: waitLock, flags: irqs },
        { done: "done" },
        { ref: "2.3" },
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
    inlines: `${RTMUTEX} __rt_mutex_slowtrylock(), ${SPINLOCK_RT} __rt_spin_trylock()`,
    tag: "S",
    abstracts: [NO_PRIORITIES],
  },
  (self, { which }, { irqs }) => {
    const { owner, waitLock } = l.lock.at(which);
    const own = owner.set(chainOf(self).known());
    return {
      fast: step(
        "rt_mutex_cmpxchg_acquire(&lock->lock, NULL, current)",
        { ref: "2.3", note: MARKED },
        when(or(owner.notNull(), hasWaiters(which))).goto("owned"),
        when(waitLock.isNull()).do(own).goto("held"),
        either(otherwise.do(own).goto("held"), otherwise.goto("owned")),
      ),
      owned: step(
        "if (rt_mutex_owner(lock)) return 0;",
        { ref: "2.3" },
        when(owner.notNull()).goto("busy"),
        otherwise.goto("waitLock"),
      ),
      waitLock: call(
        "raw_spin_lock_irqsave(&lock->wait_lock, flags);",
        rawSpinLockIrqsave,
        { lock: waitLock, flags: irqs },
        { held: "try" },
        { ref: "2.3" },
      ),
      try: step(
        "try_to_take_rt_mutex(lock, current, NULL)",
        { ref: "2.3", note: "where others wait rt_mutex_steal() compares priorities: a free choice" },
        when(owner.notNull()).goto("unlockBusy"),
        when(not(hasWaiters(which)))
          .do(own)
          .goto("unlockHeld"),
        either(otherwise.do(own).goto("unlockHeld"), otherwise.goto("unlockBusy")),
      ),
      unlockHeld: call(
        "raw_spin_unlock_irqrestore(&lock->wait_lock, flags);",
        rawSpinUnlockIrqrestore,
        { lock: waitLock, flags: irqs },
        { done: "held" },
      ),
      unlockBusy: call(
        "raw_spin_unlock_irqrestore(&lock->wait_lock, flags);",
        rawSpinUnlockIrqrestore,
        { lock: waitLock, flags: irqs },
        { done: "busy" },
      ),
    };
  },
);
