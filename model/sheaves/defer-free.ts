/**
 * defer_free() since 7.0: what may not spin, and finds no room in a sheaf, pushes the object on a per-CPU list and raises an
 * irq_work.
 *
 * Context: Any.
 * Abstracts: the list is a set.
 *
 * @kernel v7.3.4 mm/slub.c defer_free()
 */

import { exists, id, not, otherwise, program, step, value, when } from "../../checker/language/index.ts";
import { irqWorkQueue } from "../machine/irq-work.ts";
import { preemptDisable, preemptEnable } from "../machine/pin.ts";
import { cpu } from "../machine/sets.ts";
import { thisCpu } from "../machine/state.ts";
import { object } from "../mm/sets.ts";
import { DEFERRED_WORK, linkOf } from "../slub/state.ts";
import { addsObject } from "./lists.ts";
import { h } from "./state.ts";

export const deferFree = program(
  "defer_free (7.3)",
  {
    exits: ["done"],
    params: { x: value(id(object)) },
    locals: { c: id(cpu) },
    kernel: "v7.3.4 mm/slub.c defer_free()",
    tag: "S",
  },
  (self, { x }, { c }) => {
    const { objects } = h.deferredWork.at(c);
    return {
      pin: step(
        "guard(preempt)(); .. dpw = this_cpu_ptr(&deferred_percpu_work);",
        { ref: "11.3.D1 11.3.D2" },
        otherwise.do(preemptDisable(self), c.set(thisCpu(self))).goto("push"),
      ),
      push: step(
        "if (llist_add(head + s->offset, &dpw->objects))",
        { ref: "11.3.D3" },
        addsObject(x),
        when(not(exists(object, (o) => objects.at(o))))
          .do(objects.at(x).set(true), linkOf(x).set("garbage"))
          .goto("queue"),
        otherwise.do(objects.at(x).set(true), linkOf(x).set("garbage")).goto("unpin"),
      ),
      queue: step(
        "irq_work_queue(&dpw->work);",
        { ref: "11.3.D4" },
        otherwise.do(irqWorkQueue(self, c, DEFERRED_WORK)).goto("unpin"),
      ),
      unpin: step("(model) end of guard(preempt)", { ref: "11.3.D5" }, otherwise.do(preemptEnable(self)).goto("done")),
    };
  },
);
