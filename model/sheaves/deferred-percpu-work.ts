/**
 * deferred_percpu_work_fn(): the callback of one CPU's deferred work, wherever it runs (container_of).
 *
 * Context: !RT: hardirq, so with interrupts on below, and maybe inside a section of pcs->lock. RT: a thread. May spin.
 * Abstracts: lists are taken in any order.
 *
 * @kernel v7.3.4 mm/slub.c deferred_percpu_work_fn()
 */

import {
  call,
  choose,
  id,
  lit,
  otherwise,
  program,
  select,
  setEach,
  step,
  value,
  when,
} from "../../checker/language/index.ts";
import { cpu } from "../machine/sets.ts";
import { mm } from "../mm/config.ts";
import { bucket, object } from "../mm/sets.ts";
import { k, linkOf, slabOf } from "../slub/state.ts";
import { freeToSlab } from "./free-to-slab.ts";
import { h, sheaf } from "./state.ts";

export const deferredPercpuWork = program(
  "deferred_percpu_work_fn",
  {
    exits: ["done"],
    params: { c: value(id(cpu)) },
    /** `one`: of the rows that come in where something waits for a grace period. */
    locals: { x: id(object), b: id(bucket), one: id(sheaf) },
    kernel: "v7.3.4 mm/slub.c deferred_percpu_work_fn()",
    tag: "S",
  },
  (self, { c }, { x, b }) => {
    const { objects } = h.deferredWork.at(c);
    const mine = h.drained.at(self);
    return {
      takeObjects: step(
        "llnode = llist_del_all(objs);",
        { ref: "11.3.E1" },
        otherwise
          .do(setEach(object, (o) => [mine.at(o).set(objects.at(o)), objects.at(o).set(false)]))
          .goto("nextObject"),
      ),
      nextObject: step(
        "llist_for_each_safe(pos, t, llnode) { .. s = slab->slab_cache;",
        { ref: "11.3.E1", note: "in any order" },
        choose(object, (o) => when(mine.at(o)).do(mine.at(o).set(false), x.set(o)).goto("cache")),
        otherwise.goto("done"),
      ),
      cache: step(
        "slab = virt_to_slab(x); s = slab->slab_cache; x -= s->offset;",
        { ref: "11.3.E1" },
        when(k.slab.at(slabOf(x)).cache.isNull()).fails("S2", "frees an object whose slab was given up"),
        otherwise.do(b.set(k.slab.at(slabOf(x)).cache.known())).goto("link"),
      ),
      link: select("set_freepointer(s, x, NULL);", [[mm.encodedLinks, "restore"]], "free"),
      restore: step(
        "set_freepointer(s, x, NULL);",
        { ref: "11.3.E1", note: "the object is the callback's own; __slab_free() writes its link again" },
        otherwise.do(linkOf(x).set(lit(null))).goto("free"),
      ),
      free: call(
        "__slab_free(s, slab, x, x, 1, _THIS_IP_);",
        freeToSlab,
        { b, x },
        { done: "nextObject" },
        { ref: "11.3.E1" },
      ),
    };
  },
);
