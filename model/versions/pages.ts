/** How a slab gets its page and gives it up, in earlier versions and proposals: P of the variants. */
import { lit, otherwise, patch, step, type Variant, variant, when } from "../../checker/language/index.ts";
import { allocSlabPage } from "../page/alloc-slab-page.ts";
import { p } from "../page/state.ts";

/** A counted page whose count is dropped, the result ignored. */
export const refcountedPage = patch(
  allocSlabPage,
  ({ page, got }) => ({
    return: step(
      "p = alloc_pages_nolock(node, order); /* refcount 1 */",
      { ref: "3.10.1" },
      when(page.isNull())
        .do(got.set(lit(null)))
        .goto("done"),
      otherwise.do(p.page.at(page).refcount.set(1)).goto("testzero"),
    ),
    testzero: step(
      "put_page_testzero(p);",
      { ref: "3.10.2", note: "the result is ignored" },
      otherwise.do(p.page.at(page).refcount.set(p.page.at(page).refcount.minus(1)), got.set(page)).goto("done"),
    ),
  }),
  { added: ["testzero"] },
);

export const PAGES: Readonly<Record<string, Variant>> = {
  "refcounted-page": variant(
    "refcounted-page",
    "P1: a slab's page comes with reference count 1, dropped by put_page_testzero()",
    refcountedPage,
  ),
};
