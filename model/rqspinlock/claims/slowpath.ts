/** Q1 to Q19: comments of the slow path, of the loops and of the test-and-set lock. */
import type { Claim } from "../../../checker/spec/model.ts";
import { AS_IT_IS, breaks, holds, reachable, SLOWPATH, says, strawman } from "./reading.ts";

export const SLOWPATH_CLAIMS: Readonly<Record<string, Claim>> = {
  Q1: {
    ...SLOWPATH,
    quote:
      "Wait for in-progress pending->locked hand-overs with a bounded number of spins so that we guarantee forward progress.",
    parts: [says("each call returns", holds("RL1"), { within: AS_IT_IS })],
  },
  Q2: {
    ...SLOWPATH,
    quote:
      "our setting of PENDING might have made the n,0,0 -> 0,0,0 transition fail and it will now be waiting on @next to become !NULL",
    parts: [
      says("a newcomer sets pending beside a queue and takes it back", reachable("undoesPending"), {
        within: AS_IT_IS,
      }),
      says("it may fail the claim of a head that is the last", reachable("pendingFailsClaim"), { within: AS_IT_IS }),
    ],
  },
  Q3: {
    ...SLOWPATH,
    quote:
      "We need to clear the pending bit since we own it. Once a stuck owner has been recovered, the lock must be restored to a valid state",
    parts: [
      says("a pending waiter times out", reachable("pendingTimesOut"), { within: AS_IT_IS }),
      says("after all have returned the word is 0", holds("RS5"), { within: AS_IT_IS }),
    ],
  },
  Q4: {
    ...SLOWPATH,
    quote:
      "Do not queue if we're a waiter and someone is attempting this lock on the same CPU. In case of NMIs, this prevents long timeouts",
    parts: [
      says("no call times out for a lock of its own CPU", holds("RD1"), { within: AS_IT_IS }),
      says("without the check one does", breaks("RD1"), { within: strawman("no-queue-check") }),
    ],
  },
  Q5: {
    ...SLOWPATH,
    quote:
      "we have the option of failing the slow path, and under contention, such a trylock spinning will likely be treated unfairly",
    parts: [
      says("a call without a node is refused", reachable("noNodeRefused"), { within: AS_IT_IS }),
      says("it returns", holds("RL1"), { within: AS_IT_IS }),
    ],
  },
  Q6: {
    ...SLOWPATH,
    quote:
      "Ensure that we increment the head node->count before initialising the actual node. If the compiler is kind enough to reorder these stores, then an IRQ could overwrite our assignments.",
    parts: [
      says("as it is no node is used twice, and nobody is signalled who does not wait", holds("RS3", "RS4"), {
        within: AS_IT_IS,
      }),
    ],
  },
  Q7: {
    ...SLOWPATH,
    quote: "attempt the trylock once more in the hope someone let go while we weren't watching",
    parts: [says("it may get the lock", reachable("triesOnceMore"), { within: AS_IT_IS })],
  },
  Q8: {
    ...SLOWPATH,
    quote: "we may have both the owner of the lock and the pending bit waiter ahead of us",
    parts: [says("the head finds both", reachable("behindBoth"), { within: AS_IT_IS })],
  },
  Q9: {
    ...SLOWPATH,
    quote: "Disable queue destruction when we detect deadlocks.",
    parts: [says("nobody is sent away because the head saw a deadlock", holds("RD6"), { within: AS_IT_IS })],
  },
  Q10: {
    ...SLOWPATH,
    quote:
      "If the tail is still pointing to us, then we are the final waiter, and are responsible for resetting the tail back to 0.",
    parts: [
      says("who gives up as the last waits for nobody", holds("RL3"), { within: AS_IT_IS }),
      says("after all have returned the word is 0", holds("RS5"), { within: AS_IT_IS }),
    ],
  },
  Q11: {
    ...SLOWPATH,
    quote: "Otherwise, if the cmpxchg operation fails, we signal the next waiter to take exit and try the same.",
    parts: [
      says("a waiter is sent away", reachable("sentAway"), { within: AS_IT_IS }),
      says("who is signalled waits for it, and is signalled once", holds("RS4"), { within: AS_IT_IS }),
    ],
  },
  Q12: {
    ...SLOWPATH,
    quote: "This allows everyone to break out faster once we've seen the owner / pending waiter not responding",
    parts: [],
    notExpressible: "it compares times, and the model has none",
  },
  Q13: {
    ...SLOWPATH,
    quote:
      "at this point: (val & _Q_PENDING_MASK) == 0, because of the above wait condition, therefore any concurrent setting of PENDING will make the uncontended transition fail",
    parts: [
      says("such a claim fails", reachable("pendingFailsClaim"), { within: AS_IT_IS }),
      says("nobody gets a lock that somebody has", holds("RS1"), { within: AS_IT_IS }),
    ],
  },
  Q14: {
    ...SLOWPATH,
    quote:
      "Either somebody is queued behind us or _Q_PENDING_VAL got set which will then detect the remaining tail and queue behind us ensuring we'll see a @next.",
    parts: [
      says("who waits for a next waiter sees one: each call returns", holds("RL1"), {
        within: AS_IT_IS,
        expected: false,
      }),
    ],
  },
  Q15: {
    ...SLOWPATH,
    quote: "-EDEADLK - Lock acquisition failed because of AA/ABBA deadlock.",
    parts: [
      says("an ABBA deadlock is there when -EDEADLK is given for one", holds("RD4"), {
        within: AS_IT_IS,
        expected: false,
      }),
      says("without a node, too", holds("RD7"), { within: AS_IT_IS, expected: false }),
    ],
  },
  Q16: {
    who: "a comment",
    where: "7.3.4, kernel/bpf/rqspinlock.c, resilient_tas_spin_lock()",
    quote:
      "called directly from res_spin_lock after grabbing the deadlock detection entry when queued spinlocks are disabled, or from resilient_queued_spin_lock_slowpath after grabbing the deadlock detection entry",
    parts: [says("the table names what a CPU holds", holds("RS2"), { within: AS_IT_IS })],
  },
  Q17: {
    who: "a comment",
    where: "7.3.4, kernel/locking/qspinlock.h, clear_pending_set_locked()",
    quote: "Lock stealing is not allowed if this function is used.",
    parts: [says("nobody gets a lock that somebody has", holds("RS1"), { within: AS_IT_IS })],
  },
};
