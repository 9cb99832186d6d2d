/** Is every deferred free done, by a callback that runs where it may? */

import { describe, expect, it } from "vitest";
import { and, context, element, implies, not, rowsOf, standsIn, within } from "../../checker/language/index.ts";
import { l } from "../../model/locks/state.ts";
import { workAt } from "../../model/machine/irq-work.ts";
import { chain, cpu } from "../../model/machine/sets.ts";
import { m } from "../../model/machine/state.ts";
import { cpuSlabLock } from "../../model/mm/locks.ts";
import { bucket, object, slab } from "../../model/mm/sets.ts";
import { deferDeactivateSlab, deferFree, freeDeferredObjects } from "../../model/slub/defer-free.ts";
import { doSlabFree } from "../../model/slub/do-slab-free.ts";
import { slabAlloc } from "../../model/slub/slab-alloc.ts";
import { slabFree } from "../../model/slub/slab-free.ts";
import { DEFERRED_WORK, k } from "../../model/slub/state.ts";
import { always, ask, fires, hook, nmi, once, task } from "./setup.ts";

const cpu0 = m.cpu.at(element(cpu, 0));
const who = (i: number) => element(context, i);
const pending = workAt(element(cpu, 0), DEFERRED_WORK).queuedOn.notNull();
const CHECKED = ["S3", "S4", "S5", "S6", "S7", "S9", "S11", "S21", "L2", "L5", "guards"];
const drained = once("drained", k.slab.at(element(slab, 0)).freelist.eq(element(object, 0)));
/** s0 is full, and no CPU's slab: who may not spin defers its objects. */
const HEAP = { buckets: 1, slabs: ["A full", "A cpu0 free=1", "A partial free=1"] };

describe("irq_work, not PREEMPT_RT", () => {
  it("runs as a hardirq where interrupts are on, never inside a section", () => {
    const work = who(2);
    const { violated, met, cuts } = ask({
      configuration: HEAP,
      contexts: [task("task0", ["kmalloc A", "kmalloc A"]), nmi("nmi0", ["kfree_nolock s0.o0"])],
      properties: [
        ...CHECKED,
        always(
          "not in a section of its CPU",
          implies(
            and(standsIn(work, within(freeDeferredObjects)), not(standsIn(work, within("put_cpu_partial")))),
            l.lock.at(cpuSlabLock(element(cpu, 0), element(bucket, 0))).holder.isNull(),
          ),
        ),
        always("counts", implies(standsIn(work, within(slabFree)), and(cpu0.irqsOff, cpu0.hardirqCount.gt(0)))),
        fires("queued in a section", deferFree, "queue", ({ self }) =>
          standsIn(m.frame.at(self).below, rowsOf(slabAlloc, "storeFreelist")),
        ),
      ],
    });
    expect(violated).toEqual([]);
    expect(met).toEqual(["queued in a section"]);
    expect(cuts("irqWork0").has("___slab_alloc: storeFreelist")).toBe(false);
    expect(cuts("irqWork0").has("__slab_alloc_node: cmpxchg")).toBe(true);
  });

  it("clears PENDING before it calls back, so that a push meanwhile queues anew", () => {
    const alone = ask({
      configuration: HEAP,
      contexts: [task("task0", ["kfree_nolock s0.o0"])],
      properties: [
        ...CHECKED,
        drained,
        always("cleared", implies(standsIn(who(1), within(freeDeferredObjects)), not(pending))),
      ],
    });
    expect(alone.violated).toEqual([]);
    expect(alone.met).toEqual(["drained"]);
    const { violated, met } = ask({
      configuration: HEAP,
      contexts: [task("task0", ["kfree_nolock s0.o0"]), nmi("nmi0", ["kfree_nolock s0.o1"])],
      properties: [
        ...CHECKED,
        fires("queues during the callback", deferFree, "queue", ({ self }) =>
          standsIn(m.frame.at(self).below, within(freeDeferredObjects)),
        ),
        once("both at once", and(k.taken.at(who(2)).objects.at(element(object, 0)), pending)),
      ],
    });
    expect(violated).toEqual([]);
    expect(met).toEqual(["both at once", "queues during the callback"]);
  });

  it("a second push on a list that is not empty queues nothing, and is done all the same", () => {
    const { violated, met } = ask({
      configuration: HEAP,
      contexts: [task("task0", ["kfree_nolock s0.o0"]), nmi("nmi0", ["kfree_nolock s0.o1"])],
      properties: [...CHECKED, fires("no queueing", deferFree, "push", undefined, { to: "unpin" })],
    });
    expect(violated).toEqual([]);
    expect(met).toEqual(["no queueing"]);
  });

  it("an NMI defers for each of its reasons: another slab, and the lock held below", () => {
    const { violated, met } = ask({
      configuration: { buckets: 1, slabs: ["A cpu0 free=1", "A partial free=1"] },
      contexts: [task("task0", ["kmalloc A", "kmalloc A"]), nmi("nmi0", ["kfree_nolock s0.o1"])],
      properties: [
        ...CHECKED,
        fires("lock held", doSlabFree, "gate", undefined, { to: "defer" }),
        fires("another slab", doSlabFree, "slab", undefined, { to: "defer" }),
        fires("pushed at once", doSlabFree, "cmpxchg", undefined, { to: "done" }),
      ],
    });
    expect(violated).toEqual([]);
    expect(met).toEqual(["another slab", "lock held", "pushed at once"]);
  });
});

describe("irq_work, PREEMPT_RT", () => {
  const RT = { ...HEAP, preemptRt: true };

  it("runs in a thread, preemptible, and is drained", () => {
    const work = who(1);
    const { violated, met } = ask({
      configuration: RT,
      contexts: [task("task0", ["kfree_nolock s0.o0"])],
      properties: [
        ...CHECKED,
        "S8",
        "S10",
        drained,
        once("in the thread", and(standsIn(work, within(slabFree)), cpu0.current.eq(element(chain, 1)))),
        always("no interrupt", cpu0.hardirqCount.eq(0)),
      ],
    });
    expect(violated).toEqual([]);
    expect(met).toEqual(["drained", "in the thread"]);
  });

  it("preemption is off between choosing the record and queueing its work", () => {
    const { violated, met } = ask({
      configuration: RT,
      contexts: [task("task0", ["kfree_nolock s0.o0"]), task("task1", ["kmalloc A"])],
      properties: [
        "S9",
        always(
          "not preempted",
          implies(standsIn(who(0), rowsOf(deferFree, "push", "queue")), cpu0.current.eq(element(chain, 0))),
        ),
        once("off", and(standsIn(who(0), rowsOf(deferFree, "push")), cpu0.preemptCount.eq(1))),
      ],
    });
    expect(violated).toEqual([]);
    expect(met).toEqual(["off"]);
  });

  it("v5 may be preempted there", () => {
    const { met } = ask({
      configuration: RT,
      version: "v5",
      contexts: [task("task0", ["kfree_nolock s0.o0"]), task("task1", ["kmalloc A"])],
      properties: [
        once("preempted", and(standsIn(who(0), rowsOf(deferFree, "queue")), not(cpu0.current.eq(element(chain, 0))))),
      ],
    });
    expect(met).toEqual(["preempted"]);
  });

  it("there is a thread on each CPU", () => {
    const { violated, met } = ask({
      configuration: { preemptRt: true, cpus: 2, buckets: 1, slabs: ["A full", "A full"] },
      contexts: [task("task0", ["kfree_nolock s0.o0"]), task("task1", ["kfree_nolock s1.o0"], { cpu: 1 })],
      properties: [
        ...CHECKED,
        "S8",
        "S10",
        once("both", and(...[2, 3].map((work) => standsIn(who(work), within(slabFree))))),
      ],
    });
    expect(violated).toEqual([]);
    expect(met).toEqual(["both"]);
  });
});

describe("a slab that a kmalloc_nolock() must put away", () => {
  const pushed = fires("put away", deferDeactivateSlab, "push");
  const heap = { buckets: 1, slabs: ["A cpu0 free=0", "page", "page"] };

  it("is deferred when an NMI loads one while the task asks for a page", () => {
    const { violated, met } = ask({
      configuration: heap,
      contexts: [task("task0", ["kmalloc_nolock A"]), nmi("nmi0", ["kmalloc_nolock A"])],
      properties: [...CHECKED, pushed, fires("conflict", slabAlloc, "conflict", undefined, { to: "flushFreelist" })],
    });
    expect(violated).toEqual([]);
    expect(met).toEqual(["conflict", "put away"]);
  });

  it("is deactivated at once where the caller may spin", () => {
    const { violated, met } = ask({
      configuration: heap,
      contexts: [task("task0", ["kmalloc A"]), nmi("nmi0", ["kmalloc_nolock A"])],
      properties: [...CHECKED.filter((p) => p !== "L2" && p !== "L5"), fires("conflict", slabAlloc, "flushTid")],
    });
    expect(violated).toEqual([]);
    expect(met).toEqual(["conflict"]);
  });

  it("is drained where the task was moved to another CPU", () => {
    const { violated, met } = ask({
      configuration: { ...heap, cpus: 2, migration: true, slabs: ["page", "page"] },
      contexts: [task("task0", ["kmalloc_nolock A"]), task("task1", ["kmalloc A"], { cpu: 1 })],
      properties: [...CHECKED, pushed],
    });
    expect(violated).toEqual([]);
    expect(met).toEqual(["put away"]);
  });

  it("is drained where a preemptible hook must put it away (PREEMPT_RT)", () => {
    const { violated, met } = ask({
      configuration: { preemptRt: true, slabs: ["A cpu0 free=2", "page", "page"] },
      contexts: [
        task("task0", ["kmalloc A"]),
        task("task1", ["kmalloc B"]),
        hook("hook0", ["kmalloc_nolock B"], { at: "unlock" }),
      ],
      properties: [...CHECKED, pushed],
    });
    expect(violated).toEqual([]);
    expect(met).toEqual(["put away"]);
  });
});
