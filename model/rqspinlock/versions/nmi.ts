/** What somebody does for whom there is no node, and who that is: the rows before 0d80e7f951be and until 6.18. */
import { call, type LeafPlace, or, otherwise, patch, step, when } from "../../../checker/language/index.ts";
import { inNmi } from "../../machine/state.ts";
import { nodelessLoop } from "../check-timeout.ts";
import { rq } from "../config.ts";
import { slowpath } from "../resilient-queued-spin-lock-slowpath.ts";
import type { Lock } from "../state.ts";

const BEGIN = "trace_contention_begin(lock, LCB_F_SPIN); if (idx >= _Q_MAX_NODES";
const LABELS = { added: ["spin"], removed: ["noNode"] } as const;
type Ret = Pick<LeafPlace<"0" | "-EDEADLK" | "-ETIMEDOUT">, "set">;

const spin = (lock: Lock, ret: Ret) =>
  call(
    "RES_RESET_TIMEOUT(ts, RES_DEF_TIMEOUT); while (!queued_spin_trylock(lock)) ..",
    nodelessLoop,
    { lock, ret: ret as never },
    { free: "release", deadlock: "errReleaseNode", late: "errReleaseNode" },
    { ref: "R7.5" },
  );

/** Until 6.18: an NMI never queues; who has no node tries again and again, and looks for deadlocks and at the clock. */
export const spinsWithoutNode = patch(
  slowpath,
  ({ self, lock, idx, ret }) => ({
    contentionBegin: step(
      `${BEGIN} || in_nmi())`,
      { ref: "R7.4", marks: ["tracepoint", "contention_begin"] },
      when(or(idx.ge(rq.maxNodes), inNmi(self))).goto("spin"),
      otherwise.goto("init"),
    ),
    spin: spin(lock, ret),
  }),
  LABELS,
);

/** Before 0d80e7f951be: an NMI queues as everybody does. */
export const queuesInNmi = patch(
  slowpath,
  ({ lock, idx, ret }) => ({
    contentionBegin: step(
      `${BEGIN})`,
      { ref: "R7.3", marks: ["tracepoint", "contention_begin"] },
      when(idx.ge(rq.maxNodes)).goto("spin"),
      otherwise.goto("init"),
    ),
    spin: spin(lock, ret),
  }),
  LABELS,
);
