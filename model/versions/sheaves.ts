/** Sheaves and the barn since 7.0, with a safeguard taken away or a proposal put in. */
import {
  and,
  call,
  exists,
  lit,
  or,
  otherwise,
  patch,
  select,
  setEach,
  step,
  type Variant,
  variant,
  when,
} from "../../checker/language/index.ts";
import { localLock, localUnlock } from "../locks/local-lock.ts";
import { localTrylock } from "../locks/local-trylock.ts";
import { EMPTY_TRYLOCK } from "../machine/config.ts";
import { inNmi, onCpu } from "../machine/state.ts";
import { object } from "../mm/sets.ts";
import { allocFromPcs } from "../sheaves/alloc-from-pcs.ts";
import { barnGetEmptySheaf } from "../sheaves/barn-get-empty-sheaf.ts";
import { barnReplaceEmptySheaf } from "../sheaves/barn-replace-empty-sheaf.ts";
import { barnReplaceFullSheaf } from "../sheaves/barn-replace-full-sheaf.ts";
import { kfreeNolock } from "../sheaves/kfree-nolock.ts";
import { kmallocNolock } from "../sheaves/kmalloc-nolock.ts";
import { pcsFlushAll } from "../sheaves/pcs-flush-all.ts";
import { pcsInstallEmptySheaf } from "../sheaves/pcs-install-empty-sheaf.ts";
import { pcsReplaceEmptyMain } from "../sheaves/pcs-replace-empty-main.ts";
import { pcsReplaceFullMain } from "../sheaves/pcs-replace-full-main.ts";
import { sheafFlushMainBatch } from "../sheaves/sheaf-flush-main-batch.ts";
import { h, pcsOf, places, sheafOf, sheavesLock, thisSheavesLock } from "../sheaves/state.ts";

/** A nolock caller waits for the lock, as others do. */
const SPINS = select("(variant) whoever asks waits", [], "spin");

export const SHEAF_VARIANTS: Readonly<Record<string, Variant>> = {
  "busy-barn-gives-nil": variant(
    "busy-barn-gives-nil",
    "barn_replace_full_sheaf() returns NULL, which is no error, where its trylock fails (RFC of Oct 2025)",
    patch(barnReplaceFullSheaf, ({ got }) => ({
      refused: step(
        "return NULL;",
        { ref: "11.3.C5c" },
        // The error is never given.
        when(lit(false)).goto("busy"),
        otherwise.do(got.set(lit(null))).goto("replaced"),
      ),
    })),
  ),
  "locks-sheaves": variant(
    "locks-sheaves",
    "alloc_from_pcs() takes the lock of its CPU's sheaves by local_lock(), whoever asks",
    patch(allocFromPcs, ({ b, c }) => ({
      trylock: call(
        "local_lock(&s->cpu_sheaves->lock);",
        localLock,
        { which: thisSheavesLock(b), c },
        { done: "size" },
        { ref: "11.2.B2" },
      ),
    })),
  ),
  "barn-spins-on-alloc": variant(
    "barn-spins-on-alloc",
    "barn_replace_empty_sheaf() waits for barn->lock, whoever asks",
    patch(barnReplaceEmptySheaf, () => ({ lock: SPINS }), { removed: ["try", "busy"] }),
  ),
  "barn-spins-on-free": variant(
    "barn-spins-on-free",
    "barn_get_empty_sheaf() waits for barn->lock, whoever asks",
    patch(barnGetEmptySheaf, () => ({ lock: SPINS }), { removed: ["try", "busy"] }),
  ),
  "nolock-flushes-spare": variant(
    "nolock-flushes-spare",
    "__pcs_replace_full_main() flushes the spare sheaf where the barn has full ones enough, whoever asks",
    patch(pcsReplaceFullMain, () => ({
      tooBig: select("if (PTR_ERR(empty) == -E2BIG) {", [], "flushSpare"),
    })),
  ),
  "main-not-looked-at-again": variant(
    "main-not-looked-at-again",
    "__pcs_replace_empty_main() takes it that main is still empty when it comes back with the lock",
    patch(
      pcsReplaceEmptyMain,
      ({ b, c, mine, put }) => {
        const { main, spare } = pcsOf(c, b);
        return {
          again: step(
            "if (!pcs->spare) pcs->spare = pcs->main; .. pcs->main = full;",
            { ref: "11.5.Af" },
            when(spare.isNull()).do(spare.set(main), main.set(mine)).goto("locked"),
            otherwise.do(put.set(main.known())).goto("putMain"),
          ),
        };
      },
      { removed: ["hasObjects", "putSpare", "newSpare", "putFull"] },
    ),
  ),
  "spare-not-looked-at-again": variant(
    "spare-not-looked-at-again",
    "__pcs_install_empty_sheaf() takes it that there is still no spare sheaf",
    patch(
      pcsInstallEmptySheaf,
      ({ b, c, empty }) => {
        const { main, spare } = pcsOf(c, b);
        return {
          assert: step(
            "pcs->spare = pcs->main; pcs->main = empty;",
            { ref: "11.5.Bd" },
            otherwise.do(spare.set(main), main.set(empty)).goto("done"),
          ),
        };
      },
      { removed: ["putEmpty", "putFull", "newMain"] },
    ),
  ),
  "unlocks-before-new-main": variant(
    "unlocks-before-new-main",
    "__pcs_replace_empty_main() unlocks before it writes the full sheaf that it got, and locks again",
    patch(
      pcsReplaceEmptyMain,
      ({ b, c, full }) => ({
        gotFull: step(
          "if (full) {",
          { ref: "11.2.C5" },
          when(full.notNull()).goto("unlockEarly"),
          otherwise.goto("spin"),
        ),
        unlockEarly: call(
          "local_unlock(&s->cpu_sheaves->lock);",
          localUnlock,
          { which: sheavesLock(c, b) },
          { done: "late" },
        ),
        late: step("pcs->main = full;", otherwise.do(pcsOf(c, b).main.set(full)).goto("relock")),
        relock: call(
          "if (!local_trylock(&s->cpu_sheaves->lock)) return NULL;",
          localTrylock,
          { which: thisSheavesLock(b), c },
          { held: "locked", busy: "unlocked" },
        ),
      }),
      { added: ["unlockEarly", "late", "relock"] },
    ),
  ),
  "replaces-any-main": variant(
    "replaces-any-main",
    "alloc_from_pcs() does not look whether the main sheaf is empty before it replaces it",
    patch(allocFromPcs, () => ({
      size: step("pcs = __pcs_replace_empty_main(s, pcs, gfp, alloc_flags);", otherwise.goto("replace")),
    })),
  ),
  "flush-copies-unlocked": variant(
    "flush-copies-unlocked",
    "__sheaf_flush_main_batch() copies the objects of the main sheaf only when it has unlocked",
    patch(sheafFlushMainBatch, ({ self, b, c, batch }) => {
      const { size, objects } = sheafOf(pcsOf(c, b).main);
      const mine = h.batch.at(self);
      return {
        assert: step(
          "slab_lockdep_assert_held(..); batch = min(PCS_BATCH_MAX, sheaf->size); sheaf->size -= batch;",
          { ref: "11.5.E", marks: ["asserts"] },
          otherwise.do(batch.set(size), size.set(0)).goto("unlock"),
        ),
        unlock: call(
          "local_unlock(&s->cpu_sheaves->lock);",
          localUnlock,
          { which: sheavesLock(c, b) },
          { done: "copy" },
          { ref: "11.5.E" },
        ),
        copy: step(
          "memcpy(objects, sheaf->objects + sheaf->size, batch * sizeof(void *));",
          { ref: "11.5.E" },
          otherwise
            .do(
              setEach(object, (x) =>
                mine.at(x).set(
                  or(
                    mine.at(x),
                    exists(places, (i) => and(i.lt(batch), objects.at(i).eq(x))),
                  ),
                ),
              ),
            )
            .goto("free"),
        ),
      };
    }),
  ),
  "flush-leaves-spare": variant(
    "flush-leaves-spare",
    "pcs_flush_all() flushes and frees the spare sheaf, and leaves the CPU's pointer to it",
    patch(pcsFlushAll, ({ b, c, spare: taken }) => ({
      spare: step("spare = pcs->spare;", { ref: "11.5.E" }, otherwise.do(taken.set(pcsOf(c, b).spare)).goto("unlock")),
    })),
  ),
  "up-free-asks": variant(
    "up-free-asks",
    "kfree_nolock() asks can_spin_trylock() before it touches a sheaf, and puts the object off where that says no",
    patch(
      kfreeNolock,
      ({ self }) => ({
        nodes: select("if (can_spin_trylock()", [[EMPTY_TRYLOCK, "asks"]], "pcs"),
        asks: step(
          "(variant) if (can_spin_trylock() && ..",
          { tag: "D" },
          when(inNmi(self)).goto("defer"),
          otherwise.goto("pcs"),
        ),
      }),
      { added: ["asks"], removed: ["node"] },
    ),
  ),
  "up-asks-irqs-disabled": variant(
    "up-asks-irqs-disabled",
    "without SMP kmalloc_nolock() gives NULL wherever interrupts are off: no spinlock of the allocator is held with them on",
    patch(kmallocNolock, ({ self, got }) => ({
      up: step(
        "(variant) if (!IS_ENABLED(CONFIG_SMP) && irqs_disabled()) return NULL;",
        { ref: "11.2.A3", tag: "D" },
        when(onCpu(self).irqsOff)
          .do(got.set(lit(null)))
          .goto("done"),
        otherwise.goto("bucket"),
      ),
    })),
  ),
};
