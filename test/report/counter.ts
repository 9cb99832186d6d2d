/** A small machine for reports: tasks and NMIs on CPUs, each of which adds one to a counter, in two steps. */
import { check } from "../../checker/answer/check.ts";
import type { Outcome } from "../../checker/answer/outcome.ts";
import {
  and,
  call,
  choose,
  constants,
  context,
  each,
  element,
  happens,
  id,
  indexSet,
  not,
  optional,
  otherwise,
  type Property,
  program,
  property,
  range,
  type System,
  state,
  step,
  when,
  whenever,
} from "../../checker/language/index.ts";
import { link } from "../../checker/link/link.ts";
import { defineModel } from "../../checker/spec/model.ts";
import type { Spec } from "../../checker/spec/spec.ts";

const cpu = indexSet("cpu");
const machine = constants({ home: each(context, id(cpu)) });
export const memory = state({ top: each(cpu, optional(id(context))), counter: range(0, 4) });

export const increment = program(
  "increment",
  {
    exits: ["done"],
    locals: { n: range(0, 4) },
    kernel: "lib/counter.c increment()",
    tag: "S",
    abstracts: ["one word"],
  },
  (_self, _params, { n }) => ({
    load: step("n = counter;", otherwise.do(n.set(memory.counter)).goto("store")),
    store: step(
      "counter = n + 1;",
      { tag: "D", note: "the compiler may do more" },
      otherwise.do(memory.counter.set(n.plus(1))).goto("done"),
    ),
  }),
);

const task = program("task", { exits: ["done"] }, () => ({
  call: call("increment();", increment, {}, { done: "done" }),
}));

const nmi = program("nmi", { exits: ["done"], locals: { below: optional(id(context)) } }, (self, _, { below }) => {
  const top = memory.top.at(machine.home.at(self));
  return {
    arrive: step(
      "(model) an NMI arrives",
      { arrive: true, mayStop: true, cuts: top },
      when(not(top.eq(self)))
        .do(below.set(top), top.set(self))
        .goto("handle"),
    ),
    handle: call("increment();", increment, {}, { done: "leave" }),
    leave: step("(model) return from the NMI", otherwise.do(top.set(below)).goto("done")),
  };
});

const scheduler = program("scheduler", { exits: [] }, (self) => {
  const here = machine.home.at(self);
  return {
    turn: step(
      "(model) another task runs",
      { arrive: true, schedules: true },
      choose(context, (x) =>
        when(and(x.ne(self), machine.home.at(x).eq(here), not(memory.top.at(here).eq(x))))
          .do(memory.top.at(here).set(x))
          .goto("turn"),
      ),
    ),
  };
});

export const nothingLost = property(
  "nothingLost",
  "nobody writes the counter between a load and the store that follows",
  whenever(increment, "store", ({ n }) => memory.counter.eq(n)),
);

export const stores = property("stores", "somebody stores", happens(increment, "store"));

const scripts = { task, job: task, nmi, scheduler };

/** Contexts by name: what they do, and the number of their CPU. On a CPU with a job, too, the task begins. */
export function counterSystem(names: readonly string[], properties: readonly Property[] = [nothingLost]): System {
  const kindOf = (name: string) => name.replace(/\d+$/, "") as keyof typeof scripts;
  const numberOf = (name: string) => Number(/\d+$/.exec(name)?.[0]);
  const cpus = 1 + Math.max(...names.map(numberOf));
  return link({
    name: "counter",
    sizes: { cpu: cpus },
    roots: [machine, memory],
    constants: names.map((name, i) => machine.home.at(element(context, i)).set(element(cpu, numberOf(name)))),
    initially: names.flatMap((name, i) =>
      name.startsWith("task") ? [memory.top.at(element(cpu, numberOf(name))).set(element(context, i))] : [],
    ),
    contexts: names.map((name) => ({ name, script: scripts[kindOf(name)] })),
    mayRun: (self) => memory.top.at(machine.home.at(self)).eq(self),
    lane: (self) => machine.home.at(self),
    properties,
  });
}

/** The spec of a system that was made without one. */
export const specOf = (system: System, some: Partial<Spec> = {}): Spec => ({
  name: system.name,
  question: "Is an increment lost?",
  model: defineModel({
    name: system.name,
    title: "a counter",
    properties: {},
    build: () => {
      throw new Error("the system is already built");
    },
  }),
  asked: { configuration: {}, version: null, variants: [], contexts: [] },
  properties: system.properties.map((p) => p.name),
  whereTheyApply: [],
  selection: "named",
  without: [],
  deadlock: system.deadlock,
  sometimes: [],
  happens: [],
  size: "ci",
  claims: [],
  designs: [],
  cuts: "noted",
  uncut: [],
  show: null,
  expect: null,
  others: [],
  changed: [],
  ...some,
});

export const outcomeOf = (system: System, some: Partial<Spec> = {}): Outcome =>
  check({ source: system.name, spec: specOf(system, some), system }, { exploreAll: true });
