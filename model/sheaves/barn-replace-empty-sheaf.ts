/**
 * barn_replace_empty_sheaf(): a full sheaf of the barn for an empty one. Where the barn has none, the caller keeps his.
 *
 * Context: Spin callers wait for barn->lock, nolock callers only try it.
 * Return: `got`, null where the C returns NULL.
 *
 * @kernel v7.3.4 mm/slub.c barn_replace_empty_sheaf()
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
import { addSheaf, takeFirstSheaf } from "./barn-list.ts";
import { barnLock, h, sheaf, sheafOf } from "./state.ts";

export const barnReplaceEmptySheaf = program(
  "barn_replace_empty_sheaf",
  {
    exits: ["done"],
    params: {
      b: value(id(bucket)),
      empty: value(id(sheaf)),
      allowSpin: value(bool),
      got: result(optional(id(sheaf))),
    },
    locals: { full: id(sheaf), flags: bool },
    kernel: "v7.3.4 mm/slub.c barn_replace_empty_sheaf()",
    tag: "S",
  },
  (_, { b, empty, allowSpin, got }, { full, flags }) => {
    const barn = h.barn.at(b);
    const which = barnLock(b);
    return {
      look: step(
        "if (!data_race(barn->nr_full)) return NULL;",
        { ref: "11.2.C4a" },
        when(racy(barn.nrFull.eq(0)))
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
        { ref: "11.5.A" },
      ),
      try: call(
        "else if (!spin_trylock_irqsave(&barn->lock, flags)) return NULL;",
        spinTrylockIrqsave,
        { which, flags },
        { held: "test", busy: "busy" },
        { ref: "11.2.C4b" },
      ),
      busy: step("return NULL;", { ref: "11.2.C4b" }, otherwise.do(got.set(lit(null))).goto("done")),
      test: step(
        "if (likely(barn->nr_full)) {",
        { ref: "11.2.C4c" },
        when(barn.nrFull.eq(0))
          .do(got.set(lit(null)))
          .goto("unlock"),
        when(sheafOf(empty).size.gt(0)).fails("S22", "puts a sheaf with objects on the barn's list of empty ones"),
        otherwise.goto("del"),
      ),
      del: call(
        "full = list_first_entry(..); list_del(&full->barn_list);",
        takeFirstSheaf,
        { head: barn.full, got: full },
        { done: "add" },
      ),
      add: call(
        "list_add(&empty->barn_list, &barn->sheaves_empty);",
        addSheaf,
        { head: barn.empty, one: empty },
        { done: "countFull" },
      ),
      countFull: step(
        "barn->nr_full--;",
        { ref: "11.2.C4c" },
        otherwise.do(barn.nrFull.set(barn.nrFull.minus(1))).goto("countEmpty"),
      ),
      countEmpty: step(
        "barn->nr_empty++;",
        { ref: "11.2.C4c" },
        otherwise.do(barn.nrEmpty.set(barn.nrEmpty.plus(1)), got.set(full)).goto("unlock"),
      ),
      unlock: call(
        "spin_unlock_irqrestore(&barn->lock, flags);",
        spinUnlockIrqrestore,
        { which, flags },
        { done: "done" },
        { ref: "11.2.C4d" },
      ),
    };
  },
);
