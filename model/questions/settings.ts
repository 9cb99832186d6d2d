/** What a spec may set of memory management, beside the machine: one table, from which all that is said of it comes. */
import { type Assign, element } from "../../checker/language/index.ts";
import type { ContextSpec, Parameter, Question } from "../../checker/spec/model.ts";
import { flag, integer, type MACHINE_SETTINGS, texts, type ValuesOf } from "../kernel/settings.ts";
import { rawLock } from "../machine/sets.ts";
import { ACCOUNT_LINE } from "../memcg/accounts.ts";
import { mm } from "../mm/config.ts";
import { RAW_LOCKS } from "../mm/locks.ts";
import { bucket } from "../mm/sets.ts";
import { SHEAF_LINE } from "../sheaves/heap.ts";
import { sc } from "../sheaves/state.ts";
import { BUCKET_NAMES, NODE_SLAB_LINE, SLAB_LINE } from "../slub/heap.ts";
import { HELPERS } from "./hooks.ts";

const takes = (names: readonly string[]): Assign[] =>
  RAW_LOCKS.map((name, i) => mm.takes.at(element(rawLock, i)).set(names.includes(name)));

export const SETTINGS = {
  buckets: integer("kmalloc buckets, A and up", { byDefault: 2, min: 1, max: 4 }),
  objects: integer("objects in a slab", { byDefault: 2, min: 1, max: 4 }, mm.objects),
  slabs: texts(`the heap at the start, a line a slab: ${SLAB_LINE}`, {
    byDefault: ["A cpu0 free=1", "A partial free=2", "B cpu0 free=2", "page"],
  }),
  cpuPartial: flag("CONFIG_SLUB_CPU_PARTIAL", mm.cpuPartial),
  tiny: flag("CONFIG_SLUB_TINY: no CPU slabs at all", mm.tiny),
  debug: texts("buckets that are debug caches (slab_debug=FZPU): no CPU slabs, everything under list_lock", {
    fixes: (names) => [
      mm.debugCaches.set(names.length > 0),
      ...names.map((name) => mm.debug.at(element(bucket, BUCKET_NAMES.indexOf(name))).set(true)),
    ],
  }),
  cmpxchgDouble: flag(
    "the architecture changes (freelist, counters) of a slab by one instruction; otherwise under a bit spinlock",
    mm.cmpxchgDouble,
    true,
  ),
  accounting: flag(
    "n->nr_slabs and n->nr_partial are counters of their own, as CONFIG_SLUB_DEBUG has them (for S12)",
    mm.accounting,
  ),
  cpuPartialSlabs: integer("s->cpu_partial_slabs", { byDefault: 1, min: 1, max: 4 }, mm.cpuPartialSlabs),
  minPartial: integer("s->min_partial", { byDefault: 1, min: 0, max: 4 }, mm.minPartial),
  nodeMismatch: flag(
    "kmalloc() may ask for a node that a slab is not on: a free choice for each slab that it meets",
    mm.nodeMismatch,
  ),
  memorylessNode: flag(
    "the node asked for may be one without slabs (no memory, or not online): a free choice (nodeMismatch: true)",
    mm.memorylessNode,
  ),
  freelistRandom: flag(
    "CONFIG_SLAB_FREELIST_RANDOM: a new slab asks the random generator where its list begins",
    mm.freelistRandom,
  ),
  pages: flag(
    "pages come from the page allocator, with reference counts; otherwise there is one or none, a free choice",
    mm.pages,
  ),
  memcg: flag("slab objects are charged to memory cgroups", mm.memcg),
  objcgs: integer("accounts of memory cgroups, objcg0 and up", { byDefault: 1, min: 1, max: 2 }),
  accounts: texts(`what is charged at the start: ${ACCOUNT_LINE}`),
  chargeFails: flag("a charge may hit the limit of its cgroup: a free choice", mm.chargeFails),
  memcgStockFull: flag(
    "all slots of a CPU's stock of pages are other cgroups': whoever gives pages back drains one of them (memcg: true)",
    mm.memcgStockFull,
  ),
  debugHooks: texts(
    "what ordinary kmalloc() and kfree() call besides, each a raw spinlock: kmemleak, fault injection, KFENCE, debug objects, the quarantine of KASAN",
    { choices: RAW_LOCKS, fixes: takes },
  ),
  outOfLine: texts(
    "helpers of ___slab_alloc() that the compiler keeps out of line, where NOKPROBE_SYMBOL(___slab_alloc) says nothing",
    { choices: HELPERS },
  ),
  pcpBatch: integer(
    "pages that a refill moves to a CPU's page list (pages: true)",
    { byDefault: 1, min: 1, max: 2 },
    mm.pcpBatch,
  ),
  pcpHigh: integer(
    "pages at which a CPU's page list gives one back to the zone; 0: never (pages: true)",
    { byDefault: 0, min: 0, max: 4 },
    mm.pcpHigh,
  ),
  ctor: flag(
    "caches have a constructor (or RCU, or poisoning): the bytes at offset 0 are not the allocator's to write, the link word is elsewhere",
    mm.ctor,
  ),
  encodedLinks: flag(
    "CONFIG_SLAB_FREELIST_HARDENED with consistency checks: a raw zero is no link, and the callback of deferred frees has its objects checked",
    mm.encodedLinks,
  ),
};

const { cpuPartial: _p, cpuPartialSlabs: _s, memorylessNode: _n, outOfLine: _o, ...SHARED } = SETTINGS;

/** The same since 7.0, where there are sheaves in the place of CPU slabs. */
export const SHEAF_SETTINGS = {
  ...SHARED,
  slabs: texts(`the heap at the start, a line a slab: ${NODE_SLAB_LINE}`, { byDefault: ["A partial free=2", "page"] }),
  sheafCapacity: integer("objects in a sheaf", { byDefault: 2, min: 1, max: 3 }, sc.capacity),
  sheaves: texts(`the sheaves at the start: ${SHEAF_LINE}`),
  moreSheaves: integer("memory for sheaves beyond those of the start", { byDefault: 0, min: 0, max: 4 }),
  objcgs: integer("accounts of memory cgroups, objcg0 and up", { byDefault: 1, min: 1, max: 3 }),
  pastPcp: flag(
    "pages that are freed go past the CPUs' lists: their pageblock is isolated, or their order too large (pages: true)",
    mm.pastPcp,
  ),
  overHigh: flag(
    "cgroups are over memory.high, and a charge of a page has somebody reclaim (memcg: true)",
    mm.overHigh,
  ),
  stockSlots: integer("objcgs that a CPU's stock knows at once (memcg: true)", { byDefault: 1, min: 1, max: 2 }),
  irqWorkAtOnce: flag(
    "a CPU takes the interrupt of an irq_work as soon as it has interrupts on, as with a self-IPI (where a script has to do with RCU); otherwise at any time later",
  ),
  barnLimit: integer("full sheaves that a barn takes", { byDefault: 1, min: 1, max: 3 }, sc.barnLimit),
};

/** The values, as a question has them. */
export type SheafValues = ValuesOf<typeof MACHINE_SETTINGS> & ValuesOf<typeof SHEAF_SETTINGS>;
export type SlubValues = ValuesOf<typeof MACHINE_SETTINGS> & ValuesOf<typeof SETTINGS>;

export const settingsOf = ({ configuration }: Question) => configuration as unknown as SlubValues;

/** Options of every context. */
export const OPTIONS: Readonly<Record<string, Parameter>> = {
  objcg: integer("the objcg that its allocations are charged to, where the spec has memcg", {
    byDefault: 0,
    min: 0,
    max: 1,
  }),
};
export const objcgOf = ({ options }: ContextSpec): number => options.objcg as number;
