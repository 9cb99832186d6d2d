/**
 * alloc_slab_page(): how a slab gets its page. From v2 on the page comes with reference count 0 and keeps it; v1 took a
 * counted page for a nolock caller and dropped the count (`versions/pages.ts`).
 *
 * Context: Any; callers that may spin wait for zone->lock.
 * Return: `got`, null where the C returns NULL.
 *
 * @kernel v6.18 mm/slub.c alloc_slab_page()
 */

import {
  bool,
  call,
  id,
  optional,
  otherwise,
  program,
  result,
  select,
  step,
  value,
} from "../../checker/language/index.ts";
import { slab as pages } from "../mm/sets.ts";
import { allocFrozenPagesNolock } from "./alloc-frozen-pages-nolock.ts";
import { allocFrozenPages } from "./alloc-pages.ts";

export const allocSlabPage = program(
  "alloc_slab_page",
  {
    exits: ["done"],
    params: { allowSpin: value(bool), got: result(optional(id(pages))) },
    locals: { page: optional(id(pages)) },
    kernel: "v6.18 mm/slub.c alloc_slab_page()",
    tag: "S",
  },
  (_, { allowSpin, got }, { page }) => ({
    entry: select("if (unlikely(!allow_spin))", [[allowSpin, "spin"]], "alloc"),
    alloc: call(
      "page = alloc_frozen_pages_nolock(0, node, order);",
      allocFrozenPagesNolock,
      { got: page },
      { done: "return" },
      { ref: "3.10" },
    ),
    return: step("__SetPageSlab(page); .. page_slab(page);", { ref: "3.10" }, otherwise.do(got.set(page)).goto("done")),
    spin: call(
      "page = alloc_frozen_pages(flags, order);",
      allocFrozenPages,
      { got },
      { done: "done" },
      { ref: "3.10" },
    ),
  }),
);
