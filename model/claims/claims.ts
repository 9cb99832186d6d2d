/**
 * Sentences of the discussion that specs decide. Ids: C from the seed mail's commit text and comments, D from its
 * dialogue, E from the rest of the discussion.
 */
import type { Claim } from "../../checker/spec/model.ts";

const V1 = "v1 6/6, 20250501032718.65476-7";
const VLASTIMIL = "Vlastimil Babka on v1 6/6, 6 May 2025";
const ALEXEI = "Alexei Starovoitov on v1 6/6, 7 May 2025";

export const CLAIMS: Readonly<Record<string, Claim>> = {
  C3: { who: V1, quote: "In that case retry the operation in a different kmalloc bucket." },
  C4: { who: V1, quote: "The second attempt will likely succeed, since this cpu locked different kmem_cache_cpu." },
  C7: { who: V1, quote: "re-entrance into the same kmalloc bucket is unsafe" },
  C9: { who: V1, quote: "Though it may be locked by a different task it's safe to rt_spin_lock() on it." },
  C10: { who: V1, quote: "kmalloc_nolock() returns NULL immediately if called from hard irq or NMI" },
  C11: {
    who: V1,
    quote: "It assumes that the same cpu will not __update_cpu_freelist_fast() into the same (freelist,tid) pair",
  },
  C19: { who: V1, quote: "Can be called while holding raw_spin_lock or from IRQ and NMI" },
  D5: { who: VLASTIMIL, quote: "someone else (a pfn scanner like compaction) can do a get_page_unless_zero()" },
  D6: { who: VLASTIMIL, quote: "do put_page() and frees it under us" },
  D7: { who: VLASTIMIL, quote: "split out alloc_frozen_pages_nolock() to use from here" },
  D8: { who: VLASTIMIL, quote: "kmalloc_nolock_noprof() would return NULL immediately and we never reach this code" },
  D10: { who: VLASTIMIL, quote: "so local_lock_is_locked() will never be true here on RT" },
  D11: {
    who: ALEXEI,
    quote:
      "There could be re-entrance due to kprobe/fentry/tracepoint. Like trace_contention_begin(). The code is still preemptable.",
  },
  D13: { who: ALEXEI, quote: "randomly re-enter everywhere from debug_callback()" },
  E16: {
    who: "Alexei Starovoitov, 16 Sep 2025",
    quote: "rtmutex's trace_contention tracepoint is such safe tracepoint within a critical section",
  },
  E18: {
    who: "Alexei Starovoitov, 16 Sep 2025",
    quote: "So this patch with NOKPROBE_SYMBOL(___slab_alloc) is enough, afaict.",
  },
};
