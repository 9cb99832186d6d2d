/**
 * Page frames, where a configuration asks for them. A page is in the zone's free list, on a CPU's page list, or out.
 *
 * @kernel v6.18 include/linux/page_ref.h, mm/page_alloc.c struct per_cpu_pages
 */
import { bool, each, range, state, struct } from "../../checker/language/index.ts";
import { cpu } from "../machine/config.ts";
import { slab } from "../slub/sets.ts";

export const p = state({
  page: each(slab, struct({ refcount: range(0, 3), inZone: bool })),
  pcp: each(cpu, each(slab, bool)),
});
