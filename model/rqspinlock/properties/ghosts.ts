/** What is so, whatever lock words and tables say: who has a lock, who asks for one, whose node it is. */
import {
  type Assign,
  and,
  bool,
  type Clause,
  context,
  type Expr,
  each,
  exists,
  ghosts,
  type Id,
  id,
  implies,
  ite,
  lit,
  optional,
  or,
  setEach,
  track,
  whenever,
} from "../../../checker/language/index.ts";
import { cpu } from "../../machine/sets.ts";
import { type Self, sameCpu, thisCpu } from "../../machine/state.ts";
import { checkDeadlockAA, checkDeadlockABBA } from "../check-deadlock.ts";
import { nodelessLoop } from "../check-timeout.ts";
import { grabHeldLockEntry, releaseHeldLockEntry } from "../held-lock-entry.ts";
import { resSpinLock, resSpinUnlock } from "../res-spin-lock.ts";
import { slowpath } from "../resilient-queued-spin-lock-slowpath.ts";
import { resilientTasSpinLock } from "../resilient-tas-spin-lock.ts";
import { nodeIndex, rqLock } from "../sets.ts";
import { isZero, type Lock } from "../state.ts";

export const g = ghosts({
  /** Who got the lock and has not given it back. */
  holder: each(rqLock, optional(id(context))),
  /** The lock that a frame asks for: from its entry in the table on, or from where the fast path failed, until it has it or gives up. */
  wants: each(context, optional(id(rqLock))),
  /** A call has seen a deadlock since it queued. */
  sawDeadlock: each(context, bool),
  /** Whose node it is: from its initialisation until `count` goes down. */
  user: each(cpu, each(nodeIndex, optional(id(context)))),
});

interface Asked {
  readonly self: Self;
  readonly lock: Lock;
}

/** Every row by which a lock is got, with a condition. */
export const whereGot = (holds: (asked: Asked) => Expr<boolean>): readonly Clause[] => [
  whenever(resSpinLock, "fast", (asked) => implies(isZero(asked.lock), holds(asked))),
  whenever(nodelessLoop, "look", holds, { to: "free" }),
  whenever(nodelessLoop, "wait", holds, { to: "free" }),
  whenever(slowpath, "own", holds),
  whenever(slowpath, "noNode", holds, { to: "release" }),
  whenever(slowpath, "tryOnce", holds, { to: "release" }),
  whenever(slowpath, "claim", holds, { to: "release" }),
  whenever(slowpath, "setLocked", holds),
  whenever(resilientTasSpinLock, "look", holds, { to: "held" }),
  whenever(resilientTasSpinLock, "wait", holds, { to: "held" }),
];

const gets = ({ self, lock }: Asked): readonly Assign[] => [
  g.holder.at(lock).set(self),
  g.wants.at(self).set(lit(null)),
];

export const TRACK_HOLDER: readonly Clause[] = [
  track(resSpinLock, "fast", ({ self, lock }) =>
    g.holder.at(lock).set(ite<Id<"context"> | null>(isZero(lock), self, g.holder.at(lock))),
  ),
  track(nodelessLoop, "look", gets, { to: "free" }),
  track(nodelessLoop, "wait", gets, { to: "free" }),
  track(slowpath, "own", gets),
  track(slowpath, "noNode", gets, { to: "release" }),
  track(slowpath, "tryOnce", gets, { to: "release" }),
  track(slowpath, "claim", gets, { to: "release" }),
  track(slowpath, "setLocked", gets),
  track(resilientTasSpinLock, "look", gets, { to: "held" }),
  track(resilientTasSpinLock, "wait", gets, { to: "held" }),
  track(resSpinUnlock, "store", ({ lock }) => g.holder.at(lock).set(lit(null))),
];

export const TRACK_WANTS: readonly Clause[] = [
  track(grabHeldLockEntry, "inc", ({ self, lock }) =>
    g.wants.at(self).set(ite<Id<"rqLock"> | null>(g.holder.at(lock).eq(self), lit(null), lock)),
  ),
  track(resSpinLock, "fast", ({ self, lock }) =>
    g.wants.at(self).set(ite<Id<"rqLock"> | null>(isZero(lock), lit(null), lock)),
  ),
  track(releaseHeldLockEntry, "dec", ({ self }) => g.wants.at(self).set(lit(null))),
];

export const TRACK_SAW: readonly Clause[] = [
  track(slowpath, "count", ({ self }) => g.sawDeadlock.at(self).set(false)),
  track(checkDeadlockAA, "look", ({ self }) => g.sawDeadlock.at(self).set(true), { to: "found" }),
  track(checkDeadlockABBA, "entry", ({ self }) => g.sawDeadlock.at(self).set(true), { to: "found" }),
  track(releaseHeldLockEntry, "dec", ({ self }) => g.sawDeadlock.at(self).set(false)),
];

const forgets = ({ self }: { readonly self: Self }) =>
  setEach(nodeIndex, (i) => {
    const user = g.user.at(thisCpu(self)).at(i);
    return user.set(ite<Id<"context"> | null>(user.eq(self), lit(null), user));
  });

export const TRACK_USER: readonly Clause[] = [
  track(slowpath, "init", ({ self, idx }) => g.user.at(thisCpu(self)).at(idx).set(self)),
  track(slowpath, "decNode", forgets),
  track(slowpath, "errDecNode", forgets),
];

/** Whether a frame of this CPU has the lock. */
export const heldOn = (frame: Self, lock: Expr<Id<"rqLock"> | null>) =>
  exists(rqLock, (x) => and(x.eq(lock), g.holder.at(x).notNull(), sameCpu(g.holder.at(x), frame)));

/** Whether another frame of this CPU asks for the lock. */
export const askedBelow = (self: Self, lock: Lock) =>
  exists(context, (c) => and(c.ne(self), g.wants.at(c).eq(lock), sameCpu(c, self)));

/** Whether a frame of CPU `c` has the lock. */
export const hasOnCpu = (c: Expr<Id<"cpu">>, lock: Expr<Id<"rqLock"> | null>) =>
  exists(rqLock, (x) => and(x.eq(lock), g.holder.at(x).notNull(), thisCpu(g.holder.at(x).known()).eq(c)));

/** Whether a frame of CPU `c` has the lock or asks for it. */
export const isOfCpu = (c: Expr<Id<"cpu">>, lock: Expr<Id<"rqLock"> | null>) =>
  or(
    hasOnCpu(c, lock),
    exists(context, (f) => and(g.wants.at(f).notNull(), g.wants.at(f).eq(lock), thisCpu(f).eq(c))),
  );
