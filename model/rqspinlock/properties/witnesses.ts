/** What must be reachable for an answer to mean anything, by name. */
import { and, happens, property } from "../../../checker/language/index.ts";
import { inNmi, thisCpu } from "../../machine/state.ts";
import { checkDeadlockAA, checkDeadlockABBA } from "../check-deadlock.ts";
import { headLoop, pendingLoop } from "../check-timeout.ts";
import { slowpath } from "../resilient-queued-spin-lock-slowpath.ts";
import { isTail, tableOf, wordOf } from "../state.ts";

export const WITNESSES = [
  property("getsAsPending", "a waiter gets the lock as the pending one", happens(slowpath, "own")),
  property(
    "getsAlone",
    "the head of the queue gets the lock and is the last",
    happens(slowpath, "claim", undefined, { to: "release" }),
  ),
  property("handsOver", "the head gets the lock and signals the next", happens(slowpath, "signal")),
  property("undoesPending", "a newcomer sets pending beside a queue and takes it back", happens(slowpath, "undo")),
  property(
    "usesSecondNode",
    "a CPU queues twice at a time",
    happens(slowpath, "init", ({ idx }) => idx.gt(0)),
  ),
  property(
    "queuesInNmi",
    "an NMI queues",
    happens(slowpath, "init", ({ self }) => inNmi(self)),
  ),
  property(
    "noNodeRefused",
    "a call without a node is refused",
    happens(slowpath, "noNode", undefined, { to: "errReleaseNode" }),
  ),
  property(
    "noNodeGets",
    "a call without a node gets the lock",
    happens(slowpath, "noNode", undefined, { to: "release" }),
  ),
  property("findsAA", "the AA check finds a deadlock", happens(checkDeadlockAA, "look", undefined, { to: "found" })),
  property(
    "findsABBA",
    "the ABBA check finds a deadlock",
    happens(checkDeadlockABBA, "entry", undefined, { to: "found" }),
  ),
  property("pendingTimesOut", "the pending waiter times out", happens(pendingLoop, "wait", undefined, { to: "late" })),
  property("headTimesOut", "the head of the queue times out", happens(headLoop, "wait", undefined, { to: "late" })),
  property("sentAway", "who waits in the queue is sent away", happens(slowpath, "turn", undefined, { to: "late" })),
  property(
    "leavesAlone",
    "the head sees a deadlock and leaves, and is the last",
    happens(slowpath, "leave", undefined, { to: "errReleaseNode" }),
  ),
  property(
    "leavesAndHandsOn",
    "the head sees a deadlock, leaves and signals the next",
    happens(slowpath, "leaveSignal"),
  ),
  property(
    "pendingFailsClaim",
    "a newcomer's pending bit fails the claim of a head that is the last",
    happens(slowpath, "claim", ({ self, lock, idx }) => isTail(lock, thisCpu(self), idx), { to: "setLocked" }),
  ),
  property(
    "triesOnceMore",
    "the trylock before queueing gets the lock",
    happens(slowpath, "tryOnce", undefined, { to: "release" }),
  ),
  property(
    "behindBoth",
    "the head of the queue has the owner and a pending waiter ahead of it",
    happens(headLoop, "look", ({ lock }) => and(wordOf(lock).locked, wordOf(lock).pending)),
  ),
  property(
    "racesWithEntry",
    "the ABBA check meets a CPU that has counted an entry and not written it",
    happens(checkDeadlockABBA, "top", ({ c, cnt }) => tableOf(c).locks.at(cnt.minus(1)).isNull()),
  ),
];
