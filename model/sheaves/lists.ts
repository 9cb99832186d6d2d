/**
 * What may be put on a list, taken off one, and given up, where there are sheaves? As `model/slub/lists.ts` asks of 6.18;
 * a slab's lists are those of its node and the private ones of frames.
 */

import { and, context, count, exists, not, type Operand, or, racy } from "../../checker/language/index.ts";
import { cpu } from "../machine/sets.ts";
import { mm } from "../mm/config.ts";
import { bucket } from "../mm/sets.ts";
import { addsListed, givesUpUsed, type ListRules } from "../slub/lists.ts";
import { freelist, k, kmemCacheDebug, type ObjectId, type SlabId } from "../slub/state.ts";
import { h } from "./state.ts";

export { addsListed, removesUnlisted } from "../slub/lists.ts";

/** Lists that use a slab's one link. */
export const listsOf = (s: SlabId) =>
  count(bucket, (b) => k.node.at(b).partial.at(s))
    .plus(count(bucket, (b) => and(kmemCacheDebug(b), k.node.at(b).full.at(s))))
    .plus(count(context, (f) => h.isolated.at(f).at(s)));

/** On a list, beyond the `from` lists that it is taken off in the same step. */
export const isListed = (s: SlabId, from: Operand<number> = 0) => racy(listsOf(s).gt(from));

/** list_add() of a slab. */
export const addsSlab = (s: SlabId) => addsListed(isListed(s));

/** On a deferred list, or in the hands of whoever drains one. */
export const isDeferred = (x: ObjectId) =>
  or(
    exists(cpu, (c) => h.deferredWork.at(c).objects.at(x)),
    exists(context, (f) => h.drained.at(f).at(x)),
  );

/** llist_add() of an object. */
export const addsObject = (x: ObjectId) => addsListed(racy(isDeferred(x)));

/** discard_slab(), free_slab(): a slab on a list, or with an object that is not on its freelist. */
export const givesUp = (s: SlabId) => {
  const all = freelist(k.slab.at(s).freelist);
  return givesUpUsed(racy(or(listsOf(s).gt(0), not(all.ends()), all.length().lt(mm.objects))));
};

export const SHEAF_LISTS: ListRules = { isListed, givesUp };
