/** The calls of a script that are about objects and caches: what a spec may write, and the rows that each becomes. */
import {
  call,
  compose,
  element,
  type Id,
  id,
  type LeafPlace,
  optional,
  otherwise,
  program,
  step,
  value,
  when,
} from "../../checker/language/index.ts";
import {
  type Asked,
  begins,
  type Call,
  LEFT_AS_FOUND,
  type Operation,
  type Operations,
  type Place,
  type Wrong,
} from "../kernel/calls.ts";
import { memcgReparentObjcgs } from "../memcg/reparent-objcgs.ts";
import { cgroupRstatFlush } from "../memcg/rstat.ts";
import { bucket, object, slab as slabs, slot as slots } from "../mm/sets.ts";
import { PAGE_CALLS, type PageCall, pageResult } from "../page/calls.ts";
import { flushSlab } from "./flush-slab.ts";
import { BUCKET_NAMES, freeObjects, objectName, parseSlab } from "./heap.ts";
import { kfree, kfreeNolock, kmalloc } from "./kmalloc.ts";
import { kmallocNolock } from "./kmalloc-nolock.ts";
import { kmemCacheDestroy } from "./kmem-cache-destroy.ts";

/** What a call does with an object: returns one, or frees one (of an earlier call, or held at the start). */
export interface ObjectCall {
  readonly allocates?: true;
  readonly frees?: number | { readonly slab: number; readonly slot: number };
}

const resultShape = optional(id(object));
type Leaf = LeafPlace<Id<"object"> | null>;

/** Where the object is that call `n` of a script returned. */
const objectOf = (locals: Place["locals"], n: number): Leaf => locals[`r${n}`] as Leaf;

const dataOf = (one: Call | null): ObjectCall & PageCall => (one?.data ?? {}) as ObjectCall & PageCall;

/** Slabs that a script names by an object or a page that its context holds: they are not renamed. */
export function slabsNamedBy(one: Call): readonly number[] {
  const { frees, page } = dataOf(one);
  return [...(typeof frees === "object" ? [frees.slab] : []), ...(typeof page === "object" ? [page.held] : [])];
}

/**
 * Where each call of a script has returned: what it found is as it was, and `got` is the script's now. Its exits say
 * what the call gave.
 */
export const returned = program(
  "(returned)",
  {
    exits: ["object", "page", "NULL"],
    params: { ...LEFT_AS_FOUND, got: value(resultShape), gotPage: value(pageResult) },
  },
  (_, { got, gotPage }) => ({
    check: step(
      "(model) the call has returned",
      when(got.notNull()).goto("object"),
      when(gotPage.notNull()).goto("page"),
      otherwise.goto("NULL"),
    ),
  }),
);

const sizeOf = ({ question }: Asked, key: "buckets" | "objects"): number => question.configuration[key] as number;

const bucketProblems = (asked: Asked, b: number, others: string): readonly Wrong[] =>
  b < sizeOf(asked, "buckets")
    ? []
    : [[`there is no bucket ${BUCKET_NAMES[b]}`, `set "buckets" to ${b + 1}, or use ${others}`]];

const buckets = (asked: Asked): string => BUCKET_NAMES.slice(0, sizeOf(asked, "buckets")).join(", ");

/** Reads the one word that names a bucket. */
function bucketIn(words: readonly string[]): number | null {
  const b = BUCKET_NAMES.indexOf(words.join(" "));
  return b < 0 ? null : b;
}

const allocates =
  (name: string, callee: typeof kmalloc): Operation["read"] =>
  (words, n) => {
    const b = bucketIn(words);
    if (b === null) return null;
    return {
      locals: { [`r${n}`]: resultShape },
      rows: ({ begin, back, locals }) => ({
        [begin]: call(
          `${name}(${BUCKET_NAMES[b]})`,
          callee,
          { size: element(bucket, b), got: objectOf(locals, n) },
          { done: back },
        ),
      }),
      returned: (locals) => ({ got: objectOf(locals, n), gotPage: null }),
      inVain: "NULL",
      problems: (asked) => bucketProblems(asked, b, buckets(asked)),
      data: { allocates: true } satisfies ObjectCall,
    };
  };

function freeProblems(asked: Asked, freed: ObjectCall["frees"] & {}): readonly Wrong[] {
  const { question, context, line, n, earlier } = asked;
  if (typeof freed === "number")
    return freed < n && dataOf(earlier(freed)).allocates
      ? []
      : [
          [
            `call ${freed} of this script returns nothing that could be freed`,
            "name an earlier kmalloc or kmalloc_nolock of the same script, counted from 1",
          ],
        ];
  const wrong: Wrong[] = [];
  const name = objectName(freed.slab, freed.slot);
  const lines = question.configuration.slabs as readonly string[];
  const slots = sizeOf(asked, "objects");
  const slabLine = parseSlab(lines[freed.slab] ?? "");
  if (lines[freed.slab] === undefined || freed.slot >= slots)
    wrong.push([`there is no object ${name}`, `objects are s0.o0 to ${objectName(lines.length - 1, slots - 1)}`]);
  else if (slabLine && (slabLine.place === "page" || freed.slot < freeObjects(slabLine)))
    wrong.push([
      `${name} is free at the start: nobody holds it`,
      "name an object that the heap has as handed out (the last ones of a slab)",
    ]);
  const holders = question.contexts.filter((c) => c.script.some((x) => x === line || x.endsWith(` ${name}`)));
  if (holders.length > 1 && holders[0] !== context)
    wrong.push([
      `${name} is also freed by "${holders[0]?.name}"`,
      "an object has one holder: freeing it twice is a fault of the callers",
    ]);
  return wrong;
}

const frees =
  (name: string, callee: typeof kfree): Operation["read"] =>
  (words, n) => {
    const [, earlier, slab, slot] = /^(?:#(\d+)|s(\d+)\.o(\d+))$/.exec(words.join(" ")) ?? [];
    if (earlier === undefined && slab === undefined) return null;
    const freed = earlier !== undefined ? Number(earlier) : { slab: Number(slab), slot: Number(slot) };
    return {
      locals: { x: resultShape },
      rows: ({ begin, back, locals }) => {
        const x = locals.x as Leaf;
        const free = `free${n}`;
        const what = typeof freed === "number" ? `#${freed}` : "held";
        return {
          [begin]:
            typeof freed === "number"
              ? step(
                  "if (unlikely(ZERO_OR_NULL_PTR(object))) return;",
                  when(objectOf(locals, freed).isNull()).goto(back),
                  otherwise.do(x.set(objectOf(locals, freed))).goto(free),
                )
              : step(
                  "(model) an object that it holds",
                  otherwise
                    .do(x.set(compose(object, { slab: element(slabs, freed.slab), slot: element(slots, freed.slot) })))
                    .goto(free),
                ),
          [free]: call(`${name}(${what})`, callee, { x: x.known() }, { done: back }),
        };
      },
      problems: (asked) => freeProblems(asked, freed),
      data: { frees: freed } satisfies ObjectCall,
    };
  };

const TASK = ["task"] as const;
const MAY_SPIN = ["task", "softirq", "hardirq"] as const;
const spins = (instead: string): Pick<Operation, "only" | "sleeps" | "instead"> => ({
  only: { kinds: MAY_SPIN, what: "may spin", mend: `use ${instead}` },
  sleeps: "preemptRt",
  instead,
});
const inTask = (what: string): Pick<Operation, "only" | "sleeps"> => ({
  only: { kinds: TASK, what, mend: 'make the context a "task"' },
  sleeps: "always",
});

const ofCache =
  (quote: string, callee: typeof flushSlab | typeof kmemCacheDestroy): Operation["read"] =>
  (words) => {
    const b = bucketIn(words);
    if (b === null) return null;
    return {
      rows: ({ begin, back }) => ({
        [begin]: call(
          `${quote}(${BUCKET_NAMES[b]})`,
          callee as typeof flushSlab,
          { b: element(bucket, b) },
          { done: back },
        ),
      }),
      problems: (asked) => bucketProblems(asked, b, "A"),
    };
  };

const ofCgroups =
  (quote: string, callee: typeof memcgReparentObjcgs | typeof cgroupRstatFlush): Operation["read"] =>
  (words) =>
    words.length > 0
      ? null
      : {
          rows: ({ begin, back }) => ({
            [begin]: call(quote, callee as typeof memcgReparentObjcgs, {}, { done: back }),
          }),
          problems: ({ question }) =>
            question.configuration.memcg ? [] : [["there are no cgroups", 'set "memcg" to true']],
        };

const SLAB_CALLS: Operations = {
  kmalloc: {
    about: "an allocation that may spin or sleep, from a bucket",
    form: "kmalloc A",
    ...spins("kmalloc_nolock"),
    programs: begins(kmalloc),
    read: allocates("kmalloc", kmalloc),
  },
  kmalloc_nolock: {
    about: "an allocation from any context, from a bucket",
    form: "kmalloc_nolock A",
    programs: begins(kmallocNolock),
    read: allocates("kmalloc_nolock", kmallocNolock as unknown as typeof kmalloc),
  },
  kfree: {
    about: "a free that may spin or sleep: of what an earlier call of the script returned, or of an object held",
    form: "kfree #1",
    ...spins("kfree_nolock"),
    programs: begins(kfree),
    read: frees("kfree", kfree),
  },
  kfree_nolock: {
    about: "a free from any context",
    form: "kfree_nolock s0.o1",
    programs: begins(kfreeNolock),
    read: frees("kfree_nolock", kfreeNolock as unknown as typeof kfree),
  },
  destroy: {
    about: "a cache is destroyed, after a barrier for deferred frees",
    form: "destroy A",
    ...inTask("sleeps: a cache is destroyed by a task"),
    programs: [],
    read: ofCache("kmem_cache_destroy", kmemCacheDestroy),
  },
  flush: {
    about: "a worker takes the CPU slab of a bucket away from its CPU",
    form: "flush A",
    ...inTask("runs in a worker: flush_slab()"),
    programs: begins(flushSlab),
    read: ofCache("flush_slab", flushSlab),
  },
  flush_stats: {
    about: "a worker adds up the statistics of a cgroup",
    form: "flush_stats",
    ...inTask("runs in a worker"),
    programs: [],
    read: ofCgroups("cgroup_rstat_flush(cgrp)", cgroupRstatFlush),
  },
  reparent: {
    about: "a worker moves the objcgs of a dying cgroup to its parent",
    form: "reparent",
    ...inTask("runs in a worker"),
    programs: begins(memcgReparentObjcgs),
    read: ofCgroups("memcg_reparent_objcgs()", memcgReparentObjcgs),
  },
};

/** Every call hands on what it got; most get nothing. */
const withResults = (calls: Operations): Operations =>
  Object.fromEntries(
    Object.entries(calls).map(([name, one]) => [
      name,
      {
        ...one,
        read: (words, n) => {
          const read = one.read(words, n);
          return read && { ...read, returned: (locals) => ({ got: null, gotPage: null, ...read.returned?.(locals) }) };
        },
      } satisfies Operation,
    ]),
  );

export const CALLS: Operations = withResults({ ...SLAB_CALLS, ...PAGE_CALLS });
