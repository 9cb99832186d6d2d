/** RS1 to RS5, RL1, RL2: that the lock excludes, and leaves words, tables and nodes in order; that calls return. */
import {
  alwaysPossible,
  and,
  atMost,
  atRest,
  context,
  type Expr,
  exists,
  forAll,
  type Id,
  implies,
  invariant,
  leadsTo,
  not,
  property,
  standsIn,
  whenever,
  within,
} from "../../../checker/language/index.ts";
import { cpu } from "../../machine/sets.ts";
import { thisCpu } from "../../machine/state.ts";
import { rq } from "../config.ts";
import { resSpinLock, resSpinUnlock } from "../res-spin-lock.ts";
import { slowpath } from "../resilient-queued-spin-lock-slowpath.ts";
import { entryIndex, rqLock } from "../sets.ts";
import { isTail, isZero, ownTable, q, tableOf } from "../state.ts";
import { g, TRACK_HOLDER, TRACK_USER, whereGot } from "./ghosts.ts";

const inTable = (c: Expr<Id<"cpu">>, lock: Expr<Id<"rqLock">>) =>
  exists(entryIndex, (i) => and(i.lt(tableOf(c).cnt), tableOf(c).locks.at(i).eq(lock)));

const nodeAt = (c: Expr<Id<"cpu"> | null>, i: Expr<number>) => q.rqnodes.at(c.known()).at(i);

const isWaiting = ({ nextCpu, nextIdx }: { nextCpu: Expr<Id<"cpu"> | null>; nextIdx: Expr<number> }) =>
  and(nodeAt(nextCpu, nextIdx).locked.eq(0), g.user.at(nextCpu.known()).at(nextIdx).notNull());

export const ORDER = [
  property(
    "RL1",
    "every call of res_spin_lock() returns: from each state a state can be reached where nobody is in one",
    alwaysPossible(not(exists(context, (c) => standsIn(c, within(resSpinLock))))),
  ),
  property(
    "RL4",
    "who waits for a lock ends, with it or without, in every fair run: a time comes when nobody is in a call",
    leadsTo(
      exists(context, (c) => standsIn(c, within(resSpinLock))),
      not(exists(context, (c) => standsIn(c, within(resSpinLock)))),
    ),
  ),
  property("RL2", "a call queues at most once", atMost(slowpath, "count", 1)),
  property(
    "RL3",
    "the head of the queue that gives up never waits for a next waiter where it is the last",
    ...["leave", "leaveNext", "lateNext"].map((row) =>
      whenever(slowpath, row as "leave", ({ self, lock, idx }) => not(isTail(lock, thisCpu(self), idx)), {
        to: "(waits)",
      }),
    ),
  ),
  property(
    "RS1",
    "mutual exclusion: who gets a lock gets it when nobody has it",
    ...TRACK_HOLDER,
    ...whereGot(({ lock }) => g.holder.at(lock).isNull()),
    whenever(resSpinUnlock, "store", ({ self, lock }) => g.holder.at(lock).eq(self)),
  ),
  property(
    "RS2",
    "the table of a CPU names what it holds, and an unlock takes its own entry away",
    ...TRACK_HOLDER,
    whenever(resSpinUnlock, "clear", ({ self, lock }) =>
      implies(
        ownTable(self).cnt.le(rq.nrHeld),
        and(ownTable(self).cnt.gt(0), ownTable(self).locks.at(ownTable(self).cnt.minus(1)).eq(lock)),
      ),
    ),
    invariant(
      forAll(rqLock, (lock) =>
        implies(
          and(g.holder.at(lock).notNull(), tableOf(thisCpu(g.holder.at(lock).known())).cnt.le(rq.nrHeld)),
          inTable(thisCpu(g.holder.at(lock).known()), lock),
        ),
      ),
    ),
  ),
  property(
    "RS3",
    "no node is used twice at a time",
    ...TRACK_USER,
    whenever(slowpath, "init", ({ self, idx }) => g.user.at(thisCpu(self)).at(idx).isNull()),
  ),
  property(
    "RS4",
    "who is signalled waits for it, and has not been signalled before",
    ...TRACK_USER,
    whenever(slowpath, "leaveSignal", isWaiting),
    whenever(slowpath, "lateSignal", isWaiting),
    whenever(slowpath, "signal", isWaiting),
  ),
  property(
    "RS5",
    "after all have returned words, tables and counts of nodes are 0",
    atRest(
      and(
        forAll(rqLock, (lock) => isZero(lock)),
        forAll(cpu, (c) => and(tableOf(c).cnt.eq(0), q.nodesUsed.at(c).eq(0))),
        forAll(cpu, (c) => forAll(entryIndex, (i) => tableOf(c).locks.at(i).isNull())),
      ),
    ),
  ),
];
