/** How a slab gets its page, and what page lists rely on, in earlier and later versions and proposals: P of the variants. */

import {
  and,
  call,
  type Expr,
  type Id,
  type LeafPlace,
  lit,
  not,
  otherwise,
  type Patch,
  patch,
  select,
  step,
  type Variant,
  variant,
  when,
} from "../../checker/language/index.ts";
import { spinLock, spinUnlock } from "../locks/spinlock.ts";
import { cfg, EMPTY_TRYLOCK } from "../machine/config.ts";
import { inNmi, onCpu, type Self } from "../machine/state.ts";
import { pcpLock } from "../mm/locks.ts";
import { allocFrozenPagesNolock, allocPagesNolock } from "../page/alloc-frozen-pages-nolock.ts";
import { allocSlabPage } from "../page/alloc-slab-page.ts";
import { freeFrozenPages } from "../page/free-frozen-pages.ts";
import { drainPagesZone } from "../page/free-pages.ts";
import { p } from "../page/state.ts";
import { kmallocNolock } from "../slub/kmalloc-nolock.ts";
import { newSlab } from "../slub/new-slab.ts";

type PagePlace = LeafPlace<Id<"slab"> | null>;

/** A nolock caller takes a counted page, then drops the count. */
const counted = ({ page, got }: { page: PagePlace; got: Pick<PagePlace, "set"> }) => ({
  alloc: call(
    "p = alloc_pages_nolock(node, order);",
    allocPagesNolock,
    { got: page },
    { done: "return" },
    { ref: "3.10.V1" },
  ),
  return: step(
    "if (!p) return NULL;",
    { ref: "3.10.V1" },
    when(page.isNull())
      .do(got.set(lit(null)))
      .goto("done"),
    otherwise.goto("testzero"),
  ),
});

export const refcountedPage = patch(
  allocSlabPage,
  (scope) => {
    const { page, got } = scope;
    const { refcount } = p.page.at(page);
    return {
      ...counted(scope),
      testzero: step(
        "put_page_testzero(p);",
        { ref: "3.10.V2", note: "the result is ignored" },
        otherwise.do(refcount.set(refcount.minus(1)), got.set(page)).goto("done"),
      ),
    };
  },
  { added: ["testzero"] },
);

const checkedPage = patch(
  allocSlabPage,
  (scope) => {
    const { page, got } = scope;
    const { refcount } = p.page.at(page);
    return {
      ...counted(scope),
      testzero: step(
        "(variant) if (!put_page_testzero(p))",
        { ref: "3.10.V2", tag: "D" },
        when(refcount.eq(1)).do(refcount.set(0), got.set(page)).goto("done"),
        otherwise.do(refcount.set(refcount.minus(1))).goto("counted"),
      ),
      counted: step(
        "(variant) return NULL;",
        { ref: "3.10.V2", tag: "D", note: "whoever counts the page will free it" },
        otherwise.do(got.set(lit(null))).goto("done"),
      ),
    };
  },
  { added: ["testzero", "counted"] },
);

/** Until Apr 2026 (620b46ed6ae1): an NMI without SMP goes on to trylocks that always succeed. */
export const upNmiTries: readonly Patch[] = [
  patch(
    allocFrozenPagesNolock,
    () => ({ entry: select("if (IS_ENABLED(CONFIG_PREEMPT_RT)", [[cfg.preemptRt, "context"]], "freelist") }),
    { removed: ["up"] },
  ),
  patch(
    kmallocNolock,
    () => ({ entry: select("if (IS_ENABLED(CONFIG_PREEMPT_RT)", [[cfg.preemptRt, "context"]], "bucket") }),
    { removed: ["up"] },
  ),
];

/** Until Jan 2026 (038a102535eb): a drain takes its lock with interrupts on, without SMP too. */
export const drainWithIrqsOn = patch(
  drainPagesZone,
  ({ c }) => ({
    lock: call("spin_lock(&pcp->lock);", spinLock, { which: pcpLock(c) }, { held: "count" }, { ref: "3.10.D1" }),
    unlock: call("spin_unlock(&pcp->lock);", spinUnlock, { which: pcpLock(c) }, { done: "unpin" }, { ref: "3.10.D3" }),
  }),
  { removed: ["lockOnly", "lockIrqs", "unlockOnly", "unlockIrqs"] },
);

/** Until Feb 2026 (B7): the shuffle of a new slab asks the random generator, whoever comes. */
export const shuffleAsksGenerator = patch(
  newSlab,
  () => ({ shuffle: select("shuffle_freelist(s, slab)", [], "ask") }),
  {
    removed: ["ownState"],
  },
);

/** Without SMP a nolock caller parks the page at once where `test` is true. */
const parksWhere = (quote: string, tag: "S" | "D", test: (self: Self) => Expr<boolean>): Patch =>
  patch(
    freeFrozenPages,
    ({ self, allowSpin }) => ({
      nolock: select(
        "if (unlikely((fpi_flags & FPI_TRYLOCK) &&",
        [
          [and(cfg.preemptRt, not(allowSpin)), "context"],
          [and(EMPTY_TRYLOCK, not(allowSpin)), "up"],
        ],
        "tryPcp",
      ),
      up: step(quote, { ref: "3.10.F2", tag }, when(test(self)).goto("park"), otherwise.goto("tryPcp")),
    }),
    { added: ["up"] },
  );

/** An empty trylock keeps nobody out, but what it guards is worked on with interrupts off: who finds them on is not inside. */
const UP_IRQS_OFF = "!IS_ENABLED(CONFIG_SMP) && irqs_disabled()";

export const PAGES: Readonly<Record<string, Variant>> = {
  "refcounted-page": variant(
    "refcounted-page",
    "P1: a slab's page comes with reference count 1, dropped by put_page_testzero()",
    refcountedPage,
  ),
  "refcounted-page-checked": variant(
    "refcounted-page-checked",
    "P3: as refcounted-page, but where put_page_testzero() says that somebody counts the page, there is none",
    checkedPage,
  ),
  "up-nmi-parks": variant(
    "up-nmi-parks",
    "P4, mended for frees (Jul 2026): without SMP an NMI parks the page at once",
    parksWhere("!IS_ENABLED(CONFIG_SMP) && in_nmi())", "S", inNmi),
  ),
  "up-refused-with-irqs-off": variant(
    "up-refused-with-irqs-off",
    "P4 and objects, mended further: without SMP who has interrupts off gets no page and no object, and parks what it frees",
    patch(allocFrozenPagesNolock, ({ self, got }) => ({
      up: step(
        `(variant) if (${UP_IRQS_OFF}) return NULL;`,
        { ref: "3.10.2", tag: "D" },
        when(onCpu(self).irqsOff)
          .do(got.set(lit(null)))
          .goto("done"),
        otherwise.goto("freelist"),
      ),
    })),
    patch(kmallocNolock, ({ self, got }) => ({
      up: step(
        `(variant) if (${UP_IRQS_OFF}) return NULL;`,
        { ref: "3.5", tag: "D" },
        when(onCpu(self).irqsOff)
          .do(got.set(lit(null)))
          .goto("done"),
        otherwise.goto("bucket"),
      ),
    })),
    parksWhere(`(variant) ${UP_IRQS_OFF}`, "D", (self) => onCpu(self).irqsOff),
  ),
  "rt-interrupts-try": variant(
    "rt-interrupts-try",
    "on PREEMPT_RT an NMI or a hardirq tries the page allocator's locks instead of getting NULL, or parking, at once",
    patch(allocFrozenPagesNolock, ({ got }) => ({
      context: step(
        "(variant) no test of in_nmi() and in_hardirq()",
        { tag: "D" },
        when(lit(false))
          .do(got.set(lit(null)))
          .goto("done"),
        otherwise.goto("freelist"),
      ),
    })),
    patch(freeFrozenPages, () => ({
      context: step(
        "(variant) no test of in_nmi() and in_hardirq()",
        { tag: "D" },
        when(lit(false)).goto("park"),
        otherwise.goto("tryPcp"),
      ),
    })),
  ),
};
