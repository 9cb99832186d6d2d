/**
 * What the machine's ids are drawn from.
 *
 * Three sets are only named here: a model says what is in them (`kernelModel`'s `locks` and `works`). A lock is a
 * `local_lock_t`, of which each CPU has one, or a `spinlock_t`. With PREEMPT_RT both are an rt_mutex, so a task may
 * sleep for either, and the two are one set. A `raw_spinlock_t` is a real spinlock on PREEMPT_RT too: nobody sleeps
 * for it, and it stands apart.
 */
import {
  asKind,
  component,
  compose,
  type Expr,
  type Id,
  indexSet,
  inject,
  isKind,
  product,
  sum,
} from "../../checker/language/index.ts";

export const cpu = indexSet("cpu");

/** A chain of frames that the scheduler moves as one: a task with what interrupted it, or the idle task of a CPU. */
export const chain = indexSet("chain");

/** What a model's per-CPU locks protect, `local_lock_t` and `local_trylock_t`: each is there once a CPU. */
export const localLock = indexSet("localLock");
/** A model's spinlocks (`spinlock_t`). */
export const spinlock = indexSet("spinlock");
/** A model's raw spinlocks (`raw_spinlock_t`). */
export const rawLock = indexSet("rawLock");
/** A model's irq_works, each there once a CPU. */
export const irqWork = indexSet("irqWork");

const localLockOfCpu = product("localLockOfCpu", { cpu, localLock });

export const lock = sum("lock", { local: localLockOfCpu, spin: spinlock });

type Cpu = Expr<Id<"cpu"> | null>;

/** this_cpu_ptr() of a per-CPU lock, for a CPU. */
export const localLockOf = (c: Cpu, which: Expr<Id<"localLock">>) =>
  inject(lock, "local", compose(localLockOfCpu, { cpu: c, localLock: which }));

/** Whether a lock is a per-CPU one. */
export const isLocal = (x: Expr<Id<"lock">>) => isKind(lock, "local", x);

/** Which per-CPU lock a lock is; a model error where it is none. */
export const localLockIn = (x: Expr<Id<"lock">>) => component(localLockOfCpu, "localLock", asKind(lock, "local", x));

/** Which spinlock a lock is; a model error where it is none. */
export const spinlockIn = (x: Expr<Id<"lock">>) => asKind(lock, "spin", x);

export const spinlockOf = (which: Expr<Id<"spinlock">>) => inject(lock, "spin", which);

/** One irq_work of one CPU. */
export const workOfCpu = product("workOfCpu", { cpu, irqWork });
