/** E53, E54, E57, E58 of the discussion since sheaves, and comments of 7.3.4, as far as they speak of cgroups and pages. */
import type { Claim } from "../../checker/spec/model.ts";
import { both, breaks, HARRY, holds, notRt, part, rt, up } from "./reading.ts";

const JUN25 = {
  who: HARRY,
  where: 'on "memcg,slab: kmalloc_nolock() fixes", 25 Jun 2026, b71f08a7-c767-4551-8e74-bc37aa1b028b@kernel.org',
  messageId: "b71f08a7-c767-4551-8e74-bc37aa1b028b@kernel.org",
};
const COMMENT = "a comment of 7.3.4";

export const SHEAF_CLAIMS: Readonly<Record<string, Claim>> = {
  E53: {
    ...JUN25,
    quote:
      "Can this cause an actual deadlock? That depends on the chances of calling kmalloc/kfree_nolock() within the slab allocator.",
    parts: [
      part("an allocation that cannot be charged waits for a lock held below", both(breaks("S7"), breaks("S8", "S10"))),
    ],
  },
  E54: {
    ...JUN25,
    quote: "calling kmalloc/kfree_nolock() in the middle of reparenting .. or objcg list manipulation under objcg_lock",
    parts: [
      part("a last reference that goes in a nolock call waits for objcg_lock", both(breaks("S7"), breaks("S8", "S10"))),
    ],
  },
  E57: {
    who: HARRY,
    where: "to the RCU list, February 2026",
    quote: "Unfortunately we can't use workqueues in NMI.",
    parts: [
      part("no nolock call waits for the lock of a worker pool", notRt(holds("S7")), {
        author: null,
        expected: false,
        within: { variants: [] },
      }),
    ],
  },
  E58: {
    who: HARRY,
    where: "6 Feb 2026",
    quote: "In such a context, even calling call_rcu() is not legal",
    parts: [
      part("no nolock call in an NMI gives an objcg to RCU", notRt(holds("E58")), {
        author: null,
        expected: false,
        within: { variants: [] },
      }),
    ],
  },
  T58: {
    who: COMMENT,
    where: "mm/page_alloc.c free_pages_nolock()",
    quote: "Can be called while holding raw_spin_lock or from IRQ and NMI for any page type",
    parts: [
      part("an NMI frees a page of an isolated block, and parks it", {
        ...rt(holds("S7", "S8", "S10")),
        ...up(holds("S4", "S6", "S18")),
      }),
    ],
  },
  T71: {
    who: COMMENT,
    where: "mm/memcontrol.c __memcg_slab_post_alloc_hook()",
    quote: "memcg_alloc_abort_single() will just free the object, which is ok as we have not assigned objcg",
    parts: [
      part("what is charged stays right", notRt(holds("S16")), { within: { variants: [] } }),
      part("who may not spin does not", notRt(holds("S7")), {
        author: null,
        expected: false,
        within: { variants: [] },
      }),
    ],
  },
};
