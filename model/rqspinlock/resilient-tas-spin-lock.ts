/**
 * resilient_tas_spin_lock(): a test-and-set lock, where there are no queued spinlocks, and in a guest that runs without
 * them.
 *
 * Its loop reads the word and tries to change it from 0 to 1; that both are one step leaves nothing out, since reading
 * another value and losing the cmpxchg go the same way.
 *
 * @kernel v7.3.4 kernel/bpf/rqspinlock.c
 */
import { call, id, program, result, select, value } from "../../checker/language/index.ts";
import { takes, WORD_LOOP, waitRows } from "./check-timeout.ts";
import { releaseHeldLockEntry } from "./held-lock-entry.ts";
import { returns, rqLock } from "./sets.ts";

const TRY = "val = atomic_read(&lock->val); if (val || !atomic_try_cmpxchg(&lock->val, &val, 1)) ..";

/** What its loop is; `aa` is another until 6.18. */
export const tasLoopOf = {
  mask: "all",
  quote: TRY,
  ref: "R6.1",
  loop: WORD_LOOP,
  free: "held",
  deadlock: "out",
  late: "out",
} as const;

export const resilientTasSpinLock = program(
  "resilient_tas_spin_lock",
  {
    exits: ["held", "failed"],
    params: { lock: value(id(rqLock)), ret: result(returns) },
    kernel: "v7.3.4 kernel/bpf/rqspinlock.c resilient_tas_spin_lock()",
    inlines: "kernel/bpf/rqspinlock.c check_timeout()",
    tag: "S",
  },
  (_, { lock, ret }) => {
    return {
      entry: select("RES_INIT_TIMEOUT(ts); RES_RESET_TIMEOUT(ts, NSEC_PER_SEC);", [], "look"),
      ...waitRows({ lock, ret, take: takes(lock), ...tasLoopOf }),
      out: call("out: release_held_lock_entry();", releaseHeldLockEntry, {}, { done: "failed" }, { ref: "R6.2" }),
    };
  },
);
