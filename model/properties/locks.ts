/** S1, S7, S8, S9, S10: who may take, wait for and leave a lock. */
import {
  and,
  type Expr,
  exists,
  forAll,
  type Id,
  implies,
  isKind,
  ite,
  chain as list,
  lit,
  not,
  or,
  property,
  whenever,
} from "../../checker/language/index.ts";
import { localLockIrqsaveCheck, stockLockIrqsaveCheck, warnOnOnce } from "../locks/irqsave-check.ts";
import { localLockIrqsave, localUnlockIrqrestore } from "../locks/local-lock.ts";
import { rawSpinLock, rawSpinTrylockIrqsave } from "../locks/raw-spinlock.ts";
import { rtSpinLock, rtSpinUnlock } from "../locks/rt-mutex.ts";
import { spinLock, spinLockIrqsave } from "../locks/spinlock.ts";
import { batchLock, cpuSlabLock, crngLock, l, lock, pageStockLock, rawLock, stockLock } from "../locks/state.ts";
import { localTrylock, pageStockTrylock } from "../locks/stock-lock.ts";
import { cfg, chain } from "../machine/config.ts";
import { atomic, chainOf, m, onCpu, sameCpu } from "../machine/state.ts";
import { batchLocalLock, crngLocalLock } from "../random/get-random.ts";
import { returned } from "../scripts.ts";
import { slab } from "../slub/sets.ts";
import { slabLock } from "../slub/slab-lock.ts";
import { k } from "../slub/state.ts";

export const S1 = property(
  "S1",
  "no frame enters a section under a local lock (of a bucket, a stock, the random generator) that a frame below it is in",
  whenever(localLockIrqsave, "acquire", ({ b, here }) => l.lock.at(cpuSlabLock(here, b)).holder.isNull()),
  whenever(localLockIrqsaveCheck, "acquire", ({ b, here }) => l.lock.at(cpuSlabLock(here, b)).holder.isNull()),
  whenever(stockLockIrqsaveCheck, "acquire", ({ here }) => l.lock.at(stockLock(here)).holder.isNull()),
  whenever(localTrylock, "acquire", ({ here }) => l.lock.at(stockLock(here)).holder.isNull()),
  whenever(batchLocalLock, "enter", ({ here }) => l.lock.at(batchLock(here)).holder.isNull()),
  whenever(crngLocalLock, "enter", ({ here }) => l.lock.at(crngLock(here)).holder.isNull()),
  whenever(pageStockTrylock, "acquire", ({ here }) => l.lock.at(pageStockLock(here)).holder.isNull()),
  whenever(rtSpinLock, "fast", ({ self, which }) =>
    implies(
      or(
        isKind(lock, "cpuSlab", which),
        isKind(lock, "stock", which),
        isKind(lock, "pageStock", which),
        isKind(lock, "batch", which),
        isKind(lock, "crng", which),
      ),
      not(l.lock.at(which).owner.eq(chainOf(self))),
    ),
  ),
);

/** There is no lock word to find taken: that the section is entered is all that goes wrong, and all that can be seen. */
export const rawSections = property(
  "rawSections",
  "without SMP: no frame enters the section of a raw spinlock, or of a bit spinlock, that a frame below it is in",
  whenever(rawSpinLock, "up", ({ lock }) => lock.isNull()),
  whenever(rawSpinTrylockIrqsave, "up", ({ lock }) => lock.isNull()),
  whenever(slabLock, "up", ({ slab }) => k.slab.at(slab).bitLock.isNull()),
);

export const WARN = property(
  "WARN",
  "no WARN_ON_ONCE() fires",
  whenever(warnOnOnce, "warn", () => lit(false)),
);

export const S7 = property(
  "S7",
  "no frame spins for a lock whose holder cannot run before the frame ends",
  whenever(spinLockIrqsave, "take", ({ self, which }) => not(sameCpu(l.lock.at(which).holder, self)), {
    to: "(waits)",
  }),
  whenever(slabLock, "take", ({ self, slab }) => not(sameCpu(k.slab.at(slab).bitLock, self)), { to: "(waits)" }),
  whenever(spinLock, "take", ({ self, which }) => not(sameCpu(l.lock.at(which).holder, self)), { to: "(waits)" }),
  // The wait_lock of an rt_mutex among them.
  whenever(rawSpinLock, "take", ({ self, lock }) => not(sameCpu(lock, self)), { to: "(waits)" }),
);

/** Who owns the lock that a task sleeps for; null where it does not sleep. */
const ownerAwaited = (t: Expr<Id<"chain">>) =>
  ite<Id<"chain"> | null>(m.chain.at(t).blockedOn.isNull(), lit(null), l.lock.at(m.chain.at(t).blockedOn).owner);

export const S8 = property(
  "S8",
  "no task sleeps for a lock that it owns itself, directly or through other sleepers",
  whenever(
    rtSpinLock,
    "sleep",
    ({ self, which }) => not(list(chain, l.lock.at(which).owner, ownerAwaited).has(chainOf(self))),
    { to: "woken" },
  ),
);

export const S9 = property(
  "S9",
  "a call leaves locks, interrupt state, preempt_count and migrate_disable() as it found them; who unlocks is the holder",
  whenever(returned, "check", ({ self, irqs, preempt, migrate }) =>
    and(
      implies(irqs, onCpu(self).irqsOff),
      implies(onCpu(self).irqsOff, irqs),
      onCpu(self).preemptCount.eq(preempt),
      m.chain.at(chainOf(self)).migrateDisabled.eq(migrate),
      forAll(lock, (x) => not(l.lock.at(x).holder.eq(self))),
      forAll(lock, (x) => not(l.lock.at(x).waitLock.eq(self))),
      forAll(rawLock, (x) => not(l.rawLock.at(x).eq(self))),
      or(
        cfg.cmpxchgDouble,
        forAll(slab, (s) => not(k.slab.at(s).bitLock.eq(self))),
      ),
      implies(cfg.who.at(self).kind.eq("task"), not(exists(lock, (x) => l.lock.at(x).owner.eq(chainOf(self))))),
    ),
  ),
  whenever(localUnlockIrqrestore, "release", ({ self, which }) => l.lock.at(which).holder.eq(self)),
  whenever(rtSpinUnlock, "fast", ({ self, which }) => l.lock.at(which).owner.eq(chainOf(self))),
);

export const S10 = property(
  "S10",
  "no lock that may sleep is asked for with interrupts or preemption off, or in an interrupt",
  whenever(rtSpinLock, "fast", ({ self }) => not(atomic(self))),
);

/** S10 is about asking; this is about what then happens where the lock is not free. */
export const atomicSleep = property(
  "atomicSleep",
  "no task goes to sleep with interrupts or preemption off, or in an interrupt",
  whenever(rtSpinLock, "sleep", ({ self, irqs }) => {
    const { preemptCount, softirqCount, hardirqCount, nmiCount } = onCpu(self);
    return not(or(irqs, preemptCount.gt(0), softirqCount.gt(0), hardirqCount.gt(0), nmiCount.gt(0)));
  }),
);
