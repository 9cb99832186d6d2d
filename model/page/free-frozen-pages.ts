/**
 * __free_frozen_pages(): a page that nobody counts goes back, to this CPU's list if its lock can be had at once, else to
 * the zone. A caller that may not wait for the zone's lock parks the page on zone->trylock_free_pages.
 *
 * What is parked there goes back to the zone only when somebody who may spin frees to the zone directly: neither an
 * allocation nor what a CPU's list gives back (free_pcppages_bulk()) looks at it.
 *
 * Context: Any with `allowSpin` false.
 * Abstracts: order 0, no pageblock isolation; a CPU's list that is too long gives one page back, the last to come.
 *
 * @kernel v6.18 mm/page_alloc.c __free_frozen_pages(), free_one_page(), free_frozen_page_commit(), free_pcppages_bulk()
 */

import {
  and,
  bool,
  call,
  choose,
  element,
  exists,
  id,
  ite,
  not,
  optional,
  or,
  otherwise,
  program,
  range,
  select,
  setEach,
  step,
  value,
  when,
} from "../../checker/language/index.ts";
import { spinLockIrqsave, spinTrylockIrqsave, spinUnlockIrqrestore } from "../locks/spinlock.ts";
import { cfg } from "../machine/config.ts";
import { cpu } from "../machine/sets.ts";
import { inHardirq, inNmi } from "../machine/state.ts";
import { mm } from "../mm/config.ts";
import { zoneLock } from "../mm/locks.ts";
import { slab as pages, zone } from "../mm/sets.ts";
import { addPage, takeFirstPage } from "./page-list.ts";
import { pcpSpinTrylock, pcpSpinUnlock } from "./pcp.ts";
import { p, pageList } from "./state.ts";

const KERNEL = "v6.18 mm/page_alloc.c";

/** add_page_to_zone_llist(): one cmpxchg. */
export const parkPage = program(
  "add_page_to_zone_llist",
  { exits: ["done"], params: { page: value(id(pages)) }, kernel: `${KERNEL} add_page_to_zone_llist()`, tag: "S" },
  (_, { page }) => ({
    push: step(
      "llist_add(&page->pcp_llist, &zone->trylock_free_pages);",
      { ref: "3.10.F4" },
      otherwise.do(p.page.at(page).parked.set(true)).goto("done"),
    ),
  }),
);

export const freeOnePage = program(
  "free_one_page",
  {
    exits: ["done"],
    params: { page: value(id(pages)), allowSpin: value(bool) },
    locals: { flags: bool, parked: id(pages) },
    kernel: `${KERNEL} free_one_page()`,
    inlines: "mm/internal.h can_spin_trylock()",
    tag: "S",
  },
  (_, { page, allowSpin }, { flags, parked }) => {
    const which = zoneLock(element(zone, 0));
    return {
      entry: select("if (unlikely(fpi_flags & FPI_TRYLOCK))", [[allowSpin, "lock"]], "try"),
      try: call(
        "!spin_trylock_irqsave(&zone->lock, flags))",
        spinTrylockIrqsave,
        { which, flags },
        { held: "add", busy: "park" },
        { ref: "3.10.F3" },
      ),
      park: call(
        "add_page_to_zone_llist(zone, page, order);",
        parkPage,
        { page },
        { done: "done" },
        { ref: "3.10.F4" },
      ),
      lock: call(
        "spin_lock_irqsave(&zone->lock, flags);",
        spinLockIrqsave,
        { which, flags },
        { held: "parked" },
        { ref: "3.10.F5" },
      ),
      parked: step(
        "if (unlikely(!llist_empty(llhead) && !(fpi_flags & ..))) .. llnode = llist_del_all(llhead);",
        { ref: "3.10.F6", note: "test and xchg are one step: between them pages only come" },
        when(exists(pages, (x) => p.page.at(x).parked))
          .do(setEach(pages, (x) => [p.page.at(x).draining.set(p.page.at(x).parked), p.page.at(x).parked.set(false)]))
          .goto("next"),
        otherwise.goto("add"),
      ),
      next: step(
        "llist_for_each_entry_safe(p, tmp, llnode, pcp_llist) {",
        { ref: "3.10.F6", note: "in any order" },
        choose(pages, (x) =>
          when(p.page.at(x).draining).do(p.page.at(x).draining.set(false), parked.set(x)).goto("addParked"),
        ),
        otherwise.goto("add"),
      ),
      addParked: call(
        "split_large_buddy(zone, p, page_to_pfn(p), p_order, fpi_flags);",
        addPage,
        { head: p.zoneList, page: parked },
        { done: "next" },
        { ref: "3.10.F6" },
      ),
      add: call(
        "split_large_buddy(zone, page, pfn, order, fpi_flags);",
        addPage,
        { head: p.zoneList, page },
        { done: "unlock" },
        { ref: "3.10.F7" },
      ),
      unlock: call(
        "spin_unlock_irqrestore(&zone->lock, flags);",
        spinUnlockIrqrestore,
        { which, flags },
        { done: "done" },
        { ref: "3.10.F7" },
      ),
    };
  },
);

/**
 * free_pcppages_bulk(): `count` pages, but not more than there are, go from a CPU's list, whose lock is held, back to the
 * zone. They are counted before the zone's lock is taken: with fewer there by then it looks for them for ever.
 */
export const freePcppagesBulk = program(
  "free_pcppages_bulk",
  {
    exits: ["done"],
    params: { c: value(id(cpu)), count: value(range(0, 4)) },
    locals: { flags: bool, left: range(0, 4), page: optional(id(pages)) },
    kernel: `${KERNEL} free_pcppages_bulk()`,
    tag: "S",
    abstracts: ["a CPU's page list gives its first pages back, not its last"],
  },
  (_, { c, count }, { flags, left, page }) => {
    const which = zoneLock(element(zone, 0));
    const there = pageList(p.pcpList.at(c)).length();
    return {
      count: step(
        "count = min(pcp->count, count);",
        { ref: "3.10.F8", note: "pcp->count is the length of the list" },
        otherwise.do(left.set(ite(there.lt(count), there, count))).goto("lock"),
      ),
      lock: call(
        "spin_lock_irqsave(&zone->lock, flags);",
        spinLockIrqsave,
        { which, flags },
        { held: "while" },
        { ref: "3.10.F8" },
      ),
      while: step(
        "while (count > 0) {",
        { ref: "3.10.F8" },
        when(left.eq(0)).goto("unlock"),
        otherwise.do(left.set(left.minus(1))).goto("take"),
      ),
      take: call(
        "page = list_last_entry(list, struct page, pcp_list); .. list_del(&page->pcp_list);",
        takeFirstPage,
        { head: p.pcpList.at(c), got: page },
        { done: "add", empty: "stuck" },
        { ref: "3.10.F8" },
      ),
      stuck: step(
        "do { .. } while (list_empty(list));",
        { ref: "3.10.F8" },
        otherwise.fails("L1", "looks for ever for a page that was on the list when it counted"),
      ),
      add: call(
        "__free_one_page(page, pfn, zone, order, mt, FPI_NONE);",
        addPage,
        { head: p.zoneList, page: page.known() },
        { done: "while" },
        { ref: "3.10.F8" },
      ),
      unlock: call(
        "spin_unlock_irqrestore(&zone->lock, flags);",
        spinUnlockIrqrestore,
        { which, flags },
        { done: "done" },
        { ref: "3.10.F8" },
      ),
    };
  },
);

export const freeFrozenPages = program(
  "__free_frozen_pages",
  {
    exits: ["done"],
    params: { page: value(id(pages)), allowSpin: value(bool) },
    locals: { c: id(cpu), upFlags: bool },
    kernel: `${KERNEL} __free_frozen_pages()`,
    inlines: "mm/page_alloc.c free_frozen_page_commit(), mm/internal.h can_spin_trylock()",
    tag: "S",
  },
  (self, { page, allowSpin }, { c, upFlags }) => ({
    prepare: step(
      "if (!free_pages_prepare(page, order)) return;",
      { ref: "3.10.F1", note: "a count that is not 0 is looked at by debug configurations only: the page goes on" },
      otherwise.goto("nolock"),
    ),
    nolock: select(
      "if (unlikely((fpi_flags & FPI_TRYLOCK) && IS_ENABLED(CONFIG_PREEMPT_RT)",
      [[and(cfg.preemptRt, not(allowSpin)), "context"]],
      "tryPcp",
    ),
    context: step(
      "&& (in_nmi() || in_hardirq())))",
      { ref: "3.10.F2" },
      when(or(inNmi(self), inHardirq(self))).goto("park"),
      otherwise.goto("tryPcp"),
    ),
    park: call("add_page_to_zone_llist(zone, page, order);", parkPage, { page }, { done: "done" }, { ref: "3.10.F4" }),
    tryPcp: call(
      "pcp = pcp_spin_trylock(zone->per_cpu_pageset);",
      pcpSpinTrylock,
      { c, upFlags },
      { held: "commit", busy: "zone" },
      { ref: "3.10.F3" },
    ),
    commit: call(
      "list_add(&page->pcp_list, &pcp->lists[pindex]);",
      addPage,
      { head: p.pcpList.at(c), page },
      { done: "high" },
      { ref: "3.10.F3" },
    ),
    high: select("if (unlikely(fpi_flags & ..)) return ..", [[and(allowSpin, mm.pcpHigh.gt(0)), "long"]], "unlockPcp"),
    long: step(
      "high = nr_pcp_high(pcp, zone, batch, free_high); if (pcp->count < high) return ..",
      { ref: "3.10.F8" },
      when(pageList(p.pcpList.at(c)).length().lt(mm.pcpHigh)).goto("unlockPcp"),
      otherwise.goto("giveBack"),
    ),
    giveBack: call(
      "free_pcppages_bulk(zone, to_free_batched, pcp, pindex);",
      freePcppagesBulk,
      { c, count: 1 },
      { done: "unlockPcp" },
      { ref: "3.10.F8" },
    ),
    unlockPcp: call("pcp_spin_unlock(pcp);", pcpSpinUnlock, { c, upFlags }, { done: "done" }, { ref: "3.10.F3" }),
    zone: call("free_one_page(zone, page, pfn, order, fpi_flags);", freeOnePage, { page, allowSpin }, { done: "done" }),
  }),
);
