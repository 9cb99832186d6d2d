/** What a nolock caller does with list_lock and with a slab that it must give up, in earlier versions: N of the variants. */

import {
  and,
  either,
  lit,
  not,
  otherwise,
  patch,
  select,
  step,
  type Variant,
  variant,
  when,
} from "../../checker/language/index.ts";
import { mm } from "../mm/config.ts";
import { slabAlloc } from "../slub/slab-alloc.ts";
import { cpuSlabOf } from "../slub/state.ts";

/** Only callers that may spin come to the end of step 29, and they deactivate. */
const allDeactivate = select("deactivate_slab(s, flush_slab, flush_freelist);", [], "flushDeactivate");

/**
 * A nolock caller deactivates like any other: a slab that it finds loaded when it comes back with a new one, a CPU slab
 * or one of the CPU's partial list that does not fit. Each time it waits for list_lock.
 */
export const nolockDeactivates = patch(
  slabAlloc,
  ({ allowSpin, wrong, slab }) => ({
    nodeMatch: select("if (unlikely(!node_match(slab, node)))", [[mm.nodeMismatch, "nodeChoice"]], "lock"),
    nodeChoice: step(
      "goto deactivate_slab;",
      {
        ref: "3.3.2 3.3.3",
        note: "whether the slab fits is a free choice; v1's wrapper had asked before, but the slab may be another by now, and pfmemalloc it did not ask",
      },
      when(and(allowSpin, not(mm.memorylessNode), wrong.eq(slab))).goto("lockDeactivate"),
      either(otherwise.goto("lockDeactivate"), otherwise.goto("lock")),
    ),
    partialMatch: select(
      "if (likely(node_match(slab, node) && pfmemalloc_match(slab, gfpflags)))",
      [[mm.nodeMismatch, "partialChoice"]],
      "usePartial",
    ),
    flush: allDeactivate,
  }),
  { removed: ["flushDefer"] },
);

/** A nolock caller that finds another slab loaded returns as it stands: with the lock, and without the slab. */
export const returnsWithLock = patch(
  slabAlloc,
  ({ b, allowSpin, c, got, flushSlab }) => {
    const { slab } = cpuSlabOf(c, b);
    return {
      conflict: step(
        "if (unlikely(c->slab)) { if (unlikely(!allow_spin)) return NULL;",
        { ref: "3.3.29", note: "c->lock is held and interrupts are off; nobody keeps the slab" },
        when(and(slab.notNull(), allowSpin)).do(flushSlab.set(slab.known())).goto("flushFreelist"),
        when(slab.notNull())
          .do(got.set(lit(null)))
          .goto("done"),
        otherwise.goto("loadSlab"),
      ),
      flush: allDeactivate,
    };
  },
  { removed: ["flushDefer"] },
);

export const NODE_LIST: Readonly<Record<string, Variant>> = {
  "nolock-deactivates": variant(
    "nolock-deactivates",
    "N2: kmalloc_nolock() may reach deactivate_slab() and __put_partials()",
    nolockDeactivates,
  ),
  "returns-with-lock": variant(
    "returns-with-lock",
    "N3: kmalloc_nolock() that finds another slab loaded when it comes back with a new one returns NULL there and then",
    returnsWithLock,
  ),
};
