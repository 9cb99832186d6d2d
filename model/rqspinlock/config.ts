/** What a configuration fixes of the lock: no cell of a state, folded away when a system is linked. */
import { bool, constants, range } from "../../checker/language/index.ts";

export const rq = constants({
  /** CONFIG_QUEUED_SPINLOCKS; without it the lock is a test-and-set lock. */
  queued: bool,
  /** virt_spin_lock_key: the slow path hands over to the test-and-set lock. */
  virt: bool,
  /** A timeout comes only where nothing else can happen; otherwise at any look. */
  timeoutsLast: bool,
  /** _Q_MAX_NODES. */
  maxNodes: range(1, 4),
  /** RES_NR_HELD. */
  nrHeld: range(1, 31),
});
