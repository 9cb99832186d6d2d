/**
 * What does a lock word do? raw_spin_lock(), raw_spin_trylock() and raw_spin_unlock(): real spinlocks, on PREEMPT_RT too.
 *
 * Without SMP there is no lock word: nobody waits and a trylock always succeeds, over a frame below that is inside; the
 * upper frame's unlock leaves the section to the lower one. The model remembers who came first, for `guards`.
 *
 * `lockWord`, `trylockWord` and `unlockWord` are the rows of it, for whoever has a lock word: spin_lock() without
 * PREEMPT_RT and bit_spin_lock() too. The programs are for callers that hand their lock word over, as the rt_mutex does.
 *
 * Context: Any that the lock's other holders cannot be below of; nobody sleeps for it.
 * Abstracts: preempt_count as it is: interrupts are off, or the caller has turned preemption off.
 *
 * @kernel v6.18 include/linux/spinlock.h, spinlock_api_smp.h, spinlock_api_up.h (without CONFIG_DEBUG_SPINLOCK)
 */
import {
  bool,
  call,
  context,
  type Id,
  id,
  type LeafPlace,
  not,
  optional,
  otherwise,
  place,
  program,
  type RowMeta,
  result,
  select,
  step,
  value,
  when,
} from "../../checker/language/index.ts";
import { cfg } from "../machine/config.ts";
import { preemptDisable, preemptEnable } from "../machine/pin.ts";
import { onCpu, type Self } from "../machine/state.ts";

const HEADER = "include/linux/spinlock.h";
const KERNEL = `v6.18 ${HEADER}`;
const API = "include/linux/spinlock_api_smp.h";

type Word = LeafPlace<Id<"context"> | null>;
interface Told {
  readonly quote?: string;
  readonly meta?: RowMeta;
}

/** Waits until the word is free. Entry: `smp`. */
export const lockWord = <const H extends string>(
  self: Self,
  word: Word,
  held: H,
  { quote = "arch_spin_lock(&lock->raw_lock);", meta = { ref: "2.3" } }: Told = {},
) => ({
  smp: select("(model) CONFIG_SMP?", [[cfg.smp, "take"]], "up"),
  take: step(quote, meta, when(word.isNull()).do(word.set(self)).goto(held)),
  up: step("(model) !SMP: no lock word", meta, when(word.isNull()).do(word.set(self)).goto(held), otherwise.goto(held)),
});

/** Never waits. Entry: `smp`. */
export const trylockWord = <const H extends string, const B extends string>(
  self: Self,
  word: Word,
  held: H,
  busy: B,
) => ({
  smp: select("(model) CONFIG_SMP?", [[cfg.smp, "try"]], "up"),
  try: step<H | B>(
    "arch_spin_trylock(&(lock)->raw_lock)",
    { ref: "2.3" },
    when(word.isNull()).do(word.set(self)).goto(held),
    otherwise.goto(busy),
  ),
  up: step(
    "(model) !SMP: always 1",
    { ref: "2.3" },
    when(word.isNull()).do(word.set(self)).goto(held),
    otherwise.goto(held),
  ),
});

/** Without SMP whoever is above the first leaves the word alone. */
export const unlockWord = <const D extends string>(
  self: Self,
  word: Word,
  done: D,
  { quote = "arch_spin_unlock(&lock->raw_lock);", meta = { ref: "2.3" } }: Told = {},
) =>
  step(
    quote,
    meta,
    when(word.eq(self)).do(word.set(null)).goto(done),
    when(not(cfg.smp)).goto(done),
    otherwise.fails("S9", "unlocks a lock that it does not hold"),
  );

const lock = place(optional(id(context)));

export const rawSpinLock = program(
  "raw_spin_lock",
  {
    exits: ["held"],
    params: { lock },
    kernel: `${KERNEL} raw_spin_lock()`,
    inlines: `${HEADER} do_raw_spin_lock()`,
    tag: "S",
  },
  (self, { lock }) => lockWord(self, lock, "held"),
);

/** raw_spin_lock() with its preempt_disable(), for a caller that has turned nothing off. */
export const rawSpinLockPreempt = program(
  "__raw_spin_lock",
  { exits: ["held"], params: { lock }, kernel: `v6.18 ${API} __raw_spin_lock()`, tag: "S" },
  (self, { lock }) => ({
    preempt: step("preempt_disable();", { ref: "2.3" }, otherwise.do(preemptDisable(self)).goto("lock")),
    lock: call("LOCK_CONTENDED(lock, do_raw_spin_trylock, do_raw_spin_lock);", rawSpinLock, { lock }, { held: "held" }),
  }),
);

/** raw_spin_unlock() of a lock that `rawSpinLockPreempt` took. */
export const rawSpinUnlockPreempt = program(
  "__raw_spin_unlock",
  {
    exits: ["done"],
    params: { lock },
    kernel: `v6.18 ${API} __raw_spin_unlock()`,
    inlines: `${HEADER} do_raw_spin_unlock()`,
    tag: "S",
  },
  (self, { lock }) => ({
    unlock: unlockWord(self, lock, "preempt"),
    preempt: step("preempt_enable();", { ref: "2.3" }, otherwise.do(preemptEnable(self)).goto("done")),
  }),
);

export const rawSpinLockIrqsave = program(
  "raw_spin_lock_irqsave",
  {
    exits: ["held"],
    params: { lock, flags: result(bool) },
    kernel: `${KERNEL} raw_spin_lock_irqsave()`,
    inlines: `${API} __raw_spin_lock_irqsave()`,
    tag: "S",
  },
  (self, { lock, flags }) => ({
    irqSave: step(
      "local_irq_save(flags);",
      { ref: "2.3" },
      otherwise.do(flags.set(onCpu(self).irqsOff), onCpu(self).irqsOff.set(true)).goto("lock"),
    ),
    lock: call("LOCK_CONTENDED(lock, do_raw_spin_trylock, do_raw_spin_lock);", rawSpinLock, { lock }, { held: "held" }),
  }),
);

export const rawSpinTrylockIrqsave = program(
  "raw_spin_trylock_irqsave",
  {
    exits: ["held", "busy"],
    params: { lock, flags: result(bool) },
    locals: { saved: bool },
    kernel: `${KERNEL} raw_spin_trylock_irqsave()`,
    inlines: `${API} _raw_spin_trylock_irqsave(), ${HEADER} do_raw_spin_trylock()`,
    tag: "S",
  },
  (self, { lock, flags }, { saved }) => ({
    irqSave: step(
      "local_irq_save(..flags);",
      { ref: "2.3" },
      otherwise
        .do(flags.set(onCpu(self).irqsOff), saved.set(onCpu(self).irqsOff), onCpu(self).irqsOff.set(true))
        .goto("smp"),
    ),
    ...trylockWord(self, lock, "held", "undo"),
    undo: step(
      "local_irq_restore(..flags);",
      { ref: "2.3" },
      otherwise.do(onCpu(self).irqsOff.set(saved)).goto("busy"),
    ),
  }),
);

export const rawSpinUnlockIrqrestore = program(
  "raw_spin_unlock_irqrestore",
  {
    exits: ["done"],
    params: { lock, flags: value(bool) },
    kernel: `${KERNEL} raw_spin_unlock_irqrestore()`,
    inlines: `${API} __raw_spin_unlock_irqrestore(), ${HEADER} do_raw_spin_unlock()`,
    tag: "S",
  },
  (self, { lock, flags }) => ({
    unlock: unlockWord(self, lock, "irqRestore"),
    irqRestore: step(
      "local_irq_restore(flags);",
      { ref: "2.3" },
      otherwise.do(onCpu(self).irqsOff.set(flags)).goto("done"),
    ),
  }),
);
