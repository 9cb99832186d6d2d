/** Why a source row fires in no spec: `npm run coverage` lists the rows, and fails where one has no reason here. */

export const UNFIRED: Readonly<Record<string, string>> = {
  "raw_spin_trylock_irqsave: up":
    "only the variant wait-lock-by-trylock calls it, which no spec asks without SMP; a test of the model does",
  "defer_free: pin (6.18-rc1)":
    "the same row as of v3 and v5, where specs fire it; 6.18-rc1 is asked about what changed since",
  "defer_free: unpin (6.18-rc1)":
    "the same row as of v3 and v5, where specs fire it; 6.18-rc1 is asked about what changed since",
  "___slab_alloc: gotSingle (6.18-rc1)":
    "the same row as of v3 and v5, where specs fire it; 6.18-rc1 is asked about what changed since",
  "alloc_single_from_new_slab: freeze (6.18-rc1)":
    "the same row as of v3 and v5, where specs fire it; 6.18-rc1 is asked about what changed since",
  "defer_deactivate_slab: note (6.18-rc1)":
    "the same row as of v3 and v5, where specs fire it; 6.18-rc1 is asked about what changed since",
  "defer_deactivate_slab: unpin (6.18-rc1)":
    "the same row as of v3 and v5, where specs fire it; 6.18-rc1 is asked about what changed since",
  "free_deferred_objects: restore (6.18-rc1)":
    "the same row as of v3 and v5, where specs fire it; 6.18-rc1 is asked about what changed since",
  "free_deferred_objects: nextSlab (6.18-rc1)":
    "the same row as of v3 and v5, where specs fire it; 6.18-rc1 is asked about what changed since",
  "deferred_percpu_work_fn: unlockFull (callback-locks-sheaves)":
    "only where the main sheaf is full when the callback comes, as __slab_free() is called as shipped; the spec asks of one with room",
  "__kfree_rcu_sheaf: push (rcu-pushes-unlocked)":
    "for callers that may not call call_rcu(); in the spec of this variant both kfree_rcu() may",
  "__kfree_rcu_sheaf: queue (rcu-pushes-unlocked)":
    "for callers that may not call call_rcu(); in the spec of this variant both kfree_rcu() may",
  "rcu1: arrive": "callbacks of CPU 1: where a spec of RCU has a second CPU, that CPU reads and gives nothing to RCU",
  "rcu1: return": "callbacks of CPU 1: where a spec of RCU has a second CPU, that CPU reads and gives nothing to RCU",
};
