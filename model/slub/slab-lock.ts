/**
 * slab_lock() and slab_unlock(): the bit spinlock of one slab, for caches whose (freelist, counters) cannot change by
 * one instruction.
 *
 * Context: Any that may spin. bit_spin_lock() turns preemption off, with PREEMPT_RT too: it is no lock that sleeps.
 * Abstracts: a waiter keeps preemption off; the C turns it on between two tries.
 *
 * @kernel v6.18 mm/slub.c slab_lock(); include/linux/bit_spinlock.h bit_spin_lock()
 */
import { id, lit, otherwise, program, step, value, when } from "../../checker/language/index.ts";
import { preemptDisable, preemptEnable } from "../machine/pin.ts";
import { slab as slabs } from "./sets.ts";
import { k } from "./state.ts";

const KERNEL = "v6.18 include/linux/bit_spinlock.h";

export const slabLock = program(
  "slab_lock",
  { exits: ["held"], params: { slab: value(id(slabs)) }, kernel: `${KERNEL} bit_spin_lock()`, tag: "M" },
  (self, { slab }) => {
    const { bitLock } = k.slab.at(slab);
    return {
      preempt: step("preempt_disable();", { ref: "3.6c.2" }, otherwise.do(preemptDisable(self)).goto("take")),
      take: step(
        "while (unlikely(test_and_set_bit_lock(bitnum, addr)))",
        { ref: "3.6c.2" },
        when(bitLock.isNull()).do(bitLock.set(self)).goto("held"),
      ),
    };
  },
);

export const slabUnlock = program(
  "slab_unlock",
  { exits: ["done"], params: { slab: value(id(slabs)) }, kernel: `${KERNEL} bit_spin_unlock()`, tag: "M" },
  (self, { slab }) => {
    const { bitLock } = k.slab.at(slab);
    return {
      release: step(
        "clear_bit_unlock(bitnum, addr);",
        { ref: "3.6c.5" },
        when(bitLock.eq(self))
          .do(bitLock.set(lit(null)))
          .goto("preempt"),
        otherwise.fails("S9", "unlocks a lock that it does not hold"),
      ),
      preempt: step("preempt_enable();", { ref: "3.6c.5" }, otherwise.do(preemptEnable(self)).goto("done")),
    };
  },
);
