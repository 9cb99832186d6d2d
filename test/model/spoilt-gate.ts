/** Which spoilt rows break the properties of the gate, and which systems break a sentence of the discussion? */

import { element, lit, otherwise, patch, step, when } from "../../checker/language/index.ts";
import { localLockIrqsave, localUnlockIrqrestore } from "../../model/locks/local-lock.ts";
import { rtSpinUnlock } from "../../model/locks/rt-mutex.ts";
import { cpu } from "../../model/machine/sets.ts";
import { chainOf, m, thisCpu } from "../../model/machine/state.ts";
import { kmallocNolock } from "../../model/slub/kmalloc-nolock.ts";
import { slabAlloc } from "../../model/slub/slab-alloc.ts";
import { slabAllocNode } from "../../model/slub/slab-alloc-node.ts";
import { slabAllocWrapper } from "../../model/slub/slab-alloc-wrapper.ts";
import { stepTid } from "../../model/slub/state.ts";
import { hook, nmi, type Small, task } from "./setup.ts";
import { A, cut, one, type Spoilt } from "./spoilt.ts";

const noWrapperGate = patch(slabAllocWrapper, () => ({
  gate: step("gate", when(lit(false)).goto("unpinBusy"), otherwise.goto("slow")),
}));
const noGate = [
  patch(kmallocNolock, () => ({ gate: step("gate", when(lit(false)).goto("retry"), otherwise.goto("alloc")) })),
  noWrapperGate,
];
const alwaysBusy = patch(kmallocNolock, () => ({
  gate: step("gate", when(lit(true)).goto("retry"), otherwise.goto("alloc")),
}));
const noEarlyNull = patch(kmallocNolock, ({ got }) => ({
  context: step(
    "context",
    when(lit(false))
      .do(got.set(lit(null)))
      .goto("done"),
    otherwise.goto("bucket"),
  ),
}));
const markStays = patch(localUnlockIrqrestore, () => ({ release: step("nothing", otherwise.goto("irqRestore")) }));

const nmiInSection = cut("kmalloc A", "kmalloc_nolock A", ["A cpu0 free=0", "A partial free=2"]);
const nmiTwoBuckets = cut("kmalloc A", "kmalloc_nolock A", ["A cpu0 free=0", "B cpu0 free=2"], { buckets: 2 });
const hookAtUnlock = (more: object = {}): Small => ({
  configuration: { ...A, slabs: ["A cpu0 free=0", "A partial free=2"], ...more },
  contexts: [task("task0", ["kmalloc A"]), hook("hook0", ["kmalloc_nolock A"], { at: "unlock" })],
});
const rtNmi = cut("kmalloc A", "kmalloc_nolock A", ["A cpu0 free=2"], { preemptRt: true });
const rtKprobe: Small = {
  version: "6.18-rc1",
  configuration: { ...A, preemptRt: true, slabs: ["A cpu0 free=2"] },
  contexts: [task("task0", ["kmalloc A"]), hook("hook0", ["kmalloc_nolock A"])],
};

/** The NMI goes on on another CPU, and takes its chain and its counts along. */
const nmiMoves = patch(slabAllocNode, ({ self, c }) => ({
  redo: step(
    "c = raw_cpu_ptr(s->cpu_slab);",
    when(thisCpu(self).eq(element(cpu, 1)))
      .do(c.set(thisCpu(self)))
      .goto("tid"),
    otherwise
      .do(
        c.set(element(cpu, 1)),
        m.chain.at(chainOf(self)).cpu.set(element(cpu, 1)),
        m.cpu.at(element(cpu, 1)).current.set(chainOf(self).known()),
        m.cpu.at(element(cpu, 1)).nmiCount.set(1),
        m.cpu.at(element(cpu, 1)).hardirqCount.set(1),
      )
      .goto("tid"),
  ),
}));
const onTwoCpus: Small = {
  configuration: { ...A, cpus: 2, slabs: ["A cpu0 free=2", "A cpu1 free=2"] },
  contexts: [task("task0", ["kmalloc_nolock A"]), nmi("nmi0", ["kmalloc_nolock A"])],
};

export const SPOILT_GATE: readonly Spoilt[] = [
  {
    property: "S17",
    how: "PREEMPT_RT: neither slub_get_cpu_ptr() nor the lock keeps a task on its CPU",
    system: one("kmalloc A", ["A cpu0 free=1", "A cpu1 free=1"], { preemptRt: true, cpus: 2, migration: true }),
    patches: [
      patch(
        localLockIrqsave,
        ({ self, flags, c }) => ({
          migrateDisable: step("nothing", otherwise.do(flags.set(false), c.set(thisCpu(self))).goto("done")),
        }),
        { removed: ["lock"] },
      ),
      patch(localUnlockIrqrestore, () => ({ migrateEnable: step("nothing", otherwise.goto("done")) })),
      patch(slabAllocWrapper, ({ self, c }) => ({
        pin: step("c = raw_cpu_ptr()", otherwise.do(c.set(thisCpu(self))).goto("gate")),
        unpin: step("nothing", otherwise.goto("done")),
      })),
      patch(slabAlloc, ({ self, c }) => ({
        unpin: step("nothing", otherwise.goto("newPage")),
        pin: step("c = raw_cpu_ptr()", otherwise.do(c.set(thisCpu(self))).goto("gotPage")),
      })),
    ],
  },
  { property: "S19", how: "no gate asks", system: nmiInSection, patches: noGate },
  {
    property: "S20",
    how: "the fast path leaves on the list what it hands out",
    system: {
      configuration: { ...A, slabs: ["A cpu0 free=2"] },
      contexts: [task("task0", ["kmalloc_nolock A", "kmalloc_nolock A"])],
    },
    patches: [
      patch(slabAllocNode, ({ self, c, b, obj, next, got }) => ({
        cmpxchg: step(
          "cmpxchg",
          when(next.eq("garbage")).goto("redo"),
          when(self.ne(self)).goto("redo"),
          otherwise.do(stepTid(c, b), got.set(obj)).goto("done"),
        ),
      })),
    ],
  },
  { property: "L4", how: "the gate says busy whatever it sees", system: nmiTwoBuckets, patches: [alwaysBusy] },
  {
    property: "L6",
    how: "the cmpxchg fails for nothing",
    system: one("kmalloc A", ["A cpu0 free=2"]),
    patches: [
      patch(slabAllocNode, ({ self, got, obj }) => ({
        cmpxchg: step("cmpxchg", when(self.ne(self)).do(got.set(obj)).goto("done"), otherwise.goto("redo")),
      })),
    ],
  },
  { property: "C1", how: "a hook at an unlock", system: hookAtUnlock(), patches: [] },
  {
    property: "C2",
    how: "an unlock leaves the mark",
    system: {
      configuration: { ...A, slabs: ["A cpu0 free=0", "A partial free=2"] },
      contexts: [task("task0", ["kmalloc A", "kmalloc A", "kmalloc_nolock A"])],
    },
    patches: [markStays],
  },
  {
    property: "C2",
    how: "PREEMPT_RT: an unlock leaves the owner",
    system: {
      configuration: { ...A, preemptRt: true, slabs: ["A cpu0 free=2"] },
      contexts: [task("task0", ["kmalloc A", "kmalloc_nolock A"])],
    },
    patches: [
      patch(rtSpinUnlock, () => ({ fast: step("fast", when(lit(false)).goto("waitLock"), otherwise.goto("done")) })),
    ],
  },
  { property: "C12", how: "a hook at an unlock", system: hookAtUnlock(), patches: [] },
  {
    property: "D12",
    how: "an unlock leaves the mark",
    system: one("kmalloc_nolock A", ["A cpu0 free=0", "A partial free=2"]),
    patches: [markStays],
  },
  {
    property: "E4",
    how: "PREEMPT_RT: the owner is a task of the same CPU, and was preempted",
    system: {
      configuration: { ...A, preemptRt: true, slabs: ["A cpu0 free=2"] },
      variants: ["trylock-cpu-slab"],
      contexts: [task("task0", ["kmalloc A"]), task("task1", ["kmalloc_nolock A"])],
    },
    patches: [],
  },
  {
    property: "C3",
    how: "the retry asks for the same bucket again",
    system: nmiInSection,
    patches: [
      patch(kmallocNolock, ({ canRetry, got }) => ({
        retry: step(
          "retry",
          when(canRetry).do(canRetry.set(false)).goto("gate"),
          otherwise.do(got.set(lit(null))).goto("done"),
        ),
      })),
    ],
  },
  {
    property: "C4",
    how: "the gate says busy whatever it sees",
    system: nmiTwoBuckets,
    patches: [alwaysBusy],
  },
  { property: "C15", how: "the largest bucket is busy", system: nmiInSection, patches: [] },
  {
    property: "C16",
    how: "there is no page, and then there is one",
    system: {
      configuration: { ...A, slabs: ["A full", "page"] },
      contexts: [task("task0", ["kmalloc_nolock A", "kmalloc_nolock A"])],
    },
    patches: [],
  },
  { property: "D16", how: "an NMI moves", system: onTwoCpus, patches: [nmiMoves] },
  { property: "C10", how: "PREEMPT_RT: no test of the context", system: rtNmi, patches: [noEarlyNull] },
  { property: "D8", how: "PREEMPT_RT: no test of the context", system: rtNmi, patches: [noEarlyNull] },
  { property: "E20", how: "PREEMPT_RT: a kprobe's program runs with preemption off", system: rtKprobe, patches: [] },
  {
    property: "atomicSleep",
    how: "PREEMPT_RT: a program on a kprobe asks for a lock that another task owns",
    system: {
      version: "6.18-rc1",
      configuration: { ...A, preemptRt: true, slabs: ["A cpu0 free=2"] },
      contexts: [task("task0", ["kmalloc A"]), task("task1", ["kmalloc A"]), hook("hook0", ["kmalloc_nolock A"])],
    },
    patches: [],
  },
  {
    property: "S9",
    how: "a mark is cleared by who has not set it",
    system: nmiInSection,
    patches: noGate,
  },
];
