/** Q40 to Q52: what the messages of commits say, and what was said when machines locked up. */
import type { Claim } from "../../../checker/spec/model.ts";
import { AS_IT_IS, before, breaks, holds, KUMAR, reachable, says } from "./reading.ts";

const NMI_FALLBACK = {
  who: KUMAR,
  where: "0d80e7f951be, Sep 2025",
  messageId: "20250909184959.3509085-1-memxor@gmail.com",
};
const QUEUE = { who: KUMAR, where: "7bd6e5ce5be6, Oct 2025", messageId: "20251029181828.231529-2-memxor@gmail.com" };
const ENTRY = { who: KUMAR, where: "beb7021a6003, Nov 2025", messageId: "20251128232802.1031906-2-memxor@gmail.com" };

export const COMMIT_CLAIMS: Readonly<Record<string, Claim>> = {
  Q40: {
    ...NMI_FALLBACK,
    quote:
      "the head waiter itself can be preempted by a non-head waiter for the same lock (AA) .. In such a case .. the system can enter a state of lockup",
    parts: [
      says("before the fix a call never returns", breaks("RL1"), { within: before("6.16") }),
      says("in 7.3.4 it does", holds("RL1"), { within: AS_IT_IS, expected: false }),
    ],
  },
  Q41: {
    ...NMI_FALLBACK,
    quote:
      "these tracepoints either precede the enqueue into the wait queue, or succeed it, therefore cannot be used to preempt a head waiter's waiting loop",
    parts: [says("a program on them never cuts a frame that waits", holds("RD9"), { within: AS_IT_IS })],
  },
  Q42: {
    ...NMI_FALLBACK,
    quote:
      'lock holders which in run in different contexts (IRQ, non-IRQ) use "irqsave" variants of the lock APIs, which naturally excludes such lock holders from preempting one another on the same CPU',
    parts: [
      says("with the irqsave form each call returns", holds("RL1"), {
        within: { versions: ["7.3.4"], variants: [], kind: "hardirq" },
      }),
    ],
  },
  Q43: {
    ...QUEUE,
    quote:
      "It is guaranteed that call sites will no longer receive errors if the predecessors encounter deadlocks and the successors do not participate in one.",
    parts: [
      says("nobody is sent away because the head saw a deadlock", holds("RD6"), { within: AS_IT_IS }),
      says("before it somebody is", breaks("RD6"), { within: before("6.18") }),
    ],
  },
  Q44: {
    ...QUEUE,
    quote:
      "we can simply signal our successor to become the next head waiter, and leave the queue without attempting to acquire the lock",
    parts: [says("the head can: each call returns", holds("RL1", "RL3"), { within: before("7.0"), expected: false })],
  },
  Q45: {
    ...QUEUE,
    quote: "timeouts are still a possibility, hence they must be accounted for",
    parts: [says("a waiter is sent away for a timeout", reachable("sentAway"), { within: AS_IT_IS })],
  },
  Q46: {
    ...ENTRY,
    quote: "Case on lock leading to missed AA .. Case on unlock leading to missed AA",
    parts: [
      says("6.18: an NMI times out for a lock of its own CPU", breaks("RD1"), { within: before("6.18") }),
      says("7.3.4: none does", holds("RD1"), { within: AS_IT_IS }),
    ],
  },
  Q47: {
    ...ENTRY,
    quote: "may lead to a false positive if the NMI lands between these two statements, which is acceptable",
    parts: [says("the AA check finds a lock that nobody has any more", breaks("RD3"), { within: AS_IT_IS })],
  },
  Q48: {
    ...ENTRY,
    quote: "since the threads are obviously participating in an ABBA deadlock",
    parts: [
      says("where the check finds a cycle by an entry that is late, there is one", holds("RD4"), {
        within: AS_IT_IS,
        expected: false,
      }),
    ],
  },
  Q49: {
    ...ENTRY,
    quote: "the other CPU would not observe B in the table of the CPU unlocking the lock B",
    parts: [says("with the old order no cycle is seen where there is none", holds("RD4"), { within: before("6.18") })],
  },
  Q50: {
    who: KUMAR,
    where: "81d5a6a43859, Nov 2025",
    quote:
      "it is going to return errors where attempts to lock B in NMI happen while waiters for lock A are in a lower context on the same CPU",
    parts: [says("an NMI above a waiter is refused", reachable("noNodeRefused"), { within: AS_IT_IS })],
  },
  Q51: {
    who: KUMAR,
    where: "087849cca31d, Nov 2025",
    messageId: "20251128232802.1031906-6-memxor@gmail.com",
    quote:
      "a more contrived case could still be constructed by using two locks, and interrupting the progress of the respective owners by non-head waiters of the other lock, in an ABBA fashion .. It would still lead to a timeout though, and not a deadlock.",
    parts: [says("each call returns", holds("RL1"), { within: AS_IT_IS })],
  },
  Q52: {
    who: "the message of 7a3c0289c3c8, as a report of lock-ups in the field has it",
    where: "Oct 2026",
    quote: "calls the indefinite stall theoretical and reachable only through ABBA",
    parts: [
      says("7.0: the head that saw a deadlock waits for a next waiter though it is the last", breaks("RL3"), {
        author: null,
        within: before("7.0"),
      }),
      says("7.3.4: it does not", holds("RL3"), { within: AS_IT_IS }),
    ],
  },
};
