/**
 * __sheaf_flush_main_batch(): the objects of the main sheaf are taken out under the lock and freed without it.
 *
 * Context: Entered with pcs->lock held on `c`, left without; may spin.
 * Abstracts: a main sheaf fits into the array on the stack (PCS_BATCH_MAX), so nothing remains.
 *
 * @kernel v7.3.4 mm/slub.c __sheaf_flush_main_batch()
 */

import {
  and,
  bound,
  call,
  exists,
  id,
  or,
  otherwise,
  program,
  range,
  setEach,
  step,
  value,
} from "../../checker/language/index.ts";
import { localUnlock } from "../locks/local-lock.ts";
import { cpu } from "../machine/sets.ts";
import { bucket, object } from "../mm/sets.ts";
import { kmemCacheFreeBulk } from "./kmem-cache-free-bulk.ts";
import { emptied, h, pcsOf, places, sheafOf, sheavesLock } from "./state.ts";

export const sheafFlushMainBatch = program(
  "__sheaf_flush_main_batch",
  {
    exits: ["done"],
    params: { b: value(id(bucket)), c: value(id(cpu)) },
    locals: { batch: range(0, bound("capacity")) },
    kernel: "v7.3.4 mm/slub.c __sheaf_flush_main_batch()",
    tag: "S",
    abstracts: ["a main sheaf fits into one batch of a flush"],
  },
  (self, { b, c }, { batch }) => {
    const { main } = pcsOf(c, b);
    const { size, objects } = sheafOf(main);
    const mine = h.batch.at(self);
    return {
      assert: step(
        "slab_lockdep_assert_held(..); .. batch = min(PCS_BATCH_MAX, sheaf->size); sheaf->size -= batch;",
        { ref: "11.5.E", marks: ["asserts"] },
        otherwise.do(batch.set(size), size.set(0)).goto("copy"),
      ),
      copy: step(
        "memcpy(objects, sheaf->objects + sheaf->size, batch * sizeof(void *));",
        { ref: "11.5.E", note: "what stands above the size is nobody's from here on" },
        otherwise
          .do(
            setEach(object, (x) =>
              mine.at(x).set(
                or(
                  mine.at(x),
                  exists(places, (i) => and(i.lt(batch), objects.at(i).eq(x))),
                ),
              ),
            ),
            emptied(main),
          )
          .goto("unlock"),
      ),
      unlock: call(
        "local_unlock(&s->cpu_sheaves->lock);",
        localUnlock,
        { which: sheavesLock(c, b) },
        { done: "free" },
        { ref: "11.5.E" },
      ),
      free: call(
        "__kmem_cache_free_bulk(s, batch, &objects[0]);",
        kmemCacheFreeBulk,
        { b },
        { done: "done" },
        { ref: "11.5.E" },
      ),
    };
  },
);
