/** Locks that are only tried, since 7.0, with a safeguard taken away or a proposal put in. */
import { lit, otherwise, patch, select, step, type Variant, variant, when } from "../../checker/language/index.ts";
import { localUnlock } from "../locks/local-lock.ts";
import { localTrylock } from "../locks/local-trylock.ts";
import { rtSpinTrylock } from "../locks/rt-mutex.ts";
import { spinTrylockIrqsave } from "../locks/spinlock.ts";
import { l } from "../locks/state.ts";
import { thisCpu } from "../machine/state.ts";
import { allocFromPcs } from "../sheaves/alloc-from-pcs.ts";
import { sheavesLock } from "../sheaves/state.ts";

/** PREEMPT_RT: the test of NMI and hardirq is not made. */
const PIN = select("(variant) no test of in_nmi() and in_hardirq()", [], "pin");

export const SHEAF_LOCK_VARIANTS: Readonly<Record<string, Variant>> = {
  "sheaves-unpinned": variant(
    "sheaves-unpinned",
    "H16: nothing keeps a task on its CPU in a section of local_trylock(): neither preemption nor migration is off",
    patch(localTrylock, ({ self, c, here }) => ({
      pin: step(
        "(variant) this_cpu_ptr(lock)",
        { tag: "D" },
        otherwise.do(c.set(thisCpu(self)), here.set(thisCpu(self))).goto("path"),
      ),
      unpin: step("(variant) nothing to put back", otherwise.goto("busy")),
    })),
    patch(allocFromPcs, ({ self, b }) => ({
      unlock: step(
        "local_unlock(&s->cpu_sheaves->lock); /* of the CPU that the task is on */",
        { ref: "11.2.B7" },
        otherwise.do(l.lock.at(sheavesLock(thisCpu(self), b)).holder.set(lit(null))).goto("return"),
      ),
    })),
    patch(localUnlock, () => ({ unpin: step("(variant) nothing to put back", otherwise.goto("done")) })),
  ),
  "up-trylock-keeps-mark": variant(
    "up-trylock-keeps-mark",
    "U4: without SMP a spinlock has a mark that its trylock looks at",
    patch(spinTrylockIrqsave, ({ self, which }) => {
      const { holder } = l.lock.at(which);
      return {
        up: step(
          "(variant) !SMP: whether somebody below is inside",
          { tag: "D" },
          when(holder.isNull()).do(holder.set(self)).goto("held"),
          otherwise.goto("undo"),
        ),
      };
    }),
  ),
  "local-trylock-anywhere": variant(
    "local-trylock-anywhere",
    "R12: on PREEMPT_RT local_trylock() does not give up in an NMI or a hardirq",
    patch(localTrylock, () => ({ entry: PIN }), { removed: ["context"] }),
  ),
  "slow-trylock-asks-no-owner": variant(
    "slow-trylock-asks-no-owner",
    "R13: rt_mutex_slowtrylock() takes the raw wait_lock without a look at whether somebody owns the lock",
    patch(rtSpinTrylock, () => ({
      owned: step("(variant) no rt_mutex_owner(lock)", { tag: "D" }, otherwise.goto("waitLock")),
    })),
  ),
};
