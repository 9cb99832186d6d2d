/**
 * free_pages() and free_pages_nolock() of somebody who counts: the reference is dropped, and the page freed where it was
 * the last. drain_pages_zone(): a CPU's page list goes back to the zone.
 *
 * Context: With `allowSpin` it waits for zone->lock, and on PREEMPT_RT may sleep; without, any.
 *
 * @kernel v6.18 mm/page_alloc.c ___free_pages(), drain_pages_zone()
 */
import { bool, call, id, otherwise, program, range, step, value, when } from "../../checker/language/index.ts";
import { spinLock, spinUnlock } from "../locks/spinlock.ts";
import { pcpLock } from "../locks/state.ts";
import { cpu } from "../machine/config.ts";
import { pinCpu, unpinCpu } from "../machine/pin.ts";
import { slab as pages } from "../slub/sets.ts";
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

/** 6.18 as merged takes the lock with interrupts on, without SMP too (038a102535eb changes that). */
export const drainPagesZone = program(
  "drain_pages_zone",
  {
    exits: ["done"],
    params: { c: value(id(cpu)) },
    /** For versions that turn interrupts off. */
    locals: { flags: bool, count: range(0, 4) },
    kernel: "v6.18 mm/page_alloc.c drain_pages_zone()",
    tag: "S",
  },
  (self, { c }, { count }) => ({
    pin: step("preempt_disable(); /* of spin_lock() */", { ref: "3.10.D1" }, otherwise.do(pinCpu(self)).goto("lock")),
    lock: call("spin_lock(&pcp->lock);", spinLock, { which: pcpLock(c) }, { held: "count" }, { ref: "3.10.D1" }),
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
    unlock: call("spin_unlock(&pcp->lock);", spinUnlock, { which: pcpLock(c) }, { done: "unpin" }, { ref: "3.10.D3" }),
    unpin: step("preempt_enable();", { ref: "3.10.D3" }, otherwise.do(unpinCpu(self)).goto("done")),
  }),
);
