/**
 * What may be put on a list, taken off one, and given up? The C asks nothing of the kind: list_add() of what is on a list,
 * and list_del() of what is on none, write through links that are somebody else's, and what a slab that was given up
 * becomes is the page allocator's to say. So each such row fails there and then, whatever the settings are.
 *
 * These are looked at from outside, as CONFIG_LIST_HARDENED and page_owner do: `racy`, so no lock is asked for.
 */

import {
  and,
  context,
  count,
  type Expr,
  exists,
  type Id,
  not,
  type Operand,
  or,
  racy,
  when,
} from "../../checker/language/index.ts";
import { l } from "../locks/state.ts";
import { cpu } from "../machine/sets.ts";
import { mm } from "../mm/config.ts";
import { cpuSlabLock } from "../mm/locks.ts";
import { bucket } from "../mm/sets.ts";
import { cpuSlabOf, freelist, k, kmemCacheDebug, type ObjectId, type SlabId } from "./state.ts";

type Bucket = Expr<Id<"bucket"> | null>;

/** Lists that use a slab's one link: `slab_list`, `next` and `llnode` are the same bytes. */
export const listsOf = (s: SlabId) =>
  count(cpu, (c) => exists(bucket, (b) => cpuSlabOf(c, b).partial.at(s)))
    .plus(count(bucket, (b) => k.node.at(b).partial.at(s)))
    .plus(count(bucket, (b) => and(kmemCacheDebug(b), k.node.at(b).full.at(s))))
    .plus(count(cpu, (c) => k.deferFree.at(c).slabs.at(s)))
    .plus(count(context, (f) => k.taken.at(f).slabs.at(s)));

/** The same with the lists that a frame has on its stack. */
const allListsOf = (s: SlabId) => listsOf(s).plus(count(context, (f) => k.detached.at(f).at(s)));

/** On a list, beyond the `from` lists that it is taken off in the same step. */
export const isListed = (s: SlabId, from: Operand<number> = 0) => racy(allListsOf(s).gt(from));

const isObjectListed = (x: ObjectId) =>
  racy(
    or(
      exists(cpu, (c) =>
        or(
          k.deferFree.at(c).objects.at(x),
          exists(bucket, (b) => cpuSlabOf(c, b).deferred.at(x)),
        ),
      ),
      exists(bucket, (b) => or(k.cache.at(b).deferred.at(x), k.node.at(b).deferred.at(x))),
      exists(context, (f) => k.taken.at(f).objects.at(x)),
    ),
  );

/** Of debug caches, for the others have no such list. */
export const notOnFull = (b: Bucket, s: SlabId) => racy(and(kmemCacheDebug(b), not(k.node.at(b).full.at(s))));

export const notOnPartial = (b: Bucket, s: SlabId) => racy(not(k.node.at(b).partial.at(s)));

/** In c->lock a full slab is unfrozen before it leaves c->slab: in between others may free all of it, and give it up. */
const isLockFree = (c: Expr<Id<"cpu">>, b: Expr<Id<"bucket">>) => {
  const { holder, owner } = l.lock.at(cpuSlabLock(c, b));
  return and(holder.isNull(), owner.isNull());
};

/**
 * Some CPU's slab (outside its lock section), on more than `from` lists, or with an object that is not on its freelist, so that somebody has that
 * one: whoever gives a slab up has just found all of them there.
 */
export const isInUse = (s: SlabId, from: Operand<number> = 0) => {
  const all = freelist(k.slab.at(s).freelist);
  return racy(
    or(
      exists(cpu, (c) => exists(bucket, (b) => and(cpuSlabOf(c, b).slab.eq(s), isLockFree(c, b)))),
      allListsOf(s).gt(from),
      not(all.ends()),
      all.length().lt(mm.objects),
    ),
  );
};

const ADDS = "puts on a list what is on one already";

/** list_add() and llist_add(). */
export const addsListed = (test: Expr<boolean>) => when(test).fails("lists", ADDS);
export const addsSlab = (s: SlabId) => addsListed(isListed(s));
export const addsObject = (x: ObjectId) => addsListed(isObjectListed(x));

/** list_del(). */
export const removesUnlisted = (test: Expr<boolean>) => when(test).fails("lists", "takes off a list what is not on it");

/** discard_slab(), free_slab(). */
export const givesUpUsed = (test: Expr<boolean>) =>
  when(test).fails("givenUp", "gives up a slab that is a CPU's, is on a list, or has an object that is handed out");
export const givesUp = (s: SlabId) => givesUpUsed(isInUse(s));

/** What programs that several versions share ask of lists: `model/sheaves/lists.ts` has the same for 7.3. */
export const CPU_SLAB_LISTS = { isListed, givesUp };
export type ListRules = typeof CPU_SLAB_LISTS;
