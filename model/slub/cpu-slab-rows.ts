/**
 * Rows that functions which work under c->lock have many of: take it, release it, one access. `lock` moves `c` to the CPU
 * that it was taken on.
 *
 * @kernel v6.18.35 mm/slub.c local_lock_cpu_slab(), local_unlock_cpu_slab()
 */
import {
  type Assign,
  call,
  type Expr,
  type Id,
  type LeafPlace,
  otherwise,
  type Row,
  step,
} from "../../checker/language/index.ts";
import { localLockIrqsave, localUnlockIrqrestore } from "../locks/local-lock.ts";
import { cpuSlabLock, thisCpuSlabLock } from "../mm/locks.ts";

interface Where {
  readonly b: Expr<Id<"bucket">>;
  /** Which CPU's: a local or a parameter, written where the lock is taken. */
  readonly c: LeafPlace<Id<"cpu">>;
  /** What interrupts were before. */
  readonly flags: LeafPlace<boolean>;
}

export function underCpuSlabLock({ b, c, flags }: Where) {
  return {
    lock: <const T extends string>(done: T, ref: string): Row<T> =>
      call(
        "local_lock_cpu_slab(s, flags);",
        localLockIrqsave,
        { which: thisCpuSlabLock(b), c, flags },
        { done },
        { ref },
      ),
    /** @param then the rest of the quoted line, "" where there is none. */
    unlock: <const T extends string>(then: string, done: T, ref: string): Row<T> =>
      call(
        `local_unlock_cpu_slab(s, flags);${then}`,
        localUnlockIrqrestore,
        { which: cpuSlabLock(c, b), flags },
        { done },
        { ref },
      ),
  };
}

/** One access, whatever is found. */
export const does = <const T extends string>(
  quote: string,
  ref: string,
  effect: Assign | readonly Assign[],
  target: T,
): Row<T> => step(quote, { ref }, otherwise.do(effect).goto(target));
