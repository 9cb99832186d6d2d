/**
 * Do the lock primitives do what they do in the kernel, without PREEMPT_RT, with it, and without SMP? Over 400 lines: each
 * primitive stands beside the others that share its lock.
 */

import { describe, expect, it } from "vitest";
import {
  and,
  call,
  context,
  element,
  exists,
  forAll,
  implies,
  not,
  or,
  otherwise,
  patch,
  property,
  rowsOf,
  standsIn,
  step,
  whenever,
  within,
} from "../../checker/language/index.ts";
import { localLockIrqsave, localLockIsLocked, localUnlockIrqrestore } from "../../model/locks/local-lock.ts";
import { rtSpinLock, rtSpinTrylock, rtSpinUnlock } from "../../model/locks/rt-mutex.ts";
import {
  spinLock,
  spinLockIrqsave,
  spinTrylock,
  spinTrylockIrqsave,
  spinUnlock,
  spinUnlockIrqrestore,
} from "../../model/locks/spinlock.ts";
import { l } from "../../model/locks/state.ts";
import { chain, cpu, lock } from "../../model/machine/sets.ts";
import { chainOf, m, onCpu } from "../../model/machine/state.ts";
import { cpuSlabLock, listLock, pcpLock } from "../../model/mm/locks.ts";
import { bucket } from "../../model/mm/sets.ts";
import { drainPagesZone } from "../../model/page/free-pages.ts";
import { slabAlloc } from "../../model/slub/slab-alloc.ts";
import { slabAllocWrapper } from "../../model/slub/slab-alloc-wrapper.ts";
import { always, ask, finally_, fires, hardirq, hook, nmi, once, task } from "./setup.ts";

const cpu0 = m.cpu.at(element(cpu, 0));
const who = (i: number) => element(context, i);
const task0 = element(chain, 0);
const lockA = cpuSlabLock(element(cpu, 0), element(bucket, 0));
const listA = listLock(element(bucket, 0));
/** Some task is on the wait list. */
const waitedFor = (which: Parameters<typeof l.lock.at>[0]) => exists(chain, (x) => m.chain.at(x).waitsFor.eq(which));
const allFree = finally_(
  "all locks are free",
  forAll(lock, (x) => and(l.lock.at(x).holder.isNull(), l.lock.at(x).owner.isNull(), l.lock.at(x).waitLock.isNull())),
);

describe("local_lock_irqsave(), not PREEMPT_RT", () => {
  it("turns interrupts off first and sets the mark then; the unlock goes the other way", () => {
    const half = and(cpu0.irqsOff, l.lock.at(lockA).holder.isNull());
    const { violated, met } = ask({
      contexts: [task("task0", ["kmalloc A", "kmalloc A"])],
      properties: [
        once("first half", and(standsIn(who(0), rowsOf(localLockIrqsave, "acquire")), half)),
        once("last half", and(standsIn(who(0), rowsOf(localUnlockIrqrestore, "irqRestore")), half)),
        always("no mark with interrupts on", implies(l.lock.at(lockA).holder.notNull(), cpu0.irqsOff)),
        allFree,
      ],
    });
    expect(violated).toEqual([]);
    expect(met).toEqual(["first half", "last half"]);
  });

  it("local_lock_is_locked() is the mark: an NMI between the halves walks in, one after them does not", () => {
    const { violated, met, cuts } = ask({
      configuration: { slabs: ["A cpu0 free=0", "A partial free=2", "B cpu0 free=2"] },
      contexts: [task("task0", ["kmalloc A"]), nmi("nmi0", ["kmalloc_nolock A"])],
      properties: ["S1", "S3", "S9", "ebusyFirst", "nmiAllocates", allFree],
    });
    expect(violated).toEqual([]);
    expect(met).toEqual(["ebusyFirst", "nmiAllocates"]);
    expect(cuts("nmi0").has("local_lock_irqsave: acquire")).toBe(true);
  });

  it("is the lock of the CPU where interrupts went off, though the caller was moved before", () => {
    const { violated, met } = ask({
      configuration: {
        cpus: 2,
        migration: true,
        cpuPartial: true,
        buckets: 1,
        slabs: ["A full", "A cpu0 free=1", "A cpu1 free=1"],
      },
      contexts: [task("task0", ["kfree s0.o0"])],
      properties: [
        "S1",
        "S6",
        "S9",
        "guards",
        allFree,
        always(
          "held on its CPU only",
          forAll(cpu, (c) =>
            forAll(bucket, (b) => {
              const { holder } = l.lock.at(cpuSlabLock(c, b));
              return or(holder.isNull(), m.chain.at(m.frame.at(holder).chain).cpu.eq(c));
            }),
          ),
        ),
        once("on the other CPU", l.lock.at(cpuSlabLock(element(cpu, 1), element(bucket, 0))).holder.notNull()),
      ],
    });
    expect(violated).toEqual([]);
    expect(met).toEqual(["on the other CPU"]);
  });
});

describe("PREEMPT_RT", () => {
  const two = (...scripts: string[][]) => scripts.map((script, i) => task(`task${i}`, script));
  const RT = { preemptRt: true, buckets: 1, slabs: ["A cpu0 free=2", "A partial free=2"] };

  it("a local lock leaves interrupts on and turns migration off; the owner is a task", () => {
    const owned = l.lock.at(lockA).owner.eq(task0);
    const { violated, met } = ask({
      configuration: RT,
      contexts: two(["kmalloc A"]),
      properties: [
        "S9",
        "S10",
        allFree,
        always("interrupts on", implies(owned, not(cpu0.irqsOff))),
        always("not moved", implies(owned, m.chain.at(task0).migrateDisabled.gt(0))),
        once("in the section", and(owned, standsIn(who(0), rowsOf(slabAlloc, "storeFreelist")))),
      ],
    });
    expect(violated).toEqual([]);
    expect(met).toEqual(["in the section"]);
  });

  it("local_lock_is_locked() asks whether the current task is the owner, and a hook is its task", () => {
    const asks = and(standsIn(who(2), rowsOf(slabAllocWrapper, "gate")), m.frame.at(who(2)).chain.notNull());
    const { met } = ask({
      configuration: { ...RT, buckets: 2 },
      contexts: [...two(["kmalloc A"], ["kmalloc A"]), hook("hook0", ["kmalloc_nolock A"], { at: "unlock" })],
      properties: [
        once("mine", and(asks, localLockIsLocked(who(2), lockA))),
        "ebusyFirst",
        once("another's", and(standsIn(who(1), within(slabAlloc)), l.lock.at(lockA).owner.eq(task0))),
        once("not mine", and(l.lock.at(lockA).owner.eq(task0), not(localLockIsLocked(who(1), lockA)))),
      ],
    });
    expect(met).toEqual(["another's", "ebusyFirst", "mine", "not mine"]);
  });

  it("the two contention tracepoints fire under wait_lock, interrupts off: before the lock is owned, and after", () => {
    const inside = (self: Parameters<typeof chainOf>[0], which: Parameters<typeof l.lock.at>[0]) =>
      and(l.lock.at(which).waitLock.eq(self), onCpu(self).irqsOff);
    const { violated, met, result } = ask({
      configuration: RT,
      contexts: two(["kmalloc A"], ["kmalloc A"]),
      properties: [
        "S7",
        "S8",
        "S9",
        allFree,
        property(
          "tracepoints",
          "tracepoints",
          whenever(rtSpinLock, "contentionBegin", ({ self, which }) =>
            and(inside(self, which), not(l.lock.at(which).owner.eq(chainOf(self)))),
          ),
          whenever(rtSpinLock, "contentionEnd", ({ self, which }) =>
            and(inside(self, which), l.lock.at(which).owner.eq(chainOf(self))),
          ),
        ),
        fires("begin", rtSpinLock, "contentionBegin"),
        fires("end", rtSpinLock, "contentionEnd"),
        fires("sleeps", rtSpinLock, "sleep", undefined, { to: "woken" }),
        fires("wakes", rtSpinUnlock, "wake", ({ which }) => exists(chain, (x) => m.chain.at(x).blockedOn.eq(which))),
      ],
    });
    expect(violated).toEqual([]);
    expect(met).toEqual(["begin", "end", "sleeps", "wakes"]);
    expect(result.complete).toBe(true);
  });

  it("without contention neither wait_lock nor a tracepoint is met", () => {
    const { met } = ask({
      configuration: RT,
      contexts: two(["kmalloc A", "kmalloc A"]),
      properties: [
        fires("begin", rtSpinLock, "contentionBegin"),
        once(
          "wait_lock",
          exists(lock, (x) => l.lock.at(x).waitLock.notNull()),
        ),
      ],
    });
    expect(met).toEqual([]);
  });

  it("a waiter that was woken, and finds the lock taken again, is woken again", () => {
    const { violated } = ask({
      configuration: RT,
      contexts: two(["kmalloc A", "kmalloc A", "kmalloc A"], ["kmalloc A"]),
      properties: ["S8", "S9", allFree],
    });
    expect(violated).toEqual([]);
  });

  it("of three tasks each gets the lock", () => {
    const { violated } = ask({
      configuration: { ...RT, slabs: ["A cpu0 free=2", "A partial free=1"] },
      contexts: two(["kmalloc A"], ["kmalloc A"], ["kmalloc A"]),
      properties: ["S3", "S8", "S9", "S10", allFree],
    });
    expect(violated).toEqual([]);
  });
});

describe("spinlocks", () => {
  const CONTENDED = {
    cpus: 2,
    buckets: 1,
    slabs: ["A cpu0 free=0", "A cpu1 free=0", "A partial free=1", "A partial free=1"],
  };
  const onTwo = (first: string, second: string) => [task("task0", [first]), task("task1", [second], { cpu: 1 })];

  it("spin_lock_irqsave() waits, interrupts off, for a holder on another CPU", () => {
    const waits = (i: number, other: number) =>
      and(standsIn(who(i), rowsOf(spinLockIrqsave, "take")), l.lock.at(listA).holder.eq(who(other)));
    const { violated, met } = ask({
      configuration: CONTENDED,
      contexts: onTwo("kmalloc A", "kmalloc A"),
      properties: [
        "S7",
        "S9",
        "guards",
        allFree,
        once("waits", waits(1, 0)),
        always("irqs off", implies(waits(1, 0), m.cpu.at(element(cpu, 1)).irqsOff)),
      ],
    });
    expect(violated).toEqual([]);
    expect(met).toEqual(["waits"]);
  });

  it("spin_trylock_irqsave() gives up over a holder and puts interrupts back", () => {
    const { violated, met } = ask({
      configuration: CONTENDED,
      contexts: onTwo("kmalloc A", "kmalloc_nolock A"),
      properties: [
        "S7",
        "S9",
        "guards",
        allFree,
        fires("gives up", spinTrylockIrqsave, "undo"),
        fires("takes", spinTrylockIrqsave, "try", undefined, { to: "held" }),
      ],
    });
    expect(violated).toEqual([]);
    expect(met).toEqual(["gives up", "takes"]);
  });

  const NESTED = [task("task0", ["kmalloc A"]), nmi("nmi0", ["kmalloc_nolock A"])];
  const ON_LIST = { buckets: 1, slabs: ["A cpu0 free=0", "A partial free=1", "A partial free=2"] };

  it("with SMP an NMI over a holder gets nothing", () => {
    const { violated, met } = ask({
      configuration: ON_LIST,
      contexts: NESTED,
      properties: ["S7", "S9", "guards", fires("over the task", spinTrylockIrqsave, "undo")],
    });
    expect(violated).toEqual([]);
    expect(met).toEqual(["over the task"]);
  });

  it("without SMP its trylock succeeds over the holder, and its unlock leaves the section to the lower frame", () => {
    const { violated, met } = ask({
      version: "6.18.15", // later an NMI gets NULL there
      configuration: { ...ON_LIST, smp: false },
      contexts: NESTED,
      properties: [
        "S9",
        "guards",
        fires("walks in", spinTrylockIrqsave, "up", ({ which }) => l.lock.at(which).holder.eq(who(0))),
        fires("leaves it", spinUnlockIrqrestore, "unlock", ({ self, which }) =>
          and(self.eq(who(1)), l.lock.at(which).holder.eq(who(0))),
        ),
        allFree,
      ],
    });
    expect(met).toEqual(["leaves it", "walks in"]);
    // The upper frame works on a list that the lower one holds.
    expect(violated).toEqual(["guards"]);
  });

  it("without SMP a page list is kept from hardirqs by interrupts off, not from NMIs", () => {
    const pages = { smp: false, pages: true, buckets: 1, slabs: ["A cpu0 free=0", "page", "page"] };
    const walksIn = fires("walks in", spinTrylock, "up", ({ which }) => l.lock.at(which).holder.notNull());
    const irq = ask({
      configuration: pages,
      contexts: [task("task0", ["kmalloc A"]), hardirq("irq0", ["kmalloc A"])],
      properties: ["S9", "S13", "guards", allFree, walksIn],
    });
    expect(irq.violated).toEqual([]);
    expect(irq.met).toEqual([]);
    const above = ask({
      version: "6.18.15", // later an NMI gets NULL there
      configuration: pages,
      contexts: [task("task0", ["kmalloc A"]), nmi("nmi0", ["kmalloc_nolock A"])],
      properties: ["guards", walksIn],
    });
    expect(above.violated).toEqual(["guards"]);
    expect(above.met).toEqual(["walks in"]);
  });
});

describe("without SMP there is no lock word to find taken", () => {
  it("PREEMPT_RT: an NMI that needs the wait_lock held below it spins for ever with SMP, and walks in without", () => {
    const tries = (smp: boolean) =>
      ask({
        configuration: { preemptRt: true, smp, buckets: 1, pages: true, slabs: ["page"] },
        version: "6.18.15",
        variants: ["rt-interrupts-try"],
        contexts: [
          task("task0", ["drain cpu0"]),
          task("task1", ["drain cpu0"]),
          nmi("nmi0", ["alloc_pages_nolock", "free_pages_nolock #1"]),
        ],
        properties: ["S7", "S9", "S10", "rawSections"],
      }).violated;
    expect(tries(true)).toEqual(["S7", "deadlock"]);
    expect(tries(false)).toEqual(["rawSections"]);
  });

  it("a slab's bit spinlock is preempt_disable() only", () => {
    const bit = (smp: boolean) =>
      ask({
        version: "6.18.15", // later an NMI gets NULL without SMP
        configuration: {
          cmpxchgDouble: false,
          smp,
          objects: 3,
          buckets: 1,
          slabs: ["A cpu0 free=0", "A partial free=1", "A partial free=2"],
        },
        variants: ["bit-lock-in-nmi"],
        contexts: [task("task0", ["kfree s1.o1"]), nmi("nmi0", ["kmalloc_nolock A"])],
        properties: ["S7", "rawSections"],
      }).violated;
    expect(bit(true)).toEqual(["S7", "deadlock"]);
    expect(bit(false)).toEqual(["rawSections"]);
  });

  it("PREEMPT_RT: tasks sleep and are woken as with SMP", () => {
    const { violated, met } = ask({
      configuration: { preemptRt: true, smp: false, buckets: 1, slabs: ["A cpu0 free=2", "A partial free=2"] },
      contexts: [task("task0", ["kmalloc A"]), task("task1", ["kmalloc A"])],
      properties: ["S1", "S8", "S9", "S10", "rawSections", "guards", allFree, fires("sleeps", rtSpinLock, "sleep")],
    });
    expect(violated).toEqual([]);
    expect(met).toEqual(["sleeps"]);
  });
});

describe("PREEMPT_RT: a lock that nobody owns and somebody waits for (rt_mutex_steal())", () => {
  const pages = { preemptRt: true, buckets: 1, pages: true, slabs: ["page", "page", "page"] };
  const twice = [task("task0", ["alloc_page", "alloc_page"]), task("task1", ["alloc_page"])];
  const ownerless = ({ which }: { which: Parameters<typeof l.lock.at>[0] }) => l.lock.at(which).owner.isNull();

  it("a newcomer may take it, and may have to wait: contention_begin fires without an owner", () => {
    const { violated, met } = ask({
      configuration: pages,
      contexts: twice,
      properties: [
        "S2",
        "S7",
        "S8",
        "S9",
        "S10",
        "guards",
        allFree,
        fires("robs", rtSpinLock, "try", ({ which }) => and(ownerless({ which }), waitedFor(which)), { to: "unlock" }),
        fires("waits", rtSpinLock, "contentionBegin", ownerless),
        fires("gets nothing at once", rtSpinLock, "enqueued", ownerless),
        fires("woken in vain", rtSpinLock, "retry", ownerless, { to: "sleep" }),
      ],
    });
    expect(violated).toEqual([]);
    expect(met).toEqual(["gets nothing at once", "robs", "waits"]);
  });

  it("of two that were woken one may find the other first in line, and nobody sleeps for good", () => {
    const { violated, met } = ask({
      configuration: { ...pages, slabs: ["page"] },
      version: "6.18-rc1",
      contexts: [
        task("task0", ["drain cpu0", "drain cpu0"]),
        task("task1", ["drain cpu0"]),
        task("task2", ["drain cpu0"]),
      ],
      patches: [
        patch(
          drainPagesZone,
          ({ c }) => ({
            pin: step("nothing but the lock", otherwise.goto("lock")),
            lock: call("spin_lock(&pcp->lock);", spinLock, { which: pcpLock(c) }, { held: "unlock" }),
            unlock: call("spin_unlock(&pcp->lock);", spinUnlock, { which: pcpLock(c) }, { done: "done" }),
          }),
          { removed: ["count", "bulk", "unpin"] },
        ),
      ],
      properties: [
        "S8",
        "S9",
        "S10",
        allFree,
        fires("in vain", rtSpinLock, "retry", ownerless, { to: "sleep" }),
        fires("gets it", rtSpinLock, "retry", undefined, { to: "contentionEnd" }),
      ],
    });
    expect(violated).toEqual([]);
    expect(met).toEqual(["gets it", "in vain"]);
  });

  it("a trylock gives up where it may not rob, and gets the lock where it may", () => {
    const { violated, met } = ask({
      configuration: { ...pages, slabs: ["page"] },
      contexts: [
        task("task0", ["drain cpu0", "drain cpu0"]),
        task("task1", ["drain cpu0"]),
        task("task2", ["alloc_pages_nolock"]),
      ],
      properties: [
        "S7",
        "S8",
        "S9",
        "S10",
        "guards",
        allFree,
        fires("robs", rtSpinTrylock, "try", ({ which }) => waitedFor(which), { to: "unlockHeld" }),
        fires("gives up", rtSpinTrylock, "try", ownerless, { to: "unlockBusy" }),
      ],
    });
    expect(violated).toEqual([]);
    expect(met).toEqual(["gives up", "robs"]);
  });

  it("a hook at contention_begin that tries the same lock spins for the wait_lock below it", () => {
    const { violated } = ask({
      configuration: pages,
      contexts: [...twice, hook("hook0", ["alloc_pages_nolock"], { at: "contention_begin" })],
      properties: ["S7"],
    });
    expect(violated).toEqual(["S7", "deadlock"]);
  });

  it("an NMI on top of who looks for an owner may find the bit for waiters set, though nobody waits", () => {
    const nobody = ({ which }: { which: Parameters<typeof l.lock.at>[0] }) =>
      and(ownerless({ which }), not(waitedFor(which)), l.lock.at(which).waitLock.notNull());
    const { violated, met } = ask({
      configuration: { ...pages, slabs: ["page"] },
      variants: ["rt-interrupts-try"],
      contexts: [
        task("task0", ["drain cpu0"]),
        task("task1", ["drain cpu0"]),
        nmi("nmi0", ["alloc_pages_nolock", "free_pages_nolock #1"]),
      ],
      properties: [
        "S7",
        fires("gets it", rtSpinTrylock, "fast", nobody, { to: "held" }),
        fires("spins", rtSpinTrylock, "owned", nobody, { to: "waitLock" }),
      ],
    });
    expect(violated).toEqual(["S7", "deadlock"]);
    expect(met).toEqual(["gets it", "spins"]);
  });
});
