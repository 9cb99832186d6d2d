/**
 * A proposal: whoever holds the zone's lock puts what is parked on zone->trylock_free_pages back on the zone's list.
 *
 * Context: zone->lock is held.
 */
import { call, choose, exists, id, otherwise, program, setEach, step, when } from "../../checker/language/index.ts";
import { slab as pages } from "../mm/sets.ts";
import { addPage } from "./page-list.ts";
import { p } from "./state.ts";

export const drainParked = program(
  "(variant) drain_trylock_free_pages",
  { exits: ["done"], locals: { parked: id(pages) }, tag: "D" },
  (_, __, { parked }) => ({
    take: step(
      "(variant) llnode = llist_del_all(&zone->trylock_free_pages);",
      when(exists(pages, (x) => p.page.at(x).parked))
        .do(setEach(pages, (x) => [p.page.at(x).draining.set(p.page.at(x).parked), p.page.at(x).parked.set(false)]))
        .goto("next"),
      otherwise.goto("done"),
    ),
    next: step(
      "(variant) llist_for_each_entry_safe(p, tmp, llnode, pcp_llist) {",
      { note: "in any order" },
      choose(pages, (x) => when(p.page.at(x).draining).do(p.page.at(x).draining.set(false), parked.set(x)).goto("add")),
      otherwise.goto("done"),
    ),
    add: call(
      "(variant) split_large_buddy(zone, p, page_to_pfn(p), p_order, fpi_flags);",
      addPage,
      { head: p.zoneList, page: parked },
      { done: "next" },
    ),
  }),
);
