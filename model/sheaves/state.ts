/**
 * What Linux 7.0 put in the place of the CPU slab: each CPU has sheaves of each bucket, arrays of free objects; each node
 * has a barn of spare sheaves. Slabs, objects and node lists are those of `model/slub/state.ts`.
 *
 * Abstracts: a sheaf's memory is one of a fixed number, taken and given back in one step; what stands in a sheaf above its
 * size is forgotten; the lists of a barn are singly linked, last in, first out; one node.
 *
 * @kernel v7.3.4 mm/slub.c struct slub_percpu_sheaves, struct slab_sheaf, struct node_barn, struct deferred_percpu_work
 */

import {
  and,
  bool,
  bound,
  constants,
  context,
  count,
  type Expr,
  each,
  exists,
  type Id,
  id,
  indexSet,
  inject,
  ite,
  chain as list,
  lit,
  optional,
  orWord,
  range,
  setEach,
  state,
  struct,
  sum,
} from "../../checker/language/index.ts";
import { cpu, spinlockOf } from "../machine/sets.ts";
import { cpuSlabLock, SPINLOCKS, thisCpuSlabLock } from "../mm/locks.ts";
import { bucket, object, slab } from "../mm/sets.ts";
import { oneAtATime } from "../slub/state.ts";

/** Memory for a sheaf, of whatever bucket. */
export const sheaf = indexSet("sheaf", { interchangeable: true });

/** The places of a sheaf. */
export const places = range(0, bound("last place"));

const sheafSize = range(0, bound("capacity"));

export const sc = constants({
  /** `s->sheaf_capacity`, the same for all buckets that have sheaves. */
  capacity: range(0, 4),
  /** MAX_FULL_SHEAVES and MAX_EMPTY_SHEAVES. */
  barnLimit: range(0, 4),
});

export const h = state({
  /** `s->cpu_sheaves` of each CPU. */
  pcs: each(
    cpu,
    each(
      bucket,
      struct({
        main: optional(id(sheaf)),
        spare: optional(id(sheaf)),
      }),
    ),
  ),
  sheaf: each(
    sheaf,
    struct({
      /** Null: nobody's memory. */
      cache: optional(id(bucket)),
      size: sheafSize,
      objects: each(places, optional(id(object))),
      /** `barn_list`; of a sheaf that is in no barn it is anything at all. */
      next: orWord(optional(id(sheaf)), "garbage"),
    }),
  ),
  /** The barn of a bucket's one node. */
  barn: each(
    bucket,
    struct({
      full: optional(id(sheaf)),
      empty: optional(id(sheaf)),
      nrFull: range(0, bound("sheaves")),
      nrEmpty: range(0, bound("sheaves")),
    }),
  ),
  /** `deferred_percpu_work.objects` of each CPU. */
  deferredWork: each(cpu, struct({ objects: each(object, bool) })),
  /** What a frame has in an array or list on its stack: objects that it is giving back to their slabs. */
  batch: each(context, each(object, bool)),
  /** Objects that a frame has taken off a deferred list and not yet freed. */
  drained: each(context, each(object, bool)),
  /** Who waits for a work on each CPU: where it has run. */
  workRan: each(context, each(cpu, bool)),
  /** `pc.slabs`: slabs that a frame has taken off the node's list. */
  isolated: each(context, each(slab, bool)),
});

type Cpu = Expr<Id<"cpu"> | null>;
type Bucket = Expr<Id<"bucket"> | null>;
export type SheafId = Expr<Id<"sheaf"> | null | "garbage">;
type ObjectOf = Expr<Id<"object">>;

/** Spinlocks: those of `model/mm/locks.ts`, and `barn->lock` of each bucket's one node. */
export const SHEAF_SPINLOCKS = sum("spinlock", { ...SPINLOCKS.kinds, barn: bucket });

/** `s->cpu_sheaves->lock` of the CPU that one is on. There is no `cpu_slab->lock` any more whose place it could not take. */
export const thisSheavesLock = thisCpuSlabLock;
/** `s->cpu_sheaves->lock` of one CPU. */
export const sheavesLock = cpuSlabLock;
/** `barn->lock`. */
export const barnLock = (b: Bucket) => spinlockOf(inject(SHEAF_SPINLOCKS, "barn", b));

/** The struct slub_percpu_sheaves of a CPU and a bucket. */
export const pcsOf = (c: Cpu, b: Bucket) => h.pcs.at(c).at(b);

export const sheafOf = (x: SheafId) => h.sheaf.at(x);

/** `s->sheaf_capacity`: caches of which objects come one at a time have the bootstrap sheaf, which holds nothing. */
export const capacityOf = (b: Bucket) => ite<number>(oneAtATime(b), 0, sc.capacity);

/** A list of a barn, from its first sheaf. */
export const barnList = (first: SheafId) => list(sheaf, first, (x) => sheafOf(x).next);

/** Whether an object stands in a sheaf, below its size. */
export const standsInSheaf = (one: SheafId, x: ObjectOf) =>
  exists(places, (i) => and(i.lt(sheafOf(one).size), sheafOf(one).objects.at(i).eq(x)));

/** Sheaves that an object stands in. */
export const sheavesWith = (x: ObjectOf) => count(sheaf, (one) => standsInSheaf(one, x));

/** Makes memory a sheaf of a bucket, empty; the other way round. */
export const isMade = (one: SheafId, b: Bucket) => [
  sheafOf(one).cache.set(b),
  sheafOf(one).size.set(0),
  sheafOf(one).next.set("garbage"),
];
export const isGone = (one: SheafId) => [
  sheafOf(one).cache.set(lit(null)),
  sheafOf(one).size.set(0),
  sheafOf(one).next.set(lit(null)),
];

/** All places of a sheaf are empty, and so is it. */
export const emptied = (one: SheafId) => [
  sheafOf(one).size.set(0),
  ...setEach(places, (i) => sheafOf(one).objects.at(i).set(lit(null))),
];
