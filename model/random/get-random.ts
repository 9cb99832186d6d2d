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
import {
  bool,
  call,
  type Expr,
  either,
  type Id,
  id,
  lit,
  otherwise,
  program,
  result,
  select,
  step,
  value,
  when,
} from "../../checker/language/index.ts";
import { rtSpinLock, rtSpinUnlock } from "../locks/rt-mutex.ts";
import { spinLock, spinUnlock } from "../locks/spinlock.ts";
import { baseCrngLock, batchLock, crngLock, l } from "../locks/state.ts";
import { cfg, cpu } from "../machine/config.ts";
import { chainOf, m, onCpu, type Self, thisCpu } from "../machine/state.ts";

const KERNEL = "v6.18.35 drivers/char/random.c";
const LOCAL_LOCK = "v6.18.35 include/linux/local_lock_internal.h __local_lock_irqsave()";

type LockOf = (c: Expr<Id<"cpu"> | null>) => Expr<Id<"lock">>;

const migration = (self: Self) => m.chain.at(chainOf(self)).migrateDisabled;

/** local_lock_irqsave() of a local_lock_t of the random generator, on the CPU that the caller is on. */
const localLock = (name: string, lockOf: LockOf) =>
  program(
    `local_lock_irqsave (${name})`,
    {
      exits: ["held"],
      params: { c: result(id(cpu)), flags: result(bool) },
      locals: { here: id(cpu) },
      kernel: LOCAL_LOCK,
      tag: "S",
    },
    (self, { c, flags }, { here }) => ({
      entry: select("#ifdef CONFIG_PREEMPT_RT", [[cfg.preemptRt, "migrateDisable"]], "irqSave"),
      irqSave: step(
        "local_irq_save(flags);",
        { ref: "3.10.R1" },
        otherwise
          .do(
            flags.set(onCpu(self).irqsOff),
            onCpu(self).irqsOff.set(true),
            c.set(thisCpu(self)),
            here.set(thisCpu(self)),
          )
          .goto("enter"),
      ),
      enter: step(
        "(model) inside: a local_lock_t has no mark",
        { ref: "3.10.R1" },
        when(l.lock.at(lockOf(here)).holder.isNull())
          .do(l.lock.at(lockOf(here)).holder.set(self))
          .goto("held"),
        otherwise.goto("held"),
      ),
      migrateDisable: step(
        "migrate_disable();",
        { ref: "3.10.R1" },
        otherwise
          .do(
            flags.set(false),
            c.set(thisCpu(self)),
            here.set(thisCpu(self)),
            migration(self).set(migration(self).plus(1)),
          )
          .goto("lock"),
      ),
      lock: call("spin_lock(this_cpu_ptr(lock));", rtSpinLock, { which: lockOf(here) }, { done: "held" }),
    }),
  );

const localUnlock = (name: string, lockOf: LockOf) =>
  program(
    `local_unlock_irqrestore (${name})`,
    { exits: ["done"], params: { c: value(id(cpu)), flags: value(bool) }, kernel: LOCAL_LOCK, tag: "S" },
    (self, { c, flags }) => ({
      entry: select("#ifdef CONFIG_PREEMPT_RT", [[cfg.preemptRt, "unlock"]], "leave"),
      leave: step(
        "(model) outside: a local_lock_t has no mark",
        { ref: "3.10.R1" },
        when(l.lock.at(lockOf(c)).holder.eq(self))
          .do(l.lock.at(lockOf(c)).holder.set(lit(null)))
          .goto("irqRestore"),
        otherwise.goto("irqRestore"),
      ),
      irqRestore: step(
        "local_irq_restore(flags);",
        { ref: "3.10.R1" },
        otherwise.do(onCpu(self).irqsOff.set(flags)).goto("done"),
      ),
      unlock: call("spin_unlock(this_cpu_ptr(lock));", rtSpinUnlock, { which: lockOf(c) }, { done: "migrateEnable" }),
      migrateEnable: step(
        "migrate_enable();",
        { ref: "3.10.R1" },
        otherwise.do(migration(self).set(migration(self).minus(1))).goto("done"),
      ),
    }),
  );

export const batchLocalLock = localLock("batched_entropy_u32", batchLock);
const batchLocalUnlock = localUnlock("batched_entropy_u32", batchLock);
export const crngLocalLock = localLock("crngs", crngLock);
const crngLocalUnlock = localUnlock("crngs", crngLock);

const crngMakeState = program(
  "crng_make_state",
  { exits: ["done"], locals: { c: id(cpu), flags: bool }, kernel: `${KERNEL} crng_make_state()`, tag: "S" },
  (_, __, { c, flags }) => ({
    lock: call("local_lock_irqsave(&crngs.lock, flags);", crngLocalLock, { c, flags }, { held: "generation" }),
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
    unlock: call("local_unlock_irqrestore(&crngs.lock, flags);", crngLocalUnlock, { c, flags }, { done: "done" }),
  }),
);

export const getRandomU32 = program(
  "get_random_u32",
  {
    exits: ["done"],
    locals: { c: id(cpu), flags: bool },
    kernel: `${KERNEL} get_random_u32()`,
    tag: "S",
    abstracts: ["the random generator is ready, and of it only the locks"],
  },
  (_, __, { c, flags }) => ({
    lock: call("local_lock_irqsave(&batched_entropy_u32.lock, flags);", batchLocalLock, { c, flags }, { held: "test" }),
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
      "ret = batch->entropy[batch->position]; ++batch->position;",
      { ref: "3.10.R2" },
      otherwise.goto("unlock"),
    ),
    unlock: call(
      "local_unlock_irqrestore(&batched_entropy_u32.lock, flags);",
      batchLocalUnlock,
      { c, flags },
      { done: "done" },
    ),
  }),
);
