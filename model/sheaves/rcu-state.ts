/**
 * Sheaves and objects that wait for a grace period since 7.3. These cells are there only where a script has to do with RCU
 * (`usesRcu` in `model/questions/rcu.ts`): every other question has the states that it had.
 *
 * A grace period is the shortest that RCU allows: what is queued waits for each CPU that has preemption or interrupts off
 * then, and for each reader that is in its section then. A longer one is the same with its callback coming later.
 *
 * Abstracts: the lists of a CPU's deferred work are sets; of `struct kfree_rcu_cpu` there is only which objects wait, each
 * with a grace period of its own.
 *
 * @kernel v7.3.4 mm/slub.c struct slub_percpu_sheaves, struct deferred_percpu_work; mm/slab_common.c struct kfree_rcu_cpu
 */

import {
  and,
  bool,
  constants,
  context,
  type Expr,
  each,
  element,
  exists,
  type Id,
  id,
  not,
  optional,
  or,
  setEach,
  state,
  struct,
} from "../../checker/language/index.ts";
import { l } from "../locks/state.ts";
import { cpu, rawLock } from "../machine/sets.ts";
import { atomicOn, m } from "../machine/state.ts";
import { SHEAF_RAW_LOCKS } from "../mm/locks.ts";
import { bucket, object } from "../mm/sets.ts";
import { sheaf } from "./state.ts";

/** What a question with RCU fixes beside the rest. */
export const rc = constants({
  /** A CPU takes the interrupt of an irq_work that is queued there as soon as it has interrupts on. */
  irqWorkAtOnce: bool,
});

/** What waits for a grace period: on which CPU its callback is queued (null: nowhere), and for whom it waits. */
const queued = {
  on: optional(id(cpu)),
  /** CPUs that have not been seen with preemption and interrupts on since. */
  cpus: each(cpu, bool),
  /** Readers that have not left their section since. */
  readers: each(context, bool),
};

const some = { objects: each(object, bool), sheaves: each(sheaf, bool) };

export const r = state({
  /** `pcs->rcu_free`. */
  rcuFree: each(cpu, each(bucket, optional(id(sheaf)))),
  /** `deferred_percpu_work.objects_by_rcu` and `.rcu_sheaves` of each CPU. */
  rcuWork: each(cpu, struct(some)),
  /** What a callback of deferred work has taken off them. */
  rcuDrained: each(context, struct(some)),
  /** Sheaves in RCU's queue; `noBarn`: their callback is rcu_free_sheaf_nobarn(). */
  rcuSheaf: each(sheaf, struct({ ...queued, noBarn: bool })),
  /** Objects that kvfree_call_rcu() keeps outside of sheaves: `struct kfree_rcu_cpu` of all CPUs. */
  krc: each(object, struct(queued)),
  /** What a callback of RCU has in hands. */
  freeing: each(context, struct(some)),
  /** It is between rcu_read_lock() and rcu_read_unlock(). */
  reading: each(context, bool),
  /** What was queued when this one began to wait in a barrier, and has not been freed since. */
  awaited: each(context, struct(some)),
});

/** A lock that call_rcu() takes with interrupts off, `rdp->nocb_lock` of a CPU whose callbacks are offloaded. */
const NOCB_LOCK = "nocb_lock";
export const RCU_RAW_LOCKS = [...SHEAF_RAW_LOCKS, NOCB_LOCK] as const;
export const nocbLock = l.rawLock.at(element(rawLock, RCU_RAW_LOCKS.indexOf(NOCB_LOCK)));

type SheafId = Expr<Id<"sheaf"> | null>;
type ObjectId = Expr<Id<"object"> | null>;
type Cpu = Expr<Id<"cpu">>;

export const rcuFreeOf = (c: Cpu, b: Expr<Id<"bucket"> | null>) => r.rcuFree.at(c).at(b);

export const queuedSheaf = (one: SheafId) => r.rcuSheaf.at(one);
export const queuedObject = (x: ObjectId) => r.krc.at(x);
type Queued = Pick<ReturnType<typeof queuedSheaf>, "on" | "cpus" | "readers">;

/** Its grace period has ended, and its callback may be called on this CPU. */
export const isReady = ({ on, cpus, readers }: Queued, here: Cpu) =>
  and(on.eq(here), not(exists(cpu, (c) => cpus.at(c))), not(exists(context, (f) => readers.at(f))));

/** A callback is queued on this CPU: whom its grace period waits for. */
export const waitsFor = ({ on, cpus, readers }: Queued, here: Cpu) => [
  on.set(here),
  ...setEach(cpu, (c) => cpus.at(c).set(atomicOn(m.cpu.at(c)))),
  ...setEach(context, (f) => readers.at(f).set(r.reading.at(f))),
];

/** Put off until a grace period can be asked for: on a list of a CPU's deferred work, or in the hands of who drains one. */
export const isPutOff = (x: ObjectId) =>
  or(
    exists(cpu, (c) => r.rcuWork.at(c).objects.at(x)),
    exists(context, (f) => r.rcuDrained.at(f).objects.at(x)),
  );
export const isSheafPutOff = (one: SheafId) =>
  or(
    exists(cpu, (c) => r.rcuWork.at(c).sheaves.at(one)),
    exists(context, (f) => r.rcuDrained.at(f).sheaves.at(one)),
  );
