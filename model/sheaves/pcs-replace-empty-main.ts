/**
 * __pcs_replace_empty_main(): a main sheaf with objects for an empty one. From the spare, from the barn; callers that may
 * spin also fill an empty one, without the lock, and come back maybe on another CPU.
 *
 * Context: Entered with pcs->lock held on `c`, main empty.
 * Return: by `locked`, with the lock of the CPU `c` held and a main sheaf that has objects; by `unlocked`, without.
 * Abstracts: every node has a barn.
 *
 * @kernel v7.3.4 mm/slub.c __pcs_replace_empty_main()
 */

import {
  and,
  bool,
  call,
  id,
  lit,
  optional,
  otherwise,
  place,
  program,
  select,
  step,
  value,
  when,
} from "../../checker/language/index.ts";
import { localUnlock } from "../locks/local-lock.ts";
import { localTrylock } from "../locks/local-trylock.ts";
import { cpu } from "../machine/sets.ts";
import { bucket } from "../mm/sets.ts";
import { oneAtATime } from "../slub/state.ts";
import { allocEmptySheaf } from "./alloc-empty-sheaf.ts";
import { barnGetEmptySheaf } from "./barn-get-empty-sheaf.ts";
import { barnPutEmptySheaf, barnPutFullSheaf } from "./barn-put-sheaf.ts";
import { barnReplaceEmptySheaf } from "./barn-replace-empty-sheaf.ts";
import { freeEmptySheaf } from "./free-empty-sheaf.ts";
import { refillSheaf } from "./refill-sheaf.ts";
import { sheafFlushUnused } from "./sheaf-flush-unused.ts";
import { pcsOf, sheaf, sheafOf, sheavesLock, thisSheavesLock } from "./state.ts";

export const pcsReplaceEmptyMain = program(
  "__pcs_replace_empty_main",
  {
    exits: ["locked", "unlocked"],
    params: { b: value(id(bucket)), allowSpin: value(bool), c: place(id(cpu)) },
    locals: { empty: optional(id(sheaf)), full: optional(id(sheaf)), mine: id(sheaf), put: id(sheaf) },
    kernel: "v7.3.4 mm/slub.c __pcs_replace_empty_main()",
    tag: "S",
    abstracts: ["every node has a barn"],
  },
  (_, { b, allowSpin, c }, { empty, full, mine, put }) => {
    const { main, spare } = pcsOf(c, b);
    const which = sheavesLock(c, b);
    return {
      assert: step(
        "slab_lockdep_assert_held(this_cpu_ptr(&s->cpu_sheaves->lock)); .. if (unlikely(!cache_has_sheaves(s)))",
        { ref: "11.2.C1", marks: ["asserts"] },
        when(oneAtATime(b)).goto("unlockNone"),
        otherwise.goto("spare"),
      ),
      unlockNone: call(
        "local_unlock(&s->cpu_sheaves->lock); return NULL;",
        localUnlock,
        { which },
        { done: "unlocked" },
        { ref: "11.2.C1" },
      ),
      spare: step(
        "if (pcs->spare && pcs->spare->size > 0) { swap(pcs->main, pcs->spare); return pcs; }",
        { ref: "11.2.C2 11.2.C3" },
        when(and(spare.notNull(), sheafOf(spare).size.gt(0)))
          .do(main.set(spare), spare.set(main))
          .goto("locked"),
        otherwise.do(mine.set(main.known())).goto("barn"),
      ),
      barn: call(
        "full = barn_replace_empty_sheaf(barn, pcs->main, allow_spin);",
        barnReplaceEmptySheaf,
        { b, empty: mine, allowSpin, got: full },
        { done: "gotFull" },
        { ref: "11.2.C4" },
      ),
      gotFull: step(
        "if (full) { .. pcs->main = full; return pcs; }",
        { ref: "11.2.C5", note: "until here main is in the barn" },
        when(full.notNull()).do(main.set(full)).goto("locked"),
        otherwise.goto("spin"),
      ),
      spin: select("if (allow_spin)", [[allowSpin, "takeSpare"]], "unlock"),
      unlock: call(
        "local_unlock(&s->cpu_sheaves->lock); .. return NULL;",
        localUnlock,
        { which },
        { done: "unlocked" },
        { ref: "11.2.C6" },
      ),
      takeSpare: step(
        "if (pcs->spare) { empty = pcs->spare; pcs->spare = NULL; }",
        { ref: "11.5.Aa" },
        when(spare.notNull())
          .do(empty.set(spare), spare.set(lit(null)))
          .goto("unlockRefill"),
        otherwise.goto("getEmpty"),
      ),
      getEmpty: call(
        "else empty = barn_get_empty_sheaf(barn, true);",
        barnGetEmptySheaf,
        { b, allowSpin: true, got: empty },
        { done: "unlockRefill" },
        { ref: "11.5.Aa" },
      ),
      unlockRefill: call(
        "local_unlock(&s->cpu_sheaves->lock); pcs = NULL;",
        localUnlock,
        { which },
        { done: "haveEmpty" },
        { ref: "11.5.Ab" },
      ),
      haveEmpty: step(
        "if (!empty)",
        { ref: "11.5.Ac" },
        when(empty.isNull()).goto("alloc"),
        otherwise.do(mine.set(empty.known())).goto("refill"),
      ),
      alloc: call(
        "empty = alloc_empty_sheaf(s, gfp, alloc_flags);",
        allocEmptySheaf,
        { b, got: empty },
        { done: "allocated" },
        { ref: "11.5.Ac" },
      ),
      allocated: step(
        "if (!empty) return NULL;",
        { ref: "11.5.Ac" },
        when(empty.isNull()).goto("unlocked"),
        otherwise.do(mine.set(empty.known())).goto("refill"),
      ),
      refill: call(
        "if (refill_sheaf(s, empty, gfp | __GFP_NOMEMALLOC | __GFP_NOWARN))",
        refillSheaf,
        { b, one: mine },
        { filled: "trylock", short: "flush" },
        { ref: "11.5.Ad" },
      ),
      flush: call(
        "sheaf_flush_unused(s, empty);",
        sheafFlushUnused,
        { b, one: mine },
        { done: "free" },
        { ref: "11.5.Ad" },
      ),
      free: call(
        "free_empty_sheaf(s, empty); return NULL;",
        freeEmptySheaf,
        { one: mine },
        { done: "unlocked" },
        { ref: "11.5.Ad" },
      ),
      trylock: call(
        "if (!local_trylock(&s->cpu_sheaves->lock)) goto barn_put;",
        localTrylock,
        { which: thisSheavesLock(b), c },
        { held: "again", busy: "putUnlocked" },
        { ref: "11.5.Ae" },
      ),
      putUnlocked: call(
        "barn_put_full_sheaf(barn, full); .. return pcs; /* NULL */",
        barnPutFullSheaf,
        { b, one: mine },
        { done: "unlocked" },
        { ref: "11.5.Ae" },
      ),
      again: step(
        "pcs = this_cpu_ptr(s->cpu_sheaves); if (pcs->main->size == 0) { if (!pcs->spare) pcs->spare = pcs->main; .. pcs->main = full; return pcs; }",
        { ref: "11.5.Af" },
        when(main.isNull()).fails("S22", "a CPU has no main sheaf, and its lock is free"),
        when(and(sheafOf(main).size.eq(0), spare.isNull()))
          .do(spare.set(main), main.set(mine))
          .goto("locked"),
        when(sheafOf(main).size.eq(0)).do(put.set(main.known())).goto("putMain"),
        otherwise.goto("hasObjects"),
      ),
      putMain: call(
        "else barn_put_empty_sheaf(barn, pcs->main);",
        barnPutEmptySheaf,
        { b, one: put },
        { done: "newMain" },
        { ref: "11.5.Af" },
      ),
      newMain: step("pcs->main = full;", { ref: "11.5.Af" }, otherwise.do(main.set(mine)).goto("locked")),
      hasObjects: step(
        "if (!pcs->spare) { pcs->spare = full; return pcs; } if (pcs->spare->size == 0)",
        { ref: "11.5.Af" },
        when(spare.isNull()).do(spare.set(mine)).goto("locked"),
        when(sheafOf(spare).size.eq(0)).do(put.set(spare.known())).goto("putSpare"),
        otherwise.goto("putFull"),
      ),
      putSpare: call(
        "barn_put_empty_sheaf(barn, pcs->spare);",
        barnPutEmptySheaf,
        { b, one: put },
        { done: "newSpare" },
        { ref: "11.5.Af" },
      ),
      newSpare: step(
        "pcs->spare = full; return pcs;",
        { ref: "11.5.Af" },
        otherwise.do(spare.set(mine)).goto("locked"),
      ),
      putFull: call(
        "barn_put_full_sheaf(barn, full); .. return pcs;",
        barnPutFullSheaf,
        { b, one: mine },
        { done: "locked" },
        { ref: "11.5.Af" },
      ),
    };
  },
);
