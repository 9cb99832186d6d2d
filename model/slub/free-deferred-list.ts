/**
 * free_deferred_objects() of v1: whoever comes by takes a whole deferred list and frees it by the ordinary path. The
 * list is the caller's to name: in kmem_cache, or where a proposal had it.
 *
 * Context: May spin, as __slab_free() does.
 * Abstracts: a list is a set, taken in any order.
 *
 * @kernel v1 of the series, mm/slub.c free_deferred_objects()
 */

import {
  bool,
  call,
  choose,
  each,
  exists,
  id,
  not,
  otherwise,
  place,
  program,
  racy,
  setEach,
  step,
  when,
} from "../../checker/language/index.ts";
import { object } from "../mm/sets.ts";
import { slabFree } from "./slab-free.ts";
import { k } from "./state.ts";

export const freeDeferredList = program(
  "free_deferred_objects (v1)",
  {
    exits: ["done"],
    params: { list: place(each(object, bool)) },
    locals: { x: id(object) },
    kernel: "v1 mm/slub.c free_deferred_objects()",
    tag: "S",
  },
  (self, { list }, { x }) => {
    const taken = k.taken.at(self).objects;
    return {
      look: step(
        "if (likely(llist_empty(llhead))) return;",
        { ref: "3.9a.2" },
        when(racy(not(exists(object, (o) => list.at(o))))).goto("done"),
        otherwise.goto("take"),
      ),
      take: step(
        "llnode = llist_del_all(llhead);",
        { ref: "3.9a.2" },
        otherwise.do(setEach(object, (o) => [taken.at(o).set(list.at(o)), list.at(o).set(false)])).goto("next"),
      ),
      next: step(
        "llist_for_each_safe(pos, t, llnode) {",
        { ref: "3.9a.3", note: "in any order" },
        choose(object, (o) => when(taken.at(o)).do(taken.at(o).set(false), x.set(o)).goto("free")),
        otherwise.goto("done"),
      ),
      free: call("__slab_free(s, slab, x, x, 1, addr);", slabFree, { x }, { done: "next" }, { ref: "3.9a.3" }),
    };
  },
);
