/** Does any configuration of the model break on its own, or find a violation where none is expected? */
import { describe, expect, it } from "vitest";
import type { ContextSpec, Setting } from "../../checker/spec/model.ts";
import { ask, hardirq, hook, nmi, softirq, task } from "./setup.ts";

const EVERYTHING = [
  ...[
    "S1",
    "S2",
    "S3",
    "S4",
    "S5",
    "S6",
    "S7",
    "S8",
    "S9",
    "S10",
    "S11",
    "S13",
    "S18",
    "S15",
    "S21",
    "L1",
    "L2",
    "L5",
    "guards",
  ],
];
const LIMIT = 1_000;

const DEBUG_HEAP = ["A partial free=1", "A full", "B cpu0 free=1", "page"];
const EMPTY_HEAP = ["A cpu0 free=0 remote=1", "A partial free=1", "B cpu0 free=0", "page"];
const TINY_HEAP = ["A partial free=1", "A full", "B partial free=1", "page"];

type Configuration = Readonly<Record<string, Setting>>;
interface Setup {
  readonly name: string;
  readonly configuration: Configuration;
  /** Contexts that this configuration cannot have. */
  readonly without?: readonly string[];
}

const HEAP = ["A cpu0 free=1", "A partial free=1", "B cpu0 free=1", "page"];
const ON_TWO = ["A cpu0 free=1", "A cpu1 free=0 remote=1", "A partial free=1", "B cpu0 free=1", "page"];

const SETUPS: readonly Setup[] = [
  { name: "as it comes", configuration: { slabs: HEAP } },
  { name: "no slabs but pages", configuration: { slabs: ["page", "A full", "page"] } },
  {
    name: "CPU partial lists",
    configuration: { slabs: [...HEAP, "A cpuPartial0 free=1"], cpuPartial: true, minPartial: 0 },
  },
  {
    name: "three objects, three buckets",
    configuration: { slabs: ["A cpu0 free=1", "B partial free=3", "C cpu0 free=1"], objects: 3, buckets: 3 },
  },
  { name: "node requests", configuration: { slabs: HEAP, nodeMismatch: true } },
  { name: "two CPUs", configuration: { slabs: ON_TWO, cpus: 2 } },
  { name: "migration", configuration: { slabs: ON_TWO, cpus: 2, migration: true } },
  {
    name: "migration and CPU partial lists",
    configuration: { slabs: ON_TWO, cpus: 2, migration: true, cpuPartial: true, minPartial: 0 },
  },
  { name: "pages", configuration: { slabs: [...HEAP, "page"], pages: true, minPartial: 0 } },
  { name: "PREEMPT_RT", configuration: { slabs: HEAP, preemptRt: true }, without: ["softirq", "spinning hardirq"] },
  {
    name: "PREEMPT_RT, CPU partial lists, pages",
    configuration: {
      slabs: [...HEAP, "A cpuPartial0 free=1"],
      preemptRt: true,
      cpuPartial: true,
      pages: true,
      minPartial: 0,
    },
    without: ["softirq", "spinning hardirq"],
  },
  {
    name: "PREEMPT_RT, migration",
    configuration: { slabs: ON_TWO, preemptRt: true, cpus: 2, migration: true, nodeMismatch: true },
    without: ["softirq", "spinning hardirq"],
  },
  { name: "a debug cache", configuration: { slabs: DEBUG_HEAP, debug: ["A"], minPartial: 0 } },
  {
    name: "a debug cache, CPU partial lists, two CPUs, migration",
    configuration: { slabs: DEBUG_HEAP, debug: ["A"], cpuPartial: true, cpus: 2, migration: true },
  },
  {
    name: "PREEMPT_RT, a debug cache",
    configuration: { slabs: DEBUG_HEAP, debug: ["A"], preemptRt: true },
    without: ["softirq", "spinning hardirq"],
  },
  { name: "SLUB_TINY", configuration: { slabs: TINY_HEAP, tiny: true, minPartial: 0 } },
  {
    name: "PREEMPT_RT, SLUB_TINY",
    configuration: { slabs: TINY_HEAP, tiny: true, preemptRt: true, minPartial: 0 },
    without: ["softirq", "spinning hardirq"],
  },
  { name: "no cmpxchg on slabs", configuration: { slabs: EMPTY_HEAP, cmpxchgDouble: false, minPartial: 0 } },
  {
    name: "PREEMPT_RT, no cmpxchg on slabs",
    configuration: { slabs: EMPTY_HEAP, cmpxchgDouble: false, preemptRt: true },
    without: ["softirq", "spinning hardirq"],
  },
  { name: "no SMP", configuration: { slabs: HEAP, smp: false, pages: true }, without: ["nmi over spinlocks"] },
];

interface Script {
  readonly name: string;
  readonly contexts: readonly ContextSpec[];
  readonly kinds: readonly string[];
}

/** s0 is of bucket A in all but one setup, and its last object is held. */
const SCRIPTS: readonly Script[] = [
  {
    name: "one task",
    kinds: [],
    contexts: [task("task0", ["kmalloc A", "kmalloc_nolock A", "kfree #1", "kfree_nolock #2", "kmalloc B"])],
  },
  {
    name: "two tasks",
    kinds: [],
    contexts: [task("task0", ["kmalloc A", "kfree #1"]), task("task1", ["kmalloc_nolock A", "kfree_nolock #1"])],
  },
  {
    name: "an NMI that allocates",
    kinds: ["nmi over spinlocks"],
    contexts: [task("task0", ["kmalloc A", "kmalloc A", "kfree #1"]), nmi("nmi0", ["kmalloc_nolock A"])],
  },
  {
    name: "an NMI on kmalloc_nolock()",
    kinds: ["nmi over spinlocks"],
    contexts: [task("task0", ["kmalloc_nolock A", "kmalloc_nolock A"]), nmi("nmi0", ["kmalloc_nolock A"])],
  },
  {
    name: "a softirq",
    kinds: ["softirq"],
    contexts: [task("task0", ["kmalloc A", "kmalloc A"]), softirq("soft0", ["kmalloc A", "kfree #1"])],
  },
  {
    name: "a hardirq",
    kinds: ["spinning hardirq"],
    contexts: [task("task0", ["kmalloc A", "kfree #1"]), hardirq("irq0", ["kmalloc A", "kfree #1"])],
  },
  {
    name: "a hardirq that does not wait",
    kinds: [],
    contexts: [task("task0", ["kmalloc A", "kfree #1"]), hardirq("irq0", ["kmalloc_nolock A"])],
  },
  {
    name: "hardirq and NMI",
    kinds: ["spinning hardirq", "nmi over spinlocks"],
    contexts: [task("task0", ["kmalloc A"]), hardirq("irq0", ["kmalloc A"]), nmi("nmi0", ["kmalloc_nolock A"])],
  },
  {
    name: "a hook at unlock",
    kinds: [],
    contexts: [
      task("task0", ["kmalloc A", "kmalloc A", "kfree #1"]),
      hook("hook0", ["kmalloc_nolock A"], { at: "unlock" }),
    ],
  },
  {
    name: "a hook that counts as an NMI",
    kinds: ["nmi over spinlocks"],
    contexts: [
      task("task0", ["kmalloc A", "kfree #1"]),
      hook("hook0", ["kmalloc_nolock A"], { at: "anywhere", setsNmi: true }),
    ],
  },
];

describe("any configuration with any script", () => {
  for (const { name, configuration, without = [] } of SETUPS) {
    for (const script of SCRIPTS) {
      if (script.kinds.some((kind) => without.includes(kind))) continue;
      it(`${name}: ${script.name}`, () => {
        const { why, result } = ask({ configuration, contexts: script.contexts, properties: EVERYTHING }, LIMIT);
        expect(why).toEqual([]);
        expect(result.states).toBeGreaterThan(50);
      });
    }
  }
});
