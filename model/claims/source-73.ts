/** Sentences of the source of 7.3.4, and of what was said of it: T by their place in mm/slub.c, E44 and later from mails. */
import type { Claim } from "../../checker/spec/model.ts";
import { both, breaks, HARRY, holds, notRt, part, rt, up, VLASTIMIL } from "./reading.ts";

const SLUB = { who: "comment", where: "mm/slub.c of 7.3.4" };
const AS_IS = { versions: ["7.3"], variants: [] };

export const SOURCE_73: Readonly<Record<string, Claim>> = {
  T7: {
    ...SLUB,
    quote: "never NULL when unlocked",
    parts: [
      part("wherever its lock is free a CPU has a main sheaf", both(holds("S22")), { within: AS_IS }),
      part("where barn_replace_full_sheaf() gives NULL for a lock that is busy, it has none", notRt(breaks("S22")), {
        within: { variants: ["busy-barn-gives-nil"] },
        author: null,
      }),
    ],
  },
  T9: {
    ...SLUB,
    quote: "Slabs on node partial list have at least one free object.",
    parts: [
      part("who finds a slab on the list, under list_lock, finds a free object", both(holds("lists")), {
        within: AS_IS,
      }),
      part("so does a hook without SMP, which gets list_lock by a trylock that always succeeds", up(holds("lists")), {
        within: { ...AS_IS, kind: "hook" },
        expected: false,
      }),
      part("not where a slab stays listed whose last object was taken", notRt(breaks("lists")), {
        within: { variants: ["full-slab-stays-listed"] },
        author: null,
      }),
    ],
  },
  T21: {
    ...SLUB,
    quote: "This could cause an endless loop. Fail instead.",
    parts: [
      part("kmalloc_nolock() asks the slabs of a bucket at most twice", notRt(holds("L1")), { within: AS_IS }),
      part("if it tried again where a new slab could not be listed, it might never return", notRt(breaks("L1")), {
        within: { variants: ["new-slab-again"] },
      }),
    ],
  },
  T22: {
    ...SLUB,
    quote: "Since it was just allocated, we can skip the actions in discard_slab() and free_slab().",
    parts: [
      part("the count of slabs is true at rest", notRt(holds("S12")), { within: AS_IS }),
      part("it was not where new_slab() counted", notRt(breaks("S12")), {
        within: { variants: ["counts-too-soon"] },
        author: null,
      }),
    ],
  },
  T39: {
    ...SLUB,
    quote: "In !PREEMPT_RT irq_work will run after local_unlock_irqrestore().",
    parts: [
      part("the callback never begins in the section of a CPU's sheaves", notRt(holds("T39")), {
        within: AS_IS,
        expected: false,
      }),
    ],
  },
  T77: {
    who: "comment",
    where: "include/linux/rcuwait.h of 7.3.4",
    quote: "The caller is responsible for locking around rcuwait_wait_event()",
    parts: [
      part("two barriers at once both return", rt(holds("L3")), { within: AS_IS, author: null, expected: false }),
      part("under a mutex they do", rt(holds("L3")), { within: { variants: ["barrier-under-mutex"] } }),
    ],
  },
  T80: {
    ...SLUB,
    where: "mm/slab_common.c of 7.3.4",
    quote: "Wait for deferred work from kmalloc/kfree_nolock()",
    parts: [
      part("when the cache goes, nothing that was freed before is deferred", notRt(holds("L3")), {
        within: AS_IS,
        expected: false,
      }),
      part("it is so where the barrier queues the work of each CPU itself", notRt(holds("L3")), {
        within: { variants: ["barrier-queues-deferred-work"] },
        author: null,
      }),
    ],
  },
  E44: {
    who: VLASTIMIL,
    where: "sheaves for all, v4 15/22, 23 Jan 2026",
    messageId: "20260123-sheaves-for-all-v4-15-041323d506f7@suse.cz",
    quote:
      "we no longer need to annotate ___slab_alloc as NOKPROBE_SYMBOL since there's no lockless cpu freelist manipulation anymore",
    parts: [
      part("nobody changes the barn of a section held below", notRt(holds("S24")), { within: AS_IS }),
      part("also without SMP", up(holds("S24")), { within: AS_IS, expected: false }),
    ],
  },
  E59: {
    who: HARRY,
    where: "27 Apr 2026, 20260427-nolock-api-fix-v2-2",
    quote: "Fix this by returning NULL early when invoked from NMI on a UP kernel.",
    parts: [
      part("with it an NMI leaves the barn whole", up(holds("S24")), {
        within: { ...AS_IS, kind: "nmi" },
        expected: false,
      }),
      part("with it a hook finds whole lists", up(holds("lists")), {
        within: { ...AS_IS, kind: "hook" },
        expected: false,
      }),
      part("where kfree_nolock() asks too, the barn stays whole", up(holds("S24")), {
        within: { variants: ["up-free-asks"] },
        author: null,
      }),
      part("where interrupts that are off count, a hook finds whole lists", up(holds("lists")), {
        within: { variants: ["up-asks-irqs-disabled"] },
        author: null,
      }),
    ],
  },
};
