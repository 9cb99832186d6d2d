/** Where a hook may fire in the allocator. */
import { allOf, anyOf, except, inlined, type Region, rowsOf, within } from "../../checker/language/index.ts";
import type { Question } from "../../checker/spec/model.ts";
import type { HookPlace } from "../kernel/hooks.ts";
import { LOCK_HOOKS } from "../kernel/model.ts";
import { localLockIrqsave, localUnlockIrqrestore } from "../locks/local-lock.ts";
import { rtSpinUnlock } from "../locks/rt-mutex.ts";
import { freezeSlab } from "../slub/freeze-slab.ts";
import { getFreelist } from "../slub/get-freelist.ts";
import { KERNEL_ROWS } from "../slub/rows.ts";
import { slabAlloc } from "../slub/slab-alloc.ts";
import { VERSIONS } from "../versions/versions.ts";

/** Functions that the source asks to inline into ___slab_alloc(), which a compiler may keep out of line all the same. */
const INLINE_HELPERS = { get_freelist: getFreelist, freeze_slab: freezeSlab };
export const HELPERS = Object.keys(INLINE_HELPERS);

/**
 * ___slab_alloc() with what is inlined there: all that NOKPROBE_SYMBOL(___slab_alloc) takes away. Of `local_lock_*` there
 * are only macros.
 */
const slabAllocInlined = (outOfLine: readonly string[]): Region =>
  anyOf(
    rowsOf(slabAlloc),
    inlined(
      slabAlloc,
      ...Object.entries(INLINE_HELPERS).flatMap(([name, helper]) => (outOfLine.includes(name) ? [] : [helper])),
      localLockIrqsave,
      localUnlockIrqrestore,
    ),
  );

/** Where a hook may fire, by the spec's `at`. */
export const HOOK_PLACES = {
  kprobe: {
    about: "a kprobe at any instruction that the version does not forbid (6.18: not in ___slab_alloc())",
    runs: "kprobe",
    region: ({ version, configuration }: Question) =>
      VERSIONS[version as string]?.nokprobe === false
        ? KERNEL_ROWS
        : except(KERNEL_ROWS, slabAllocInlined(configuration.outOfLine as readonly string[])),
  },
  anywhere: {
    about: "any instruction of the allocator, whatever NOKPROBE_SYMBOL() says",
    runs: "kprobe",
    region: () => KERNEL_ROWS,
  },
  unlock: {
    about: "just before each local_unlock_irqrestore(), as the fuzz test of the series does",
    runs: "function",
    region: () =>
      anyOf(
        rowsOf(localUnlockIrqrestore, "release"),
        allOf(within(localUnlockIrqrestore), rowsOf(rtSpinUnlock, "fast")),
      ),
  },
  ...LOCK_HOOKS,
} satisfies Readonly<Record<string, HookPlace>>;
