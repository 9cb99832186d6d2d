/** Who calls, and when: tasks with interrupts or preemption off, and contexts that come only after others. */
import { describe, expect, it } from "vitest";
import { and, context, element, ended, implies, not, rowsOf, standsIn } from "../../checker/language/index.ts";
import { chain, cpu } from "../../model/machine/config.ts";
import { inNmi, m } from "../../model/machine/state.ts";
import { always, ask, finally_, hardirq, nmi, once, problemsOf, task } from "./setup.ts";

const cpu0 = m.cpu.at(element(cpu, 0));
const who = (i: number) => element(context, i);
const isThere = (i: number) => m.frame.at(who(i)).chain.notNull();
const calls = (name: string) => not(standsIn(who(0), rowsOf(name, "enter")));
const SLABS = ["A cpu0 free=1", "A partial free=1", "page"];

describe("a task that calls with interrupts or preemption off", () => {
  const script = ["kmalloc A", "kmalloc A", "kfree #1"];
  const off = (options: object) => ({
    configuration: { buckets: 1, slabs: SLABS },
    contexts: [task("task0", script, { ...options }), hardirq("irq0", ["kmalloc A"])],
  });
  const working = (options: object) =>
    ask({
      ...off(options),
      properties: [
        "S9",
        once("cut by a hardirq", and(isThere(1), calls("task0"), not(ended(who(0))))),
        always("irqs", implies(and(calls("task0"), not(ended(who(0)))), cpu0.irqsOff)),
        always("preempt", implies(and(calls("task0"), not(ended(who(0)))), cpu0.preemptCount.ge(1))),
        finally_("all is as at the start", and(not(cpu0.irqsOff), cpu0.preemptCount.eq(0))),
      ],
    });

  it("has them off in all of its calls, and on again when it is done", () => {
    const irqs = working({ irqsOff: true });
    expect([irqs.violated, irqs.met]).toEqual([["preempt"], []]);
    const preempt = working({ preemptOff: true });
    expect([preempt.violated, preempt.met]).toEqual([["irqs"], ["cut by a hardirq"]]);
    const both = working({ irqsOff: true, preemptOff: true });
    expect([both.violated, both.met]).toEqual([[], []]);
    const neither = working({});
    expect(neither.violated).toEqual(["irqs", "preempt"]);
  });

  it("makes all its calls or none, and is not preempted in between", () => {
    const { violated, met } = ask({
      configuration: { buckets: 1, slabs: SLABS },
      contexts: [
        task("task0", ["kmalloc_nolock A", "kmalloc_nolock A"], { preemptOff: true }),
        task("task1", ["kmalloc A"]),
      ],
      properties: [
        always("current", implies(and(calls("task0"), not(ended(who(0)))), cpu0.current.eq(element(chain, 0)))),
        once("another runs", cpu0.current.eq(element(chain, 1))),
        "S9",
      ],
    });
    expect([violated, met]).toEqual([[], ["another runs"]]);
  });

  it("is cut by an NMI all the same", () => {
    const { met } = ask({
      configuration: { buckets: 1, slabs: SLABS },
      contexts: [task("task0", ["kmalloc A"], { irqsOff: true }), nmi("nmi0", ["kmalloc_nolock A"])],
      properties: [once("an NMI", and(isThere(1), inNmi(who(1)), calls("task0"), not(ended(who(0)))))],
    });
    expect(met).toEqual(["an NMI"]);
  });

  it("may not call what sleeps, or on PREEMPT_RT may sleep", () => {
    const said = (script: readonly string[], options: object, preemptRt: boolean) =>
      problemsOf({
        configuration: { buckets: 1, slabs: ["A cpu0 free=1", "page held"], preemptRt, pages: true, memcg: true },
        contexts: [task("task0", script, { ...options })],
      }).map(({ path, what, mend }) => `${path}: ${what}; ${mend}`);
    const sleepers = ["destroy A", "flush A", "scan", "drain cpu0", "reparent", "flush_stats"];
    expect(said(sleepers, { preemptOff: true }, false)).toEqual(
      sleepers.map(
        (line, i) =>
          `/contexts/0/script/${i}: "${line}" sleeps, or runs in a worker, and "task0" has preemption off; drop "preemptOff", or the call`,
      ),
    );
    const spinners = ["kmalloc A", "kfree #1", "alloc_page", "free_page s1"];
    const instead = ["kmalloc_nolock", "kfree_nolock", "alloc_pages_nolock", "free_pages_nolock"];
    expect(said(spinners, { irqsOff: true }, false)).toEqual([]);
    expect(said(spinners, { irqsOff: true }, true)).toEqual(
      spinners.map(
        (line, i) =>
          `/contexts/0/script/${i}: ${line.split(" ")[0]}() may sleep on PREEMPT_RT, and "task0" has interrupts off; use ${instead[i]}, or drop "irqsOff"`,
      ),
    );
    expect(said(["kmalloc_nolock A", "kfree_nolock #1"], { irqsOff: true, preemptOff: true }, true)).toEqual([]);
    expect(said(sleepers, {}, true)).toEqual([]);
  });
});
