/** A counter under a raw spinlock that tasks and hardirqs take: with interrupts off, or only preemption. */
import {
  bool,
  call,
  element,
  otherwise,
  program,
  property,
  range,
  state,
  step,
  whenever,
} from "../../checker/language/index.ts";
import * as kernel from "../../model/kernel/index.ts";

const memory = state({ total: range(0, 7) });
const lock = kernel.l.rawLock.at(element(kernel.rawLock, 0));
const { total } = memory;

const add = program("add", { exits: ["done"], locals: { n: range(0, 7) } }, (_, __, { n }) => ({
  lock: call("raw_spin_lock(&lock);", kernel.rawSpinLockPreempt, { lock }, { held: "load" }),
  load: step("n = total;", otherwise.do(n.set(total)).goto("store")),
  store: step("total = n + 1;", otherwise.do(total.set(n.plus(1))).goto("unlock")),
  unlock: call("raw_spin_unlock(&lock);", kernel.rawSpinUnlockPreempt, { lock }, { done: "done" }),
}));

const locals = { n: range(0, 7), flags: bool };
const addIrqsave = program("add_irqsave", { exits: ["done"], locals }, (_, __, { n, flags }) => ({
  lock: call("raw_spin_lock_irqsave(&lock, flags);", kernel.rawSpinLockIrqsave, { lock, flags }, { held: "load" }),
  load: step("n = total;", otherwise.do(n.set(total)).goto("store")),
  store: step("total = n + 1;", otherwise.do(total.set(n.plus(1))).goto("unlock")),
  unlock: call(
    "raw_spin_unlock_irqrestore(&lock, flags);",
    kernel.rawSpinUnlockIrqrestore,
    { lock, flags },
    { done: "done" },
  ),
}));

const noneLost = property(
  "noneLost",
  "who stores n + 1 has loaded n from what it overwrites",
  whenever(add, "store", ({ n }) => total.eq(n)),
  whenever(addIrqsave, "store", ({ n }) => total.eq(n)),
);

export default kernel.kernelModel({
  name: "raw-lock",
  title: "a counter under a raw spinlock",
  roots: [memory],
  rawLocks: ["lock"],
  calls: {
    add: kernel.plainCall("add", "adds one, under raw_spin_lock()", add),
    add_irqsave: kernel.plainCall("add_irqsave", "adds one, under raw_spin_lock_irqsave()", addIrqsave),
  },
  properties: { noneLost },
});
