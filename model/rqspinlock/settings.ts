/** What a spec may set of the lock, and what each setting fixes. */
import { flag, integer } from "../kernel/settings.ts";
import { rq } from "./config.ts";

export const SETTINGS = {
  locks: integer("rqspinlocks: A, B, ..", { byDefault: 2, min: 1, max: 3 }),
  queued: flag("CONFIG_QUEUED_SPINLOCKS; without it a test-and-set lock", rq.queued, true),
  virt: flag("virt_spin_lock_key: a guest whose slow path is the test-and-set lock", rq.virt),
  timeoutsLast: flag("a waiter times out only where nothing else can happen; otherwise at any look", rq.timeoutsLast),
  nodes: integer("_Q_MAX_NODES: nodes of a CPU", { byDefault: 4, min: 1, max: 4 }, rq.maxNodes),
  held: integer("RES_NR_HELD: entries in the table of a CPU", { byDefault: 4, min: 1, max: 31 }, rq.nrHeld),
};
