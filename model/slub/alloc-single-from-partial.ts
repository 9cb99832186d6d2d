/**
 * alloc_single_from_partial(): one object of a slab on the node's partial list, as debug caches and SLUB_TINY take them.
 * The slab stays on the list while it has another.
 *
 * Context: n->list_lock held.
 * Abstracts: alloc_debug_processing() finds nothing wrong.
 *
 * @kernel v6.18 mm/slub.c alloc_single_from_partial()
 */

import { and, id, optional, otherwise, program, result, step, value, when } from "../../checker/language/index.ts";
import { mm } from "../mm/config.ts";
import { bucket, object, slab as slabs } from "../mm/sets.ts";
import { addsListed, CPU_SLAB_LISTS, type ListRules, notOnPartial, removesUnlisted } from "./lists.ts";
import { addFull, k, linkOf, removePartial } from "./state.ts";

/** The program of one version, which says what lists there are. */
export const allocSingleFromPartialOf = (name: string, { isListed }: ListRules) =>
  program(
    name,
    {
      exits: ["done"],
      params: { b: value(id(bucket)), slab: value(id(slabs)), got: result(optional(id(object))) },
      locals: { object: id(object) },
      kernel: "v6.18 mm/slub.c alloc_single_from_partial()",
      tag: "S",
      abstracts: ["debug caches: the checks of objects (poison, red zones, freelist) find nothing wrong"],
    },
    (_, { b, slab, got }, { object: x }) => {
      const s = k.slab.at(slab);
      return {
        object: step(
          "object = slab->freelist;",
          { ref: "3.8.3" },
          otherwise.do(x.set(s.freelist.known())).goto("take"),
        ),
        take: step(
          "slab->freelist = get_freepointer(s, object); slab->inuse++;",
          { ref: "3.8.3", note: "under list_lock, which all who look at this slab hold: one step" },
          when(linkOf(x).eq("garbage")).fails("S4", "a link word that somebody owns becomes slab->freelist"),
          when(s.inuse.ge(mm.objects)).fails("S11", "hands out an object of a slab that has all in use"),
          otherwise
            .do(
              s.freelist.set(linkOf(x).except("garbage")),
              s.inuse.set(s.inuse.plus(1)),
              linkOf(x).set("garbage"),
              got.set(x),
            )
            .goto("full"),
        ),
        full: step(
          "if (slab->inuse == slab->objects) { remove_partial(n, slab); add_full(s, n, slab); }",
          { ref: "3.8.3" },
          removesUnlisted(and(s.inuse.eq(mm.objects), notOnPartial(b, slab))),
          addsListed(and(s.inuse.eq(mm.objects), isListed(slab, 1))),
          when(s.inuse.eq(mm.objects)).do(removePartial(b, slab), addFull(b, slab)).goto("done"),
          otherwise.goto("done"),
        ),
      };
    },
  );

export const allocSingleFromPartial = allocSingleFromPartialOf("alloc_single_from_partial", CPU_SLAB_LISTS);
