/**
 * What holds of locks whatever they protect: S1, S7, S8, S9, S10. A model takes the properties as they are, or the
 * clauses, and adds what its own locks need.
 */
import {
  and,
  type Clause,
  type Expr,
  exists,
  forAll,
  type Id,
  implies,
  ite,
  chain as list,
  lit,
  not,
  type Property,
  property,
  whenever,
} from "../../checker/language/index.ts";
import { cfg } from "../machine/config.ts";
import { chain, isLocal, localLockOf, lock, rawLock } from "../machine/sets.ts";
import { atomic, chainOf, m, onCpu, type Self, sameCpu } from "../machine/state.ts";
import { localLock, localLockIrqsave, localLockIrqsaveUnmarked, localUnlockIrqrestore } from "./local-lock.ts";
import { localTrylock } from "./local-trylock.ts";
import { rawSpinLock } from "./raw-spinlock.ts";
import { rtSpinLock, rtSpinUnlock } from "./rt-mutex.ts";
import { spinLock, spinLockIrqsave } from "./spinlock.ts";
import { l } from "./state.ts";

const isFree = ({ which, here }: { which: Expr<Id<"localLock">>; here: Expr<Id<"cpu">> }) =>
  l.lock.at(localLockOf(here, which)).holder.isNull();

/** S1: no frame enters a section under a local lock that a frame below it is in. */
export const LOCAL_SECTIONS: readonly Clause[] = [
  whenever(localLockIrqsave, "acquire", isFree),
  whenever(localLockIrqsaveUnmarked, "enter", isFree),
  whenever(localTrylock, "acquire", isFree),
  whenever(localLock, "acquire", isFree),
  whenever(rtSpinLock, "fast", ({ self, which }) =>
    implies(isLocal(which), not(l.lock.at(which).owner.eq(chainOf(self)))),
  ),
];

/** S7: no frame spins for a lock whose holder cannot run before the frame ends. */
export const NOBODY_BELOW: readonly Clause[] = [
  whenever(spinLockIrqsave, "take", ({ self, which }) => not(sameCpu(l.lock.at(which).holder, self)), {
    to: "(waits)",
  }),
  whenever(spinLock, "take", ({ self, which }) => not(sameCpu(l.lock.at(which).holder, self)), { to: "(waits)" }),
  // The wait_lock of an rt_mutex among them.
  whenever(rawSpinLock, "take", ({ self, lock }) => not(sameCpu(lock, self)), { to: "(waits)" }),
];

/** Who owns the lock that a task sleeps for; null where it does not sleep. */
const ownerAwaited = (t: Expr<Id<"chain">>) =>
  ite<Id<"chain"> | null>(m.chain.at(t).blockedOn.isNull(), lit(null), l.lock.at(m.chain.at(t).blockedOn).owner);

/** S8: no task sleeps for a lock that it owns itself, directly or through other sleepers. */
export const NO_RING: readonly Clause[] = [
  whenever(
    rtSpinLock,
    "sleep",
    ({ self, which }) => not(list(chain, l.lock.at(which).owner, ownerAwaited).has(chainOf(self))),
    { to: "woken" },
  ),
];

interface Left {
  readonly self: Self;
  readonly irqs: Expr<boolean>;
  readonly preempt: Expr<number>;
  readonly migrate: Expr<number>;
}

/** Of S9: locks, interrupt state, preempt_count and migrate_disable() are as a call found them. */
export const leftAsFound = ({ self, irqs, preempt, migrate }: Left) =>
  and(
    implies(irqs, onCpu(self).irqsOff),
    implies(onCpu(self).irqsOff, irqs),
    onCpu(self).preemptCount.eq(preempt),
    m.chain.at(chainOf(self)).migrateDisabled.eq(migrate),
    forAll(lock, (x) => not(l.lock.at(x).holder.eq(self))),
    forAll(lock, (x) => not(l.lock.at(x).waitLock.eq(self))),
    forAll(rawLock, (x) => not(l.rawLock.at(x).eq(self))),
    implies(cfg.who.at(self).kind.eq("task"), not(exists(lock, (x) => l.lock.at(x).owner.eq(chainOf(self))))),
  );

/** Of S9: who unlocks is the holder. Spinlocks and raw ones say so at their row. */
export const HOLDER_UNLOCKS: readonly Clause[] = [
  whenever(localUnlockIrqrestore, "release", ({ self, which }) => l.lock.at(which).holder.eq(self)),
  whenever(rtSpinUnlock, "fast", ({ self, which }) => l.lock.at(which).owner.eq(chainOf(self))),
];

/** S10: no lock that may sleep is asked for with interrupts or preemption off, or in an interrupt. */
export const MAY_SLEEP: readonly Clause[] = [whenever(rtSpinLock, "fast", ({ self }) => not(atomic(self)))];

/** The properties, for a model without locks of its own making. `left` is `leftAsFound` where its calls return. */
export const lockProperties = (left: Clause): Readonly<Record<string, Property>> => ({
  S1: property("S1", "no frame enters a section under a local lock that a frame below it is in", ...LOCAL_SECTIONS),
  S7: property("S7", "no frame spins for a lock whose holder cannot run before the frame ends", ...NOBODY_BELOW),
  S8: property("S8", "no task sleeps for a lock that it owns itself, directly or through other sleepers", ...NO_RING),
  S9: property(
    "S9",
    "a call leaves locks, interrupt state, preempt_count and migrate_disable() as it found them; who unlocks is the holder",
    left,
    ...HOLDER_UNLOCKS,
  ),
  S10: property(
    "S10",
    "no lock that may sleep is asked for with interrupts or preemption off, or in an interrupt",
    ...MAY_SLEEP,
  ),
});
