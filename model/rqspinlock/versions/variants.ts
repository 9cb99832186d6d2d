/** What the comments of v7.3.4 argue against: each safeguard taken away, one at a time. */
import {
  call,
  ite,
  lit,
  otherwise,
  patch,
  select,
  step,
  type Variant,
  variant,
  when,
} from "../../../checker/language/index.ts";
import { thisCpu } from "../../machine/state.ts";
import { rq } from "../config.ts";
import { grabHeldLockEntry, releaseHeldLockEntry } from "../held-lock-entry.ts";
import { resSpinLock } from "../res-spin-lock.ts";
import { slowpath } from "../resilient-queued-spin-lock-slowpath.ts";
import { isZero, ownTable, q, wordOf } from "../state.ts";
import { unlocksLast } from "./table.ts";

const DERIVED = { tag: "D" } as const;

const grabsAfter = patch(
  resSpinLock,
  ({ lock, val }) => {
    const { locked, pending, tail } = wordOf(lock);
    return {
      grab: select("(variant) the cmpxchg comes first", [], "queued"),
      fast: step(
        "if (atomic_try_cmpxchg_acquire(&lock->val, &val, _Q_LOCKED_VAL)) {",
        DERIVED,
        when(isZero(lock)).do(locked.set(true)).goto("grabFast"),
        otherwise
          .do(
            val.set(
              ite<"pending" | "locked" | "contended">(
                tail.cpu.notNull(),
                lit("contended"),
                ite<"pending" | "locked" | "contended">(
                  locked,
                  ite<"locked" | "contended">(pending, lit("contended"), lit("locked")),
                  lit("pending"),
                ),
              ),
            ),
          )
          .goto("grabSlow"),
      ),
      grabFast: call("grab_held_lock_entry(lock); return 0; }", grabHeldLockEntry, { lock }, { done: "held" }, DERIVED),
      grabSlow: call("grab_held_lock_entry(lock);", grabHeldLockEntry, { lock }, { done: "slow" }, DERIVED),
    };
  },
  { added: ["grabFast", "grabSlow"] },
);

const nmiQueues = patch(slowpath, ({ idx }) => ({
  contentionBegin: step(
    "trace_contention_begin(lock, LCB_F_SPIN); if (idx >= _Q_MAX_NODES)",
    { tag: "D", marks: ["tracepoint", "contention_begin"] },
    when(idx.ge(rq.maxNodes)).goto("noNode"),
    otherwise.goto("init"),
  ),
}));

const keepsEntry = patch(slowpath, () => ({
  errReleaseEntry: step("(variant) no release_held_lock_entry()", DERIVED, otherwise.goto("failed")),
}));

const decsFirst = patch(releaseHeldLockEntry, ({ self }) => {
  const table = ownTable(self);
  return {
    entry: select("struct rqspinlock_held *rqh = this_cpu_ptr(&rqspinlock_held_locks);", [], "dec"),
    dec: step(
      "this_cpu_dec(rqspinlock_held_locks.cnt);",
      DERIVED,
      otherwise.do(table.cnt.set(table.cnt.minus(1))).goto("clear"),
    ),
    clear: step(
      "WRITE_ONCE(rqh->locks[rqh->cnt], NULL);",
      DERIVED,
      when(table.cnt.ge(rq.nrHeld)).goto("done"),
      otherwise.do(table.locks.at(table.cnt).set(null)).goto("done"),
    ),
  };
});

const neverClears = patch(
  releaseHeldLockEntry,
  () => ({
    entry: select("(variant) the store of NULL is seen after the next entry only", [], "dec"),
  }),
  { removed: ["clear"] },
);

const writesFirst = patch(grabHeldLockEntry, ({ self, lock }) => {
  const table = ownTable(self);
  return {
    entry: select("(variant) the write comes before the inc", [], "write"),
    write: step(
      "locks[cnt] = lock;",
      DERIVED,
      when(table.cnt.ge(rq.nrHeld)).goto("inc"),
      otherwise.do(table.locks.at(table.cnt).set(lock)).goto("inc"),
    ),
    inc: step(
      "this_cpu_inc_return(rqspinlock_held_locks.cnt);",
      DERIVED,
      otherwise.do(table.cnt.set(table.cnt.plus(1))).goto("done"),
    ),
  };
});

const noQueueCheck = patch(slowpath, () => ({
  queue: select("(variant) no check_deadlock_AA() before it queues", [], "count"),
}));

/** The node is initialised, then counted: what an interrupt between the two does to it stays. */
const initsFirst = patch(
  slowpath,
  ({ self, idx }) => {
    const used = q.nodesUsed.at(thisCpu(self));
    const node = q.rqnodes.at(thisCpu(self)).at(used);
    return {
      count: step(
        "(variant) node->locked = 0; node->next = NULL; before the count",
        DERIVED,
        when(used.ge(rq.maxNodes)).goto("countLate"),
        otherwise.do(node.locked.set(0), node.next.cpu.set(null), node.next.idx.set(0)).goto("countLate"),
      ),
      countLate: step(
        "idx = node->count++;",
        DERIVED,
        otherwise.do(idx.set(used), used.set(used.plus(1))).goto("contentionBegin"),
      ),
      init: step("(variant) the node is initialised already", DERIVED, otherwise.goto("tryOnce")),
    };
  },
  { added: ["countLate"] },
);

export const VARIANTS: Readonly<Record<string, Variant>> = Object.fromEntries(
  [
    variant("grab-after-cmpxchg", "the entry is grabbed after the cmpxchg of the fast path", grabsAfter),
    variant("clear-before-store", "the entry is cleared before the store that unlocks", unlocksLast),
    variant("nmi-queues", "an NMI above a waiter of its CPU queues as well", nmiQueues),
    variant("entry-kept-on-error", "a call that is refused leaves its entry in the table", keepsEntry),
    variant("dec-before-clear", "a refused call counts down first, and clears its entry then", decsFirst),
    variant(
      "clear-seen-late",
      "no write barrier: other CPUs see the entry of a refused call until the next one overwrites it",
      neverClears,
    ),
    variant("write-before-inc", "the entry is written before it is counted", writesFirst),
    variant("no-queue-check", "nobody asks about the own CPU before it queues", noQueueCheck),
    variant("init-before-count", "a node is initialised before it is counted as used", initsFirst),
  ].map((one) => [one.name, one]),
);
