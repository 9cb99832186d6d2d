/**
 * barn_get_empty_sheaf(): an empty sheaf of the barn, or none.
 *
 * Context: Spin callers wait for barn->lock, nolock callers only try it.
 * Return: `got`, null where the C returns NULL.
 *
 * @kernel v7.3.4 mm/slub.c barn_get_empty_sheaf()
 */

import {
  bool,
  call,
  id,
  lit,
  optional,
  otherwise,
  program,
  racy,
  result,
  select,
  step,
  value,
  when,
} from "../../checker/language/index.ts";
import { spinLockIrqsave, spinTrylockIrqsave, spinUnlockIrqrestore } from "../locks/spinlock.ts";
import { bucket } from "../mm/sets.ts";
import { takeFirstSheaf } from "./barn-list.ts";
import { barnLock, h, sheaf } from "./state.ts";

export const barnGetEmptySheaf = program(
  "barn_get_empty_sheaf",
  {
    exits: ["done"],
    params: { b: value(id(bucket)), allowSpin: value(bool), got: result(optional(id(sheaf))) },
    locals: { empty: id(sheaf), flags: bool },
    kernel: "v7.3.4 mm/slub.c barn_get_empty_sheaf()",
    tag: "S",
  },
  (_, { b, allowSpin, got }, { empty, flags }) => {
    const barn = h.barn.at(b);
    const which = barnLock(b);
    return {
      look: step(
        "if (!data_race(barn->nr_empty)) return NULL;",
        { ref: "11.3.C3a" },
        when(racy(barn.nrEmpty.eq(0)))
          .do(got.set(lit(null)))
          .goto("done"),
        otherwise.goto("lock"),
      ),
      lock: select("if (likely(allow_spin))", [[allowSpin, "spin"]], "try"),
      spin: call(
        "spin_lock_irqsave(&barn->lock, flags);",
        spinLockIrqsave,
        { which, flags },
        { held: "test" },
        { ref: "11.3.C3b" },
      ),
      try: call(
        "else if (!spin_trylock_irqsave(&barn->lock, flags)) return NULL;",
        spinTrylockIrqsave,
        { which, flags },
        { held: "test", busy: "busy" },
        { ref: "11.3.C3b" },
      ),
      busy: step("return NULL;", { ref: "11.3.C3b" }, otherwise.do(got.set(lit(null))).goto("done")),
      test: step(
        "if (likely(barn->nr_empty)) {",
        { ref: "11.3.C3c" },
        when(barn.nrEmpty.eq(0))
          .do(got.set(lit(null)))
          .goto("unlock"),
        otherwise.goto("del"),
      ),
      del: call(
        "empty = list_first_entry(..); list_del(&empty->barn_list);",
        takeFirstSheaf,
        { head: barn.empty, got: empty },
        { done: "count" },
      ),
      count: step(
        "barn->nr_empty--;",
        { ref: "11.3.C3c" },
        otherwise.do(barn.nrEmpty.set(barn.nrEmpty.minus(1)), got.set(empty)).goto("unlock"),
      ),
      unlock: call(
        "spin_unlock_irqrestore(&barn->lock, flags);",
        spinUnlockIrqrestore,
        { which, flags },
        { done: "done" },
        { ref: "11.3.C3d" },
      ),
    };
  },
);
