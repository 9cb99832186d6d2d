/**
 * check_deadlock_AA() and check_deadlock_ABBA(): is the lock that is asked for held here, or by a CPU that waits for a
 * lock that is held here?
 *
 * The own table changes by frames of this CPU only, which leave it as they found it: reading it is one step. Those of
 * other CPUs are read entry by entry.
 *
 * @kernel v7.3.4 kernel/bpf/rqspinlock.c
 */
import {
  and,
  type Expr,
  element,
  type Id,
  id,
  ite,
  lit,
  next,
  optional,
  or,
  otherwise,
  program,
  range,
  result,
  step,
  value,
  when,
} from "../../checker/language/index.ts";
import { cpu } from "../machine/sets.ts";
import { thisCpu } from "../machine/state.ts";
import { rq } from "./config.ts";
import { entryIndex, returns, rqLock, waitMask } from "./sets.ts";
import { isBelowTop, isLockReleased, tableOf } from "./state.ts";

const KERNEL = "v7.3.4 kernel/bpf/rqspinlock.c";

export const checkDeadlockAA = program(
  "check_deadlock_AA",
  {
    exits: ["found", "none"],
    params: { lock: value(id(rqLock)), ret: result(returns) },
    kernel: `${KERNEL} check_deadlock_AA()`,
    tag: "S",
  },
  (self, { lock, ret }) => ({
    look: step(
      "for (int i = 0; i < cnt - 1; i++) if (rqh->locks[i] == lock) return -EDEADLK;",
      { ref: "R3.1", note: "the own table: one step" },
      when(isBelowTop(thisCpu(self), lock))
        .do(ret.set("-EDEADLK"))
        .goto("found"),
      otherwise.goto("none"),
    ),
  }),
);

/** The CPU after `c` that is not `own`; null after the last. The loop goes on from the own CPU without a look. */
const otherThan = (own: Expr<Id<"cpu">>, c: Expr<Id<"cpu"> | null>): Expr<Id<"cpu"> | null> =>
  ite<Id<"cpu"> | null>(c.isNull(), lit(null), ite(c.eq(own), next(cpu, c), c));

export const checkDeadlockABBA = program(
  "check_deadlock_ABBA",
  {
    exits: ["found", "none"],
    params: { lock: value(id(rqLock)), mask: value(waitMask), ret: result(returns) },
    locals: { c: id(cpu), cnt: range(0, 31), remote: optional(id(rqLock)), i: entryIndex },
    kernel: `${KERNEL} check_deadlock_ABBA()`,
    tag: "S",
    abstracts: ["the deadlock check asks is_lock_released() once for each CPU but its own"],
  },
  (self, { lock, mask, ret }, { c, cnt, remote, i }) => {
    const own = thisCpu(self);
    const first = otherThan(own, element(cpu, 0));
    const after = otherThan(own, next(cpu, c));
    const read = (of: Expr<Id<"cpu">>) => [c.set(of), cnt.set(tableOf(of).cnt)];
    const last = after.isNull();
    const cannotTell = or(cnt.lt(2), cnt.gt(rq.nrHeld));
    const isHeld = tableOf(c).locks.at(i).eq(lock);
    return {
      first: step(
        "for_each_possible_cpu(cpu) { .. int real_cnt = READ_ONCE(rqh_cpu->cnt);",
        { ref: "R3.2" },
        when(first.isNull()).goto("none"),
        otherwise.do(read(first.known())).goto("released"),
      ),
      count: step(
        "int real_cnt = READ_ONCE(rqh_cpu->cnt); /* of the next CPU */",
        { ref: "R3.2" },
        otherwise.do(read(after.known())).goto("released"),
      ),
      released: step(
        "if (is_lock_released(lock, mask)) return 0; if (.. real_cnt < 2 || real_cnt > RES_NR_HELD) continue;",
        { ref: "R3.3" },
        when(isLockReleased(lock, mask)).goto("none"),
        when(and(cannotTell, last)).goto("none"),
        when(cannotTell).goto("count"),
        otherwise.goto("top"),
      ),
      top: step(
        "remote_lock = READ_ONCE(rqh_cpu->locks[cnt - 1]); if (!remote_lock) continue;",
        { ref: "R3.4" },
        when(tableOf(c).locks.at(cnt.minus(1)).notNull())
          .do(remote.set(tableOf(c).locks.at(cnt.minus(1))), i.set(0))
          .goto("entry"),
        when(last).goto("none"),
        otherwise.goto("count"),
      ),
      entry: step(
        "if (READ_ONCE(rqh_cpu->locks[i]) != lock) continue; .. if (rqh->locks[i] == remote_lock) return -EDEADLK;",
        { ref: "R3.5 R3.6" },
        when(and(isHeld, isBelowTop(own, remote)))
          .do(ret.set("-EDEADLK"))
          .goto("found"),
        when(isHeld).goto("none"),
        when(i.plus(2).lt(cnt))
          .do(i.set(i.plus(1)))
          .goto("entry"),
        when(last).goto("none"),
        otherwise.goto("count"),
      ),
    };
  },
);
