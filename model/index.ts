/** The model `slub`: what a spec may ask of kmalloc_nolock() and kfree_nolock(), and how it becomes a system. */
import { type Assign, context, element } from "../checker/language/index.ts";
import type { Question } from "../checker/spec/model.ts";
import { LEDGER } from "./claims/ledger.ts";
import { type Call, readCall } from "./kernel/calls.ts";
import { kernelModel } from "./kernel/model.ts";
import { cfg } from "./machine/config.ts";
import { initialAccounts, ownerOf } from "./memcg/accounts.ts";
import { mc } from "./memcg/state.ts";
import { mm } from "./mm/config.ts";
import { LOCAL_LOCKS, RAW_LOCKS, SPINLOCKS } from "./mm/locks.ts";
import { objcg, object, slab } from "./mm/sets.ts";
import { p } from "./page/state.ts";
import { call } from "./properties/call-ghosts.ts";
import { g } from "./properties/ghosts.ts";
import { PROPERTIES, RULES } from "./properties/index.ts";
import { COMPANY } from "./questions/company.ts";
import { defers } from "./questions/defers.ts";
import { grow } from "./questions/grow.ts";
import { HOOK_PLACES } from "./questions/hooks.ts";
import { problems } from "./questions/problems.ts";
import { OPTIONS, objcgOf, SETTINGS, type SlubValues } from "./questions/settings.ts";
import { CALLS, returned, slabsNamedBy } from "./slub/calls.ts";
import { freeDeferredObjects } from "./slub/defer-free.ts";
import { BUCKET_NAMES, heldObjects, initialHeap, parseSlab, type SlabLine } from "./slub/heap.ts";
import { k } from "./slub/state.ts";
import { EQUIVALENTS, SURVIVORS } from "./survivors.ts";
import { UNFIRED } from "./unfired.ts";
import { VARIANTS, VERSIONS } from "./versions/versions.ts";
import { VIEWS } from "./views.ts";

const names = (n: number, name: (i: number) => string) => Array.from({ length: n }, (_, i) => name(i));

/** What a question says of memory: how much there is, and how it stands at the start. */
function own(question: Question, s: SlubValues) {
  const lines = s.slabs.map((line) => parseSlab(line) as SlabLine);
  const debug = BUCKET_NAMES.slice(0, s.buckets).map((name) => s.debug.includes(name));
  const initially: Assign[] = initialHeap(lines, { ...s, debug });
  const held = heldObjects(lines, s.objects);
  for (const x of held) {
    const mine = element(object, x);
    initially.push(g.allocated.at(mine).set(true), g.held.at(mine).set(true));
    if (s.memcg) initially.push(g.chargedTo.at(mine).set(element(objcg, ownerOf(s.accounts, x, s.objects))));
  }
  for (const [i, line] of lines.entries()) {
    if (s.pages && (line.place !== "page" || line.page === "held"))
      initially.push(g.pageOut.at(element(slab, i)).set(true));
    if (line.page === "held") initially.push(g.pageHeld.at(element(slab, i)).set(true));
  }
  if (s.memcg) initially.push(...initialAccounts(s.accounts, { ...s, held }));
  const calls = question.contexts.flatMap(({ script }) =>
    script.map((line, i) => readCall(CALLS, line, i + 1) as Call),
  );
  return {
    sizes: {
      bucket: s.buckets,
      slab: lines.length,
      slot: s.objects,
      zone: 1,
      one: 1,
      objcg: s.objcgs,
    },
    names: {
      bucket: BUCKET_NAMES.slice(0, s.buckets),
      slab: names(lines.length, (i) => `s${i}`),
      slot: names(s.objects, (i) => `o${i}`),
    },
    named: { slab: calls.flatMap(slabsNamedBy) },
    constants: [
      mm.hooked.set(s.memcg || s.debugHooks.length > 0),
      cfg.irqWorkSync.set(calls.some(({ operation }) => operation === "destroy")),
      ...question.contexts.map((one, i) => mm.objcgOf.at(element(context, i)).set(element(objcg, objcgOf(one)))),
    ],
    initially,
    variants: [
      ...(VERSIONS[question.version as string]?.patches ?? []),
      ...question.variants.flatMap((name) => VARIANTS[name] ?? []),
    ],
  };
}

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

export default kernelModel({
  name: "slub",
  title: "kmalloc_nolock() and kfree_nolock() of the Linux slab allocator",
  source: "mm/slub.c, kernel/locking/, kernel/irq_work.c of 6.18.35",
  notModelled: [
    "what KASAN, kmemleak, KFENCE, debug objects and debug caches check",
    "CPU and memory hotplug, cache destruction beyond its barrier, NUMA beyond a mismatch",
    "locks of cpusets, workqueues, css references and the scheduler (docs/soundness.md)",
  ],
  roots: [mm, k, p, mc, g, call],
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
  own,
  versions: Object.fromEntries(Object.entries(VERSIONS).map(([name, { about }]) => [name, about])),
  variants: Object.fromEntries(Object.entries(VARIANTS).map(([name, { summary }]) => [name, summary])),
  properties: PROPERTIES,
  rules: RULES,
  unfit: ({ configuration }) =>
    configuration.accounting
      ? {}
      : { S12: 'it is about counters that are kept with "accounting" only: set it to true' },
  ledger: LEDGER,
  company: COMPANY,
  views: VIEWS,
  unfired: UNFIRED,
  grow,
  plainStores: PLAIN_STORES,
  survivors: SURVIVORS,
  equivalents: EQUIVALENTS,
  problems,
});
