/**
 * do_slab_free(): the fast path of a free, lockless or (PREEMPT_RT) under c->lock; what is not of the CPU's slab goes to
 * __slab_free(), or is deferred where the caller may not spin.
 *
 * Context: Any. A nolock caller that finds c->lock held below it, in an NMI or on PREEMPT_RT, defers.
 *
 * @kernel v6.18.35 mm/slub.c do_slab_free(), kfree_nolock()
 */

import {
  and,
  bool,
  call,
  id,
  not,
  optional,
  or,
  otherwise,
  program,
  racy,
  select,
  step,
  value,
  when,
} from "../../checker/language/index.ts";
import { localLockIsLocked } from "../locks/local-lock.ts";
import { cfg } from "../machine/config.ts";
import { cpu } from "../machine/sets.ts";
import { inNmi, thisCpu } from "../machine/state.ts";
import { cpuSlabLock } from "../mm/locks.ts";
import { bucket, object } from "../mm/sets.ts";
import { does, underCpuSlabLock } from "./cpu-slab-rows.ts";
import { deferFree } from "./defer-free.ts";
import { slabFree } from "./slab-free.ts";
import { cpuSlabOf, k, linkOf, slabOf, stepTid } from "./state.ts";

export const doSlabFree = program(
  "do_slab_free",
  {
    exits: ["done"],
    params: { x: value(id(object)), allowSpin: value(bool) },
    /** `cnt` is used by versions that forget, once past the gate, that the caller may not spin. */
    locals: { cnt: bool, b: id(bucket), c: id(cpu), freelist: optional(id(object)), flags: bool },
    kernel: "v6.18.35 mm/slub.c do_slab_free()",
    tag: "S",
  },
  (self, { x, allowSpin }, { b, c, freelist, flags }) => {
    const s = cpuSlabOf(c, b);
    const mine = s.seen.at(self);
    const { lock, unlock } = underCpuSlabLock({ b, c, flags });
    const lockedBelow = and(or(inNmi(self), cfg.preemptRt), localLockIsLocked(self, cpuSlabLock(thisCpu(self), b)));
    return {
      entry: select("bool allow_spin = cnt; /* 0: called from kfree_nolock() */", [], "redo"),
      redo: step(
        "c = raw_cpu_ptr(s->cpu_slab);",
        { ref: "3.2.1" },
        when(k.slab.at(slabOf(x)).cache.isNull()).fails("S2", "frees an object whose slab was given up"),
        otherwise.do(b.set(k.slab.at(slabOf(x)).cache.known()), c.set(thisCpu(self))).goto("tid"),
      ),
      tid: step("tid = READ_ONCE(c->tid);", { ref: "3.2.1" }, otherwise.do(mine.set(not(cfg.preemptRt))).goto("slab")),
      slab: step(
        "if (unlikely(slab != c->slab)) {",
        { ref: "3.2.2 3.9.1", note: "a snapshot of tid that is given up is forgotten" },
        when(and(racy(s.slab).ne(slabOf(x)), allowSpin))
          .do(mine.forget(false))
          .goto("slow"),
        when(racy(s.slab).ne(slabOf(x)))
          .do(mine.forget(false))
          .goto("defer"),
        when(allowSpin).goto("path"),
        otherwise.goto("gate"),
      ),
      slow: call("__slab_free(s, slab, head, tail, cnt, addr);", slabFree, { x }, { done: "done" }),
      defer: call("defer_free(s, head);", deferFree, { x }, { done: "done" }),
      gate: step(
        "if ((in_nmi() || !USE_LOCKLESS_FAST_PATH()) && local_lock_is_locked(&s->cpu_slab->lock))",
        { ref: "3.9.1" },
        when(lockedBelow).do(mine.forget(false)).goto("defer"),
        otherwise.goto("path"),
      ),
      path: select("if (USE_LOCKLESS_FAST_PATH()) {", [[cfg.preemptRt, "lock"]], "freelist"),
      freelist: step(
        "freelist = READ_ONCE(c->freelist); set_freepointer(s, tail, freelist);",
        { ref: "3.2.3", note: "the object is still private: its link rides along" },
        otherwise.do(freelist.set(racy(s.freelist)), linkOf(x).set(racy(s.freelist))).goto("cmpxchg"),
      ),
      cmpxchg: step(
        "__update_cpu_freelist_fast(s, freelist, head, tid)",
        { ref: "3.2.3", note: "the object is free again here" },
        when(and(c.eq(thisCpu(self)), mine, s.freelist.eq(freelist)))
          .do(s.freelist.set(x), stepTid(c, b))
          .goto("done"),
        otherwise.do(mine.forget(false)).goto("redo"),
      ),
      lock: lock("recheck", "3.2.3'"),
      recheck: step(
        "c = this_cpu_ptr(s->cpu_slab); if (unlikely(slab != c->slab)) { local_unlock_cpu_slab(s, flags); goto redo; }",
        { ref: "3.2.3'" },
        when(s.slab.ne(slabOf(x))).goto("unlockRedo"),
        otherwise.goto("lockedFreelist"),
      ),
      unlockRedo: unlock(" goto redo;", "redo", "3.2.3'"),
      lockedFreelist: step(
        "freelist = c->freelist; set_freepointer(s, tail, freelist);",
        { ref: "3.2.3'" },
        otherwise.do(freelist.set(s.freelist), linkOf(x).set(s.freelist)).goto("lockedStore"),
      ),
      lockedStore: step(
        "c->freelist = head;",
        { ref: "3.2.3'", note: "the object is free again here" },
        otherwise.do(s.freelist.set(x)).goto("lockedTid"),
      ),
      lockedTid: does("c->tid = next_tid(tid);", "3.2.3'", stepTid(c, b), "lockedUnlock"),
      lockedUnlock: unlock("", "done", "3.2.3'"),
    };
  },
);
