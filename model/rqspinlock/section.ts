/**
 * What a caller does: one lock, or a second inside the first, by bpf_res_spin_lock() or its irqsave form. Who is
 * refused gives back what it has and returns.
 *
 * @kernel v7.3.4 kernel/bpf/rqspinlock.c bpf_res_spin_lock(), bpf_res_spin_lock_irqsave() and their unlocks
 */
import {
  type Assign,
  bool,
  call,
  id,
  type LeafPlace,
  lit,
  otherwise,
  program,
  step,
  value,
  when,
} from "../../checker/language/index.ts";
import { preemptDisable, preemptEnable } from "../machine/pin.ts";
import { onCpu, type Self } from "../machine/state.ts";
import { resSpinLock, resSpinUnlock } from "./res-spin-lock.ts";
import { returns, rqLock } from "./sets.ts";

const KERNEL = "v7.3.4 kernel/bpf/rqspinlock.c";
const lock = value(id(rqLock));

interface Around {
  readonly off: string;
  readonly on: string;
  readonly disable: readonly Assign[];
  readonly enable: readonly Assign[];
}

/** What goes off around a lock. It is the CPU's own: one step. */
const preemption = (self: Self): Around => ({
  off: "preempt_disable();",
  on: "preempt_enable();",
  disable: [preemptDisable(self)],
  enable: [preemptEnable(self)],
});

/** The same with interrupts, that are saved. */
const interrupts = (self: Self, flags: LeafPlace<boolean>): Around => {
  const { irqsOff } = onCpu(self);
  return {
    off: "preempt_disable(); local_irq_save(flags);",
    on: "local_irq_restore(flags); preempt_enable();",
    disable: [preemptDisable(self), flags.set(irqsOff), irqsOff.set(true)],
    enable: [preemptEnable(self), irqsOff.set(flags)],
  };
};

/** Takes a lock, is in the section, gives it back. */
const section = (name: string, around: typeof interrupts) =>
  program(
    name,
    {
      exits: ["done"],
      params: { lock },
      locals: { flags: bool, ret: returns },
      kernel: `${KERNEL} ${name}(), ${name.replace("_lock", "_unlock").replace("irqsave", "irqrestore")}()`,
      tag: "S",
    },
    (self, { lock }, { flags, ret }) => {
      const { off, on, disable, enable } = around(self, flags);
      return {
        disable: step(off, { ref: "R0.1" }, otherwise.do(disable, ret.set("0")).goto("lock")),
        lock: call(
          "ret = res_spin_lock((rqspinlock_t *)lock);",
          resSpinLock,
          { lock, ret },
          { held: "inside", failed: "failed" },
        ),
        inside: step("(model) the critical section", { ref: "R0.2" }, otherwise.goto("unlock")),
        unlock: call("res_spin_unlock((rqspinlock_t *)lock);", resSpinUnlock, { lock }, { done: "enable" }),
        failed: step(`if (unlikely(ret)) { .. ${on} return ret; }`, { ref: "R0.3" }, otherwise.do(enable).goto("done")),
        enable: step(on, { ref: "R0.4" }, otherwise.do(enable).goto("done")),
      };
    },
  );

/** The same with a second lock inside the first. */
const nested = (name: string, around: typeof interrupts) =>
  program(
    `${name} (nested)`,
    {
      exits: ["done"],
      params: { lock, second: lock },
      locals: { flags: bool, ret: returns },
      kernel: `${KERNEL} ${name}(), ${name.replace("_lock", "_unlock").replace("irqsave", "irqrestore")}()`,
      tag: "S",
    },
    (self, { lock, second }, { flags, ret }) => {
      const { off, on, disable, enable } = around(self, flags);
      return {
        disable: step(off, { ref: "R0.1" }, otherwise.do(disable, ret.set("0")).goto("lock")),
        lock: call(
          "ret = res_spin_lock((rqspinlock_t *)lock);",
          resSpinLock,
          { lock, ret },
          { held: "second", failed: "failed" },
        ),
        second: call(
          "ret = res_spin_lock((rqspinlock_t *)lock); /* of the second */",
          resSpinLock,
          { lock: second, ret },
          {
            held: "inside",
            failed: "refused",
          },
        ),
        inside: step("(model) the critical section of both", { ref: "R0.2" }, otherwise.goto("unlockSecond")),
        unlockSecond: call(
          "res_spin_unlock((rqspinlock_t *)lock); /* of the second */",
          resSpinUnlock,
          { lock: second },
          { done: "unlock" },
        ),
        refused: step("(model) if (ret) /* of the second */", { ref: "R0.3" }, otherwise.goto("unlock")),
        unlock: call("res_spin_unlock((rqspinlock_t *)lock);", resSpinUnlock, { lock }, { done: "enable" }),
        failed: step(`if (unlikely(ret)) { .. ${on} return ret; }`, { ref: "R0.3" }, otherwise.do(enable).goto("done")),
        enable: step(on, { ref: "R0.4" }, otherwise.do(enable).goto("done")),
      };
    },
  );

export const plain = { one: section("bpf_res_spin_lock", preemption), two: nested("bpf_res_spin_lock", preemption) };
export const irqsave = {
  one: section("bpf_res_spin_lock_irqsave", interrupts),
  two: nested("bpf_res_spin_lock_irqsave", interrupts),
};

/** A caller that gets the lock and never gives it back. */
export const stuckOwner = program(
  "(a stuck owner)",
  { exits: ["done"], params: { lock }, locals: { ret: returns } },
  (_, { lock }, { ret }) => ({
    begin: step("(model) an owner that is stuck", { ref: "R0.5" }, otherwise.do(ret.set("0")).goto("lock")),
    lock: call("ret = res_spin_lock(lock);", resSpinLock, { lock, ret }, { held: "keeps", failed: "failed" }),
    failed: step("(model) it did not get the lock", { ref: "R0.5" }, otherwise.goto("done")),
    keeps: step("(model) it keeps the lock", { ref: "R0.5", mayStop: true }, when(lit(false)).goto("done")),
  }),
);
