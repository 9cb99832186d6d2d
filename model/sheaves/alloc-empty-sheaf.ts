/**
 * alloc_empty_sheaf() and free_empty_sheaf(): memory for a sheaf, of another kmalloc bucket. There is one or there is none:
 * a free choice, and one step.
 *
 * Context: Callers that may spin.
 * Return: `got`, null where the C returns NULL.
 * Abstracts: the nested kmalloc() and kfree(): the sheaf's own memory comes from a pool and takes no lock.
 *
 * @kernel v7.3.4 mm/slub.c alloc_empty_sheaf(), __alloc_empty_sheaf()
 */

import {
  choose,
  either,
  id,
  lit,
  optional,
  otherwise,
  program,
  result,
  step,
  value,
  when,
} from "../../checker/language/index.ts";
import { bucket } from "../mm/sets.ts";
import { isMade, sheaf, sheafOf } from "./state.ts";

export const allocEmptySheaf = program(
  "alloc_empty_sheaf",
  {
    exits: ["done"],
    params: { b: value(id(bucket)), got: result(optional(id(sheaf))) },
    kernel: "v7.3.4 mm/slub.c alloc_empty_sheaf()",
    inlines: "mm/slub.c __alloc_empty_sheaf()",
    tag: "S",
    abstracts: ["a sheaf's memory comes from a pool, in one step and without a lock: the nested kmalloc() is left out"],
  },
  (_, { b, got }) => ({
    alloc: step(
      "sheaf = kmalloc_flags(sheaf_size, gfp | __GFP_ZERO, alloc_flags, NUMA_NO_NODE);",
      { ref: "11.5.Ac 11.5.Bb", note: "a sheaf or none is a free choice" },
      either(
        choose(sheaf, (one) => when(sheafOf(one).cache.isNull()).do(isMade(one, b), got.set(one)).goto("done")),
        otherwise.do(got.set(lit(null))).goto("done"),
      ),
    ),
  }),
);
