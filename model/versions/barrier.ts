/**
 * What a barrier for deferred frees must wait for, in proposals of our own: only who finds a list empty queues its work, so
 * irq_work_sync() passes while somebody stands between llist_add() and irq_work_queue(), whatever else is on the list.
 */

import {
  element,
  exists,
  next,
  not,
  or,
  otherwise,
  patch,
  step,
  type Variant,
  variant,
  when,
} from "../../checker/language/index.ts";
import { irqWorkQueueOn } from "../machine/irq-work.ts";
import { cpu } from "../machine/sets.ts";
import { object, slab } from "../mm/sets.ts";
import { kmemCacheDestroy } from "../slub/kmem-cache-destroy.ts";
import { DEFERRED_WORK, k } from "../slub/state.ts";

export const BARRIERS: Readonly<Record<string, Variant>> = {
  "barrier-queues-work": variant(
    "barrier-queues-work",
    "F12 mended: the barrier queues the work of each CPU there itself, and waits for that",
    patch(
      kmemCacheDestroy,
      ({ c }) => ({
        first: step(
          "for_each_possible_cpu(cpu)",
          { ref: "3.9c.1" },
          otherwise.do(c.set(element(cpu, 0))).goto("queueThere"),
        ),
        another: step(
          "for_each_possible_cpu(cpu)",
          { ref: "3.9c.1" },
          when(next(cpu, c).notNull())
            .do(c.set(next(cpu, c).known()))
            .goto("queueThere"),
          otherwise.goto("shutdown"),
        ),
        queueThere: step(
          "(variant) irq_work_queue_on(&per_cpu_ptr(&defer_free_objects, cpu)->work, cpu);",
          { tag: "D", note: "where it is pending already nothing changes" },
          otherwise.do(irqWorkQueueOn(c, DEFERRED_WORK, c)).goto("sync"),
        ),
      }),
      { added: ["queueThere"] },
    ),
  ),
  "barrier-waits-for-lists": variant(
    "barrier-waits-for-lists",
    "F12 mended in another way: the barrier waits until the lists of each CPU are empty, and then for the work that took them",
    patch(
      kmemCacheDestroy,
      ({ c }) => ({
        first: step(
          "for_each_possible_cpu(cpu)",
          { ref: "3.9c.1" },
          otherwise.do(c.set(element(cpu, 0))).goto("waitEmpty"),
        ),
        another: step(
          "for_each_possible_cpu(cpu)",
          { ref: "3.9c.1" },
          when(next(cpu, c).notNull())
            .do(c.set(next(cpu, c).known()))
            .goto("waitEmpty"),
          otherwise.goto("shutdown"),
        ),
        waitEmpty: step(
          "(variant) while (!llist_empty(&df->objects) || !llist_empty(&df->slabs)) cond_resched();",
          { tag: "D", note: "the lists first: who took them is busy until all of it is free" },
          when(
            not(
              or(
                exists(object, (o) => k.deferFree.at(c).objects.at(o)),
                exists(slab, (o) => k.deferFree.at(c).slabs.at(o)),
              ),
            ),
          ).goto("sync"),
        ),
      }),
      { added: ["waitEmpty"] },
    ),
  ),
};
