/** What guards the way into c->lock, and what earlier versions and reviewers had there: G of the variants. */

import {
  and,
  call,
  id,
  lit,
  next,
  not,
  otherwise,
  patch,
  program,
  step,
  type Variant,
  value,
  variant,
  when,
} from "../../checker/language/index.ts";
import { localLockIsLocked } from "../locks/local-lock.ts";
import { pinCpu } from "../machine/pin.ts";
import { cpu } from "../machine/sets.ts";
import { onCpu, thisCpu } from "../machine/state.ts";
import { cpuSlabLock } from "../mm/locks.ts";
import { bucket } from "../mm/sets.ts";
import { doSlabFree } from "../slub/do-slab-free.ts";
import { kmallocNolock } from "../slub/kmalloc-nolock.ts";
import { slabAllocWrapper } from "../slub/slab-alloc-wrapper.ts";
import { cpuSlabOf } from "../slub/state.ts";

/** The retry label stands after the size test: past the largest bucket the look-up runs off the table. */
export const retryBelowSizeTest = patch(kmallocNolock, ({ b, canRetry, got }) => ({
  retry: step(
    "if (PTR_ERR(ret) == -EBUSY) { if (can_retry) { size = s->object_size + 1; can_retry = false; goto retry; } ret = NULL; }",
    { ref: "3.4.4 3.4.5" },
    when(and(canRetry, next(bucket, b).isNull())).fails("S15", "the bucket after the largest is looked up"),
    when(canRetry)
      .do(b.set(next(bucket, b).known()), canRetry.set(false))
      .goto("supported"),
    otherwise.do(got.set(lit(null))).goto("done"),
  ),
}));

const noWrapperGate = patch(slabAllocWrapper, () => ({
  gate: step(
    "(variant) no local_lock_is_locked() test",
    { tag: "D" },
    when(lit(false)).goto("unpinBusy"),
    otherwise.goto("slow"),
  ),
}));

/**
 * local_lock_is_locked() where nothing pins the CPU: which CPU's lock it is, then its mark or owner. A task may move
 * between the two, and after them.
 */
export const isLockedUnpinned = program(
  "local_lock_is_locked",
  {
    exits: ["locked", "free"],
    params: { b: value(id(bucket)) },
    locals: { c: id(cpu) },
    kernel: "v6.18 include/linux/local_lock_internal.h local_lock_is_locked()",
    tag: "D",
  },
  (self, { b }, { c }) => ({
    pointer: step(
      "this_cpu_ptr(&s->cpu_slab->lock)",
      { ref: "2.3", note: "nothing pins the CPU" },
      otherwise.do(c.set(thisCpu(self))).goto("test"),
    ),
    test: step(
      "local_lock_is_locked(lock)",
      { ref: "2.3" },
      when(localLockIsLocked(self, cpuSlabLock(c, b))).goto("locked"),
      otherwise.goto("free"),
    ),
  }),
);

export const GATE: Readonly<Record<string, Variant>> = {
  "no-is-locked-test": variant(
    "no-is-locked-test",
    "G1: neither kmalloc_nolock() nor __slab_alloc() asks local_lock_is_locked()",
    patch(kmallocNolock, () => ({
      gate: step(
        "(variant) no local_lock_is_locked() test",
        { tag: "D" },
        when(lit(false)).goto("retry"),
        otherwise.goto("alloc"),
      ),
    })),
    noWrapperGate,
  ),
  "gate-in-any-context": variant(
    "gate-in-any-context",
    "G2: kmalloc_nolock() asks local_lock_is_locked() in any context, with nothing that pins the CPU",
    patch(kmallocNolock, ({ b }) => ({
      gate: call(
        "if (!local_lock_is_locked(&s->cpu_slab->lock))",
        isLockedUnpinned,
        { b },
        { locked: "retry", free: "alloc" },
        { ref: "3.4.3", tag: "D" },
      ),
    })),
  ),
  "gate-in-any-context-pinned": variant(
    "gate-in-any-context-pinned",
    "G2 and a pin: kmalloc_nolock() asks local_lock_is_locked() in any context, the CPU pinned for the test",
    patch(kmallocNolock, ({ self, b }) => ({
      gate: step(
        "preempt_disable(); if (!local_lock_is_locked(&s->cpu_slab->lock)) ..; preempt_enable();",
        { ref: "3.4.3", tag: "D", note: "pinned: which CPU's lock it is and its mark are read as one" },
        when(localLockIsLocked(self, cpuSlabLock(thisCpu(self), b))).goto("retry"),
        otherwise.goto("alloc"),
      ),
    })),
  ),
  "free-gate-in-any-context": variant(
    "free-gate-in-any-context",
    "G2 for frees: kfree_nolock() asks local_lock_is_locked() in any context, with nothing that pins the CPU",
    patch(doSlabFree, ({ self, b, c }) => ({
      gate: step(
        "if (local_lock_is_locked(&s->cpu_slab->lock))",
        { ref: "3.9.1", tag: "D", note: "the CPU is the one noted at redo: nothing pins it" },
        when(localLockIsLocked(self, cpuSlabLock(c, b)))
          .do(cpuSlabOf(c, b).seen.at(self).forget(false))
          .goto("defer"),
        otherwise.goto("path"),
      ),
    })),
  ),
  "gate-irqs-disabled": variant(
    "gate-irqs-disabled",
    "G3: the gate of kmalloc_nolock() asks irqs_disabled() in the place of in_nmi()",
    patch(kmallocNolock, ({ self, b }) => ({
      gate: step(
        "if (!(irqs_disabled() && local_lock_is_locked(&s->cpu_slab->lock)))",
        { ref: "3.4.3", tag: "S" },
        when(and(onCpu(self).irqsOff, localLockIsLocked(self, cpuSlabLock(thisCpu(self), b)))).goto("retry"),
        otherwise.goto("alloc"),
      ),
    })),
  ),
  "gate-refuses-irqs-disabled": variant(
    "gate-refuses-irqs-disabled",
    "G3, the other reading: the gate of kmalloc_nolock() is irqs_disabled() alone",
    patch(kmallocNolock, ({ self }) => ({
      gate: step(
        "if (!irqs_disabled())",
        { ref: "3.4.3", tag: "D" },
        when(onCpu(self).irqsOff).goto("retry"),
        otherwise.goto("alloc"),
      ),
    })),
  ),
  "no-wrapper-gate": variant(
    "no-wrapper-gate",
    "G7: kmalloc_nolock() has its gate, __slab_alloc() does not ask again",
    noWrapperGate,
  ),
  "no-bucket-retry": variant(
    "no-bucket-retry",
    "G8: kmalloc_nolock() gives NULL at the first -EBUSY, without a look at the next bucket",
    patch(kmallocNolock, ({ got }) => ({
      retry: step(
        "if (PTR_ERR(ret) == -EBUSY) ret = NULL;",
        { ref: "3.4.4 3.4.5", tag: "D" },
        otherwise.do(got.set(lit(null))).goto("done"),
      ),
    })),
  ),
  "wrapper-gate-unpinned": variant(
    "wrapper-gate-unpinned",
    "R8: __slab_alloc() asks local_lock_is_locked() before it pins the CPU",
    patch(
      slabAllocWrapper,
      ({ self, allowSpin, b, c }) => ({
        pin: step(
          "c = raw_cpu_ptr(s->cpu_slab);",
          { ref: "3.3", tag: "D" },
          otherwise.do(c.set(thisCpu(self))).goto("gate"),
        ),
        gate: step(
          "if (unlikely(!allow_spin)) { if (local_lock_is_locked(&s->cpu_slab->lock))",
          { ref: "3.3", tag: "D" },
          when(and(not(allowSpin), localLockIsLocked(self, cpuSlabLock(c, b)))).goto("unpinBusy"),
          otherwise.goto("pinLate"),
        ),
        pinLate: step(
          "c = slub_get_cpu_ptr(s->cpu_slab);",
          { ref: "3.3", tag: "D" },
          otherwise.do(pinCpu(self), c.set(thisCpu(self))).goto("slow"),
        ),
        unpinBusy: step("p = ERR_PTR(-EBUSY); goto out;", { ref: "3.3", tag: "D" }, otherwise.goto("ebusy")),
      }),
      { added: ["pinLate"] },
    ),
  ),
};
