/** RD1 to RD7: when a call is refused, and whether it is for the reason that it gives. */
import {
  and,
  context,
  type Expr,
  exists,
  forAll,
  type Id,
  implies,
  invariant,
  lit,
  marked,
  not,
  or,
  property,
  standsIn,
  whenever,
} from "../../../checker/language/index.ts";
import { cfg } from "../../machine/config.ts";
import { m, mayRun, sameCpu, thisCpu } from "../../machine/state.ts";
import { checkDeadlockAA, checkDeadlockABBA } from "../check-deadlock.ts";
import { headLoop, isStuck, LOOPS, nodelessLoop, pendingLoop, polls, wouldFind } from "../check-timeout.ts";
import { slowpath } from "../resilient-queued-spin-lock-slowpath.ts";
import { resilientTasSpinLock } from "../resilient-tas-spin-lock.ts";
import { tableOf } from "../state.ts";
import { askedBelow, g, hasOnCpu, heldOn, isOfCpu, TRACK_HOLDER, TRACK_SAW, TRACK_WANTS } from "./ghosts.ts";

const TRACKED = [...TRACK_HOLDER, ...TRACK_WANTS];

/** Two frames that run, each in a loop that looks for deadlocks, each for a lock that the other's CPU has. */
const crossed = (f: Expr<Id<"context">>, h: Expr<Id<"context">>) =>
  and(
    not(sameCpu(f, h)),
    polls(f),
    polls(h),
    isStuck(f),
    isStuck(h),
    g.wants.at(f).notNull(),
    g.wants.at(h).notNull(),
    heldOn(h, g.wants.at(f)),
    heldOn(f, g.wants.at(h)),
  );

/** A hook that has cut a frame which waits for a lock, or in its queue. */
const hookCutsWaiter = exists(context, (f) =>
  and(
    cfg.who.at(f).kind.eq("hook"),
    m.frame.at(f).below.notNull(),
    or(...LOOPS.map((loop) => standsIn(m.frame.at(f).below, marked(loop)))),
  ),
);

export const DETECTION = [
  property(
    "RD1",
    "a call does not time out for a lock that its own CPU holds",
    ...TRACKED,
    whenever(pendingLoop, "wait", ({ self, lock }) => not(heldOn(self, lock)), { to: "late" }),
    whenever(headLoop, "wait", ({ self, lock }) => not(heldOn(self, lock)), { to: "late" }),
    whenever(slowpath, "turn", ({ self, lock }) => not(heldOn(self, lock)), { to: "late" }),
    whenever(nodelessLoop, "wait", ({ self, lock }) => not(heldOn(self, lock)), { to: "late" }),
    whenever(resilientTasSpinLock, "wait", ({ self, lock }) => not(heldOn(self, lock)), { to: "out" }),
  ),
  property(
    "RD2",
    "the AA check finds a lock that a frame of this CPU has or asks for",
    ...TRACKED,
    whenever(checkDeadlockAA, "look", ({ self, lock }) => or(heldOn(self, lock), askedBelow(self, lock)), {
      to: "found",
    }),
  ),
  property(
    "RD3",
    "the AA check finds a lock that a frame of this CPU has",
    ...TRACKED,
    whenever(checkDeadlockAA, "look", ({ self, lock }) => heldOn(self, lock), { to: "found" }),
  ),
  property(
    "RD4",
    "the ABBA check finds a lock below the top only where that CPU has it when it looks",
    ...TRACKED,
    whenever(checkDeadlockABBA, "entry", ({ lock, c }) => hasOnCpu(c, lock), { to: "found" }),
  ),
  property(
    "RD5",
    "where two CPUs that look wait for each other's locks, the check of each would find it",
    ...TRACKED,
    invariant(
      forAll(context, (f) =>
        implies(
          and(mayRun(f), polls(f)),
          not(exists(context, (h) => and(mayRun(h), crossed(f, h), not(wouldFind(thisCpu(f)))))),
        ),
      ),
    ),
  ),
  property(
    "RD6",
    "who waits in the queue is not sent away because the head saw a deadlock",
    ...TRACK_SAW,
    whenever(slowpath, "lateSignal", ({ self }) => not(g.sawDeadlock.at(self))),
  ),
  property(
    "RD7",
    "without a node a call is refused only where another has the lock that this CPU waits for",
    ...TRACKED,
    whenever(slowpath, "noNode", ({ self, lock }) => or(heldOn(self, lock), askedBelow(self, lock)), {
      to: "errReleaseNode",
    }),
  ),
  property(
    "RD8",
    "the ABBA check finds nothing",
    whenever(checkDeadlockABBA, "entry", () => lit(false), { to: "found" }),
  ),
  property(
    "RD10",
    "the ABBA check finds on top only what that CPU asks for or has when it looks",
    ...TRACKED,
    whenever(checkDeadlockABBA, "top", ({ c, cnt }) => isOfCpu(c, tableOf(c).locks.at(cnt.minus(1))), {
      to: "entry",
    }),
  ),
  property("RD9", "no hook stands on top of a frame that waits", invariant(not(hookCutsWaiter))),
];
