/** Which spoilt rows break what is said of deferred frees? */
import { DEFERRED, linkAtOffset0, listInKmemCache, noBarrier, rawNilLink } from "../../model/versions/deferred.ts";
import { nolockDeactivates } from "../../model/versions/node-list.ts";
import { nmi, type Small, task } from "./setup.ts";
import { A, one, type Spoilt } from "./spoilt.ts";

const twice: Small = {
  configuration: { ...A, slabs: ["A full"] },
  contexts: [task("task0", ["kfree_nolock s0.o0", "kfree_nolock s0.o1"])],
};
const drainAtOnce = DEFERRED["drain-at-once"]?.patches ?? [];

export const SPOILT_DEFERRED: readonly Spoilt[] = [
  {
    property: "S14",
    how: "the deferred list is linked at offset 0 of an object with a constructor",
    system: one("kfree_nolock s0.o1", ["A full"], { ctor: true }),
    patches: [linkAtOffset0],
  },
  {
    property: "S14",
    how: "a raw zero where links are encoded",
    system: one("kfree_nolock s0.o1", ["A full"], { encodedLinks: true }),
    patches: [rawNilLink],
  },
  {
    property: "D18",
    how: "nobody comes by",
    system: twice,
    patches: [listInKmemCache],
  },
  {
    property: "L2",
    how: "nobody comes by",
    system: one("kfree_nolock s0.o1", ["A full"]),
    patches: [listInKmemCache],
  },
  {
    property: "rests",
    how: "nobody comes by",
    system: one("kfree_nolock s0.o1", ["A full"]),
    patches: [listInKmemCache],
  },
  {
    property: "L5",
    how: "a list that no irq_work drains",
    system: one("kfree_nolock s0.o1", ["A full"]),
    patches: [listInKmemCache],
  },
  {
    property: "L3",
    how: "a cache is destroyed without a barrier",
    system: {
      configuration: { ...A, slabs: ["A full"] },
      contexts: [task("task0", ["kfree_nolock s0.o0", "destroy A"])],
    },
    patches: [noBarrier],
  },
  {
    property: "S2",
    how: "the callback frees to a cache that is gone",
    system: {
      configuration: { ...A, slabs: ["A full"] },
      contexts: [task("task0", ["kfree_nolock s0.o0", "destroy A"])],
    },
    patches: [noBarrier],
  },
  {
    property: "E7",
    how: "a nolock caller deactivates",
    system: one("kmalloc_nolock A", ["A cpu0 free=1", "page"], { nodeMismatch: true }),
    patches: [nolockDeactivates],
  },
  {
    property: "E22",
    how: "an NMI drains what it deferred",
    system: {
      configuration: { ...A, slabs: ["A full", "A cpu0 free=0", "page"] },
      contexts: [task("task0", ["kmalloc A"]), nmi("nmi0", ["kfree_nolock s0.o1"])],
    },
    patches: drainAtOnce,
  },
  {
    property: "E23",
    how: "PREEMPT_RT: an NMI drains what it deferred",
    system: {
      configuration: { ...A, preemptRt: true, slabs: ["A full", "A cpu0 free=0", "page"] },
      contexts: [task("task0", ["kmalloc A"]), nmi("nmi0", ["kfree_nolock s0.o1"])],
    },
    patches: drainAtOnce,
  },
];
