/**
 * flush_rcu_sheaves_on_cache(): a worker runs on every CPU, and one waits for all of them. Where no script has
 * to do with RCU the workers find nothing; that each could run says that preemption was on there at some moment since.
 *
 * Context: A task; may sleep.
 * Abstracts: the worker of a CPU is one step (`model/versions/sheaves-rcu.ts`); flush_lock is left out.
 *
 * @kernel v7.3.4 mm/slub.c flush_rcu_sheaves_on_cache(), flush_rcu_sheaf()
 */

import {
  and,
  choose,
  forAll,
  id,
  not,
  otherwise,
  program,
  setEach,
  step,
  value,
  when,
} from "../../checker/language/index.ts";
import { cpu } from "../machine/sets.ts";
import { atomicOn, m } from "../machine/state.ts";
import { bucket } from "../mm/sets.ts";
import { oneAtATime } from "../slub/state.ts";
import { h } from "./state.ts";

export const flushRcuSheavesOnCache = program(
  "flush_rcu_sheaves_on_cache",
  {
    exits: ["done"],
    params: { b: value(id(bucket)) },
    kernel: "v7.3.4 mm/slub.c flush_rcu_sheaves_on_cache()",
    tag: "S",
    abstracts: ["the worker of a CPU that flushes rcu_free is one step"],
  },
  (self, { b }) => {
    const ran = h.workRan.at(self);
    return {
      queue: step(
        "for_each_online_cpu(cpu) { .. queue_work_on(cpu, flushwq, &sfw->work);",
        { ref: "11.4.E" },
        when(oneAtATime(b)).goto("done"),
        otherwise.do(setEach(cpu, (c) => ran.at(c).set(false))).goto("wait"),
      ),
      wait: step(
        "for_each_online_cpu(cpu) { .. flush_work(&sfw->work);",
        { ref: "11.4.E", note: "the worker of a CPU runs where nothing there has preemption or interrupts off" },
        when(forAll(cpu, (c) => ran.at(c)))
          .do(setEach(cpu, (c) => ran.at(c).set(false)))
          .goto("done"),
        choose(cpu, (c) =>
          when(and(not(ran.at(c)), not(atomicOn(m.cpu.at(c)))))
            .do(ran.at(c).set(true))
            .goto("wait"),
        ),
      ),
    };
  },
);
