/** Random systems for reports: contexts on lanes, calls, waiting, an NMI, and any text where an author writes text. */
import fc from "fast-check";
import {
  and,
  call,
  constants,
  context,
  each,
  element,
  id,
  indexSet,
  invariant,
  not,
  optional,
  otherwise,
  type Program,
  program,
  property,
  type Row,
  range,
  type System,
  state,
  step,
  when,
} from "../../checker/language/index.ts";
import { link } from "../../checker/link/link.ts";

interface Op {
  readonly kind: "set" | "wait" | "copy";
  readonly cell: "x" | "y";
  readonly value: number;
  readonly depth: number;
  readonly quote: string;
}

export interface Drawn {
  readonly scripts: readonly (readonly Op[])[];
  readonly cpus: number;
  readonly hasLanes: boolean;
  readonly sentence: string;
}

/** Any text that an author may write. */
export const text = fc.oneof(fc.string({ maxLength: 90 }), fc.string({ unit: "grapheme", maxLength: 40 }), fc.lorem());

const op: fc.Arbitrary<Op> = fc.record({
  kind: fc.constantFrom("set", "wait", "copy"),
  cell: fc.constantFrom("x", "y"),
  value: fc.nat(2),
  depth: fc.nat(40),
  quote: text,
});

export const drawn: fc.Arbitrary<Drawn> = fc.record({
  scripts: fc.array(fc.array(op, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 3 }),
  cpus: fc.integer({ min: 1, max: 3 }),
  hasLanes: fc.boolean(),
  sentence: text,
});

const cpu = indexSet("cpu");

/** Builds anew at each call. */
export function randomSystem({ scripts, cpus, hasLanes, sentence }: Drawn): System {
  const machine = constants({ home: each(context, id(cpu)) });
  const memory = state({ x: range(0, 2), y: range(0, 2), cut: optional(id(context)) });
  const copy = ({ cell, depth, quote }: Op, name: string): Program<Record<never, never>, object, "done", string> => {
    const other = cell === "x" ? memory.y : memory.x;
    let callee: Program<Record<never, never>, object, "done", string> = program(
      name,
      { exits: ["done"], locals: { n: range(0, 2) } },
      (_self, _params, { n }) => ({
        load: step(quote, otherwise.do(n.set(memory[cell])).goto("store")),
        store: step(`store ${quote}`, { note: quote }, otherwise.do(other.set(n)).goto("done")),
      }),
    ) as never;
    for (let i = 1; i < depth; i++) {
      const inner = callee;
      callee = program(`${name}_${i}`, { exits: ["done"] }, () => ({
        call: call("f();", inner, {}, { done: "done" }),
      })) as never;
    }
    return callee;
  };
  const script = (ops: readonly Op[], s: number) =>
    program(`script${s}`, { exits: ["end"] }, () =>
      Object.fromEntries(
        ops.map((one, i): [string, Row<string>] => {
          const next = i + 1 < ops.length ? `row${i + 1}` : "end";
          const cell = memory[one.cell];
          if (one.kind === "copy") return [`row${i}`, call(one.quote, copy(one, `f${s}_${i}`), {}, { done: next })];
          const does = one.kind === "wait" ? when(cell.eq(one.value)) : otherwise.do(cell.set(one.value));
          return [`row${i}`, step(one.quote, does.goto(next))];
        }),
      ),
    );
  const nmi = program("nmi", { exits: ["done"] }, (self) => ({
    arrive: step(
      "(model) arrives",
      { arrive: true, mayStop: true, cuts: element(context, 0) },
      when(memory.cut.isNull()).do(memory.cut.set(self)).goto("act"),
    ),
    act: step("x = 2;", otherwise.do(memory.x.set(2)).goto("leave")),
    leave: step("(model) leaves", otherwise.do(memory.cut.set(null)).goto("done")),
  }));
  const contexts = [
    ...scripts.map((ops, i) => ({ name: `task${i}`, script: script(ops, i) })),
    { name: "nmi0", script: nmi },
  ];
  return link({
    name: "random",
    sizes: { cpu: cpus },
    roots: [machine, memory],
    constants: scripts.map((_, i) => machine.home.at(element(context, i)).set(element(cpu, i % cpus))),
    contexts,
    mayRun: (self) => not(and(self.eq(element(context, 0)), memory.cut.notNull())),
    ...(hasLanes ? { lane: (self) => machine.home.at(self) } : {}),
    properties: [property("notBoth", sentence, invariant(not(and(memory.x.eq(2), memory.y.eq(1)))))],
  });
}
