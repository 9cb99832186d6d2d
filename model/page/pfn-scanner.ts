/**
 * A pfn scanner, such as compaction: looks at any page, takes a reference if somebody else has one, looks again, and
 * puts the page back. The last to put a page back frees it, by the ordinary path.
 *
 * Context: A task on any CPU.
 * Abstracts: the first look (PageLRU and the like) may be as stale as one likes; the second finds nothing of interest, for
 * the pages here are on no LRU list.
 *
 * @kernel v6.18.35 mm/compaction.c isolate_migratepages_block(); include/linux/mm.h put_page()
 */

import { call, choose, id, otherwise, program, step, when } from "../../checker/language/index.ts";
import { slab as pages } from "../mm/sets.ts";
import { freeFrozenPages } from "./free-frozen-pages.ts";
import { p } from "./state.ts";

export const pfnScanner = program(
  "isolate_migratepages_block",
  {
    exits: ["done"],
    locals: { page: id(pages) },
    kernel: "v6.18.35 mm/compaction.c isolate_migratepages_block()",
    tag: "S",
    abstracts: ["the scanner's first look at a page may be stale"],
  },
  (_, __, { page }) => ({
    look: step(
      "page = pfn_to_page(low_pfn); .. if (PageLRU(page))",
      { ref: "3.10.S1", note: "any page: the flag may have been read long before" },
      choose(pages, (x) => otherwise.do(page.set(x)).goto("get")),
    ),
    get: step(
      "folio = folio_get_nontail_page(page); /* get_page_unless_zero() */",
      { ref: "3.10.S2" },
      when(p.page.at(page).refcount.eq(0)).goto("done"),
      otherwise.do(p.page.at(page).refcount.set(p.page.at(page).refcount.plus(1))).goto("again"),
    ),
    again: step(
      "if (!folio_test_lru(folio)) goto isolate_fail_put;",
      { ref: "3.10.S3", note: "of no interest: the pages here are on no LRU list" },
      otherwise.goto("put"),
    ),
    put: step(
      "folio_put(folio); /* folio_put_testzero() */",
      { ref: "3.10.S4" },
      when(p.page.at(page).refcount.eq(1)).do(p.page.at(page).refcount.set(0)).goto("free"),
      otherwise.do(p.page.at(page).refcount.set(p.page.at(page).refcount.minus(1))).goto("done"),
    ),
    free: call(
      "__folio_put(folio); /* free_frozen_pages() */",
      freeFrozenPages,
      { page, allowSpin: true },
      { done: "done" },
      { ref: "3.10.S4" },
    ),
  }),
);
