/**
 * free_pages() and free_pages_nolock() of somebody who counts: the reference is dropped, and the page freed where it was
 * the last. drain_pages_zone(): a CPU's page list goes back to the zone.
 *
 * Context: With `allowSpin` it waits for zone->lock, and on PREEMPT_RT may sleep; without, any.
 *
 * @kernel v6.18 mm/page_alloc.c ___free_pages(), drain_pages_zone()
 */

import { bool, call, id, otherwise, program, range, select, step, value, when } from "../../checker/language/index.ts";
import { spinLock, spinLockIrqsave, spinUnlock, spinUnlockIrqrestore } from "../locks/spinlock.ts";
import { EMPTY_TRYLOCK } from "../machine/config.ts";
import { pinCpu, unpinCpu } from "../machine/pin.ts";
import { cpu } from "../machine/sets.ts";
import { pcpLock } from "../mm/locks.ts";
import { slab as pages } from "../mm/sets.ts";
import { freeFrozenPages, freePcppagesBulk } from "./free-frozen-pages.ts";
import { p, pageList } from "./state.ts";

export const freePages = program(
  "___free_pages",
  {
    exits: ["done"],
    params: { page: value(id(pages)), allowSpin: value(bool) },
    kernel: "v6.18 mm/page_alloc.c ___free_pages()",
    tag: "S",
  },
  (_, { page, allowSpin }) => ({
    put: step(
      "if (put_page_testzero(page))",
      { ref: "3.10.C2" },
      when(p.page.at(page).refcount.eq(1)).do(p.page.at(page).refcount.set(0)).goto("free"),
      otherwise.do(p.page.at(page).refcount.set(p.page.at(page).refcount.minus(1))).goto("done"),
    ),
    free: call(
      "__free_frozen_pages(page, order, fpi_flags);",
      freeFrozenPages,
      { page, allowSpin },
      { done: "done" },
      { ref: "3.10.C2" },
    ),
  }),
);

/** Without SMP, and without PREEMPT_RT, interrupts are off too: a trylock there has nothing to find taken. */
export const drainPagesZone = program(
  "drain_pages_zone",
  {
    exits: ["done"],
    params: { c: value(id(cpu)) },
    locals: { flags: bool, count: range(0, 4) },
    kernel: "v6.18.35 mm/page_alloc.c drain_pages_zone()",
    inlines:
      "mm/page_alloc.c pcp_spin_lock_maybe_irqsave(), pcp_spin_unlock_maybe_irqrestore(), pcp_spin_lock_nopin(), pcp_spin_unlock_nopin(), include/linux/spinlock_api_smp.h __raw_spin_lock(), __raw_spin_unlock()",
    tag: "S",
  },
  (self, { c }, { flags, count }) => ({
    pin: step(
      "preempt_disable(); /* of spin_lock() */",
      { ref: "3.10.D1" },
      otherwise.do(pinCpu(self), flags.set(false)).goto("lock"),
    ),
    lock: select("(model) CONFIG_SMP or CONFIG_PREEMPT_RT?", [[EMPTY_TRYLOCK, "lockIrqs"]], "lockOnly"),
    lockOnly: call("spin_lock(&(ptr)->lock)", spinLock, { which: pcpLock(c) }, { held: "count" }, { ref: "3.10.D1" }),
    lockIrqs: call(
      "spin_lock_irqsave(&(ptr)->lock, flags);",
      spinLockIrqsave,
      { which: pcpLock(c), flags },
      { held: "count" },
      { ref: "3.10.D1" },
    ),
    count: step(
      "count = pcp->count; if (count) {",
      { ref: "3.10.D2" },
      when(p.pcpList.at(c).isNull()).goto("unlock"),
      otherwise.do(count.set(pageList(p.pcpList.at(c)).length())).goto("bulk"),
    ),
    bulk: call(
      "free_pcppages_bulk(zone, to_drain, pcp, 0);",
      freePcppagesBulk,
      { c, count },
      { done: "unlock" },
      { ref: "3.10.D2" },
    ),
    unlock: select("(model) CONFIG_SMP or CONFIG_PREEMPT_RT?", [[EMPTY_TRYLOCK, "unlockIrqs"]], "unlockOnly"),
    unlockOnly: call(
      "spin_unlock(&(ptr)->lock)",
      spinUnlock,
      { which: pcpLock(c) },
      { done: "unpin" },
      { ref: "3.10.D3" },
    ),
    unlockIrqs: call(
      "spin_unlock_irqrestore(&(ptr)->lock, flags);",
      spinUnlockIrqrestore,
      { which: pcpLock(c), flags },
      { done: "unpin" },
      { ref: "3.10.D3" },
    ),
    unpin: step("preempt_enable();", { ref: "3.10.D3" }, otherwise.do(unpinCpu(self)).goto("done")),
  }),
);
