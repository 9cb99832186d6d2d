/** The scripts of contexts: what a spec's `script` lines become, call by call. */
import {
  allOf,
  anyOf,
  bool,
  call,
  type Expr,
  element,
  except,
  type Id,
  id,
  inlined,
  type LeafPlace,
  marked,
  optional,
  otherwise,
  type Program,
  program,
  type Region,
  type Row,
  range,
  rowsOf,
  step,
  value,
  when,
  within,
} from "../checker/language/index.ts";
import type { ContextSpec } from "../checker/spec/model.ts";
import { BUCKET_NAMES } from "./heap.ts";
import { localLockIrqsave, localUnlockIrqrestore } from "./locks/local-lock.ts";
import { rtSpinUnlock } from "./locks/rt-mutex.ts";
import {
  arrival,
  departure,
  type FrameKind,
  hardirqMayArrive,
  hookMayFire,
  nmiMayArrive,
  softirqMayArrive,
} from "./machine/contexts.ts";
import type { Self } from "./machine/state.ts";
import { memcgReparentObjcgs } from "./memcg/reparent-objcgs.ts";
import { cgroupRstatFlush } from "./memcg/rstat.ts";
import {
  allocatesPage,
  PAGE_CALL_FORMS,
  PAGE_PROGRAMS,
  type PageCall,
  pageCallRows,
  pageResult,
  parsePageCall,
} from "./page-calls.ts";
import { sectionOf, sectionRows } from "./section.ts";
import { freeDeferredObjects } from "./slub/defer-free.ts";
import { flushSlab } from "./slub/flush-slab.ts";
import { freezeSlab } from "./slub/freeze-slab.ts";
import { getFreelist } from "./slub/get-freelist.ts";
import { kfree, kfreeNolock, kmalloc } from "./slub/kmalloc.ts";
import { kmallocNolock } from "./slub/kmalloc-nolock.ts";
import { kmemCacheDestroy } from "./slub/kmem-cache-destroy.ts";
import { bucket, object } from "./slub/sets.ts";
import { slabAlloc } from "./slub/slab-alloc.ts";

/** One line of a script. `of` is the number of an earlier call of the script, or an object that the context holds. */
export type Call =
  | { readonly op: "kmalloc" | "kmalloc_nolock"; readonly bucket: number }
  | { readonly op: "kfree" | "kfree_nolock"; readonly of: number | { readonly held: number } }
  | { readonly op: "flush" | "destroy"; readonly from: number }
  | { readonly op: "reparent" | "flush_stats" }
  | PageCall;

export const CALL_FORMS = `"kmalloc A", "kmalloc_nolock A", "kfree #1" (what call 1 of the script returned), "kfree_nolock s0.o1" (an object that the context holds), "flush A", "destroy A", "reparent", "flush_stats"; or, about pages, ${PAGE_CALL_FORMS}`;

/** Reads a line; null where it has another form. `slots` is the number of objects in a slab. */
export function parseCall(line: string, slots: number): Call | null {
  const page = parsePageCall(line);
  if (page) return page;
  const [op, arg, ...rest] = line.split(" ");
  if (rest.length > 0) return null;
  if ((op === "reparent" || op === "flush_stats") && arg === undefined) return { op };
  if (arg === undefined) return null;
  if (op === "kmalloc" || op === "kmalloc_nolock")
    return BUCKET_NAMES.includes(arg) ? { op, bucket: BUCKET_NAMES.indexOf(arg) } : null;
  if (op === "flush" || op === "destroy")
    return BUCKET_NAMES.includes(arg) ? { op, from: BUCKET_NAMES.indexOf(arg) } : null;
  if (op !== "kfree" && op !== "kfree_nolock") return null;
  const earlier = /^#(\d+)$/.exec(arg);
  if (earlier) return { op, of: Number(earlier[1]) };
  const held = /^s(\d+)\.o(\d+)$/.exec(arg);
  return held ? { op, of: { held: Number(held[1]) * slots + Number(held[2]) } } : null;
}

/** The slab that a call names, by an object or a page that its caller holds. */
export function slabNamedBy(call: Call | null, slots: number): readonly number[] {
  if (call && "of" in call && typeof call.of === "object") return [Math.floor(call.of.held / slots)];
  return call && "page" in call && typeof call.page === "object" ? [call.page.held] : [];
}

const resultShape = optional(id(object));

/**
 * Where each call of a script has returned: locks and counts must be as they were, and `got` is the script's now. Its
 * exits say what the call gave.
 */
export const returned = program(
  "(returned)",
  {
    exits: ["object", "page", "NULL"],
    params: {
      irqs: value(bool),
      preempt: value(range(0, 7)),
      migrate: value(range(0, 15)),
      got: value(resultShape),
      gotPage: value(pageResult),
    },
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

const KINDS: Readonly<Record<string, FrameKind>> = {
  softirq: {
    quote: "(model) softirq",
    kernel: "softirq",
    comes: "2.1s.1 2.1s.2 2.1s.3",
    goes: "2.1s.4",
    softirq: true,
  },
  hardirq: {
    quote: "(model) hardirq",
    kernel: "hardirq",
    comes: "2.1h.1",
    goes: "2.1h.2",
    hardirq: true,
    irqsOff: true,
  },
  nmi: {
    quote: "(model) NMI",
    kernel: "NMI",
    comes: "2.1n.1",
    goes: "2.1n.2",
    nmi: true,
    hardirq: true,
    irqsOff: true,
  },
};

/** The functions that a hook may be planted in, with all that they call. */
export const KERNEL_ROWS: Region = anyOf(
  ...[kmalloc, kmallocNolock, kfree, kfreeNolock, freeDeferredObjects, flushSlab, memcgReparentObjcgs].map(within),
  ...PAGE_PROGRAMS.map(within),
);

/** Functions that the source asks to inline into ___slab_alloc(), which a compiler may keep out of line all the same. */
const INLINE_HELPERS = { get_freelist: getFreelist, freeze_slab: freezeSlab };
export const HELPERS = Object.keys(INLINE_HELPERS);

/**
 * ___slab_alloc() with what is inlined there: all that NOKPROBE_SYMBOL(___slab_alloc) takes away. Of `local_lock_*` there
 * are only macros.
 */
const slabAllocInlined = (outOfLine: readonly string[]): Region =>
  anyOf(
    rowsOf(slabAlloc),
    inlined(
      slabAlloc,
      ...Object.entries(INLINE_HELPERS).flatMap(([name, helper]) => (outOfLine.includes(name) ? [] : [helper])),
      localLockIrqsave,
      localUnlockIrqrestore,
    ),
  );

/** What a kprobe may not sit in: whether the version closes ___slab_alloc(), and which helpers are not part of it. */
export interface Probing {
  readonly nokprobe: boolean;
  readonly outOfLine: readonly string[];
}

interface HookPlace {
  readonly about: string;
  /** Only with PREEMPT_RT. */
  readonly rt?: true;
  readonly region: (probing: Probing) => Region;
}

/** Where a hook may fire, by the spec's `at`. */
export const HOOK_PLACES: Readonly<Record<string, HookPlace>> = {
  kprobe: {
    about: "a kprobe at any instruction that the version does not forbid (6.18: not in ___slab_alloc())",
    region: ({ nokprobe, outOfLine }) => (nokprobe ? except(KERNEL_ROWS, slabAllocInlined(outOfLine)) : KERNEL_ROWS),
  },
  anywhere: { about: "any instruction of the allocator, whatever NOKPROBE_SYMBOL() says", region: () => KERNEL_ROWS },
  unlock: {
    about: "just before each local_unlock_irqrestore(), as the fuzz test of the series does",
    region: () =>
      anyOf(
        rowsOf(localUnlockIrqrestore, "release"),
        allOf(within(localUnlockIrqrestore), rowsOf(rtSpinUnlock, "fast")),
      ),
  },
  contention_begin: {
    about: "the tracepoint contention_begin of an rt_mutex",
    rt: true,
    region: () => marked("contention_begin"),
  },
  contention_end: {
    about: "the tracepoint contention_end of an rt_mutex",
    rt: true,
    region: () => marked("contention_end"),
  },
  "rt_spin_unlock entry": {
    about: "fentry of rt_spin_unlock(): the lock is still owned",
    rt: true,
    region: () => rowsOf(rtSpinUnlock, "fast"),
  },
};

/** How a hook runs: an int3 counts as an NMI; other kprobes and tracepoints turn preemption off, fentry migration. */
function hookKind({ options }: ContextSpec): FrameKind {
  const base = { quote: `(model) hook: ${options.at}`, kernel: "hook", comes: "2.4.1", goes: "2.4.2" };
  if (options.setsNmi) return { ...base, nmi: true, hardirq: true, irqsOff: true };
  if (options.at === "unlock") return base;
  if (options.at === "rt_spin_unlock entry") return { ...base, migrateOff: true };
  return { ...base, preemptOff: true };
}

type Result = LeafPlace<Id<"object"> | null>;
type Rows = Record<string, Row<never>>;

/** Labels here are made from numbers, which types do not follow; `link` checks every goto. */
const untyped = (row: Row<string>): Row<never> => row as Row<never>;

/** A line of a script as a report names it: with its number, where it stands there twice. */
const nameOf = (lines: readonly string[], i: number): string =>
  `${lines[i]}${lines.filter((line) => line === lines[i]).length > 1 ? ` (call ${i + 1})` : ""}`;

/** The rows of the calls of a script, from `call1` on; the last goes to `end`. */
function callRows(
  { script: lines }: ContextSpec,
  calls: readonly Call[],
  locals: Readonly<Record<string, unknown>>,
  entry: { irqs: Expr<boolean> | boolean; preempt: Expr<number> | number; migrate: Expr<number> | number },
  mayStop: boolean,
  end: string,
): Rows {
  const result = (n: number) => locals[`r${n}`] as Result;
  const pageOf = (n: number) => locals[`r${n}`] as LeafPlace<Id<"slab"> | null>;
  const x = locals.x as Result;
  const rows: Rows = {};
  for (const [i, one] of calls.entries()) {
    const n = i + 1;
    const back = `back${n}`;
    const begin = mayStop ? `do${n}` : `call${n}`;
    if (mayStop) rows[`call${n}`] = untyped(step(`(model) call ${n}`, { mayStop: true }, otherwise.goto(begin)));
    switch (one.op) {
      case "kmalloc":
      case "kmalloc_nolock": {
        const callee = one.op === "kmalloc" ? kmalloc : kmallocNolock;
        const args = { size: element(bucket, one.bucket), got: result(n) };
        rows[begin] = untyped(
          call(`${one.op}(${BUCKET_NAMES[one.bucket]})`, callee as typeof kmalloc, args, { done: back }),
        );
        break;
      }
      case "kfree":
      case "kfree_nolock": {
        const callee = one.op === "kfree" ? kfree : kfreeNolock;
        const what = typeof one.of === "number" ? `#${one.of}` : "held";
        rows[begin] =
          typeof one.of === "number"
            ? untyped(
                step(
                  "if (unlikely(ZERO_OR_NULL_PTR(object))) return;",
                  when(result(one.of).isNull()).goto(back),
                  otherwise.do(x.set(result(one.of))).goto(`free${n}`),
                ),
              )
            : untyped(
                step(
                  "(model) an object that it holds",
                  otherwise.do(x.set(element(object, one.of.held))).goto(`free${n}`),
                ),
              );
        rows[`free${n}`] = untyped(call(`${one.op}(${what})`, callee, { x: x.known() }, { done: back }));
        break;
      }
      case "destroy":
        rows[begin] = untyped(
          call(
            `kmem_cache_destroy(${BUCKET_NAMES[one.from]})`,
            kmemCacheDestroy,
            { b: element(bucket, one.from) },
            { done: back },
          ),
        );
        break;
      case "flush":
        rows[begin] = untyped(
          call(`flush_slab(${BUCKET_NAMES[one.from]})`, flushSlab, { b: element(bucket, one.from) }, { done: back }),
        );
        break;
      case "flush_stats":
        rows[begin] = untyped(call("cgroup_rstat_flush(cgrp)", cgroupRstatFlush, {}, { done: back }));
        break;
      case "reparent":
        rows[begin] = untyped(call("memcg_reparent_objcgs()", memcgReparentObjcgs, {}, { done: back }));
        break;
      default:
        for (const [label, row] of Object.entries(pageCallRows(one, n, begin, back, locals)))
          rows[label] = untyped(row);
    }
    const next = i + 1 < calls.length ? `call${n + 1}` : end;
    const gives = "bucket" in one || allocatesPage(one);
    rows[back] = untyped(
      call(
        "(model) return",
        returned,
        { ...entry, got: "bucket" in one ? result(n) : null, gotPage: allocatesPage(one) ? pageOf(n) : null },
        { object: next, page: next, NULL: next },
        gives ? { returns: { of: nameOf(lines, i), inVain: "NULL" } } : {},
      ),
    );
  }
  return rows;
}

type Script = Program<object, object, string, string>;

/** The script of a task: a call may never come, and so may the next; but see `section.ts`. */
export function taskScript(spec: ContextSpec, calls: readonly Call[]): Script {
  const section = sectionOf(spec);
  const entry = { irqs: section?.irqsOff ?? false, preempt: section?.preemptOff ? 1 : 0, migrate: 0 };
  return program(spec.name, { exits: ["done"], locals: localsOf(calls) }, (self, __, locals) => {
    if (!section) return callRows(spec, calls, locals, entry, true, "done");
    const { enter, leave } = sectionRows(self, section, "call1", "done");
    return {
      enter: untyped(enter),
      ...callRows(spec, calls, locals, entry, false, "leave"),
      leave: untyped(leave),
    } as Rows;
  }) as unknown as Script;
}

const FRAME_LOCALS = { flags: bool, irqs: bool, preempt: range(0, 7), migrate: range(0, 15) };

/** The script of a softirq, hardirq, NMI or hook: it may never come; once there it makes all its calls and returns. */
export function frameScript(spec: ContextSpec, calls: readonly Call[], probing: Probing): Script {
  const kind = spec.kind === "hook" ? hookKind(spec) : (KINDS[spec.kind] as FrameKind);
  const may = (self: Self): Expr<boolean> => {
    switch (spec.kind) {
      case "nmi":
        return nmiMayArrive(self);
      case "hardirq":
        return hardirqMayArrive(self);
      case "softirq":
        return softirqMayArrive(self);
      default:
        return hookMayFire(self, (HOOK_PLACES[spec.options.at as string] as HookPlace).region(probing));
    }
  };
  return program(spec.name, { exits: ["done"], locals: { ...localsOf(calls), ...FRAME_LOCALS } }, (self, _, locals) => {
    const frame = locals as unknown as {
      flags: LeafPlace<boolean>;
      irqs: LeafPlace<boolean>;
      preempt: LeafPlace<number>;
      migrate: LeafPlace<number>;
    };
    return {
      arrive: untyped(arrival(self, kind, frame, may(self), "call1", { mayStop: true })),
      ...callRows(
        spec,
        calls,
        locals,
        { irqs: frame.irqs, preempt: frame.preempt, migrate: frame.migrate },
        false,
        "return",
      ),
      return: untyped(departure(self, kind, frame.flags, "done")),
    } as Rows;
  }) as unknown as Script;
}

const localsOf = (calls: readonly Call[]): Record<string, typeof resultShape | typeof pageResult> => ({
  ...Object.fromEntries(calls.flatMap((one, i) => ("bucket" in one ? [[`r${i + 1}`, resultShape]] : []))),
  ...Object.fromEntries(calls.flatMap((one, i) => (allocatesPage(one) ? [[`r${i + 1}`, pageResult]] : []))),
  ...(calls.some((one) => "page" in one) ? { page: pageResult } : {}),
  ...(calls.some((one) => "of" in one) ? { x: resultShape } : {}),
});
