/**
 * memcg_reparent_objcgs(): a cgroup goes away, and its objcg moves to its parent's list under objcg_lock. Of this only the
 * lock is modelled: it is what a frame above may find taken.
 *
 * Context: A worker; waits for objcg_lock.
 *
 * @kernel v6.18 mm/memcontrol.c memcg_reparent_objcgs()
 */

import { bool, call, otherwise, program, step } from "../../checker/language/index.ts";
import { spinLockIrqsave, spinUnlockIrqrestore } from "../locks/spinlock.ts";
import { objcgLock } from "../mm/locks.ts";

export const memcgReparentObjcgs = program(
  "memcg_reparent_objcgs",
  {
    exits: ["done"],
    locals: { flags: bool },
    kernel: "v6.18 mm/memcontrol.c memcg_reparent_objcgs()",
    inlines: "mm/memcontrol.c reparent_locks(), __memcg_reparent_objcgs(), reparent_unlocks()",
    tag: "M",
    abstracts: ["of memcg_reparent_objcgs() only its lock section"],
  },
  (_, __, { flags }) => ({
    lock: call(
      "spin_lock_irq(&objcg_lock);",
      spinLockIrqsave,
      { which: objcgLock, flags },
      { held: "list" },
      { ref: "3.13.17" },
    ),
    list: step("list_splice(&..->objcg_list, &..->objcg_list);", { ref: "3.13.17" }, otherwise.goto("unlock")),
    unlock: call(
      "spin_unlock_irq(&objcg_lock);",
      spinUnlockIrqrestore,
      { which: objcgLock, flags },
      { done: "done" },
      { ref: "3.13.17" },
    ),
  }),
);
