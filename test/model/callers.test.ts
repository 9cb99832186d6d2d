/** Who calls, and when: tasks with interrupts or preemption off, and contexts that come only after others. */

import { describe, expect, it } from "vitest";
import {
  and,
  context,
  element,
  ended,
  implies,
  lit,
  not,
  type Patch,
  type Property,
  patch,
  property,
  rowsOf,
  standsIn,
  step,
  when,
} from "../../checker/language/index.ts";
import type { ContextSpec } from "../../checker/spec/model.ts";
import { chain, cpu } from "../../model/machine/sets.ts";
import { inNmi, m } from "../../model/machine/state.ts";
import { PROPERTIES } from "../../model/properties/index.ts";
import { returned } from "../../model/slub/calls.ts";
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

describe("a context that comes after others", () => {
  const following = (one: ContextSpec, ...others: string[]): ContextSpec => ({ ...one, after: others });
  const configuration = { buckets: 1, objects: 4, slabs: ["A cpu0 free=0"] };

  const violatedAndMet = (contexts: readonly ContextSpec[], properties: readonly Property[], cpus: number) => {
    const { violated, met } = ask({ configuration: { ...configuration, cpus }, contexts, properties });
    return [violated, met];
  };
  const unordered = (contexts: readonly ContextSpec[]): ContextSpec[] => contexts.map(({ after: _, ...one }) => one);

  it("arrives only when they have ended, and may stay away", () => {
    const contexts = [
      task("task0", ["kfree s0.o0"]),
      nmi("nmi0", ["kmalloc_nolock A"]),
      following(hardirq("irq0", ["kfree s0.o1"]), "nmi0"),
    ];
    const properties = [
      always("waits", implies(isThere(2), ended(who(1)))),
      once("comes", isThere(2)),
      once("stays away", and(ended(who(0)), not(ended(who(1))))),
    ];
    expect(violatedAndMet(contexts, properties, 1)).toEqual([[], ["comes", "stays away"]]);
    expect(violatedAndMet(unordered(contexts), properties, 1)).toEqual([["waits"], ["comes", "stays away"]]);
  });

  it("begins only when all of them have ended", () => {
    const contexts = [
      task("task0", ["kfree s0.o0"]),
      following(task("task1", ["kfree s0.o1"], { cpu: 1 }), "task0", "task2"),
      task("task2", ["kfree s0.o2"], { cpu: 1 }),
    ];
    const begun = not(standsIn(who(1), rowsOf("task1", "call1")));
    const properties = [always("waits", implies(begun, and(ended(who(0)), ended(who(2))))), once("begins", begun)];
    expect(violatedAndMet(contexts, properties, 2)).toEqual([[], ["begins"]]);
    expect(violatedAndMet(unordered(contexts), properties, 2)).toEqual([["waits"], ["begins"]]);
  });
});

describe("the barrier of a destroyer that has waited for one free", () => {
  const slabs = ["A full", "B full"];
  const destroyer = task("task1", ["destroy A"], { cpu: 1 });
  /** L3 but for "the barrier returns". */
  const atShutdown = property(
    "L3",
    "",
    ...(PROPERTIES.L3?.clauses ?? []).filter(({ kind }) => kind !== "alwaysPossible"),
  );
  const asked = (
    irq: string,
    destroys: ContextSpec,
    patches: readonly Patch[] = [],
    variants: readonly string[] = [],
  ) =>
    ask({
      configuration: { cpus: 2, slabs },
      contexts: [task("task0", ["kfree_nolock s1.o0"]), hardirq("irq0", [irq]), destroys],
      properties: [atShutdown],
      patches,
      variants,
    }).violated;
  const later = { ...destroyer, after: ["irq0"] };

  it("misses the object where somebody stands before irq_work_queue(), whatever he frees", () => {
    expect(asked("kfree_nolock s0.o0", later)).toEqual(["L3"]);
    expect(asked("kfree_nolock s1.o1", later)).toEqual([]);
    for (const variant of ["barrier-queues-work", "barrier-waits-for-lists"])
      expect(asked("kfree_nolock s0.o0", later, [], [variant])).toEqual([]);
  });

  it("owes nothing to a free that has not returned", () => {
    const neverReturns = patch(returned, () => ({
      check: step(
        "(a test) it does not return",
        when(lit(false)).goto("object"),
        when(lit(false)).goto("page"),
        when(lit(false)).goto("NULL"),
      ),
    }));
    expect(asked("kfree_nolock s0.o0", destroyer)).toEqual(["L3"]);
    expect(asked("kfree_nolock s0.o0", destroyer, [neverReturns])).toEqual(["deadlock"]);
  });
});
