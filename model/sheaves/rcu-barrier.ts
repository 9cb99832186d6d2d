/**
 * rcu_barrier() and __kvfree_rcu_barrier(): wait for what is queued now, sheaves the one, objects outside of sheaves the
 * other. What is queued later they do not wait for.
 *
 * Context: A task; may sleep.
 *
 * @kernel v7.3.4 kernel/rcu/tree.c rcu_barrier(); mm/slab_common.c __kvfree_rcu_barrier()
 */

import { context, exists, not, or, otherwise, program, setEach, step, when } from "../../checker/language/index.ts";
import { object } from "../mm/sets.ts";
import { queuedObject, queuedSheaf, r } from "./rcu-state.ts";
import { sheaf } from "./state.ts";

export const rcuBarrier = program(
  "rcu_barrier",
  { exits: ["done"], kernel: "v7.3.4 kernel/rcu/tree.c rcu_barrier()", tag: "S" },
  (self) => {
    const { sheaves } = r.awaited.at(self);
    return {
      entrain: step(
        "smp_call_function_single(cpu, rcu_barrier_handler, (void *)cpu, 1)",
        { ref: "11.4.E" },
        otherwise
          .do(
            setEach(sheaf, (s) =>
              sheaves.at(s).set(
                or(
                  queuedSheaf(s).on.notNull(),
                  exists(context, (f) => r.freeing.at(f).sheaves.at(s)),
                ),
              ),
            ),
          )
          .goto("wait"),
      ),
      wait: step(
        "wait_for_completion(&rcu_state.barrier_completion);",
        { ref: "11.4.E" },
        when(not(exists(sheaf, (s) => sheaves.at(s)))).goto("done"),
      ),
    };
  },
);

export const kvfreeRcuBarrierKrc = program(
  "__kvfree_rcu_barrier",
  { exits: ["done"], kernel: "v7.3.4 mm/slab_common.c __kvfree_rcu_barrier()", tag: "S" },
  (self) => {
    const { objects } = r.awaited.at(self);
    return {
      queue: step(
        "queued = kvfree_rcu_queue_batch(krcp);",
        { ref: "11.4.E" },
        otherwise
          .do(
            setEach(object, (x) =>
              objects.at(x).set(
                or(
                  queuedObject(x).on.notNull(),
                  exists(context, (f) => r.freeing.at(f).objects.at(x)),
                ),
              ),
            ),
          )
          .goto("wait"),
      ),
      wait: step(
        "flush_rcu_work(&krwp->rcu_work);",
        { ref: "11.4.E" },
        when(not(exists(object, (x) => objects.at(x)))).goto("done"),
      ),
    };
  },
);
