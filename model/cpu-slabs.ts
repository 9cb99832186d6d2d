/** The model `slub` until 6.18: CPU slabs. */
import type { Question } from "../checker/spec/model.ts";
import { kernelModel } from "./kernel/model.ts";
import { MEMCG_CELLS } from "./memcg/state.ts";
import { mm } from "./mm/config.ts";
import { LOCAL_LOCKS, RAW_LOCKS, SPINLOCKS } from "./mm/locks.ts";
import { memoryOf, unfitFor } from "./own.ts";
import { p } from "./page/state.ts";
import { call } from "./properties/call-ghosts.ts";
import { g } from "./properties/ghosts.ts";
import { PROPERTIES, RULES } from "./properties/index.ts";
import { defers } from "./questions/defers.ts";
import { HOOK_PLACES } from "./questions/hooks.ts";
import { problems } from "./questions/problems.ts";
import { OPTIONS, SETTINGS, type SlubValues } from "./questions/settings.ts";
import { CALLS, returned } from "./slub/calls.ts";
import { freeDeferredObjects } from "./slub/defer-free.ts";
import { heldObjects, parseSlab, type SlabLine } from "./slub/heap.ts";
import { CELLS } from "./slub/state.ts";
import { variantsOf } from "./versions/versions.ts";

/** What the C writes by plain stores or WRITE_ONCE(). Locks, counts, llists, references and irq_work are atomic. */
const PLAIN_STORES = [
  "cpuSlab",
  "slab.cache",
  "slab.freelist",
  "slab.inuse",
  "slab.frozen",
  "slab.flushFreelist",
  "object",
  "cache",
  "node",
  "taken",
  "detached",
  "page.nextPage",
  "zoneList",
  "pcpList",
  "objStock",
  "objExts",
];

export const cpuSlabModel = kernelModel({
  name: "slub",
  title: "kmalloc_nolock() and kfree_nolock() of the Linux slab allocator",
  source: "mm/slub.c, kernel/locking/, kernel/irq_work.c of 6.18.35",
  roots: [mm, ...CELLS, p, ...MEMCG_CELLS, g, call],
  localLocks: LOCAL_LOCKS,
  spinlocks: SPINLOCKS,
  rawLocks: RAW_LOCKS,
  irqWorks: ["deferred frees"],
  callbacks: [freeDeferredObjects],
  queues: defers,
  settings: SETTINGS,
  options: OPTIONS,
  hooks: HOOK_PLACES,
  calls: CALLS,
  returned,
  own: (question: Question, s: SlubValues) => {
    const lines = s.slabs.map((line) => parseSlab(line) as SlabLine);
    return memoryOf(question, s, { calls: CALLS, held: heldObjects(lines, s.objects) });
  },
  variants: variantsOf("cpuSlabs"),
  properties: PROPERTIES,
  rules: RULES,
  unfit: unfitFor,
  plainStores: PLAIN_STORES,
  problems,
});
