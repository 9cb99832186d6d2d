/** Which spoilt rows keep what should come from coming? */
import { lit, otherwise, patch, step, when } from "../../checker/language/index.ts";
import { deferFree } from "../../model/slub/defer-free.ts";
import { slabAllocNode } from "../../model/slub/slab-alloc-node.ts";
import { nmi, task } from "./setup.ts";
import { A, one, type Spoilt } from "./spoilt.ts";

const neverQueued = patch(deferFree, () => ({ queue: step("nothing", otherwise.goto("unpin")) }));
const alwaysMisses = patch(slabAllocNode, () => ({
  cmpxchg: step("it misses", when(lit(false)).goto("done"), otherwise.goto("redo")),
}));
const alone = one("kmalloc_nolock A", ["A cpu0 free=1"]);
/** Whoever comes again and again may change tid each time, and nothing is spoilt. */
const nmiAgainAndAgain = {
  ...alone,
  configuration: { ...A, objects: 1, slabs: ["A cpu0 free=1"] },
  contexts: [
    task("task0", ["kmalloc_nolock A"]),
    { ...nmi("nmi0", ["kmalloc_nolock A", "kfree_nolock any"]), any: { own: false } },
  ],
};

export const SPOILT_PROGRESS: readonly Spoilt[] = [
  {
    property: "deferredIsDone",
    how: "the irq_work is never queued",
    system: one("kfree_nolock s0.o1", ["A full"]),
    patches: [neverQueued],
  },
  { property: "callsEnd", how: "a cmpxchg that misses each time", system: alone, patches: [alwaysMisses] },
  { property: "firstCallEnds", how: "a cmpxchg that misses each time", system: alone, patches: [alwaysMisses] },
  { property: "firstCallEndsIfStrong", how: "a cmpxchg that misses", system: alone, patches: [alwaysMisses] },
  { property: "firstCallEndsIfStrong", how: "an NMI again and again", system: nmiAgainAndAgain, patches: [] },
];
