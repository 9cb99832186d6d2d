/**
 * alloc_pages() of callers that may spin, frozen (as a slab takes its pages) or counted (as everybody else does).
 *
 * Context: Waits for zone->lock; on PREEMPT_RT it may sleep.
 * Return: `got`, null where there is no page.
 * Abstracts: no reclaim and no other zone: with the zone's list empty there is no page.
 *
 * @kernel v6.18 mm/page_alloc.c __alloc_frozen_pages_noprof(), __alloc_pages_noprof()
 */

import { call, id, lit, optional, otherwise, program, result, step, when } from "../../checker/language/index.ts";
import { slab as pages } from "../mm/sets.ts";
import { rmqueue } from "./rmqueue.ts";
import { p } from "./state.ts";

export const allocFrozenPages = program(
  "alloc_frozen_pages",
  {
    exits: ["done"],
    params: { got: result(optional(id(pages))) },
    kernel: "v6.18 mm/page_alloc.c __alloc_frozen_pages_noprof()",
    tag: "M",
    abstracts: ["alloc_pages() does not reclaim"],
  },
  (_, { got }) => ({
    freelist: call(
      "page = get_page_from_freelist(alloc_gfp, order, .., &ac);",
      rmqueue,
      { allowSpin: true, got },
      { done: "done" },
    ),
  }),
);

export const allocPages = program(
  "alloc_pages",
  {
    exits: ["done"],
    params: { got: result(optional(id(pages))) },
    locals: { page: optional(id(pages)) },
    kernel: "v6.18 mm/page_alloc.c __alloc_pages_noprof()",
    tag: "M",
  },
  (_, { got }, { page }) => ({
    alloc: call(
      "page = __alloc_frozen_pages_noprof(gfp, order, preferred_nid, nodemask ..",
      allocFrozenPages,
      { got: page },
      { done: "count" },
    ),
    count: step(
      "if (page) set_page_refcounted(page);",
      { ref: "3.10.C1" },
      when(page.isNull())
        .do(got.set(lit(null)))
        .goto("done"),
      otherwise.do(got.set(page), p.page.at(page).refcount.set(1)).goto("done"),
    ),
  }),
);
