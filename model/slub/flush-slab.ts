/**
 * flush_slab(): takes the CPU slab of a bucket away from its CPU, as flush_cpu_slab() does in a worker there.
 *
 * Context: A worker of this CPU. Takes c->lock, then waits for n->list_lock.
 * Abstracts: the worker's look at whether there is anything to flush; the CPU's partial list stays.
 *
 * @kernel v6.18.35 mm/slub.c flush_slab()
 */

import { bool, call, id, lit, optional, otherwise, program, step, value, when } from "../../checker/language/index.ts";
import { localLockIrqsave, localUnlockIrqrestore } from "../locks/local-lock.ts";
import { cpu } from "../machine/sets.ts";
import { cpuSlabLock, thisCpuSlabLock } from "../mm/locks.ts";
import { bucket, object, slab as slabs } from "../mm/sets.ts";
import { deactivateSlab } from "./deactivate-slab.ts";
import { cpuSlabOf, stepTid } from "./state.ts";

export const flushSlab = program(
  "flush_slab",
  {
    exits: ["done"],
    params: { b: value(id(bucket)) },
    locals: { c: id(cpu), flags: bool, slab: optional(id(slabs)), freelist: optional(id(object)), flushed: id(slabs) },
    kernel: "v6.18.35 mm/slub.c flush_slab()",
    tag: "S",
    abstracts: ["flush_slab() leaves the CPU's partial list as it is"],
  },
  (_, { b }, { c, flags, slab, freelist, flushed }) => {
    const s = cpuSlabOf(c, b);
    const which = cpuSlabLock(c, b);
    return {
      lock: call(
        "local_lock_irqsave(&s->cpu_slab->lock, flags);",
        localLockIrqsave,
        { which: thisCpuSlabLock(b), c, flags },
        { done: "slab" },
        { ref: "3.7b.1" },
      ),
      slab: step("slab = c->slab;", { ref: "3.7b.2" }, otherwise.do(slab.set(s.slab)).goto("freelist")),
      freelist: step(
        "freelist = c->freelist;",
        { ref: "3.7b.2" },
        otherwise.do(freelist.set(s.freelist)).goto("dropSlab"),
      ),
      dropSlab: step("c->slab = NULL;", { ref: "3.7b.3" }, otherwise.do(s.slab.set(lit(null))).goto("dropFreelist")),
      dropFreelist: step(
        "c->freelist = NULL;",
        { ref: "3.7b.3" },
        otherwise.do(s.freelist.set(lit(null))).goto("dropTid"),
      ),
      dropTid: step("c->tid = next_tid(c->tid);", { ref: "3.7b.3" }, otherwise.do(stepTid(c, b)).goto("unlock")),
      unlock: call(
        "local_unlock_irqrestore(&s->cpu_slab->lock, flags);",
        localUnlockIrqrestore,
        { which, flags },
        { done: "flushed" },
        { ref: "3.7b.4" },
      ),
      flushed: step(
        "if (slab) {",
        { ref: "3.7b.4" },
        when(slab.isNull()).goto("done"),
        otherwise.do(flushed.set(slab.known())).goto("deactivate"),
      ),
      deactivate: call(
        "deactivate_slab(s, slab, freelist);",
        deactivateSlab,
        { b, slab: flushed, freelist },
        { done: "done" },
        { ref: "3.7b.4" },
      ),
    };
  },
);
