/**
 * get_freelist_nofreeze(): the whole freelist of a slab that is on no list, while others may free to it.
 *
 * Context: The slab is the caller's; no lock held.
 * Return: `got`, the first object; `cnt`, how many there are.
 *
 * @kernel v7.3.4 mm/slub.c get_freelist_nofreeze()
 */

import {
  and,
  bound,
  call,
  id,
  optional,
  otherwise,
  program,
  racy,
  range,
  result,
  select,
  step,
  value,
  when,
} from "../../checker/language/index.ts";
import { mm } from "../mm/config.ts";
import { object, slab as slabs } from "../mm/sets.ts";
import { k } from "../slub/state.ts";
import { slabUpdateFreelist } from "../slub/update-freelist-slow.ts";

export const getFreelistNofreeze = program(
  "get_freelist_nofreeze",
  {
    exits: ["done"],
    params: { slab: value(id(slabs)), got: result(optional(id(object))), cnt: result(range(0, bound("slot"))) },
    locals: { freelist: optional(id(object)), inuse: range(0, bound("slot")) },
    kernel: "v7.3.4 mm/slub.c get_freelist_nofreeze()",
    inlines: "mm/slub.c slab_update_freelist()",
    tag: "S",
  },
  (_, { slab, got, cnt }, { freelist, inuse }) => {
    const s = k.slab.at(slab);
    return {
      read: step(
        "old.freelist = slab->freelist; old.counters = slab->counters;",
        { ref: "11.5.D1b" },
        when(s.cache.isNull()).fails("S2", "takes the objects of a slab that was given up"),
        otherwise.do(freelist.set(racy(s.freelist)), inuse.set(racy(s.inuse))).goto("update"),
      ),
      update: select("if (s->flags & __CMPXCHG_DOUBLE)", [[mm.cmpxchgDouble, "cmpxchg"]], "slow"),
      cmpxchg: step(
        'slab_update_freelist(s, slab, &old, &new, "get_freelist_nofreeze")',
        { ref: "11.5.D1b" },
        when(and(racy(s.freelist).eq(freelist), racy(s.inuse).eq(inuse)))
          .do(s.freelist.set(null), s.inuse.set(mm.objects))
          .goto("return"),
        otherwise.goto("read"),
      ),
      slow: call(
        "slab_update_freelist(s, slab, &old, &new, ..",
        slabUpdateFreelist,
        {
          slab,
          freelistOld: freelist,
          inuseOld: inuse,
          frozenOld: false,
          freelistNew: null,
          inuseNew: mm.objects,
          frozenNew: false,
        },
        { updated: "return", changed: "read" },
        { ref: "11.5.D1b" },
      ),
      return: step(
        "*count = old.objects - old.inuse; return old.freelist;",
        { ref: "11.5.D1b" },
        otherwise.do(got.set(freelist), cnt.set(mm.objects.minus(inuse))).goto("done"),
      ),
    };
  },
);
