/**
 * Page frames, where a configuration asks for them. A page is on the zone's free list, on a CPU's list, parked by somebody
 * who may not wait for the zone's lock, or out.
 *
 * Lists are linked words, not sets: without SMP a frame above may walk into the middle of a list operation below, and what
 * is lost then is lost because a word is written that was computed before.
 *
 * Abstracts: one zone, pages of order 0, no merging of buddies; lists are singly linked, last in, first out.
 *
 * @kernel v6.18 include/linux/page_ref.h, include/linux/mmzone.h struct zone, struct per_cpu_pages
 */

import {
  bool,
  type Expr,
  each,
  type Id,
  id,
  chain as list,
  optional,
  orWord,
  range,
  state,
  struct,
} from "../../checker/language/index.ts";
import { cpu } from "../machine/sets.ts";
import { slab } from "../mm/sets.ts";

export const p = state({
  page: each(
    slab,
    struct({
      refcount: range(0, 3),
      /** `buddy_list` or `pcp_list`; of a page that is on no list it is anything at all. */
      nextPage: orWord(optional(id(slab)), "garbage"),
      /** On `zone->trylock_free_pages`: pushed by one cmpxchg, taken by one xchg, so a set is exact. */
      parked: bool,
      /** Taken from there by whoever holds zone->lock, and not yet put back on the zone's list. */
      draining: bool,
    }),
  ),
  /** First page of `zone->free_area[0]`. */
  zoneList: optional(id(slab)),
  /** First page of a CPU's list. */
  pcpList: each(cpu, optional(id(slab))),
});

type Head = Expr<Id<"slab"> | null>;

/** A list of pages from its first. */
export const pageList = (first: Head) => list(slab, first, (x) => p.page.at(x).nextPage);
