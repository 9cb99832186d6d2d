/**
 * A pfn scanner, such as compaction: looks at any page, takes a reference if somebody else has one, looks again, and
 * puts the page back.
 *
 * Context: A task on any CPU.
 * Abstracts: the first look (PageLRU and the like) may be as stale as one likes; a page that put_page() frees is back in
 * the zone in one step.
 *
 * @kernel v6.18.35 mm/compaction.c isolate_migratepages_block(); include/linux/mm.h put_page()
 */
import { choose, id, otherwise, program, step, when } from "../../checker/language/index.ts";
import { slab as pages } from "../slub/sets.ts";
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
      otherwise.do(p.page.at(page).refcount.set(p.page.at(page).refcount.plus(1))).goto("put"),
    ),
    put: step(
      "folio_put(folio); /* folio_put_testzero() */",
      { ref: "3.10.S3 3.10.S4", note: "the second look found nothing of interest" },
      when(p.page.at(page).refcount.eq(1)).do(p.page.at(page).refcount.set(0)).goto("free"),
      otherwise.do(p.page.at(page).refcount.set(p.page.at(page).refcount.minus(1))).goto("done"),
    ),
    free: step("__folio_put(folio);", { ref: "3.10.S4" }, otherwise.do(p.page.at(page).inZone.set(true)).goto("done")),
  }),
);
