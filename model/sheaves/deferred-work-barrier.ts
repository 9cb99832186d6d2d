/**
 * deferred_work_barrier(): waits on every CPU that could be there for the callback of its deferred work.
 *
 * Context: A task; may sleep. Nothing keeps two of them apart.
 *
 * @kernel v7.3.4 mm/slub.c deferred_work_barrier(); kernel/irq_work.c irq_work_sync()
 */

import { call, element, id, next, otherwise, program, step, when } from "../../checker/language/index.ts";
import { irqWorkSync } from "../machine/irq-work.ts";
import { cpu } from "../machine/sets.ts";
import { DEFERRED_WORK } from "../slub/state.ts";

export const deferredWorkBarrier = program(
  "deferred_work_barrier",
  { exits: ["done"], locals: { c: id(cpu) }, kernel: "v7.3.4 mm/slub.c deferred_work_barrier()", tag: "S" },
  (_, __, { c }) => ({
    first: step("for_each_possible_cpu(cpu)", { ref: "11.4.E" }, otherwise.do(c.set(element(cpu, 0))).goto("sync")),
    sync: call(
      "irq_work_sync(&per_cpu_ptr(&deferred_percpu_work, cpu)->work);",
      irqWorkSync,
      { c, which: DEFERRED_WORK },
      { done: "another" },
      { ref: "11.4.E 11.4.F" },
    ),
    another: step(
      "for_each_possible_cpu(cpu)",
      { ref: "11.4.E" },
      when(next(cpu, c).notNull())
        .do(c.set(next(cpu, c).known()))
        .goto("sync"),
      otherwise.goto("done"),
    ),
  }),
);
