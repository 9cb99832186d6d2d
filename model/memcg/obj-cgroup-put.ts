/**
 * obj_cgroup_put(), and obj_cgroup_release(), which the last put calls there and then: it returns whole pages that are
 * left on the account and takes the objcg off its list under objcg_lock.
 *
 * Context: Waits for objcg_lock where the reference was the last one.
 *
 * @kernel v6.18 include/linux/memcontrol.h obj_cgroup_put(), mm/memcontrol.c obj_cgroup_release()
 */

import { bool, call, id, otherwise, program, step, value, when } from "../../checker/language/index.ts";
import { spinLockIrqsave, spinUnlockIrqrestore } from "../locks/spinlock.ts";
import { objcgLock } from "../mm/locks.ts";
import { belowPage, mc, objcg as objcgs, wholePages } from "./state.ts";

export const objCgroupPut = program(
  "obj_cgroup_put",
  {
    exits: ["done"],
    params: { objcg: value(id(objcgs)) },
    locals: { flags: bool },
    kernel: "v6.18 mm/memcontrol.c obj_cgroup_release()",
    tag: "S",
    abstracts: ["the reference count of an objcg is one number, not one for each CPU"],
  },
  (_, { objcg }, { flags }) => {
    const account = mc.objcg.at(objcg);
    return {
      put: step(
        "percpu_ref_put(&objcg->refcnt);",
        { ref: "3.13.12" },
        when(account.refs.eq(1)).do(account.refs.set(0)).goto("pages"),
        otherwise.do(account.refs.set(account.refs.minus(1))).goto("done"),
      ),
      pages: step(
        "nr_pages = atomic_read(&objcg->nr_charged_bytes) >> PAGE_SHIFT; if (nr_pages) .. memcg_uncharge(memcg, nr_pages);",
        { ref: "3.13.13", note: "nobody else has the objcg any more" },
        otherwise
          .do(
            account.pages.set(account.pages.minus(wholePages(account.charged))),
            account.charged.set(belowPage(account.charged)),
          )
          .goto("lock"),
      ),
      lock: call(
        "spin_lock_irqsave(&objcg_lock, flags);",
        spinLockIrqsave,
        { which: objcgLock, flags },
        { held: "unlist" },
        { ref: "3.13.13" },
      ),
      unlist: step("list_del(&objcg->list);", { ref: "3.13.13" }, otherwise.goto("unlock")),
      unlock: call(
        "spin_unlock_irqrestore(&objcg_lock, flags);",
        spinUnlockIrqrestore,
        { which: objcgLock, flags },
        { done: "done" },
        { ref: "3.13.13" },
      ),
    };
  },
);
