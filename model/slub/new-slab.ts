/**
 * new_slab(): a page from the page allocator, made a slab. Where the configuration has no pages, there is one or there
 * is none: a free choice.
 *
 * Context: The CPU is not pinned. nolock callers never wait.
 * Return: `got`, null where the C returns NULL.
 * Abstracts: objects are listed in order: of the shuffle only that it asks for a random number; obj_exts and accounting are left out.
 *
 * @kernel v6.18.35 mm/slub.c new_slab(), allocate_slab(), shuffle_freelist()
 */

import {
  and,
  bool,
  call,
  choose,
  compose,
  type Expr,
  either,
  element,
  type Id,
  id,
  ite,
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
import { getRandomU32 } from "../random/get-random.ts";
import { k, linkOf } from "./state.ts";

const firstSlot = element(slot, 0);

const objectAt = (s: Expr<Id<"slab"> | null>, t: Expr<Id<"slot"> | null>) => compose(object, { slab: s, slot: t });

/** setup_object() for all: a private page becomes a slab whose objects are all free and listed. */
const setUp = (s: Expr<Id<"slab"> | null>, b: Expr<Id<"bucket">>) =>
  [
    k.slab.at(s).cache.set(b),
    k.slab.at(s).freelist.set(objectAt(s, firstSlot)),
    k.slab.at(s).inuse.set(0),
    k.slab.at(s).frozen.set(false),
    setEach(slot, (t) => k.object.at(objectAt(s, t)).spoilt.set(false)),
    setEach(slot, (t) =>
      linkOf(objectAt(s, t)).set(
        ite<Id<"object"> | null | "garbage">(next(slot, t).isNull(), lit(null), objectAt(s, next(slot, t))),
      ),
    ),
  ].flat();

export const newSlab = program(
  "new_slab",
  {
    exits: ["done"],
    params: { b: value(id(bucket)), allowSpin: value(bool), got: result(optional(id(slabs))) },
    locals: { page: optional(id(slabs)) },
    kernel: "v6.18 mm/slub.c allocate_slab()",
    tag: "S",
    abstracts: ["a new slab lists its objects in order; obj_exts are left out, and its page is not charged"],
  },
  (_, { b, allowSpin, got }, { page }) => ({
    entry: select("(model) is the page allocator modelled?", [[mm.pages, "allocPage"]], "choice"),
    choice: step(
      "slab = allocate_slab(s, flags, node);",
      { ref: "3.10", note: "a page or none is a free choice" },
      either(
        choose(slabs, (x) => when(k.slab.at(x).cache.isNull()).do(got.set(x), setUp(x, b)).goto("random")),
        otherwise.do(got.set(lit(null))).goto("done"),
      ),
    ),
    allocPage: call(
      "slab = alloc_slab_page(alloc_gfp, node, oo, allow_spin);",
      allocSlabPage,
      { allowSpin, got: page },
      { done: "gotPage" },
      { ref: "3.10" },
    ),
    gotPage: step(
      "if (unlikely(!slab)) return NULL; .. setup_object(s, p);",
      { ref: "3.10", note: "the page is private: the slab is set up in one step" },
      when(page.isNull())
        .do(got.set(lit(null)))
        .goto("done"),
      otherwise.do(got.set(page), setUp(page, b)).goto("random"),
    ),
    random: select(
      "(model) CONFIG_SLAB_FREELIST_RANDOM?",
      [[and(mm.freelistRandom, mm.objects.gt(1)), "shuffle"]],
      "done",
    ),
    shuffle: select("if (allow_spin)", [[allowSpin, "ask"]], "ownState"),
    ask: call("pos = get_random_u32_below(freelist_count);", getRandomU32, {}, { done: "done" }, { ref: "3.10.R4" }),
    ownState: step(
      "state = &get_cpu_var(slab_rnd_state); pos = prandom_u32_state(state) % freelist_count;",
      { ref: "3.10.R4", note: "no lock: who comes in between may change the state, and it is no matter" },
      otherwise.goto("done"),
    ),
  }),
);
