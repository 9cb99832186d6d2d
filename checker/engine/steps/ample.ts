/**
 * Of which contexts are the open steps an ample set, in generated code: the tables of `checker/reduction/dependence.ts` in memory, looked up
 * by where the contexts stand in the current state. Held equal to `checker/reduction/reduction.ts`.
 */
import type { Dependence } from "../../reduction/dependence.ts";
import * as ir from "../code/ir.ts";
import { c, type Expr, type Func, FunctionWriter, get, type Target } from "../code/ir.ts";
import { Unsupported } from "../state/codes.ts";
import { maskOf } from "../state/layout.ts";
import { Lowering } from "./lower.ts";
import { bytesOf, type MemoryMap } from "./memory-map.ts";

export interface Ample {
  /** For each context: takes nothing, gives whether its steps are ample. */
  readonly of: readonly Func[];
  /** All functions, those that the others call first. */
  readonly functions: readonly Func[];
}

/** Generates the functions. Throws `Unsupported` for more contexts than a word has bits. */
export function ampleOf(map: MemoryMap, dependence: Dependence): Ample {
  const { contexts } = map.system;
  if (contexts.length > 31) throw new Unsupported(`${contexts.length} contexts`);
  const below = belowOf(map);
  const beneath = beneathOf(map, below);
  const of = contexts.map((_, context) => ampleIn(map, dependence, context, beneath));
  return { of, functions: [below, beneath, ...of] };
}

/** The label at which a context stands in the current state. */
export function labelOf({ layout, memory }: MemoryMap, context: number): Expr {
  const { word, shift, bits } = layout.fields[layout.pcCell(context)] as (typeof layout.fields)[number];
  return bits === 0 ? c(0) : ir.bitAnd(ir.shru(ir.load(ir.own(memory.current, 4 * word)), c(shift)), c(maskOf(bits)));
}

/** Takes a context, gives the one right below it; what is no context stands for none. */
function belowOf(map: MemoryMap): Func {
  const { system } = map;
  const writer = new FunctionWriter("below", 1);
  const { below } = system;
  if (below) {
    for (const context of system.contexts.keys()) {
      writer.if(ir.eq(get(0), c(context)), () => {
        writer.block((none: Target) => {
          const lowering = new Lowering(map, writer, context, { error: none, broken: none });
          writer.emit(ir.ret(lowering.value(below).number));
        });
      });
    }
  }
  writer.emit(ir.ret(c(-1)));
  return writer.fn;
}

/** Takes a context, gives those below it at any depth, a bit each. */
function beneathOf({ system: { contexts } }: MemoryMap, below: Func): Func {
  const writer = new FunctionWriter("beneath", 1);
  const found = writer.local(c(0));
  const at = writer.local(ir.call(below, get(0)));
  const depth = writer.local(c(0));
  writer.loop((end) => {
    const goesOn = ir.bitAnd(ir.ltu(get(at), c(contexts.length)), ir.lt(get(depth), c(contexts.length)));
    writer.if(ir.not(goesOn), () => writer.emit(ir.br(end)));
    writer.emit(ir.set(found, ir.bitOr(get(found), ir.shl(c(1), get(at)))));
    writer.emit(ir.set(at, ir.call(below, get(at))), ir.set(depth, ir.add(get(depth), c(1))));
  });
  writer.emit(ir.ret(get(found)));
  return writer.fn;
}

/** Rows of a table: for each label of the context that is a candidate, for each other context a bit for each label. */
function ampleIn(map: MemoryMap, dependence: Dependence, context: number, beneath: Func): Func {
  const { system } = map;
  const words = (system.labels.length + 31) >>> 5;
  const rows = system.labels.map((_, label) => {
    if (!dependence.isCandidate(context, label)) return 0;
    const bits = new Int32Array(words * system.contexts.length);
    for (const [other, { script }] of system.contexts.entries()) {
      if (other === context) continue;
      for (const [at, found] of system.labels.entries()) {
        if (found?.script !== script || !dependence.conflict(context, label, other, at)) continue;
        const word = other * words + (at >>> 5);
        bits[word] = (bits[word] as number) | (1 << (at & 31));
      }
    }
    return map.table(bytesOf([...bits]));
  });
  const writer = new FunctionWriter(`ample ${system.contexts[context]?.name}`);
  if (rows.every((row) => row === 0)) {
    writer.emit(ir.ret(c(0)));
    return writer.fn;
  }
  const table = map.table(bytesOf(rows));
  const row = writer.local(ir.load(ir.shl(labelOf(map, context), c(2)), table));
  writer.if(ir.not(get(row)), () => writer.emit(ir.ret(c(0))));
  let conflicts: Expr = c(0);
  for (const other of system.contexts.keys()) {
    if (other === context) continue;
    const at = writer.shared(labelOf(map, other));
    const word = ir.load(ir.add(get(row), ir.shl(ir.shru(at, c(5)), c(2))), 4 * other * words);
    conflicts = ir.bitOr(conflicts, ir.shl(ir.bitAnd(ir.shru(word, ir.bitAnd(at, c(31))), c(1)), c(other)));
  }
  const found = writer.local(conflicts);
  writer.if(ir.not(get(found)), () => writer.emit(ir.ret(c(1))));
  const others = ir.bitAnd(get(found), ir.xor(ir.call(beneath, c(context)), c(-1)));
  writer.emit(ir.ret(ir.not(others)));
  return writer.fn;
}
