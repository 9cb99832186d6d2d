/**
 * sheaf_flush_unused(): the objects of a sheaf that nobody else can find go back to their slabs.
 *
 * Context: No lock held; may spin.
 *
 * @kernel v7.3.4 mm/slub.c sheaf_flush_unused()
 */

import { call, id, or, otherwise, program, setEach, step, value, when } from "../../checker/language/index.ts";
import { bucket, object } from "../mm/sets.ts";
import { kmemCacheFreeBulk } from "./kmem-cache-free-bulk.ts";
import { emptied, h, sheaf, sheafOf, standsInSheaf } from "./state.ts";

export const sheafFlushUnused = program(
  "sheaf_flush_unused",
  {
    exits: ["done"],
    params: { b: value(id(bucket)), one: value(id(sheaf)) },
    kernel: "v7.3.4 mm/slub.c sheaf_flush_unused()",
    tag: "S",
  },
  (self, { b, one }) => {
    const mine = h.batch.at(self);
    return {
      size: step(
        "if (!sheaf->size) return;",
        { ref: "11.5.Ba", note: "the sheaf is the caller's own: its size goes to 0 here, in the C when all is freed" },
        when(sheafOf(one).size.eq(0)).goto("done"),
        otherwise
          .do(
            setEach(object, (x) => mine.at(x).set(or(mine.at(x), standsInSheaf(one, x)))),
            emptied(one),
          )
          .goto("free"),
      ),
      free: call(
        "__kmem_cache_free_bulk(s, sheaf->size, &sheaf->objects[0]); sheaf->size = 0;",
        kmemCacheFreeBulk,
        { b },
        { done: "done" },
        { ref: "11.5.Ba" },
      ),
    };
  },
);
