/**
 * local_trylock() and local_unlock() on the stock of the CPU that the caller is on once nothing can move it.
 *
 * Without PREEMPT_RT: preemption off and a mark; interrupts stay on, and one that comes in between finds the mark and
 * gives up. With PREEMPT_RT: migration off and a trylock of the rt_mutex, which an NMI or a hardirq does not even try.
 *
 * Context: Any. Never waits for the holder.
 *
 * @kernel v6.18 include/linux/local_lock_internal.h __local_trylock(), __local_unlock()
 */
import {
  call,
  type Expr,
  type Id,
  id,
  lit,
  or,
  otherwise,
  program,
  result,
  select,
  step,
  value,
  when,
} from "../../checker/language/index.ts";
import { cfg, cpu } from "../machine/config.ts";
import { pinCpu, unpinCpu } from "../machine/pin.ts";
import { inHardirq, inNmi, thisCpu } from "../machine/state.ts";
import { rtSpinTrylock, rtSpinUnlock } from "./rt-mutex.ts";
import { l, lock, pageStockLock, stockLock } from "./state.ts";

const KERNEL = "v6.18 include/linux/local_lock_internal.h";

/** `c` is the CPU whose lock it is. */
const trylockOf = (name: string, lockOf: (c: Expr<Id<"cpu"> | null>) => Expr<Id<"lock">>) =>
  program(
    name,
    {
      exits: ["held", "busy"],
      params: { c: result(id(cpu)) },
      locals: { here: id(cpu) },
      kernel: `${KERNEL} __local_trylock()`,
      tag: "S",
    },
    (self, { c }, { here }) => ({
      entry: select("#ifdef CONFIG_PREEMPT_RT", [[cfg.preemptRt, "context"]], "pin"),
      context: step(
        "if (in_nmi() | in_hardirq()) return 0;",
        { ref: "2.3" },
        when(or(inNmi(self), inHardirq(self)))
          .do(c.set(thisCpu(self)))
          .goto("busy"),
        otherwise.goto("pin"),
      ),
      pin: step(
        "preempt_disable(); tl = this_cpu_ptr(lock); /* PREEMPT_RT: migrate_disable(); */",
        { ref: "2.3" },
        otherwise.do(pinCpu(self), c.set(thisCpu(self)), here.set(thisCpu(self))).goto("path"),
      ),
      path: select("#ifdef CONFIG_PREEMPT_RT", [[cfg.preemptRt, "rt"]], "test"),
      test: step(
        "if (READ_ONCE(tl->acquired))",
        { ref: "2.3" },
        when(l.lock.at(lockOf(here)).holder.notNull()).goto("unpin"),
        otherwise.goto("acquire"),
      ),
      acquire: step(
        "WRITE_ONCE(tl->acquired, 1);",
        { ref: "2.3" },
        otherwise.do(l.lock.at(lockOf(here)).holder.set(self)).goto("held"),
      ),
      rt: call(
        "spin_trylock(this_cpu_ptr(lock))",
        rtSpinTrylock,
        { which: lockOf(here) },
        { held: "held", busy: "unpin" },
      ),
      unpin: step(
        "preempt_enable(); /* PREEMPT_RT: migrate_enable(); */",
        { ref: "2.3" },
        otherwise.do(unpinCpu(self)).goto("busy"),
      ),
    }),
  );

/** Of the stock of bytes, `obj_stock.lock`. */
export const localTrylock = trylockOf("local_trylock", stockLock);
/** Of the stock of pages, `memcg_stock.lock`. */
export const pageStockTrylock = trylockOf("local_trylock (memcg_stock)", pageStockLock);

export const localUnlock = program(
  "local_unlock",
  { exits: ["done"], params: { which: value(id(lock)) }, kernel: `${KERNEL} __local_unlock()`, tag: "S" },
  (self, { which }) => ({
    entry: select("#ifdef CONFIG_PREEMPT_RT", [[cfg.preemptRt, "rt"]], "release"),
    release: step(
      "WRITE_ONCE(tl->acquired, 0);",
      { ref: "2.3" },
      otherwise.do(l.lock.at(which).holder.set(lit(null))).goto("unpin"),
    ),
    rt: call("spin_unlock(this_cpu_ptr(lock));", rtSpinUnlock, { which }, { done: "unpin" }),
    unpin: step(
      "preempt_enable(); /* PREEMPT_RT: migrate_enable(); */",
      { ref: "2.3" },
      otherwise.do(unpinCpu(self)).goto("done"),
    ),
  }),
);
