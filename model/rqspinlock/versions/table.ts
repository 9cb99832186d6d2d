/** When the entry of a lock stands in the table, and when it is asked about: the rows until 6.18. */
import { and, call, not, or, otherwise, patch, select, step, when } from "../../../checker/language/index.ts";
import { headLoop, headLoopOf, pendingLoop, pendingLoopOf, takes, waitRows } from "../check-timeout.ts";
import { rq } from "../config.ts";
import { grabHeldLockEntry } from "../held-lock-entry.ts";
import { resSpinLock, resSpinUnlock } from "../res-spin-lock.ts";
import { slowpath } from "../resilient-queued-spin-lock-slowpath.ts";
import { resilientTasSpinLock, tasLoopOf } from "../resilient-tas-spin-lock.ts";
import { isZero, ownTable, wordOf } from "../state.ts";

const REF = { ref: "R7.6" };

/** The entry is grabbed by who has the lock, or is about to wait: after the cmpxchg (mended by beb7021a6003). */
export const grabsAfterCmpxchg = patch(
  resSpinLock,
  ({ lock, val }) => {
    const { locked, pending, tail } = wordOf(lock);
    return {
      grab: select("(model) CONFIG_QUEUED_SPINLOCKS?", [[rq.queued, "fast"]], "tas"),
      fast: step(
        "if (atomic_try_cmpxchg_acquire(&lock->val, &val, _Q_LOCKED_VAL)) {",
        REF,
        when(isZero(lock)).do(locked.set(true)).goto("grabFast"),
        when(and(not(locked), tail.cpu.isNull()))
          .do(val.set("pending"))
          .goto("slow"),
        when(and(not(pending), tail.cpu.isNull()))
          .do(val.set("locked"))
          .goto("slow"),
        otherwise.do(val.set("contended")).goto("slow"),
      ),
      grabFast: call("grab_held_lock_entry(lock); return 0; }", grabHeldLockEntry, { lock }, { done: "held" }, REF),
    };
  },
  { added: ["grabFast"], removed: ["queued"] },
);

const grabsInSlowpath = patch(
  slowpath,
  ({ lock, val }) => {
    const { locked, pending, tail } = wordOf(lock);
    const fetchSetPending = [
      when(pending).goto("queue"),
      when(tail.cpu.notNull()).do(pending.set(true)).goto("undo"),
      when(locked).do(pending.set(true)).goto("grabPending"),
      otherwise.do(pending.set(true)).goto("grabOwn"),
    ] as const;
    const grab = (then: "pending" | "own" | "count") =>
      call("grab_held_lock_entry(lock);", grabHeldLockEntry, { lock }, { done: then }, REF);
    return {
      val: step(
        "if (val == _Q_PENDING_VAL) val = atomic_cond_read_relaxed(..); if (val & ~_Q_LOCKED_MASK) goto queue; val = queued_fetch_set_pending_acquire(lock);",
        REF,
        when(val.eq("contended")).goto("queue"),
        when(and(val.eq("pending"), or(pending, tail.cpu.notNull()))).goto("queue"),
        when(val.eq("pending")).goto("setPending"),
        ...fetchSetPending,
      ),
      setPending: step("val = queued_fetch_set_pending_acquire(lock);", REF, ...fetchSetPending),
      grabPending: grab("pending"),
      grabOwn: grab("own"),
      queue: grab("count"),
    };
  },
  { added: ["grabPending", "grabOwn"] },
);

/** The entry is grabbed late everywhere, and nobody asks about the own CPU before it queues (087849cca31d). */
export const grabsLate = [
  grabsAfterCmpxchg,
  grabsInSlowpath,
  patch(resilientTasSpinLock, ({ lock, ret }) => ({
    ...waitRows({ lock, ret, take: takes(lock), ...tasLoopOf, aa: "each" }),
    entry: call("grab_held_lock_entry(lock);", grabHeldLockEntry, { lock }, { done: "look" }, REF),
  })),
];

/** The own CPU is asked about a millisecond later, with the others (5860f5ce479f). */
export const checksLate = [
  patch(pendingLoop, ({ lock, ret }) => waitRows({ lock, ret, ...pendingLoopOf, aa: "each" })),
  patch(headLoop, ({ lock, ret }) => waitRows({ lock, ret, ...headLoopOf, aa: "each" })),
];

/** The entry is cleared before the store that unlocks (beb7021a6003). */
export const unlocksLast = patch(resSpinUnlock, ({ self, lock }) => {
  const table = ownTable(self);
  return {
    entry: select("struct rqspinlock_held *rqh = this_cpu_ptr(&rqspinlock_held_locks);", [], "clear"),
    clear: step(
      "if (rqh->cnt <= RES_NR_HELD) WRITE_ONCE(rqh->locks[rqh->cnt - 1], NULL);",
      REF,
      when(table.cnt.gt(rq.nrHeld)).goto("store"),
      otherwise.do(table.locks.at(table.cnt.minus(1)).set(null)).goto("store"),
    ),
    store: step("smp_store_release(&lock->locked, 0);", REF, otherwise.do(wordOf(lock).locked.set(false)).goto("dec")),
  };
});
