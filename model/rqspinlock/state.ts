/**
 * The state of the lock: words, nodes of the queue, tables of what a CPU holds or asks for.
 *
 * @kernel v7.3.4 include/asm-generic/qspinlock_types.h, mcs_spinlock.h, rqspinlock.h
 */
import {
  and,
  type Expr,
  each,
  exists,
  type Id,
  id,
  ite,
  not,
  optional,
  range,
  state,
  struct,
} from "../../checker/language/index.ts";
import { cpu } from "../machine/sets.ts";
import { type Self, thisCpu } from "../machine/state.ts";
import { rq } from "./config.ts";
import { entryIndex, lockWord, nodeIndex, nodeLocked, nodeRef, rqLock, usedNodes } from "./sets.ts";

export const q = state({
  rqspinlock: each(rqLock, lockWord),
  /** `rqnodes[]` of a CPU; `count` of the first is `nodesUsed`. */
  rqnodes: each(cpu, each(nodeIndex, struct({ locked: nodeLocked, next: nodeRef }))),
  nodesUsed: each(cpu, usedNodes),
  /** `rqspinlock_held_locks`. */
  heldLocks: each(cpu, struct({ cnt: range(0, 31), locks: each(entryIndex, optional(id(rqLock))) })),
});

export type Lock = Expr<Id<"rqLock">>;
type Cpu = Expr<Id<"cpu">>;

export const wordOf = (lock: Lock) => q.rqspinlock.at(lock);
export const tableOf = (c: Cpu) => q.heldLocks.at(c);
/** this_cpu_ptr(&rqspinlock_held_locks). */
export const ownTable = (self: Self) => tableOf(thisCpu(self));

/** The word is 0: nobody holds the lock, waits for it or queues. */
export const isZero = (lock: Lock) => {
  const { locked, pending, tail } = wordOf(lock);
  return and(not(locked), not(pending), tail.cpu.isNull());
};

/** is_lock_released(): none of the bits of `mask` is set. */
export const isLockReleased = (lock: Lock, mask: Expr<"locked" | "lockedPending" | "all">) => {
  const { locked, pending } = wordOf(lock);
  return ite(
    mask.eq("locked"),
    not(locked),
    ite(mask.eq("lockedPending"), and(not(locked), not(pending)), isZero(lock)),
  );
};

/** Whether the tail of a word is node `idx` of CPU `c`. */
export const isTail = (lock: Lock, c: Cpu, idx: Expr<number>) =>
  and(wordOf(lock).tail.cpu.eq(c), wordOf(lock).tail.idx.eq(idx));

/** `int cnt = min(RES_NR_HELD, rqh->cnt)`. */
const entries = (c: Cpu) => ite(tableOf(c).cnt.gt(rq.nrHeld), rq.nrHeld, tableOf(c).cnt);

/** Whether a lock stands in a CPU's table below the topmost entry. */
export const isBelowTop = (c: Cpu, lock: Expr<Id<"rqLock"> | null>) =>
  exists(entryIndex, (i) => and(i.lt(entries(c).minus(1)), tableOf(c).locks.at(i).eq(lock)));
