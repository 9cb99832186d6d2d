/** Can a question put anything off, so that irq_work must run? */
import type { ContextSpec, Question } from "../../checker/spec/model.ts";
import { cpuOf } from "../kernel/model.ts";
import { WITHOUT_IRQ_WORK } from "../versions/deferred.ts";
import { VERSIONS, type Version } from "../versions/versions.ts";
import type { SlubValues } from "./settings.ts";

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
        (mayGiveUpNew(configuration as unknown as SlubValues) ||
          variants.includes("trylock-cpu-slab") ||
          contexts.some((other) => mayLoadMeanwhile(other, one, configuration as unknown as SlubValues)))),
  );
}

const mayGiveUpNew = ({ tiny, debug }: SlubValues): boolean => tiny || debug.length > 0;

/** A hook may be preempted on PREEMPT_RT, and a task that moves may meet anybody. */
const mayLoadMeanwhile = (other: ContextSpec, one: ContextSpec, { preemptRt, migration }: SlubValues): boolean =>
  other !== one &&
  (cpuOf(other) === cpuOf(one) || migration) &&
  other.script.some((line) => line.startsWith("kmalloc")) &&
  (one.kind === "task" ||
    (preemptRt && one.kind === "hook") ||
    (other.kind !== "task" && one.kind !== "nmi") ||
    other.kind === "hook");
