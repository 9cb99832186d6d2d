/** Who has been handed what, since 7.0: the ghosts of `ghosts.ts`, written at the rows of that version. */
import { compose, element, setEach, track } from "../../checker/language/index.ts";
import { object, slot } from "../mm/sets.ts";
import { allocFromNewSlab } from "../sheaves/alloc-from-new-slab.ts";
import { allocFromPcs } from "../sheaves/alloc-from-pcs.ts";
import { allocSingleFromNewSlab } from "../sheaves/alloc-single-from-new-slab.ts";
import { allocSingleFromPartial } from "../sheaves/debug-caches.ts";
import { deferFree } from "../sheaves/defer-free.ts";
import { freeNewSlabNolock } from "../sheaves/free-new-slab-nolock.ts";
import { freeToPcs } from "../sheaves/free-to-pcs.ts";
import { freeToSlab } from "../sheaves/free-to-slab.ts";
import { getFromPartialNode } from "../sheaves/get-from-partial-node.ts";
import { kfree } from "../sheaves/kfree.ts";
import { kfreeCallRcuNolock } from "../sheaves/kfree-call-rcu-nolock.ts";
import { kfreeNolock } from "../sheaves/kfree-nolock.ts";
import { kfreeRcuSheaf } from "../sheaves/kfree-rcu-sheaf.ts";
import { kvfreeCallRcu } from "../sheaves/kvfree-call-rcu.ts";
import { freersReturn, g, trackReturned } from "./ghosts.ts";

const FIRST = element(slot, 0);

/**
 * An object is handed out when it leaves what others can find, and free again when it is put where others can. One that
 * goes back to its slab is nobody's from where its caller has given it away: none can be handed it before the slab has it.
 */
export const trackAllocated = [
  track(allocFromPcs, "take", ({ object: x }) => g.allocated.at(x).set(true), { to: "unlock" }),
  track(getFromPartialNode, "cmpxchg", ({ old }) => g.allocated.at(old).set(true), { to: "taken" }),
  track(getFromPartialNode, "takenSlow", ({ old }) => g.allocated.at(old).set(true)),
  track(allocFromNewSlab, "one", ({ slab }) => g.allocated.at(compose(object, { slab, slot: FIRST })).set(true)),
  track(allocSingleFromNewSlab, "take", ({ slab }) => g.allocated.at(compose(object, { slab, slot: FIRST })).set(true)),
  track(allocSingleFromPartial, "take", ({ object: x }) => g.allocated.at(x).set(true), { to: "full" }),
  track(freeNewSlabNolock, "clear", ({ slab }) =>
    setEach(slot, (t) => g.allocated.at(compose(object, { slab, slot: t })).set(false)),
  ),
  track(freeToPcs, "store", ({ x }) => g.allocated.at(x).set(false), { to: "size" }),
  track(kfreeRcuSheaf, "store", ({ x }) => g.allocated.at(x).set(false), { to: "size" }),
  track(freeToSlab, "entry", ({ x }) => g.allocated.at(x).set(false)),
];

export const trackHeld = [
  trackReturned,
  track(kfree, "cache", ({ x }) => g.held.at(x).set(false)),
  track(kfreeNolock, "cache", ({ x }) => g.held.at(x).set(false)),
  track(kfreeCallRcuNolock, "cache", ({ x }) => g.held.at(x).set(false)),
  track(kvfreeCallRcu, "cache", ({ x }) => g.held.at(x).set(false)),
];

/** Whose calls are under way, of those that put off a free. */
export const trackFreer = [track(deferFree, "pin", ({ self, x }) => g.freer.at(x).set(self)), freersReturn];
