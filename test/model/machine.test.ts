/** Do frames come only where they may, see what the frame below left, and leave it as they found it? */

import { describe, expect, it } from "vitest";
import {
  and,
  context,
  element,
  exists,
  forAll,
  implies,
  not,
  or,
  property,
  rowsOf,
  standsIn,
  whenever,
  within,
} from "../../checker/language/index.ts";
import { chain, cpu } from "../../model/machine/sets.ts";
import { m, thisCpu } from "../../model/machine/state.ts";
import { newSlab } from "../../model/slub/new-slab.ts";
import { slabAlloc } from "../../model/slub/slab-alloc.ts";
import { slabAllocNode } from "../../model/slub/slab-alloc-node.ts";
import { always, ask, finally_, fires, hardirq, hook, nmi, once, softirq, task } from "./setup.ts";

const cpu0 = m.cpu.at(element(cpu, 0));
const who = (i: number) => element(context, i);
const isThere = (i: number) => m.frame.at(who(i)).chain.notNull();
const runs = (i: number) => and(isThere(i), m.chain.at(m.frame.at(who(i)).chain).top.eq(who(i)));
const current = (i: number) => cpu0.current.eq(element(chain, i));

/** Rows of one allocation from a CPU slab and a partial slab: those that run with interrupts off, and some that do not. */
const IRQS_OFF = [
  "local_lock_irqsave: acquire",
  "___slab_alloc: recheck",
  "___slab_alloc: freelist",
  "get_freelist: read",
  "get_freelist: cmpxchg",
  "___slab_alloc: loadFreelist",
  "___slab_alloc: storeFreelist",
  "___slab_alloc: loadTid",
  "local_unlock_irqrestore: release",
  "local_unlock_irqrestore: irqRestore",
  "spin_lock_irqsave: take",
  "get_partial_node: take",
  "spin_unlock_irqrestore: unlock",
];
const IRQS_ON = [
  "__slab_alloc_node: tid",
  "__slab_alloc_node: object",
  "__slab_alloc_node: cmpxchg",
  "__slab_alloc: pin",
  "___slab_alloc: reread",
  "local_lock_irqsave: irqSave",
  "freeze_slab: cmpxchg",
  "___slab_alloc: unpin",
];
const SLABS = ["A cpu0 free=1", "A partial free=1", "B cpu0 free=2", "page"];
const three = task("task0", ["kmalloc A", "kmalloc A", "kmalloc A"]);

const atEnd = finally_(
  "all is as at the start",
  forAll(cpu, (c) => {
    const { irqsOff, preemptCount, softirqCount, hardirqCount, nmiCount } = m.cpu.at(c);
    return and(not(irqsOff), ...[preemptCount, softirqCount, hardirqCount, nmiCount].map((n) => n.eq(0)));
  }),
);

describe("interrupts", () => {
  it("an NMI comes at any instruction, interrupts on or off", () => {
    const { cuts, violated } = ask({
      configuration: { slabs: SLABS },
      contexts: [three, nmi("nmi0", ["kmalloc_nolock B"])],
      properties: ["S9", atEnd, always("counts", implies(runs(1), and(cpu0.nmiCount.eq(1), cpu0.irqsOff)))],
    });
    expect([...IRQS_OFF, ...IRQS_ON].filter((row) => !cuts("nmi0").has(row))).toEqual([]);
    expect(violated).toEqual([]);
  });

  it("a hardirq comes where interrupts are on, and nowhere else", () => {
    const { cuts, violated } = ask({
      configuration: { slabs: SLABS },
      contexts: [three, hardirq("irq0", ["kmalloc B"])],
      properties: ["S9", atEnd, always("counts", implies(runs(1), and(cpu0.hardirqCount.eq(1), cpu0.irqsOff)))],
    });
    expect(IRQS_OFF.filter((row) => cuts("irq0").has(row))).toEqual([]);
    expect(IRQS_ON.filter((row) => !cuts("irq0").has(row))).toEqual([]);
    expect(violated).toEqual([]);
  });

  it("a hardirq does not come on a hardirq of its CPU, but on one of another", () => {
    const contexts = [task("task0", ["kmalloc A"]), hardirq("irq0", ["kmalloc A"])];
    const both = and(isThere(1), isThere(2));
    const here = ask({
      contexts: [...contexts, hardirq("irq1", ["kmalloc B"])],
      properties: [always("never both", not(both))],
    });
    expect(here.violated).toEqual([]);
    const there = ask({
      configuration: { cpus: 2 },
      contexts: [...contexts, hardirq("irq1", ["kmalloc B"], { cpu: 1 })],
      properties: [once("both", both)],
    });
    expect(there.met).toEqual(["both"]);
  });

  it("an NMI does not come on an NMI of its CPU, but on one of another", () => {
    const contexts = [task("task0", ["kmalloc A"]), nmi("nmi0", ["kmalloc_nolock A"])];
    const both = and(isThere(1), isThere(2));
    const here = ask({
      contexts: [...contexts, nmi("nmi1", ["kmalloc_nolock B"])],
      properties: [always("never both", not(both))],
    });
    expect(here.violated).toEqual([]);
    const there = ask({
      configuration: { cpus: 2 },
      contexts: [...contexts, nmi("nmi1", ["kmalloc_nolock B"], { cpu: 1 })],
      properties: [once("both", both)],
    });
    expect(there.met).toEqual(["both"]);
  });

  it("an NMI comes on a hardirq and on a softirq; a hardirq on a softirq", () => {
    const contexts = [task("task0", ["kmalloc A"]), softirq("soft0", ["kmalloc A"]), hardirq("irq0", ["kmalloc A"])];
    const { met } = ask({
      contexts: [...contexts, nmi("nmi0", ["kmalloc_nolock B"])],
      properties: [
        once("nmi on hardirq", m.frame.at(who(3)).below.eq(who(2))),
        once("nmi on softirq", m.frame.at(who(3)).below.eq(who(1))),
        once("hardirq on softirq", m.frame.at(who(2)).below.eq(who(1))),
        once("four frames", and(isThere(1), isThere(2), isThere(3))),
      ],
    });
    expect(met).toEqual(["four frames", "hardirq on softirq", "nmi on hardirq", "nmi on softirq"]);
  });

  it("a softirq comes neither on a softirq nor on a hardirq nor where interrupts are off", () => {
    const { cuts, violated } = ask({
      configuration: { slabs: SLABS },
      contexts: [
        task("task0", ["kmalloc A", "kmalloc A"]),
        softirq("soft0", ["kmalloc B"]),
        softirq("soft1", ["kmalloc B"]),
        hardirq("irq0", ["kmalloc B"]),
      ],
      properties: [
        "S9",
        atEnd,
        always("one softirq", not(and(isThere(1), isThere(2)))),
        always("not on a hardirq", and(...[1, 2].map((s) => not(m.frame.at(who(s)).below.eq(who(3)))))),
      ],
    });
    expect(violated).toEqual([]);
    expect(IRQS_OFF.filter((row) => cuts("soft0").has(row))).toEqual([]);
    expect(cuts("soft0").has("___slab_alloc: reread")).toBe(true);
  });
});

describe("hooks", () => {
  const hooked = (options: Record<string, boolean | string>, version = "6.18", preemptRt = false) =>
    ask({
      configuration: { slabs: SLABS, preemptRt },
      version,
      contexts: [three, hook("hook0", ["kmalloc_nolock B"], options)],
      properties: [
        "S9",
        atEnd,
        once("irqs off", and(runs(1), cpu0.irqsOff)),
        once("irqs on", and(runs(1), not(cpu0.irqsOff))),
        once("in NMI", and(runs(1), cpu0.nmiCount.gt(0))),
        once("not in NMI", and(runs(1), cpu0.nmiCount.eq(0))),
        once("preemption off", and(runs(1), cpu0.preemptCount.gt(0))),
        once("preemption on", and(runs(1), cpu0.preemptCount.eq(0))),
      ],
    });

  it("a kprobe of 6.18 fires in no row of ___slab_alloc() or what is inlined there; one of v5 does", () => {
    const now = hooked({}).cuts("hook0");
    expect([...now].filter((row) => row.startsWith("___slab_alloc:") || row.startsWith("get_freelist:"))).toEqual([]);
    expect(now.has("__slab_alloc_node: cmpxchg")).toBe(true);
    expect(now.has("get_partial_node: take")).toBe(true);
    const before = hooked({}, "v5").cuts("hook0");
    expect([...IRQS_OFF, ...IRQS_ON].filter((row) => !before.has(row))).toEqual([]);
    expect(hooked({ at: "anywhere" }).cuts("hook0")).toEqual(before);
  });

  it("a kprobe inherits interrupts on or off; preemption is off while it runs", () => {
    const { met, violated } = hooked({}, "v5");
    expect(met).toEqual(["irqs off", "irqs on", "not in NMI", "preemption off"]);
    expect(violated).toEqual([]);
  });

  it("one that sets in_nmi() runs as an NMI does", () => {
    const { met, violated } = hooked({ setsNmi: true }, "v5");
    expect(met).toEqual(["in NMI", "irqs off", "preemption off", "preemption on"]);
    expect(violated).toEqual([]);
  });

  it("the fuzz test's hook fires at unlock alone, interrupts off, preemption as it is", () => {
    const { cuts, met } = hooked({ at: "unlock" });
    expect([...cuts("hook0")]).toEqual(["local_unlock_irqrestore: release"]);
    expect(met).toContain("irqs off");
    expect(met).not.toContain("irqs on");
  });

  it("on PREEMPT_RT the lock leaves interrupts on at unlock", () => {
    const { cuts, met, violated } = hooked({ at: "unlock" }, "6.18", true);
    expect([...cuts("hook0")]).toEqual(["rt_spin_unlock: fast"]);
    expect(met).toEqual(["irqs on", "not in NMI", "preemption on"]);
    expect(violated).toEqual([]);
  });

  it("fentry turns migration off, and gives it back", () => {
    const { violated, met } = ask({
      configuration: { preemptRt: true, slabs: SLABS },
      contexts: [task("task0", ["kmalloc A"]), hook("hook0", ["kmalloc_nolock B"], { at: "rt_spin_unlock entry" })],
      properties: [
        "S9",
        atEnd,
        once("twice", and(runs(1), m.chain.at(element(chain, 0)).migrateDisabled.gt(2))),
        finally_("none", m.chain.at(element(chain, 0)).migrateDisabled.eq(0)),
      ],
    });
    expect(violated).toEqual([]);
    expect(met).toEqual(["twice"]);
  });
});

describe("the scheduler", () => {
  type Row = keyof typeof slabAlloc.rows;
  const inside = (i: number, ...labels: Row[]) => standsIn(who(i), rowsOf(slabAlloc, ...labels));
  const two = [task("task0", ["kmalloc A"]), task("task1", ["kmalloc A"])];

  it("switches where a task may be preempted, and nowhere else", () => {
    const held = ["recheck", "freelist", "loadFreelist", "storeFreelist", "loadTid"] as const;
    const pinned = ["reread", "gotPartial"] as const;
    const { violated, met } = ask({
      configuration: { slabs: ["A cpu0 free=1", "A partial free=1", "page"] },
      contexts: [task("task0", ["kmalloc A", "kmalloc A"]), task("task1", ["kmalloc A"])],
      properties: [
        "S9",
        atEnd,
        always("not in a section", implies(current(1), not(inside(0, ...held, ...pinned)))),
        once("in the fast path", and(current(1), standsIn(who(0), rowsOf(slabAllocNode, "cmpxchg")))),
        once("around new_slab()", and(current(1), standsIn(who(0), within(newSlab)))),
      ],
    });
    expect(violated).toEqual([]);
    expect(met).toEqual(["around new_slab()", "in the fast path"]);
  });

  it("on PREEMPT_RT it switches while a task owns a lock", () => {
    const { violated, met } = ask({
      configuration: { preemptRt: true, slabs: ["A cpu0 free=2", "page"] },
      contexts: two,
      properties: ["S3", "S8", "S9", atEnd, once("owner preempted", and(current(1), inside(0, "storeFreelist")))],
    });
    expect(violated).toEqual([]);
    expect(met).toEqual(["owner preempted"]);
  });

  const moves = once("it moves", m.chain.at(element(chain, 0)).cpu.eq(element(cpu, 1)));
  const stale = fires("stale pointer", slabAllocNode, "cmpxchg", ({ self, c }) => not(c.eq(thisCpu(self))), {
    to: "redo",
  });
  const onOwn = property(
    "own CPU",
    "own CPU",
    whenever(slabAllocNode, "cmpxchg", ({ self, c }) => c.eq(thisCpu(self)), { to: "done" }),
    whenever(slabAlloc, "storeFreelist", ({ self, c }) => c.eq(thisCpu(self))),
    whenever(slabAlloc, "loadSlab", ({ self, c }) => c.eq(thisCpu(self))),
  );
  const SPREAD = ["A cpu0 free=1", "A cpu1 free=1", "A partial free=1"];

  it("a lone task is moved, too; a stale pointer then makes its cmpxchg fail", () => {
    const { violated, met } = ask({
      configuration: { cpus: 2, migration: true, slabs: SPREAD },
      contexts: [task("task0", ["kmalloc A", "kmalloc A"])],
      properties: ["S3", "S4", "S6", "S9", "guards", atEnd, onOwn, moves, stale],
    });
    expect(violated).toEqual([]);
    expect(met).toEqual(["it moves", "stale pointer"]);
  });

  it("moves nobody without migration, and nobody who has it off", () => {
    const stays = ask({
      configuration: { cpus: 2, slabs: SPREAD },
      contexts: two,
      properties: [moves],
    });
    expect(stays.met).toEqual([]);
    const rt = ask({
      configuration: { preemptRt: true, cpus: 2, migration: true, slabs: SPREAD },
      contexts: [task("task0", ["kmalloc A"]), task("task1", ["kmalloc A"], { cpu: 1 })],
      properties: ["S3", "S8", "S9", "guards", atEnd, onOwn, moves],
    });
    expect(rt.violated).toEqual([]);
    expect(rt.met).toEqual(["it moves"]);
  });

  it("leaves the irq_work thread on its CPU", () => {
    const thread = m.chain.at(element(chain, 1));
    const { violated, met } = ask({
      configuration: { preemptRt: true, cpus: 2, migration: true, buckets: 1, slabs: ["A full", "A cpu0 free=0"] },
      contexts: [task("task0", ["kfree_nolock s0.o0"])],
      properties: ["S10", "L2", always("bound", thread.cpu.eq(element(cpu, 0))), once("asked", thread.top.notNull())],
    });
    expect(violated).toEqual([]);
    expect(met).toEqual(["asked"]);
  });

  it("no state has a frame on two chains, or a current chain on another CPU", () => {
    const { violated } = ask({
      configuration: { cpus: 2, migration: true, slabs: SPREAD },
      contexts: [three, nmi("nmi0", ["kmalloc_nolock A"], { cpu: 1 })],
      properties: [
        always(
          "current is here",
          forAll(cpu, (c) => m.chain.at(m.cpu.at(c).current).cpu.eq(c)),
        ),
        always(
          "below is on the same chain",
          forAll(context, (f) =>
            or(m.frame.at(f).below.isNull(), m.frame.at(m.frame.at(f).below).chain.eq(m.frame.at(f).chain)),
          ),
        ),
        always(
          "the top of a chain is on it",
          forAll(chain, (x) =>
            or(
              m.chain.at(x).top.isNull(),
              exists(context, (f) => and(m.chain.at(x).top.eq(f), m.frame.at(f).chain.eq(x))),
            ),
          ),
        ),
      ],
    });
    expect(violated).toEqual([]);
  });
});
