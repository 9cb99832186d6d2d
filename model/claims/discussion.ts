/** E1 to E43, E64 and E65: the rest of the discussion, as far as it speaks of v1 to v5, the merged version, and its page allocator. */
import type { Claim } from "../../checker/spec/model.ts";
import { A12MAY, JUL11, JULY, NOLOCK_PAGES, SEP15, SEP16, V2 } from "./mails.ts";
import {
  ALEXEI,
  both,
  breaks,
  HARRY,
  holds,
  LONG,
  notRt,
  part,
  reachable,
  rt,
  SEBASTIAN,
  SHAKEEL,
  up,
  VLASTIMIL,
} from "./reading.ts";

export const DISCUSSION: Readonly<Record<string, Claim>> = {
  E1: {
    who: ALEXEI,
    where: "v1 4/6, 30 Apr 2025",
    messageId: "20250501032718.65476-5-alexei.starovoitov@gmail.com",
    quote: "re-entrance is possible either from NMI or strategically placed kprobe",
    parts: [
      part("an NMI may call kmalloc_nolock() inside a lock section of its CPU", notRt(reachable("reentersLocked")), {
        within: { kind: "nmi" },
      }),
      part("so may a hook", notRt(reachable("reentersLocked")), { within: { kind: "hook" } }),
    ],
  },
  E2: {
    ...A12MAY,
    quote:
      "non-try variant can be invoked from NMI, because the earlier __local_lock_is_locked() check tells us that the lock is not locked",
    parts: [
      part("an NMI never enters a bucket that is locked", notRt(holds("S1")), {
        within: { kind: "nmi", variants: [] },
      }),
    ],
  },
  E3: {
    ...A12MAY,
    quote: "correct only for per-cpu local lock when migration is disabled from check to acquire",
    parts: [
      part("a call may ask on one CPU and take the lock on another", both(reachable("asksHereLocksThere")), {
        author: null,
      }),
      part(
        "with the gate asked before the pin, a locked bucket is entered",
        both(breaks("S1", "S19"), breaks("S1", "S8")),
        {
          within: { variants: ["wrapper-gate-unpinned"] },
          expected: false,
        },
      ),
    ],
  },
  E4: {
    ...A12MAY,
    quote: "lock_B could be locked on another CPU by a different task. So we cannot trylock(lock_B) here.",
    parts: [
      part("a trylock of c->lock may fail though the current task does not own it", rt(reachable("E9"))),
      part("its owner is then on another CPU", rt(holds("E4")), { expected: false }),
    ],
  },
  E5: {
    who: VLASTIMIL,
    where: "on v1 4/6, May 2025",
    quote: "we just do nothing here, but that means thies just silently ignores the situation",
    parts: [
      part(
        "local_lock_irqsave_check() says nothing where the mark is set and in_nmi() is false",
        notRt(reachable("checkMisses")),
      ),
    ],
  },
  E6: {
    who: ALEXEI,
    where: "v2 cover, 8 Jul 2025, 20250709015303.8107-1",
    messageId: "20250709015303.8107-1-alexei.starovoitov@gmail.com",
    quote: "kfree_nolock() can OOM, because deferred per-slab llist won't be serviced if kfree_nolock() gets unlucky",
    parts: [part("an object on v1's list may stay there", both(breaks("L2")))],
  },
  E7: {
    ...V2,
    quote: "Reentrant kmalloc cannot deactivate_slab().",
    parts: [
      part("6.18: no kmalloc_nolock() comes to deactivate_slab()", both(holds("E7")), {
        within: { versions: ["6.18"], variants: [] },
      }),
      part("v1: none does", both(holds("E7")), { within: { versions: ["v1"] }, author: false, expected: false }),
      part("where one does it spins for a lock held below, or waits for ever", both(breaks("S7"), breaks("S7", "S8")), {
        within: { variants: ["nolock-deactivates"] },
      }),
    ],
  },
  E8: {
    who: VLASTIMIL,
    ...JUL11,
    quote:
      "if we succeeded once, it means we're not a irq/nmi interrupting a locked context so we'll succeed the following attempts too",
    parts: [part("a call that once found a bucket not locked finds it so until it returns", notRt(holds("D12")))],
  },
  E9: {
    who: SEBASTIAN,
    ...JUL11,
    quote: "On RT this is different so local_lock_is_locked() will return false but the trylock might fail",
    parts: [part("a trylock of c->lock fails though is_locked was false", rt(reachable("E9")))],
  },
  E10: {
    who: HARRY,
    where: "on v2, July 2025, reply to aHC-_upDSW_Twplc@hyeyoo",
    quote: "Only sizeof(void *) bytes from object + s->offset is always safe to overwrite.",
    parts: [
      part("6.18, which links there: nothing else of an object is written", both(holds("S14")), {
        within: { versions: ["6.18"], variants: [] },
      }),
      part("v1 and v2, which link at offset 0: live bytes are overwritten", both(breaks("S14")), {
        within: { variants: ["link-at-offset-0"] },
      }),
    ],
  },
  E11: {
    ...JULY,
    quote: "The slab is empty here, so discard_slab() is appropriate.",
    parts: [
      part("a slab that is deferred unused has no object in use", both(holds("E11"))),
      part("and the count of slabs stays right", both(holds("S12")), { author: null, expected: false }),
    ],
  },
  E13: {
    ...JULY,
    quote: "is very rare. I couldn't trigger it at all in my stress test.",
    parts: [
      part("another frame may load a slab while one asks for a page", both(reachable("loadConflict")), {
        author: null,
      }),
    ],
  },
  E14: {
    ...SEP15,
    quote:
      "there are no tracepoints in the middle of freelist operations, but kprobe in the middle of ___slab_alloc() is indeed problematic",
    parts: [
      part("v5: a kprobe in ___slab_alloc() that allocates hands one object out twice", notRt(breaks("S3", "S4")), {
        within: { versions: ["v5"], options: { at: "kprobe" } },
      }),
    ],
  },
  E15: {
    ...SEP15,
    quote: "in_nmi() guarantees that the task won't migrate",
    parts: [part("an NMI that was at the gate is on the same CPU when it returns", notRt(holds("D16")))],
  },
  E16: {
    ...SEP16,
    quote: "rtmutex's trace_contention tracepoint is such safe tracepoint within a critical section",
    parts: [
      part(
        "as merged: a hook that allocates there neither spins for a lock held below, nor deadlocks, nor may sleep",
        rt(holds("S7", "S8", "S10")),
        {
          expected: false,
          within: { versions: ["6.18-rc1"], options: { at: "contention_begin" } },
        },
      ),
      part("as shipped it gets NULL, and does none of that", rt(holds("S7", "S8", "S10")), {
        within: { versions: ["6.18"], options: { at: "contention_begin" } },
      }),
    ],
  },
  E17: {
    ...SEP16,
    quote: "on RT it's easy to construct such reentrance because local_lock_irqsave() is an rtmutex",
    parts: [
      part("a hook may come to __slab_alloc() while the current task owns c->lock", rt(reachable("hookOwnsLock")), {
        within: { kind: "hook" },
      }),
    ],
  },
  E18: {
    ...SEP16,
    quote: "So this patch with NOKPROBE_SYMBOL(___slab_alloc) is enough, afaict.",
    parts: [
      part("6.18: no hook cuts a change of (freelist, tid) by a cmpxchg", notRt(holds("S4")), {
        within: { versions: ["6.18"], kind: "hook", options: { setsNmi: false } },
        expected: false,
      }),
    ],
  },
  E19: {
    ...SEP16,
    quote:
      "do_slab_free() should be marked as NOKPROBE, but that's not necessary ... it's RT only, and there is no fast path there",
    parts: [
      part(
        "a hook anywhere in the allocator never changes a freelist that somebody is changing",
        rt(holds("S3", "S4")),
        {
          within: { kind: "hook" },
        },
      ),
    ],
  },
  E20: {
    who: "a comment of 6.18",
    where: "mm/slub.c __slab_alloc()",
    quote: "On PREEMPT_RT an invocation is not possible from IRQ-off or preempt disabled context.",
    parts: [
      part("as merged: a nolock call comes to __slab_alloc() with interrupts and preemption on", rt(holds("E20")), {
        within: { versions: ["6.18-rc1"] },
        expected: false,
      }),
      part("as shipped, with the test of preemptible(): it does", rt(holds("E20")), {
        within: { versions: ["6.18"] },
      }),
    ],
  },
  E21: {
    who: "a comment of 6.18",
    where: "mm/slub.c ___slab_alloc()",
    quote: "local_lock_is_locked() prevents the case kmem_cache_A == kmem_cache_B",
    parts: [
      part("a nolock call never enters a bucket that a frame below is in", both(holds("S1")), {
        within: { versions: ["6.18"] },
      }),
    ],
  },
  E22: {
    who: "a comment of 6.18",
    where: "mm/slub.c defer_free()",
    quote: "In !PREEMPT_RT irq_work will run after local_unlock_irqrestore().",
    parts: [part("the callback begins with no lock section of c->lock below it", notRt(holds("E22")))],
  },
  E23: {
    who: "a comment of 6.18",
    where: "mm/slub.c defer_free()",
    quote: "In PREEMPT_RT irq_work runs in per-cpu kthread, so it's safe to take sleeping spin_locks",
    parts: [part("the callback may sleep where it begins", rt(holds("E23")))],
  },
  E25: {
    who: VLASTIMIL,
    where: "on the fix of slab accounting, 24 Oct 2025",
    quote: "c->slab is always frozen, that's an invariant",
    parts: [
      part(
        "a CPU's slab is frozen, so that of the deferred slabs those not frozen are new ones",
        both(holds("S21", "E11")),
        {
          within: { versions: ["6.18"] },
        },
      ),
    ],
  },
  E26: {
    who: VLASTIMIL,
    where: "on the endless loop in kmalloc_nolock() with debugging, Nov 2025",
    quote: "the trylock fill fail deterministically and we end up allocating and defer-freeing slabs indefinitely",
    parts: [
      part("a nolock call on top of a holder of list_lock asks for new slabs without end", both(breaks("L1")), {
        within: { variants: ["endless-new-slabs"] },
      }),
    ],
  },
  E27: {
    who: VLASTIMIL,
    where: "on the endless loop in kmalloc_nolock() with debugging, Nov 2025",
    quote: "There shouldn't be such recursion in the code itself, in the absence of NMI/kprobe/etc.",
    parts: [part("without NMI and hook no trylock of list_lock fails for a holder below", both(holds("E27")))],
  },
  E32: {
    who: VLASTIMIL,
    where: "in the patch that removes cpu slabs, Jan 2026",
    quote: "the alternative is slab_lock() which can be interrupted by a nmi",
    parts: [
      part("with slab_lock() a frame above its holder on the same CPU spins for it", both(breaks("S7")), {
        within: { variants: ["bit-lock-in-nmi"] },
      }),
    ],
  },
  E33: {
    who: SHAKEEL,
    where: "on the memcg part of v1, May 2025",
    quote: "there is a chance (though very small) that we will loose these stats updates",
    parts: [part("v1: an NMI that skips the statistics loses an update", both(reachable("statsLost")))],
  },
  E34: {
    who: ALEXEI,
    where: "to Shakeel on the memcg part, 13 May 2025",
    quote: "in_nmi() is an incomplete condition to check for",
    parts: [
      part(
        "with in_nmi() as the only test a hook enters the stock that a frame below is in",
        both(breaks("S1"), breaks("S1", "S8")),
      ),
    ],
  },
  E35: {
    who: SEBASTIAN,
    where: "2026, quoted in the fixes of the nolock interface",
    quote: "The problem is always the unlock which requires full locking",
    parts: [
      part(
        "an NMI that got a lock by trylock may need its raw wait_lock to let it go",
        rt(reachable("nmiUnlocksSlowly")),
        {
          within: { kind: "nmi" },
        },
      ),
      part("where it tries, it may spin for the raw wait_lock that a frame below holds", rt(breaks("S7")), {
        within: { kind: "nmi" },
      }),
      part("at the unlock too", rt(breaks("E35")), { within: { kind: "nmi" }, author: null }),
    ],
  },
  E29: {
    who: HARRY,
    where: "April 2026, on alloc_frozen_pages_nolock() in an NMI without SMP (620b46ed6ae1)",
    quote: "On UP, spin_trylock() always succeeds even when it is locked",
    parts: [
      part("an interrupt that only tries walks into a list that the frame below is changing", up(breaks("S2", "S4"))),
    ],
  },
  E39: {
    ...NOLOCK_PAGES,
    quote: "confuse PI logic, so return immediately if called form hard IRQ or NMI",
    parts: [
      part("if it tried, a task that waits for one lock would own another that it never asked for", rt(breaks("E39")), {
        within: { variants: ["rt-interrupts-try"], kind: "hardirq" },
      }),
    ],
  },
  E40: {
    ...NOLOCK_PAGES,
    quote: "irqs_disabled() case is ok. This function can be called from raw_spin_lock_irqsave region.",
    parts: [
      part(
        "a caller with interrupts off, or under a raw lock, neither sleeps nor spins for ever",
        both(holds("S7"), holds("S7", "S8", "S10")),
        { expected: { "!RT": true, RT: false } },
      ),
    ],
  },
  E64: {
    who: LONG,
    where: 'on his "locking/rtmutex: Always use trylock in rt_mutex_trylock()", 26 Sep 2024, 20240926151315.507905-1',
    messageId: "20240926151315.507905-1-longman@redhat.com",
    quote: "That requires the use of trylock all the ways in the abnormal locking sequence",
    parts: [
      part(
        "where rt_mutex_slowtrylock() tries the wait_lock, who only tries locks neither sleeps nor spins for ever",
        rt(holds("S7", "S8", "S10")),
        { within: { variants: ["wait-lock-by-trylock"] } },
      ),
    ],
  },
  E65: {
    who: ALEXEI,
    where: "on locks in NMIs, 12 Dec 2024, CAADnVQKr+pAUBuDV3zW41eGa+i4AmMZS+=A94EWsLqpgcdZgBw@mail.gmail.com",
    messageId: "CAADnVQKr+pAUBuDV3zW41eGa+i4AmMZS+=A94EWsLqpgcdZgBw@mail.gmail.com",
    quote: "slowunlock that is impossible to do from nmi",
    parts: [
      part("an NMI that unlocks what it got by trylock spins for a wait_lock held below", rt(breaks("E35")), {
        within: { kind: "nmi" },
        expected: false,
      }),
    ],
  },
  E43: {
    who: ALEXEI,
    where: "August 2025",
    quote: "It's not safe due to PI issues in RT.",
    parts: [
      part("an NMI or a hardirq that tries breaks something", rt(breaks("E39", "S7")), {
        within: { variants: ["rt-interrupts-try"] },
      }),
    ],
  },
};

/** Sentences of the reference that the ledger leaves out. */
export const OUT_OF_SCOPE: Readonly<Record<string, string>> = {
  E12: "KASAN poisoning is not modelled",
  "E24, E28, E30, E31": "they speak of irq_work as such, sheaves and random kmalloc caches, as found after the merge",
  "E36 to E38, E41, E42": "they speak of availability in practice, of fuzzing, and of who calls from where",
};
