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
import { spinLockIrqsave, spinTrylockIrqsave } from "../locks/spinlock.ts";
import { cfg, EMPTY_TRYLOCK } from "../machine/config.ts";
import { inHardirq, inNmi, type Self } from "../machine/state.ts";
import { mm } from "../mm/config.ts";
import { zoneLock } from "../mm/locks.ts";
import { zone } from "../mm/sets.ts";
import { drainParked } from "../page/drain-parked.ts";
import { freeFrozenPages, freeOnePage, freePcppagesBulk } from "../page/free-frozen-pages.ts";
import { takeFirstPage } from "../page/page-list.ts";
import { rmqueue, rmqueueBulk } from "../page/rmqueue.ts";
import { p } from "../page/state.ts";

const RT = "if (IS_ENABLED(CONFIG_PREEMPT_RT) && (in_nmi() || in_hardirq())) return false;";
const UP = "if (!IS_ENABLED(CONFIG_SMP) && in_nmi()) return false;";

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
const TAKE = "page = __rmqueue(zone, order, migratetype, alloc_flags, &rmqm);";

/** 7.2 and 7.3: without SMP too an NMI parks at once; pages of an isolated block, or of a large order, pass that test by. */
export const pagesSinceSheaves: readonly Patch[] = [
  patch(
    freeFrozenPages,
    ({ self, allowSpin }) => ({
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
    }),
    { added: ["isolated", "up"] },
  ),
  patch(
    rmqueue,
    ({ got }) => ({
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

const which = zoneLock(element(zone, 0));
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
        lock: call(LOCK, spinLockIrqsave, { which, flags }, { held: "drain" }, { ref: "3.10.F8" }),
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
