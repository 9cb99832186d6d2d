/**
 * rcu_do_batch(): a callback is called whose grace period has ended; and what calls that, on each CPU. Without PREEMPT_RT a
 * softirq, with it a thread. That a grace period goes on is a step of a context of its own.
 *
 * Context: see above. Abstracts: one callback at a time, in any order.
 *
 * @kernel v7.3.4 kernel/rcu/tree.c rcu_do_batch(), rcu_core_si(), rcu_cpu_kthread(), rcu_gp_kthread()
 */

import {
  and,
  bool,
  call,
  choose,
  context,
  type Expr,
  either,
  exists,
  type Id,
  id,
  not,
  or,
  otherwise,
  program,
  setEach,
  step,
  value,
  when,
} from "../../checker/language/index.ts";
import { cfg } from "../machine/config.ts";
import { arrival, departure, type FrameKind, softirqMayArrive } from "../machine/contexts.ts";
import { cpu } from "../machine/sets.ts";
import { atomicOn, m } from "../machine/state.ts";
import { object } from "../mm/sets.ts";
import { kvfreeRcuList } from "./kvfree-rcu-list.ts";
import { rcuFreeSheaf } from "./rcu-free-sheaf.ts";
import { rcuFreeSheafNobarn } from "./rcu-free-sheaf-nobarn.ts";
import { isReady, queuedObject, queuedSheaf, r } from "./rcu-state.ts";
import { sheaf } from "./state.ts";

const TREE = "v7.3.4 kernel/rcu/tree.c";

type Cpu = Expr<Id<"cpu">>;

export const rcuDoBatch = program(
  "rcu_do_batch",
  {
    exits: ["done"],
    params: { here: value(id(cpu)) },
    locals: { one: id(sheaf), x: id(object) },
    kernel: `${TREE} rcu_do_batch()`,
    tag: "S",
  },
  (self, { here }, { one, x }) => {
    const mine = r.freeing.at(self);
    const ofSheaf = <const T extends string>(noBarn: boolean, next: T) =>
      choose(sheaf, (s) =>
        when(and(isReady(queuedSheaf(s), here), queuedSheaf(s).noBarn.eq(noBarn)))
          .do(queuedSheaf(s).on.set(null), queuedSheaf(s).noBarn.set(false), mine.sheaves.at(s).set(true), one.set(s))
          .goto(next),
      );
    return {
      dequeue: step(
        "rhp = rcu_cblist_dequeue(&rcl);",
        { ref: "11.4.C" },
        either(
          ofSheaf(false, "free"),
          ofSheaf(true, "freeNobarn"),
          choose(object, (o) =>
            when(isReady(queuedObject(o), here))
              .do(queuedObject(o).on.set(null), mine.objects.at(o).set(true), x.set(o))
              .goto("freeObject"),
          ),
        ),
      ),
      free: call("f(rhp); /* rcu_free_sheaf */", rcuFreeSheaf, { one }, { done: "sheafDone" }, { ref: "11.4.C" }),
      freeNobarn: call(
        "f(rhp); /* rcu_free_sheaf_nobarn */",
        rcuFreeSheafNobarn,
        { one },
        { done: "sheafDone" },
        { ref: "11.4.C" },
      ),
      sheafDone: step(
        "rcu_lock_release(&rcu_callback_map);",
        { ref: "11.4.C", note: "whoever waits in rcu_barrier() has one less to wait for" },
        otherwise
          .do(
            mine.sheaves.at(one).set(false),
            setEach(context, (f) => r.awaited.at(f).sheaves.at(one).set(false)),
          )
          .goto("done"),
      ),
      freeObject: call(
        "(model) kvfree_rcu_list(head);",
        kvfreeRcuList,
        { x },
        { done: "objectDone" },
        { ref: "11.4.D2" },
      ),
      objectDone: step(
        "(model) the worker has freed the object",
        { ref: "11.4.D2" },
        otherwise
          .do(
            mine.objects.at(x).set(false),
            setEach(context, (f) => r.awaited.at(f).objects.at(x).set(false)),
          )
          .goto("done"),
      ),
    };
  },
);

const somethingReady = (here: Cpu) =>
  or(
    exists(sheaf, (s) => isReady(queuedSheaf(s), here)),
    exists(object, (x) => isReady(queuedObject(x), here)),
  );

const SOFTIRQ: FrameKind = {
  quote: "(model) RCU's softirq",
  kernel: "RCU's softirq",
  comes: "2.1s.1 2.1s.2 2.1s.3",
  goes: "2.1s.4",
  softirq: true,
};

/** !PREEMPT_RT: RCU_SOFTIRQ of one CPU. */
export const rcuSoftirq = (here: Cpu, name: string) =>
  program(
    name,
    { exits: [], locals: { flags: bool }, kernel: `${TREE} rcu_core_si()`, tag: "S" },
    (self, _, { flags }) => ({
      arrive: arrival(self, SOFTIRQ, { flags }, and(somethingReady(here), softirqMayArrive(self)), "batch", {
        serves: true,
      }),
      batch: call("rcu_do_batch(rdp);", rcuDoBatch, { here }, { done: "return" }, { ref: "11.4.C" }),
      return: departure(self, SOFTIRQ, flags, "arrive"),
    }),
  );

/** PREEMPT_RT: a thread of one CPU. It is woken when a callback may be called, and runs when the scheduler turns to it. */
export const rcuThread = program(
  "rcu_cpu_kthread",
  { exits: [], kernel: `${TREE} rcu_cpu_kthread()`, tag: "S" },
  (self) => {
    const here = cfg.who.at(self).cpu;
    return {
      wait: step(
        "(model) RCU's thread is woken",
        { ref: "11.4.C", arrive: true, serves: true },
        when(somethingReady(here)).goto("batch"),
      ),
      batch: call("rcu_do_batch(rdp);", rcuDoBatch, { here }, { done: "wait" }, { ref: "11.4.C" }),
    };
  },
);

/** Grace periods: a CPU is seen with preemption and interrupts on, and what waited for it does so no more. */
export const rcuGracePeriods = program(
  "rcu_gp_kthread",
  { exits: [], kernel: `${TREE} rcu_gp_kthread()`, tag: "M" },
  () => ({
    report: step(
      "(model) rcu_report_qs_rdp(rdp);",
      { ref: "11.4.C", arrive: true, serves: true },
      choose(cpu, (c) =>
        when(
          and(
            not(atomicOn(m.cpu.at(c))),
            or(
              exists(sheaf, (s) => queuedSheaf(s).cpus.at(c)),
              exists(object, (x) => queuedObject(x).cpus.at(c)),
            ),
          ),
        )
          .do(
            setEach(sheaf, (s) => queuedSheaf(s).cpus.at(c).set(false)),
            setEach(object, (x) => queuedObject(x).cpus.at(c).set(false)),
          )
          .goto("report"),
      ),
    ),
  }),
);
