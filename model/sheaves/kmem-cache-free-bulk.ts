/**
 * __kmem_cache_free_bulk(): gives an array of objects back to their slabs, those of one slab at once.
 *
 * Context: No lock held; may spin.
 * Abstracts: the array is a set, whose slabs come in any order; build_detached_freelist() looks through all of it.
 *
 * @kernel v7.3.4 mm/slub.c __kmem_cache_free_bulk(), build_detached_freelist()
 */

import {
  bound,
  call,
  choose,
  compose,
  element,
  exists,
  id,
  ite,
  next,
  optional,
  otherwise,
  program,
  range,
  step,
  value,
  when,
} from "../../checker/language/index.ts";
import { bucket, object, slab as slabs, slot } from "../mm/sets.ts";
import { linkOf } from "../slub/state.ts";
import { slabFree } from "./slab-free.ts";
import { h } from "./state.ts";

export const kmemCacheFreeBulk = program(
  "__kmem_cache_free_bulk",
  {
    exits: ["done"],
    params: { b: value(id(bucket)) },
    locals: {
      slab: id(slabs),
      t: id(slot),
      freelist: optional(id(object)),
      head: id(object),
      tail: id(object),
      cnt: range(0, bound("slot")),
    },
    kernel: "v7.3.4 mm/slub.c __kmem_cache_free_bulk()",
    inlines: "mm/slub.c build_detached_freelist()",
    tag: "S",
    abstracts: ["an array of objects that are given back is a set: slabs come in any order, and all of one at once"],
  },
  (self, { b }, { slab, t, freelist, head, tail, cnt }) => {
    const mine = h.batch.at(self);
    const x = compose(object, { slab, slot: t });
    const first = element(slot, 0);
    return {
      next: step(
        "do { .. size = build_detached_freelist(s, size, p, &df);",
        { ref: "11.5.Bc" },
        choose(slabs, (s) =>
          when(exists(slot, (i) => mine.at(compose(object, { slab: s, slot: i }))))
            .do(
              slab.set(s),
              t.set(first),
              cnt.set(0),
              freelist.set(null),
              head.set(compose(object, { slab: s, slot: first })),
              tail.set(compose(object, { slab: s, slot: first })),
            )
            .goto("link"),
        ),
        otherwise.goto("done"),
      ),
      link: step(
        "set_freepointer(df->s, object, df->freelist); df->freelist = object; df->cnt++;",
        { ref: "11.5.Bc", note: "the objects are the caller's own" },
        when(mine.at(x))
          .do(
            mine.at(x).set(false),
            linkOf(x).set(freelist),
            freelist.set(x),
            head.set(x),
            tail.set(ite(cnt.eq(0), x, tail)),
            cnt.set(cnt.plus(1)),
          )
          .goto("more"),
        otherwise.goto("more"),
      ),
      more: step(
        "while (size) { object = p[--size]; if (df->slab == virt_to_slab(object))",
        { ref: "11.5.Bc" },
        when(next(slot, t).notNull())
          .do(t.set(next(slot, t).known()))
          .goto("link"),
        otherwise.goto("free"),
      ),
      free: call(
        "__slab_free(df.s, df.slab, df.freelist, df.tail, df.cnt, _RET_IP_);",
        slabFree,
        { b, slab, head, tail, cnt },
        { done: "next" },
        { ref: "11.5.Bc" },
      ),
    };
  },
);
