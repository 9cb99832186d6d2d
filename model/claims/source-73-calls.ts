/** T19 to T42 and their like: comments of mm/slub.c of 7.3.4 about allocations, frees, and what is put off. */
import type { Claim } from "../../checker/spec/model.ts";
import { both, breaks, holds, notRt, part, reachable, rt, up } from "./reading.ts";
import { SAFE_IN_NMI, WHOLE } from "./source-73-slabs.ts";

const SLUB = { who: "comment", where: "mm/slub.c of 7.3.4" };
const SLAB_H = { who: "comment", where: "mm/slab.h and include/linux/slab.h of 7.3.4" };
const AS_IS = { versions: ["7.3"], variants: [] };
const NMI = { ...AS_IS, kind: "nmi" };
const variant = (name: string) => ({ variants: [name] });

export const SOURCE_73_CALLS: Readonly<Record<string, Claim>> = {
  T19: {
    ...SLUB,
    quote: "Do not access current->mems_allowed_seq and avoid retry when GFP flags indicate spinning is not allowed.",
    parts: [],
    notExpressible: "a second node, memory policies and the seqcount of cpusets are not modelled",
  },
  T20: {
    ...SLUB,
    quote: "The slab is not fully free, but it's fine as objects are not allocated to users.",
    parts: [
      part(
        "when a new slab is given up nobody has an object of it, and nobody gets one",
        notRt(holds("S2", "S5", "givenUp")),
        { within: AS_IS },
      ),
    ],
  },
  T23: {
    ...SLUB,
    quote: "Debug caches require nr_slabs updates under n->list_lock so validation cannot race",
    parts: [
      part("of a debug cache nr_slabs is true wherever list_lock is free", notRt(holds("S12")), { within: AS_IS }),
    ],
  },
  T24: {
    ...SLUB,
    quote: "An interrupt or NMI handler might interrupt and change the state in the middle, but that's safe.",
    parts: [],
    notExpressible: "what the pseudo random generator gives is a free choice in the model",
  },
  T25: {
    ...SLUB,
    quote: "which could be preempted by a nmi.",
    parts: [
      part("without the refusal an NMI spins for a bit spinlock held below", notRt(breaks("S7")), {
        within: variant("asks-with-bit-lock"),
      }),
    ],
  },
  T26: {
    ...SLUB,
    quote: "debug caches don't use that and only rely on",
    parts: [part("the bit spinlock of a debug cache's slab is never taken", notRt(holds("T26")), { within: AS_IS })],
  },
  T27: {
    ...SLUB,
    quote: "trylock mode isn't compatible with slab_pre_alloc_hook/should_failslab and kfence_alloc.",
    parts: [
      part("calling them there spins for a lock held below", notRt(breaks("S7")), {
        within: variant("hooks-from-nolock"),
      }),
      part("an allocation and a free that are left alone wait for none of their locks", notRt(holds("S7", "T37")), {
        within: AS_IS,
        author: null,
      }),
    ],
  },
  T28: {
    ...SLUB,
    quote: "call ___slab_alloc() (at most twice)",
    parts: [part("a call asks the slabs of a bucket at most twice", notRt(holds("L1")), { within: AS_IS })],
  },
  T29: {
    ...SLUB,
    quote: "we preempted someone with the sheaves locked, and the list_lock is also held by another cpu.",
    parts: [
      part("the sheaves are locked below, and list_lock is held elsewhere", notRt(reachable("bothBusy")), {
        within: AS_IS,
      }),
    ],
  },
  T30: {
    ...SLUB,
    quote: "it should be rare that multiple kmalloc buckets would have sheaves locked",
    parts: [
      part("NULL only when the next bucket was asked too, or there is none", notRt(holds("twoBuckets")), {
        within: AS_IS,
      }),
      part("and that may give the object", notRt(reachable("kmalloc_nolock (7.3): retry -> supported")), {
        within: AS_IS,
      }),
    ],
  },
  T31: {
    ...SLAB_H,
    quote: "Allocate an object of given size from any context.",
    parts: [
      part("on top of whatever frame, sheaves, barn and slabs are whole", both(WHOLE), { within: AS_IS }),
      part("so are lists for a hook without SMP", up(holds("lists")), {
        within: { ...AS_IS, kind: "hook" },
        expected: false,
      }),
      part("and nothing is waited for", both(holds("S7"), holds("S10")), { within: AS_IS, expected: false }),
    ],
  },
  T32: {
    ...SLAB_H,
    quote: "NULL does not mean EBUSY or EAGAIN. It means ENOMEM.",
    parts: [
      part("where a call gives NULL no object of the bucket is free", notRt(holds("T32")), {
        within: AS_IS,
        expected: false,
      }),
    ],
  },
  T33: {
    ...SLAB_H,
    quote: "There is no reason to call it again and expect !NULL.",
    parts: [
      part("an NMI that got NULL gets NULL again", notRt(holds("T33")), { within: NMI }),
      part("also where another CPU runs", notRt(holds("T33")), { within: { ...AS_IS, kind: "task" }, expected: false }),
    ],
  },
  T34: {
    ...SLUB,
    quote: "Can be called while holding raw_spinlock_t or from IRQ and NMI,",
    parts: SAFE_IN_NMI,
  },
  T35: {
    ...SLUB,
    quote: "but ONLY for objects allocated by kmalloc_nolock().",
    parts: [
      part("an object of kmalloc() that is freed so is freed once, and none is lost", both(holds("S5", "S6")), {
        within: AS_IS,
        author: null,
      }),
    ],
  },
  T36: {
    ...SLUB,
    quote: "since they take spinlocks or not safe from any context.",
    parts: [
      part("no NMI calls what a free tells debugging aids", notRt(holds("T36")), { within: AS_IS, expected: false }),
    ],
  },
  T37: {
    ...SLUB,
    quote: "Avoid the complexity and simply add to a deferred list.",
    parts: [
      part("a kfree_nolock() that freed to the slab would wait for list_lock", notRt(breaks("S7")), {
        within: variant("frees-to-slab"),
      }),
      part("no NMI comes to __slab_free()", notRt(holds("T37")), {
        within: { ...AS_IS, options: { objcg: 1 } },
        author: null,
        expected: false,
      }),
    ],
  },
  T38: {
    ...SLUB,
    quote: "it's safe to take sleeping spin_locks from __slab_free().",
    parts: [part("the callback of deferred work is preemptible", rt(holds("S10", "atomicSleep")), { within: AS_IS })],
  },
  T41: {
    ...SLUB,
    quote: "sheaf_flush_unused() doesn't support !allow_spin",
    parts: [
      part("calling it there waits for list_lock held below", notRt(breaks("S7")), {
        within: variant("nolock-flushes-spare"),
      }),
    ],
  },
  T42: {
    ...SLUB,
    quote: "alloc_empty_sheaf() doesn't support !allow_spin and it's",
    parts: [],
    notExpressible: "the memory of a sheaf is not allocated by a nested call in the model",
  },
  T61: {
    ...SLUB,
    quote: "must not be called from an irq",
    parts: [],
    notExpressible: "a flush is a worker's call: no script of an interrupt has it",
  },
  T62: {
    ...SLUB,
    quote: "The cpu is not executing anymore so we don't need pcs->lock",
    parts: [],
    notExpressible: "CPU hotplug is not modelled",
  },
  T63: {
    ...SLUB,
    quote: "returns the pcs pointer and the local lock locked (possibly on a different cpu than initially called)",
    parts: [
      part("the sheaves that are used afterwards are those of the CPU that one is on then", notRt(holds("S17")), {
        within: AS_IS,
      }),
    ],
  },
  T64: {
    ...SLUB,
    quote: "Breaching the barn's sheaf limits should be thus rare enough so just ignore them",
    parts: [
      part("a barn may have more full sheaves than its limit", notRt(breaks("T64")), { within: AS_IS }),
      part("and nothing else is wrong then", notRt(holds("S6", "S22", "S23", "S24")), { within: AS_IS }),
    ],
  },
  T65: {
    ...SLUB,
    quote: "We ignore the limit on empty sheaves as the number of sheaves doesn't change.",
    parts: [part("a barn counts its sheaves right", notRt(holds("S24")), { within: AS_IS })],
  },
  T66: {
    ...SLUB,
    quote: "we don't repeat this check under barn->lock as it's not critical",
    parts: [
      part("a barn over its limit is otherwise whole", notRt(holds("S6", "S22", "S23", "S24")), { within: AS_IS }),
    ],
  },
  T68: {
    ...SLUB,
    quote: "If the slab is brand new and nobody can yet access its obj_exts, no synchronization is required",
    parts: [],
    notExpressible: "how a slab gets its vector of extensions is not modelled: it is there",
  },
  T69: {
    ...SLUB,
    quote: "Retry if a racing thread changed slab->obj_exts from under us.",
    parts: [],
    notExpressible: "how a slab gets its vector of extensions is not modelled: it is there",
  },
  T70: {
    ...SLUB,
    quote: "normal kmalloc caches must allocate them from KMALLOC_NO_OBJ_EXT caches to prevent recursion.",
    parts: [],
    notExpressible: "how a slab gets its vector of extensions is not modelled: it is there",
  },
  T76: {
    ...SLUB,
    quote: "Free hooks that have no alloc hook counterpart, and thus safe to call:",
    parts: [
      part("wherever slab_free_hook() is called from, no NMI takes a lock of them", notRt(holds("T36")), {
        within: AS_IS,
        expected: false,
      }),
    ],
  },
  T79: {
    ...SLUB,
    quote: "as it's never modified.",
    parts: [],
    notExpressible: "the bootstrap sheaf is not modelled: caches without sheaves have none",
  },
  T81: {
    who: "comment",
    where: "kernel/irq_work.c of 7.3.4",
    quote: "The enqueueing is NMI-safe.",
    parts: [
      part(
        "no deferred free is forgotten, whatever cuts the push, the queueing and the callback",
        both(holds("L2", "L5")),
        {
          within: AS_IS,
        },
      ),
    ],
  },
  T82: {
    ...SLUB,
    quote: "slab_free is a lower bound due to possible subsequent concurrent freeing",
    parts: [
      part("slabs taken off the list have at least as many free objects as were counted", notRt(holds("T82")), {
        within: AS_IS,
      }),
    ],
  },
  T83: {
    ...SLUB,
    quote: "Fail if the slab isn't full anymore due to a concurrent free.",
    parts: [
      part("no object is lost or in two places, whether it fails or not", notRt(holds("S5", "S6", "lists")), {
        within: AS_IS,
      }),
      part("written back without looking, the list breaks", notRt(breaks("lists")), {
        within: variant("returns-freelist-by-store"),
        author: null,
      }),
    ],
  },
};
