/** Which bounds a spec has, and what it is with one of them one larger: what "why only two CPUs?" asks. */
import type { ContextSpec, Question, Setting } from "../../checker/spec/model.ts";
import { cpuOf } from "../kernel/model.ts";
import { sectionOf } from "../kernel/section.ts";
import { BUCKET_NAMES } from "../slub/heap.ts";
import { settingsOf } from "./settings.ts";

interface Grown {
  readonly bound: string;
  readonly question: Question;
}

/** A larger bound that nobody uses shows nothing: with another CPU comes a task on it, with another bucket a slab. */
export function grow(question: Question): readonly Grown[] {
  const s = settingsOf(question);
  const { contexts } = question;
  const set = (changes: Readonly<Record<string, Setting>>, more: readonly ContextSpec[] = []): Question => ({
    ...question,
    configuration: { ...question.configuration, ...changes },
    contexts: [...contexts, ...more],
  });
  const one = (key: "cpuPartialSlabs" | "minPartial" | "objcgs", needed: boolean): Grown[] =>
    needed ? [{ bound: `${key} ${s[key]} -> ${s[key] + 1}`, question: set({ [key]: s[key] + 1 }) }] : [];
  const buckets = BUCKET_NAMES.slice(0, s.buckets);
  const next = BUCKET_NAMES[s.buckets];
  return [
    {
      bound: `cpus ${s.cpus} -> ${s.cpus + 1}, with a task that allocates from A`,
      question: set({ cpus: s.cpus + 1 }, [taskOn(s.cpus, contexts)]),
    },
    ...(next === undefined
      ? []
      : [
          {
            bound: `buckets ${s.buckets} -> ${s.buckets + 1}`,
            question: set({ buckets: s.buckets + 1, slabs: [...s.slabs, `${next} partial free=${s.objects}`] }),
          },
        ]),
    { bound: `objects ${s.objects} -> ${s.objects + 1}`, question: set({ objects: s.objects + 1 }) },
    ...buckets.map((bucket) => ({
      bound: `slabs ${s.slabs.length} -> ${s.slabs.length + 1}, ${bucket} partial`,
      question: set({ slabs: [...s.slabs, `${bucket} partial free=${s.objects}`] }),
    })),
    {
      bound: `slabs ${s.slabs.length} -> ${s.slabs.length + 1}, a page`,
      question: set({ slabs: [...s.slabs, "page"] }),
    },
    ...one("cpuPartialSlabs", s.cpuPartial),
    ...one("minPartial", true),
    ...one("objcgs", s.memcg),
    // Who makes any number of calls has no bound on them.
    ...contexts.flatMap((context, i) => {
      if (context.any) return [];
      const again = lastAllocation(context);
      return {
        bound: `calls of ${context.name} ${context.script.length} -> ${context.script.length + 1}, ${again}`,
        question: {
          ...question,
          contexts: contexts.map((other, j) => (j === i ? { ...other, script: [...other.script, again] } : other)),
        },
      };
    }),
  ];
}

/** What a context may do once more: a free would need an object that nobody else frees. */
const lastAllocation = (one: ContextSpec): string =>
  one.script.findLast((line) => /^(kmalloc|kmalloc_nolock|scan|flush)\b/.test(line)) ??
  (one.kind === "task" && !sectionOf(one) ? "kmalloc A" : "kmalloc_nolock A");

/** A task like those that are there, with the options that such a context has. */
function taskOn(cpu: number, contexts: readonly ContextSpec[]): ContextSpec {
  const tasks = contexts.filter((context) => context.kind === "task" && !sectionOf(context));
  const like = tasks.find((context) => cpuOf(context) === 0) ?? contexts[0];
  const number = Math.max(-1, ...contexts.map(({ name }) => Number(/^task(\d+)$/.exec(name)?.[1] ?? -1))) + 1;
  return {
    name: `task${number}`,
    kind: "task",
    script: ["kmalloc A"],
    options: { ...like?.options, cpu, irqsOff: false, preemptOff: false },
  };
}
