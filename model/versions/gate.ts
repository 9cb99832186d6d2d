/** What guards the way into c->lock, and what earlier versions and reviewers had there: G of the variants. */
import { and, lit, next, otherwise, patch, step, type Variant, variant, when } from "../../checker/language/index.ts";
import { kmallocNolock } from "../slub/kmalloc-nolock.ts";
import { bucket } from "../slub/sets.ts";
import { slabAllocWrapper } from "../slub/slab-alloc-wrapper.ts";

/** The retry label stands after the size test: past the largest bucket the look-up runs off the table. */
export const retryBelowSizeTest = patch(kmallocNolock, ({ b, canRetry, got }) => ({
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

export const GATE: Readonly<Record<string, Variant>> = {
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
};
