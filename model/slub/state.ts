/**
 * The allocator's state.
 *
 * `tid` is only ever compared for equality, so it is a bit for each frame that may hold a snapshot: `seen[f]` says "tid
 * has not changed since f read it". Every step of tid clears all of them, so the bit is exact for an unbounded tid.
 *
 * Abstracts: lists of slabs are sets (which one is taken is a free choice); deferred lists are sets; one node.
 *
 * @kernel v6.18 mm/slub.c struct kmem_cache_cpu, struct kmem_cache_node; mm/slab.h struct slab
 */

import {
  and,
  bool,
  bound,
  component,
  context,
  count,
  type Expr,
  each,
  element,
  type Id,
  id,
  ite,
  type LeafPlace,
  chain as list,
  lit,
  optional,
  or,
  orWord,
  range,
  setEach,
  state,
  struct,
} from "../../checker/language/index.ts";
import { cpu, irqWork } from "../machine/sets.ts";
import { mm } from "../mm/config.ts";
import { bucket, object, slab } from "../mm/sets.ts";

/** What the counters of a node may be: `nr_slabs` may be driven below 0 by an imbalance. */
const PARTIAL = { least: 0, most: 8 };
const SLABS = { least: -8, most: 8 };

/** What there is until 6.18. */
const cpuSlabCells = state({
  cpuSlab: each(
    cpu,
    each(
      bucket,
      struct({
        freelist: optional(id(object)),
        slab: optional(id(slab)),
        partial: each(slab, bool),
        /** Deferred objects, in a proposal that keeps them here. */
        deferred: each(object, bool),
        seen: each(context, bool),
      }),
    ),
  ),
});

/** Slabs, objects, nodes: what every version has. A few leaves are written by some versions only. */
export const slabCells = state({
  slab: each(
    slab,
    struct({
      /** Null: the page is not a slab. */
      cache: optional(id(bucket)),
      freelist: optional(id(object)),
      inuse: range(0, bound("slot")),
      frozen: bool,
      /** The frame that holds the bit spinlock slab_lock(). */
      bitLock: optional(id(context)),
      /** `flush_freelist`, beside the link of the deferred list. */
      flushFreelist: optional(id(object)),
    }),
  ),
  object: each(
    object,
    struct({
      /** The link word. That of an object that somebody owns is anything at all. */
      link: orWord(optional(id(object)), "garbage"),
      /** Where the link word is not at offset 0 (`mm.ctor`): somebody wrote there all the same. */
      spoilt: bool,
    }),
  ),
  slabMutex: optional(id(context)),
  /** struct kmem_cache; deferred objects as v1 keeps them. */
  cache: each(bucket, struct({ deferred: each(object, bool), destroyed: bool })),
  node: each(
    bucket,
    struct({
      partial: each(slab, bool),
      /** Deferred objects, in a proposal that keeps them here. */
      deferred: each(object, bool),
      /** Debug caches: slabs without a free object. */
      full: each(slab, bool),
      /** Where the configuration counts: `nr_partial`, and `nr_slabs`, which an imbalance may drive below 0. */
      nrPartial: range(PARTIAL.least, PARTIAL.most),
      nrSlabs: range(SLABS.least, SLABS.most),
    }),
  ),
});

/** Deferred frees, and private lists of slabs, until 6.18. */
const deferredCells = state({
  /** struct defer_free of each CPU. */
  deferFree: each(
    cpu,
    struct({
      objects: each(object, bool),
      slabs: each(slab, bool),
    }),
  ),
  /** What a frame has taken off a deferred list and not yet freed. */
  taken: each(context, struct({ objects: each(object, bool), slabs: each(slab, bool) })),
  /** The private list of slabs that a frame is putting back. */
  detached: each(context, each(slab, bool)),
});

/** All cells of the allocator of 6.18, in the order of reports. */
export const CELLS = [cpuSlabCells, slabCells, deferredCells];

export const k = { ...cpuSlabCells, ...slabCells, ...deferredCells };

type Cpu = Expr<Id<"cpu"> | null>;
type Bucket = Expr<Id<"bucket"> | null>;
export type ObjectId = Expr<Id<"object"> | null | "garbage">;
export type SlabId = Expr<Id<"slab"> | null>;

/** The one irq_work of the allocator: `defer_free_objects.work`. */
export const DEFERRED_WORK = element(irqWork, 0);

/** The struct kmem_cache_cpu of a CPU and a bucket. */
export const cpuSlabOf = (c: Cpu, b: Bucket) => k.cpuSlab.at(c).at(b);

export const slabOf = (x: ObjectId) => component(object, "slab", x);

export const linkOf = (x: ObjectId) => k.object.at(x).link;

/** A freelist from its first object. */
export const freelist = (first: ObjectId) => list(object, first, (x) => linkOf(x));

/** discard_slab(): the page is no slab any more. What its objects held stays where it was; `freeSlabPage` comes next. */
export const giveUpSlab = (s: SlabId) => [
  k.slab.at(s).cache.set(lit(null)),
  k.slab.at(s).freelist.set(lit(null)),
  k.slab.at(s).inuse.set(0),
];

/** next_tid(): no snapshot of it is current any more. */
export const stepTid = (c: Cpu, b: Bucket) => setEach(context, (f) => cpuSlabOf(c, b).seen.at(f).set(false));

export const nrPartial = (b: Bucket) =>
  ite(
    mm.accounting,
    k.node.at(b).nrPartial,
    count(slab, (s) => k.node.at(b).partial.at(s)),
  );

/**
 * A counter of a node, where it is kept. One that is wrong stays at the end of its range, where calls without end drive it:
 * S12 has said by then that it is wrong.
 */
const grown = (counter: LeafPlace<number>, n: Expr<number> | number, { most }: typeof PARTIAL) =>
  counter.set(ite(mm.accounting, ite(counter.plus(n).gt(most), most, counter.plus(n)), counter));

const shrunk = (counter: LeafPlace<number>, { least }: typeof PARTIAL) =>
  counter.set(ite(mm.accounting, ite(counter.gt(least), counter.minus(1), least), counter));

/** n->nr_partial, by so many slabs more. */
export const countPartial = (b: Bucket, n: Expr<number> | number) => grown(k.node.at(b).nrPartial, n, PARTIAL);

/** add_partial(): list and counter change under list_lock, so in one step. */
export const addPartial = (b: Bucket, s: SlabId) => [k.node.at(b).partial.at(s).set(true), countPartial(b, 1)];

/** remove_partial(). */
export const removePartial = (b: Bucket, s: SlabId) => [
  k.node.at(b).partial.at(s).set(false),
  shrunk(k.node.at(b).nrPartial, PARTIAL),
];

/** add_full(): only debug caches keep such a list (those that track users). */
export const addFull = (b: Bucket, s: SlabId) => k.node.at(b).full.at(s).set(kmemCacheDebug(b));

/** remove_full(). */
export const removeFull = (b: Bucket, s: SlabId) => k.node.at(b).full.at(s).set(false);

/** inc_slabs_node(). */
export const incSlabsNode = (b: Bucket) => grown(k.node.at(b).nrSlabs, 1, SLABS);

/** dec_slabs_node(). */
export const decSlabsNode = (b: Bucket) => shrunk(k.node.at(b).nrSlabs, SLABS);

/** kmem_cache_debug(): consistency checks and user tracking are on. */
export const kmemCacheDebug = (b: Bucket) => and(mm.debugCaches, mm.debug.at(b));

/** No CPU slabs: objects come one at a time, under list_lock. */
export const oneAtATime = (b: Bucket) => or(mm.tiny, kmemCacheDebug(b));

export const nrCpuPartial = (c: Cpu, b: Bucket) => count(slab, (s) => cpuSlabOf(c, b).partial.at(s));
