/** Quantifiers as generated code. */
import type { Binder, Node } from "../../language/nodes.ts";
import * as ir from "../code/ir.ts";
import { c, type Expr, type FunctionWriter, get, type Target } from "../code/ir.ts";
import { integer, type Val } from "../state/values.ts";
import type { MemoryMap } from "./memory-map.ts";

/** What a quantifier needs of the lowering that it is part of. */
interface Scope {
  readonly map: MemoryMap;
  readonly writer: FunctionWriter;
  readonly bound: Map<Binder, Val>;
  /** How many times what is lowered now is written out, for the quantifiers around it. */
  copies: number;
  test(node: Node): Expr;
  leaveIf(test: Expr, target: Target): void;
}

/** Whether `test` holds of some element; it is written with the binder bound. */
export function some(lowering: Scope, binder: Binder, test: () => Expr): Expr {
  const { writer } = lowering;
  if (sizeOf(lowering, binder) === 0) return c(0);
  const found = writer.local(c(0));
  writer.block((end) => {
    each(lowering, binder, () => {
      writer.if(test(), () => writer.emit(ir.set(found, c(1)), ir.br(end)));
    });
  });
  return get(found);
}

/** Of how many elements `body` holds. */
export function count(lowering: Scope, binder: Binder, body: Node): Val {
  const { writer } = lowering;
  const n = writer.local(c(0));
  each(lowering, binder, () => writer.emit(ir.set(n, ir.add(get(n), lowering.test(body)))));
  return integer(get(n), 0, sizeOf(lowering, binder));
}

const sizeOf = ({ map }: Scope, { set }: Binder): number => map.system.universe.size(set);

/**
 * Writes `body` with the binder at each element: one after the other, or in a loop where that would be long. Quantifiers
 * in quantifiers multiply, and a compiler takes much more than linear time and memory for long functions.
 */
function each(lowering: Scope, binder: Binder, body: () => void): void {
  const { bound, copies, writer } = lowering;
  const { unroll } = lowering.map.options;
  const size = sizeOf(lowering, binder);
  const before = bound.get(binder);
  if (copies * size <= unroll) {
    lowering.copies = copies * size;
    for (let i = 0; i < size; i++) {
      bound.set(binder, integer(c(i), i, i));
      body();
    }
    lowering.copies = copies;
  } else {
    const i = writer.local(c(0));
    bound.set(binder, integer(get(i), 0, size - 1));
    writer.loop((end) => {
      lowering.leaveIf(ir.le(c(size), get(i)), end);
      body();
      writer.emit(ir.set(i, ir.add(get(i), c(1))));
    });
  }
  if (before) bound.set(binder, before);
  else bound.delete(binder);
}
