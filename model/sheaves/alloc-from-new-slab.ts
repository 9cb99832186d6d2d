/**
 * alloc_from_new_slab(): the first objects of a slab just made, whose freelist it builds from the rest. The slab goes on
 * the node's list; a nolock caller that cannot have list_lock gives it up again.
 *
 * Context: The slab is the caller's. Spin callers wait for n->list_lock, nolock callers only try it.
 * Return: by `allocated` or by `failed`; one object in `got`, or (bulk) as many as the sheaf `into` has room for.
 * Abstracts: objects are taken and listed in order: of the shuffle only that it asks for a random number.
 *
 * @kernel v7.3.4 mm/slub.c alloc_from_new_slab(), init_slab_obj_iter(), build_slab_freelist()
 */

import {
  and,
  bool,
  bound,
  call,
  compose,
  element,
  id,
  lit,
  next,
  optional,
  otherwise,
  program,
  range,
  result,
  select,
  step,
  value,
  when,
} from "../../checker/language/index.ts";
import { spinLockIrqsave, spinTrylockIrqsave, spinUnlockIrqrestore } from "../locks/spinlock.ts";
import { mm } from "../mm/config.ts";
import { listLock } from "../mm/locks.ts";
import { bucket, object, slab as slabs, slot } from "../mm/sets.ts";
import { getRandomU32 } from "../random/get-random.ts";
import { addPartial, incSlabsNode, k } from "../slub/state.ts";
import { freeNewSlabNolock } from "./free-new-slab-nolock.ts";
import { addsSlab } from "./lists.ts";
import { linkedFrom } from "./new-slab.ts";
import { capacityOf, sheaf, sheafOf } from "./state.ts";

const first = element(slot, 0);

export const allocFromNewSlab = program(
  "alloc_from_new_slab",
  {
    exits: ["allocated", "failed"],
    params: {
      b: value(id(bucket)),
      slab: value(id(slabs)),
      bulk: value(bool),
      into: value(optional(id(sheaf))),
      allowSpin: value(bool),
      got: result(optional(id(object))),
    },
    locals: { t: optional(id(slot)), count: range(0, bound("slot")), flags: bool },
    kernel: "v7.3.4 mm/slub.c alloc_from_new_slab()",
    inlines: "mm/slub.c init_slab_obj_iter()",
    tag: "S",
    abstracts: ["a new slab hands out and lists its objects in order"],
  },
  (_, { b, slab, bulk, into, allowSpin, got }, { t, count, flags }) => {
    const s = k.slab.at(slab);
    const which = listLock(b);
    const { size, objects } = sheafOf(into);
    return {
      entry: select(
        "init_slab_obj_iter(s, slab, &iter, allow_spin);",
        [[and(mm.freelistRandom, mm.objects.gt(1)), "random"]],
        "how",
      ),
      random: select("if (allow_spin)", [[allowSpin, "ask"]], "ownState"),
      ask: call("iter->pos = get_random_u32_below(..);", getRandomU32, {}, { done: "how" }, { ref: "11.2.I1a" }),
      ownState: step(
        "state = &get_cpu_var(slab_rnd_state); iter->pos = prandom_u32_state(state) % iter->freelist_count;",
        { ref: "11.2.I1a", note: "no lock: who comes in between may change the state, and it is no matter" },
        otherwise.goto("how"),
      ),
      how: select("(model) one object or a sheaf's fill?", [[bulk, "begin"]], "one"),
      one: step(
        "p[allocated] = next_slab_obj(s, &iter); .. slab->inuse = count; build_slab_freelist(s, slab, &iter);",
        { ref: "11.2.I1b", note: "the slab is private: one step" },
        otherwise
          .do(got.set(compose(object, { slab, slot: first })), s.inuse.set(1), linkedFrom(slab, next(slot, first)))
          .goto("needs"),
      ),
      needs: select("if (needs_add_partial)", [[mm.objects.gt(1), "lock"]], "count"),
      begin: step(
        "while (allocated < count) {",
        { ref: "11.2.I1b" },
        otherwise.do(t.set(first), count.set(0), got.set(lit(null))).goto("take"),
      ),
      take: step(
        "p[allocated] = next_slab_obj(s, &iter); allocated++;",
        { ref: "11.2.I1b", note: "slab and sheaf are private" },
        when(and(t.notNull(), size.lt(capacityOf(b))))
          .do(
            objects.at(size).set(compose(object, { slab, slot: t })),
            size.set(size.plus(1)),
            count.set(count.plus(1)),
            t.set(next(slot, t)),
          )
          .goto("take"),
        otherwise.goto("build"),
      ),
      build: step(
        "slab->inuse = count; build_slab_freelist(s, slab, &iter); if (needs_add_partial)",
        { ref: "11.2.I1b 11.2.I1c" },
        when(t.isNull()).do(s.inuse.set(count), linkedFrom(slab, t)).goto("count"),
        otherwise.do(s.inuse.set(count), linkedFrom(slab, t)).goto("lock"),
      ),
      lock: select("if (allow_spin)", [[allowSpin, "spin"]], "try"),
      spin: call(
        "spin_lock_irqsave(&n->list_lock, flags);",
        spinLockIrqsave,
        { which, flags },
        { held: "add" },
        { ref: "11.2.I1d" },
      ),
      try: call(
        "else if (!spin_trylock_irqsave(&n->list_lock, flags)) {",
        spinTrylockIrqsave,
        { which, flags },
        { held: "add", busy: "giveUp" },
        { ref: "11.2.I1d" },
      ),
      giveUp: call(
        "free_new_slab_nolock(s, slab);",
        freeNewSlabNolock,
        { slab },
        { done: "fail" },
        { ref: "11.2.I1d" },
      ),
      fail: step("return 0;", { ref: "11.2.I1d" }, otherwise.do(got.set(lit(null))).goto("failed")),
      add: step(
        "add_partial(n, slab, ADD_TO_HEAD);",
        { ref: "11.2.I1e", marks: ["asserts"] },
        addsSlab(slab),
        otherwise.do(addPartial(b, slab)).goto("unlock"),
      ),
      unlock: call(
        "spin_unlock_irqrestore(&n->list_lock, flags);",
        spinUnlockIrqrestore,
        { which, flags },
        { done: "count" },
        { ref: "11.2.I1e" },
      ),
      count: step(
        "inc_slabs_node(s, slab_nid(slab), slab->objects); return allocated;",
        { ref: "11.2.I1f 11.2.I1g" },
        otherwise.do(incSlabsNode(b)).goto("allocated"),
      ),
    };
  },
);
