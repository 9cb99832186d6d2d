/** Which spoilt rows break the properties of the heap? */

import { element, lit, otherwise, patch, step, when } from "../../checker/language/index.ts";
import { Universe } from "../../checker/language/sets.ts";
import { hoistedLoads } from "../../checker/mutation/hoist.ts";
import { workAt } from "../../model/machine/irq-work.ts";
import { cpu } from "../../model/machine/sets.ts";
import { allocSlabPage } from "../../model/page/alloc-slab-page.ts";
import { p } from "../../model/page/state.ts";
import { deactivateSlab } from "../../model/slub/deactivate-slab.ts";
import { deferFree } from "../../model/slub/defer-free.ts";
import { doSlabFree } from "../../model/slub/do-slab-free.ts";
import { flushSlab } from "../../model/slub/flush-slab.ts";
import { freezeSlab } from "../../model/slub/freeze-slab.ts";
import { getPartialNode } from "../../model/slub/get-partial-node.ts";
import { kmallocNolock } from "../../model/slub/kmalloc-nolock.ts";
import { slabAlloc } from "../../model/slub/slab-alloc.ts";
import { slabAllocNode } from "../../model/slub/slab-alloc-node.ts";
import { slabFree } from "../../model/slub/slab-free.ts";
import { cpuSlabOf, DEFERRED_WORK, giveUpSlab, k, linkOf, stepTid } from "../../model/slub/state.ts";
import { nmi, task } from "./setup.ts";

import { A, cut, one, type Spoilt } from "./spoilt.ts";

export const SPOILT_HEAP: readonly Spoilt[] = [
  {
    property: "returns",
    how: "whether the slab is frozen is read once, and the cmpxchg of a free fails for ever",
    system: {
      configuration: { ...A, cpus: 2, slabs: ["A cpu1 free=0", "A partial free=1"] },
      contexts: [task("task0", ["kfree s0.o0"]), task("task1", ["kmalloc A"], { cpu: 1 })],
    },
    patches: hoistedLoads(slabFree, "read", new Universe({}))
      .filter(({ what }) => what.startsWith("once, before: wasFrozen"))
      .map(({ rows }) => ({ program: slabFree.name, rows, added: [], removed: [] })),
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
            .do(cpuSlabOf(c, b).freelist.set(x), stepTid(c, b), p.zoneList.set(cpuSlabOf(c, b).slab))
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
          when(workAt(c, DEFERRED_WORK).queuedOn.isNull()).do(workAt(c, DEFERRED_WORK).queuedOn.set(c)).goto("push"),
          otherwise.goto("unpin"),
        ),
        push: step("push", otherwise.do(k.deferFree.at(c).objects.at(x).set(true)).goto("queue")),
      })),
    ],
  },
  {
    property: "S18",
    how: "the flushed slab stays the slab of its CPU",
    system: one("flush A", ["A cpu0 free=1"]),
    patches: [patch(flushSlab, () => ({ dropSlab: step("nothing", otherwise.goto("dropFreelist")) }))],
  },
  {
    property: "S18",
    how: "the slab that a CPU loads becomes that of another CPU as well",
    system: {
      configuration: { ...A, cpus: 2, slabs: ["A cpu0 free=1", "A partial free=1"] },
      contexts: [task("task0", ["kmalloc A"], { cpu: 1 })],
    },
    patches: [
      patch(slabAlloc, ({ b, c, slab }) => ({
        loadSlab: step(
          "load it twice",
          otherwise
            .do(cpuSlabOf(c, b).slab.set(slab), cpuSlabOf(element(cpu, 0), b).slab.set(slab))
            .goto("loadFreelist"),
        ),
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
    patches: [
      patch(slabFree, ({ slab }) => ({
        empty: step("no remove_partial()", otherwise.goto("unlockEmpty")),
        discard: step("nobody looks", otherwise.do(giveUpSlab(slab)).goto("pages")),
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
    system: one("kmalloc_nolock A", ["page"], { pages: true }),
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
];
