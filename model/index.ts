/** The model `slub`: what a spec may ask of kmalloc_nolock() and kfree_nolock(), and how it becomes a system. */
import { type Assign, context, element, type LinkOptions } from "../checker/language/index.ts";
import type { Model, Question } from "../checker/spec/model.ts";
import { LEDGER } from "./claims/ledger.ts";
import { COMPANY } from "./company.ts";
import { CONTEXT_KINDS, PARAMETERS, settingsOf } from "./configuration.ts";
import { grow } from "./grow.ts";
import { BUCKET_NAMES, heldObjects, initialHeap, parseSlab, type SlabLine } from "./heap.ts";
import { l } from "./locks/state.ts";
import { cfg, chain, cpu, objcg, RAW_LOCKS, rawLock } from "./machine/config.ts";
import { lane, m, mayRun } from "./machine/state.ts";
import { initialAccounts, ownerOf } from "./memcg/accounts.ts";
import { mc } from "./memcg/state.ts";
import { p } from "./page/state.ts";
import { problems } from "./problems.ts";
import { call } from "./properties/call-ghosts.ts";
import { g } from "./properties/ghosts.ts";
import { PROPERTIES, RULES } from "./properties/index.ts";
import { type Runner, runnersOf } from "./runners.ts";
import { parseCall, slabNamedBy } from "./scripts.ts";
import { bucket, object, slab } from "./slub/sets.ts";
import { k } from "./slub/state.ts";
import { EQUIVALENTS, SURVIVORS } from "./survivors.ts";
import { UNFIRED } from "./unfired.ts";
import { VARIANTS, VERSIONS } from "./versions/versions.ts";
import { VIEWS } from "./views.ts";

function build(question: Question): Omit<LinkOptions, "name" | "properties"> {
  const s = settingsOf(question);
  const runners = runnersOf(question);
  const threads = runners.filter((r) => r.thread);
  const chainOf = (r: Runner) => threads.indexOf(r);
  const idle = (c: number) => threads.length + c;
  const lines = s.slabs.map((line) => parseSlab(line) as SlabLine);
  const debug = BUCKET_NAMES.slice(0, s.buckets).map((name) => s.debug.includes(name));
  const initially: Assign[] = initialHeap(lines, { ...s, debug });
  const held = heldObjects(lines, s.objects);
  for (const x of held) {
    const own = element(object, x);
    initially.push(g.allocated.at(own).set(true), g.held.at(own).set(true));
    if (s.memcg) initially.push(g.chargedTo.at(own).set(element(objcg, ownerOf(s.accounts, x, s.objects))));
  }
  for (const [i, line] of lines.entries()) {
    if (s.pages && (line.place !== "page" || line.page === "held"))
      initially.push(g.pageOut.at(element(slab, i)).set(true));
    if (line.page === "held") initially.push(g.pageHeld.at(element(slab, i)).set(true));
  }
  if (s.memcg) initially.push(...initialAccounts(s.accounts, { ...s, held }));
  const constants: Assign[] = [
    cfg.preemptRt.set(s.preemptRt),
    cfg.smp.set(s.smp),
    cfg.cpuPartial.set(s.cpuPartial),
    cfg.tiny.set(s.tiny),
    cfg.debugCaches.set(debug.includes(true)),
    ...debug.map((is, b) => cfg.debug.at(element(bucket, b)).set(is)),
    cfg.cmpxchgDouble.set(s.cmpxchgDouble),
    cfg.accounting.set(s.accounting),
    cfg.cpuPartialSlabs.set(s.cpuPartialSlabs),
    cfg.minPartial.set(s.minPartial),
    cfg.migration.set(s.migration),
    cfg.nodeMismatch.set(s.nodeMismatch),
    cfg.memorylessNode.set(s.memorylessNode),
    cfg.freelistRandom.set(s.freelistRandom),
    cfg.pages.set(s.pages),
    cfg.memcg.set(s.memcg),
    cfg.chargeFails.set(s.chargeFails),
    cfg.memcgStockFull.set(s.memcgStockFull),
    cfg.hooked.set(s.memcg || s.debugHooks.length > 0),
    ...RAW_LOCKS.map((name, i) => cfg.takes.at(element(rawLock, i)).set(s.debugHooks.includes(name))),
    cfg.debugLockAlloc.set(s.debugLockAlloc),
    cfg.ctor.set(s.ctor),
    cfg.barrier.set(question.contexts.some(({ script }) => script.some((line) => line.startsWith("destroy")))),
    cfg.encodedLinks.set(s.encodedLinks),
    cfg.objects.set(s.objects),
    cfg.pcpBatch.set(s.pcpBatch),
    cfg.pcpHigh.set(s.pcpHigh),
  ];
  for (let c = 0; c < s.cpus; c++) {
    const first = threads.find((r) => r.cpu === c);
    const idleChain = element(chain, idle(c));
    constants.push(cfg.idle.at(element(cpu, c)).set(idleChain));
    initially.push(m.chain.at(idleChain).cpu.set(element(cpu, c)));
    initially.push(m.cpu.at(element(cpu, c)).current.set(first ? element(chain, chainOf(first)) : idleChain));
  }
  for (const [i, r] of runners.entries()) {
    const who = cfg.who.at(element(context, i));
    constants.push(who.kind.set(r.kind), who.cpu.set(element(cpu, r.cpu)));
    constants.push(cfg.objcgOf.at(element(context, i)).set(element(objcg, r.objcg)));
    if (!r.thread) continue;
    const own = element(chain, chainOf(r));
    constants.push(who.chain.set(own));
    initially.push(
      m.chain.at(own).cpu.set(element(cpu, r.cpu)),
      m.chain.at(own).top.set(element(context, i)),
      m.frame.at(element(context, i)).chain.set(own),
    );
    // A per-CPU kthread is bound to its CPU.
    if (r.kind === "irqWork") initially.push(m.chain.at(own).migrateDisabled.set(1));
  }
  const names = (n: number, name: (i: number) => string) => Array.from({ length: n }, (_, i) => name(i));
  return {
    sizes: {
      cpu: s.cpus,
      bucket: s.buckets,
      slab: lines.length,
      slot: s.objects,
      zone: 1,
      one: 1,
      rawLock: RAW_LOCKS.length,
      objcg: s.objcgs,
      chain: threads.length + s.cpus,
    },
    names: {
      cpu: names(s.cpus, (i) => `CPU${i}`),
      bucket: BUCKET_NAMES.slice(0, s.buckets),
      slab: names(lines.length, (i) => `s${i}`),
      slot: names(s.objects, (i) => `o${i}`),
      chain: [...threads.map((r) => r.name), ...names(s.cpus, (i) => `idle${i}`)],
      rawLock: [...RAW_LOCKS],
      cpuBucket: names(s.cpus * s.buckets, (i) => `${BUCKET_NAMES[i % s.buckets]} on CPU${Math.floor(i / s.buckets)}`),
    },
    named: {
      slab: question.contexts.flatMap((c) =>
        c.script.flatMap((line) => slabNamedBy(parseCall(line, s.objects), s.objects)),
      ),
    },
    roots: [cfg, m, l, k, p, mc, g, call],
    constants,
    initially,
    contexts: runners.map(({ name, script }) => ({ name, script })),
    mayRun,
    below: (self) => m.frame.at(self).below,
    lane,
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

const model: Model = {
  name: "slub",
  title: "kmalloc_nolock() and kfree_nolock() of the Linux slab allocator",
  source: "mm/slub.c, kernel/locking/, kernel/irq_work.c of 6.18.35",
  notModelled: [
    "what KASAN, kmemleak, KFENCE, debug objects and debug caches check",
    "CPU and memory hotplug, cache destruction beyond its barrier, NUMA beyond a mismatch",
    "locks of cpusets, workqueues, css references and the scheduler (docs/soundness.md)",
  ],
  parameters: PARAMETERS,
  versions: Object.fromEntries(Object.entries(VERSIONS).map(([name, { about }]) => [name, about])),
  variants: Object.fromEntries(Object.entries(VARIANTS).map(([name, { summary }]) => [name, summary])),
  contextKinds: CONTEXT_KINDS,
  operations: {
    kmalloc: "an allocation that may spin or sleep, from a bucket",
    kmalloc_nolock: "an allocation from any context, from a bucket",
    kfree: "a free that may spin or sleep",
    kfree_nolock: "a free from any context",
    destroy: "a cache is destroyed, after a barrier for deferred frees",
    flush: "a worker takes the CPU slab of a bucket away from its CPU",
    scan: "a pfn scanner looks at one page",
    flush_stats: "a worker adds up the statistics of a cgroup",
    reparent: "a worker moves the objcgs of a dying cgroup to its parent",
    alloc_page: "a page for somebody else, counted; may spin or sleep",
    alloc_pages_nolock: "a page for somebody else, counted, from any context",
    free_page: "drops a page's reference, and frees it; may spin or sleep",
    free_pages_nolock: "the same from any context",
    drain: "a CPU's page list goes back to the zone",
  },
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
  build,
};

export default model;
