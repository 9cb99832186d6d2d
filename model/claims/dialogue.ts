/** D1 to D25: Vlastimil Babka's review of v1 6/6, Alexei Starovoitov's answer, and Vlastimil's to that (May 2025). */
import type { Claim } from "../../checker/spec/model.ts";
import { ALEXEI, both, breaks, holds, notRt, part, reachable, rt, unreachable, VLASTIMIL } from "./reading.ts";

const A = {
  who: ALEXEI,
  where: "to Vlastimil on v1 6/6, 7 May 2025",
  messageId: "CAADnVQLO9YX2_0wEZshHbwXoJY2-wv3OgVGvN-hgf6mK0_ipxw@mail.gmail.com",
};
/** Of 6 May 2025. */
const V = {
  who: VLASTIMIL,
  where: "on v1 6/6, 6 May 2025, 4d3e5d4b-502b-459b-9779-c0bf55ef2a03@suse.cz",
  messageId: "4d3e5d4b-502b-459b-9779-c0bf55ef2a03@suse.cz",
};
/** Which of his two mails a sentence stands in is not always known. */
const V2 = { who: VLASTIMIL, where: "on v1 6/6, May 2025, the same thread" };

export const DIALOGUE: Readonly<Record<string, Claim>> = {
  D1: {
    ...A,
    quote: "It's gating further calls into slub internals.",
    parts: [
      part("a nolock caller takes c->lock of a bucket only after it found that bucket not locked", both(holds("S19"))),
    ],
  },
  D2: {
    ...A,
    quote: "There is no local_trylock() at all here.",
    parts: [
      part("a nolock caller takes c->lock without trying, and never finds its mark set", notRt(holds("S1")), {
        within: { variants: [] },
      }),
    ],
  },
  D3: {
    ...A,
    quote: "Both are unconditional and exactly the same without CONFIG_DEBUG_LOCK_ALLOC.",
    parts: [
      part("with local_lock_irqsave_check() in its place nothing that held breaks", both(holds("S1", "S9")), {
        within: { variants: ["irqsave-check"] },
      }),
    ],
  },
  D4: {
    ...A,
    quote: "we go for a different bucket which is pretty much guaranteed to be unlocked",
    parts: [
      part("no call gets NULL after -EBUSY from two buckets", both(unreachable("nilAfterTwo")), { expected: false }),
    ],
  },
  D5: {
    ...V,
    quote: "someone else (a pfn scanner like compaction) can do a get_page_unless_zero()",
    parts: [
      part(
        "v1: a scanner may count a page up between its allocation and put_page_testzero(), and put it later",
        both(reachable("isolate_migratepages_block: get -> again")),
        { within: { versions: ["v1"] } },
      ),
    ],
  },
  D6: {
    ...V,
    quote: "do put_page() and frees it under us",
    parts: [
      part("v1: the page of a slab is freed while it is a slab", both(breaks("S2")), { within: { versions: ["v1"] } }),
    ],
  },
  D7: {
    ...V,
    quote: "split out alloc_frozen_pages_nolock() to use from here",
    parts: [
      part("with frozen pages a slab's page is not freed under it, nor counted", both(holds("S2", "S13")), {
        within: { versions: ["6.18"] },
      }),
    ],
  },
  D8: {
    ...V,
    quote: "kmalloc_nolock_noprof() would return NULL immediately and we never reach this code",
    parts: [part("no nolock caller in an NMI or a hardirq reaches the gate in __slab_alloc()", rt(holds("D8")))],
  },
  D9: {
    ...V,
    quote: "local_lock_is_locked() on RT tests if the current process is the lock owner",
    parts: [
      part(
        "where local_lock_is_locked() is true, a frame below of the current task is inside that lock section",
        rt(holds("C2")),
      ),
    ],
  },
  D10: {
    ...V,
    quote: "so local_lock_is_locked() will never be true here on RT",
    parts: [
      part("with tasks and interrupts only, local_lock_is_locked() is never true in __slab_alloc()", rt(holds("D10")), {
        within: { kind: "nmi" },
      }),
      part("nor is it with a hook", rt(holds("D10")), { within: { kind: "hook" }, expected: false }),
    ],
  },
  D11: {
    ...A,
    quote:
      "There could be re-entrance due to kprobe/fentry/tracepoint. Like trace_contention_begin(). The code is still preemptable.",
    parts: [
      part("a hook may come to __slab_alloc() while the current task owns c->lock", rt(reachable("hookOwnsLock"))),
      part("and it may be preemptible there", rt(reachable("preemptibleOwner"))),
      part("so may a hook at contention_begin", rt(breaks("D10")), {
        within: { options: { at: "contention_begin" } },
        expected: false,
      }),
      part("and it is preemptible there: asking for a lock that may sleep is no error", rt(holds("S10")), {
        within: { options: { at: "contention_begin" } },
        expected: false,
      }),
    ],
  },
  D12: {
    ...V2,
    quote: "it cannot become suddenly locked later even if we re-enable preemption in the meanwhile",
    parts: [
      part(
        "once local_lock_is_locked() was false for a call it stays so for it, on whatever CPU it goes on",
        both(holds("D12")),
        {
          within: { versions: ["6.18"] },
        },
      ),
    ],
  },
  D13: {
    ...A,
    quote: "randomly re-enter everywhere from debug_callback()",
    parts: [
      part(
        "v5: a hook before each unlock never finds the freelist in the middle of a change",
        notRt(holds("S3", "S4")),
        {
          author: false,
          within: { versions: ["v5"], options: { at: "unlock" } },
        },
      ),
      part("v5: a hook at any instruction does", notRt(breaks("S3", "S4")), {
        author: null,
        within: { versions: ["v5"], options: { at: "kprobe", setsNmi: false } },
      }),
    ],
  },
  D14: {
    ...V,
    quote: "retrying on different bucket is based on wrong assumptions and thus won't work",
    parts: [part("no second attempt ever gives an object", both(unreachable("secondBucket")), { expected: false })],
  },
  D15: {
    ...A,
    quote: "Protection is not weakened.",
    parts: [],
    notExpressible: "it speaks of how hard random kmalloc caches make an attack; the model has one cache a size",
  },
  D16: {
    ...V2,
    quote: "But the test only happens in_nmi() which implicitly is a context that won't migrate",
    parts: [part("an NMI that was at the gate is on the same CPU when it returns", notRt(holds("D16")))],
  },
  D17: {
    ...V2,
    quote: "this is actually rather a fast path that might contend on the defer_free_objects from all cpus",
    parts: [],
    notExpressible: "it speaks of how often a cache line is contended; the model knows no cost",
  },
  D18: {
    ...A,
    quote: "I could only get this list to contain a single digit number of objects",
    parts: [
      part("however many objects were freed, one at most stays on the list", both(holds("D18")), { expected: false }),
    ],
  },
  D19: {
    ...A,
    quote:
      "preemptable, so there is a risk that llist_add(.. , &c->defer_free_objects); will be accessing per-cpu memory of another cpu",
    parts: [
      part("an object is pushed on the list of a CPU that its caller has left", both(reachable("defersElsewhere"))),
    ],
  },
  D20: {
    ...A,
    quote: "llist_add() will work correctly, but cache line bounce is possible.",
    parts: [part("whoever pushes where, an object is freed once and none is lost", both(holds("S5", "S6")))],
  },
  D21: {
    ...A,
    quote: "If we don't process kmem_cache_cpu *c right here in do_slab_free() this llist will get large.",
    parts: [part("a list that only a later slow free drains may stay", both(breaks("L2")))],
  },
  D22: {
    ...V,
    quote: "hook the flushing e.g. to places where we do deactivate_slab()",
    parts: [
      part("a list that deactivate_slab() drains is empty at rest", both(holds("L2")), {
        author: null,
        expected: false,
      }),
      part("nothing is freed twice or lost by it", both(holds("S5", "S6"))),
    ],
  },
  D23: {
    ...A,
    quote: "SLUB_TINY... ohh. I didn't try it. Will fix.",
    parts: [
      part("v1 with SLUB_TINY: inuse is wrong, or an NMI spins", both(breaks("S11", "S7")), {
        within: { versions: ["v1"] },
      }),
    ],
  },
  D24: {
    ...V2,
    quote: "this unlikely() is actually a lie",
    parts: [],
    notExpressible: "it speaks of how likely a branch is; the model takes every branch that is open",
  },
  D25: {
    ...V2,
    quote: "The cache line bounce due to occasional preemption should be much more rare",
    parts: [],
    notExpressible: "it speaks of how often a cache line moves; the model knows no cost",
  },
};
