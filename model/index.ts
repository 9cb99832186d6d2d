/** The model `slub`: what a spec may ask of kmalloc_nolock() and kfree_nolock(), and how it becomes a system. */
import { type Assign, context, element, type LinkOptions } from "../checker/language/index.ts";
import type { ContextSpec, Model, Parameter, Problem, Question } from "../checker/spec/model.ts";
import { CLAIMS } from "./claims/claims.ts";
import {
  BUCKET_NAMES,
  freeObjects,
  heapProblems,
  initialHeap,
  objectName,
  parseSlab,
  SLAB_LINE,
  type SlabLine,
} from "./heap.ts";
import { l } from "./locks/state.ts";
import { cfg, chain, cpu } from "./machine/config.ts";
import { irqWorkInterrupt, irqWorkThread } from "./machine/irq-work.ts";
import { scheduler } from "./machine/scheduler.ts";
import { lane, m, mayRun } from "./machine/state.ts";
import { p } from "./page/state.ts";
import { g } from "./properties/ghosts.ts";
import { PROPERTIES } from "./properties/index.ts";
import { CALL_FORMS, type Call, frameScript, HOOK_PLACES, parseCall, taskScript } from "./scripts.ts";
import { object } from "./slub/sets.ts";
import { k } from "./slub/state.ts";
import { VARIANTS, VERSIONS } from "./versions/versions.ts";

const flag = (about: string, byDefault = false): Parameter => ({ about, type: "boolean", default: byDefault });
const integer = (about: string, byDefault: number, min: number, max: number): Parameter => ({
  about,
  type: "integer",
  default: byDefault,
  min,
  max,
});

const PARAMETERS: Readonly<Record<string, Parameter>> = {
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
  cpuPartialSlabs: integer("s->cpu_partial_slabs", 1, 1, 4),
  minPartial: integer("s->min_partial", 1, 0, 4),
  migration: flag("tasks may move between CPUs"),
  nodeMismatch: flag("kmalloc() may ask for another node: a free choice at each test"),
  pages: flag(
    "pages come from the page allocator, with reference counts; otherwise there is one or none, a free choice",
  ),
};

const ON_CPU: Readonly<Record<string, Parameter>> = { cpu: integer("the CPU where it begins or arrives", 0, 0, 3) };

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

interface Settings {
  readonly preemptRt: boolean;
  readonly smp: boolean;
  readonly cpus: number;
  readonly buckets: number;
  readonly objects: number;
  readonly slabs: readonly string[];
  readonly cpuPartial: boolean;
  readonly cpuPartialSlabs: number;
  readonly minPartial: number;
  readonly migration: boolean;
  readonly nodeMismatch: boolean;
  readonly pages: boolean;
}

const settingsOf = ({ configuration }: Question) => configuration as unknown as Settings;
const cpuOf = ({ options }: ContextSpec): number => options.cpu as number;

function problems(question: Question): Problem[] {
  const s = settingsOf(question);
  const found: Problem[] = heapProblems(s.slabs, s);
  const say = (path: string, what: string, mend: string) => found.push({ path, what, mend });
  if (!s.smp && s.cpus > 1)
    say("/configuration/cpus", `${s.cpus} CPUs without SMP`, 'set "cpus" to 1, or "smp" to true');
  if (s.migration && s.cpus < 2)
    say(
      "/configuration/migration",
      "a task cannot move on one CPU",
      'set "cpus" to 2 or more, or "migration" to false',
    );
  if (question.contexts.length === 0) say("/contexts", "nobody does anything", "add at least one context");
  const lines = s.slabs.map(parseSlab);
  for (const [i, one] of question.contexts.entries()) {
    const at = `/contexts/${i}`;
    if (cpuOf(one) >= s.cpus) {
      say(
        `${at}/cpu`,
        `${cpuOf(one)} is not a CPU of this machine (it has ${s.cpus}: 0${s.cpus > 1 ? ` to ${s.cpus - 1}` : ""})`,
        `set "cpus" to ${cpuOf(one) + 1}, or put "${one.name}" on another CPU`,
      );
    }
    if (one.kind === "softirq" && s.preemptRt)
      say(`${at}/kind`, "softirqs run in threads on PREEMPT_RT", 'make it a "task"');
    if (one.kind === "hook") {
      const place = HOOK_PLACES[one.options.at as string];
      if (place?.rt && !s.preemptRt)
        say(
          `${at}/at`,
          `"${one.options.at}" exists on PREEMPT_RT only`,
          'set "preemptRt" to true, or choose another place',
        );
    }
    if (one.script.length === 0) say(`${at}/script`, "the script is empty", `write at least one call: ${CALL_FORMS}`);
    for (const [n, line] of one.script.entries()) callProblems(one, line, n, `${at}/script/${n}`, question, lines, say);
  }
  return found;
}

function callProblems(
  one: ContextSpec,
  line: string,
  n: number,
  path: string,
  question: Question,
  lines: readonly (SlabLine | null)[],
  say: (path: string, what: string, mend: string) => void,
): void {
  const s = settingsOf(question);
  const parsed = parseCall(line, s.objects);
  if (!parsed) {
    say(path, `"${line}" is not a call`, `write one of ${CALL_FORMS}`);
    return;
  }
  if ("bucket" in parsed && parsed.bucket >= s.buckets)
    say(
      path,
      `there is no bucket ${BUCKET_NAMES[parsed.bucket]}`,
      `set "buckets" to ${parsed.bucket + 1}, or use ${BUCKET_NAMES.slice(0, s.buckets).join(", ")}`,
    );
  if (parsed.op === "flush" && parsed.from >= s.buckets)
    say(path, `there is no bucket ${BUCKET_NAMES[parsed.from]}`, `set "buckets" to ${parsed.from + 1}, or use A`);
  if (parsed.op === "flush" && one.kind !== "task")
    say(path, "flush_slab() runs in a worker", 'make the context a "task"');
  if (parsed.op === "scan" && !s.pages) say(path, "there are no pages to scan", 'set "pages" to true');
  if (parsed.op === "scan" && one.kind !== "task") say(path, "a pfn scanner is a task", 'make the context a "task"');
  if (parsed.op === "kfree_nolock" && question.version === "v1")
    say(path, "kfree_nolock() of v1 is not modelled", 'use "version": "v5" or "6.18"');
  if (
    one.kind !== "task" &&
    one.kind !== "softirq" &&
    one.kind !== "hardirq" &&
    (parsed.op === "kmalloc" || parsed.op === "kfree")
  ) {
    say(
      path,
      `${parsed.op}() may spin, and is forbidden in ${one.kind === "nmi" ? "an NMI" : "a hook"}`,
      `use ${parsed.op}_nolock`,
    );
  }
  if (!("of" in parsed)) return;
  if (typeof parsed.of === "number") {
    const earlier = parseCall(one.script[parsed.of - 1] ?? "", s.objects);
    if (parsed.of > n || !earlier || !("bucket" in earlier))
      say(
        path,
        `call ${parsed.of} of this script returns nothing that could be freed`,
        "name an earlier kmalloc or kmalloc_nolock of the same script, counted from 1",
      );
    return;
  }
  const { held } = parsed.of;
  const slabLine = lines[Math.floor(held / s.objects)];
  const holders = question.contexts.filter(
    (c) => c.script.includes(line) || c.script.some((x) => x.endsWith(` ${line.split(" ")[1]}`)),
  );
  if (slabLine === undefined || held % s.objects >= s.objects)
    say(
      path,
      `there is no object ${line.split(" ")[1]}`,
      `objects are s0.o0 to ${objectName(lines.length - 1, s.objects - 1)}`,
    );
  else if (slabLine && (slabLine.place === "page" || held % s.objects < freeObjects(slabLine))) {
    say(
      path,
      `${line.split(" ")[1]} is free at the start: nobody holds it`,
      "name an object that the heap has as handed out (the last ones of a slab)",
    );
  }
  if (holders.length > 1 && holders[0] !== one)
    say(
      path,
      `${line.split(" ")[1]} is also freed by "${holders[0]?.name}"`,
      "an object has one holder: freeing it twice is a fault of the callers",
    );
}

/**
 * Whether deferred work can come up, so that irq_work must run: by a kfree_nolock(), or where a kmalloc_nolock() may
 * find that somebody on its CPU loaded another slab while it asked for a page.
 */
const defers = ({ contexts, configuration }: Question): boolean =>
  contexts.some(
    (one) =>
      one.script.some((line) => line.startsWith("kfree_nolock")) ||
      (one.script.some((line) => line.startsWith("kmalloc_nolock")) &&
        contexts.some((other) => mayLoadMeanwhile(other, one, configuration as unknown as Settings))),
  );

/** A hook may be preempted on PREEMPT_RT, and a task that moves may meet anybody. */
const mayLoadMeanwhile = (other: ContextSpec, one: ContextSpec, { preemptRt, migration }: Settings): boolean =>
  other !== one &&
  (cpuOf(other) === cpuOf(one) || migration) &&
  other.script.some((line) => line.startsWith("kmalloc")) &&
  (one.kind === "task" ||
    (preemptRt && one.kind === "hook") ||
    (other.kind !== "task" && one.kind !== "nmi") ||
    other.kind === "hook");

type Kind = "task" | "softirq" | "hardirq" | "nmi" | "hook" | "irqWork" | "scheduler";

/** A context of the system: those of the spec, then what the machine itself runs. */
interface Runner {
  readonly name: string;
  readonly kind: Kind;
  readonly cpu: number;
  /** Has a chain of its own, as every task has. */
  readonly thread: boolean;
  readonly script: LinkOptions["contexts"][number]["script"];
}

function runnersOf(question: Question): Runner[] {
  const s = settingsOf(question);
  const nokprobe = VERSIONS[question.version as string]?.nokprobe ?? true;
  const runners: Runner[] = question.contexts.map((spec) => {
    const calls = spec.script.map((line) => parseCall(line, s.objects) as Call);
    const thread = spec.kind === "task";
    const script = thread ? taskScript(spec, calls) : frameScript(spec, calls, nokprobe);
    return { name: spec.name, kind: spec.kind as Kind, cpu: cpuOf(spec), thread, script };
  });
  for (let c = 0; c < s.cpus; c++) {
    const here = element(cpu, c);
    if (defers(question)) {
      const name = `irqWork${c}`;
      const script = s.preemptRt ? irqWorkThread : irqWorkInterrupt(here, name);
      runners.push({ name, kind: "irqWork", cpu: c, thread: s.preemptRt, script });
    }
  }
  for (let c = 0; c < s.cpus; c++) {
    const threads = runners.filter((r) => r.thread && r.cpu === c).length;
    if (s.preemptRt || threads > 1 || s.migration)
      runners.push({ name: `scheduler${c}`, kind: "scheduler", cpu: c, thread: false, script: scheduler });
  }
  return runners;
}

function build(question: Question): Omit<LinkOptions, "name" | "properties"> {
  const s = settingsOf(question);
  const runners = runnersOf(question);
  const threads = runners.filter((r) => r.thread);
  const chainOf = (r: Runner) => threads.indexOf(r);
  const idle = (c: number) => threads.length + c;
  const lines = s.slabs.map((line) => parseSlab(line) as SlabLine);
  const initially: Assign[] = initialHeap(lines, s.objects, s.pages);
  for (const [i, line] of lines.entries()) {
    for (let slot = line.place === "page" ? s.objects : freeObjects(line); slot < s.objects; slot++) {
      const x = element(object, i * s.objects + slot);
      initially.push(g.allocated.at(x).set(true), g.held.at(x).set(true));
    }
  }
  const constants: Assign[] = [
    cfg.preemptRt.set(s.preemptRt),
    cfg.smp.set(s.smp),
    cfg.cpuPartial.set(s.cpuPartial),
    cfg.cpuPartialSlabs.set(s.cpuPartialSlabs),
    cfg.minPartial.set(s.minPartial),
    cfg.migration.set(s.migration),
    cfg.nodeMismatch.set(s.nodeMismatch),
    cfg.pages.set(s.pages),
    cfg.objects.set(s.objects),
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
      chain: threads.length + s.cpus,
    },
    names: {
      cpu: names(s.cpus, (i) => `CPU${i}`),
      bucket: BUCKET_NAMES.slice(0, s.buckets),
      slab: names(lines.length, (i) => `s${i}`),
      slot: names(s.objects, (i) => `o${i}`),
      chain: [...threads.map((r) => r.name), ...names(s.cpus, (i) => `idle${i}`)],
      cpuBucket: names(s.cpus * s.buckets, (i) => `${BUCKET_NAMES[i % s.buckets]} on CPU${Math.floor(i / s.buckets)}`),
    },
    roots: [cfg, m, l, k, p, g],
    constants,
    initially,
    contexts: runners.map(({ name, script }) => ({ name, script })),
    mayRun,
    lane,
    variants: [
      ...(VERSIONS[question.version as string]?.patches ?? []),
      ...question.variants.flatMap((name) => VARIANTS[name] ?? []),
    ],
  };
}

const model: Model = {
  name: "slub",
  title: "kmalloc_nolock() and kfree_nolock() of the Linux slab allocator",
  source: "mm/slub.c, kernel/locking/, kernel/irq_work.c of 6.18.35",
  notModelled: [
    "memcg, KASAN, kmemleak, kfence, debug caches, SLUB_TINY",
    "CPU and memory hotplug, cache destruction, NUMA beyond a mismatch",
  ],
  parameters: PARAMETERS,
  versions: Object.fromEntries(Object.entries(VERSIONS).map(([name, { about }]) => [name, about])),
  variants: Object.fromEntries(Object.entries(VARIANTS).map(([name, { summary }]) => [name, summary])),
  contextKinds: {
    task: { about: "a task; on PREEMPT_RT several may share a CPU", options: ON_CPU },
    softirq: { about: "a softirq, on top of whatever runs with interrupts on", options: ON_CPU },
    hardirq: { about: "a hardirq, on top of whatever runs with interrupts on", options: ON_CPU },
    nmi: { about: "an NMI, on top of anything but another", options: ON_CPU },
    hook: { about: "a BPF program on a probe or tracepoint, run by whatever frame meets it", options: HOOK_OPTIONS },
  },
  operations: {
    kmalloc: "an allocation that may spin or sleep, from a bucket",
    kmalloc_nolock: "an allocation from any context, from a bucket",
    kfree: "a free that may spin or sleep",
    kfree_nolock: "a free from any context",
    flush: "a worker takes the CPU slab of a bucket away from its CPU",
    scan: "a pfn scanner looks at one page",
  },
  properties: PROPERTIES,
  claims: CLAIMS,
  problems,
  build,
};

export default model;
