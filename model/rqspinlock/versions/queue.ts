/** What became of the queue when its head saw a deadlock: the rows before 7a3c0289c3c8 and before 7bd6e5ce5be6. */
import { call, patch, step, when } from "../../../checker/language/index.ts";
import { thisCpu } from "../../machine/state.ts";
import { headLoop, NEXT_LOOP, NODE_LOOP } from "../check-timeout.ts";
import { slowpath } from "../resilient-queued-spin-lock-slowpath.ts";
import { RES_TIMEOUT_VAL } from "../sets.ts";
import { q } from "../state.ts";

/** Before 7a3c0289c3c8: the head waits for somebody to hand the queue to, though it may be the last. */
export const waitsForNext = patch(
  slowpath,
  ({ self, idx, nextCpu, nextIdx }) => {
    const { next } = q.rqnodes.at(thisCpu(self)).at(idx);
    return {
      leave: step(
        "if (ret == -EDEADLK) { if (!next) next = smp_cond_load_relaxed(&node->next, (VAL));",
        { ref: "R7.1", marks: [NEXT_LOOP] },
        when(next.cpu.notNull()).do(nextCpu.set(next.cpu), nextIdx.set(next.idx)).goto("leaveSignal"),
      ),
    };
  },
  { removed: ["leaveNext"] },
);

/** Before 7bd6e5ce5be6: a deadlock at the head is a timeout at the head, and the next is told that it is one. */
export const destroysQueue = [
  patch(
    slowpath,
    ({ self, lock, idx, ret }) => {
      const node = q.rqnodes.at(thisCpu(self)).at(idx);
      return {
        head: call(
          "RES_RESET_TIMEOUT(ts, RES_DEF_TIMEOUT * 2); val = res_atomic_cond_read_acquire(..);",
          headLoop,
          { lock, ret },
          { free: "claim", deadlock: "late", late: "late" },
          { ref: "R7.2" },
        ),
        turn: step(
          "val = arch_mcs_spin_lock_contended(&node->locked); if (val == RES_TIMEOUT_VAL) { ret = -EDEADLK; goto waitq_timeout; }",
          { ref: "R7.2", marks: [NODE_LOOP] },
          when(node.locked.eq(RES_TIMEOUT_VAL)).do(ret.set("-EDEADLK")).goto("late"),
          when(node.locked.eq(1)).goto("head"),
        ),
      };
    },
    { removed: ["leave", "leaveNext", "leaveSignal"] },
  ),
];
