/**
 * free_empty_sheaf(): the memory of a sheaf goes back.
 *
 * Context: Callers that may spin.
 * Abstracts: as `alloc-empty-sheaf.ts`.
 *
 * @kernel v7.3.4 mm/slub.c free_empty_sheaf(), __free_empty_sheaf()
 */

import { id, otherwise, program, step, value, when } from "../../checker/language/index.ts";
import { isGone, sheaf, sheafOf } from "./state.ts";

export const freeEmptySheaf = program(
  "free_empty_sheaf",
  {
    exits: ["done"],
    params: { one: value(id(sheaf)) },
    kernel: "v7.3.4 mm/slub.c free_empty_sheaf()",
    inlines: "mm/slub.c __free_empty_sheaf()",
    tag: "S",
  },
  (_, { one }) => ({
    free: step(
      "kfree(sheaf);",
      { ref: "11.5.Ad" },
      when(sheafOf(one).size.gt(0)).fails("S22", "gives back the memory of a sheaf that has objects"),
      when(sheafOf(one).cache.isNull()).fails("S23", "gives back the memory of a sheaf twice"),
      otherwise.do(isGone(one)).goto("done"),
    ),
  }),
);
