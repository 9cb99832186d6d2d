/**
 * get_random_u32() as the shuffle of a new slab's objects asks it: which locks it takes, and what may stand below them.
 *
 * The two local locks are `local_lock_t`: without PREEMPT_RT interrupts off and no mark, so that an NMI walks into the
 * section that it has cut; with PREEMPT_RT rt_mutexes. `base_crng.lock` is a spinlock.
 *
 * Context: Any that may spin. A caller that may not must not come here: it may stand on top of a holder.
 * Abstracts: the generator is ready, as it is soon after boot; whether the batch is used up and whether the CPU's key is
 * older than the base's are free choices; numbers are left out.
 *
 * @kernel v6.18.35 drivers/char/random.c get_random_u32(), crng_make_state()
 */

import { bool, call, either, id, otherwise, program, step } from "../../checker/language/index.ts";
import { localLockIrqsaveUnmarked, localUnlockIrqrestoreUnmarked } from "../locks/local-lock.ts";
import { spinLock, spinUnlock } from "../locks/spinlock.ts";
import { cpu } from "../machine/sets.ts";
import { baseCrngLock, thisBatchLock, thisCrngLock } from "../mm/locks.ts";

const KERNEL = "v6.18.35 drivers/char/random.c";

const crngMakeState = program(
  "crng_make_state",
  { exits: ["done"], locals: { c: id(cpu), flags: bool }, kernel: `${KERNEL} crng_make_state()`, tag: "S" },
  (_, __, { c, flags }) => ({
    lock: call(
      "local_lock_irqsave(&crngs.lock, flags);",
      localLockIrqsaveUnmarked,
      { which: thisCrngLock, c, flags },
      { held: "generation" },
    ),
    generation: step(
      "if (unlikely(crng->generation != READ_ONCE(base_crng.generation)))",
      { ref: "3.10.R3", note: "whether the base has been seeded anew since is a free choice" },
      either(otherwise.goto("lockBase"), otherwise.goto("erase")),
    ),
    lockBase: call(
      "spin_lock(&base_crng.lock);",
      spinLock,
      { which: baseCrngLock },
      { held: "newKey" },
      { ref: "3.10.R3" },
    ),
    newKey: step("crng->generation = base_crng.generation;", { ref: "3.10.R3" }, otherwise.goto("unlockBase")),
    unlockBase: call("spin_unlock(&base_crng.lock);", spinUnlock, { which: baseCrngLock }, { done: "erase" }),
    erase: step("crng_fast_key_erasure(crng->key, ..);", { ref: "3.10.R3" }, otherwise.goto("unlock")),
    unlock: call(
      "local_unlock_irqrestore(&crngs.lock, flags);",
      localUnlockIrqrestoreUnmarked,
      { which: thisCrngLock, c, flags },
      { done: "done" },
    ),
  }),
);

export const getRandomU32 = program(
  "get_random_u32",
  {
    exits: ["done"],
    locals: { c: id(cpu), flags: bool },
    kernel: `${KERNEL} DEFINE_BATCHED_ENTROPY()`,
    tag: "S",
    abstracts: ["the random generator is ready, and of it only the locks"],
  },
  (_, __, { c, flags }) => ({
    lock: call(
      "local_lock_irqsave(&batched_entropy_ ##type.lock, flags);",
      localLockIrqsaveUnmarked,
      { which: thisBatchLock, c, flags },
      { held: "test" },
    ),
    test: step(
      "if (batch->position >= ARRAY_SIZE(batch->entropy) || next_gen != batch->generation)",
      { ref: "3.10.R2", note: "whether the batch is used up is a free choice" },
      either(otherwise.goto("refill"), otherwise.goto("take")),
    ),
    refill: call(
      "_get_random_bytes(batch->entropy, sizeof(batch->entropy));",
      crngMakeState,
      {},
      { done: "take" },
      { ref: "3.10.R2" },
    ),
    take: step(
      "ret = batch->entropy[batch->position]; .. ++batch->position;",
      { ref: "3.10.R2" },
      otherwise.goto("unlock"),
    ),
    unlock: call(
      "local_unlock_irqrestore(&batched_entropy_ ##type.lock, flags);",
      localUnlockIrqrestoreUnmarked,
      { which: thisBatchLock, c, flags },
      { done: "done" },
    ),
  }),
);
