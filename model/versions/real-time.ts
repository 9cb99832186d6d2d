/** What PREEMPT_RT asks of a caller, and what earlier versions and reviewers asked: R of the variants. */

import {
  and,
  call,
  type Expr,
  exists,
  type Id,
  chain as list,
  lit,
  next,
  or,
  otherwise,
  patch,
  select,
  step,
  type Variant,
  variant,
  version,
  when,
} from "../../checker/language/index.ts";
import { localLockIrqsave, localLockIsLocked } from "../locks/local-lock.ts";
import { localTrylockIrqsave } from "../locks/local-trylock.ts";
import { rawSpinTrylockIrqsave } from "../locks/raw-spinlock.ts";
import { rtSpinTrylock } from "../locks/rt-mutex.ts";
import { l } from "../locks/state.ts";
import { inHardirq, inNmi, type Self, thisCpu } from "../machine/state.ts";
import { cpuSlabLock, thisCpuSlabLock } from "../mm/locks.ts";
import { bucket } from "../mm/sets.ts";
import { deferDeactivateSlab } from "../slub/defer-free.ts";
import { doSlabFree } from "../slub/do-slab-free.ts";
import { kmallocNolock } from "../slub/kmalloc-nolock.ts";
import { slabAlloc } from "../slub/slab-alloc.ts";
import { cpuSlabOf } from "../slub/state.ts";

/** This or a larger bucket of this CPU is locked by the current task (PREEMPT_RT), or by a frame below. */
const holdsAsLarge = (self: Self, b: Expr<Id<"bucket">>) =>
  exists(bucket, (x) =>
    and(list(bucket, b, (y) => next(bucket, y)).has(x), localLockIsLocked(self, cpuSlabLock(thisCpu(self), x))),
  );

/** c->lock is tried by callers that may not spin. */
const trylockInSlabAlloc = patch(
  slabAlloc,
  ({ b, allowSpin, c, got, flags, slab, freelist }) => ({
    lock: select("(variant) may the caller spin?", [[allowSpin, "lockSpin"]], "lockTry"),
    lockSpin: call(
      "local_lock_cpu_slab(s, flags);",
      localLockIrqsave,
      { which: thisCpuSlabLock(b), c, flags },
      { done: "recheck" },
    ),
    lockTry: call(
      "if (!local_trylock_irqsave(&s->cpu_slab->lock, flags)) return NULL;",
      localTrylockIrqsave,
      { which: thisCpuSlabLock(b), c, flags },
      { held: "recheck", busy: "giveUp" },
      { ref: "3.3.4", tag: "D" },
    ),
    lockPartial: select("(variant) may the caller spin?", [[allowSpin, "lockPartialSpin"]], "lockPartialTry"),
    lockPartialSpin: call(
      "local_lock_cpu_slab(s, flags);",
      localLockIrqsave,
      { which: thisCpuSlabLock(b), c, flags },
      { done: "recheckPartial" },
    ),
    lockPartialTry: call(
      "if (!local_trylock_irqsave(&s->cpu_slab->lock, flags)) return NULL;",
      localTrylockIrqsave,
      { which: thisCpuSlabLock(b), c, flags },
      { held: "recheckPartial", busy: "giveUp" },
      { ref: "3.3.15", tag: "D" },
    ),
    retryLoad: select("(variant) may the caller spin?", [[allowSpin, "retryLoadSpin"]], "retryLoadTry"),
    retryLoadSpin: call(
      "local_lock_cpu_slab(s, flags);",
      localLockIrqsave,
      { which: thisCpuSlabLock(b), c, flags },
      { done: "conflict" },
    ),
    retryLoadTry: call(
      "if (!local_trylock_irqsave(&s->cpu_slab->lock, flags))",
      localTrylockIrqsave,
      { which: thisCpuSlabLock(b), c, flags },
      { held: "conflict", busy: "deferSlab" },
      { ref: "3.3.28", tag: "D" },
    ),
    deferSlab: call(
      "defer_deactivate_slab(slab, freelist); return NULL;",
      deferDeactivateSlab,
      { slab, freelist },
      { done: "giveUp" },
      { ref: "3.3.28", tag: "D" },
    ),
    giveUp: step("return NULL;", { ref: "3.3.4", tag: "D" }, otherwise.do(got.set(lit(null))).goto("done")),
  }),
  {
    added: [
      "lockSpin",
      "lockTry",
      "lockPartialSpin",
      "lockPartialTry",
      "retryLoadSpin",
      "retryLoadTry",
      "deferSlab",
      "giveUp",
    ],
  },
);

const trylockInSlabFree = patch(
  doSlabFree,
  ({ allowSpin, b, c, flags }) => ({
    lock: select("(variant) may the caller spin?", [[allowSpin, "lockSpin"]], "lockTry"),
    lockSpin: call(
      "local_lock_cpu_slab(s, flags);",
      localLockIrqsave,
      { which: thisCpuSlabLock(b), c, flags },
      { done: "recheck" },
    ),
    lockTry: call(
      "if (!local_trylock_irqsave(&s->cpu_slab->lock, flags)) { defer_free(s, head); return; }",
      localTrylockIrqsave,
      { which: thisCpuSlabLock(b), c, flags },
      { held: "recheck", busy: "defer" },
      { ref: "3.2.3'", tag: "D" },
    ),
  }),
  { added: ["lockSpin", "lockTry"] },
);

/** Until Jan 2026 (99a3e3a1cfc9): on PREEMPT_RT only an NMI or a hardirq gets NULL at once, whatever else is off. */
export const nullInInterruptsOnly = patch(kmallocNolock, ({ self, got }) => ({
  context: step(
    "if (IS_ENABLED(CONFIG_PREEMPT_RT) && (in_nmi() || in_hardirq())) return NULL;",
    { ref: "3.4.1 3.5", tag: "S" },
    when(or(inNmi(self), inHardirq(self)))
      .do(got.set(lit(null)))
      .goto("done"),
    otherwise.goto("bucket"),
  ),
}));

/** The locks are the same since 7.0. */
export const waitLockByTrylock = variant(
  "wait-lock-by-trylock",
  "R11: rt_mutex_slowtrylock() takes the raw wait_lock by raw_spin_trylock_irqsave() and gives up where it is held (Waiman Long, Sep and Oct 2024; refused)",
  patch(rtSpinTrylock, ({ which, irqs }) => ({
    waitLock: call(
      "if (!raw_spin_trylock_irqsave(&lock->wait_lock, flags)) return 0;",
      rawSpinTrylockIrqsave,
      { lock: l.lock.at(which).waitLock, flags: irqs },
      { held: "try", busy: "busy" },
      { ref: "2.3", tag: "S" },
    ),
  })),
);

export const REAL_TIME: Readonly<Record<string, Variant>> = {
  "no-early-null": variant(
    "no-early-null",
    "R1: on PREEMPT_RT nobody gets NULL at once, neither an NMI nor a hardirq nor who is not preemptible",
    patch(kmallocNolock, ({ got }) => ({
      context: step(
        "(variant) no test of the context",
        { tag: "D" },
        when(lit(false))
          .do(got.set(lit(null)))
          .goto("done"),
        otherwise.goto("bucket"),
      ),
    })),
  ),
  "upwards-only": variant(
    "upwards-only",
    "R6: kmalloc_nolock() asks only for buckets larger than each whose c->lock is held below it",
    patch(kmallocNolock, ({ self, b }) => ({
      gate: step(
        "(variant) if this or a larger bucket is locked below: the next one, else NULL",
        { tag: "D" },
        when(holdsAsLarge(self, b)).goto("retry"),
        otherwise.goto("alloc"),
      ),
    })),
  ),
  "free-upwards-only": variant(
    "free-upwards-only",
    "R6 for frees: kfree_nolock() defers where c->lock of the object's or a larger bucket is held below it",
    patch(doSlabFree, ({ self, b, c }) => ({
      gate: step(
        "(variant) if this or a larger bucket is locked below: defer",
        { tag: "D" },
        when(holdsAsLarge(self, b)).do(cpuSlabOf(c, b).seen.at(self).forget(false)).goto("defer"),
        otherwise.goto("path"),
      ),
    })),
  ),
  // A spec need not free, so not every row need be reached.
  "trylock-cpu-slab": version(
    "trylock-cpu-slab",
    "R7: callers that may not spin take c->lock by local_trylock_irqsave() in ___slab_alloc() and do_slab_free()",
    trylockInSlabAlloc,
    trylockInSlabFree,
  ),
  "wait-lock-by-trylock": waitLockByTrylock,
};
