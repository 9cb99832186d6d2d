/** The designs of the discussion, and strawmen without one of its safeguards: the rows of the matrix. */
import type { Design } from "../../checker/spec/model.ts";

type Violated = readonly string[] | null;

const design = (about: string, origin: string, plain: Violated, realTime: Violated, up: Violated = null): Design => ({
  about,
  origin,
  expected: {
    ...(plain ? { "!RT": plain } : {}),
    ...(realTime ? { RT: realTime } : {}),
    ...(up ? { UP: up } : {}),
  },
});

const OK: Violated = [];

export const DESIGNS: Readonly<Record<string, Design>> = {
  G0: design(
    "6.18's gate: not in_nmi(), or not locked; asked again in __slab_alloc(); NOKPROBE(___slab_alloc)",
    "merged",
    OK,
    null,
  ),
  G1: design("no local_lock_is_locked() test at either gate", "strawman", ["S1", "S4"], ["S8"]),
  G2: design("the first gate asks is_locked without in_nmi(), unpinned", "asked on v5", OK, OK),
  G3: design("the first gate asks irqs_disabled() instead of in_nmi()", "Harry Yoo on v5", OK, null),
  G4: design("6.18's gate, but kprobes in ___slab_alloc()", "v1 to v5", ["S3/S4"], null),
  G5: design("the same with a hook at each unlock only, as the fuzz test has it", "fuzz test", OK, OK),
  G6: design("NOKPROBE on ___slab_alloc() only; a hook in flush_slab()", "merged", ["S3/S4/S5"], null),
  G7: design("only the first gate; none in __slab_alloc()", "strawman", ["S1"], ["S8"]),
  G8: design("no retry in another bucket", "strawman", ["L4"], ["L4"]),
  G9: design("the retry label below the size test", "v1", ["S15"], ["S15"]),
  G10: design("two buckets locked below: a hook in between, and an NMI on top", "any", OK, OK),
  G11: design("preemption back on around new_slab(), after the test", "v1 to 6.18", OK, OK),
  N1: design("spin_lock() on list_lock for a nolock caller", "strawman", ["S7"], ["S8"]),
  N2: design("a nolock caller may deactivate a slab", "v1", ["S7"], ["S7"]),
  N3: design("NULL where another slab was loaded meanwhile, c->lock still held", "v2", ["S9", "S6"], ["S9", "S6"]),
  N4: design("alloc_single_from_new_slab() gives NULL after a failed trylock", "v2", ["S6"], ["S6"]),
  N5: design("defer_deactivate_slab() for the old CPU slab", "v3 to 6.18", OK, OK),
  R1: design("no early NULL in an NMI or a hardirq", "strawman", null, ["S7/S10"]),
  R2: design("early NULL only in an NMI or a hardirq; a hook with preemption off", "v1 to 6.18", null, ["S10"]),
  R2b: design("a hook at contention_begin of the lock of the same bucket", "v1 to 6.18", null, ["S7"]),
  R2c: design("the same, another bucket, contended", "v1 to 6.18", null, ["S10"]),
  R4: design("kfree_nolock() without a context test", "v1 to 6.19", null, ["S10/S7"]),
  R5: design("two hooks, each with one bucket locked below, each asks for the other's", "v1 to 6.19", null, ["S8"]),
  R6: design(
    "the same, but every call asks for a larger bucket than any locked below",
    "rule that would be needed",
    null,
    OK,
  ),
  R7: design("trylock on c->lock", "asked in July 2025", null, OK),
  R8: design("is_locked asked with migration on", "asked", null, OK),
  R9: design("list_lock by trylock, then c->lock (get_partial_node, put_cpu_partial)", "v1 to 6.18", null, OK),
  P1: design("a counted page and put_page_testzero()", "v1", ["S2", "S13"], ["S2", "S13"]),
  P2: design("alloc_frozen_pages_nolock()", "v2 on", OK, OK),
  P3: design("P1, but the result of put_page_testzero() is heeded", "nobody", OK, OK),
  P4: design("zone and pcp locks by trylock, without SMP", "until 2026", null, null, ["S4/S18/S6"]),
  P5: design("parked pages drained only by a free that takes zone->lock", "7.x", ["L2"], ["L2"]),
  F1: design("a list in kmem_cache, drained by a later slow kfree()", "v1", ["L2"], ["L2"]),
  F2: design("SLUB_TINY: cnt = 0 handed to __slab_free()", "v1", ["S11", "S7"], ["S11", "S7"]),
  F3: design("kfree_nolock() takes the locks itself", "strawman", ["S7"], ["S7/S8"]),
  F4: design("cnt = 1; goto redo", "v1, v2", ["S7"], ["S7"]),
  F5: design("two this_cpu look-ups, the callback drains the CPU it runs on", "v2", ["L2"], ["L2"]),
  F6: design("one look-up, not pinned", "v3 to 6.18-rc", OK, OK),
  F7: design("a push on another CPU's list", "the seed", OK, OK),
  F8: design("the list drained in an NMI, or in a frame that holds c->lock", "strawman", ["S7/S1"], ["S7"]),
  F9: design("the link at offset 0", "v1, v2", ["S14"], ["S14"]),
  F10: design("a raw NULL instead of an encoded pointer", "until df90f6cd29d8", ["S14"], ["S14"]),
  F15: design("a list per CPU, flushed in deactivate_slab()", "Vlastimil Babka in the seed", ["L2"], ["L2"]),
  F16: design("a list in kmem_cache_node", "a comment of v1", ["L2"], ["L2"]),
  M1: design("the memcg fallback returns before it records the objcg", "v1", ["S16"], ["S16"]),
  M2: design("in_nmi() as the only test for the stock lock", "first RFC", ["S1/S8"], ["S1/S8"]),
  M5: design("the kmemleak hook is called", "strawman", ["S7"], ["S7"]),
  M6: design("kfence_alloc(), should_failslab() and their like are called", "strawman", ["S7"], ["S7"]),
  M10: design("the KASAN quarantine on a nolock free", "strawman", ["S7"], ["S7"]),
  M13: design("a slab bit lock instead of CMPXCHG_DOUBLE", "strawman", ["S7"], ["S7"]),
};
