/** Which spoilt rows break the property of accounts, S16, and those of the locks beside the allocator? */
import { call, lit, otherwise, patch, step, when } from "../../checker/language/index.ts";
import { localTrylock } from "../../model/locks/local-trylock.ts";
import { rawSpinUnlockIrqrestore } from "../../model/locks/raw-spinlock.ts";
import { consumeObjStock } from "../../model/memcg/consume-obj-stock.ts";
import { objCgroupPut } from "../../model/memcg/obj-cgroup-put.ts";
import { refillObjStock } from "../../model/memcg/refill-obj-stock.ts";
import { quarantinePut } from "../../model/slub/debug-hooks.ts";
import { doSlabFree } from "../../model/slub/do-slab-free.ts";
import { kfreeNolock } from "../../model/slub/kmalloc.ts";
import { kmallocNolock } from "../../model/slub/kmalloc-nolock.ts";
import { slabAllocWrapper } from "../../model/slub/slab-alloc-wrapper.ts";
import { memcgSlabPostAllocHook } from "../../model/slub/slab-hooks.ts";
import { nmi, task } from "./setup.ts";
import type { Spoilt } from "./spoilt.ts";

const CHARGED = { buckets: 1, slabs: ["A cpu0 free=2"], memcg: true, accounts: ["cpu0 objcg0 bytes=1"] };
const noMark = patch(localTrylock, () => ({
  test: step("nobody asks", when(lit(false)).goto("unpin"), otherwise.goto("acquire")),
}));

export const SPOILT_MEMCG: readonly Spoilt[] = [
  {
    property: "S16",
    how: "a consumed byte stays in the stock",
    system: { configuration: CHARGED, contexts: [task("task0", ["kmalloc A"])] },
    patches: [patch(consumeObjStock, () => ({ take: step("no store", otherwise.goto("unlockConsumed")) }))],
  },
  {
    property: "S16",
    how: "an object is charged and nothing is recorded for it",
    system: { configuration: CHARGED, contexts: [task("task0", ["kmalloc A", "kfree #1"])] },
    patches: [patch(memcgSlabPostAllocHook, () => ({ record: step("no record", otherwise.goto("charged")) }))],
  },
  {
    property: "S16",
    how: "a refill that may not take the lock forgets the bytes",
    system: {
      configuration: CHARGED,
      contexts: [task("task0", ["kmalloc A"]), nmi("nmi0", ["kmalloc_nolock A"])],
    },
    patches: [patch(refillObjStock, () => ({ atomic: step("nothing", otherwise.goto("done")) }))],
  },
  {
    property: "references",
    how: "a put of a reference that is not the last takes nothing off",
    system: { configuration: CHARGED, contexts: [task("task0", ["kmalloc A", "kfree #1"])] },
    patches: [
      patch(objCgroupPut, () => ({ put: step("nothing", when(lit(false)).goto("pages"), otherwise.goto("done")) })),
    ],
  },
  {
    property: "S16",
    how: "two frames take from one stock at once",
    system: {
      configuration: CHARGED,
      contexts: [task("task0", ["kmalloc A"]), nmi("nmi0", ["kmalloc_nolock A"])],
    },
    patches: [noMark],
  },
  {
    property: "S1",
    how: "local_trylock() of a stock does not look at the mark",
    system: {
      configuration: CHARGED,
      contexts: [task("task0", ["kmalloc A"]), nmi("nmi0", ["kmalloc_nolock A"])],
    },
    patches: [noMark],
  },
  {
    property: "guards",
    how: "a frame that walked into a stock leaves it unmarked",
    system: {
      configuration: CHARGED,
      contexts: [task("task0", ["kmalloc A"]), nmi("nmi0", ["kmalloc_nolock A"])],
    },
    patches: [noMark],
  },
  {
    property: "WARN",
    how: "a lock that is checked is taken over a frame below",
    system: {
      configuration: { buckets: 1, slabs: ["A cpu0 free=0", "A partial free=2"], debugLockAlloc: true },
      variants: ["irqsave-check"],
      contexts: [task("task0", ["kmalloc A"]), nmi("nmi0", ["kmalloc_nolock A"])],
    },
    patches: [
      patch(kmallocNolock, () => ({
        gate: step("gate", when(lit(false)).goto("retry"), otherwise.goto("alloc")),
      })),
      patch(slabAllocWrapper, () => ({
        gate: step("gate", when(lit(false)).goto("unpinBusy"), otherwise.goto("slow")),
      })),
    ],
  },
  {
    property: "S17",
    how: "v1: a task moves between the question about a stock and its lock",
    system: {
      configuration: { buckets: 1, cpus: 2, migration: true, memcg: true, slabs: ["A cpu0 free=1", "A cpu1 free=1"] },
      version: "v1",
      contexts: [task("task0", ["kmalloc_nolock A"])],
    },
    patches: [
      patch(
        kmallocNolock,
        () =>
          ({
            pin: step("no pin", otherwise.goto("charge")),
            unpin: step("no unpin", otherwise.goto("return")),
          }) as object,
      ),
    ],
  },
  {
    property: "S7",
    how: "kfree_nolock() waits for a raw spinlock of KASAN in an NMI",
    system: {
      configuration: { buckets: 1, slabs: ["A cpu0 free=1"], objects: 3, debugHooks: ["quarantine_lock"] },
      contexts: [task("task0", ["kfree s0.o1"]), nmi("nmi0", ["kfree_nolock s0.o2"])],
    },
    patches: [
      patch(
        kfreeNolock,
        ({ x }) => ({
          free: call("quarantine", quarantinePut, {}, { done: "really" }),
          really: call("free", doSlabFree, { x, allowSpin: false }, { done: "done" }),
        }),
        { added: ["really"] },
      ),
    ],
  },
  {
    property: "S9",
    how: "a raw spinlock is kept",
    system: {
      configuration: { buckets: 1, slabs: ["A cpu0 free=1"], debugHooks: ["kmemleak_lock"] },
      contexts: [task("task0", ["kmalloc A"])],
    },
    patches: [patch(rawSpinUnlockIrqrestore, () => ({ unlock: step("no unlock", otherwise.goto("irqRestore")) }))],
  },
];
