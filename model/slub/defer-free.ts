/**
 * Deferred free: what may not spin pushes on a per-CPU list and raises an irq_work, whose callback frees by the
 * ordinary path.
 *
 * Context: defer_free() and defer_deactivate_slab(): any. The callback runs with no c->lock section below it (!RT: in
 * hardirq, so with interrupts on below; RT: in a thread).
 * Abstracts: lists are sets, taken in any order; irq_work's own queue is where each work is queued.
 *
 * @kernel v6.18.35 mm/slub.c defer_free(), defer_deactivate_slab(), free_deferred_objects(); kernel/irq_work.c
 */

import {
  and,
  call,
  choose,
  exists,
  id,
  lit,
  not,
  optional,
  or,
  otherwise,
  program,
  select,
  setEach,
  step,
  value,
  when,
} from "../../checker/language/index.ts";
import { irqWorkQueue } from "../machine/irq-work.ts";
import { preemptDisable, preemptEnable } from "../machine/pin.ts";
import { cpu } from "../machine/sets.ts";
import { thisCpu } from "../machine/state.ts";
import { mm } from "../mm/config.ts";
import { bucket, object, slab as slabs } from "../mm/sets.ts";
import { freeFrozenPages } from "../page/free-frozen-pages.ts";
import { deactivateSlab } from "./deactivate-slab.ts";
import { addsObject, addsSlab, givesUp } from "./lists.ts";
import { slabFree } from "./slab-free.ts";
import { DEFERRED_WORK, giveUpSlab, k, linkOf } from "./state.ts";

/** v6.18.35 pins the CPU between choosing the record and queueing its work (83d59d81b20c). */
export const deferFree = program(
  "defer_free",
  {
    exits: ["done"],
    params: { x: value(id(object)) },
    locals: { c: id(cpu) },
    kernel: "v6.18.35 mm/slub.c defer_free()",
    tag: "S",
  },
  (self, { x }, { c }) => {
    const df = k.deferFree.at(c);
    return {
      pin: step(
        "guard(preempt)(); df = this_cpu_ptr(&defer_free_objects);",
        { ref: "3.9.2" },
        otherwise.do(preemptDisable(self), c.set(thisCpu(self))).goto("node"),
      ),
      node: select("struct llist_node *node = head + s->offset;", [], "push"),
      push: step(
        "if (llist_add(head + s->offset, &df->objects))",
        { ref: "3.9.3" },
        addsObject(x),
        when(not(exists(object, (o) => df.objects.at(o))))
          .do(df.objects.at(x).set(true))
          .goto("queue"),
        otherwise.do(df.objects.at(x).set(true)).goto("unpin"),
      ),
      queue: step(
        "irq_work_queue(&df->work);",
        { ref: "3.9.4 2.5" },
        otherwise.do(irqWorkQueue(self, c, DEFERRED_WORK)).goto("unpin"),
      ),
      unpin: step("(model) end of guard(preempt)", otherwise.do(preemptEnable(self)).goto("done")),
    };
  },
);

export const deferDeactivateSlab = program(
  "defer_deactivate_slab",
  {
    exits: ["done"],
    params: { slab: value(id(slabs)), freelist: value(optional(id(object))) },
    locals: { c: id(cpu) },
    kernel: "v6.18.35 mm/slub.c defer_deactivate_slab()",
    tag: "S",
  },
  (self, { slab, freelist }, { c }) => {
    const df = k.deferFree.at(c);
    return {
      note: step(
        "slab->flush_freelist = flush_freelist;",
        { ref: "3.9.9" },
        otherwise
          .do(preemptDisable(self), c.set(thisCpu(self)), k.slab.at(slab).flushFreelist.set(freelist))
          .goto("push"),
      ),
      push: step(
        "if (llist_add(&slab->llnode, &df->slabs))",
        { ref: "3.9.9" },
        addsSlab(slab),
        when(not(exists(slabs, (o) => df.slabs.at(o))))
          .do(df.slabs.at(slab).set(true))
          .goto("queue"),
        otherwise.do(df.slabs.at(slab).set(true)).goto("unpin"),
      ),
      queue: step(
        "irq_work_queue(&df->work);",
        { ref: "3.9.9 2.5" },
        otherwise.do(irqWorkQueue(self, c, DEFERRED_WORK)).goto("unpin"),
      ),
      unpin: step("(model) end of guard(preempt)", otherwise.do(preemptEnable(self)).goto("done")),
    };
  },
);

/** The callback of one CPU's work: it drains the list that the work belongs to (container_of), wherever it runs. */
export const freeDeferredObjects = program(
  "free_deferred_objects",
  {
    exits: ["done"],
    params: { c: value(id(cpu)) },
    locals: { x: id(object), slab: id(slabs), b: id(bucket), freelist: optional(id(object)) },
    kernel: "v6.18.35 mm/slub.c free_deferred_objects()",
    tag: "S",
  },
  (self, { c }, { x, slab, b, freelist }) => {
    const df = k.deferFree.at(c);
    const taken = k.taken.at(self);
    return {
      takeObjects: step(
        "llnode = llist_del_all(objs);",
        { ref: "3.9.5" },
        otherwise
          .do(setEach(object, (o) => [taken.objects.at(o).set(df.objects.at(o)), df.objects.at(o).set(false)]))
          .goto("nextObject"),
      ),
      nextObject: step(
        "llist_for_each_safe(pos, t, llnode) {",
        { ref: "3.9.5", note: "in any order" },
        choose(object, (o) => when(taken.objects.at(o)).do(taken.objects.at(o).set(false), x.set(o)).goto("link")),
        otherwise.goto("takeSlabs"),
      ),
      link: select("set_freepointer(s, x, NULL);", [[mm.encodedLinks, "restore"]], "free"),
      restore: step(
        "set_freepointer(s, x, NULL);",
        { ref: "3.9.6", note: "the object is the callback's own; __slab_free() writes its link again" },
        otherwise.do(linkOf(x).set(lit(null))).goto("check"),
      ),
      check: step(
        "if (!check_valid_pointer(s, slab, get_freepointer(s, p)))",
        { ref: "3.9.6", tag: "M", note: "as the consistency checks of a debug cache look at it" },
        otherwise.goto("free"),
      ),
      free: call(
        "__slab_free(s, slab, x, x, 1, _THIS_IP_);",
        slabFree,
        { x },
        { done: "nextObject" },
        { ref: "3.9.6" },
      ),
      takeSlabs: step(
        "llnode = llist_del_all(slabs);",
        { ref: "3.9.7" },
        otherwise
          .do(setEach(slabs, (o) => [taken.slabs.at(o).set(df.slabs.at(o)), df.slabs.at(o).set(false)]))
          .goto("nextSlab"),
      ),
      nextSlab: step(
        "llist_for_each_safe(pos, t, llnode) { .. if (slab->frozen)",
        {
          ref: "3.9.8",
          note: "in any order; without debug caches and SLUB_TINY no slab here is unfrozen, and deactivate_slab() checks it",
        },
        choose(slabs, (o) =>
          when(and(or(mm.tiny, mm.debugCaches), taken.slabs.at(o), not(k.slab.at(o).frozen)))
            .do(taken.slabs.at(o).set(false), slab.set(o), b.set(k.slab.at(o).cache.known()))
            .goto("freeSlab"),
        ),
        choose(slabs, (o) =>
          when(taken.slabs.at(o))
            .do(
              taken.slabs.at(o).set(false),
              slab.set(o),
              b.set(k.slab.at(o).cache.known()),
              freelist.set(k.slab.at(o).flushFreelist),
            )
            .goto("deactivate"),
        ),
        otherwise.goto("done"),
      ),
      freeSlab: step(
        "free_slab(slab->slab_cache, slab);",
        { ref: "3.9.8", note: "a new slab that was never used nor counted" },
        givesUp(slab),
        otherwise.do(giveUpSlab(slab)).goto("pages"),
      ),
      pages: select("(model) is the page allocator modelled?", [[mm.pages, "freePage"]], "nextSlab"),
      freePage: call(
        "free_frozen_pages(page, order);",
        freeFrozenPages,
        { page: slab, allowSpin: true },
        { done: "nextSlab" },
        { ref: "3.9.8 3.10.F" },
      ),
      deactivate: call(
        "deactivate_slab(slab->slab_cache, slab, slab->flush_freelist);",
        deactivateSlab,
        { b, slab, freelist },
        { done: "nextSlab" },
        { ref: "3.9.8" },
      ),
    };
  },
);
