/**
 * A model of kernel code: what it brings along, and how that becomes a model that specs can ask.
 *
 * The machine below (CPUs, tasks, softirqs, hardirqs, NMIs, hooks, the scheduler, irq_work, PREEMPT_RT, locks with
 * their tracepoints) is the same for all. A model brings its cells, its locks by name, the calls that a script may
 * make, and the places where a hook may fire. docs/language.md, "Your own kernel code", has one from the start.
 */
import {
  type Assign,
  anyOf,
  type LinkOptions,
  marked,
  type Property,
  type Region,
  type Root,
  rowsOf,
  whenever,
  within,
} from "../../checker/language/index.ts";
import type { ContextSpec, Model, Parameter, Problem, Question } from "../../checker/spec/model.ts";
import { defineModel } from "../../checker/spec/model.ts";
import { rtSpinUnlock } from "../locks/rt-mutex.ts";
import { leftAsFound, lockProperties } from "../locks/rules.ts";
import type { ContextKind } from "../machine/config.ts";
import { type Callback, irqWorks } from "../machine/irq-work.ts";
import { poolOf } from "./any.ts";
import { type Call, type Operations, type Returned, readCall, returned as theReturned, type Wrong } from "./calls.ts";
import { type HookPlace, type HookPlaces, hookOptions } from "./hooks.ts";
import { frameScript, taskScript } from "./scripts.ts";
import { SECTION_OPTIONS, sectionOf } from "./section.ts";
import { fixedBy, MACHINE_SETTINGS, type MachineValues, type Settings, type ValuesOf } from "./settings.ts";
import { type Brought, machineSystem, type Runner } from "./system.ts";

/** What a model says of one question, beyond the machine. */
interface Own {
  /** Groups of cells that only some questions have. */
  readonly roots?: readonly Root[];
  readonly sizes?: Readonly<Record<string, number>>;
  readonly names?: Readonly<Record<string, readonly string[]>>;
  readonly named?: LinkOptions["named"];
  readonly constants?: readonly Assign[];
  readonly initially?: readonly Assign[];
  readonly variants?: LinkOptions["variants"];
  /** What runs there beside the contexts of the question. */
  readonly runners?: readonly Runner[];
  /** Raw spinlocks, where they are not those of every question. */
  readonly rawLocks?: readonly string[];
  readonly mayRun?: LinkOptions["mayRun"] & {};
  /** Properties that say more of this question than of others. */
  readonly restated?: Readonly<Record<string, Property>>;
}

type SettingsOf<S extends Settings> = MachineValues & ValuesOf<S>;

export interface KernelModel<S extends Settings> extends Brought, Partial<Omit<Model, "build" | "parameters">> {
  readonly name: string;
  readonly title: string;
  /** Its own groups of cells and constants. */
  readonly roots: readonly Root[];
  readonly calls: Operations;
  readonly properties: Readonly<Record<string, Property>>;
  readonly settings?: S;
  /** Places of hooks beside those that every model has ("anywhere", and the tracepoints of the locks). */
  readonly hooks?: HookPlaces;
  /** Options of every context, beside the CPU where it begins or arrives. */
  readonly options?: Readonly<Record<string, Parameter>>;
  /** Callbacks of its irq_works, in the order of their names. */
  readonly callbacks?: readonly Callback[];
  /** Whether a question can queue a work at all. Default: where there are works. */
  readonly queues?: (question: Question) => boolean;
  /** Where a call has returned, if properties need more there than the machine's. */
  readonly returned?: Returned;
  /** What is special about a question: sizes of its sets, how its cells begin. */
  readonly own?: (question: Question, settings: SettingsOf<S>) => Own;
}

/** The CPU where a context begins or arrives. */
export const cpuOf = ({ options }: ContextSpec): number => options.cpu as number;

const ON_CPU: Parameter = {
  about: "the CPU where it begins or arrives",
  type: "integer",
  default: 0,
  min: 0,
  max: 3,
};

const ABOUT: Readonly<Record<string, string>> = {
  task: "a task; on PREEMPT_RT several may share a CPU",
  softirq: "a softirq, on top of whatever runs with interrupts on",
  hardirq: "a hardirq, on top of whatever runs with interrupts on",
  nmi: "an NMI, on top of anything but another",
  hook: "a BPF program on a probe or tracepoint, run by whatever frame meets it",
};

/** Places of hooks that every model has. `anywhere` is the region of all its calls. */
export const hookPlaces = (anywhere: Region): HookPlaces => ({
  kprobe: { about: "a kprobe at any instruction of the code", runs: "kprobe", region: () => anywhere },
  ...LOCK_HOOKS,
});

/** The tracepoints inside locks, and fentry of their unlock. */
export const LOCK_HOOKS = {
  contention_begin: {
    about: "the tracepoint contention_begin of an rt_mutex",
    runs: "tracepoint",
    rt: true,
    region: () => marked("contention_begin"),
  },
  contention_end: {
    about: "the tracepoint contention_end of an rt_mutex",
    runs: "tracepoint",
    rt: true,
    region: () => marked("contention_end"),
  },
  "rt_spin_unlock entry": {
    about: "fentry of rt_spin_unlock(): the lock is still owned",
    runs: "fentry",
    rt: true,
    region: () => rowsOf(rtSpinUnlock, "fast"),
  },
} satisfies Readonly<Record<string, HookPlace>>;

/** All that the calls of a model reach. */
export const reachedBy = (calls: Operations): Region =>
  anyOf(...[...new Set(Object.values(calls).flatMap(({ programs }) => programs))].map((one) => within(one)));

/** The machine's rules that a model can be asked: without locks of the machine that it left all as it found it. */
function rulesOf({ localLocks, spinlocks, rawLocks }: Brought, rules: ReturnType<typeof lockProperties>) {
  const hasLocks = [localLocks, spinlocks, rawLocks].some((brought) => brought !== undefined);
  return Object.fromEntries(Object.entries(rules).filter(([name]) => hasLocks || name === "S9"));
}

/** Makes a model of kernel code that specs can ask. */
export function kernelModel<const S extends Settings = Readonly<Record<never, never>>>(given: KernelModel<S>): Model {
  const { roots, calls, callbacks, queues, own, options = {}, returned = theReturned, settings, ...rest } = given;
  const hooks = given.hooks ?? hookPlaces(reachedBy(calls));
  const works = callbacks ? irqWorks(callbacks) : null;
  const table: Settings = { ...MACHINE_SETTINGS, ...settings };
  const onCpu = { cpu: ON_CPU, ...options };
  const optionsOf: Readonly<Record<string, Readonly<Record<string, Parameter>>>> = {
    task: { ...onCpu, ...SECTION_OPTIONS },
    hook: { ...onCpu, ...hookOptions(hooks) },
  };
  const callsOf = (spec: ContextSpec): Call[] => spec.script.map((line, i) => readCall(calls, line, i + 1) as Call);
  const runner = (spec: ContextSpec, question: Question): Runner => {
    const thread = spec.kind === "task";
    const origins = question.contexts.some((one) => one.any && callsOf(one).some(({ asksOrigin }) => asksOrigin));
    const pool = spec.any ? { id: poolOf(spec, question.contexts), origins } : null;
    const script = thread
      ? taskScript(spec, callsOf(spec), returned, pool)
      : frameScript(spec, callsOf(spec), returned, { places: hooks, question }, pool);
    return { name: spec.name, kind: spec.kind as ContextKind, cpu: cpuOf(spec), thread, script };
  };
  const mayCall = (context: ContextSpec, question: Question): readonly string[] =>
    Object.entries(calls).flatMap(([operation, { anyLines }]) =>
      mayMake(operation, calls, context, question) ? (anyLines?.(question) ?? []) : [],
    );
  return defineModel({
    ...rest,
    properties: { ...rulesOf(given, lockProperties(whenever(returned, "check", leftAsFound))), ...given.properties },
    parameters: table as Readonly<Record<string, Parameter>>,
    contextKinds: Object.fromEntries(
      Object.entries(ABOUT).map(([kind, about]) => [kind, { about, options: optionsOf[kind] ?? onCpu }]),
    ),
    operations: Object.fromEntries(Object.entries(calls).map(([name, { about }]) => [name, about])),
    forms: Object.fromEntries(Object.entries(calls).map(([name, { form }]) => [name, form])),
    mayCall,
    problems: (question) => [
      ...machineProblems(question, hooks),
      ...(rest.problems?.(question) ?? []),
      ...callProblems(question, calls),
    ],
    build: (question) => {
      const s = question.configuration as unknown as SettingsOf<S>;
      const special = own?.(question, s) ?? {};
      const { runners: _, ...system } = machineSystem({
        ...given,
        ...(special.rawLocks ? { rawLocks: special.rawLocks } : {}),
        preemptRt: s.preemptRt,
        cpus: s.cpus,
        migration: s.migration,
        contexts: [...question.contexts.map((spec) => runner(spec, question)), ...(special.runners ?? [])],
        works: queues === undefined || queues(question) ? works : null,
        sizes: special.sizes ?? {},
        names: special.names ?? {},
      });
      return {
        ...system,
        roots: [...system.roots, ...roots, ...(special.roots ?? [])],
        constants: [...fixedBy(table, question.configuration), ...system.constants, ...(special.constants ?? [])],
        initially: [...system.initially, ...(special.initially ?? [])],
        ...(special.named ? { named: special.named } : {}),
        ...(special.mayRun ? { mayRun: special.mayRun } : {}),
        ...(special.restated ? { restated: special.restated } : {}),
        variants: special.variants ?? [],
      };
    },
  });
}

/** What is wrong with a question as far as the machine is concerned. */
function machineProblems(question: Question, hooks: HookPlaces): Problem[] {
  const s = question.configuration as unknown as MachineValues;
  const found: Problem[] = [];
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
  for (const [i, one] of question.contexts.entries()) {
    const at = `/contexts/${i}`;
    if (cpuOf(one) >= s.cpus)
      say(
        `${at}/cpu`,
        `${cpuOf(one)} is not a CPU of this machine (it has ${s.cpus}: 0${s.cpus > 1 ? ` to ${s.cpus - 1}` : ""})`,
        `set "cpus" to ${cpuOf(one) + 1}, or put "${one.name}" on another CPU`,
      );
    if (one.kind === "softirq" && s.preemptRt)
      say(`${at}/kind`, "softirqs run in threads on PREEMPT_RT", 'make it a "task"');
    const rt = one.kind === "hook" ? hooks[one.options.at as string]?.rt : undefined;
    if (rt !== undefined && rt !== s.preemptRt)
      say(
        `${at}/at`,
        `"${one.options.at}" exists ${rt ? "on PREEMPT_RT only" : "without PREEMPT_RT only"}`,
        `set "preemptRt" to ${rt}, or choose another place`,
      );
  }
  return found;
}

const NAMES: Readonly<Record<string, string>> = { nmi: "an NMI", hook: "a hook", hardirq: "a hardirq" };

/** Who may not make a call: another kind of context, or a caller with something turned off. */
function whoseCall(
  { operation }: Pick<Call, "operation">,
  calls: Operations,
  line: string,
  context: ContextSpec,
  preemptRt: boolean,
) {
  const { only, sleeps, instead } = calls[operation] ?? {};
  const wrong: Wrong[] = [];
  if (only && !only.kinds.includes(context.kind as ContextKind))
    wrong.push([
      `${operation}() ${only.what}, and is forbidden in ${NAMES[context.kind] ?? `a ${context.kind}`}`,
      only.mend,
    ]);
  const section = sectionOf(context);
  if (!section || !sleeps) return wrong;
  const [off, which] = section.irqsOff ? ["interrupts", "irqsOff"] : ["preemption", "preemptOff"];
  if (sleeps === "always")
    wrong.push([
      `"${line}" sleeps, or runs in a worker, and "${context.name}" has ${off} off`,
      `drop "${which}", or the call`,
    ]);
  else if (preemptRt)
    wrong.push([
      `${operation}() may sleep on PREEMPT_RT, and "${context.name}" has ${off} off`,
      `use ${instead}, or drop "${which}"`,
    ]);
  return wrong;
}

/** Whether a context may make a call at all: what may sleep on PREEMPT_RT only a task may. */
function mayMake(operation: string, calls: Operations, context: ContextSpec, { configuration }: Question): boolean {
  const preemptRt = configuration.preemptRt === true;
  if (calls[operation]?.sleeps === "preemptRt" && preemptRt && context.kind !== "task") return false;
  return whoseCall({ operation }, calls, operation, context, preemptRt).length === 0;
}

function onceAtMost({ operation }: Call, calls: Operations, line: string, { any }: ContextSpec): readonly Wrong[] {
  const once = any && calls[operation]?.once;
  return once ? [[`"${line}" is made once: ${once}`, "list other calls, or give the context a script in order"]] : [];
}

/** What is wrong with the calls of scripts: their form, who makes them, and what the model says of each. */
function callProblems(question: Question, calls: Operations): Problem[] {
  const found: Problem[] = [];
  const forms = Object.values(calls)
    .map(({ form }) => `"${form}"`)
    .join(", ");
  const preemptRt = question.configuration.preemptRt === true;
  for (const [i, context] of question.contexts.entries()) {
    const path = `/contexts/${i}/script${context.any ? "/any" : ""}`;
    if (context.script.length === 0)
      found.push({ path, what: "the script is empty", mend: `write at least one call: ${forms}` });
    for (const [at, line] of context.script.entries()) {
      const n = at + 1;
      const call = readCall(calls, line, n);
      if (!call) {
        found.push({ path: `${path}/${at}`, what: `"${line}" is not a call`, mend: `write one of ${forms}` });
        continue;
      }
      const earlier = (k: number) => readCall(calls, context.script[k - 1] ?? "", k);
      const wrong = [
        ...whoseCall(call, calls, line, context, preemptRt),
        ...onceAtMost(call, calls, line, context),
        ...(call.problems?.({ question, context, line, n, earlier }) ?? []),
      ];
      for (const [what, mend] of wrong) found.push({ path: `${path}/${at}`, what, mend });
    }
  }
  return found;
}
