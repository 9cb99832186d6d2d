/** What a spec may set: the parameters of the machine and the allocator, and the kinds of contexts with their options. */
import type { ContextSpec, Model, Parameter, Question } from "../checker/spec/model.ts";
import { SLAB_LINE } from "./heap.ts";
import { RAW_LOCKS } from "./machine/config.ts";
import { ACCOUNT_LINE } from "./memcg/accounts.ts";
import { HELPERS, HOOK_PLACES } from "./scripts.ts";

const flag = (about: string, byDefault = false): Parameter => ({ about, type: "boolean", default: byDefault });
const integer = (about: string, byDefault: number, min: number, max: number): Parameter => ({
  about,
  type: "integer",
  default: byDefault,
  min,
  max,
});

export const PARAMETERS: Readonly<Record<string, Parameter>> = {
  preemptRt: flag("CONFIG_PREEMPT_RT"),
  smp: flag("CONFIG_SMP; without it spin_trylock() always succeeds", true),
  cpus: integer("CPUs", 1, 1, 4),
  buckets: integer("kmalloc buckets, A and up", 2, 1, 4),
  objects: integer("objects in a slab", 2, 1, 4),
  slabs: {
    about: `the heap at the start, a line a slab: ${SLAB_LINE}`,
    type: "texts",
    default: ["A cpu0 free=1", "A partial free=2", "B cpu0 free=2", "page"],
  },
  cpuPartial: flag("CONFIG_SLUB_CPU_PARTIAL"),
  tiny: flag("CONFIG_SLUB_TINY: no CPU slabs at all"),
  debug: {
    about: "buckets that are debug caches (slab_debug=FZPU): no CPU slabs, everything under list_lock",
    type: "texts",
    default: [],
  },
  cmpxchgDouble: flag(
    "the architecture changes (freelist, counters) of a slab by one instruction; otherwise under a bit spinlock",
    true,
  ),
  accounting: flag("n->nr_slabs and n->nr_partial are counters of their own, as CONFIG_SLUB_DEBUG has them (for S12)"),
  cpuPartialSlabs: integer("s->cpu_partial_slabs", 1, 1, 4),
  minPartial: integer("s->min_partial", 1, 0, 4),
  migration: flag("tasks may move between CPUs"),
  nodeMismatch: flag("kmalloc() may ask for a node that a slab is not on: a free choice for each slab that it meets"),
  memorylessNode: flag(
    "the node asked for may be one without slabs (no memory, or not online): a free choice (nodeMismatch: true)",
  ),
  freelistRandom: flag("CONFIG_SLAB_FREELIST_RANDOM: a new slab asks the random generator where its list begins"),
  pages: flag(
    "pages come from the page allocator, with reference counts; otherwise there is one or none, a free choice",
  ),
  memcg: flag("slab objects are charged to memory cgroups"),
  objcgs: integer("accounts of memory cgroups, objcg0 and up", 1, 1, 2),
  accounts: { about: `what is charged at the start: ${ACCOUNT_LINE}`, type: "texts", default: [] },
  chargeFails: flag("a charge may hit the limit of its cgroup: a free choice"),
  memcgStockFull: flag(
    "all slots of a CPU's stock of pages are other cgroups': whoever gives pages back drains one of them (memcg: true)",
  ),
  debugHooks: {
    about:
      "what ordinary kmalloc() and kfree() call besides, each a raw spinlock: kmemleak, fault injection, KFENCE, debug objects, the quarantine of KASAN",
    type: "texts",
    default: [],
    choices: RAW_LOCKS,
  },
  outOfLine: {
    about:
      "helpers of ___slab_alloc() that the compiler keeps out of line, where NOKPROBE_SYMBOL(___slab_alloc) says nothing",
    type: "texts",
    default: [],
    choices: HELPERS,
  },
  debugLockAlloc: flag("CONFIG_DEBUG_LOCK_ALLOC"),
  pcpBatch: integer("pages that a refill moves to a CPU's page list (pages: true)", 1, 1, 2),
  pcpHigh: integer("pages at which a CPU's page list gives one back to the zone; 0: never (pages: true)", 0, 0, 4),
  ctor: flag(
    "caches have a constructor (or RCU, or poisoning): the bytes at offset 0 are not the allocator's to write, the link word is elsewhere",
  ),
  encodedLinks: flag(
    "CONFIG_SLAB_FREELIST_HARDENED with consistency checks: a raw zero is no link, and the callback of deferred frees has its objects checked",
  ),
};

const ON_CPU: Readonly<Record<string, Parameter>> = {
  cpu: integer("the CPU where it begins or arrives", 0, 0, 3),
  objcg: integer("the objcg that its allocations are charged to, where the spec has memcg", 0, 0, 1),
};

const TASK_OPTIONS: Readonly<Record<string, Parameter>> = {
  ...ON_CPU,
  irqsOff: flag("it makes all its calls with interrupts off, as under raw_spin_lock_irqsave()"),
  preemptOff: flag("it makes all its calls with preemption off, as under raw_spin_lock()"),
};

const HOOK_OPTIONS: Readonly<Record<string, Parameter>> = {
  ...ON_CPU,
  at: {
    about: `where it fires: ${Object.entries(HOOK_PLACES)
      .map(([name, { about }]) => `"${name}", ${about}`)
      .join("; ")}`,
    type: "choice",
    default: "kprobe",
    choices: Object.keys(HOOK_PLACES),
  },
  setsNmi: flag("in_nmi() is true while it runs, as for an int3 kprobe of x86"),
};

/** The parameters, as a spec has them. */
export interface Settings {
  readonly preemptRt: boolean;
  readonly smp: boolean;
  readonly cpus: number;
  readonly buckets: number;
  readonly objects: number;
  readonly slabs: readonly string[];
  readonly cpuPartial: boolean;
  readonly tiny: boolean;
  readonly debug: readonly string[];
  readonly cmpxchgDouble: boolean;
  readonly accounting: boolean;
  readonly cpuPartialSlabs: number;
  readonly minPartial: number;
  readonly migration: boolean;
  readonly nodeMismatch: boolean;
  readonly memorylessNode: boolean;
  readonly freelistRandom: boolean;
  readonly pages: boolean;
  readonly memcg: boolean;
  readonly objcgs: number;
  readonly accounts: readonly string[];
  readonly chargeFails: boolean;
  readonly memcgStockFull: boolean;
  readonly debugHooks: readonly string[];
  readonly outOfLine: readonly string[];
  readonly debugLockAlloc: boolean;
  readonly pcpBatch: number;
  readonly pcpHigh: number;
  readonly ctor: boolean;
  readonly encodedLinks: boolean;
}

export const settingsOf = ({ configuration }: Question) => configuration as unknown as Settings;
export const objcgOf = ({ options }: ContextSpec): number => options.objcg as number;
export const cpuOf = ({ options }: ContextSpec): number => options.cpu as number;

export const CONTEXT_KINDS: Model["contextKinds"] = {
  task: { about: "a task; on PREEMPT_RT several may share a CPU", options: TASK_OPTIONS },
  softirq: { about: "a softirq, on top of whatever runs with interrupts on", options: ON_CPU },
  hardirq: { about: "a hardirq, on top of whatever runs with interrupts on", options: ON_CPU },
  nmi: { about: "an NMI, on top of anything but another", options: ON_CPU },
  hook: { about: "a BPF program on a probe or tracepoint, run by whatever frame meets it", options: HOOK_OPTIONS },
};
