/** What is asked of a kernel? Scenarios are data, as specs are: `conform/scenarios/NAME.json`. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { KernelName } from "./kernels.ts";
import { KERNELS } from "./kernels.ts";
import type { Question } from "./recording.ts";

export interface Scenario {
  readonly name: string;
  /** What one wants to know, in a sentence. */
  readonly about: string;
  readonly kernels: readonly KernelName[];
  /** Bytes that callers ask for, a bucket each: A, B, .. */
  readonly sizes: readonly number[];
  readonly configuration: Question["configuration"];
  /** The task first, with one call; then the frame that comes at every instruction, if there is one. */
  readonly contexts: Question["contexts"];
  /** In the page allocator, of which the model knows little, one instruction in so many is cut. */
  readonly sample: number;
  /** The frame comes in these functions only, as a kprobe may not sit in every one; absent: in all. */
  readonly only?: readonly string[];
}

const folder = join(import.meta.dirname, "../scenarios");

export const scenarioNames = (): readonly string[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith(".json"))
    .map((file) => file.slice(0, -".json".length))
    .sort();

export function scenarioNamed(name: string): Scenario {
  if (!scenarioNames().includes(name))
    throw new Error(`no scenario "${name}"; there are ${scenarioNames().join(", ")}`);
  return { sample: 16, ...JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8")), name };
}

/** The question that a scenario asks of the model, for a kernel. */
export function questionOf({ configuration, contexts }: Scenario, kernel: KernelName): Question {
  const { version, preemptRt } = KERNELS[kernel];
  return { version, configuration: { ...configuration, ...(preemptRt ? { preemptRt } : {}) }, contexts };
}
