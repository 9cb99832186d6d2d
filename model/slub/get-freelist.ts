/**
 * get_freelist(): takes the whole freelist of the CPU's slab, to which other CPUs may have freed. Where there is none,
 * the slab is unfrozen: it is full and on no list.
 *
 * Context: c->lock held. Inlined into ___slab_alloc(), so that a kprobe that may not sit there may not sit here.
 *
 * @kernel v6.18 mm/slub.c get_freelist(), __slab_update_freelist()
 */

import {
  and,
  bool,
  bound,
  call,
  id,
  lit,
  optional,
  otherwise,
  program,
  range,
  result,
  select,
  step,
  value,
  when,
} from "../../checker/language/index.ts";
import { mm } from "../mm/config.ts";
import { object, slab as slabs } from "../mm/sets.ts";
import { k } from "./state.ts";
import { updateFreelistSlow } from "./update-freelist-slow.ts";

export const getFreelist = program(
  "get_freelist",
  {
    exits: ["done"],
    params: { slab: value(id(slabs)), got: result(optional(id(object))) },
    locals: { freelist: optional(id(object)), inuse: range(0, bound("slot")), frozen: bool },
    kernel: "v6.18 mm/slub.c get_freelist()",
    tag: "S",
  },
  (_, { slab, got }, { freelist, inuse, frozen }) => {
    const s = k.slab.at(slab);
    return {
      read: step(
        "freelist = slab->freelist; counters = slab->counters;",
        { ref: "3.3.7" },
        otherwise.do(freelist.set(s.freelist), inuse.set(s.inuse), frozen.set(s.frozen)).goto("update"),
      ),
      update: select("if (s->flags & __CMPXCHG_DOUBLE)", [[mm.cmpxchgDouble, "cmpxchg"]], "slow"),
      cmpxchg: step(
        "__slab_update_freelist(s, slab, freelist, counters, NULL, new.counters)",
        { ref: "3.3.7" },
        when(and(s.freelist.eq(freelist), s.inuse.eq(inuse), s.frozen.eq(frozen)))
          .do(s.freelist.set(lit(null)), s.inuse.set(mm.objects), s.frozen.set(freelist.notNull()), got.set(freelist))
          .goto("done"),
        otherwise.goto("read"),
      ),
      slow: call(
        "__update_freelist_slow(slab, freelist, counters, NULL, new.counters);",
        updateFreelistSlow,
        {
          slab,
          freelistOld: freelist,
          inuseOld: inuse,
          frozenOld: frozen,
          freelistNew: null,
          inuseNew: mm.objects,
          frozenNew: freelist.notNull(),
        },
        { updated: "taken", changed: "read" },
        { ref: "3.3.7 3.6c" },
      ),
      taken: step("return freelist;", { ref: "3.3.7" }, otherwise.do(got.set(freelist)).goto("done")),
    };
  },
);
