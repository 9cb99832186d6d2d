/**
 * alloc_single_from_new_slab() since 7.0: one object of a slab just made, which goes on the node's list. A nolock caller
 * that cannot have list_lock gives the slab up there and then.
 *
 * Context: The slab is the caller's. Spin callers wait for n->list_lock, nolock callers only try it.
 * Return: `got`, null where the C returns NULL.
 * Abstracts: alloc_debug_processing() finds nothing wrong.
 *
 * @kernel v7.3.4 mm/slub.c alloc_single_from_new_slab()
 */

import {
  bool,
  call,
  compose,
  element,
  id,
  lit,
  next,
  optional,
  otherwise,
  program,
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
import { addFull, addPartial, incSlabsNode, k } from "../slub/state.ts";
import { freeNewSlabNolock } from "./free-new-slab-nolock.ts";
import { addsSlab } from "./lists.ts";
import { linkedFrom } from "./new-slab.ts";

const first = element(slot, 0);

export const allocSingleFromNewSlab = program(
  "alloc_single_from_new_slab (7.3)",
  {
    exits: ["done"],
    params: {
      b: value(id(bucket)),
      slab: value(id(slabs)),
      allowSpin: value(bool),
      got: result(optional(id(object))),
    },
    locals: { flags: bool },
    kernel: "v7.3.4 mm/slub.c alloc_single_from_new_slab()",
    tag: "S",
  },
  (_, { b, slab, allowSpin, got }, { flags }) => {
    const s = k.slab.at(slab);
    const which = listLock(b);
    return {
      take: step(
        "object = next_slab_obj(s, &iter); slab->inuse = 1; .. build_slab_freelist(s, slab, &iter);",
        { ref: "11.2.I2a", note: "the new slab is private: its fields change in one step" },
        otherwise.do(s.inuse.set(1), linkedFrom(slab, next(slot, first))).goto("lock"),
      ),
      lock: select("if (allow_spin)", [[allowSpin, "spin"]], "try"),
      spin: call(
        "spin_lock_irqsave(&n->list_lock, flags);",
        spinLockIrqsave,
        { which, flags },
        { held: "add" },
        { ref: "11.2.I2b" },
      ),
      try: call(
        "else if (!spin_trylock_irqsave(&n->list_lock, flags)) {",
        spinTrylockIrqsave,
        { which, flags },
        { held: "add", busy: "giveUp" },
        { ref: "11.2.I2b" },
      ),
      giveUp: call(
        "free_new_slab_nolock(s, slab);",
        freeNewSlabNolock,
        { slab },
        { done: "fail" },
        { ref: "11.2.I2b" },
      ),
      fail: step("return NULL;", { ref: "11.2.I2b" }, otherwise.do(got.set(lit(null))).goto("done")),
      add: step(
        "if (needs_add_partial) add_partial(n, slab, ADD_TO_HEAD); else add_full(s, n, slab);",
        { ref: "11.2.I2c", marks: ["asserts"] },
        addsSlab(slab),
        when(mm.objects.eq(1)).do(addFull(b, slab)).goto("count"),
        otherwise.do(addPartial(b, slab)).goto("count"),
      ),
      count: step(
        "inc_slabs_node(s, slab_nid(slab), slab->objects);",
        { ref: "11.2.I2d" },
        otherwise.do(incSlabsNode(b)).goto("unlock"),
      ),
      unlock: call(
        "spin_unlock_irqrestore(&n->list_lock, flags);",
        spinUnlockIrqrestore,
        { which, flags },
        { done: "return" },
        { ref: "11.2.I2e" },
      ),
      return: step(
        "return object;",
        { ref: "11.2.I2e" },
        otherwise.do(got.set(compose(object, { slab, slot: first }))).goto("done"),
      ),
    };
  },
);
