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
};
