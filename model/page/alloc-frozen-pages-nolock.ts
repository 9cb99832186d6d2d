/**
 * alloc_frozen_pages_nolock(): one page by trylocks alone, first from this CPU's page list, then from the zone.
 * The page's reference count stays 0.
 *
 * Context: Any. Return: `got`, null where the C returns NULL.
 * Abstracts: one zone, order 0, no memcg charge, no hooks; a refill moves one page.
 *
 * @kernel v6.18 mm/page_alloc.c alloc_frozen_pages_nolock_noprof(), rmqueue_pcplist(), rmqueue_bulk(), rmqueue_buddy()
 */
import {
  bool,
  call,
  choose,
  element,
  id,
  ite,
  lit,
  not,
  optional,
  or,
  otherwise,
  program,
  result,
  select,
  step,
  when,
} from "../../checker/language/index.ts";
import { spinTrylock, spinTrylockIrqsave, spinUnlock, spinUnlockIrqrestore } from "../locks/spinlock.ts";
import { pcpLock, zone, zoneLock } from "../locks/state.ts";
import { cfg, cpu } from "../machine/config.ts";
import { pinCpu, unpinCpu } from "../machine/pin.ts";
import { inHardirq, inNmi, onCpu, thisCpu } from "../machine/state.ts";
import { slab as pages } from "../slub/sets.ts";
import { p } from "./state.ts";

export const allocFrozenPagesNolock = program(
  "alloc_frozen_pages_nolock",
  {
    exits: ["done"],
    params: { got: result(optional(id(pages))) },
    locals: { c: id(cpu), upFlags: bool, flags: bool, page: optional(id(pages)) },
    kernel: "v6.18 mm/page_alloc.c alloc_frozen_pages_nolock_noprof()",
    tag: "S",
    abstracts: ["page allocator: one zone, order 0; a refill moves one page"],
  },
  (self, { got }, { c, upFlags, flags, page }) => {
    const pcp = pcpLock(c);
    const z = zoneLock(element(zone, 0));
    const { irqsOff } = onCpu(self);
    const up = not(or(cfg.smp, cfg.preemptRt));
    const finish = [...unpinCpu(self), irqsOff.set(ite(up, upFlags, irqsOff))];
    return {
      entry: select("if (IS_ENABLED(CONFIG_PREEMPT_RT)", [[cfg.preemptRt, "context"]], "pin"),
      context: step(
        "if (IS_ENABLED(CONFIG_PREEMPT_RT) && (in_nmi() || in_hardirq())) return NULL;",
        { ref: "3.10.1" },
        when(or(inNmi(self), inHardirq(self)))
          .do(got.set(lit(null)))
          .goto("done"),
        otherwise.goto("pin"),
      ),
      pin: step(
        "pcp_trylock_prepare(UP_flags); pcp = pcp_spin_trylock(zone->per_cpu_pageset); /* pins */",
        { ref: "3.10.4", note: "without SMP, where the trylock is empty, interrupts go off instead" },
        otherwise
          .do(pinCpu(self), c.set(thisCpu(self)), upFlags.set(irqsOff), irqsOff.set(or(irqsOff, up)))
          .goto("tryPcp"),
      ),
      tryPcp: call(
        "spin_trylock(&pcp->lock)",
        spinTrylock,
        { which: pcp },
        { held: "list", busy: "unpinBusy" },
        { ref: "3.10.4" },
      ),
      unpinBusy: step("pcp_trylock_finish(UP_flags);", { ref: "3.10.4" }, otherwise.do(finish).goto("tryZone")),
      list: step(
        "page = list_first_entry(list, struct page, pcp_list); list_del(&page->pcp_list);",
        { ref: "3.10.4", note: "which page of the list is a free choice" },
        choose(pages, (x) => when(p.pcp.at(c).at(x)).do(p.pcp.at(c).at(x).set(false), page.set(x)).goto("unlockPcp")),
        otherwise.goto("tryRefill"),
      ),
      tryRefill: call(
        "spin_trylock_irqsave(&zone->lock, flags)",
        spinTrylockIrqsave,
        { which: z, flags },
        { held: "refill", busy: "noRefill" },
        { ref: "3.10.4" },
      ),
      noRefill: step(
        "(model) rmqueue_bulk() gives nothing",
        { ref: "3.10.4" },
        otherwise.do(page.set(lit(null))).goto("unlockPcp"),
      ),
      refill: step(
        "page = __rmqueue(zone, order, migratetype, alloc_flags, &rmqm);",
        { ref: "3.10.4" },
        choose(pages, (x) =>
          when(p.page.at(x).inZone).do(p.page.at(x).inZone.set(false), page.set(x)).goto("unlockRefill"),
        ),
        otherwise.do(page.set(lit(null))).goto("unlockRefill"),
      ),
      unlockRefill: call(
        "spin_unlock_irqrestore(&zone->lock, flags);",
        spinUnlockIrqrestore,
        { which: z, flags },
        { done: "unlockPcp" },
        { ref: "3.10.4" },
      ),
      unlockPcp: call("pcp_spin_unlock(pcp);", spinUnlock, { which: pcp }, { done: "unpin" }, { ref: "3.10.4" }),
      unpin: step(
        "pcp_trylock_finish(UP_flags); .. if (page) return page;",
        { ref: "3.10.4" },
        when(page.notNull()).do(finish, got.set(page)).goto("done"),
        otherwise.do(finish).goto("tryZone"),
      ),
      tryZone: call(
        "if (!spin_trylock_irqsave(&zone->lock, flags)) return NULL;",
        spinTrylockIrqsave,
        { which: z, flags },
        { held: "take", busy: "fail" },
        { ref: "3.10.5" },
      ),
      take: step(
        "page = __rmqueue(zone, order, migratetype, alloc_flags, &rmqm);",
        { ref: "3.10.5" },
        choose(pages, (x) => when(p.page.at(x).inZone).do(p.page.at(x).inZone.set(false), page.set(x)).goto("unlock")),
        otherwise.do(page.set(lit(null))).goto("unlock"),
      ),
      unlock: call(
        "spin_unlock_irqrestore(&zone->lock, flags);",
        spinUnlockIrqrestore,
        { which: z, flags },
        { done: "return" },
        { ref: "3.10.5" },
      ),
      return: step("return page;", { ref: "3.10.6 3.10.7 3.10.8" }, otherwise.do(got.set(page)).goto("done")),
      fail: step("return NULL;", { ref: "3.10.6" }, otherwise.do(got.set(lit(null))).goto("done")),
    };
  },
);
