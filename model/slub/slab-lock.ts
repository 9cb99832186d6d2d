/**
 * slab_lock() and slab_unlock(): the bit spinlock of one slab, for caches whose (freelist, counters) cannot change by
 * one instruction.
 *
 * Context: Any that may spin. bit_spin_lock() turns preemption off, with PREEMPT_RT too: it is no lock that sleeps.
 * Without SMP that is all that it does: there is no bit to find set.
 * Abstracts: a waiter keeps preemption off; the C turns it on between two tries.
 *
 * @kernel v6.18 mm/slub.c slab_lock(); include/linux/bit_spinlock.h bit_spin_lock()
 */

import { id, otherwise, program, step, value } from "../../checker/language/index.ts";
import { lockWord, unlockWord } from "../locks/raw-spinlock.ts";
import { preemptDisable, preemptEnable } from "../machine/pin.ts";
import { slab as slabs } from "../mm/sets.ts";
import { k } from "./state.ts";

const KERNEL = "v6.18 include/linux/bit_spinlock.h";

export const slabLock = program(
  "slab_lock",
  { exits: ["held"], params: { slab: value(id(slabs)) }, kernel: `${KERNEL} bit_spin_lock()`, tag: "S" },
  (self, { slab }) => ({
    preempt: step("preempt_disable();", { ref: "3.6c.2" }, otherwise.do(preemptDisable(self)).goto("smp")),
    ...lockWord(self, k.slab.at(slab).bitLock, "held", {
      quote: "while (unlikely(test_and_set_bit_lock(bitnum, addr)))",
      meta: { ref: "3.6c.2" },
    }),
  }),
);

export const slabUnlock = program(
  "slab_unlock",
  { exits: ["done"], params: { slab: value(id(slabs)) }, kernel: `${KERNEL} bit_spin_unlock()`, tag: "S" },
  (self, { slab }) => ({
    release: unlockWord(self, k.slab.at(slab).bitLock, "preempt", {
      quote: "clear_bit_unlock(bitnum, addr);",
      meta: { ref: "3.6c.5" },
    }),
    preempt: step("preempt_enable();", { ref: "3.6c.5" }, otherwise.do(preemptEnable(self)).goto("done")),
  }),
);
