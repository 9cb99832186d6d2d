/** What are the folders of `specs/` about? */
export const SUBJECTS: Readonly<Record<string, string>> = {
  slabs: "Fast and slow path, CPU slabs and lists of slabs: does each stay whole under whoever comes in between?",
  gate: "The test of local_lock_is_locked(), where it is asked, what it refuses, and what becomes of who is refused.",
  hooks: "Where a probe or tracepoint may sit, and who calls with a lock held, interrupts or preemption off.",
  deferred: "What is put off to irq_work, or to somebody who comes by: is it done in the end, and before a cache goes?",
  company: "Who is there together, and what comes on top of what: the cells of `npm run results contexts`.",
  debug: "Debug caches, and what debugging aids do in an allocation.",
  "bit-lock": "Without cmpxchg_double, where freelist and counters of a slab change under a bit spinlock.",
  tiny: "SLUB_TINY: no CPU slabs at all.",
  pages: "The page allocator below: counted and frozen pages, lists of pages, parked pages, and who scans them.",
  memcg: "Charges to memory cgroups, and the stocks of a CPU.",
  any: "Contexts that make any calls, as often as they like, in any order: an answer about all scripts, on small heaps.",
  "7.3": "The allocator of 7.3, with sheaves in front of the slabs.",
};
