/**
 * What an ordinary allocation or free calls and a nolock one must not: kmemleak, fault injection, KFENCE, debug objects,
 * the quarantine of KASAN. Of each only that it takes a raw spinlock of its own, where the configuration has it.
 *
 * Context: A task, a softirq or a hardirq; none of them may be above a holder of the same lock.
 * Abstracts: what they do inside; the quarantine keeps nothing; fault injection never makes a call fail. What fault
 * injection takes to report is a lock by assumption.
 *
 * @kernel v6.18 mm/slub.c slab_pre_alloc_hook(), slab_post_alloc_hook(), slab_free_hook(); mm/kmemleak.c,
 *   mm/kfence/core.c, lib/debugobjects.c, mm/kasan/quarantine.c, lib/fault-inject.c
 */

import {
  bool,
  call,
  element,
  id,
  optional,
  otherwise,
  program,
  select,
  step,
  value,
  when,
} from "../../checker/language/index.ts";
import { rawSpinLockIrqsave, rawSpinUnlockIrqrestore } from "../locks/raw-spinlock.ts";
import { l } from "../locks/state.ts";
import { rawLock } from "../machine/sets.ts";
import { mm } from "../mm/config.ts";
import { RAW_LOCKS, type RawLockName } from "../mm/locks.ts";
import { object } from "../mm/sets.ts";

const lockOf = (name: RawLockName) => element(rawLock, RAW_LOCKS.indexOf(name));

/** Whether the configuration has what takes this lock. */
const has = (name: RawLockName) => mm.takes.at(lockOf(name));

/** The lines that take a lock and give it back, as the C has them. */
const linesOf = (C: string): readonly [string, string] => [
  `raw_spin_lock_irqsave(&${C}, flags);`,
  `raw_spin_unlock_irqrestore(&${C}, flags);`,
];

/** The same where the C has no line of its own for it. */
const noLines = (taken: RawLockName): readonly [string, string] => [
  `(model) takes ${taken}`,
  `(model) gives ${taken} back`,
];

/** A function of which only its lock section is told. */
const section = (
  name: string,
  kernel: string,
  taken: RawLockName,
  [takes, givesBack]: readonly [string, string],
  tag: "M" | "D" = "M",
) =>
  program(
    name,
    {
      exits: ["done"],
      locals: { flags: bool },
      kernel: `v6.18 ${kernel}`,
      tag,
      abstracts: ["of debugging hooks only that each takes a raw spinlock"],
    },
    (_, __, { flags }) => ({
      lock: call(
        takes,
        rawSpinLockIrqsave,
        { lock: l.rawLock.at(lockOf(taken)), flags },
        { held: "inside" },
        { ref: "3.15.1" },
      ),
      inside: step(`(model) inside ${name}()`, { ref: "3.15.1" }, otherwise.goto("unlock")),
      unlock: call(
        givesBack,
        rawSpinUnlockIrqrestore,
        { lock: l.rawLock.at(lockOf(taken)), flags },
        { done: "done" },
        { ref: "3.15.1" },
      ),
    }),
  );

const KFENCE = "mm/kfence/core.c";
const shouldFailslab = section(
  "should_failslab",
  "lib/fault-inject.c should_fail_ex()",
  "failslab_lock",
  noLines("failslab_lock"),
  "D",
);
const kfenceAlloc = section(
  "kfence_alloc",
  `${KFENCE} kfence_guarded_alloc()`,
  "kfence_lock",
  linesOf("kfence_freelist_lock"),
);
const kfenceFree = section("kfence_free", `${KFENCE} kfence_guarded_free()`, "kfence_lock", linesOf("meta->lock"));
const createObject = section(
  "create_object",
  "mm/kmemleak.c __create_object()",
  "kmemleak_lock",
  linesOf("kmemleak_lock"),
);
const deleteObject = section(
  "delete_object_full",
  "mm/kmemleak.c find_and_remove_object()",
  "kmemleak_lock",
  linesOf("kmemleak_lock"),
);
const checkNoObjFreed = section(
  "debug_check_no_obj_freed",
  "lib/debugobjects.c __debug_check_no_obj_freed()",
  "debug_objects_lock",
  linesOf("db->lock"),
);

/** KASAN's: a freed object waits here before it is free again. */
export const quarantinePut = section(
  "kasan_quarantine_put",
  "mm/kasan/quarantine.c kasan_quarantine_put()",
  "quarantine_lock",
  noLines("quarantine_lock"),
);

export const kmemleakAlloc = program(
  "kmemleak_alloc_recursive",
  {
    exits: ["done"],
    params: { object: value(optional(id(object))) },
    kernel: "v6.18 include/linux/kmemleak.h kmemleak_alloc_recursive()",
    inlines: "mm/kmemleak.c kmemleak_alloc()",
    tag: "M",
  },
  (_, { object: allocated }) => ({
    entry: select("(model) CONFIG_DEBUG_KMEMLEAK?", [[has("kmemleak_lock"), "test"]], "done"),
    test: step(
      "if (kmemleak_enabled && ptr && !IS_ERR(ptr))",
      { ref: "3.15.3" },
      when(allocated.isNull()).goto("done"),
      otherwise.goto("create"),
    ),
    create: call(
      "create_object((unsigned long)ptr, size, min_count, gfp);",
      createObject,
      {},
      { done: "done" },
      { ref: "3.15.3" },
    ),
  }),
);

/** Before an allocation: fault injection, then whether KFENCE takes it. */
export const slabPreAllocHook = program(
  "slab_pre_alloc_hook",
  { exits: ["done"], kernel: "v6.18 mm/slub.c slab_pre_alloc_hook(), slab_alloc_node()", tag: "M" },
  () => ({
    failslab: select("(model) CONFIG_FAILSLAB?", [[has("failslab_lock"), "shouldFail"]], "kfence"),
    shouldFail: call("should_failslab(s, flags)", shouldFailslab, {}, { done: "kfence" }, { ref: "3.15.2" }),
    kfence: select("(model) CONFIG_KFENCE?", [[has("kfence_lock"), "alloc"]], "done"),
    alloc: call("kfence_alloc(s, ..orig_size, gfpflags)", kfenceAlloc, {}, { done: "done" }, { ref: "3.15.2" }),
  }),
);

/** Before a free. */
export const slabFreeHook = program(
  "slab_free_hook",
  { exits: ["done"], kernel: "v6.18 mm/slub.c slab_free_hook()", tag: "M" },
  () => ({
    kmemleak: select("(model) CONFIG_DEBUG_KMEMLEAK?", [[has("kmemleak_lock"), "kmemleakFree"]], "objects"),
    kmemleakFree: call(
      "kmemleak_free_recursive(x, s->flags);",
      deleteObject,
      {},
      { done: "objects" },
      { ref: "3.15.4" },
    ),
    objects: select("(model) CONFIG_DEBUG_OBJECTS_FREE?", [[has("debug_objects_lock"), "checkObjects"]], "kfence"),
    checkObjects: call(
      "debug_check_no_obj_freed(x, s->object_size);",
      checkNoObjFreed,
      {},
      { done: "kfence" },
      { ref: "3.15.4" },
    ),
    kfence: select("(model) CONFIG_KFENCE?", [[has("kfence_lock"), "kfenceFree"]], "kasan"),
    kfenceFree: call("kfence_free(x)", kfenceFree, {}, { done: "kasan" }, { ref: "3.15.4" }),
    kasan: select("(model) CONFIG_KASAN_GENERIC?", [[has("quarantine_lock"), "quarantine"]], "done"),
    quarantine: call(
      "kasan_slab_free(s, x, init, still_accessible, false)",
      quarantinePut,
      {},
      { done: "done" },
      { ref: "3.15.4" },
    ),
  }),
);
