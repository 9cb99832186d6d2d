/** How a slab gets its page, and what page lists rely on, in earlier and later versions and proposals: P of the variants. */
import {
  and,
  call,
  type Id,
  type LeafPlace,
  lit,
  not,
  or,
  otherwise,
  patch,
  select,
  step,
  type Variant,
  variant,
  when,
} from "../../checker/language/index.ts";
import { spinLock, spinLockIrqsave, spinUnlock, spinUnlockIrqrestore } from "../locks/spinlock.ts";
import { pcpLock } from "../locks/state.ts";
import { cfg } from "../machine/config.ts";
import { pinCpu } from "../machine/pin.ts";
import { inNmi } from "../machine/state.ts";
import { allocFrozenPagesNolock, allocPagesNolock } from "../page/alloc-frozen-pages-nolock.ts";
import { allocSlabPage } from "../page/alloc-slab-page.ts";
import { freeFrozenPages } from "../page/free-frozen-pages.ts";
import { drainPagesZone } from "../page/free-pages.ts";
import { p } from "../page/state.ts";
import { kmallocNolock } from "../slub/kmalloc-nolock.ts";

/** Neither SMP nor PREEMPT_RT: spin_trylock() is empty. */
const EMPTY_TRYLOCK = not(or(cfg.smp, cfg.preemptRt));

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
  "up-nmi-gets-no-page": variant(
    "up-nmi-gets-no-page",
    "P4, mended for allocations (620b46ed6ae1, Apr 2026): without SMP an NMI gets no page, at once",
    patch(
      allocFrozenPagesNolock,
      ({ self, got }) => ({
        entry: select(
          "if (IS_ENABLED(CONFIG_PREEMPT_RT)",
          [
            [cfg.preemptRt, "context"],
            [EMPTY_TRYLOCK, "up"],
          ],
          "freelist",
        ),
        up: step(
          "if (!IS_ENABLED(CONFIG_SMP) && in_nmi()) return NULL;",
          { ref: "3.10.2", tag: "S" },
          when(inNmi(self))
            .do(got.set(lit(null)))
            .goto("done"),
          otherwise.goto("freelist"),
        ),
      }),
      { added: ["up"] },
    ),
  ),
  "up-nmi-gets-no-object": variant(
    "up-nmi-gets-no-object",
    "the same of kmalloc_nolock() (Apr 2026): without SMP an NMI gets NULL at once",
    patch(
      kmallocNolock,
      ({ self, got }) => ({
        entry: select(
          "if (IS_ENABLED(CONFIG_PREEMPT_RT)",
          [
            [cfg.preemptRt, "context"],
            [EMPTY_TRYLOCK, "up"],
          ],
          "bucket",
        ),
        up: step(
          "if (!IS_ENABLED(CONFIG_SMP) && in_nmi()) return NULL;",
          { ref: "3.5", tag: "S" },
          when(inNmi(self))
            .do(got.set(lit(null)))
            .goto("done"),
          otherwise.goto("bucket"),
        ),
      }),
      { added: ["up"] },
    ),
  ),
  "up-nmi-parks": variant(
    "up-nmi-parks",
    "P4, mended for frees (Jul 2026): without SMP an NMI parks the page at once",
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
        up: step(
          "!IS_ENABLED(CONFIG_SMP) && in_nmi())",
          { ref: "3.10.F2", tag: "S" },
          when(inNmi(self)).goto("park"),
          otherwise.goto("tryPcp"),
        ),
      }),
      { added: ["up"] },
    ),
  ),
  "drain-with-irqs-off": variant(
    "drain-with-irqs-off",
    "038a102535eb (Jan 2026): without SMP a drain of a page list takes its lock with interrupts off",
    patch(
      drainPagesZone,
      ({ self, c, flags }) => ({
        pin: step(
          "preempt_disable(); /* of spin_lock() */",
          { ref: "3.10.D1" },
          otherwise.do(pinCpu(self), flags.set(false)).goto("lock"),
        ),
        lock: select(
          "#if defined(CONFIG_SMP) || defined(CONFIG_PREEMPT_RT)",
          [[EMPTY_TRYLOCK, "lockIrqs"]],
          "lockOnly",
        ),
        lockOnly: call("spin_lock(&(ptr)->lock);", spinLock, { which: pcpLock(c) }, { held: "count" }),
        lockIrqs: call(
          "spin_lock_irqsave(&(ptr)->lock, flags);",
          spinLockIrqsave,
          { which: pcpLock(c), flags },
          { held: "count" },
          { ref: "3.10.D1" },
        ),
        unlock: select(
          "#if defined(CONFIG_SMP) || defined(CONFIG_PREEMPT_RT)",
          [[EMPTY_TRYLOCK, "unlockIrqs"]],
          "unlockOnly",
        ),
        unlockOnly: call("spin_unlock(&(ptr)->lock);", spinUnlock, { which: pcpLock(c) }, { done: "unpin" }),
        unlockIrqs: call(
          "spin_unlock_irqrestore(&(ptr)->lock, flags);",
          spinUnlockIrqrestore,
          { which: pcpLock(c), flags },
          { done: "unpin" },
          { ref: "3.10.D3" },
        ),
      }),
      { added: ["lockOnly", "lockIrqs", "unlockOnly", "unlockIrqs"] },
    ),
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
