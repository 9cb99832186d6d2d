/**
 * A question once more, asked of the most general client of its contexts: each makes any calls of its kind, and those of
 * its script that can be made again. Version, variants, flags and settings stay; of heaps there are small ones, for what
 * costs is objects, not calls, and the question's own.
 */
import type { AnyTwin, ContextSpec, Question, Setting } from "../../checker/spec/model.ts";
import { BUCKET_NAMES } from "../slub/heap.ts";

type Settings = Readonly<Record<string, Setting>>;
type MayCall = (context: ContextSpec, question: Question) => readonly string[];

interface Heap {
  readonly name: string;
  readonly settings: Settings;
}

/** Heaps that are asked before the question's own, the smallest first. */
function heapsOf({ configuration: c }: Question, hasCpuSlabs: boolean): readonly Heap[] {
  const debug = c.debug as readonly string[];
  const place = (b: string): string => (hasCpuSlabs && !c.tiny && !debug.includes(b) ? "cpu0" : "partial");
  const more = c.pages ? "page" : "A partial free=1";
  const small = (name: string, objects: number, buckets: number, others: readonly string[] = []): Heap => {
    const names = BUCKET_NAMES.slice(0, buckets);
    return {
      name,
      settings: {
        ...c,
        buckets,
        objects,
        slabs: [...names.map((b) => `${b} ${place(b)} free=${objects}`), ...others],
        debug: debug.filter((b) => names.includes(b)),
        accounts: (c.accounts as readonly string[]).filter((line) => !/^s\d/.test(line)),
        ...(hasCpuSlabs ? {} : { sheaves: [], sheafCapacity: 1, moreSheaves: Math.min(1, c.moreSheaves as number) }),
      },
    };
  };
  return [
    small("one slab of one object", 1, 1),
    small("two slabs of one object", 1, 1, [more]),
    ...((c.buckets as number) > 1 ? [small("two buckets, a slab of one object each", 1, 2)] : []),
    small("one slab of two objects", 2, 1),
  ];
}

const WHOLE_GRAPH = ["returns", "rests"];

/** A line that names one object or page, or an earlier call, cannot be said again. */
const namesOne = (line: string): boolean => /[ ](#\d+|s\d+(\.o\d+)?)$/.test(line);

const operationOf = (line: string): string => line.split(" ")[0] as string;

/** The contexts of a heap, each as its most general client; one that does what is done once keeps its script. */
function clientsOf(question: Question, once: readonly string[], mayCall: MayCall): readonly ContextSpec[] {
  const buckets = BUCKET_NAMES.slice(0, question.configuration.buckets as number);
  const isThere = (line: string): boolean => !/ [A-D]$/.test(line) || buckets.includes(line.slice(-1));
  return question.contexts.map(({ after: _, ...one }) => {
    if (one.any || one.script.some((line) => once.includes(operationOf(line)))) return one;
    const again = one.script.filter((line) => !namesOne(line) && isThere(line));
    const script = [...new Set([...mayCall(one, question), ...again])];
    return { ...one, script, any: { own: false } };
  });
}

export function anyTwins(
  question: Question,
  how: {
    /** Calls that nobody makes again. */
    readonly once: readonly string[];
    readonly mayCall: MayCall;
    readonly hasCpuSlabs: boolean;
  },
): readonly AnyTwin[] {
  const own: Heap = { name: "its own heap", settings: question.configuration };
  const isDestroyed = question.contexts.some(({ script }) => script.some((line) => /^(destroy|kvfree)/.test(line)));
  return [...heapsOf(question, how.hasCpuSlabs), own].map(({ name, settings }) => {
    const there = { ...question, configuration: settings };
    return {
      heap: name,
      question: { ...there, contexts: clientsOf(there, how.once, how.mayCall) },
      // What only the whole graph tells: with one of them it is not reduced, and most twins are not searched to the end.
      idle: [...WHOLE_GRAPH, ...(isDestroyed ? [] : ["L3"])],
    };
  });
}
