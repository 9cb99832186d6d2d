/** The model `slub` since 7.0: sheaves. */
import type { Question } from "../checker/spec/model.ts";
import { kernelModel } from "./kernel/model.ts";
import { wq } from "./memcg/queue-work.ts";
import { accountCells } from "./memcg/state.ts";
import { ms } from "./memcg/stock-slots.ts";
import { mm } from "./mm/config.ts";
import { LOCAL_LOCKS, SHEAF_RAW_LOCKS } from "./mm/locks.ts";
import { memoryOf, unfitFor } from "./own.ts";
import { p } from "./page/state.ts";
import { g } from "./properties/ghosts.ts";
import { asked } from "./properties/sheaves-claims.ts";
import { SHEAF_PROPERTIES, SHEAF_RULES } from "./properties/sheaves-index.ts";
import { RESTATED, rcuGhosts } from "./properties/sheaves-rcu.ts";
import { rcuOf, usesRcu } from "./questions/rcu.ts";
import { OPTIONS, SHEAF_SETTINGS, type SheafValues } from "./questions/settings.ts";
import { sheafDefers, sheafHookPlaces, sheafQuestionProblems } from "./questions/sheaves.ts";
import { SHEAF_CALLS } from "./sheaves/calls.ts";
import { deferredPercpuWork } from "./sheaves/deferred-percpu-work.ts";
import { initialSheaves, inSheaves } from "./sheaves/heap.ts";
import { h, SHEAF_SPINLOCKS, sc } from "./sheaves/state.ts";
import { returned } from "./slub/calls.ts";
import { heldObjects, parseSlab, type SlabLine } from "./slub/heap.ts";
import { slabCells } from "./slub/state.ts";
import { variantsOf } from "./versions/versions.ts";

function own(question: Question, s: SheafValues) {
  const lines = s.slabs.map((line) => parseSlab(line) as SlabLine);
  const free = new Set(inSheaves(s));
  const held = heldObjects(lines, s.objects).filter((x) => !free.has(x));
  const rcu = rcuOf(question, s);
  const memory = memoryOf(question, s, { calls: SHEAF_CALLS, held, patches: rcu?.patches ?? [] });
  const { count, initially } = initialSheaves(s);
  return {
    ...memory,
    ...(rcu
      ? {
          roots: [...memory.roots, ...rcu.roots, rcuGhosts],
          constants: [...memory.constants, ...rcu.constants],
          runners: rcu.runners,
          rawLocks: rcu.rawLocks,
          mayRun: rcu.mayRun,
          restated: RESTATED,
        }
      : {}),
    sizes: {
      ...memory.sizes,
      sheaf: count,
      sheaves: count,
      capacity: s.sheafCapacity,
      "last place": s.sheafCapacity - 1,
      stockSlot: s.stockSlots,
    },
    names: { ...memory.names, sheaf: Array.from({ length: count }, (_, i) => `sheaf${i}`) },
    initially: [...memory.initially, ...initially],
  };
}

const NO_RCU = 'it is about kfree_rcu(), which no script calls: write "kfree_rcu_nolock s0.o0"';
const WITHOUT_RCU = { S25: NO_RCU, L7: NO_RCU };

/** What the C writes by plain stores or WRITE_ONCE(). */
const PLAIN_STORES = [
  "pcs",
  "sheaf",
  "barn",
  "slab.cache",
  "slab.freelist",
  "slab.inuse",
  "object",
  "node",
  "batch",
  "isolated",
  "page.nextPage",
  "zoneList",
  "pcpList",
  "stock",
  "objExts",
  "rcuFree",
];

export const sheafModel = kernelModel({
  name: "slub",
  title: "kmalloc_nolock() and kfree_nolock() of the Linux slab allocator",
  source: "mm/slub.c, kernel/locking/, kernel/irq_work.c of 7.3.4",
  roots: [mm, sc, h, slabCells, p, ms, accountCells, wq, g, asked],
  localLocks: LOCAL_LOCKS,
  spinlocks: SHEAF_SPINLOCKS,
  rawLocks: SHEAF_RAW_LOCKS,
  irqWorks: ["deferred work"],
  callbacks: [deferredPercpuWork],
  queues: sheafDefers,
  settings: SHEAF_SETTINGS,
  options: OPTIONS,
  hooks: sheafHookPlaces,
  calls: SHEAF_CALLS,
  returned,
  own,
  variants: variantsOf("sheaves"),
  properties: SHEAF_PROPERTIES,
  rules: SHEAF_RULES,
  unfit: (question) => ({ ...(usesRcu(question) ? {} : WITHOUT_RCU), ...unfitFor(question) }),
  plainStores: PLAIN_STORES,
  problems: sheafQuestionProblems,
});
