/** T51 to T59 and T72 to T75: comments of 7.3.4 about trylocks, pages and cgroups. */
import type { Claim } from "../../checker/spec/model.ts";
import { both, breaks, holds, notRt, part, rt, up } from "./reading.ts";

const CAN_SPIN = { who: "comment", where: "mm/internal.h can_spin_trylock() of 7.3.4" };
const PAGES = { who: "comment", where: "mm/page_alloc.c of 7.3.4" };
const MEMCG = { who: "comment", where: "mm/memcontrol.c of 7.3.4" };
const AS_IS = { versions: ["7.3"], variants: [] };

export const SOURCE_73_PAGES: Readonly<Record<string, Claim>> = {
  T51: {
    ...CAN_SPIN,
    quote: "In PREEMPT_RT spin_trylock() will call raw_spin_lock() which is unsafe in NMI.",
    parts: [
      part("7.2, on a road where nobody asks: an NMI spins for a wait_lock held below", rt(breaks("S7")), {
        within: { versions: ["7.2"] },
      }),
    ],
  },
  T52: {
    ...CAN_SPIN,
    quote: "spin_trylock() can be called from raw_spin_lock_irqsave region.",
    parts: [
      part(
        "wherever a hook tries, the raw wait_lock of an rt_mutex among the locks below, it does not wait",
        {
          ...rt(holds("S7", "S8", "S10")),
        },
        { within: AS_IS, expected: false },
      ),
    ],
  },
  T53: {
    ...CAN_SPIN,
    quote: "On UP, spin_trylock() always succeeds even when it is locked",
    parts: [
      part("a frame that tries walks into a list that the one below is changing", up(breaks("lists", "S24")), {
        within: AS_IS,
      }),
    ],
  },
  T54: {
    ...PAGES,
    quote: "just make all the trylocks fail and take the slow path unconditionally.",
    parts: [part("without SMP no CPU has a list of pages", up(holds("T54")), { within: AS_IS })],
  },
  T55: {
    ...PAGES,
    quote: "Though __GFP_NOMEMALLOC is not checked in the code path below,",
    parts: [],
    notExpressible: "flags of an allocation are not modelled, only whether its caller may wait",
  },
  T56: {
    ...PAGES,
    quote: "Also warn would trigger printk() which is unsafe from various contexts.",
    parts: [],
    notExpressible: "printk() is not modelled",
  },
  T57: {
    ...PAGES,
    quote: "call from any context where RCU is watching",
    parts: [
      part("an NMI takes a page that nobody has, and waits for nothing", both(holds("S2", "S4", "S7")), {
        within: { ...AS_IS, kind: "nmi" },
      }),
      part("so does a hook without SMP", up(holds("S2", "S4")), {
        within: { ...AS_IS, kind: "hook" },
        expected: false,
      }),
    ],
  },
  T59: {
    ...PAGES,
    quote: "Do not attempt to take a zone lock. Let pcp->count get over high mark temporarily.",
    parts: [
      part(
        "an NMI that frees onto a full list neither waits nor breaks a list",
        notRt(holds("S2", "S4", "S7", "S18")),
        {
          within: AS_IS,
        },
      ),
    ],
  },
  T72: {
    ...MEMCG,
    quote: "For now only MEMCG_MAX can happen with !allow_spinning context.",
    parts: [],
    notExpressible: "events of cgroups are not modelled",
  },
  T73: {
    ...MEMCG,
    quote: "Avoid the refill and flush of the older stock",
    parts: [
      part("a nolock call gives up no slot of a stock with somebody's last reference", notRt(holds("S7")), {
        within: AS_IS,
        expected: false,
      }),
      part("where its refill drains none it does not", notRt(holds("S7")), {
        within: { variants: ["refill-never-drains"], kind: "nmi" },
        author: null,
      }),
    ],
  },
  T74: {
    ...MEMCG,
    quote: "unlikely failure to lock the percpu memcg_stock.lock, uncharge memcg directly.",
    parts: [part("no byte is lost, whichever lock is busy", notRt(holds("S16")), { within: AS_IS })],
  },
  T75: {
    ...MEMCG,
    quote: "Objcg reference is kept by the task, so it's safe",
    parts: [],
    notExpressible: "a task's own objcg, and that the task may be moved, are not modelled",
  },
};
