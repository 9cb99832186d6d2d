/** Can each property fail? A small system with one row spoilt violates it; the same system unspoilt does not. */
import { describe, expect, it } from "vitest";
import { element, lit, not, otherwise, type Patch, patch, step, when } from "../../checker/language/index.ts";
import { localLockIrqsave, localUnlockIrqrestore } from "../../model/locks/local-lock.ts";
import { rtSpinLock } from "../../model/locks/rt-mutex.ts";
import { spinLockIrqsave, spinTrylockIrqsave, spinUnlockIrqrestore } from "../../model/locks/spinlock.ts";
import { cpu } from "../../model/machine/config.ts";
import { irqWorkThread } from "../../model/machine/irq-work.ts";
import { chainOf, m, onCpu } from "../../model/machine/state.ts";
import { allocFrozenPagesNolock } from "../../model/page/alloc-frozen-pages-nolock.ts";
import { allocSlabPage } from "../../model/page/alloc-slab-page.ts";
import { p } from "../../model/page/state.ts";
import { PROPERTIES } from "../../model/properties/index.ts";
import { deactivateSlab } from "../../model/slub/deactivate-slab.ts";
import { deferFree } from "../../model/slub/defer-free.ts";
import { doSlabFree } from "../../model/slub/do-slab-free.ts";
import { freezeSlab } from "../../model/slub/freeze-slab.ts";
import { getPartialNode } from "../../model/slub/get-partial-node.ts";
import { kmallocNolock } from "../../model/slub/kmalloc-nolock.ts";
import { slab } from "../../model/slub/sets.ts";
import { slabAlloc } from "../../model/slub/slab-alloc.ts";
import { slabAllocNode } from "../../model/slub/slab-alloc-node.ts";
import { slabAllocWrapper } from "../../model/slub/slab-alloc-wrapper.ts";
import { slabFree } from "../../model/slub/slab-free.ts";
import { cpuSlabOf, k, linkOf, stepTid } from "../../model/slub/state.ts";
import { ask, hook, nmi, type Small, task } from "./setup.ts";

const A = { buckets: 1 };
const one = (call: string, slabs: readonly string[], more: object = {}): Small => ({
  configuration: { ...A, slabs, ...more },
  contexts: [task("task0", [call])],
});
const cut = (first: string, second: string, slabs: readonly string[], more: object = {}): Small => ({
  configuration: { ...A, slabs, ...more },
  contexts: [task("task0", [first]), nmi("nmi0", [second])],
});

interface Spoilt {
  readonly property: string;
  readonly how: string;
  readonly system: Small;
  readonly patches: readonly Patch[];
}

const SPOILT: readonly Spoilt[] = [
  {
    property: "S1",
    how: "__slab_alloc() does not ask whether the lock is held, and kmalloc_nolock() does not either",
    system: cut("kmalloc A", "kmalloc_nolock A", ["A cpu0 free=0", "A partial free=2"]),
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
    property: "S1",
    how: "PREEMPT_RT: the same under a hook",
    system: {
      configuration: { ...A, preemptRt: true, slabs: ["A cpu0 free=2"] },
      contexts: [task("task0", ["kmalloc A"]), hook("hook0", ["kmalloc_nolock A"], { at: "unlock" })],
    },
    patches: [
      patch(slabAllocWrapper, () => ({
        gate: step("gate", when(lit(false)).goto("unpinBusy"), otherwise.goto("slow")),
      })),
    ],
  },
  {
    property: "S2",
    how: "an empty slab is given up though it is the CPU's",
    system: one("kfree s0.o1", ["A cpu0 free=1"], { pages: true }),
    patches: [
      patch(doSlabFree, ({ c, b, x }) => ({
        cmpxchg: step(
          "free",
          when(lit(false)).goto("redo"),
          otherwise
            .do(cpuSlabOf(c, b).freelist.set(x), stepTid(c, b), p.page.at(cpuSlabOf(c, b).slab).inZone.set(true))
            .goto("done"),
        ),
      })),
    ],
  },
  {
    property: "S2",
    how: "an object comes from a slab that was given up",
    system: {
      configuration: { ...A, slabs: ["A cpu0 free=1"] },
      contexts: [task("task0", ["kfree s0.o1", "kmalloc A"])],
    },
    patches: [
      patch(doSlabFree, ({ c, b, x }) => ({
        cmpxchg: step(
          "free",
          when(lit(false)).goto("redo"),
          otherwise
            .do(cpuSlabOf(c, b).freelist.set(x), stepTid(c, b), k.slab.at(cpuSlabOf(c, b).slab).cache.set(lit(null)))
            .goto("done"),
        ),
      })),
    ],
  },
  {
    property: "S3",
    how: "the fast path pops an object and leaves it on the list",
    system: {
      configuration: { ...A, slabs: ["A cpu0 free=1"] },
      contexts: [task("task0", ["kmalloc A", "kmalloc A"])],
    },
    patches: [
      patch(slabAllocNode, ({ c, b, obj, got }) => ({
        cmpxchg: step(
          "pop",
          when(lit(false)).goto("redo"),
          otherwise.do(cpuSlabOf(c, b).freelist.set(obj), stepTid(c, b), got.set(obj)).goto("done"),
        ),
      })),
    ],
  },
  {
    property: "S4",
    how: "the cmpxchg does not compare tid, and an NMI comes between",
    system: {
      configuration: { ...A, slabs: ["A cpu0 free=2"] },
      contexts: [task("task0", ["kmalloc A"]), nmi("nmi0", ["kmalloc_nolock A", "kmalloc_nolock A"])],
    },
    patches: [
      patch(slabAllocNode, ({ c, b, obj, next, got }) => ({
        cmpxchg: step(
          "pop",
          when(next.eq("garbage")).fails("S4", "a link word of somebody's object"),
          when(lit(false)).goto("redo"),
          otherwise.do(cpuSlabOf(c, b).freelist.set(next.except("garbage")), stepTid(c, b), got.set(obj)).goto("done"),
        ),
      })),
    ],
  },
  {
    property: "S5",
    how: "__slab_free() puts an object back twice",
    system: one("kfree s0.o2", ["A partial free=1"], { objects: 3 }),
    patches: [
      patch(slabFree, ({ inuse }) => ({
        after: step(
          "once more",
          when(inuse.eq(2)).goto("read"),
          when(lit(false)).goto("putCpuPartial"),
          when(lit(false)).goto("empty"),
          when(lit(false)).goto("add"),
          otherwise.goto("unlock"),
        ),
      })),
    ],
  },
  {
    property: "S5",
    how: "an object is deferred twice",
    system: one("kfree_nolock s0.o1", ["A full"]),
    patches: [
      patch(deferFree, ({ c, x }) => ({
        queue: step(
          "queue",
          when(not(k.deferFree.at(c).pending))
            .do(k.deferFree.at(c).pending.set(true))
            .goto("push"),
          otherwise.goto("unpin"),
        ),
        push: step("push", otherwise.do(k.deferFree.at(c).objects.at(x).set(true)).goto("queue")),
      })),
    ],
  },
  {
    property: "S6",
    how: "freeze_slab() forgets the list",
    system: one("kmalloc A", ["A partial free=2"]),
    patches: [
      patch(
        getPartialNode,
        ({ got }) => ({
          further: step("lose it", otherwise.do(got.set(lit(null))).goto("unlock")),
        }),
        { removed: ["another", "put"] },
      ),
    ],
  },
  {
    property: "S6",
    how: "kmalloc_nolock() has an object and returns NULL",
    system: one("kmalloc_nolock A", ["A cpu0 free=2"]),
    patches: [
      patch(kmallocNolock, ({ got }) => ({
        return: step("return NULL", otherwise.do(got.set(lit(null))).goto("done")),
      })),
    ],
  },
  {
    property: "S6",
    how: "a deferred object falls off its list",
    system: one("kfree_nolock s0.o1", ["A full"]),
    patches: [
      patch(deferFree, () => ({ push: step("no push", when(lit(false)).goto("unpin"), otherwise.goto("queue")) })),
    ],
  },
  {
    property: "S6",
    how: "an empty slab is given up and stays on the node's list",
    system: one("kfree s0.o1", ["A partial free=1"], { minPartial: 0 }),
    patches: [patch(slabFree, () => ({ empty: step("no remove_partial()", otherwise.goto("unlockEmpty")) }))],
  },
  {
    property: "S7",
    how: "kmalloc_nolock() waits for list_lock in an NMI",
    system: cut("kmalloc A", "kmalloc_nolock A", ["A cpu0 free=0", "A partial free=1", "A partial free=1"]),
    patches: [
      patch(getPartialNode, ({ got }) => ({
        entry: step(
          "entry",
          when(lit(false))
            .do(got.set(lit(null)))
            .goto("giveUp"),
          when(lit(false)).goto("try"),
          otherwise.goto("spin"),
        ),
      })),
    ],
  },
  {
    property: "S8",
    how: "PREEMPT_RT: a hook sleeps for the lock that its task owns",
    system: {
      configuration: { ...A, preemptRt: true, slabs: ["A cpu0 free=2"] },
      contexts: [task("task0", ["kmalloc A"]), hook("hook0", ["kmalloc_nolock A"], { at: "unlock" })],
    },
    patches: [
      patch(slabAllocWrapper, () => ({
        gate: step("gate", when(lit(false)).goto("unpinBusy"), otherwise.goto("slow")),
      })),
    ],
  },
  {
    property: "S9",
    how: "an unlock leaves interrupts off",
    system: one("kmalloc A", ["A cpu0 free=0", "A partial free=2"]),
    patches: [patch(localUnlockIrqrestore, () => ({ irqRestore: step("nothing", otherwise.goto("done")) }))],
  },
  {
    property: "S9",
    how: "an unlock leaves the mark",
    system: one("kmalloc A", ["A cpu0 free=0", "A partial free=2"]),
    patches: [patch(localUnlockIrqrestore, () => ({ release: step("nothing", otherwise.goto("irqRestore")) }))],
  },
  {
    property: "S9",
    how: "the CPU is unpinned twice less than pinned",
    system: one("kmalloc A", ["A cpu0 free=0", "A partial free=2"]),
    patches: [patch(slabAllocWrapper, () => ({ unpin: step("nothing", otherwise.goto("done")) }))],
  },
  {
    property: "S9",
    how: "PREEMPT_RT: an unlock leaves migration off",
    system: one("kmalloc A", ["A cpu0 free=2"], { preemptRt: true }),
    patches: [patch(localUnlockIrqrestore, () => ({ migrateEnable: step("nothing", otherwise.goto("done")) }))],
  },
  {
    property: "S9",
    how: "a spinlock is dropped that is not held",
    system: one("kmalloc A", ["A cpu0 free=0", "A partial free=2"]),
    patches: [patch(spinLockIrqsave, () => ({ take: step("not taken", when(lit(true)).goto("held")) }))],
  },
  {
    property: "S10",
    how: "PREEMPT_RT: c->lock is asked for with preemption off",
    system: one("kmalloc A", ["A cpu0 free=2"], { preemptRt: true }),
    patches: [
      patch(slabAllocWrapper, ({ self, c }) => ({
        pin: step(
          "preempt_disable()",
          otherwise
            .do(onCpu(self).preemptCount.set(onCpu(self).preemptCount.plus(1)), c.set(m.chain.at(chainOf(self)).cpu))
            .goto("gate"),
        ),
        unpin: step(
          "preempt_enable()",
          otherwise.do(onCpu(self).preemptCount.set(onCpu(self).preemptCount.minus(1))).goto("done"),
        ),
      })),
    ],
  },
  {
    property: "S11",
    how: "a free does not count down",
    system: one("kfree s0.o1", ["A partial free=1"], { minPartial: 2 }),
    patches: [
      patch(slabFree, ({ slab, x }) => ({
        cmpxchg: step(
          "cmpxchg",
          when(lit(false)).goto("redo"),
          otherwise.do(k.slab.at(slab).freelist.set(x)).goto("after"),
        ),
      })),
    ],
  },
  {
    property: "S13",
    how: "the page comes with a count",
    system: one("kmalloc A", ["page"], { pages: true }),
    patches: [
      patch(allocSlabPage, ({ page, got }) => ({
        return: step(
          "counted",
          when(page.isNull())
            .do(got.set(lit(null)))
            .goto("done"),
          otherwise.do(p.page.at(page).refcount.set(1), got.set(page)).goto("done"),
        ),
      })),
    ],
  },
  {
    property: "S15",
    how: "past the largest bucket the look-up runs off the table",
    system: cut("kmalloc A", "kmalloc_nolock A", ["A cpu0 free=0", "A partial free=2"]),
    patches: [
      patch(kmallocNolock, ({ got }) => ({
        retry: step(
          "retry",
          when(lit(false)).goto("gate"),
          when(lit(false))
            .do(got.set(lit(null)))
            .goto("done"),
          otherwise.fails("S15", "the bucket after the largest"),
        ),
      })),
    ],
  },
  {
    property: "S21",
    how: "freeze_slab() does not freeze",
    system: one("kmalloc A", ["A partial free=2"]),
    patches: [
      patch(freezeSlab, ({ slab, freelist, got }) => ({
        cmpxchg: step(
          "cmpxchg",
          when(lit(false)).goto("read"),
          otherwise
            .do(k.slab.at(slab).freelist.set(lit(null)), k.slab.at(slab).inuse.set(2), got.set(freelist))
            .goto("done"),
        ),
      })),
    ],
  },
  {
    property: "S21",
    how: "a deactivated slab stays frozen on the node's list",
    system: one("kmalloc A", ["A cpu0 free=2"], { nodeMismatch: true }),
    patches: [
      patch(deactivateSlab, ({ slab, freelist, old, tail, inuse, freeDelta }) => ({
        cmpxchg: step(
          "cmpxchg",
          when(lit(false)).goto("read"),
          otherwise
            .do(
              linkOf(tail).set(old),
              k.slab.at(slab).freelist.set(freelist),
              k.slab.at(slab).inuse.set(inuse.minus(freeDelta)),
            )
            .goto("decide"),
        ),
      })),
    ],
  },
  {
    property: "L1",
    how: "without a page the allocation asks again, for ever",
    system: one("kmalloc_nolock A", ["A full"]),
    patches: [
      patch(slabAlloc, ({ fresh, got }) => ({
        gotPage: step(
          "goto new_objects",
          when(fresh.isNull()).goto("newObjects"),
          otherwise.do(got.set(lit(null))).goto("done"),
        ),
      })),
    ],
  },
  {
    property: "L2",
    how: "PREEMPT_RT: nobody looks at the deferred list",
    system: one("kfree_nolock s0.o1", ["A full"], { preemptRt: true }),
    patches: [
      patch(
        irqWorkThread,
        () => ({
          clear: step("clear", otherwise.do(k.deferFree.at(element(cpu, 0)).pending.set(false)).goto("wait")),
        }),
        { removed: ["run"] },
      ),
    ],
  },
  {
    property: "L5",
    how: "a push does not queue",
    system: one("kfree_nolock s0.o1", ["A full"]),
    patches: [patch(deferFree, () => ({ queue: step("nothing", otherwise.goto("unpin")) }))],
  },
  {
    property: "D10",
    how: "PREEMPT_RT: a hook asks while its task owns the lock",
    system: {
      configuration: { ...A, preemptRt: true, slabs: ["A cpu0 free=2"] },
      contexts: [task("task0", ["kmalloc A"]), hook("hook0", ["kmalloc_nolock A"], { at: "unlock" })],
    },
    patches: [],
  },
  {
    property: "guards",
    how: "local_lock_irqsave() sets no mark",
    system: one("kmalloc A", ["A cpu0 free=0", "A partial free=2"]),
    patches: [patch(localLockIrqsave, () => ({ acquire: step("nothing", otherwise.goto("done")) }))],
  },
  {
    property: "guards",
    how: "a trylock goes on over a holder",
    system: {
      configuration: { ...A, cpus: 2, slabs: ["A partial free=1", "A partial free=1"] },
      contexts: [task("task0", ["kmalloc A"]), task("task1", ["kmalloc_nolock A"], { cpu: 1 })],
    },
    patches: [
      patch(spinTrylockIrqsave, () => ({
        try: step("try", when(lit(false)).goto("undo"), otherwise.goto("held")),
      })),
      patch(spinUnlockIrqrestore, () => ({ unlock: step("unlock", otherwise.goto("irqRestore")) })),
    ],
  },
  {
    property: "guards",
    how: "PREEMPT_RT: rt_spin_lock() goes on without the lock",
    system: one("kmalloc A", ["A cpu0 free=0", "A partial free=2"], { preemptRt: true }),
    patches: [
      patch(rtSpinLock, () => ({ fast: step("fast", when(lit(false)).goto("irqSave"), otherwise.goto("done")) })),
    ],
  },
  {
    property: "guards",
    how: "the page list is taken from without its lock",
    system: one("kmalloc A", ["page"], { pages: true }),
    patches: [
      patch(allocFrozenPagesNolock, ({ c }) => ({
        unpin: step("touch", otherwise.do(p.pcp.at(c).at(element(slab, 0)).set(false)).goto("tryZone")),
      })),
    ],
  },
];

describe("properties", () => {
  for (const { property, how, system, patches } of SPOILT) {
    it(`${property}: ${how}`, () => {
      const chosen = { ...system, properties: [property] };
      if (patches.length > 0) expect(ask(chosen).violated).not.toContain(property);
      expect(ask({ ...chosen, patches }, 60_000).violated).toContain(property);
    });
  }

  it("each has a system that violates it", () => {
    const kinds = (name: string) => PROPERTIES[name]?.clauses.map((clause) => clause.kind) ?? [];
    const tested = new Set(SPOILT.map((s) => s.property));
    const asserted = Object.keys(PROPERTIES).filter((name) => !kinds(name).includes("happens"));
    expect(asserted.filter((name) => !tested.has(name))).toEqual([]);
    expect(asserted.length).toBeGreaterThan(15);
  });
});
