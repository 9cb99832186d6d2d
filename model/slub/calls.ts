/** The calls of a script that are about objects and caches: what a spec may write, and the rows that each becomes. */
import {
  and,
  bool,
  call,
  choose,
  compose,
  each,
  element,
  type Id,
  id,
  type LeafPlace,
  optional,
  otherwise,
  type Program,
  program,
  result,
  state,
  step,
  value,
  when,
} from "../../checker/language/index.ts";
import type { Question } from "../../checker/spec/model.ts";
import { pool } from "../kernel/any.ts";
import {
  type Asked,
  begins,
  type Call,
  LEFT_AS_FOUND,
  type Operation,
  type Operations,
  type Place,
  type Pool,
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

/** A program that allocates, and one that frees, whatever its locals are. */
const allocation = { size: value(id(bucket)), got: result(resultShape) };
const freeing = { x: value(id(object)) };
type Allocates = Program<typeof allocation, object, "done", string>;
type Frees = Program<typeof freeing, object, "done", string>;
const cache = { b: value(id(bucket)) };
type OfCache = Program<typeof cache, object, "done", string>;
type Leaf = LeafPlace<Id<"object"> | null>;

/** Where the object is that call `n` of a script returned. */
const objectOf = (locals: Place["locals"], n: number): Leaf => locals[`r${n}`] as Leaf;

const dataOf = (one: Call | null): ObjectCall & PageCall => (one?.data ?? {}) as ObjectCall & PageCall;

/** Objects that a script names, of those held at the start. */
export function objectsNamedBy(one: Call): readonly { readonly slab: number; readonly slot: number }[] {
  const { frees } = dataOf(one);
  return typeof frees === "object" ? [frees] : [];
}

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

const namesOf = ({ configuration }: Question): readonly string[] =>
  BUCKET_NAMES.slice(0, configuration.buckets as number);

const buckets = (asked: Asked): string => BUCKET_NAMES.slice(0, sizeOf(asked, "buckets")).join(", ");

/** Reads the one word that names a bucket. */
function bucketIn(words: readonly string[]): number | null {
  const b = BUCKET_NAMES.indexOf(words.join(" "));
  return b < 0 ? null : b;
}

/** What callers with a script "any" have: theirs to free, once. */
export const pools = state({ pool: each(pool, each(object, bool)) });

/** Which of it kmalloc_nolock() gave, where some call asks. */
export const givers = state({ nolockGave: each(object, bool) });

const NOLOCK = "kmalloc_nolock";

/** How a free is written in a script "any": of what callers have, and of what kmalloc_nolock() gave them. */
const ANY = "any";
const MATCHING = "matching";

/** A free of what some caller has: a way for each object that it may take. */
const freesAny = (name: string, callee: Frees, word: string, n: number): ReturnType<Operation["read"]> => ({
  locals: { x: resultShape },
  rows: ({ begin, back, locals }) => ({
    [begin]: call(`${name}(${word})`, callee, { x: (locals.x as Leaf).known() }, { done: back }),
  }),
  choice: ({ begin, locals, pool: from }) => {
    const mine = pools.pool.at((from as Pool).id);
    return choose(object, (x) =>
      when(word === MATCHING ? and(mine.at(x), givers.nolockGave.at(x)) : mine.at(x))
        .do(mine.at(x).set(false), (locals.x as Leaf).set(x))
        .goto(begin),
    );
  },
  ...(word === MATCHING ? { asksOrigin: true as const } : {}),
  problems: ({ context }) =>
    context.any
      ? []
      : [
          [
            `"${word}" is what callers with a script "any" have, and this script is a list`,
            `name an earlier call (#1) or an object (s0.o1), or write "script": { "any": [..] }; call ${n} is meant`,
          ],
        ],
});

const allocates =
  (name: string, callee: Allocates): Operation["read"] =>
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
      keeps: {
        exit: "object",
        does: ({ locals, pool }) => {
          const { id, origins } = pool as Pool;
          const got = objectOf(locals, n).known();
          return [
            pools.pool.at(id).at(got).set(true),
            ...(origins ? [givers.nolockGave.at(got).set(name === NOLOCK)] : []),
          ];
        },
      },
      problems: (asked) => bucketProblems(asked, b, buckets(asked)),
      data: { allocates: true } satisfies ObjectCall,
    };
  };

function freeProblems(asked: Asked, freed: ObjectCall["frees"] & {}): readonly Wrong[] {
  const { question, context, line, n, earlier } = asked;
  if (context.any)
    return [
      [
        `"${line}" names one object, and a script "any" makes its calls again and again`,
        'free what callers have: "kfree any"',
      ],
    ];
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

export const frees =
  (name: string, callee: Frees): Operation["read"] =>
  (words, n) => {
    const [word = ""] = words;
    if (words.length === 1 && (word === ANY || (word === MATCHING && name === "kfree_nolock")))
      return freesAny(name, callee, word, n);
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
export const inTask = (what: string): Pick<Operation, "only" | "sleeps"> => ({
  only: { kinds: TASK, what, mend: 'make the context a "task"' },
  sleeps: "always",
});

/** A call that is about a cache, by a program that takes it. */
export const ofCache =
  (quote: string, callee: OfCache): Operation["read"] =>
  (words) => {
    const b = bucketIn(words);
    if (b === null) return null;
    return {
      rows: ({ begin, back }) => ({
        [begin]: call(`${quote}(${BUCKET_NAMES[b]})`, callee, { b: element(bucket, b) }, { done: back }),
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

/** The four calls of any version, by its programs. */
export const objectCalls = (of: {
  readonly kmalloc: Allocates;
  readonly kmallocNolock: Allocates;
  readonly kfree: Frees;
  readonly kfreeNolock: Frees;
}): Operations => ({
  kmalloc: {
    about: "an allocation that may spin or sleep, from a bucket",
    form: "kmalloc A",
    anyLines: (question) => namesOf(question).map((name) => `kmalloc ${name}`),
    ...spins("kmalloc_nolock"),
    programs: begins(of.kmalloc),
    read: allocates("kmalloc", of.kmalloc),
  },
  kmalloc_nolock: {
    about: "an allocation from any context, from a bucket",
    form: "kmalloc_nolock A",
    anyLines: (question) => namesOf(question).map((name) => `${NOLOCK} ${name}`),
    programs: begins(of.kmallocNolock),
    read: allocates("kmalloc_nolock", of.kmallocNolock),
  },
  kfree: {
    about: "a free that may spin or sleep: of what an earlier call of the script returned, or of an object held",
    form: "kfree #1",
    anyLines: () => [`kfree ${ANY}`],
    ...spins("kfree_nolock"),
    programs: begins(of.kfree),
    read: frees("kfree", of.kfree),
  },
  kfree_nolock: {
    about: "a free from any context",
    form: "kfree_nolock s0.o1",
    anyLines: () => [`kfree_nolock ${ANY}`],
    programs: begins(of.kfreeNolock),
    read: frees("kfree_nolock", of.kfreeNolock),
  },
});

/** What is done to cgroups. */
export const CGROUP_CALLS: Operations = {
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
    once: "a cgroup dies once",
    ...inTask("runs in a worker"),
    programs: begins(memcgReparentObjcgs),
    read: ofCgroups("memcg_reparent_objcgs()", memcgReparentObjcgs),
  },
};

const SLAB_CALLS: Operations = {
  ...objectCalls({ kmalloc, kmallocNolock, kfree, kfreeNolock }),
  destroy: {
    about: "a cache is destroyed, after a barrier for deferred frees",
    form: "destroy A",
    once: "who calls a cache that is gone is wrong himself",
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
  ...CGROUP_CALLS,
};

/** Every call hands on what it got; most get nothing. */
export const withResults = (calls: Operations): Operations =>
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
