/**
 * A system on the machine: who runs on which CPU, what the scheduler and the irq_works of the machine add, and how all
 * of it stands at the start.
 */
import {
  type Assign,
  context,
  type Expr,
  element,
  type Id,
  type IndexSet,
  type LinkOptions,
  Universe,
} from "../../checker/language/index.ts";
import { l } from "../locks/state.ts";
import { type ContextKind, cfg } from "../machine/config.ts";
import type { irqWorks } from "../machine/irq-work.ts";
import { w } from "../machine/irq-work.ts";
import { scheduler } from "../machine/scheduler.ts";
import { chain, cpu } from "../machine/sets.ts";
import { lane, m, mayRun } from "../machine/state.ts";
import type { Script } from "./scripts.ts";

/** A context of the system: one of the spec, or what the machine itself runs. */
export interface Runner {
  readonly name: string;
  readonly kind: ContextKind;
  readonly cpu: number;
  /** Has a chain of its own, as every task has. */
  readonly thread: boolean;
  readonly script: Script;
}

/** The locks and works that a model brings along. */
export interface Brought {
  /**
   * What is in `localLock` and `spinlock`: the names of the locks, or a set
   * of that name where they are of several kinds. Without one there are none.
   */
  readonly localLocks?: IndexSet<"localLock"> | readonly string[];
  readonly spinlocks?: IndexSet<"spinlock"> | readonly string[];
  readonly rawLocks?: readonly string[];
  readonly irqWorks?: readonly string[];
}

export interface Parts extends Brought {
  readonly preemptRt: boolean;
  readonly cpus: number;
  readonly migration: boolean;
  /** The contexts of the spec. */
  readonly contexts: readonly Runner[];
  /** What runs irq_works; null where none can be queued. */
  readonly works: ReturnType<typeof irqWorks> | null;
  /** Sizes and names of the model's own sets. */
  readonly sizes: Readonly<Record<string, number>>;
  readonly names: Readonly<Record<string, readonly string[]>>;
}

export type MachineSystem = Required<
  Pick<LinkOptions, "sizes" | "names" | "roots" | "constants" | "initially" | "contexts" | "mayRun" | "below" | "lane">
> & { readonly constants: readonly Assign[]; readonly initially: readonly Assign[] };

const names = (n: number, name: (i: number) => string) => Array.from({ length: n }, (_, i) => name(i));

/** The contexts of the spec, then a CPU's irq_works, then a scheduler where a CPU has something to choose from. */
function runnersOf({ contexts, works, preemptRt, cpus, migration }: Parts): Runner[] {
  const runners = [...contexts];
  for (let c = 0; works && c < cpus; c++) {
    const name = `irqWork${c}`;
    const script = preemptRt ? works.irqWorkThread : works.irqWorkInterrupt(element(cpu, c), name);
    runners.push({ name, kind: "irqWork", cpu: c, thread: preemptRt, script: script as unknown as Script });
  }
  for (let c = 0; c < cpus; c++) {
    const threads = runners.filter((r) => r.thread && r.cpu === c).length;
    if (preemptRt || threads > 1 || migration)
      runners.push({
        name: `scheduler${c}`,
        kind: "scheduler",
        cpu: c,
        thread: false,
        script: scheduler as unknown as Script,
      });
  }
  return runners;
}

/** How many there are of what the machine only names, and how they are called. */
function brought({ localLocks, spinlocks, rawLocks = [], irqWorks = [], ...parts }: Parts) {
  const universe = new Universe({ ...parts.sizes, cpu: parts.cpus }, parts.names);
  const all = (brought: IndexSet | readonly string[] = []) =>
    "kind" in brought ? names(universe.size(brought), (i) => universe.elementName(brought, i)) : brought;
  const [local, spin] = [all(localLocks), all(spinlocks)];
  return {
    sizes: { localLock: local.length, spinlock: spin.length, rawLock: rawLocks.length, irqWork: irqWorks.length },
    names: {
      localLock: local,
      spinlock: spin,
      rawLock: rawLocks,
      irqWork: irqWorks,
      lock: [
        ...Array.from({ length: parts.cpus }, (_, c) => local.map((name) => `${name} on CPU${c}`)).flat(),
        ...spin,
      ],
    },
  };
}

export function machineSystem(parts: Parts): MachineSystem & { readonly runners: readonly Runner[] } {
  const { cpus } = parts;
  const runners = runnersOf(parts);
  const threads = runners.filter((r) => r.thread);
  const chainOf = (r: Runner): Expr<Id<"chain">> => element(chain, threads.indexOf(r));
  const constants: Assign[] = [];
  const initially: Assign[] = [];
  for (let c = 0; c < cpus; c++) {
    const here = element(cpu, c);
    const first = threads.find((r) => r.cpu === c);
    const idle = element(chain, threads.length + c);
    constants.push(cfg.idle.at(here).set(idle));
    initially.push(m.chain.at(idle).cpu.set(here));
    initially.push(m.cpu.at(here).current.set(first ? chainOf(first) : idle));
  }
  for (const [i, r] of runners.entries()) {
    const self = element(context, i);
    const who = cfg.who.at(self);
    constants.push(who.kind.set(r.kind), who.cpu.set(element(cpu, r.cpu)));
    if (!r.thread) continue;
    const own = chainOf(r);
    constants.push(who.chain.set(own));
    initially.push(
      m.chain.at(own).cpu.set(element(cpu, r.cpu)),
      m.chain.at(own).top.set(self),
      m.frame.at(self).chain.set(own),
    );
    // A per-CPU kthread is bound to its CPU.
    if (r.kind === "irqWork") initially.push(m.chain.at(own).migrateDisabled.set(1));
  }
  const own = brought(parts);
  return {
    runners,
    sizes: { ...parts.sizes, ...own.sizes, cpu: cpus, chain: threads.length + cpus },
    names: {
      ...parts.names,
      ...own.names,
      cpu: names(cpus, (i) => `CPU${i}`),
      chain: [...threads.map((r) => r.name), ...names(cpus, (i) => `idle${i}`)],
    },
    roots: [cfg, m, w, l],
    constants,
    initially,
    contexts: runners.map(({ name, script }) => ({ name, script })),
    mayRun,
    below: (self) => m.frame.at(self).below,
    lane,
  };
}
