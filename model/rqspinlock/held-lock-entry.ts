/**
 * grab_held_lock_entry() and release_held_lock_entry(): what a CPU holds or asks for, for others to read.
 *
 * A frame that comes in between leaves the table as it found it, so the CPU may read its own `cnt` again.
 *
 * @kernel v7.3.4 include/asm-generic/rqspinlock.h
 */
import { id, otherwise, program, range, select, step, value, when } from "../../checker/language/index.ts";
import { rq } from "./config.ts";
import { rqLock } from "./sets.ts";
import { ownTable } from "./state.ts";

const KERNEL = "v7.3.4 include/asm-generic/rqspinlock.h";

export const grabHeldLockEntry = program(
  "grab_held_lock_entry",
  {
    exits: ["done"],
    params: { lock: value(id(rqLock)) },
    locals: { cnt: range(0, 31) },
    kernel: `${KERNEL} grab_held_lock_entry()`,
    tag: "S",
  },
  (self, { lock }, { cnt }) => {
    const table = ownTable(self);
    return {
      entry: select("(model) the count, then the entry", [], "inc"),
      inc: step(
        "int cnt = this_cpu_inc_return(rqspinlock_held_locks.cnt); if (unlikely(cnt > RES_NR_HELD)) .. return;",
        { ref: "R2.1" },
        when(table.cnt.ge(rq.nrHeld))
          .do(table.cnt.set(table.cnt.plus(1)))
          .goto("done"),
        otherwise.do(table.cnt.set(table.cnt.plus(1)), cnt.set(table.cnt.plus(1))).goto("write"),
      ),
      write: step(
        "this_cpu_write(rqspinlock_held_locks.locks[cnt - 1], lock);",
        { ref: "R2.2" },
        otherwise.do(table.locks.at(cnt.minus(1)).set(lock)).goto("done"),
      ),
    };
  },
);

export const releaseHeldLockEntry = program(
  "release_held_lock_entry",
  { exits: ["done"], kernel: `${KERNEL} release_held_lock_entry()`, tag: "S" },
  (self) => {
    const table = ownTable(self);
    return {
      entry: select("struct rqspinlock_held *rqh = this_cpu_ptr(&rqspinlock_held_locks);", [], "clear"),
      clear: step(
        "if (unlikely(rqh->cnt > RES_NR_HELD)) goto dec; WRITE_ONCE(rqh->locks[rqh->cnt - 1], NULL);",
        { ref: "R2.3" },
        when(table.cnt.gt(rq.nrHeld)).goto("dec"),
        otherwise.do(table.locks.at(table.cnt.minus(1)).set(null)).goto("dec"),
      ),
      dec: step(
        "smp_wmb(); this_cpu_dec(rqspinlock_held_locks.cnt);",
        { ref: "R2.4" },
        otherwise.do(table.cnt.set(table.cnt.minus(1))).goto("done"),
      ),
    };
  },
);
