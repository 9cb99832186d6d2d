/** Every property and witness that a spec can name, in the order of reports. */
import { and, happens, type Property, property, whenever } from "../../checker/language/index.ts";
import { localLockIsLocked } from "../locks/local-lock.ts";
import { cpuSlabLock } from "../locks/state.ts";
import { inNmi } from "../machine/state.ts";
import { deferFree } from "../slub/defer-free.ts";
import { kmallocNolock } from "../slub/kmalloc-nolock.ts";
import { slabAllocNode } from "../slub/slab-alloc-node.ts";
import { slabAllocWrapper } from "../slub/slab-alloc-wrapper.ts";
import { guards } from "./guards.ts";
import { S2, S3, S4, S5, S6, S11, S13, S18, S21 } from "./heap.ts";
import { S1, S7, S8, S9, S10 } from "./locks.ts";
import { L1, L2, L5 } from "./progress.ts";

/** Rows of versions that may break it say so themselves (`fails`). */
const S15 = property("S15", "a bucket is looked up only for a size that has one");

const D10 = property(
  "D10",
  "local_lock_is_locked() is never true in __slab_alloc()",
  whenever(slabAllocWrapper, "gate", ({ self, c, b }) => localLockIsLocked(self, cpuSlabLock(c, b)).eq(false)),
);

const witnesses = [
  property(
    "ebusyFirst",
    "the first attempt of kmalloc_nolock() gives -EBUSY",
    happens(kmallocNolock, "retry", ({ canRetry }) => canRetry),
  ),
  property(
    "secondBucket",
    "kmalloc_nolock() returns an object from the second bucket",
    happens(kmallocNolock, "return", ({ canRetry, ret }) => and(canRetry.eq(false), ret.notNull())),
  ),
  property(
    "nilAfterTwo",
    "kmalloc_nolock() gives NULL after two attempts",
    happens(kmallocNolock, "retry", ({ canRetry }) => canRetry.eq(false)),
  ),
  property(
    "cmpxchgFails",
    "the cmpxchg of the allocation fast path fails",
    happens(slabAllocNode, "cmpxchg", undefined, { to: "redo" }),
  ),
  property(
    "fastPath",
    "the allocation fast path succeeds",
    happens(slabAllocNode, "cmpxchg", undefined, { to: "done" }),
  ),
  property(
    "nmiAllocates",
    "kmalloc_nolock() returns an object in an NMI",
    happens(kmallocNolock, "return", ({ self, ret }) => and(inNmi(self), ret.notNull())),
  ),
  property("defers", "a free is deferred", happens(deferFree, "push")),
];

export const PROPERTIES: Readonly<Record<string, Property>> = Object.fromEntries(
  [S1, S2, S3, S4, S5, S6, S7, S8, S9, S10, S11, S13, S15, S18, S21, L1, L2, L5, D10, guards, ...witnesses].map(
    (one) => [one.name, one],
  ),
);
