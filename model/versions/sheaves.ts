/** Sheaves and the barn since 7.0, with a safeguard taken away or a proposal put in. */
import {
  and,
  call,
  element,
  exists,
  lit,
  not,
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
import { l } from "../locks/state.ts";
import { EMPTY_TRYLOCK } from "../machine/config.ts";
import { pinCpu, unpinCpu } from "../machine/pin.ts";
import { cpu } from "../machine/sets.ts";
import { inNmi, onCpu, thisCpu } from "../machine/state.ts";
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
import { sheafFlushUnused } from "../sheaves/sheaf-flush-unused.ts";
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
  "any-node": variant(
    "any-node",
    "H39: alloc_from_pcs() does not look which node an object of the main sheaf is of",
    patch(allocFromPcs, () => ({ onNode: select("(variant) no test of page_to_nid()", [], "take") }), {
      removed: ["verify", "unlockMismatch"],
    }),
  ),
  "old-pcs-used-again": variant(
    "old-pcs-used-again",
    "H17: __pcs_replace_empty_main() goes on with the sheaves of the CPU that it was on before it filled one",
    patch(
      pcsReplaceEmptyMain,
      ({ self, b }) => {
        const { holder } = l.lock.at(sheavesLock(thisCpu(self), b));
        return {
          trylock: step(
            "if (!local_trylock(&s->cpu_sheaves->lock)) /* (variant) pcs stays */",
            { ref: "11.5.Ae", tag: "D" },
            otherwise.do(pinCpu(self)).goto("tryHere"),
          ),
          tryHere: step(
            "(variant) the lock of the CPU that the task is on now",
            { tag: "D" },
            when(holder.notNull()).do(unpinCpu(self)).goto("putUnlocked"),
            otherwise.do(holder.set(self)).goto("again"),
          ),
        };
      },
      { added: ["tryHere"] },
    ),
    patch(allocFromPcs, ({ self, b }) => ({
      unlock: step(
        "local_unlock(&s->cpu_sheaves->lock); /* of the CPU that the task is on */",
        { ref: "11.2.B7" },
        otherwise.do(l.lock.at(sheavesLock(thisCpu(self), b)).holder.set(lit(null)), unpinCpu(self)).goto("return"),
      ),
    })),
  ),
  "flushes-another-cpu": variant(
    "flushes-another-cpu",
    "H33: a flush works on another CPU's sheaves without their lock, as __pcs_flush_all_cpu() does for one that is dead",
    patch(
      pcsFlushAll,
      ({ b, c, mine }) => ({
        lock: step(
          "pcs = per_cpu_ptr(s->cpu_sheaves, cpu);",
          { tag: "D" },
          otherwise.do(c.set(element(cpu, 0))).goto("spare"),
        ),
        spare: step(
          "if (pcs->spare) { .. pcs->spare = NULL; }",
          { tag: "D" },
          when(pcsOf(c, b).spare.isNull()).goto("main"),
          otherwise.do(mine.set(pcsOf(c, b).spare.known()), pcsOf(c, b).spare.set(lit(null))).goto("flush"),
        ),
        main: step(
          "(variant) pcs->main",
          { tag: "D" },
          otherwise.do(mine.set(pcsOf(c, b).main.known())).goto("flushMain"),
        ),
        flushMain: call("sheaf_flush_unused(s, pcs->main);", sheafFlushUnused, { b, one: mine }, { done: "unbound" }),
      }),
      { added: ["flushMain"], removed: ["unlock", "hasSpare"] },
    ),
  ),
  "nolock-refills": variant(
    "nolock-refills",
    "H12: __pcs_replace_empty_main() goes on to fill an empty sheaf, whoever asks",
    patch(pcsReplaceEmptyMain, () => ({ spin: select("(variant) whoever asks", [], "takeSpare") }), {
      removed: ["unlock"],
    }),
  ),
  "nolock-allocates-sheaf": variant(
    "nolock-allocates-sheaf",
    "H13b: __pcs_replace_full_main() allocates an empty sheaf, without waiting, where its caller may not spin, and goes on as for others",
    patch(pcsReplaceFullMain, ({ allowSpin, empty, mine }) => ({
      mayAlloc: select("(variant) alloc_flags with SLAB_ALLOC_NOLOCK", [], "alloc"),
      allocated: step(
        "if (empty) goto got_empty; .. (variant) if (!allow_spin) return NULL;",
        { ref: "11.5.Bb", tag: "D" },
        when(empty.notNull()).do(mine.set(empty.known())).goto("trylock"),
        when(not(allowSpin)).goto("unlocked"),
        otherwise.goto("flushMain"),
      ),
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
