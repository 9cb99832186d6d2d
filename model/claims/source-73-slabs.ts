/** T1 to T18: comments at the head of mm/slub.c of 7.3.4, and about its sheaves and slabs. */
import type { Claim } from "../../checker/spec/model.ts";
import { both, breaks, holds, notRt, part, up } from "./reading.ts";

const SLUB = { who: "comment", where: "mm/slub.c of 7.3.4" };
const AS_IS = { versions: ["7.3"], variants: [] };
const NMI = { ...AS_IS, kind: "nmi" };
const variant = (name: string) => ({ variants: [name] });

/** What a frame that only tries locks must leave, and find, whole. */
export const WHOLE = holds("S2", "S3", "S6", "S22", "S23", "S24");

/** Two sentences that several comments come to. */
export const SAFE_IN_NMI = [
  part(
    "whatever an NMI comes on top of, it finds and leaves sheaves, barn and slabs whole",
    { ...both(WHOLE), ...up(WHOLE) },
    { within: NMI, expected: { "!RT": true, RT: true, UP: false } },
  ),
  part("nor does it wait for a lock held below, or ask for one that sleeps", both(holds("S7"), holds("S10")), {
    within: NMI,
    expected: false,
  }),
];

export const SOURCE_73_SLABS: Readonly<Record<string, Claim>> = {
  T1: {
    ...SLUB,
    quote: "The allocator synchronizes using spin_trylock for percpu arrays in the fastpath",
    parts: [
      part("a CPU's main and spare sheaf are changed under their lock only", both(holds("guards")), { within: AS_IS }),
      part("nobody waits for that lock where another frame of the CPU has it", notRt(holds("S1")), { within: AS_IS }),
    ],
  },
  T2: {
    ...SLUB,
    quote: "kmalloc_nolock() and kfree_nolock() are safe in NMI context but see their limitations.",
    parts: SAFE_IN_NMI,
  },
  T3: {
    ...SLUB,
    quote: "Interrupts are disabled as part of list_lock or barn lock operations",
    parts: [
      part("whoever holds one of them has interrupts off", both(holds("T3")), {
        within: AS_IS,
        expected: { "!RT": true, RT: false },
      }),
    ],
  },
  T4: {
    ...SLUB,
    quote: "Preemption is disabled as part of local_trylock operations.",
    parts: [
      part("whoever holds the lock of a CPU's sheaves has preemption off", both(holds("T4")), {
        within: AS_IS,
        expected: { "!RT": true, RT: false },
      }),
    ],
  },
  T5: {
    ...SLUB,
    quote: "On !RT it only disables preemption and does no atomic operations.",
    parts: [
      part("a read and a plain write are enough: no frame enters a section that one below is in", notRt(holds("S1")), {
        within: AS_IS,
      }),
    ],
  },
  T6: {
    ...SLUB,
    quote: "empty or full, may be NULL",
    parts: [
      part("where nobody asks for a prefilled sheaf, a spare sheaf is empty or full", both(holds("T6")), {
        within: AS_IS,
      }),
    ],
  },
  T8: {
    ...SLUB,
    quote: "If taken then no new slabs may be added or removed from the lists",
    parts: [
      part("lists of slabs are changed by whoever holds list_lock only", both(holds("guards")), { within: AS_IS }),
      part("without SMP a hook finds a list that is being changed", up(breaks("lists")), {
        within: { ...AS_IS, kind: "hook" },
        author: null,
      }),
    ],
  },
  T10: {
    ...SLUB,
    quote: "This clearing also exempts them from list management.",
    parts: [
      part("a free to a slab that is on no list, and not full, puts it on none", notRt(holds("lists", "S6")), {
        within: AS_IS,
      }),
      part("taken for a listed one it would be taken off twice", notRt(breaks("lists")), {
        within: variant("isolated-as-listed"),
        author: null,
      }),
    ],
  },
  T11: {
    ...SLUB,
    quote: "This only needs to take the list_lock if it's a first free to a full slab, or when a slab becomes empty",
    parts: [
      part("that is enough: no slab is given up that is in use, or listed", notRt(holds("givenUp", "lists")), {
        within: AS_IS,
      }),
      part("and it must be taken before the cmpxchg", notRt(breaks("givenUp")), {
        within: variant("locks-list-afterwards"),
        author: null,
      }),
    ],
  },
  T12: {
    ...SLUB,
    quote: "full slab, not on any list:  !SL_partial &&  full && !frozen",
    parts: [part("wherever list_lock is free, a listed slab is not full", both(holds("T12")), { within: AS_IS })],
  },
  T13: {
    ...SLUB,
    quote: "Unless it's frozen.",
    parts: [],
    notExpressible: "no code path freezes a slab of a cache without debugging, and __slab_free() does not ask",
  },
  T14: {
    ...SLUB,
    quote:
      "the policy is not to allow any allocation/ free operation in hardirq context. Therefore nothing can interrupt the operation.",
    parts: [
      part("no frame waits for a bit spinlock that one below it has", notRt(holds("S7")), { within: AS_IS }),
      part("because kmalloc_nolock() gives NULL there", notRt(breaks("S7")), {
        within: variant("asks-with-bit-lock"),
        author: null,
      }),
    ],
  },
  T15: {
    ...SLUB,
    quote: "Otherwise the list_lock will synchronize with other processors updating the list of slabs.",
    parts: [
      part("what was read under list_lock of a slab's being listed is so after the cmpxchg", both(holds("T15")), {
        within: AS_IS,
      }),
      part("read before the lock is taken it need not be", notRt(breaks("lists")), {
        within: variant("asks-partial-unlocked"),
        author: null,
      }),
    ],
  },
  T16: {
    ...SLUB,
    quote:
      "This slab was partially empty but not on the per-node partial list, in which case we shouldn't manipulate its list, just return.",
    parts: [
      part("somebody has such a slab and lists it, or takes all of it: none is lost", notRt(holds("S6")), {
        within: AS_IS,
      }),
    ],
  },
  T17: {
    ...SLUB,
    quote: "which however has to take the list_lock if it's about to make the slab fully free.",
    parts: [part("while list_lock is held no listed slab is given up", notRt(holds("givenUp")), { within: AS_IS })],
  },
  T18: {
    ...SLUB,
    quote: "If we mistakenly see no partial slabs then we just allocate an empty slab.",
    parts: [part("a look at nr_partial without the lock does no harm", notRt(holds("S2", "S6")), { within: AS_IS })],
  },
};
