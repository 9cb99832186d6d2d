/**
 * __slab_alloc_node(): the lockless fast path, and the slow path behind it. On PREEMPT_RT there is no fast path.
 *
 * Context: Any, preemptible too: nothing pins the CPU between the first row and the cmpxchg.
 * Return: "done" with `got` set, null where the C returns NULL; "ebusy" where it returns ERR_PTR(-EBUSY).
 * Abstracts: whether a slab is on the wanted node is a free choice where the configuration has node requests; the slow
 * path is told which slab was found not to be.
 *
 * @kernel v6.18 mm/slub.c __slab_alloc_node(), __update_cpu_freelist_fast()
 */

import {
  and,
  bool,
  call,
  either,
  id,
  optional,
  orWord,
  otherwise,
  program,
  racy,
  result,
  select,
  step,
  value,
  when,
} from "../../checker/language/index.ts";
import { cfg } from "../machine/config.ts";
import { cpu } from "../machine/sets.ts";
import { thisCpu } from "../machine/state.ts";
import { mm } from "../mm/config.ts";
import { bucket, object, slab as slabs } from "../mm/sets.ts";
import { slabAllocWrapper } from "./slab-alloc-wrapper.ts";
import { cpuSlabOf, linkOf, stepTid } from "./state.ts";

export const slabAllocNode = program(
  "__slab_alloc_node",
  {
    exits: ["done", "ebusy"],
    params: { b: value(id(bucket)), allowSpin: value(bool), got: result(optional(id(object))) },
    locals: { c: id(cpu), obj: id(object), next: orWord(optional(id(object)), "garbage"), wrong: id(slabs) },
    kernel: "v6.18 mm/slub.c __slab_alloc_node()",
    tag: "S",
  },
  (self, { b, allowSpin, got }, { c, obj, next, wrong }) => {
    const s = cpuSlabOf(c, b);
    const mine = s.seen.at(self);
    return {
      entry: select("if (USE_LOCKLESS_FAST_PATH())", [[cfg.preemptRt, "slow"]], "redo"),
      redo: step("c = raw_cpu_ptr(s->cpu_slab);", { ref: "3.1.1" }, otherwise.do(c.set(thisCpu(self))).goto("tid")),
      tid: step("tid = READ_ONCE(c->tid);", { ref: "3.1.2" }, otherwise.do(mine.set(true)).goto("object")),
      object: step(
        "object = c->freelist; .. if (unlikely(!object || ..))",
        { ref: "3.1.3 3.1.4", note: "a snapshot of tid that is given up is forgotten" },
        when(racy(s.freelist.isNull())).do(mine.forget(false)).goto("slow"),
        otherwise.do(obj.set(racy(s.freelist).known())).goto("slab"),
      ),
      slab: step(
        "slab = c->slab; .. if (unlikely(.. !slab || !node_match(slab, node)))",
        { ref: "3.1.3 3.1.4" },
        when(racy(s.slab.isNull())).do(mine.forget(false)).goto("slow"),
        either(
          when(mm.nodeMismatch)
            .do(mine.forget(false), wrong.set(racy(s.slab).known()))
            .goto("slowWrong"),
          otherwise.goto("next"),
        ),
      ),
      next: step(
        "next_object = get_freepointer_safe(s, object);",
        { ref: "3.1.5", note: "the object may belong to somebody by now: a load that must not fault" },
        otherwise.do(next.set(linkOf(obj))).goto("cmpxchg"),
      ),
      cmpxchg: step(
        "__update_cpu_freelist_fast(s, object, next_object, tid)",
        { ref: "3.1.6" },
        when(and(c.eq(thisCpu(self)), mine, s.freelist.eq(obj), next.eq("garbage"))).fails(
          "S4",
          "the fast path installs a link word that somebody owns",
        ),
        when(and(c.eq(thisCpu(self)), mine, s.freelist.eq(obj)))
          .do(s.freelist.set(next.except("garbage")), stepTid(c, b), got.set(obj), linkOf(obj).set("garbage"))
          .goto("done"),
        otherwise.do(mine.forget(false)).goto("redo"),
      ),
      slow: call(
        "object = __slab_alloc(s, gfpflags, node, addr, c, orig_size);",
        slabAllocWrapper,
        { b, allowSpin, wrong: null, got },
        { done: "done", ebusy: "ebusy" },
      ),
      slowWrong: call(
        "object = __slab_alloc(s, gfpflags, node, addr, c, orig_size);",
        slabAllocWrapper,
        { b, allowSpin, wrong, got },
        { done: "done", ebusy: "ebusy" },
      ),
    };
  },
);
