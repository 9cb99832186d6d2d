/**
 * pcp_spin_trylock() and its unlock: the lock of this CPU's page list, which every allocation and every free only tries.
 * Where a trylock is empty, without SMP, interrupts go off first; that does not keep an NMI out.
 *
 * Context: Any.
 * Return: `c`, the CPU whose list it is; it stays this one until the unlock.
 *
 * @kernel v6.18 mm/page_alloc.c pcp_trylock_prepare(), pcp_spin_trylock(), pcp_spin_unlock(), pcp_trylock_finish()
 */

import { bool, call, id, ite, not, or, otherwise, program, result, step, value } from "../../checker/language/index.ts";
import { spinTrylock, spinUnlock } from "../locks/spinlock.ts";
import { cfg } from "../machine/config.ts";
import { pinCpu, unpinCpu } from "../machine/pin.ts";
import { cpu } from "../machine/sets.ts";
import { onCpu, type Self, thisCpu } from "../machine/state.ts";
import { pcpLock } from "../mm/locks.ts";

const KERNEL = "v6.18 mm/page_alloc.c";

/** An empty trylock: neither SMP nor PREEMPT_RT. */
const up = not(or(cfg.smp, cfg.preemptRt));

const finish = (self: Self, upFlags: Parameters<typeof ite<boolean>>[1]) => [
  ...unpinCpu(self),
  onCpu(self).irqsOff.set(ite(up, upFlags, onCpu(self).irqsOff)),
];

export const pcpSpinTrylock = program(
  "pcp_spin_trylock",
  {
    exits: ["held", "busy"],
    params: { c: result(id(cpu)), upFlags: result(bool) },
    locals: { here: id(cpu), saved: bool },
    kernel: `${KERNEL} pcp_spin_trylock()`,
    tag: "S",
  },
  (self, { c, upFlags }, { here, saved }) => {
    const { irqsOff } = onCpu(self);
    return {
      pin: step(
        "pcpu_task_pin(); _ret = this_cpu_ptr(ptr); /* behind pcp_trylock_prepare(UP_flags) in 6.18 */",
        { ref: "3.10.4", note: "without SMP, where the trylock is empty, interrupts go off instead" },
        otherwise
          .do(
            pinCpu(self),
            c.set(thisCpu(self)),
            here.set(thisCpu(self)),
            upFlags.set(irqsOff),
            saved.set(irqsOff),
            irqsOff.set(or(irqsOff, up)),
          )
          .goto("try"),
      ),
      try: call(
        "spin_trylock(&_ret->..)",
        spinTrylock,
        { which: pcpLock(here) },
        { held: "held", busy: "unpin" },
        { ref: "3.10.4" },
      ),
      unpin: step(
        "pcpu_task_unpin(); /* pcp_trylock_finish(UP_flags); in 6.18 */",
        { ref: "3.10.4" },
        otherwise.do(finish(self, saved)).goto("busy"),
      ),
    };
  },
);

export const pcpSpinUnlock = program(
  "pcp_spin_unlock",
  {
    exits: ["done"],
    params: { c: value(id(cpu)), upFlags: value(bool) },
    kernel: `${KERNEL} pcp_spin_unlock()`,
    tag: "S",
  },
  (self, { c, upFlags }) => ({
    unlock: call("spin_unlock(&ptr->..);", spinUnlock, { which: pcpLock(c) }, { done: "unpin" }, { ref: "3.10.4" }),
    unpin: step(
      "pcpu_task_unpin(); /* pcp_trylock_finish(UP_flags); in 6.18 */",
      { ref: "3.10.4" },
      otherwise.do(finish(self, upFlags)).goto("done"),
    ),
  }),
);
