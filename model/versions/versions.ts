/**
 * Versions and variants: which rows differ from v6.18, which the programs are written as. A version is a list of rows
 * replaced; so is a variant, applied after it.
 */
import {
  and,
  lit,
  next,
  otherwise,
  patch,
  select,
  step,
  type Variant,
  variant,
  version,
  when,
} from "../../checker/language/index.ts";
import { thisCpu } from "../machine/state.ts";
import { allocSlabPage } from "../page/alloc-slab-page.ts";
import { p } from "../page/state.ts";
import { deferFree } from "../slub/defer-free.ts";
import { kmallocNolock } from "../slub/kmalloc-nolock.ts";
import { bucket } from "../slub/sets.ts";
import { slabAlloc } from "../slub/slab-alloc.ts";
import { slabAllocWrapper } from "../slub/slab-alloc-wrapper.ts";

/** A counted page whose count is dropped, the result ignored. */
const refcountedPage = patch(
  allocSlabPage,
  ({ page, got }) => ({
    return: step(
      "p = alloc_pages_nolock(node, order); /* refcount 1 */",
      { ref: "3.10.1" },
      when(page.isNull())
        .do(got.set(lit(null)))
        .goto("done"),
      otherwise.do(p.page.at(page).refcount.set(1)).goto("testzero"),
    ),
    testzero: step(
      "put_page_testzero(p);",
      { ref: "3.10.2", note: "the result is ignored" },
      otherwise.do(p.page.at(page).refcount.set(p.page.at(page).refcount.minus(1)), got.set(page)).goto("done"),
    ),
  }),
  { added: ["testzero"] },
);

/** The retry label stands after the size test: past the largest bucket the look-up runs off the table. */
const retryBelowSizeTest = patch(kmallocNolock, ({ b, canRetry, got }) => ({
  retry: step(
    "if (PTR_ERR(ret) == -EBUSY) { if (can_retry) { size = s->object_size + 1; can_retry = false; goto retry; } ret = NULL; }",
    { ref: "3.4.4 3.4.5" },
    when(and(canRetry, next(bucket, b).isNull())).fails("S15", "the bucket after the largest is looked up"),
    when(canRetry)
      .do(b.set(next(bucket, b).known()), canRetry.set(false))
      .goto("gate"),
    otherwise.do(got.set(lit(null))).goto("done"),
  ),
}));

/** A nolock caller that finds another slab loaded deactivates it, and so waits for list_lock. */
const nolockDeactivates = patch(
  slabAlloc,
  () => ({ flush: select("deactivate_slab(s, flush_slab, flush_freelist);", [], "flushDeactivate") }),
  { removed: ["flushDefer"] },
);

/** Before 83d59d81b20c nothing pins the CPU between choosing the record and queueing its work. */
const unpinnedDefer = patch(deferFree, ({ self, c }) => ({
  pin: step("df = this_cpu_ptr(&defer_free_objects);", { ref: "3.9" }, otherwise.do(c.set(thisCpu(self))).goto("push")),
  unpin: step("(model) return", otherwise.goto("done")),
}));

interface Version {
  readonly about: string;
  /** Whether ___slab_alloc() is closed to kprobes. */
  readonly nokprobe: boolean;
  readonly patches: readonly Variant[];
}

/** The first is the default. */
export const VERSIONS: Readonly<Record<string, Version>> = {
  "6.18": { about: "as merged, read in 6.18.35: NOKPROBE_SYMBOL(___slab_alloc)", nokprobe: true, patches: [] },
  v5: {
    about: "v5 as posted (8 Sep 2025): kprobes may sit in ___slab_alloc()",
    nokprobe: false,
    patches: [version("v5", "v5 as posted", unpinnedDefer)],
  },
  v1: {
    about:
      "v1 as posted (30 Apr 2025): counted pages, retry below the size test, nolock callers deactivate; its kfree_nolock() is not modelled",
    nokprobe: false,
    patches: [version("v1", "v1 as posted", refcountedPage, retryBelowSizeTest, nolockDeactivates)],
  },
};

/** Design variants: what a reviewer proposed, or a safeguard taken away. */
export const VARIANTS: Readonly<Record<string, Variant>> = {
  "no-is-locked-test": variant(
    "no-is-locked-test",
    "G1: neither kmalloc_nolock() nor __slab_alloc() asks local_lock_is_locked()",
    patch(kmallocNolock, () => ({
      gate: step(
        "(variant) no local_lock_is_locked() test",
        { tag: "D" },
        when(lit(false)).goto("retry"),
        otherwise.goto("alloc"),
      ),
    })),
    patch(slabAllocWrapper, () => ({
      gate: step(
        "(variant) no local_lock_is_locked() test",
        { tag: "D" },
        when(lit(false)).goto("unpinBusy"),
        otherwise.goto("slow"),
      ),
    })),
  ),
  "no-early-null": variant(
    "no-early-null",
    "R1: on PREEMPT_RT an NMI or a hardirq goes on instead of getting NULL at once",
    patch(kmallocNolock, ({ got }) => ({
      context: step(
        "(variant) no test of in_nmi() and in_hardirq()",
        { tag: "D" },
        when(lit(false))
          .do(got.set(lit(null)))
          .goto("done"),
        otherwise.goto("bucket"),
      ),
    })),
  ),
  "refcounted-page": variant(
    "refcounted-page",
    "P1: a slab's page comes with reference count 1, dropped by put_page_testzero()",
    refcountedPage,
  ),
};
