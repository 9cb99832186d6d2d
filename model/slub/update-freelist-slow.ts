/**
 * __update_freelist_slow(): what stands in for the cmpxchg on (freelist, counters) where there is none: compare and
 * write under the slab's bit spinlock. Two writes, and whoever reads without the lock may see the middle.
 *
 * Context: Spins for slab_lock(). slab_update_freelist() turns interrupts off around it, __slab_update_freelist() leaves
 * that to its caller; PREEMPT_RT only needs preemption off.
 *
 * @kernel v6.18 mm/slub.c __update_freelist_slow(), slab_update_freelist()
 */

import {
  and,
  bool,
  bound,
  call,
  id,
  optional,
  otherwise,
  program,
  range,
  step,
  value,
  when,
} from "../../checker/language/index.ts";
import { onCpu } from "../machine/state.ts";
import { object, slab as slabs } from "../mm/sets.ts";
import { slabLock, slabUnlock } from "./slab-lock.ts";
import { k } from "./state.ts";

const inuse = range(0, bound("slot"));

const params = {
  slab: value(id(slabs)),
  freelistOld: value(optional(id(object))),
  inuseOld: value(inuse),
  frozenOld: value(bool),
  freelistNew: value(optional(id(object))),
  inuseNew: value(inuse),
  frozenNew: value(bool),
};

export const updateFreelistSlow = program(
  "__update_freelist_slow",
  { exits: ["updated", "changed"], params, kernel: "v6.18 mm/slub.c __update_freelist_slow()", tag: "S" },
  (_, { slab, freelistOld, inuseOld, frozenOld, freelistNew, inuseNew, frozenNew }) => {
    const s = k.slab.at(slab);
    return {
      lock: call("slab_lock(slab);", slabLock, { slab }, { held: "compare" }, { ref: "3.6c.2" }),
      compare: step(
        "if (slab->freelist == .. && slab->counters == ..",
        { ref: "3.6c.3" },
        when(and(s.freelist.eq(freelistOld), s.inuse.eq(inuseOld), s.frozen.eq(frozenOld))).goto("freelist"),
        otherwise.goto("unlockChanged"),
      ),
      freelist: step(
        "slab->freelist = ..; /* the new one */",
        { ref: "3.6c.4" },
        otherwise.do(s.freelist.set(freelistNew)).goto("counters"),
      ),
      counters: step(
        "slab->counters ..; /* the new ones */",
        { ref: "3.6c.4" },
        otherwise.do(s.inuse.set(inuseNew), s.frozen.set(frozenNew)).goto("unlock"),
      ),
      unlock: call("slab_unlock(slab); return ..", slabUnlock, { slab }, { done: "updated" }, { ref: "3.6c.5" }),
      unlockChanged: call(
        "slab_unlock(slab); .. return ..",
        slabUnlock,
        { slab },
        { done: "changed" },
        { ref: "3.6c.5" },
      ),
    };
  },
);

/** Where (freelist, counters) has no cmpxchg. */
export const slabUpdateFreelist = program(
  "slab_update_freelist",
  {
    exits: ["updated", "changed"],
    params,
    locals: { flags: bool },
    kernel: "v6.18 mm/slub.c slab_update_freelist()",
    tag: "S",
  },
  (self, args, { flags }) => {
    const { irqsOff } = onCpu(self);
    return {
      irqSave: step(
        "local_irq_save(flags);",
        { ref: "3.6c.1" },
        otherwise.do(flags.set(irqsOff), irqsOff.set(true)).goto("slow"),
      ),
      slow: call("ret = __update_freelist_slow(slab, ..", updateFreelistSlow, args, {
        updated: "irqRestore",
        changed: "irqRestoreChanged",
      }),
      irqRestore: step(
        "local_irq_restore(flags); .. return true;",
        { ref: "3.6c.6" },
        otherwise.do(irqsOff.set(flags)).goto("updated"),
      ),
      irqRestoreChanged: step(
        "local_irq_restore(flags); .. return false;",
        { ref: "3.6c.6" },
        otherwise.do(irqsOff.set(flags)).goto("changed"),
      ),
    };
  },
);
