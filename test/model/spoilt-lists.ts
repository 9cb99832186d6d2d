/** Which spoilt rows put on a list what is on one, take off a list what is not on it, or give up a slab that is somebody's? */

import { and, choose, lit, not, otherwise, patch, setEach, step, when } from "../../checker/language/index.ts";
import { irqWorkQueue } from "../../model/machine/irq-work.ts";
import { preemptDisable } from "../../model/machine/pin.ts";
import { thisCpu } from "../../model/machine/state.ts";
import { mm } from "../../model/mm/config.ts";
import { slab as slabs } from "../../model/mm/sets.ts";
import { allocSingleFromPartial } from "../../model/slub/alloc-single-from-partial.ts";
import { deferDeactivateSlab, deferFree } from "../../model/slub/defer-free.ts";
import { flushSlab } from "../../model/slub/flush-slab.ts";
import { freeToPartialList } from "../../model/slub/free-to-partial-list.ts";
import { getPartialNode } from "../../model/slub/get-partial-node.ts";
import { putCpuPartial } from "../../model/slub/put-cpu-partial.ts";
import { slabAlloc } from "../../model/slub/slab-alloc.ts";
import { slabFree } from "../../model/slub/slab-free.ts";
import { cpuSlabOf, DEFERRED_WORK, decSlabsNode, k, nrCpuPartial, removePartial } from "../../model/slub/state.ts";
import { nmi, type Small, task } from "./setup.ts";
import { A, cut, one, type Spoilt } from "./spoilt.ts";

/** As merged, a trylock that always succeeds lets an NMI take a slab off the list that a kfree() is about to take off it. */
const up: Small = {
  ...cut("kfree s0.o1", "kmalloc_nolock A", ["A partial free=1", "page"], { smp: false, minPartial: 0 }),
  version: "6.18-rc1",
};
const debug = { debug: ["A"] };
const cpuPartial = { cpuPartial: true };
/** Over list_lock, a nolock caller gives up the slab that it has just made. */
const deferred: Small = {
  configuration: { ...A, ...debug, slabs: ["A full", "page"] },
  contexts: [task("task0", ["kfree s0.o1"]), nmi("nmi0", ["kmalloc_nolock A"])],
};
const spill: Small = {
  configuration: { ...A, ...cpuPartial, objects: 1, minPartial: 0, slabs: ["A full", "A full"] },
  contexts: [task("task0", ["kfree s0.o0", "kfree s1.o0"])],
};

export const SPOILT_LISTS: readonly Spoilt[] = [
  { property: "lists", how: "UP: an NMI takes the slab off the node's list under list_lock", system: up, patches: [] },
  {
    property: "lists",
    how: "a free puts its slab on the node's list, where it is",
    system: one("kfree s0.o2", ["A partial free=1"], { objects: 3 }),
    patches: [
      patch(slabFree, () => ({
        after: step(
          "add_partial()",
          when(lit(false)).goto("done"),
          when(lit(false)).goto("putCpuPartial"),
          when(lit(false)).goto("empty"),
          when(lit(false)).goto("unlock"),
          otherwise.goto("add"),
        ),
      })),
    ],
  },
  {
    property: "lists",
    how: "an empty slab falls off the node's list before it is taken off",
    system: one("kfree s0.o1", ["A partial free=1"], { minPartial: 0 }),
    patches: [
      patch(slabFree, ({ b, slab, locked, onPartial }) => ({
        testPartial: step(
          "list_del() once",
          otherwise.do(locked.set(true), onPartial.set(true), removePartial(b, slab)).goto("update"),
        ),
      })),
    ],
  },
  {
    property: "lists",
    how: "a debug cache: a full slab is on no list, and a free takes it off the full one",
    system: {
      configuration: { ...A, ...debug, slabs: ["A partial free=1"] },
      contexts: [task("task0", ["kmalloc A", "kfree #1"])],
    },
    patches: [
      patch(allocSingleFromPartial, ({ b, slab }) => ({
        full: step("no add_full()", otherwise.do(removePartial(b, slab)).goto("done")),
      })),
    ],
  },
  {
    property: "lists",
    how: "a debug cache: a slab is put on the full list twice",
    system: {
      configuration: { ...A, ...debug, slabs: ["A partial free=1"] },
      contexts: [task("task0", ["kmalloc A"])],
    },
    patches: [
      patch(allocSingleFromPartial, ({ b, slab, object, got }) => ({
        take: step(
          "on the full list too",
          when(lit(false)).goto("full"),
          otherwise
            .do(k.slab.at(slab).inuse.set(mm.objects), k.node.at(b).full.at(slab).set(true), got.set(object))
            .goto("full"),
        ),
      })),
    ],
  },
  {
    property: "lists",
    how: "a further slab goes on the CPU's list, and stays on the node's",
    system: one("kmalloc A", ["A partial free=1", "A partial free=1"], cpuPartial),
    patches: [
      patch(getPartialNode, ({ b, more, partialSlabs }) => ({
        another: step(
          "no remove_partial()",
          when(partialSlabs.ge(1)).goto("unlock"),
          choose(slabs, (x) => when(k.node.at(b).partial.at(x)).do(more.set(x), partialSlabs.set(1)).goto("put")),
          otherwise.goto("unlock"),
        ),
      })),
    ],
  },
  {
    property: "lists",
    how: "what spills goes to the node, and stays on the CPU's list",
    system: { ...spill, configuration: { ...spill.configuration, minPartial: 4 } },
    patches: [
      patch(putCpuPartial, ({ self, b, slab, drain, c }) => {
        const { partial } = cpuSlabOf(c, b);
        return {
          put: step(
            "copies the list",
            when(and(drain, nrCpuPartial(c, b).ge(mm.cpuPartialSlabs)))
              .do(setEach(slabs, (x) => k.detached.at(self).at(x).set(partial.at(x))))
              .goto("unlockSpill"),
            otherwise.do(partial.at(slab).set(true)).goto("unlock"),
          ),
        };
      }),
    ],
  },
  {
    property: "lists",
    how: "a slab that does not fit is put back, and stays on the CPU's list",
    system: one("kmalloc A", ["A cpu0 free=0", "A cpuPartial0 free=1"], { ...cpuPartial, nodeMismatch: true }),
    patches: [
      patch(slabAlloc, ({ b, c, slab }) => ({
        takePartial: step(
          "leaves it there",
          choose(slabs, (x) => when(cpuSlabOf(c, b).partial.at(x)).do(slab.set(x)).goto("partialMatch")),
          otherwise.goto("unlockNewObjects"),
        ),
      })),
    ],
  },
  {
    property: "lists",
    how: "an object is deferred twice",
    system: one("kfree_nolock s0.o1", ["A full"]),
    patches: [
      patch(deferFree, ({ self, c }) => ({
        queue: step(
          "once more",
          when(lit(false)).goto("unpin"),
          otherwise.do(irqWorkQueue(self, c, DEFERRED_WORK)).goto("push"),
        ),
      })),
    ],
  },
  {
    property: "lists",
    how: "a slab is deferred twice",
    system: deferred,
    patches: [
      patch(deferDeactivateSlab, ({ self, c }) => ({
        queue: step(
          "once more",
          when(lit(false)).goto("unpin"),
          otherwise.do(irqWorkQueue(self, c, DEFERRED_WORK)).goto("push"),
        ),
      })),
    ],
  },
  {
    property: "givenUp",
    how: "UP: a kfree() gives up the slab that an NMI has made the CPU's",
    system: up,
    patches: [
      patch(slabFree, ({ b, slab }) => ({
        empty: step("list_del()", otherwise.do(k.node.at(b).partial.at(slab).set(false)).goto("unlockEmpty")),
      })),
    ],
  },
  {
    property: "givenUp",
    how: "an empty slab is given up and stays on the node's list",
    system: one("kfree s0.o1", ["A partial free=1"], { minPartial: 0 }),
    patches: [patch(slabFree, () => ({ empty: step("no remove_partial()", otherwise.goto("unlockEmpty")) }))],
  },
  {
    property: "givenUp",
    how: "a slab is given up that has one object in use",
    system: one("kfree s0.o2", ["A partial free=1"], { minPartial: 0, objects: 3 }),
    patches: [
      patch(slabFree, () => ({
        decide: step("takes the lock", when(lit(false)).goto("update"), otherwise.goto("lock")),
        after: step(
          "inuse is not looked at",
          when(lit(false)).goto("done"),
          when(lit(false)).goto("putCpuPartial"),
          when(lit(false)).goto("unlock"),
          when(lit(false)).goto("add"),
          otherwise.goto("empty"),
        ),
      })),
    ],
  },
  {
    property: "givenUp",
    how: "a worker gives up a slab that stays the CPU's",
    system: one("flush A", ["A cpu0 free=2"], { minPartial: 0 }),
    patches: [patch(flushSlab, () => ({ dropSlab: step("nothing", otherwise.goto("dropFreelist")) }))],
  },
  {
    property: "givenUp",
    how: "what spills is empty, and has become a CPU's slab",
    system: spill,
    patches: [
      patch(putCpuPartial, ({ self, b, slab, drain, c }) => {
        const { partial, slab: own } = cpuSlabOf(c, b);
        return {
          put: step(
            "the old list becomes the CPU's slab",
            choose(slabs, (old) =>
              when(and(drain, partial.at(old)))
                .do(own.set(old), k.detached.at(self).at(old).set(true), partial.at(old).set(false))
                .goto("unlockSpill"),
            ),
            otherwise.do(partial.at(slab).set(true)).goto("unlock"),
          ),
        };
      }),
    ],
  },
  {
    property: "givenUp",
    how: "a debug cache: an empty slab stays on the node's list",
    system: one("kfree s0.o1", ["A partial free=1"], { ...debug, minPartial: 0 }),
    patches: [
      patch(freeToPartialList, ({ b, slab }) => ({
        lists: step(
          "no remove_partial()",
          when(k.slab.at(slab).inuse.eq(0)).goto("count"),
          otherwise.do(decSlabsNode(b)).goto("unlock"),
        ),
      })),
    ],
  },
  {
    property: "givenUp",
    how: "a new slab that was deferred is on the node's list as well",
    system: deferred,
    patches: [
      patch(deferDeactivateSlab, ({ self, slab, freelist, c }) => ({
        note: step(
          "add_partial()",
          otherwise
            .do(preemptDisable(self), c.set(thisCpu(self)), k.slab.at(slab).flushFreelist.set(freelist))
            .goto("push"),
        ),
        push: step(
          "on both lists",
          when(not(k.deferFree.at(c).slabs.at(slab)))
            .do(k.deferFree.at(c).slabs.at(slab).set(true), k.node.at(k.slab.at(slab).cache).partial.at(slab).set(true))
            .goto("queue"),
          otherwise.goto("unpin"),
        ),
      })),
    ],
  },
];
