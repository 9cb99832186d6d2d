/** S1, S7, S8, S9, S10: who may take, wait for and leave a lock. */

import { and, forAll, lit, not, or, property, whenever } from "../../checker/language/index.ts";
import { localLockIrqsaveCheck, warnOnOnce } from "../locks/irqsave-check.ts";
import { rawSpinLock, rawSpinTrylockIrqsave } from "../locks/raw-spinlock.ts";
import { rtSpinLock } from "../locks/rt-mutex.ts";
import { HOLDER_UNLOCKS, LOCAL_SECTIONS, leftAsFound, MAY_SLEEP, NO_RING, NOBODY_BELOW } from "../locks/rules.ts";
import { l } from "../locks/state.ts";
import { localLockOf } from "../machine/sets.ts";
import { onCpu, sameCpu } from "../machine/state.ts";
import { mm } from "../mm/config.ts";
import { slab } from "../mm/sets.ts";
import { returned } from "../slub/calls.ts";
import { slabLock } from "../slub/slab-lock.ts";
import { k } from "../slub/state.ts";

export const S1 = property(
  "S1",
  "no frame enters a section under a local lock (of a bucket, a stock, the random generator) that a frame below it is in",
  ...LOCAL_SECTIONS,
  whenever(localLockIrqsaveCheck, "acquire", ({ which, here }) => l.lock.at(localLockOf(here, which)).holder.isNull()),
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
  ...NOBODY_BELOW,
  whenever(slabLock, "take", ({ self, slab }) => not(sameCpu(k.slab.at(slab).bitLock, self)), { to: "(waits)" }),
);

export const S8 = property(
  "S8",
  "no task sleeps for a lock that it owns itself, directly or through other sleepers",
  ...NO_RING,
);

export const S9 = property(
  "S9",
  "a call leaves locks, interrupt state, preempt_count and migrate_disable() as it found them; who unlocks is the holder",
  whenever(returned, "check", ({ self, irqs, preempt, migrate }) =>
    and(
      leftAsFound({ self, irqs, preempt, migrate }),
      or(
        mm.cmpxchgDouble,
        forAll(slab, (s) => not(k.slab.at(s).bitLock.eq(self))),
      ),
    ),
  ),
  ...HOLDER_UNLOCKS,
);

export const S10 = property(
  "S10",
  "no lock that may sleep is asked for with interrupts or preemption off, or in an interrupt",
  ...MAY_SLEEP,
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
