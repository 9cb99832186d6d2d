/**
 * The steps of a system as generated code: one function for each context and label, which finds the open commands in
 * the current state and hands every successor to `found`.
 */
import { arrivalsOf } from "../../language/arrivals.ts";
import type { Binder } from "../../language/nodes.ts";
import { leafShape } from "../../language/nodes.ts";
import type { Command, Label } from "../../language/system.ts";
import { NOWHERE } from "../../reference/fair-graph.ts";
import * as ir from "../code/ir.ts";
import { c, type Expr, type Func, FunctionWriter, type Target } from "../code/ir.ts";
import { leafCodes, Unsupported } from "../state/codes.ts";
import { maskOf } from "../state/layout.ts";
import { integer, toCode, type Val } from "../state/values.ts";
import type { Asker } from "./asker.ts";
import { noteEdge } from "./edges.ts";
import { Lowering } from "./lower.ts";
import { errorAt, type MemoryMap, MODE, violated } from "./memory-map.ts";
import { type Known, under, within } from "./scopes.ts";

/** What a function of a context and a label answers, as bits. */
export const BIT = {
  /** A guard had no value. */
  error: 1,
  /** The context is not at rest. */
  notAtRest: 2,
  /** It has a step that is not an arrival that may as well stay away. */
  moves: 4,
} as const;

/** Free choices and `setEach` are written out; a row with more of them than this is left to the reference. */
const MOST_CHOICES = 4096;

/** What the code of steps calls. */
export interface Callees {
  /** Takes the successor in memory. */
  readonly found: Func;
  /** Takes the context that moved; the successor in memory may be one to pass through. */
  readonly pass?: Func;
}

/** The values that a command chooses, where they are known. */
const chosenOf = ({ binders }: Command, known: Known): readonly number[] =>
  binders.map((binder) => {
    const { number } = known.get(binder) as Val & { readonly number: Expr };
    if (number.op !== "const") throw new Error("a choice is written out, and its value is not known");
    return number.value;
  });

export class Expander {
  readonly #map: MemoryMap;
  readonly #callees: Callees;
  readonly #asker: Asker;

  constructor(map: MemoryMap, callees: Callees, asker: Asker) {
    this.#map = map;
    this.#callees = callees;
    this.#asker = asker;
  }

  /** The steps of a context that stands at a label. */
  stepsOf(context: number, label: Label | null): Func {
    const { system } = this.#map;
    const writer = new FunctionWriter(`${system.contexts[context]?.name} ${label?.name ?? "(end)"}`);
    if (!label) {
      writer.emit(ir.ret(c(0)));
      return writer.fn;
    }
    const { mayStop, schedules, serves, arrive } = label.meta;
    const idle = mayStop || schedules || serves ? 0 : BIT.notAtRest;
    const moving = (mayStop || schedules ? 0 : BIT.notAtRest) | (mayStop ? 0 : BIT.moves);
    writer.block((error) => {
      const lowering = new Lowering(this.#map, writer, context, { error, broken: error });
      if (!arrive) writer.if(ir.not(lowering.test(system.mayRun)), () => writer.emit(ir.ret(c(idle))));
      for (const entry of label.entries) this.#entry(lowering, label, entry, moving);
      this.#waits(lowering, label);
      const { options, memory } = this.#map;
      if (options.edges !== undefined) writer.emit(ir.store8(ir.own(memory.waiting, context), c(1)));
      writer.emit(ir.ret(c(idle)));
    });
    this.#asker.event(writer, errorAt(false));
    writer.emit(ir.ret(c(BIT.error | idle)));
    return writer.fn;
  }

  /**
   * Notes at which row each frame may come on top of the current state; or would, if it were not elsewhere or had not
   * already been. Where that question has no value the answer is no.
   */
  cutMarks(): Func {
    const { system, layout, memory } = this.#map;
    const writer = new FunctionWriter("cut marks");
    const nowhere: Target = { kind: "block" };
    for (const context of system.contexts.keys()) {
      const lowering = new Lowering(this.#map, writer, context, { error: nowhere, broken: nowhere });
      for (const arrival of arrivalsOf(system, context)) {
        const whom = arrival.cuts;
        if (!whom) continue;
        writer.block((no) => {
          under(lowering, { error: no, broken: no }, () => {
            const cut = writer.shared(lowering.value(whom).number);
            lowering.leaveIf(ir.not(ir.ltu(cut, c(system.contexts.length))), no);
            lowering.leaveIf(ir.eq(cut, c(context)), no);
            const pc = lowering.code(ir.add(cut, c(layout.pcCell(0))));
            const isHere = ir.eq(lowering.code(c(layout.pcCell(context))), c(arrival.id));
            const [cuts, open] = [memory.cuts, memory.open].map((at) => ir.own(at, context * system.labels.length));
            const mark = writer.shared(ir.add(pc, ir.select(isHere, cuts as Expr, open as Expr)));
            lowering.leaveIf(ir.load8(mark), no);
            for (const entry of arrival.entries) {
              const members = entry.flatMap((command) => this.#choices(command).map((known) => ({ command, known })));
              const guards = members.map(({ command, known }) =>
                writer.shared(within(lowering, known, () => lowering.test(command.guard))),
              );
              writer.if(guards.reduce(ir.bitOr), () => writer.emit(ir.store8(mark, c(1)), ir.br(no)));
            }
          });
        });
      }
    }
    return writer.fn;
  }

  /** All guards first: where one has no value, none of the context's steps is open. */
  #entry(lowering: Lowering, label: Label, entry: readonly Command[], moving: number): void {
    const { writer } = lowering;
    const members = entry.flatMap((command) => this.#choices(command).map((known) => ({ command, known })));
    if (members.length > MOST_CHOICES) throw new Unsupported(`${label.name} has ${members.length} choices`);
    const guards = members.flatMap(({ command, known }) => {
      const guard = within(lowering, known, () => lowering.test(command.guard));
      if (guard.op === "const" && guard.value === 0) return [];
      return [{ command, known, guard: members.length > 1 ? writer.shared(guard) : guard }];
    });
    if (guards.length === 0) return;
    const fire = () => {
      for (const { command, known, guard } of guards) {
        if (guards.length === 1) this.#fire(lowering, label, command, known);
        else writer.if(guard, () => this.#fire(lowering, label, command, known));
      }
      writer.emit(ir.ret(c(moving)));
    };
    writer.if(guards.map((g) => g.guard).reduce(ir.bitOr), fire);
  }

  #choices({ binders }: Command): Known[] {
    let known: Map<Binder, Val>[] = [new Map()];
    for (const binder of binders) {
      const size = this.#map.system.universe.size(binder.set);
      known = known.flatMap((one) =>
        Array.from({ length: size }, (_, i) => new Map(one).set(binder, integer(c(i), i, i))),
      );
    }
    return known;
  }

  #fire(lowering: Lowering, label: Label, command: Command, known: Known): void {
    const { writer, self } = lowering;
    const { memory, system } = this.#map;
    const fired = ir.own(memory.fired, 4 * command.id);
    writer.emit(ir.store(fired, ir.add(ir.load(fired), c(1))));
    if (this.#map.options.edges !== undefined) {
      const step = this.#map.steps.push({ context: self, label, command, chosen: chosenOf(command, known) }) - 1;
      writer.emit(ir.store(ir.own(memory.step), c(step)));
    }
    within(lowering, known, () => {
      for (const check of command.checks) this.#asker.check(lowering, check, true);
      for (const { witness, condition } of command.witnesses) this.#asker.witness(lowering, witness, condition, true);
      const whom = label.cuts;
      if (whom) {
        this.#asker.attempt(lowering, true, () => {
          const cut = writer.shared(lowering.value(whom).number);
          writer.if(ir.ltu(cut, c(system.contexts.length)), () => {
            const pc = lowering.code(ir.add(cut, c(this.#map.layout.pcCell(0))));
            writer.emit(ir.store8(ir.add(pc, ir.own(memory.cuts, self * system.labels.length)), c(1)));
          });
        });
      }
      if (command.fails) {
        this.#asker.event(writer, violated(command.fails.property, true));
        this.#leadsNowhere(writer);
      } else this.#effect(lowering, command);
    });
  }

  #waits(lowering: Lowering, label: Label): void {
    for (const wait of label.waits) this.#asker.check(lowering, wait, false);
  }

  /** The successor: all cells are read before the first is written, and afterwards it is the current state again. */
  #effect(lowering: Lowering, command: Command): void {
    const { writer } = lowering;
    const { layout, memory } = this.#map;
    const touched = new Set<number>();
    writer.block((done) => {
      writer.block((error) => {
        const writes = under(lowering, { error, broken: error }, () => this.#writes(lowering, command, error));
        const fixed = new Map<number, { mask: number; bits: Expr }>();
        const put = (cell: number, code: Expr): void => {
          const { word, shift, bits } = layout.fields[cell] as (typeof layout.fields)[number];
          if (bits === 0) return;
          const sofar = fixed.get(word) ?? { mask: 0, bits: c(0) };
          const mask = sofar.mask | (maskOf(bits) << shift);
          fixed.set(word, { mask, bits: ir.bitOr(sofar.bits, ir.shl(code, c(shift))) });
        };
        put(layout.pcCell(lowering.self), c(command.target ?? 0));
        for (const { cell, code } of writes) if (cell.op === "const") put(cell.value, code);
        for (const [word, { mask, bits }] of fixed) {
          touched.add(word);
          const kept = ir.bitAnd(ir.load(ir.own(memory.current, 4 * word)), c(~mask));
          writer.emit(ir.store(ir.own(memory.successor, 4 * word), ir.bitOr(kept, bits)));
        }
        for (const { cell, code, first, last } of writes) {
          if (cell.op === "const") continue;
          for (let i = first; i <= last; i++) touched.add((layout.fields[i] as (typeof layout.fields)[number]).word);
          this.#writeAt(writer, cell, code);
        }
        const { found, pass } = this.#callees;
        const passes = this.#map.options.reduction?.dependence.mayPass(lowering.self, command.target ?? 0);
        const taken = pass && passes ? ir.call(pass, c(lowering.self)) : ir.call(found);
        writer.emit(ir.run(taken), ir.br(done));
      });
      this.#asker.event(writer, errorAt(true));
      this.#leadsNowhere(writer);
    });
    for (const word of touched) {
      writer.emit(ir.store(ir.own(memory.successor, 4 * word), ir.load(ir.own(memory.current, 4 * word))));
    }
  }

  /** Of a step that is open and has no state after it. */
  #leadsNowhere(writer: FunctionWriter): void {
    const { options, memory } = this.#map;
    if (options.edges === undefined) return;
    writer.if(ir.eq(ir.load(ir.own(memory.mode)), c(MODE.edges)), () => noteEdge(this.#map, writer, c(NOWHERE | 0)));
  }

  #writeAt(writer: FunctionWriter, cell: Expr, code: Expr): void {
    const { memory } = this.#map;
    const field = writer.shared(ir.load(ir.shl(cell, c(2)), this.#map.fields));
    const at = writer.shared(ir.add(ir.own(memory.successor), ir.shru(field, c(16))));
    const shift = writer.shared(ir.bitAnd(field, c(31)));
    const bits = ir.bitAnd(ir.shru(field, c(8)), c(0xff));
    const mask = ir.shl(ir.sub(ir.shl(c(1), bits), c(1)), shift);
    const kept = ir.bitAnd(ir.load(at), ir.xor(mask, c(-1)));
    writer.emit(ir.store(at, ir.bitOr(kept, ir.shl(code, shift))));
  }

  /** The cells that an effect writes, and the code that each gets. */
  #writes(lowering: Lowering, { effect }: Command, error: Target) {
    const { writer } = lowering;
    const { universe } = this.#map.system;
    const writes: { cell: Expr; first: number; last: number; code: Expr }[] = [];
    const unstored = new Set<string>();
    const assign = (one: Command["effect"][number], depth: number): void => {
      const binder = one.over[depth];
      if (binder) {
        for (let i = 0; i < universe.size(binder.set); i++) {
          within(lowering, new Map([[binder, integer(c(i), i, i)]]), () => assign(one, depth + 1));
        }
        return;
      }
      const place = one.unstored ? null : lowering.locate(one.place);
      const codes = leafCodes(leafShape(one.place), universe);
      const val = lowering.value(one.value);
      const name = "name" in one.place.base ? one.place.base.name : "";
      if (!place && unstored.has(name)) lowering.leaveIf(c(1), error);
      for (const other of writes) {
        if (!place || place.last < other.first || other.last < place.first) continue;
        lowering.leaveIf(ir.eq(place.cell, other.cell), error);
      }
      const code = toCode(val, codes, this.#map.words, writer, (test) => lowering.leaveIf(test, error));
      if (place) writes.push({ ...place, code: writer.shared(code) });
      else unstored.add(name);
      if (writes.length > MOST_CHOICES) throw new Unsupported("an effect writes thousands of cells");
    };
    for (const one of effect) assign(one, 0);
    return writes;
  }
}
