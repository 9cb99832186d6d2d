/**
 * free_to_pcs(): an object goes into this CPU's main sheaf, from ordinary and from nolock callers. Nobody waits for the lock.
 *
 * Context: Any.
 * Return: by `freed`, or by `not`, where the C returns false.
 *
 * @kernel v7.3.4 mm/slub.c free_to_pcs()
 */

import { bool, call, id, otherwise, program, step, value, when } from "../../checker/language/index.ts";
import { localUnlock } from "../locks/local-lock.ts";
import { localTrylock } from "../locks/local-trylock.ts";
import { cpu } from "../machine/sets.ts";
import { bucket, object } from "../mm/sets.ts";
import { oneAtATime } from "../slub/state.ts";
import { pcsReplaceFullMain } from "./pcs-replace-full-main.ts";
import { capacityOf, pcsOf, sheafOf, sheavesLock, thisSheavesLock } from "./state.ts";

export const freeToPcs = program(
  "free_to_pcs",
  {
    exits: ["freed", "not"],
    params: { b: value(id(bucket)), x: value(id(object)), allowSpin: value(bool) },
    locals: { c: id(cpu) },
    kernel: "v7.3.4 mm/slub.c free_to_pcs()",
    tag: "S",
  },
  (_, { b, x, allowSpin }, { c }) => {
    const { main } = pcsOf(c, b);
    const { size, objects } = sheafOf(main);
    return {
      trylock: call(
        "if (!local_trylock(&s->cpu_sheaves->lock)) return false;",
        localTrylock,
        { which: thisSheavesLock(b), c },
        { held: "full", busy: "not" },
        { ref: "11.3.B1" },
      ),
      full: step(
        "if (unlikely(pcs->main->size == s->sheaf_capacity)) {",
        { ref: "11.3.B2" },
        when(oneAtATime(b)).goto("replace"),
        when(main.isNull()).fails("S22", "a CPU has no main sheaf, and its lock is free"),
        when(size.eq(capacityOf(b))).goto("replace"),
        otherwise.goto("store"),
      ),
      replace: call(
        "pcs = __pcs_replace_full_main(s, pcs, allow_spin); if (unlikely(!pcs)) return false;",
        pcsReplaceFullMain,
        { b, allowSpin, c },
        { locked: "store", unlocked: "not" },
        { ref: "11.3.B2" },
      ),
      store: step(
        "pcs->main->objects[pcs->main->size++] = object; /* the object, */",
        { ref: "11.3.B3" },
        when(main.isNull()).fails("S22", "a CPU has no main sheaf"),
        when(size.ge(capacityOf(b))).fails("S22", "writes past the end of a sheaf"),
        otherwise.do(objects.at(size).set(x)).goto("size"),
      ),
      size: step(
        "pcs->main->objects[pcs->main->size++] = object; /* then the size */",
        { ref: "11.3.B3", note: "the object is free again here" },
        when(size.ge(capacityOf(b))).fails("S22", "a sheaf has more objects than room"),
        otherwise.do(size.set(size.plus(1))).goto("unlock"),
      ),
      unlock: call(
        "local_unlock(&s->cpu_sheaves->lock); .. return true;",
        localUnlock,
        { which: sheavesLock(c, b) },
        { done: "freed" },
        { ref: "11.3.B4" },
      ),
    };
  },
);
