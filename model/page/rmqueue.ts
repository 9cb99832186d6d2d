/**
 * rmqueue(): one page, first from this CPU's page list, filled up from the zone, then from the zone. The lock of the
 * CPU's list is only tried, by everybody; the zone's is waited for by callers that may spin.
 *
 * Context: Any with `allowSpin` false, but on PREEMPT_RT no interrupt: see the callers.
 * Return: `got`, null where the C returns NULL.
 * Abstracts: one zone, no watermarks, no high-order atomic reserve.
 *
 * @kernel v6.18 mm/page_alloc.c rmqueue(), rmqueue_pcplist(), rmqueue_bulk(), rmqueue_buddy()
 */

import {
  bool,
  call,
  element,
  id,
  lit,
  optional,
  otherwise,
  program,
  result,
  select,
  step,
  value,
  when,
} from "../../checker/language/index.ts";
import { spinLockIrqsave, spinTrylockIrqsave, spinUnlockIrqrestore } from "../locks/spinlock.ts";
import { cpu } from "../machine/sets.ts";
import { mm } from "../mm/config.ts";
import { zoneLock } from "../mm/locks.ts";
import { slab as pages, zone } from "../mm/sets.ts";
import { addPage, takeFirstPage } from "./page-list.ts";
import { pcpSpinTrylock, pcpSpinUnlock } from "./pcp.ts";
import { p } from "./state.ts";

/** rmqueue_bulk(): `got` is the first page of the refill, which the caller takes; a second stays on the CPU's list. */
export const rmqueueBulk = program(
  "rmqueue_bulk",
  {
    exits: ["done"],
    params: { c: value(id(cpu)), allowSpin: value(bool), got: result(optional(id(pages))) },
    locals: { flags: bool, second: optional(id(pages)) },
    kernel: "v6.18 mm/page_alloc.c rmqueue_bulk()",
    inlines: "mm/page_alloc.c __rmqueue_smallest()",
    tag: "S",
    abstracts: ["a refill moves one page or two"],
  },
  (_, { c, allowSpin, got }, { flags, second }) => {
    const which = zoneLock(element(zone, 0));
    return {
      entry: select("if (unlikely(alloc_flags & ..))", [[allowSpin, "lock"]], "try"),
      try: call(
        "if (!spin_trylock_irqsave(&zone->lock, flags)) return 0;",
        spinTrylockIrqsave,
        { which, flags },
        { held: "take", busy: "none" },
        { ref: "3.10.4" },
      ),
      none: step("return 0;", { ref: "3.10.4" }, otherwise.do(got.set(lit(null))).goto("done")),
      lock: call(
        "spin_lock_irqsave(&zone->lock, flags);",
        spinLockIrqsave,
        { which, flags },
        { held: "take" },
        { ref: "3.10.4" },
      ),
      take: call(
        "page = __rmqueue(zone, order, migratetype, alloc_flags, &rmqm);",
        takeFirstPage,
        { head: p.zoneList, got },
        { done: "batch", empty: "unlock" },
        { ref: "3.10.4" },
      ),
      batch: select("for (i = 0; i < count; ++i)", [[mm.pcpBatch.gt(1), "takeSecond"]], "unlock"),
      takeSecond: call(
        "page = __rmqueue(zone, order, migratetype, alloc_flags, &rmqm);",
        takeFirstPage,
        { head: p.zoneList, got: second },
        { done: "addSecond", empty: "unlock" },
        { ref: "3.10.4" },
      ),
      addSecond: call(
        "list_add_tail(&page->pcp_list, list);",
        addPage,
        { head: p.pcpList.at(c), page: second.known() },
        { done: "unlock" },
        { ref: "3.10.4" },
      ),
      unlock: call(
        "spin_unlock_irqrestore(&zone->lock, flags);",
        spinUnlockIrqrestore,
        { which, flags },
        { done: "done" },
        { ref: "3.10.4" },
      ),
    };
  },
);

export const rmqueue = program(
  "rmqueue",
  {
    exits: ["done"],
    params: { allowSpin: value(bool), got: result(optional(id(pages))) },
    locals: { c: id(cpu), upFlags: bool, flags: bool, page: optional(id(pages)) },
    kernel: "v6.18 mm/page_alloc.c rmqueue()",
    inlines: "mm/page_alloc.c rmqueue_pcplist(), __rmqueue_pcplist(), rmqueue_buddy(), __rmqueue_smallest()",
    tag: "S",
    abstracts: ["page allocator: one zone, order 0, no watermarks and no reclaim"],
  },
  (_, { allowSpin, got }, { c, upFlags, flags, page }) => {
    const which = zoneLock(element(zone, 0));
    return {
      tryPcp: call(
        "pcp = pcp_spin_trylock(zone->per_cpu_pageset);",
        pcpSpinTrylock,
        { c, upFlags },
        { held: "list", busy: "buddy" },
        { ref: "3.10.4" },
      ),
      list: call(
        "page = __rmqueue_pcplist(zone, order, migratetype, alloc_flags, pcp, list);",
        takeFirstPage,
        { head: p.pcpList.at(c), got: page },
        { done: "unlockPcp", empty: "refill" },
        { ref: "3.10.4" },
      ),
      refill: call(
        "alloced = rmqueue_bulk(zone, order, batch, list, migratetype, alloc_flags);",
        rmqueueBulk,
        { c, allowSpin, got: page },
        { done: "unlockPcp" },
        { ref: "3.10.4" },
      ),
      unlockPcp: call("pcp_spin_unlock(pcp);", pcpSpinUnlock, { c, upFlags }, { done: "likely" }, { ref: "3.10.4" }),
      likely: step(
        "if (likely(page)) goto out;",
        { ref: "3.10.4" },
        when(page.notNull()).do(got.set(page)).goto("done"),
        otherwise.goto("buddy"),
      ),
      buddy: select("if (unlikely(alloc_flags & ..))", [[allowSpin, "lockZone"]], "tryZone"),
      tryZone: call(
        "if (!spin_trylock_irqsave(&zone->lock, flags)) return NULL;",
        spinTrylockIrqsave,
        { which, flags },
        { held: "take", busy: "fail" },
        { ref: "3.10.5" },
      ),
      lockZone: call(
        "spin_lock_irqsave(&zone->lock, flags);",
        spinLockIrqsave,
        { which, flags },
        { held: "take" },
        { ref: "3.10.5" },
      ),
      take: call(
        "page = __rmqueue(zone, order, migratetype, alloc_flags, &rmqm);",
        takeFirstPage,
        { head: p.zoneList, got },
        { done: "unlock", empty: "unlock" },
        { ref: "3.10.5" },
      ),
      unlock: call(
        "spin_unlock_irqrestore(&zone->lock, flags);",
        spinUnlockIrqrestore,
        { which, flags },
        { done: "done" },
        { ref: "3.10.5" },
      ),
      fail: step("return NULL;", { ref: "3.10.6" }, otherwise.do(got.set(lit(null))).goto("done")),
    };
  },
);
