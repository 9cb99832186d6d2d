/** E45 to E48, E55, E56, E60 to E63: what was said since sheaves came, and comments of 7.3.4 that answer it. */
import type { Claim } from "../../checker/spec/model.ts";
import { ALEXEI, both, breaks, HARRY, holds, notRt, part, reachable, rt, up, VLASTIMIL } from "./reading.ts";

const AS_IS = { versions: ["7.3"], variants: [] };
const COMMENT = "comment";
const JUN24 = {
  who: ALEXEI,
  where: 'on "memcg,slab: kmalloc_nolock() fixes", 24 Jun 2026, DJHF7S039QNX.KNVMFISSMLMU@gmail.com',
  messageId: "DJHF7S039QNX.KNVMFISSMLMU@gmail.com",
};
const JUN25 = {
  who: HARRY,
  where: "in the same thread, 25 Jun 2026, b71f08a7-c767-4551-8e74-bc37aa1b028b@kernel.org",
  messageId: "b71f08a7-c767-4551-8e74-bc37aa1b028b@kernel.org",
};

export const SINCE_SHEAVES: Readonly<Record<string, Claim>> = {
  E45: {
    who: VLASTIMIL,
    where: "sheaves for all, v4 15/22, 23 Jan 2026",
    messageId: "20260123-sheaves-for-all-v4-15-041323d506f7@suse.cz",
    quote: "trylock failures can still happen so retry with the larger bucket if the allocation fails for any reason",
    parts: [
      part("NULL only when the next bucket was asked too, or there is none", notRt(holds("twoBuckets")), {
        within: AS_IS,
      }),
      part("without that retry it is not so", notRt(breaks("twoBuckets")), {
        within: { variants: ["one-bucket-only"] },
        author: null,
      }),
    ],
  },
  E46: {
    who: COMMENT,
    where: "mm/slub.c kmalloc_nolock() of 7.3.4",
    quote: "we preempted someone with the sheaves locked, and the list_lock is also held by another cpu",
    parts: [
      part("that happens", notRt(reachable("bothBusy")), { within: AS_IS }),
      part(
        "and it needs no other CPU: list_lock held below is enough where no sheaf has an object",
        notRt(breaks("T32")),
        {
          within: AS_IS,
          author: false,
        },
      ),
    ],
  },
  E47: {
    who: COMMENT,
    where: "mm/internal.h can_spin_trylock() of 7.3.4",
    quote: "irqs_disabled() case is ok. spin_trylock() can be called from raw_spin_lock_irqsave region",
    parts: [
      part("no trylock waits for ever, whatever raw lock is held below", rt(holds("S7")), {
        within: AS_IS,
        expected: false,
      }),
    ],
  },
  E48: {
    who: COMMENT,
    where: "mm/slab_common.c kvfree_call_rcu() of 7.3.4",
    quote: "On PREEMPT_RT the local_trylock() usage below will acquire the waitlock which must be avoided",
    parts: [part("a trylock may wait for the raw wait_lock", rt(breaks("S7")), { within: AS_IS })],
  },
  E55: {
    ...JUN25,
    quote: "I admit that the last bug was purely theoretical",
    parts: [part("two barriers at once both return", rt(holds("L3")), { within: AS_IS, expected: false })],
  },
  E56: {
    ...JUN24,
    quote: "one out of billion cases that sashiko think is plausible but will never be hit in reality",
    parts: [
      part("more must come together than a charge that fails, an NMI and a list_lock held below", notRt(holds("S7")), {
        within: AS_IS,
        expected: false,
      }),
    ],
  },
  E60: {
    who: "Brendan Jackman",
    where: "10 Jul 2026, on pages without SMP",
    quote: "fixed this on the alloc side but missed the free side",
    parts: [
      part("7.2, pages that go past the CPUs' lists: an NMI that frees breaks a list", up(breaks("S4", "S6")), {
        within: { versions: ["7.2"] },
      }),
      part("7.3: it does not", up(holds("S4", "S6")), { within: { ...AS_IS, kind: "nmi" } }),
      part("nor does an NMI that frees an object break the barn", up(holds("S23", "S24")), {
        within: { ...AS_IS, kind: "nmi" },
        author: null,
        expected: false,
      }),
    ],
  },
  E61: {
    who: "a public design note",
    where: "report of 1 Oct 2026",
    quote: "a tracepoint program that is already running on a CPU is skipped when it fires again there",
    parts: [],
    notExpressible: "BPF's guard of each program is not modelled; specs with two hooks take them for two programs",
  },
  E62: {
    who: COMMENT,
    where: "head of mm/slub.c of 7.3.4",
    quote: "kmalloc_nolock() and kfree_nolock() are safe in NMI context but see their limitations",
    parts: [
      part("an NMI waits for no lock held below, and asks for none that sleeps", both(holds("S7"), holds("S10")), {
        within: { ...AS_IS, kind: "nmi" },
        expected: false,
      }),
    ],
  },
  E63: {
    who: "Peter Zijlstra",
    where: "7 Oct 2024, 20241007153341.GA14587@noisy.programming.kicks-ass.net",
    messageId: "20241007153341.GA14587@noisy.programming.kicks-ass.net",
    quote: "raw_spin_lock(&foo); spin_trylock(&bar); will 'work'",
    parts: [
      part(
        "a task under a raw lock that only tries others neither waits for ever nor sleeps",
        rt(holds("S7", "S8", "S10")),
        { within: { kind: "task", options: { irqsOff: true } } },
      ),
    ],
  },
};
