/** How pages are freed by nolock callers since 7.0, and in proposals: P of the variants. */
import {
  and,
  call,
  element,
  not,
  or,
  otherwise,
  type Patch,
  patch,
  select,
  step,
  type Variant,
  variant,
  when,
} from "../../checker/language/index.ts";
import { spinLockIrqsave, spinTrylockIrqsave, spinUnlockIrqrestore } from "../locks/spinlock.ts";
import { cfg, EMPTY_TRYLOCK } from "../machine/config.ts";
import { pinCpu } from "../machine/pin.ts";
import { inHardirq, inNmi, onCpu, type Self, thisCpu } from "../machine/state.ts";
import { mm } from "../mm/config.ts";
import { zoneLock } from "../mm/locks.ts";
import { zone } from "../mm/sets.ts";
import { drainParked } from "../page/drain-parked.ts";
import { freeFrozenPages, freeOnePage, freePcppagesBulk } from "../page/free-frozen-pages.ts";
import { drainPagesZone } from "../page/free-pages.ts";
import { takeFirstPage } from "../page/page-list.ts";
import { pcpSpinTrylock } from "../page/pcp.ts";
import { rmqueue, rmqueueBulk } from "../page/rmqueue.ts";
import { p, pageList } from "../page/state.ts";

const RT = "if (IS_ENABLED(CONFIG_PREEMPT_RT) && (in_nmi() || in_hardirq())) return false;";
const UP = "if (!IS_ENABLED(CONFIG_SMP) && in_nmi()) return false;";

const which = zoneLock(element(zone, 0));

/** The two tests of can_spin_trylock(): where it says no, the page is parked. */
const canSpin = <const T extends string>(self: Self, next: T, ref: string) => ({
  context: step<T | "park">(RT, { ref }, when(or(inNmi(self), inHardirq(self))).goto("park"), otherwise.goto(next)),
  up: step<T | "park">(UP, { ref }, when(inNmi(self)).goto("park"), otherwise.goto(next)),
});

/** A tracepoint behind __rmqueue_smallest()'s write of the list: the zone's lock is held. */
const traced = step(
  "trace_mm_page_alloc_zone_locked(page, order, migratetype, ..);",
  { ref: "11.6.A6c", marks: ["mm_page_alloc_zone_locked"] },
  otherwise.goto("unlock"),
);
const LOCK = "spin_lock_irqsave(&zone->lock, flags);";
const GUARD = "guard(spinlock_irqsave)(&zone->lock);";
const TRY_PCP = "pcp = pcp_spin_trylock(zone->per_cpu_pageset);";
const TAKE = "page = __rmqueue(zone, order, migratetype, alloc_flags, &rmqm);";

/** 7.2 and 7.3: without SMP no page goes through a CPU's list, and an NMI parks at once; pages of an isolated block, or of a large order, pass that test by. */
export const pagesSinceSheaves: readonly Patch[] = [
  patch(
    pcpSpinTrylock,
    ({ self, c, upFlags, here, saved }) => {
      const { irqsOff } = onCpu(self);
      return {
        pin: select("(model) CONFIG_SMP?", [[cfg.smp, "pinned"]], "never"),
        pinned: step(
          "pcpu_task_pin(); _ret = this_cpu_ptr(ptr);",
          { ref: "11.6.A6a" },
          otherwise
            .do(pinCpu(self), c.set(thisCpu(self)), here.set(thisCpu(self)), upFlags.set(irqsOff), saved.set(irqsOff))
            .goto("try"),
        ),
        never: step("#define pcp_spin_trylock(ptr) NULL", { ref: "11.6.A6a" }, otherwise.goto("busy")),
      };
    },
    { added: ["pinned", "never"] },
  ),
  patch(
    freeFrozenPages,
    ({ self, allowSpin, c, upFlags }) => ({
      prepare: step(
        "if (!__free_pages_prepare(page, order, fpi_flags)) return;",
        { ref: "11.6.B1", note: "a count that is not 0 is looked at by debug configurations only: the page goes on" },
        otherwise.goto("isolated"),
      ),
      isolated: select(
        "if (!pcp_allowed_order(order)) .. if (unlikely(is_migrate_isolate(migratetype)))",
        [[mm.pastPcp, "zone"]],
        "nolock",
      ),
      nolock: select(
        "if (unlikely((fpi_flags & FPI_NOLOCK) && !can_spin_trylock()))",
        [
          [and(cfg.preemptRt, not(allowSpin)), "context"],
          [and(EMPTY_TRYLOCK, not(allowSpin)), "up"],
        ],
        "tryPcp",
      ),
      ...canSpin(self, "tryPcp", "11.6.B3"),
      tryPcp: call(TRY_PCP, pcpSpinTrylock, { c, upFlags }, { held: "commit", busy: "zone" }, { ref: "3.10.F3" }),
    }),
    { added: ["isolated", "up"] },
  ),
  patch(
    rmqueue,
    ({ got, c, upFlags }) => ({
      tryPcp: call(TRY_PCP, pcpSpinTrylock, { c, upFlags }, { held: "list", busy: "buddy" }, { ref: "3.10.4" }),
      take: call(
        TAKE,
        takeFirstPage,
        { head: p.zoneList, got },
        { done: "traced", empty: "unlock" },
        { ref: "3.10.5" },
      ),
      traced,
    }),
    { added: ["traced"] },
  ),
  patch(freePcppagesBulk, ({ flags }) => ({
    lock: call(GUARD, spinLockIrqsave, { which, flags }, { held: "while" }, { ref: "3.10.F8" }),
    unlock: call(
      `${GUARD} /* its end */`,
      spinUnlockIrqrestore,
      { which, flags },
      { done: "done" },
      { ref: "3.10.F8" },
    ),
  })),
  patch(
    drainPagesZone,
    ({ self, c, flags, count }) => ({
      pin: step(
        "preempt_disable(); /* of spin_lock() */",
        { ref: "3.10.D1" },
        otherwise.do(pinCpu(self), flags.set(false)).goto("lockOnly"),
      ),
      count: step(
        "count = pcp->count; if (count) {",
        { ref: "3.10.D2" },
        when(p.pcpList.at(c).isNull()).goto("unlockOnly"),
        otherwise.do(count.set(pageList(p.pcpList.at(c)).length())).goto("bulk"),
      ),
      bulk: call(
        "free_pcppages_bulk(zone, to_drain, pcp, 0);",
        freePcppagesBulk,
        { c, count },
        { done: "unlockOnly" },
        { ref: "3.10.D2" },
      ),
    }),
    { removed: ["lock", "lockIrqs", "unlock", "unlockIrqs"] },
  ),
  patch(
    rmqueueBulk,
    ({ got }) => ({
      take: call(
        TAKE,
        takeFirstPage,
        { head: p.zoneList, got },
        { done: "traced", empty: "unlock" },
        { ref: "3.10.4" },
      ),
      traced: step(
        "trace_mm_page_alloc_zone_locked(page, order, migratetype, ..);",
        { ref: "11.6.A6b", marks: ["mm_page_alloc_zone_locked"] },
        otherwise.goto("batch"),
      ),
    }),
    { added: ["traced"] },
  ),
];

/** 7.3: whoever comes to the zone without having been asked is asked there. */
export const zoneAsksContext: Patch = patch(
  freeOnePage,
  ({ self, allowSpin }) => ({
    entry: select("if (unlikely(fpi_flags & FPI_NOLOCK))", [[allowSpin, "lock"]], "canSpin"),
    canSpin: select(
      "if (!can_spin_trylock() ..",
      [
        [cfg.preemptRt, "context"],
        [EMPTY_TRYLOCK, "up"],
      ],
      "try",
    ),
    ...canSpin(self, "try", "11.6.C1"),
  }),
  { added: ["canSpin", "context", "up"] },
);

const drain = <const T extends string>(next: T) =>
  call("(variant) drain_trylock_free_pages(zone);", drainParked, {}, { done: next }, { tag: "D" });

export const SHEAF_PAGES: Readonly<Record<string, Variant>> = {
  "zone-lock-drains": variant(
    "zone-lock-drains",
    "P6: whoever gets the zone's lock puts what is parked back on the zone's list",
    patch(
      rmqueue,
      ({ flags }) => ({
        tryZone: call(
          "if (!spin_trylock_irqsave(&zone->lock, flags)) return NULL;",
          spinTrylockIrqsave,
          { which, flags },
          { held: "drain", busy: "fail" },
          { ref: "3.10.5" },
        ),
        lockZone: call(LOCK, spinLockIrqsave, { which, flags }, { held: "drain" }, { ref: "3.10.5" }),
        drain: drain("take"),
      }),
      { added: ["drain"] },
    ),
    patch(
      rmqueueBulk,
      ({ flags }) => ({
        try: call(
          "if (!spin_trylock_irqsave(&zone->lock, flags)) return 0;",
          spinTrylockIrqsave,
          { which, flags },
          { held: "drain", busy: "none" },
          { ref: "3.10.4" },
        ),
        lock: call(LOCK, spinLockIrqsave, { which, flags }, { held: "drain" }, { ref: "3.10.4" }),
        drain: drain("take"),
      }),
      { added: ["drain"] },
    ),
    patch(
      freePcppagesBulk,
      ({ flags }) => ({
        lock: call(GUARD, spinLockIrqsave, { which, flags }, { held: "drain" }, { ref: "3.10.F8" }),
        drain: drain("while"),
      }),
      { added: ["drain"] },
    ),
    patch(freeOnePage, ({ flags }) => ({
      try: call(
        "!spin_trylock_irqsave(&zone->lock, flags))",
        spinTrylockIrqsave,
        { which, flags },
        { held: "parked", busy: "park" },
        { ref: "11.6.C1" },
      ),
    })),
  ),
};
