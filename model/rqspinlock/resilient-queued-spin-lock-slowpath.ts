/**
 * resilient_queued_spin_lock_slowpath(): pending, queue, hand-over, and the two ways out with an error.
 *
 * What a step reads of the word decides at once where it goes on: `val` is never kept. Where the C reads a value and
 * then tries a cmpxchg on it (queued_spin_trylock(), try_cmpxchg_tail(), the claim of the head), losing either goes the
 * same way, and both are one step.
 *
 * Context: Any. Waits, but for `node->locked` and `node->next` never without end by itself: it polls.
 * Abstracts: the optimistic load of `node->next` when the turn comes is left out: `next` is loaded where it is needed,
 * and has one value from when it is set.
 *
 * @kernel v7.3.4 kernel/bpf/rqspinlock.c, rqspinlock.h, kernel/locking/qspinlock.h, mcs_spinlock.h
 */
import {
  and,
  call,
  id,
  not,
  oneOf,
  optional,
  or,
  otherwise,
  program,
  result,
  select,
  step,
  value,
  when,
} from "../../checker/language/index.ts";
import { cpu } from "../machine/sets.ts";
import { inNmi, thisCpu } from "../machine/state.ts";
import { checkDeadlockAA } from "./check-deadlock.ts";
import { headLoop, NEXT_LOOP, NODE_LOOP, pendingLoop } from "./check-timeout.ts";
import { rq } from "./config.ts";
import { releaseHeldLockEntry } from "./held-lock-entry.ts";
import { resilientTasSpinLock } from "./resilient-tas-spin-lock.ts";
import { nodeIndex, RES_TIMEOUT_VAL, returns, rqLock, usedNodes } from "./sets.ts";
import { isTail, isZero, q, wordOf } from "./state.ts";

/** What the fast path saw of the word: the pending bit alone, the locked bit alone, or a queue or both bits. */
export const seenWord = oneOf("pending", "locked", "contended");

export const slowpath = program(
  "resilient_queued_spin_lock_slowpath",
  {
    exits: ["held", "failed"],
    params: { lock: value(id(rqLock)), val: value(seenWord), ret: result(returns) },
    locals: {
      idx: usedNodes,
      prevCpu: optional(id(cpu)),
      prevIdx: nodeIndex,
      nextCpu: optional(id(cpu)),
      nextIdx: nodeIndex,
    },
    kernel: "v7.3.4 kernel/bpf/rqspinlock.c resilient_queued_spin_lock_slowpath()",
    tag: "S",
  },
  (self, { lock, val, ret }, { idx, prevCpu, prevIdx, nextCpu, nextIdx }) => {
    const { locked, pending, tail } = wordOf(lock);
    const own = thisCpu(self);
    const node = q.rqnodes.at(own).at(idx);
    const prev = q.rqnodes.at(prevCpu.known()).at(prevIdx);
    const next = q.rqnodes.at(nextCpu.known()).at(nextIdx);
    const used = q.nodesUsed.at(own);
    const beyondLocked = or(pending, tail.cpu.notNull());
    const noTail = [tail.cpu.set(null), tail.idx.set(0)];
    const fetchSetPending = [
      when(pending).goto("queue"),
      when(tail.cpu.notNull()).do(pending.set(true)).goto("undo"),
      when(locked).do(pending.set(true)).goto("pending"),
      otherwise.do(pending.set(true)).goto("own"),
    ] as const;
    return {
      entry: select("if (resilient_virt_spin_lock_enabled())", [[rq.virt, "virt"]], "val"),
      virt: call(
        "return resilient_virt_spin_lock(lock);",
        resilientTasSpinLock,
        { lock, ret },
        { held: "held", failed: "failed" },
        { ref: "R4.1" },
      ),
      val: step(
        "if (val == _Q_PENDING_VAL) .. val = atomic_cond_read_relaxed(..); if (val & ~_Q_LOCKED_MASK) goto queue; val = queued_fetch_set_pending_acquire(lock);",
        { ref: "R4.1 R4.2", note: "of the bounded loop only its last look matters" },
        when(val.eq("contended")).goto("queue"),
        when(and(val.eq("pending"), beyondLocked)).goto("queue"),
        when(val.eq("pending")).goto("setPending"),
        ...fetchSetPending,
      ),
      setPending: step("val = queued_fetch_set_pending_acquire(lock);", { ref: "R4.2" }, ...fetchSetPending),
      undo: step(
        "if (!(val & _Q_PENDING_MASK)) clear_pending(lock); goto queue;",
        { ref: "R4.3" },
        otherwise.do(pending.set(false)).goto("queue"),
      ),
      pending: call(
        "if (val & _Q_LOCKED_MASK) { RES_RESET_TIMEOUT(ts, RES_DEF_TIMEOUT); res_smp_cond_load_acquire(..); }",
        pendingLoop,
        { lock, ret },
        { free: "own", deadlock: "clearPending", late: "clearPending" },
        { ref: "R4.4" },
      ),
      clearPending: step(
        "if (ret) { clear_pending(lock); .. goto err_release_entry; }",
        { ref: "R4.5" },
        otherwise.do(pending.set(false)).goto("errReleaseEntry"),
      ),
      own: step(
        "clear_pending_set_locked(lock); .. return 0;",
        { ref: "R4.6" },
        otherwise.do(pending.set(false), locked.set(true)).goto("held"),
      ),

      queue: call(
        "queue: if (check_deadlock_AA(lock)) { ret = -EDEADLK; goto err_release_entry; }",
        checkDeadlockAA,
        { lock, ret },
        { found: "errReleaseEntry", none: "count" },
        { ref: "R5.1" },
      ),
      count: step(
        "idx = node->count++; tail = encode_tail(smp_processor_id(), idx);",
        { ref: "R5.2" },
        otherwise.do(idx.set(used), used.set(used.plus(1))).goto("contentionBegin"),
      ),
      contentionBegin: step(
        "trace_contention_begin(lock, LCB_F_SPIN); if (unlikely(idx >= _Q_MAX_NODES || (in_nmi() && idx > 0)))",
        { ref: "R5.3", marks: ["tracepoint", "contention_begin"] },
        when(or(idx.ge(rq.maxNodes), and(inNmi(self), idx.gt(0)))).goto("noNode"),
        otherwise.goto("init"),
      ),
      noNode: step(
        "if (!queued_spin_trylock(lock)) { ret = -EDEADLK; goto err_release_node; }",
        { ref: "R5.4" },
        when(isZero(lock)).do(locked.set(true)).goto("release"),
        otherwise.do(ret.set("-EDEADLK")).goto("errReleaseNode"),
      ),
      init: step(
        "node->locked = 0; node->next = NULL;",
        { ref: "R5.5", note: "nobody else has a way to the node yet: one step" },
        otherwise.do(node.locked.set(0), node.next.cpu.set(null), node.next.idx.set(0)).goto("tryOnce"),
      ),
      tryOnce: step(
        "if (queued_spin_trylock(lock)) goto release;",
        { ref: "R5.6" },
        when(isZero(lock)).do(locked.set(true)).goto("release"),
        otherwise.goto("publish"),
      ),
      publish: step(
        "smp_wmb(); old = xchg_tail(lock, tail); .. if (old & _Q_TAIL_MASK)",
        { ref: "R5.7" },
        when(tail.cpu.isNull()).do(tail.cpu.set(own), tail.idx.set(idx)).goto("head"),
        otherwise.do(prevCpu.set(tail.cpu), prevIdx.set(tail.idx), tail.cpu.set(own), tail.idx.set(idx)).goto("link"),
      ),
      link: step(
        "prev = decode_tail(old, rqnodes); WRITE_ONCE(prev->next, node);",
        { ref: "R5.8" },
        otherwise.do(prev.next.cpu.set(own), prev.next.idx.set(idx)).goto("turn"),
      ),
      turn: step(
        "val = arch_mcs_spin_lock_contended(&node->locked); if (val == RES_TIMEOUT_VAL) { ret = -ETIMEDOUT; goto waitq_timeout; }",
        { ref: "R5.8", marks: [NODE_LOOP] },
        when(node.locked.eq(RES_TIMEOUT_VAL)).do(ret.set("-ETIMEDOUT")).goto("late"),
        when(node.locked.eq(1)).goto("head"),
      ),

      head: call(
        "RES_RESET_TIMEOUT(ts, RES_DEF_TIMEOUT * 2); val = res_atomic_cond_read_acquire(..);",
        headLoop,
        { lock, ret },
        { free: "claim", deadlock: "leave", late: "late" },
        { ref: "R5.9" },
      ),
      leave: step(
        "if (ret == -EDEADLK) { if (!try_cmpxchg_tail(lock, tail, 0)) {",
        { ref: "R5.10" },
        when(isTail(lock, own, idx))
          .do(noTail)
          .goto("errReleaseNode"),
        otherwise.goto("leaveNext"),
      ),
      leaveNext: step(
        "next = smp_cond_load_relaxed(&node->next, (VAL));",
        { ref: "R5.10", marks: [NEXT_LOOP] },
        when(node.next.cpu.notNull()).do(nextCpu.set(node.next.cpu), nextIdx.set(node.next.idx)).goto("leaveSignal"),
      ),
      leaveSignal: step(
        "arch_mcs_spin_unlock_contended(&next->locked); } goto err_release_node; }",
        { ref: "R5.10" },
        otherwise.do(next.locked.set(1)).goto("errReleaseNode"),
      ),
      late: step(
        "waitq_timeout: if (ret) { if (!try_cmpxchg_tail(lock, tail, 0)) {",
        { ref: "R5.11" },
        when(isTail(lock, own, idx))
          .do(noTail)
          .goto("errReleaseNode"),
        otherwise.goto("lateNext"),
      ),
      lateNext: step(
        "next = smp_cond_load_relaxed(&node->next, VAL);",
        { ref: "R5.11", marks: [NEXT_LOOP] },
        when(node.next.cpu.notNull()).do(nextCpu.set(node.next.cpu), nextIdx.set(node.next.idx)).goto("lateSignal"),
      ),
      lateSignal: step(
        "WRITE_ONCE(next->locked, RES_TIMEOUT_VAL); } .. goto err_release_node; }",
        { ref: "R5.11" },
        otherwise.do(next.locked.set(RES_TIMEOUT_VAL)).goto("errReleaseNode"),
      ),
      claim: step(
        "if ((val & _Q_TAIL_MASK) == tail) { if (atomic_try_cmpxchg_relaxed(&lock->val, &val, _Q_LOCKED_VAL)) goto release; }",
        { ref: "R5.12", note: "a tail that was another's stays so: the cmpxchg may as well be tried" },
        when(and(isTail(lock, own, idx), not(locked), not(pending)))
          .do(noTail, locked.set(true))
          .goto("release"),
        otherwise.goto("setLocked"),
      ),
      setLocked: step("set_locked(lock);", { ref: "R5.13" }, otherwise.do(locked.set(true)).goto("next")),
      next: step(
        "if (!next) next = smp_cond_load_relaxed(&node->next, (VAL));",
        { ref: "R5.14", marks: [NEXT_LOOP] },
        when(node.next.cpu.notNull()).do(nextCpu.set(node.next.cpu), nextIdx.set(node.next.idx)).goto("signal"),
      ),
      signal: step(
        "arch_mcs_spin_unlock_contended(&next->locked);",
        { ref: "R5.14" },
        otherwise.do(next.locked.set(1)).goto("release"),
      ),
      release: step(
        "release: trace_contention_end(lock, 0);",
        { ref: "R5.15", marks: ["tracepoint", "contention_end"] },
        otherwise.goto("decNode"),
      ),
      decNode: step(
        "__this_cpu_dec(rqnodes[0].mcs.count); return ret;",
        { ref: "R5.15" },
        otherwise.do(used.set(used.minus(1))).goto("held"),
      ),
      errReleaseNode: step(
        "err_release_node: trace_contention_end(lock, ret);",
        { ref: "R5.16", marks: ["tracepoint", "contention_end"] },
        otherwise.goto("errDecNode"),
      ),
      errDecNode: step(
        "__this_cpu_dec(rqnodes[0].mcs.count);",
        { ref: "R5.16" },
        otherwise.do(used.set(used.minus(1))).goto("errReleaseEntry"),
      ),
      errReleaseEntry: call(
        "err_release_entry: release_held_lock_entry(); return ret;",
        releaseHeldLockEntry,
        {},
        { done: "failed" },
        { ref: "R5.17" },
      ),
    };
  },
);
