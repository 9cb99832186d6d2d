/**
 * res_spin_lock() and res_spin_unlock().
 *
 * @kernel v7.3.4 include/asm-generic/rqspinlock.h
 */
import {
  and,
  call,
  id,
  not,
  otherwise,
  program,
  result,
  select,
  step,
  value,
  when,
} from "../../checker/language/index.ts";
import { rq } from "./config.ts";
import { grabHeldLockEntry } from "./held-lock-entry.ts";
import { seenWord, slowpath } from "./resilient-queued-spin-lock-slowpath.ts";
import { resilientTasSpinLock } from "./resilient-tas-spin-lock.ts";
import { returns, rqLock } from "./sets.ts";
import { isZero, ownTable, wordOf } from "./state.ts";

const KERNEL = "v7.3.4 include/asm-generic/rqspinlock.h";

export const resSpinLock = program(
  "res_spin_lock",
  {
    exits: ["held", "failed"],
    params: { lock: value(id(rqLock)), ret: result(returns) },
    locals: { val: seenWord },
    kernel: `${KERNEL} res_spin_lock()`,
    tag: "S",
  },
  (_, { lock, ret }, { val }) => {
    const { locked, pending, tail } = wordOf(lock);
    return {
      grab: call("grab_held_lock_entry(lock);", grabHeldLockEntry, { lock }, { done: "queued" }, { ref: "R1.1" }),
      queued: select("(model) CONFIG_QUEUED_SPINLOCKS?", [[rq.queued, "fast"]], "tas"),
      fast: step(
        "if (likely(atomic_try_cmpxchg_acquire(&lock->val, &val, _Q_LOCKED_VAL))) return 0;",
        { ref: "R1.2" },
        when(isZero(lock)).do(locked.set(true)).goto("held"),
        when(and(not(locked), tail.cpu.isNull()))
          .do(val.set("pending"))
          .goto("slow"),
        when(and(not(pending), tail.cpu.isNull()))
          .do(val.set("locked"))
          .goto("slow"),
        otherwise.do(val.set("contended")).goto("slow"),
      ),
      slow: call(
        "return resilient_queued_spin_lock_slowpath(lock, val);",
        slowpath,
        { lock, val, ret },
        { held: "held", failed: "failed" },
        { ref: "R1.3" },
      ),
      tas: call(
        "resilient_tas_spin_lock(lock);",
        resilientTasSpinLock,
        { lock, ret },
        { held: "held", failed: "failed" },
        { ref: "R1.3" },
      ),
    };
  },
);

export const resSpinUnlock = program(
  "res_spin_unlock",
  { exits: ["done"], params: { lock: value(id(rqLock)) }, kernel: `${KERNEL} res_spin_unlock()`, tag: "S" },
  (self, { lock }) => {
    const table = ownTable(self);
    return {
      entry: select("struct rqspinlock_held *rqh = this_cpu_ptr(&rqspinlock_held_locks);", [], "store"),
      store: step(
        "smp_store_release(&lock->locked, 0);",
        { ref: "R1.4" },
        otherwise.do(wordOf(lock).locked.set(false)).goto("clear"),
      ),
      clear: step(
        "if (likely(rqh->cnt <= RES_NR_HELD)) WRITE_ONCE(rqh->locks[rqh->cnt - 1], NULL);",
        { ref: "R1.5" },
        when(table.cnt.gt(rq.nrHeld)).goto("dec"),
        otherwise.do(table.locks.at(table.cnt.minus(1)).set(null)).goto("dec"),
      ),
      dec: step(
        "this_cpu_dec(rqspinlock_held_locks.cnt);",
        { ref: "R1.6" },
        otherwise.do(table.cnt.set(table.cnt.minus(1))).goto("done"),
      ),
    };
  },
);
