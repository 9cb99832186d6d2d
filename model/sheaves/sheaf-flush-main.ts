/**
 * sheaf_flush_main(): empties the main sheaf of the CPU that one is on, by local_lock() and not by a trylock.
 *
 * Context: A worker on its CPU; never an interrupt.
 * Abstracts: as `sheaf-flush-main-batch.ts`.
 *
 * @kernel v7.3.4 mm/slub.c sheaf_flush_main()
 */

import { call, id, program, value } from "../../checker/language/index.ts";
import { localLock } from "../locks/local-lock.ts";
import { cpu } from "../machine/sets.ts";
import { bucket } from "../mm/sets.ts";
import { sheafFlushMainBatch } from "./sheaf-flush-main-batch.ts";
import { thisSheavesLock } from "./state.ts";

export const sheafFlushMain = program(
  "sheaf_flush_main",
  {
    exits: ["done"],
    params: { b: value(id(bucket)) },
    locals: { c: id(cpu) },
    kernel: "v7.3.4 mm/slub.c sheaf_flush_main()",
    tag: "S",
  },
  (_, { b }, { c }) => ({
    lock: call(
      "local_lock(&s->cpu_sheaves->lock);",
      localLock,
      { which: thisSheavesLock(b), c },
      { done: "batch" },
      { ref: "11.5.E" },
    ),
    batch: call(
      "remaining = __sheaf_flush_main_batch(s);",
      sheafFlushMainBatch,
      { b, c },
      { done: "done" },
      { ref: "11.5.E" },
    ),
  }),
);
