/**
 * sheaf_try_flush_main(): empties the main sheaf of the CPU that one is on, where its lock can be had.
 *
 * Context: No lock held; may spin, but not for pcs->lock.
 * Return: by `flushed`, or by `not`, where the C returns false.
 *
 * @kernel v7.3.4 mm/slub.c sheaf_try_flush_main()
 */

import { call, id, program, value } from "../../checker/language/index.ts";
import { localTrylock } from "../locks/local-trylock.ts";
import { cpu } from "../machine/sets.ts";
import { bucket } from "../mm/sets.ts";
import { sheafFlushMainBatch } from "./sheaf-flush-main-batch.ts";
import { thisSheavesLock } from "./state.ts";

export const sheafTryFlushMain = program(
  "sheaf_try_flush_main",
  {
    exits: ["flushed", "not"],
    params: { b: value(id(bucket)) },
    locals: { c: id(cpu) },
    kernel: "v7.3.4 mm/slub.c sheaf_try_flush_main()",
    tag: "S",
  },
  (_, { b }, { c }) => ({
    trylock: call(
      "if (!local_trylock(&s->cpu_sheaves->lock)) return ret;",
      localTrylock,
      { which: thisSheavesLock(b), c },
      { held: "flush", busy: "not" },
      { ref: "11.5.Bc" },
    ),
    flush: call(
      "remaining = __sheaf_flush_main_batch(s);",
      sheafFlushMainBatch,
      { b, c },
      { done: "flushed" },
      { ref: "11.5.Bc" },
    ),
  }),
);
