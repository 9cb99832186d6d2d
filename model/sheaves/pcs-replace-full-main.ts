/**
 * __pcs_replace_full_main(): a main sheaf with room for a full one. From the barn, or the spare; callers that may spin also
 * flush or make one, without the lock, and come back maybe on another CPU.
 *
 * Context: Entered with pcs->lock held on `c`, main full.
 * Return: by `locked`, with the lock of the CPU `c` held and a main sheaf that has room; by `unlocked`, without.
 * Abstracts: every node has a barn.
 *
 * @kernel v7.3.4 mm/slub.c __pcs_replace_full_main()
 */

import {
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
import { barnPutEmptySheaf } from "./barn-put-sheaf.ts";
import { barnReplaceFullSheaf } from "./barn-replace-full-sheaf.ts";
import { pcsInstallEmptySheaf } from "./pcs-install-empty-sheaf.ts";
import { sheafFlushUnused } from "./sheaf-flush-unused.ts";
import { sheafTryFlushMain } from "./sheaf-try-flush-main.ts";
import { capacityOf, pcsOf, sheaf, sheafOf, sheavesLock, thisSheavesLock } from "./state.ts";

export const pcsReplaceFullMain = program(
  "__pcs_replace_full_main",
  {
    exits: ["locked", "unlocked"],
    params: { b: value(id(bucket)), allowSpin: value(bool), c: place(id(cpu)) },
    locals: { empty: optional(id(sheaf)), mine: id(sheaf) },
    kernel: "v7.3.4 mm/slub.c __pcs_replace_full_main()",
    tag: "S",
  },
  (_, { b, allowSpin, c }, { empty, mine }) => {
    const { main, spare } = pcsOf(c, b);
    const which = sheavesLock(c, b);
    return {
      assert: step(
        "restart: slab_lockdep_assert_held(this_cpu_ptr(&s->cpu_sheaves->lock)); .. if (unlikely(!cache_has_sheaves(s)))",
        { ref: "11.3.C1", marks: ["asserts"] },
        when(oneAtATime(b)).goto("unlockNone"),
        otherwise.goto("spare"),
      ),
      unlockNone: call(
        "local_unlock(&s->cpu_sheaves->lock); return NULL;",
        localUnlock,
        { which },
        { done: "unlocked" },
        { ref: "11.3.C1" },
      ),
      spare: step(
        "if (!pcs->spare) .. if (pcs->spare->size < s->sheaf_capacity) { swap(pcs->main, pcs->spare); return pcs; }",
        { ref: "11.3.C2 11.3.C3 11.3.C4" },
        when(spare.isNull()).goto("getEmpty"),
        when(sheafOf(spare).size.lt(capacityOf(b)))
          .do(main.set(spare), spare.set(main))
          .goto("locked"),
        otherwise.do(mine.set(main.known())).goto("replaceFull"),
      ),
      getEmpty: call(
        "empty = barn_get_empty_sheaf(barn, allow_spin);",
        barnGetEmptySheaf,
        { b, allowSpin, got: empty },
        { done: "gotEmpty" },
        { ref: "11.3.C3" },
      ),
      gotEmpty: step(
        "if (empty) { pcs->spare = pcs->main; pcs->main = empty; return pcs; } goto alloc_empty;",
        { ref: "11.3.C3" },
        when(empty.notNull()).do(spare.set(main), main.set(empty)).goto("locked"),
        otherwise.goto("allocEmpty"),
      ),
      replaceFull: call(
        "empty = barn_replace_full_sheaf(barn, pcs->main, allow_spin);",
        barnReplaceFullSheaf,
        { b, full: mine, allowSpin, got: empty },
        { replaced: "replaced", tooBig: "tooBig", noMemory: "allocEmpty", busy: "allocEmpty" },
        { ref: "11.3.C5" },
      ),
      replaced: step(
        "pcs->main = empty; return pcs;",
        { ref: "11.3.C5", note: "until here main is in the barn" },
        otherwise.do(main.set(empty)).goto("locked"),
      ),
      tooBig: select("if (PTR_ERR(empty) == -E2BIG && allow_spin) {", [[allowSpin, "flushSpare"]], "allocEmpty"),
      flushSpare: step(
        "struct slab_sheaf *to_flush = pcs->spare; .. pcs->spare = NULL;",
        { ref: "11.5.Ba" },
        otherwise.do(mine.set(spare.known()), spare.set(lit(null))).goto("unlockFlush"),
      ),
      unlockFlush: call(
        "local_unlock(&s->cpu_sheaves->lock);",
        localUnlock,
        { which },
        { done: "flush" },
        { ref: "11.5.Ba" },
      ),
      flush: call(
        "sheaf_flush_unused(s, to_flush); empty = to_flush; goto got_empty;",
        sheafFlushUnused,
        { b, one: mine },
        { done: "trylock" },
        { ref: "11.5.Ba" },
      ),
      allocEmpty: call(
        "alloc_empty: local_unlock(&s->cpu_sheaves->lock);",
        localUnlock,
        { which },
        { done: "mayAlloc" },
        { ref: "11.3.C6 11.5.Bb" },
      ),
      mayAlloc: select("if (!allow_spin) return NULL;", [[allowSpin, "alloc"]], "unlocked"),
      alloc: call(
        "empty = alloc_empty_sheaf(s, __GFP_NOWARN, SLAB_ALLOC_DEFAULT);",
        allocEmptySheaf,
        { b, got: empty },
        { done: "allocated" },
        { ref: "11.5.Bb" },
      ),
      allocated: step(
        "if (empty) goto got_empty;",
        { ref: "11.5.Bb" },
        when(empty.notNull()).do(mine.set(empty.known())).goto("trylock"),
        otherwise.goto("flushMain"),
      ),
      flushMain: call(
        "if (!sheaf_try_flush_main(s)) return NULL;",
        sheafTryFlushMain,
        { b },
        { flushed: "trylockFlushed", not: "unlocked" },
        { ref: "11.5.Bc" },
      ),
      trylockFlushed: call(
        "if (!local_trylock(&s->cpu_sheaves->lock)) return NULL;",
        localTrylock,
        { which: thisSheavesLock(b), c },
        { held: "recheck", busy: "unlocked" },
        { ref: "11.5.Bc" },
      ),
      recheck: step(
        "pcs = this_cpu_ptr(s->cpu_sheaves); if (pcs->main->size == s->sheaf_capacity) goto restart; return pcs;",
        { ref: "11.5.Bc" },
        when(main.isNull()).fails("S22", "a CPU has no main sheaf, and its lock is free"),
        when(sheafOf(main).size.eq(capacityOf(b))).goto("assert"),
        otherwise.goto("locked"),
      ),
      trylock: call(
        "got_empty: if (!local_trylock(&s->cpu_sheaves->lock)) {",
        localTrylock,
        { which: thisSheavesLock(b), c },
        { held: "install", busy: "putUnlocked" },
        { ref: "11.5.Bd" },
      ),
      putUnlocked: call(
        "barn_put_empty_sheaf(barn, empty); return NULL;",
        barnPutEmptySheaf,
        { b, one: mine },
        { done: "unlocked" },
        { ref: "11.5.Bd" },
      ),
      install: call(
        "__pcs_install_empty_sheaf(s, pcs, empty, barn); return pcs;",
        pcsInstallEmptySheaf,
        { b, c, empty: mine },
        { done: "locked" },
        { ref: "11.5.Bd" },
      ),
    };
  },
);
