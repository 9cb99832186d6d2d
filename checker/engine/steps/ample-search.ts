/**
 * Following ample sets only, in generated code: the steps of one context where these are enough, and states that are
 * passed through and not kept. Held equal to `checker/reduction/search.ts`.
 */
import type { Dependence } from "../../reduction/dependence.ts";
import * as ir from "../code/ir.ts";
import { c, type Func, FunctionWriter, get } from "../code/ir.ts";
import { type Ample, ampleOf, labelOf } from "./ample.ts";
import { BIT } from "./expand.ts";
import { type MemoryMap, MODE } from "./memory-map.ts";
import type { Renamer } from "./rename.ts";

export class AmpleSearch {
  /** The steps of the first context whose steps are ample; else, or where they all fail, everybody's. Gives bits. */
  readonly takeAmple: Func;
  /** Goes on from what was laid by: where the steps of its context are ample, by these; else the state is kept. */
  readonly passOn: Func;
  /** All functions, those that the others call first. */
  readonly functions: readonly Func[];
  readonly #map: MemoryMap;
  readonly #ample: Ample;

  constructor(map: MemoryMap, dependence: Dependence, put: Func, cutMarks: Func) {
    this.#map = map;
    this.#ample = ampleOf(map, dependence);
    this.takeAmple = this.#takeAmple();
    this.passOn = this.#passOn(put, cutMarks);
    this.functions = [...this.#ample.functions, this.takeAmple, this.passOn];
  }

  #takeAmple(): Func {
    const { system, memory } = this.#map;
    const writer = new FunctionWriter("takeAmple");
    const bits = writer.local(c(0));
    const successors = ir.own(memory.successors);
    const before = writer.local(ir.load(successors));
    const rest = (one: number | null): void => {
      for (const context of system.contexts.keys()) {
        if (context !== one) writer.emit(ir.set(bits, ir.bitOr(stepsOf(this.#map, context), get(bits))));
      }
      writer.emit(ir.ret(get(bits)));
    };
    for (const context of system.contexts.keys()) {
      writer.if(ir.call(this.#ample.of[context] as Func), () => {
        writer.emit(ir.set(bits, stepsOf(this.#map, context)));
        writer.if(ir.bitAnd(get(bits), c(BIT.moves)), () => {
          writer.if(ir.ne(get(before), ir.load(successors)), () => writer.emit(ir.ret(get(bits))));
          rest(context);
        });
      });
    }
    writer.emit(ir.set(bits, c(0)));
    rest(null);
    return writer.fn;
  }

  #passOn(put: Func, cutMarks: Func): Func {
    const { system, layout, memory } = this.#map;
    const writer = new FunctionWriter("passOn");
    const stacked = ir.own(memory.stacked);
    const successors = ir.own(memory.successors);
    writer.loop((end) => {
      writer.if(ir.not(ir.load(stacked)), () => writer.emit(ir.br(end)));
      writer.emit(ir.store(stacked, ir.sub(ir.load(stacked), c(1))));
      const at = writer.local(topOf(this.#map));
      const mover = writer.local(ir.load(get(at)));
      for (let word = 0; word < layout.words; word++) {
        const value = writer.local(ir.load(get(at), 4 * word + 4));
        for (const to of [memory.current, memory.successor]) writer.emit(ir.store(ir.own(to, 4 * word), get(value)));
      }
      const before = writer.local(ir.load(successors));
      for (const context of system.contexts.keys()) {
        writer.if(ir.eq(get(mover), c(context)), () => {
          writer.if(ir.call(this.#ample.of[context] as Func), () =>
            writer.emit(ir.run(ir.call(cutMarks)), ir.run(stepsOf(this.#map, context))),
          );
        });
      }
      const isStuck = ir.eq(get(before), ir.load(successors));
      const inserts = ir.eq(ir.load(ir.own(memory.mode)), c(MODE.insert));
      writer.if(ir.bitAnd(isStuck, inserts), () => writer.emit(ir.run(ir.call(put))));
    });
    return writer.fn;
  }
}

/** The steps of a context from the current state, by the function of its label. */
export const stepsOf = (map: MemoryMap, context: number): ir.Expr =>
  ir.callTable(ir.add(labelOf(map, context), c(context * map.system.labels.length)));

/** Adds one to a word of the thread's own. */
export function countUp(writer: FunctionWriter, at: ir.Own): void {
  writer.emit(ir.store(ir.own(at), ir.add(ir.load(ir.own(at)), c(1))));
}

/** Notes whether the successor is the state that is looked for, as it is or by the names that make it least. */
export function noteMatch({ layout, memory }: MemoryMap, writer: FunctionWriter, renamer: Renamer | null): void {
  const compare = (): void => {
    let differs = c(0);
    for (let word = 0; word < layout.words; word++) {
      const [a, b] = [memory.successor, memory.target].map((at) => ir.load(ir.own(at, 4 * word)));
      differs = ir.bitOr(differs, ir.xor(a as ir.Expr, b as ir.Expr));
    }
    writer.if(ir.not(differs), () => writer.emit(ir.store(ir.own(memory.reaches), c(1))));
  };
  compare();
  if (!renamer) return;
  writer.if(ir.call(renamer.canonical), () => {
    compare();
    writer.emit(ir.run(ir.call(renamer.restore)));
  });
}

/** Takes the context that moved: lays a successor by that may not need to be kept. */
export function passing(map: MemoryMap, renamer: Renamer | null): Func {
  const { layout, memory } = map;
  const writer = new FunctionWriter("pass", 1);
  countUp(writer, memory.successors);
  writer.if(
    ir.eq(ir.load(ir.own(memory.mode)), c(MODE.match)),
    () => noteMatch(map, writer, renamer),
    () => countUp(writer, memory.transitions),
  );
  const at = writer.local(topOf(map));
  writer.emit(ir.store(get(at), get(0)));
  for (let word = 0; word < layout.words; word++) {
    writer.emit(ir.store(get(at), ir.load(ir.own(memory.successor, 4 * word)), 4 * word + 4));
  }
  countUp(writer, memory.stacked);
  return writer.fn;
}

/** Behind the last state that was laid by. */
const topOf = ({ layout, memory }: MemoryMap): ir.Expr =>
  ir.add(ir.mul(ir.load(ir.own(memory.stacked)), c(4 * (layout.words + 1))), ir.own(memory.stack));
