/** Who is there together in a question, and what a frame may come on top of: so that a table can tell what no spec asks. */
import type { Company, ContextSpec, Question } from "../../checker/spec/model.ts";
import { cpuOf } from "../kernel/model.ts";
import { defers } from "./defers.ts";

const PARTS = [
  "task",
  "second task on the CPU",
  "task on another CPU",
  "hook",
  "softirq",
  "hardirq",
  "NMI",
  "drain",
  "scanner",
] as const;
type Part = (typeof PARTS)[number];

const FRAMES: Readonly<Record<string, Part>> = { hook: "hook", softirq: "softirq", hardirq: "hardirq", nmi: "NMI" };

const isScanner = ({ script }: ContextSpec): boolean => script.includes("scan");
const isTask = (one: ContextSpec): boolean => one.kind === "task" && !isScanner(one);
const operationsOf = ({ script }: ContextSpec): readonly string[] => script.map((line) => line.split(" ")[0] as string);

function partsOf(question: Question): Part[] {
  const { contexts } = question;
  const tasks = contexts.filter(isTask);
  const cpus = new Set(tasks.map(cpuOf));
  const here: Readonly<Record<Part, boolean>> = {
    task: tasks.length > 0,
    "second task on the CPU": cpus.size < tasks.length,
    "task on another CPU": cpus.size > 1,
    hook: contexts.some(({ kind }) => kind === "hook"),
    softirq: contexts.some(({ kind }) => kind === "softirq"),
    hardirq: contexts.some(({ kind }) => kind === "hardirq"),
    NMI: contexts.some(({ kind }) => kind === "nmi"),
    drain: defers(question),
    scanner: contexts.some(isScanner),
  };
  return PARTS.filter((part) => here[part]);
}

/**
 * A frame may come on top of whatever its CPU runs: of tasks, and of the drain of deferred frees, which without PREEMPT_RT
 * is itself a hardirq.
 */
function cutsOf(question: Question): [string, string][] {
  return question.contexts.flatMap((frame) => {
    const part = FRAMES[frame.kind];
    if (!part) return [];
    const below = question.contexts.filter((one) => isTask(one) && cpuOf(one) === cpuOf(frame)).flatMap(operationsOf);
    const mayCutDrain = question.configuration.preemptRt === true || part === "hook" || part === "NMI";
    const all = new Set(defers(question) && mayCutDrain ? [...below, DRAIN] : below);
    return operationsOf(frame).flatMap((what) => [...all].map((one): [string, string] => [`${part}: ${what}`, one]));
  });
}

const DRAIN = "(drain)";
const ALLOCATES = ["kmalloc", "kmalloc_nolock", "kfree", "kfree_nolock", "flush", DRAIN];
const NOLOCK = ["kmalloc_nolock", "kfree_nolock"];

const frames = (parts: readonly Part[]): string[] => parts.flatMap((part) => NOLOCK.map((what) => `${part}: ${what}`));

export const COMPANY: Company = {
  parts: PARTS,
  of: partsOf,
  frames: { "!RT": frames(["hook", "softirq", "hardirq", "NMI"]), RT: frames(["hook", "hardirq", "NMI"]) },
  below: ALLOCATES,
  cuts: cutsOf,
  ground: "task",
  byItself: "drain",
  crowded:
    "Three others beside a task are four contexts. A spec of CI size has three, for each further one multiplies the states; where something shows only with four, they are there.",
  apart: {
    "RT: softirq": "softirqs are tasks on PREEMPT_RT",
    ...Object.fromEntries(
      frames(["softirq", "hardirq"]).map((frame) => [
        `!RT: ${frame} + ${DRAIN}`,
        "the drain is a hardirq without PREEMPT_RT: interrupts are off",
      ]),
    ),
  },
};
