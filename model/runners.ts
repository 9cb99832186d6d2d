/** The contexts of a system: those of the spec, then what the machine itself runs for them. */
import { element, type LinkOptions } from "../checker/language/index.ts";
import type { ContextSpec, Question } from "../checker/spec/model.ts";
import { cpuOf, objcgOf, type Settings, settingsOf } from "./configuration.ts";
import { cpu } from "./machine/config.ts";
import { irqWorkInterrupt, irqWorkThread } from "./machine/irq-work.ts";
import { scheduler } from "./machine/scheduler.ts";
import { type Call, frameScript, parseCall, taskScript } from "./scripts.ts";
import { WITHOUT_IRQ_WORK } from "./versions/deferred.ts";
import { VERSIONS, type Version } from "./versions/versions.ts";

/**
 * Whether deferred work can come up, so that irq_work must run: by a kfree_nolock(), where a kmalloc_nolock() may find
 * that somebody on its CPU loaded another slab while it asked for a page, or where it may give up a slab: a new one of a
 * debug cache, or one that it cannot load since it only tries c->lock.
 */
export function defers({ contexts, configuration, version, variants }: Question): boolean {
  const { irqWork } = VERSIONS[version as string] as Version;
  const slabs =
    irqWork === "slabs" && !variants.includes("nolock-deactivates") && !variants.includes("returns-with-lock");
  const objects = irqWork !== "nothing" && !variants.some((name) => WITHOUT_IRQ_WORK.has(name));
  return contexts.some(
    (one) =>
      (objects && one.script.some((line) => line.startsWith("kfree_nolock"))) ||
      (slabs &&
        one.script.some((line) => line.startsWith("kmalloc_nolock")) &&
        (mayGiveUpNew(configuration as unknown as Settings) ||
          variants.includes("trylock-cpu-slab") ||
          contexts.some((other) => mayLoadMeanwhile(other, one, configuration as unknown as Settings)))),
  );
}

const mayGiveUpNew = ({ tiny, debug }: Settings): boolean => tiny || debug.length > 0;

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
export interface Runner {
  readonly name: string;
  readonly kind: Kind;
  readonly cpu: number;
  readonly objcg: number;
  /** Has a chain of its own, as every task has. */
  readonly thread: boolean;
  readonly script: LinkOptions["contexts"][number]["script"];
}

export function runnersOf(question: Question): Runner[] {
  const s = settingsOf(question);
  const probing = {
    nokprobe: VERSIONS[question.version as string]?.nokprobe ?? true,
    outOfLine: s.outOfLine,
  };
  const runners: Runner[] = question.contexts.map((spec) => {
    const calls = spec.script.map((line) => parseCall(line, s.objects) as Call);
    const thread = spec.kind === "task";
    const script = thread ? taskScript(spec, calls) : frameScript(spec, calls, probing);
    return { name: spec.name, kind: spec.kind as Kind, cpu: cpuOf(spec), objcg: objcgOf(spec), thread, script };
  });
  for (let c = 0; c < s.cpus; c++) {
    const here = element(cpu, c);
    if (defers(question)) {
      const name = `irqWork${c}`;
      const script = s.preemptRt ? irqWorkThread : irqWorkInterrupt(here, name);
      runners.push({ name, kind: "irqWork", cpu: c, objcg: 0, thread: s.preemptRt, script });
    }
  }
  for (let c = 0; c < s.cpus; c++) {
    const threads = runners.filter((r) => r.thread && r.cpu === c).length;
    if (s.preemptRt || threads > 1 || s.migration)
      runners.push({ name: `scheduler${c}`, kind: "scheduler", cpu: c, objcg: 0, thread: false, script: scheduler });
  }
  return runners;
}
