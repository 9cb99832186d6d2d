/** Which spoilt rows break what holds for debug caches, SLUB_TINY and slabs with a bit spinlock? */
import { lit, otherwise, patch, step, when } from "../../checker/language/index.ts";
import { rawSpinLockIrqsave } from "../../model/locks/raw-spinlock.ts";
import { preemptEnable } from "../../model/machine/pin.ts";
import { allocSingleFromNewSlab } from "../../model/slub/alloc-single-from-new-slab.ts";
import { allocSingleFromPartial } from "../../model/slub/alloc-single-from-partial.ts";
import { deferDeactivateSlab } from "../../model/slub/defer-free.ts";
import { freeToPartialList } from "../../model/slub/free-to-partial-list.ts";
import { slabUnlock } from "../../model/slub/slab-lock.ts";
import { addPartial, incSlabsNode, k, linkOf } from "../../model/slub/state.ts";
import { hardirq, hook, type Small, task } from "./setup.ts";
import { cut, one, type Spoilt } from "./spoilt.ts";

const DEBUG = { debug: ["A"], accounting: true };
const BIT = { cmpxchgDouble: false };

/** A task that frees, and a hook of its own on the same CPU that tries the list_lock which it holds. */
const hookUnderListLock: Small = {
  configuration: { buckets: 1, slabs: ["A partial free=1"], ...DEBUG },
  contexts: [task("task0", ["kmalloc A"]), hook("hook0", ["kmalloc_nolock A"])],
};

export const SPOILT_DEBUG: readonly Spoilt[] = [
  {
    property: "S3",
    how: "alloc_single_from_partial() leaves the object on the list",
    system: {
      configuration: { buckets: 1, slabs: ["A partial free=1"], ...DEBUG },
      contexts: [task("task0", ["kmalloc A", "kmalloc A"])],
    },
    patches: [
      patch(allocSingleFromPartial, ({ object, got }) => ({
        take: step("take", otherwise.do(got.set(object)).goto("full")),
      })),
    ],
  },
  {
    property: "S5",
    how: "free_to_partial_list() frees twice",
    system: one("kfree s0.o2", ["A partial free=1"], { objects: 3, ...DEBUG }),
    patches: [
      patch(freeToPartialList, ({ slab }) => ({
        lists: step(
          "once more",
          when(k.slab.at(slab).inuse.eq(1)).goto("free"),
          when(lit(false)).goto("count"),
          otherwise.goto("unlock"),
        ),
      })),
    ],
  },
  {
    property: "S6",
    how: "a full slab of a debug cache is on no list",
    system: one("kmalloc A", ["A partial free=1"], DEBUG),
    patches: [
      patch(allocSingleFromPartial, ({ b, slab }) => ({
        full: step(
          "forget it",
          otherwise
            .do(k.node.at(b).partial.at(slab).set(false), k.node.at(b).nrPartial.set(k.node.at(b).nrPartial.minus(1)))
            .goto("done"),
        ),
      })),
    ],
  },
  {
    property: "S7",
    how: "an NMI waits for the bit spinlock of a slab, which the frame below holds",
    system: {
      ...cut("kfree s0.o2", "kmalloc_nolock A", ["A partial free=1"], { objects: 3, ...BIT }),
      variants: ["bit-lock-in-nmi"],
    },
    patches: [],
  },
  {
    property: "S9",
    how: "slab_unlock() forgets the bit",
    system: one("kfree s0.o1", ["A partial free=1"], BIT),
    patches: [patch(slabUnlock, () => ({ release: step("keep it", otherwise.goto("preempt")) }))],
  },
  {
    property: "S11",
    how: "free_to_partial_list() does not count",
    system: one("kfree s0.o1", ["A full"], DEBUG),
    patches: [
      patch(freeToPartialList, ({ slab, x, wasFull }) => ({
        free: step(
          "free",
          otherwise
            .do(
              wasFull.set(k.slab.at(slab).freelist.isNull()),
              linkOf(x).set(k.slab.at(slab).freelist),
              k.slab.at(slab).freelist.set(x),
            )
            .goto("lists"),
        ),
      })),
    ],
  },
  {
    property: "S12",
    how: "a new slab of a debug cache is not counted",
    system: one("kmalloc A", ["page"], DEBUG),
    patches: [
      patch(allocSingleFromNewSlab, ({ object, got }) => ({
        count: step("do not", otherwise.do(got.set(object)).goto("unlock")),
      })),
    ],
  },
  {
    property: "S12",
    how: "a slab is counted on the list twice",
    system: one("kmalloc A", ["page"], DEBUG),
    patches: [
      patch(allocSingleFromNewSlab, ({ b, slab, object, got }) => ({
        count: step("twice", otherwise.do(addPartial(b, slab), incSlabsNode(b), got.set(object)).goto("unlock")),
      })),
    ],
  },
  {
    property: "guards",
    how: "a debug cache counts without list_lock",
    system: one("kmalloc A", ["page"], DEBUG),
    patches: [
      patch(allocSingleFromNewSlab, ({ b, slab, object }) => ({
        take: step(
          "take",
          otherwise
            .do(
              k.slab.at(slab).freelist.set(linkOf(object).except("garbage")),
              k.slab.at(slab).inuse.set(1),
              linkOf(object).set("garbage"),
              incSlabsNode(b),
            )
            .goto("locked"),
        ),
      })),
    ],
  },
  {
    property: "E11",
    how: "an object of the new slab that was given up is in use",
    system: cut("kmalloc A", "kmalloc_nolock A", ["page", "page"], DEBUG),
    patches: [
      patch(deferDeactivateSlab, ({ self, slab }) => ({
        unpin: step("use it", otherwise.do(k.slab.at(slab).inuse.set(1), preemptEnable(self)).goto("done")),
      })),
    ],
  },
  {
    property: "E27",
    how: "a hook sits where its frame holds list_lock (!RT)",
    system: hookUnderListLock,
    patches: [],
  },
  {
    property: "rawSections",
    how: "raw_spin_lock_irqsave() leaves interrupts on, and there is no lock word",
    system: {
      configuration: { buckets: 1, slabs: ["A cpu0 free=2"], smp: false, debugHooks: ["kmemleak_lock"] },
      contexts: [task("task0", ["kmalloc A"]), hardirq("hardirq0", ["kmalloc A"])],
    },
    patches: [
      patch(rawSpinLockIrqsave, ({ flags }) => ({
        irqSave: step("no local_irq_save()", otherwise.do(flags.set(false)).goto("lock")),
      })),
    ],
  },
];
