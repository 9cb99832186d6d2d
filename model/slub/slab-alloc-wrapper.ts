/**
 * __slab_alloc(): pins the CPU, asks the gate again, and calls ___slab_alloc().
 *
 * Context: Any. Preemption (PREEMPT_RT: migration) is off while ___slab_alloc() runs, but around new_slab().
 * `wrong` is the slab that the caller found not to be on the wanted node.
 * Return: "ebusy" where a frame below is inside the c->lock section of this bucket on this CPU.
 *
 * @kernel v6.18 mm/slub.c __slab_alloc()
 */

import {
  and,
  bool,
  call,
  id,
  not,
  optional,
  otherwise,
  program,
  result,
  step,
  value,
  when,
} from "../../checker/language/index.ts";
import { localLockIsLocked } from "../locks/local-lock.ts";
import { pinCpu, unpinCpu } from "../machine/pin.ts";
import { cpu } from "../machine/sets.ts";
import { thisCpu } from "../machine/state.ts";
import { cpuSlabLock } from "../mm/locks.ts";
import { bucket, object, slab as slabs } from "../mm/sets.ts";
import { slabAlloc } from "./slab-alloc.ts";

export const slabAllocWrapper = program(
  "__slab_alloc",
  {
    exits: ["done", "ebusy"],
    params: {
      b: value(id(bucket)),
      allowSpin: value(bool),
      wrong: value(optional(id(slabs))),
      got: result(optional(id(object))),
    },
    locals: { c: id(cpu) },
    kernel: "v6.18 mm/slub.c __slab_alloc()",
    tag: "S",
  },
  (self, { b, allowSpin, wrong, got }, { c }) => ({
    pin: step(
      "c = slub_get_cpu_ptr(s->cpu_slab);",
      { ref: "3.3" },
      otherwise.do(pinCpu(self), c.set(thisCpu(self))).goto("gate"),
    ),
    gate: step(
      "if (unlikely(!allow_spin)) { if (local_lock_is_locked(&s->cpu_slab->lock))",
      { ref: "3.3" },
      when(and(not(allowSpin), localLockIsLocked(self, cpuSlabLock(c, b)))).goto("unpinBusy"),
      otherwise.goto("slow"),
    ),
    slow: call(
      "p = ___slab_alloc(s, gfpflags, node, addr, c, orig_size);",
      slabAlloc,
      { b, allowSpin, wrong, c, got },
      { done: "unpin" },
    ),
    unpin: step("slub_put_cpu_ptr(s->cpu_slab);", { ref: "3.3" }, otherwise.do(unpinCpu(self)).goto("done")),
    unpinBusy: step("p = ERR_PTR(-EBUSY); goto out;", { ref: "3.3" }, otherwise.do(unpinCpu(self)).goto("ebusy")),
  }),
);
