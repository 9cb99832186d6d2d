/**
 * free_new_slab_nolock(): a slab that was just made and never listed is given up, without a lock.
 *
 * Context: Any; the slab is the caller's.
 * Abstracts: obj_exts are left out.
 *
 * @kernel v7.3.4 mm/slub.c free_new_slab_nolock(), __free_slab()
 */

import { call, id, otherwise, program, select, step, value } from "../../checker/language/index.ts";
import { mm } from "../mm/config.ts";
import { slab as slabs } from "../mm/sets.ts";
import { freeFrozenPages } from "../page/free-frozen-pages.ts";
import { givesUpUsed } from "../slub/lists.ts";
import { giveUpSlab } from "../slub/state.ts";
import { isListed } from "./lists.ts";

export const freeNewSlabNolock = program(
  "free_new_slab_nolock",
  {
    exits: ["done"],
    params: { slab: value(id(slabs)) },
    kernel: "v7.3.4 mm/slub.c free_new_slab_nolock()",
    inlines: "mm/slub.c __free_slab()",
    tag: "S",
  },
  (_, { slab }) => ({
    clear: step(
      "page->mapping = NULL; __ClearPageSlab(page); .. unaccount_slab(slab, order, s, allow_spin);",
      { ref: "11.2.Ja 11.2.Jb 11.2.Jc", note: "nobody but the caller knows an object of it" },
      givesUpUsed(isListed(slab)),
      otherwise.do(giveUpSlab(slab)).goto("pages"),
    ),
    pages: select("(model) is the page allocator modelled?", [[mm.pages, "freePage"]], "done"),
    freePage: call(
      "free_frozen_pages_nolock(page, order);",
      freeFrozenPages,
      { page: slab, allowSpin: false },
      { done: "done" },
      { ref: "11.2.Jd" },
    ),
  }),
);
