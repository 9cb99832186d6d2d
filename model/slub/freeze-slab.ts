/**
 * freeze_slab(): makes a slab from the node's partial list a CPU slab and takes its freelist. Others may free to it
 * meanwhile, so it is a cmpxchg.
 *
 * @kernel v6.18 mm/slub.c freeze_slab()
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
import { slabUpdateFreelist } from "./update-freelist-slow.ts";

export const freezeSlab = program(
  "freeze_slab",
  {
    exits: ["done"],
    params: { slab: value(id(slabs)), got: result(optional(id(object))) },
    locals: { freelist: optional(id(object)), inuse: range(0, bound("slot")), frozen: bool },
    kernel: "v6.18 mm/slub.c freeze_slab()",
    tag: "S",
  },
  (_, { slab, got }, { freelist, inuse, frozen }) => {
    const s = k.slab.at(slab);
    return {
      read: step(
        "freelist = slab->freelist; counters = slab->counters;",
        { ref: "3.3.20" },
        otherwise.do(freelist.set(s.freelist), inuse.set(s.inuse), frozen.set(s.frozen)).goto("update"),
      ),
      update: select("if (s->flags & __CMPXCHG_DOUBLE)", [[mm.cmpxchgDouble, "cmpxchg"]], "slow"),
      cmpxchg: step(
        'slab_update_freelist(s, slab, freelist, counters, NULL, new.counters, "freeze_slab")',
        { ref: "3.3.20" },
        when(and(s.freelist.eq(freelist), s.inuse.eq(inuse), s.frozen.eq(frozen)))
          .do(s.freelist.set(lit(null)), s.inuse.set(mm.objects), s.frozen.set(true), got.set(freelist))
          .goto("done"),
        otherwise.goto("read"),
      ),
      slow: call(
        "slab_update_freelist(s, slab, freelist, counters, NULL, new.counters);",
        slabUpdateFreelist,
        {
          slab,
          freelistOld: freelist,
          inuseOld: inuse,
          frozenOld: frozen,
          freelistNew: null,
          inuseNew: mm.objects,
          frozenNew: true,
        },
        { updated: "taken", changed: "read" },
        { ref: "3.3.20 3.6c" },
      ),
      taken: step("return freelist;", { ref: "3.3.20" }, otherwise.do(got.set(freelist)).goto("done")),
    };
  },
);
