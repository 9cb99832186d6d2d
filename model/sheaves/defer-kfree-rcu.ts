/**
 * defer_kfree_rcu(): an object for which no grace period can be asked for here goes on a per-CPU list, by its head.
 *
 * Context: Any.
 * Abstracts: the list is a set. The head is a word of the object that readers do not look at: it is not modelled.
 *
 * @kernel v7.3.4 mm/slub.c defer_kfree_rcu()
 */

import { exists, id, not, or, otherwise, program, racy, step, value, when } from "../../checker/language/index.ts";
import { irqWorkQueue } from "../machine/irq-work.ts";
import { preemptDisable, preemptEnable } from "../machine/pin.ts";
import { cpu } from "../machine/sets.ts";
import { thisCpu } from "../machine/state.ts";
import { object } from "../mm/sets.ts";
import { addsListed } from "../slub/lists.ts";
import { DEFERRED_WORK } from "../slub/state.ts";
import { isDeferred } from "./lists.ts";
import { isPutOff, r } from "./rcu-state.ts";

export const deferKfreeRcu = program(
  "defer_kfree_rcu",
  {
    exits: ["done"],
    params: { x: value(id(object)) },
    locals: { c: id(cpu) },
    kernel: "v7.3.4 mm/slub.c defer_kfree_rcu()",
    tag: "S",
  },
  (self, { x }, { c }) => {
    const { objects } = r.rcuWork.at(c);
    return {
      pin: step(
        "guard(preempt)(); dpw = this_cpu_ptr(&deferred_percpu_work);",
        { ref: "11.4.A4" },
        otherwise.do(preemptDisable(self), c.set(thisCpu(self))).goto("push"),
      ),
      push: step(
        "if (llist_add((struct llist_node *)head, &dpw->objects_by_rcu))",
        { ref: "11.4.A4" },
        addsListed(racy(or(isDeferred(x), isPutOff(x)))),
        when(not(exists(object, (o) => objects.at(o))))
          .do(objects.at(x).set(true))
          .goto("queue"),
        otherwise.do(objects.at(x).set(true)).goto("unpin"),
      ),
      queue: step(
        "irq_work_queue(&dpw->work);",
        { ref: "11.4.A4" },
        otherwise.do(irqWorkQueue(self, c, DEFERRED_WORK)).goto("unpin"),
      ),
      unpin: step("(model) end of guard(preempt)", { ref: "11.4.A4" }, otherwise.do(preemptEnable(self)).goto("done")),
    };
  },
);
