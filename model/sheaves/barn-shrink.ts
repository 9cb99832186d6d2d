/**
 * barn_shrink(): all sheaves of a barn are taken out under its lock, without that of any CPU's sheaves; then they are
 * flushed and given back.
 *
 * Context: A task; waits for barn->lock.
 *
 * @kernel v7.3.4 mm/slub.c barn_shrink(); include/linux/list.h list_splice_init()
 */

import { bool, call, id, lit, optional, otherwise, program, step, value, when } from "../../checker/language/index.ts";
import { spinLockIrqsave, spinUnlockIrqrestore } from "../locks/spinlock.ts";
import { bucket } from "../mm/sets.ts";
import { freeEmptySheaf } from "./free-empty-sheaf.ts";
import { sheafFlushUnused } from "./sheaf-flush-unused.ts";
import { barnLock, h, sheaf, sheafOf } from "./state.ts";

export const barnShrink = program(
  "barn_shrink",
  {
    exits: ["done"],
    params: { b: value(id(bucket)) },
    locals: { full: optional(id(sheaf)), empty: optional(id(sheaf)), mine: id(sheaf), flags: bool },
    kernel: "v7.3.4 mm/slub.c barn_shrink()",
    inlines: "include/linux/list.h list_splice_init()",
    tag: "S",
  },
  (_, { b }, { full, empty, mine, flags }) => {
    const barn = h.barn.at(b);
    const which = barnLock(b);
    return {
      lock: call(
        "spin_lock_irqsave(&barn->lock, flags);",
        spinLockIrqsave,
        { which, flags },
        { held: "spliceFull" },
        { ref: "11.5.E" },
      ),
      spliceFull: step(
        "list_splice_init(&barn->sheaves_full, &full_list); /* first = list->next */",
        { ref: "11.5.E" },
        otherwise.do(full.set(barn.full)).goto("initFull"),
      ),
      initFull: step(
        "INIT_LIST_HEAD(list);",
        { ref: "11.5.E" },
        otherwise.do(barn.full.set(lit(null))).goto("countFull"),
      ),
      countFull: step("barn->nr_full = 0;", { ref: "11.5.E" }, otherwise.do(barn.nrFull.set(0)).goto("spliceEmpty")),
      spliceEmpty: step(
        "list_splice_init(&barn->sheaves_empty, &empty_list); /* first = list->next */",
        { ref: "11.5.E" },
        otherwise.do(empty.set(barn.empty)).goto("initEmpty"),
      ),
      initEmpty: step(
        "INIT_LIST_HEAD(list);",
        { ref: "11.5.E" },
        otherwise.do(barn.empty.set(lit(null))).goto("countEmpty"),
      ),
      countEmpty: step("barn->nr_empty = 0;", { ref: "11.5.E" }, otherwise.do(barn.nrEmpty.set(0)).goto("unlock")),
      unlock: call(
        "spin_unlock_irqrestore(&barn->lock, flags);",
        spinUnlockIrqrestore,
        { which, flags },
        { done: "nextFull" },
        { ref: "11.5.E" },
      ),
      nextFull: step(
        "list_for_each_entry_safe(sheaf, sheaf2, &full_list, barn_list) {",
        { ref: "11.5.E" },
        when(full.isNull()).goto("nextEmpty"),
        when(sheafOf(full).next.eq("garbage")).fails("S23", "goes on from a sheaf that is on no list"),
        otherwise
          .do(mine.set(full.known()), full.set(sheafOf(full).next.except("garbage")), sheafOf(full).next.set("garbage"))
          .goto("flush"),
      ),
      flush: call(
        "sheaf_flush_unused(s, sheaf);",
        sheafFlushUnused,
        { b, one: mine },
        { done: "freeFull" },
        { ref: "11.5.E" },
      ),
      freeFull: call(
        "free_empty_sheaf(s, sheaf);",
        freeEmptySheaf,
        { one: mine },
        { done: "nextFull" },
        { ref: "11.5.E" },
      ),
      nextEmpty: step(
        "list_for_each_entry_safe(sheaf, sheaf2, &empty_list, barn_list)",
        { ref: "11.5.E" },
        when(empty.isNull()).goto("done"),
        when(sheafOf(empty).next.eq("garbage")).fails("S23", "goes on from a sheaf that is on no list"),
        otherwise
          .do(
            mine.set(empty.known()),
            empty.set(sheafOf(empty).next.except("garbage")),
            sheafOf(empty).next.set("garbage"),
          )
          .goto("freeEmpty"),
      ),
      freeEmpty: call(
        "free_empty_sheaf(s, sheaf);",
        freeEmptySheaf,
        { one: mine },
        { done: "nextEmpty" },
        { ref: "11.5.E" },
      ),
    };
  },
);
