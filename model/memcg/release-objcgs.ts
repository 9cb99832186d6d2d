/**
 * A proposal: the callback of an irq_work releases the objcgs whose last reference went on its CPU.
 *
 * Context: As the callback's: no hardirq or NMI, and no section with interrupts off, is below.
 * Abstracts: objcgs are taken off the list one by one, in any order.
 */
import { call, choose, id, otherwise, program, step, value, when } from "../../checker/language/index.ts";
import { cpu } from "../machine/sets.ts";
import { objCgroupRelease } from "./obj-cgroup-release.ts";
import { objcg as objcgs } from "./state.ts";
import { ms } from "./stock-slots.ts";

export const releaseObjcgs = program(
  "(variant) release_objcgs",
  {
    exits: ["done"],
    params: { c: value(id(cpu)) },
    locals: { objcg: id(objcgs) },
    tag: "D",
  },
  (_, { c }, { objcg }) => {
    const listed = ms.toRelease.at(c);
    return {
      next: step(
        "(variant) llist_for_each_entry_safe(objcg, next, llist_del_all(list), llnode)",
        choose(objcgs, (o) => when(listed.at(o)).do(listed.at(o).set(false), objcg.set(o)).goto("release")),
        otherwise.goto("done"),
      ),
      release: call("(variant) obj_cgroup_release(&objcg->refcnt);", objCgroupRelease, { objcg }, { done: "next" }),
    };
  },
);
