/** T40 to T50, T67, E49 to E52: sentences about sheaves that wait for a grace period. */
import type { Claim, ClaimPart } from "../../checker/spec/model.ts";
import { both, breaks, holds, notRt, part, reachable, rt, up } from "./reading.ts";

const AS_IS = { versions: ["7.3"], variants: [] };
const variant = (name: string) => ({ variants: [name] });

const said = (where: string, quote: string, ...parts: ClaimPart[]): Claim => ({
  who: "comment",
  where: `${where} of 7.3.4`,
  quote,
  parts,
});

const NOT_IN_CALL_RCU = [
  part("a kfree_rcu_nolock() that fills a sheaf waits for no lock that call_rcu() has below it", notRt(holds("S7")), {
    within: AS_IS,
  }),
  part("it would, if interrupts were not asked for", notRt(breaks("S7")), {
    within: variant("rcu-calls-with-irqs-off"),
  }),
  part("a hook in call_rcu() would, if it were asked whether this is an NMI", notRt(breaks("S7")), {
    within: variant("rcu-asks-in-nmi"),
    author: null,
  }),
];

/** In the model the interrupt of an irq_work may come late, unless a spec says that it comes at once. */
const BARRIER_IS_COMPLETE = [
  part(
    "when kvfree_rcu_barrier() returns all that was given before is free",
    { ...notRt(holds("L7")), ...rt(holds("L7")) },
    { within: AS_IS, expected: false },
  ),
  part("not if a full sheaf were given to RCU without the lock of the sheaves", notRt(breaks("L7")), {
    within: variant("rcu-pushes-unlocked"),
  }),
];

const NO_OVERFLOW = [
  part("nobody writes past the end of a sheaf", both(holds("S22")), { within: AS_IS }),
  part("where a full sheaf stays rcu_free, somebody does", notRt(breaks("S22")), {
    within: variant("rcu-free-stays"),
    author: null,
  }),
];

const BARRIER_FIRST = [
  part("in the other order kvfree_rcu_barrier() misses an object", notRt(breaks("L7")), {
    within: variant("barrier-after-flush"),
  }),
];

export const SOURCE_73_RCU: Readonly<Record<string, Claim>> = {
  T40: said(
    "mm/slub.c deferred_work_barrier()",
    "Must be called before flush_rcu_sheaves_on_cache()",
    ...BARRIER_FIRST,
  ),
  T43: said(
    "mm/slub.c __kfree_rcu_sheaf()",
    "If IRQs are not disabled, we know that's not the case.",
    ...NOT_IN_CALL_RCU,
  ),
  T44: said(
    "mm/slub.c __kfree_rcu_sheaf()",
    "to make sure a racing flush_all_rcu_sheaves() doesn't miss this sheaf",
    ...BARRIER_IS_COMPLETE,
  ),
  T45: said(
    "mm/slub.c __kfree_rcu_sheaf()",
    "we never reach this with size already at capacity, so no OOB write is possible.",
    ...NO_OVERFLOW,
  ),
  T46: said(
    "mm/slub.c flush_rcu_sheaves_on_cache()",
    "by executing flush_rcu_sheaf() on the cpu we make sure the __kfree_rcu_sheaf() finished its call_rcu()",
    ...BARRIER_IS_COMPLETE,
  ),
  T47: said(
    "mm/slab_common.c kvfree_call_rcu()",
    "usage below will acquire the waitlock which must be avoided.",
    part("kfree_rcu() with interrupts off asks for no lock that sleeps", rt(holds("S10")), {
      within: { ...AS_IS, options: { irqsOff: true } },
    }),
    part("it would, if it used sheaves there", rt(breaks("S10")), { within: variant("kfree-rcu-sheaf-on-rt") }),
  ),
  T48: said(
    "mm/slub.c",
    "avoids this problem by passing SLAB_FREE_NOLOCK",
    part("kfree_rcu_nolock() with interrupts off, or in a hardirq, asks for no lock that sleeps", rt(holds("S10")), {
      within: AS_IS,
    }),
  ),
  T49: said(
    "include/linux/rcupdate.h",
    "a version of kfree_rcu() that can be called in any context.",
    part(
      "whatever it comes on top of, sheaves and barn stay whole, and no object is handed out before its time",
      both(holds("S2", "S6", "S22", "S23", "S25"), holds("S2", "S6", "S22", "S23", "S25")),
      { within: AS_IS },
    ),
    part("also without SMP", up(holds("S23", "S24")), { within: { ...AS_IS, kind: "nmi" }, expected: false }),
    part("there it is so where it asks can_spin_trylock() first", up(holds("S23", "S24")), {
      within: variant("up-rcu-asks"),
      author: null,
    }),
    part("it waits for no lock held below, and for none that sleeps", both(holds("S7"), holds("S10")), {
      within: AS_IS,
    }),
  ),
  T50: said(
    "include/linux/rcupdate.h",
    "tries hard to free objects without any deferred processing, but may still defer freeing.",
    part("it may put an object into a sheaf", notRt(reachable("__kfree_rcu_sheaf: store -> size")), { within: AS_IS }),
    part("and it may put it off", notRt(reachable("defer_kfree_rcu: push -> queue")), { within: AS_IS }),
  ),
  T67: said(
    "mm/slub.c rcu_free_sheaf()",
    "Due to the race we might go over the limit but that should be rare and harmless.",
    part("a barn may have more full sheaves than its limit", notRt(breaks("T64")), { within: AS_IS }),
    part("and nothing else is wrong then", notRt(holds("S6", "S22", "S23", "S24")), { within: AS_IS }),
  ),
  E49: said(
    "mm/slub.c __kfree_rcu_sheaf() (f8e0c305995f)",
    "If IRQs are not disabled, we know that's not the case",
    ...NOT_IN_CALL_RCU,
  ),
  E50: said(
    "mm/slub.c flush_rcu_sheaves_on_cache()",
    "by executing flush_rcu_sheaf() on the cpu we make sure the __kfree_rcu_sheaf() finished its call_rcu()",
    ...BARRIER_IS_COMPLETE,
  ),
  E51: said("mm/slub.c", "Must be called before flush_rcu_sheaves_on_cache()", ...BARRIER_FIRST),
  E52: said(
    "mm/slub.c",
    "we never reach this with size already at capacity, so no OOB write is possible",
    ...NO_OVERFLOW,
  ),
};
