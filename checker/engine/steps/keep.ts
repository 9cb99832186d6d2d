/** Which of the states in which something was seen is kept? The least, in generated code. */

import * as ir from "../code/ir.ts";
import { c, type Func, FunctionWriter, get } from "../code/ir.ts";
import type { MemoryMap } from "./memory-map.ts";

/** Keeps the current state as the least in which an event was seen, if it is: cell by cell, as states are ordered. */
export function keepLeast(map: MemoryMap): Func {
  const { layout, memory } = map;
  const writer = new FunctionWriter("keep", 1);
  const bytes = 4 * (layout.words + 1);
  const at = writer.local(ir.add(ir.own(memory.least), ir.mul(get(0), c(bytes))));
  writer.if(ir.load(get(at)), () => {
    const cell = writer.local(c(0));
    writer.loop((end) => {
      writer.if(ir.eq(get(cell), c(layout.fields.length)), () => writer.emit(ir.ret(c(0))));
      const field = writer.local(ir.load(ir.shl(get(cell), c(2)), map.fields));
      const word = ir.shru(get(field), c(16));
      const bits = ir.bitAnd(ir.shru(get(field), c(8)), c(0xff));
      const code = (packed: ir.Expr): number =>
        writer.local(
          ir.bitAnd(
            ir.shru(ir.load(ir.add(packed, word)), ir.bitAnd(get(field), c(31))),
            ir.sub(ir.shl(c(1), bits), c(1)),
          ),
        );
      const now = code(ir.own(memory.current));
      const least = code(ir.add(get(at), c(4)));
      writer.if(ir.lt(get(least), get(now)), () => writer.emit(ir.ret(c(0))));
      writer.if(ir.lt(get(now), get(least)), () => writer.emit(ir.br(end)));
      writer.emit(ir.set(cell, ir.add(get(cell), c(1))));
    });
  });
  writer.emit(ir.store(get(at), c(1)));
  for (let word = 0; word < layout.words; word++) {
    writer.emit(ir.store(get(at), ir.load(ir.own(memory.current, 4 * word)), 4 * word + 4));
  }
  return writer.fn;
}
