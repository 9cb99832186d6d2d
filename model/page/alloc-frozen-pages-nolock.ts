/**
 * alloc_frozen_pages_nolock() and alloc_pages_nolock(): one page by trylocks alone. The first leaves the reference count
 * at 0; the second sets it to 1.
 *
 * Context: Any; on PREEMPT_RT an NMI or a hardirq gets NULL at once, and so does an NMI where there is neither SMP nor
 * PREEMPT_RT.
 * Return: `got`, null where the C returns NULL.
 * Abstracts: no memcg charge and no hooks of an allocation.
 *
 * @kernel v6.18.35 mm/page_alloc.c alloc_frozen_pages_nolock_noprof(), alloc_pages_nolock_noprof()
 */

import {
  call,
  id,
  lit,
  optional,
  or,
  otherwise,
  program,
  result,
  select,
  step,
  when,
} from "../../checker/language/index.ts";
import { cfg, EMPTY_TRYLOCK } from "../machine/config.ts";
import { inHardirq, inNmi } from "../machine/state.ts";
import { slab as pages } from "../mm/sets.ts";
import { rmqueue } from "./rmqueue.ts";
import { p } from "./state.ts";

export const allocFrozenPagesNolock = program(
  "alloc_frozen_pages_nolock",
  {
    exits: ["done"],
    params: { got: result(optional(id(pages))) },
    kernel: "v6.18 mm/page_alloc.c alloc_frozen_pages_nolock_noprof()",
    inlines: "mm/page_alloc.c __alloc_frozen_pages_noprof(), mm/internal.h can_spin_trylock()",
    tag: "S",
    abstracts: ["hooks and the memcg charge of a page are left out"],
  },
  (self, { got }) => ({
    entry: select(
      "if (IS_ENABLED(CONFIG_PREEMPT_RT)",
      [
        [cfg.preemptRt, "context"],
        [EMPTY_TRYLOCK, "up"],
      ],
      "freelist",
    ),
    context: step(
      "if (IS_ENABLED(CONFIG_PREEMPT_RT) && (in_nmi() || in_hardirq())) return ..",
      { ref: "3.10.1" },
      when(or(inNmi(self), inHardirq(self)))
        .do(got.set(lit(null)))
        .goto("done"),
      otherwise.goto("freelist"),
    ),
    up: step(
      "if (!IS_ENABLED(CONFIG_SMP) && in_nmi()) return ..",
      { ref: "3.10.2" },
      when(inNmi(self))
        .do(got.set(lit(null)))
        .goto("done"),
      otherwise.goto("freelist"),
    ),
    freelist: call(
      "page = get_page_from_freelist(alloc_gfp, order, .., &ac);",
      rmqueue,
      { allowSpin: false, got },
      { done: "done" },
      { ref: "3.10.3 3.10.6 3.10.7 3.10.8" },
    ),
  }),
);

export const allocPagesNolock = program(
  "alloc_pages_nolock",
  {
    exits: ["done"],
    params: { got: result(optional(id(pages))) },
    locals: { page: optional(id(pages)) },
    kernel: "v6.18 mm/page_alloc.c alloc_pages_nolock_noprof()",
    tag: "S",
  },
  (_, { got }, { page }) => ({
    alloc: call(
      "page = alloc_frozen_pages_nolock_noprof(gfp_flags, nid, order);",
      allocFrozenPagesNolock,
      { got: page },
      { done: "count" },
    ),
    count: step(
      "if (page) set_page_refcounted(page); return page;",
      { ref: "3.10.C1" },
      when(page.isNull())
        .do(got.set(lit(null)))
        .goto("done"),
      otherwise.do(got.set(page), p.page.at(page).refcount.set(1)).goto("done"),
    ),
  }),
);
