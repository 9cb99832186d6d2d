/** C1 to C22: what the commit text and the comments of v1 6/6 say (Alexei Starovoitov, 30 Apr 2025). */
import type { Claim } from "../../checker/spec/model.ts";
import { ALEXEI, both, breaks, holds, notRt, part, reachable, rt } from "./reading.ts";

const V1 = {
  who: ALEXEI,
  where: "v1 6/6, 30 Apr 2025, 20250501032718.65476-7",
  messageId: "20250501032718.65476-7-alexei.starovoitov@gmail.com",
};
const POSTED = ["v1", "v2"];
const MERGED = ["6.18"];

export const SEED_TEXT: Readonly<Record<string, Claim>> = {
  C1: {
    ...V1,
    quote: "local_lock_is_locked() is true only when NMI happened in irq saved region",
    parts: [
      part("wherever a nolock caller asks local_lock_is_locked() and it is true, in_nmi() is", notRt(holds("C1")), {
        expected: false,
      }),
    ],
  },
  C2: {
    ...V1,
    quote: "protects _that specific_ per-cpu kmem_cache_cpu",
    parts: [
      part(
        "where the mark of a bucket on a CPU is found set, a frame below on that CPU is inside that lock section",
        notRt(holds("C2")),
      ),
    ],
  },
  C3: {
    ...V1,
    quote: "In that case retry the operation in a different kmalloc bucket.",
    parts: [
      part("a call tries at most two buckets, the second one larger", both(holds("C3"))),
      part("v1: the second bucket exists", both(holds("S15")), { within: { versions: ["v1"] }, expected: false }),
    ],
  },
  C4: {
    ...V1,
    quote: "The second attempt will likely succeed, since this cpu locked different kmem_cache_cpu.",
    parts: [
      part("the first attempt may give -EBUSY and the second an object", both(reachable("secondBucket"))),
      part(
        "the second attempt gives -EBUSY only where frames below are inside the lock sections of two buckets",
        both(holds("C4")),
        { author: null },
      ),
      part("a call may get NULL after -EBUSY from two buckets", both(reachable("nilAfterTwo")), { author: null }),
    ],
  },
  C5: {
    ...V1,
    quote: "sees locked memcg_stock.stock_lock fallback to atomic operations",
    parts: [
      part("the stock is not entered while a frame below is inside it", both(holds("S1"))),
      part("v1: what is charged by the fallback is given back", both(holds("S16")), {
        within: { versions: ["v1"] },
        expected: false,
      }),
    ],
  },
  C6: {
    ...V1,
    quote: "returns true when per-cpu rt_spin_lock is locked by current task",
    parts: [
      part(
        "where local_lock_is_locked() is true, a frame below of the current task is inside that lock section",
        rt(holds("C2")),
      ),
    ],
  },
  C7: {
    ...V1,
    quote: "re-entrance into the same kmalloc bucket is unsafe",
    parts: [
      part(
        "without the test of local_lock_is_locked() a locked bucket is entered again, or waited for by its owner",
        both(breaks("S1"), breaks("S8")),
        { within: { variants: ["no-is-locked-test"] } },
      ),
    ],
  },
  C8: {
    ...V1,
    quote: "tries a different bucket that is most likely is not locked by current task",
    parts: [
      part("the first attempt may give -EBUSY and the second an object", rt(reachable("secondBucket"))),
      part(
        "the second attempt gives -EBUSY only where the current task owns the locks of two buckets",
        rt(holds("C4")),
        {
          author: null,
        },
      ),
    ],
  },
  C9: {
    ...V1,
    quote: "Though it may be locked by a different task it's safe to rt_spin_lock() on it.",
    parts: [
      part("no wait of a nolock caller for c->lock is part of a circle of waits", rt(holds("S8")), { expected: false }),
    ],
  },
  C10: {
    ...V1,
    quote: "kmalloc_nolock() returns NULL immediately if called from hard irq or NMI",
    parts: [
      part("in an NMI or a hardirq a call goes no further than its context test", rt(holds("C10")), {
        within: { variants: [] },
      }),
      part("without that test an NMI spins, or asks for a lock that may sleep", rt(breaks("S7", "S10")), {
        within: { variants: ["no-early-null"] },
      }),
    ],
  },
  C11: {
    ...V1,
    quote: "It assumes that the same cpu will not __update_cpu_freelist_fast() into the same (freelist,tid) pair",
    parts: [
      part("6.18: no NMI cuts the slow path's read and write of c->freelist by a cmpxchg", notRt(holds("S4")), {
        within: { versions: MERGED, kind: "nmi" },
      }),
      part("6.18: nor does a hook", notRt(holds("S4")), {
        within: { versions: MERGED, kind: "hook", options: { setsNmi: false } },
        expected: false,
      }),
      part("before NOKPROBE_SYMBOL(___slab_alloc): nor does a hook", notRt(holds("S4")), {
        within: { versions: ["v1", "v2", "v5"], kind: "hook", options: { setsNmi: false, at: "kprobe" } },
        expected: false,
      }),
    ],
  },
  C12: {
    ...V1,
    quote: "Therefore use in_nmi() to check whether particular bucket is in irq protected section.",
    parts: [
      part("an NMI that goes past the gate finds no frame below inside the lock section", notRt(holds("C12")), {
        within: { kind: "nmi" },
      }),
      part("so does a hook for which in_nmi() is false", notRt(holds("C12")), {
        within: { kind: "hook", options: { setsNmi: false } },
        expected: false,
      }),
    ],
  },
  C13: {
    ...V1,
    quote: "trylock mode isn't compatible with slab_pre_alloc_hook/should_failslab and kfence_alloc",
    parts: [part("calling them there spins for a lock held below, or may sleep", both(breaks("S7", "S10")))],
  },
  C14: {
    ...V1,
    quote: "EBUSY is an internal signal to kmalloc_nolock() to retry a different bucket.",
    parts: [part("a caller gets NULL or an object that was free", both(holds("S20")))],
  },
  C15: {
    ...V1,
    quote: "NULL does not mean EBUSY or EAGAIN. It means ENOMEM.",
    parts: [part("a call gives NULL only where no object is free", both(holds("C15")), { expected: false })],
  },
  C16: {
    ...V1,
    quote: "There is no reason to call it again and expect !NULL.",
    parts: [
      part("a frame that got NULL gets NULL again while only frames of its own CPU hold locks", both(holds("C16")), {
        within: { kind: "nmi" },
      }),
      part("also where another CPU runs", both(holds("C16")), { within: { kind: "task" }, expected: false }),
    ],
  },
  C17: {
    ...V1,
    quote: "In trylock mode numa node is a hint",
    parts: [part("a call may return an object that is not of the wanted node", notRt(reachable("otherNode")))],
  },
  C18: {
    ...V1,
    quote: "__slab_free() can locklessly cmpxchg16 into a slab, but then it might need to take spin_lock",
    parts: [
      part(
        "c->lock and list_lock are taken after a cmpxchg that has freed the object",
        both(reachable("locksAfterCmpxchg")),
      ),
    ],
  },
  C19: {
    ...V1,
    quote: "Can be called while holding raw_spin_lock or from IRQ and NMI",
    parts: [
      part(
        "6.18: kfree_nolock() in an NMI neither spins for a lock held below nor may sleep",
        both(holds("S7"), holds("S7", "S10")),
        { within: { versions: MERGED, kind: "nmi", variants: [] }, expected: { "!RT": true, RT: false } },
      ),
      part(
        "nor in a task under a raw spinlock, with interrupts and preemption off",
        both(holds("S7"), holds("S7", "S8", "S10")),
        {
          within: { versions: MERGED, kind: "task", options: { irqsOff: true, preemptOff: true }, variants: [] },
          expected: { "!RT": true, RT: false },
        },
      ),
      part("nor in a task with preemption off alone", both(holds("S7"), holds("S7", "S8", "S10")), {
        within: { versions: MERGED, kind: "task", options: { irqsOff: false, preemptOff: true }, variants: [] },
        expected: { "!RT": true, RT: false },
      }),
      part("with the redo of v1 and v2, which may spin", both(holds("S7"), holds("S7", "S8", "S10")), {
        within: { variants: ["redo-may-spin"] },
        expected: false,
      }),
      part("v1 and v2 as posted", both(holds("S7"), holds("S7", "S10")), {
        within: { versions: POSTED },
        expected: false,
      }),
    ],
  },
  C20: {
    ...V1,
    quote: "only for objects allocated by kmalloc_nolock()",
    parts: [
      part(
        "freeing an object of kmalloc() by kfree_nolock() frees it once, and loses nothing",
        both(holds("S5", "S6")),
        {
          author: null,
        },
      ),
    ],
  },
  C21: {
    ...V1,
    quote: "is double buggy and deserves to deadlock",
    parts: [],
    notExpressible: "it speaks of a KASAN report from within an NMI; neither KASAN nor its reports are in the model",
  },
  C22: {
    ...V1,
    quote: "Make sure memcg_stock.stock_lock doesn't change cpu when memcg layers access it.",
    parts: [part("from is_locked(stock) to its use the frame stays on its CPU", both(holds("S17")), {})],
  },
};
