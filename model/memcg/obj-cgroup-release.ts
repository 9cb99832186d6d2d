/**
 * obj_cgroup_put(), and obj_cgroup_release(), which the last put calls there and then: it returns whole pages that are left
 * on the account, takes the objcg off its list under objcg_lock, gives up the reference count, and has RCU free the rest.
 *
 * Context: Waits for objcg_lock where the reference was the last one, and calls kfree() and kfree_rcu().
 * Abstracts: percpu_ref_exit() is a step: it takes percpu_ref_switch_lock, and frees by kfree(). So is kfree_rcu().
 *
 * @kernel v7.3.4 include/linux/memcontrol.h obj_cgroup_put(); mm/memcontrol.c obj_cgroup_release();
 *   lib/percpu-refcount.c percpu_ref_exit()
 */
import { bool, call, id, otherwise, program, step, value, when } from "../../checker/language/index.ts";
import { spinLockIrqsave, spinUnlockIrqrestore } from "../locks/spinlock.ts";
import { objcgLock } from "../mm/locks.ts";
import { accountCells, belowPage, objcg as objcgs, wholePages } from "./state.ts";

export const objCgroupRelease = program(
  "obj_cgroup_release",
  {
    exits: ["done"],
    params: { objcg: value(id(objcgs)) },
    locals: { flags: bool },
    kernel: "v7.3.4 mm/memcontrol.c obj_cgroup_release()",
    tag: "S",
    abstracts: ["percpu_ref_exit() and kfree_rcu() of an objcg that is released are a step each"],
  },
  (_, { objcg }, { flags }) => {
    const account = accountCells.objcg.at(objcg);
    return {
      pages: step(
        "nr_bytes = atomic_read(&objcg->nr_charged_bytes); .. nr_pages = nr_bytes >> PAGE_SHIFT; if (nr_pages) .. memcg_uncharge_kmem(memcg, nr_pages);",
        { ref: "11.7.C1", note: "nobody else has the objcg any more" },
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
        { ref: "11.7.C2" },
      ),
      unlist: step("list_del(&objcg->list);", { ref: "11.7.C2" }, otherwise.goto("unlock")),
      unlock: call(
        "spin_unlock_irqrestore(&objcg_lock, flags);",
        spinUnlockIrqrestore,
        { which: objcgLock, flags },
        { done: "exit" },
        { ref: "11.7.C2" },
      ),
      exit: step(
        "percpu_ref_exit(ref); /* spin_lock_irqsave(&percpu_ref_switch_lock, flags); .. kfree(data); */",
        { ref: "11.7.C3" },
        otherwise.goto("kfreeRcu"),
      ),
      kfreeRcu: step("kfree_rcu(objcg, rcu);", { ref: "11.7.C4" }, otherwise.goto("done")),
    };
  },
);

export const objCgroupPut = program(
  "obj_cgroup_put (7.3)",
  {
    exits: ["done"],
    params: { objcg: value(id(objcgs)) },
    kernel: "v7.3.4 include/linux/memcontrol.h obj_cgroup_put()",
    inlines: "include/linux/percpu-refcount.h percpu_ref_put_many()",
    tag: "S",
    abstracts: ["the reference count of an objcg is one number, not one for each CPU"],
  },
  (_, { objcg }) => {
    const { refs } = accountCells.objcg.at(objcg);
    return {
      put: step(
        "percpu_ref_put(&objcg->refcnt);",
        { ref: "11.7.C" },
        when(refs.eq(1)).do(refs.set(0)).goto("release"),
        otherwise.do(refs.set(refs.minus(1))).goto("done"),
      ),
      release: call(
        "ref->data->release(ref); /* obj_cgroup_release() */",
        objCgroupRelease,
        { objcg },
        { done: "done" },
        { ref: "11.7.C" },
      ),
    };
  },
);
