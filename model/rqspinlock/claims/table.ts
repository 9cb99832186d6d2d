/** Q20 to Q31: comments of the table of held locks and of the two checks. */
import type { Claim } from "../../../checker/spec/model.ts";
import { AS_IT_IS, breaks, CHECKS, HEADER, holds, reachable, says, strawman } from "./reading.ts";

export const TABLE_CLAIMS: Readonly<Record<string, Claim>> = {
  Q20: {
    ...HEADER,
    quote:
      "otherwise we can have the compiler reorder inc with write to table, allowing interrupts to overwrite and erase our write to the table",
    parts: [
      says("as it is the table names what a CPU holds", holds("RS2"), { within: AS_IT_IS }),
      says("written first, an entry is lost", breaks("RS2"), { within: strawman("write-before-inc") }),
    ],
  },
  Q21: {
    ...HEADER,
    quote:
      "Lack of any ordering means reordering may occur such that dec, inc are done before entry is overwritten. .. leading to false ABBA diagnosis",
    parts: [
      says(
        "with a store that is seen late, the check meets on top what that CPU does not ask for any more",
        breaks("RD10"),
        {
          within: { variants: ["clear-before-store", "clear-seen-late"] },
        },
      ),
      says("with the barrier none is, were it not for the unlock", holds("RD10"), {
        within: { variants: ["clear-before-store"] },
      }),
    ],
  },
  Q22: {
    ...HEADER,
    quote: "In theory we don't have a problem if the dec and WRITE_ONCE above get reordered with each other",
    parts: [
      says("the other way round nothing breaks", holds("RL1", "RS1", "RS2", "RS5", "RD1", "RD5"), {
        within: strawman("dec-before-clear"),
      }),
    ],
  },
  Q23: {
    ...HEADER,
    quote:
      "Grab the deadlock detection entry before doing the cmpxchg, so that reentrancy due to NMIs between the succeeding cmpxchg and creation of held lock entry can correctly detect an acquisition attempt in the interrupted context.",
    parts: [
      says("no call times out for a lock of its own CPU", holds("RD1"), { within: AS_IT_IS }),
      says("grabbed after it, an NMI does", breaks("RD1"), { within: strawman("grab-after-cmpxchg") }),
    ],
  },
  Q24: {
    ...HEADER,
    quote:
      "Perform the smp_store_release before clearing the lock entry so that NMIs landing in the unlock path can correctly detect AA issues. The opposite order .. may lead to missed AA checks",
    parts: [
      says("no call times out for a lock of its own CPU", holds("RD1"), { within: AS_IT_IS }),
      says("in the opposite order an NMI does", breaks("RD1"), { within: strawman("clear-before-store") }),
    ],
  },
  Q25: {
    ...HEADER,
    quote: "We simply don't support out-of-order unlocks, and keep the logic simple here.",
    parts: [],
    notExpressible: "scripts give back what they took last; the verifier and the callers are outside",
  },
  Q26: {
    ...CHECKS,
    quote: "Return an error if we hold the lock we are attempting to acquire.",
    parts: [
      says("what is found is held, or asked for, by a frame of this CPU", holds("RD2"), {
        within: AS_IT_IS,
        expected: false,
      }),
      says("it is held", holds("RD3"), { within: AS_IT_IS, expected: false }),
    ],
  },
  Q27: {
    ...CHECKS,
    quote: "If there is a deadlock scenario, we will read a stable set on the remote CPU and find the target.",
    parts: [
      says("where two CPUs that look wait for each other, the check of each finds it", holds("RD5"), {
        within: AS_IT_IS,
      }),
    ],
  },
  Q29: {
    ...CHECKS,
    quote: "If it is NULL, we've raced and cannot determine a deadlock conclusively, skip this CPU.",
    parts: [says("a check meets such an entry", reachable("racesWithEntry"), { within: AS_IT_IS })],
  },
  Q30: {
    ...CHECKS,
    quote:
      "If cnt is more than RES_NR_HELD, it means the current lock being acquired won't appear in the table .. so we can't determine ABBA.",
    parts: [
      says("with a table that is full no ABBA deadlock is found", holds("RD8"), { within: AS_IT_IS }),
      says("each call returns", holds("RL1"), { within: AS_IT_IS }),
    ],
  },
  Q31: {
    ...CHECKS,
    quote:
      "at least one held lock and one acquisition attempt (reflected as top most entry) to participate in an ABBA deadlock",
    parts: [says("two CPUs that wait for each other have both", holds("RD5"), { within: AS_IT_IS })],
  },
};
