/**
 * barn_replace_full_sheaf(): an empty sheaf of the barn for a full one; refused where the barn has full ones enough.
 *
 * Context: Spin callers wait for barn->lock, nolock callers only try it.
 * Return: leaves by `replaced` with `got`, or by the error: `tooBig`, `noMemory`, `busy`.
 *
 * @kernel v7.3.4 mm/slub.c barn_replace_full_sheaf()
 */

import {
  bool,
  call,
  id,
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
import { addSheaf, takeFirstSheaf } from "./barn-list.ts";
import { barnLock, h, sc, sheaf } from "./state.ts";

export const barnReplaceFullSheaf = program(
  "barn_replace_full_sheaf",
  {
    exits: ["replaced", "tooBig", "noMemory", "busy"],
    params: {
      b: value(id(bucket)),
      full: value(id(sheaf)),
      allowSpin: value(bool),
      // Null is what only variants give.
      got: result(optional(id(sheaf))),
    },
    locals: { empty: id(sheaf), flags: bool },
    kernel: "v7.3.4 mm/slub.c barn_replace_full_sheaf()",
    tag: "S",
  },
  (_, { b, full, allowSpin, got }, { empty, flags }) => {
    const barn = h.barn.at(b);
    const which = barnLock(b);
    return {
      limit: step(
        "if (data_race(barn->nr_full) >= MAX_FULL_SHEAVES) return ERR_PTR(-E2BIG);",
        { ref: "11.3.C5a" },
        when(racy(barn.nrFull.ge(sc.barnLimit))).goto("tooBig"),
        otherwise.goto("look"),
      ),
      look: step(
        "if (!data_race(barn->nr_empty)) return ERR_PTR(-ENOMEM);",
        { ref: "11.3.C5b" },
        when(racy(barn.nrEmpty.eq(0))).goto("noMemory"),
        otherwise.goto("lock"),
      ),
      lock: select("if (likely(allow_spin))", [[allowSpin, "spin"]], "try"),
      spin: call(
        "spin_lock_irqsave(&barn->lock, flags);",
        spinLockIrqsave,
        { which, flags },
        { held: "test" },
        { ref: "11.5.B" },
      ),
      try: call(
        "else if (!spin_trylock_irqsave(&barn->lock, flags))",
        spinTrylockIrqsave,
        { which, flags },
        { held: "test", busy: "refused" },
        { ref: "11.3.C5c" },
      ),
      refused: step("return ERR_PTR(-EBUSY);", { ref: "11.3.C5c" }, otherwise.goto("busy")),
      test: step(
        "if (likely(barn->nr_empty)) {",
        { ref: "11.3.C5d" },
        when(barn.nrEmpty.eq(0)).goto("unlockNoMemory"),
        otherwise.goto("del"),
      ),
      del: call(
        "empty = list_first_entry(..); list_del(&empty->barn_list);",
        takeFirstSheaf,
        { head: barn.empty, got: empty },
        { done: "add" },
      ),
      add: call(
        "list_add(&full->barn_list, &barn->sheaves_full);",
        addSheaf,
        { head: barn.full, one: full },
        { done: "countEmpty" },
      ),
      countEmpty: step(
        "barn->nr_empty--;",
        { ref: "11.3.C5d" },
        otherwise.do(barn.nrEmpty.set(barn.nrEmpty.minus(1))).goto("countFull"),
      ),
      countFull: step(
        "barn->nr_full++;",
        { ref: "11.3.C5d" },
        otherwise.do(barn.nrFull.set(barn.nrFull.plus(1)), got.set(empty)).goto("unlock"),
      ),
      unlock: call(
        "spin_unlock_irqrestore(&barn->lock, flags); return empty;",
        spinUnlockIrqrestore,
        { which, flags },
        { done: "replaced" },
        { ref: "11.3.C5e" },
      ),
      unlockNoMemory: call(
        "empty = ERR_PTR(-ENOMEM); .. spin_unlock_irqrestore(&barn->lock, flags);",
        spinUnlockIrqrestore,
        { which, flags },
        { done: "noMemory" },
        { ref: "11.3.C5e" },
      ),
    };
  },
);
