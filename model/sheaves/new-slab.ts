/**
 * new_slab() since 7.0: a page from the page allocator, made a slab whose freelist is not built yet. Where the
 * configuration has no pages, there is one or there is none: a free choice.
 *
 * Context: No lock held. nolock callers never wait.
 * Return: `got`, null where the C returns NULL.
 * Abstracts: obj_exts and accounting are left out; a smaller order is not tried again.
 *
 * @kernel v7.3.4 mm/slub.c new_slab(), allocate_slab()
 */

import {
  bool,
  call,
  choose,
  compose,
  type Expr,
  either,
  type Id,
  id,
  ite,
  chain as list,
  lit,
  next,
  optional,
  otherwise,
  program,
  result,
  select,
  setEach,
  step,
  value,
  when,
} from "../../checker/language/index.ts";
import { mm } from "../mm/config.ts";
import { bucket, object, slab as slabs, slot } from "../mm/sets.ts";
import { allocSlabPage } from "../page/alloc-slab-page.ts";
import { k, linkOf, type SlabId } from "../slub/state.ts";

type Slot = Expr<Id<"slot"> | null>;

const objectAt = (s: SlabId, t: Slot) => compose(object, { slab: s, slot: t });

/** A private page becomes a slab: none of its objects is in use, and none is listed yet. */
const setUp = (s: SlabId, b: Expr<Id<"bucket">>) =>
  [
    k.slab.at(s).cache.set(b),
    k.slab.at(s).freelist.set(lit(null)),
    k.slab.at(s).inuse.set(0),
    setEach(slot, (t) => k.object.at(objectAt(s, t)).spoilt.set(false)),
    setEach(slot, (t) => linkOf(objectAt(s, t)).set("garbage")),
  ].flat();

/** Whether a slot is `from` or one after it. */
const isFrom = (t: Expr<Id<"slot">>, from: Slot): Expr<boolean> => list(slot, from, (u) => next(slot, u)).has(t);

/** build_slab_freelist(): the objects of a private slab from a slot on become its freelist; null: none. */
export const linkedFrom = (s: SlabId, from: Slot) => [
  k.slab.at(s).freelist.set(ite<Id<"object"> | null>(from.isNull(), lit(null), objectAt(s, from))),
  ...setEach(slot, (t) =>
    linkOf(objectAt(s, t)).set(
      ite<Id<"object"> | null | "garbage">(
        isFrom(t, from),
        ite<Id<"object"> | null | "garbage">(next(slot, t).isNull(), lit(null), objectAt(s, next(slot, t))),
        lit("garbage"),
      ),
    ),
  ),
];

export const newSlab = program(
  "new_slab (7.3)",
  {
    exits: ["done"],
    params: { b: value(id(bucket)), allowSpin: value(bool), got: result(optional(id(slabs))) },
    locals: { page: optional(id(slabs)) },
    kernel: "v7.3.4 mm/slub.c allocate_slab()",
    inlines: "mm/slub.c new_slab()",
    tag: "S",
    abstracts: ["obj_exts of a new slab are left out, and its page is not charged; a smaller order is not tried again"],
  },
  (_, { b, allowSpin, got }, { page }) => ({
    entry: select("(model) is the page allocator modelled?", [[mm.pages, "allocPage"]], "choice"),
    choice: step(
      "return allocate_slab(s, flags, alloc_flags, node);",
      { ref: "11.2.H1 11.2.H2", note: "a page or none is a free choice" },
      either(
        choose(slabs, (x) => when(k.slab.at(x).cache.isNull()).do(got.set(x), setUp(x, b)).goto("done")),
        otherwise.do(got.set(lit(null))).goto("done"),
      ),
    ),
    allocPage: call(
      "slab = alloc_slab_page(alloc_gfp, node, oo, allow_spin);",
      allocSlabPage,
      { allowSpin, got: page },
      { done: "gotPage" },
      { ref: "11.2.H1" },
    ),
    gotPage: step(
      "if (unlikely(!slab)) return NULL; .. slab->counters = 0; .. slab->slab_cache = s;",
      { ref: "11.2.H3 11.2.H4", note: "the page is private: the slab is set up in one step" },
      when(page.isNull())
        .do(got.set(lit(null)))
        .goto("done"),
      otherwise.do(got.set(page), setUp(page, b)).goto("done"),
    ),
  }),
);
