/** States as whole words, on their way to a file or back from one: code that a search has for its checkpoint. */
import * as ir from "../code/ir.ts";
import { c, type Expr, type FunctionWriter, get } from "../code/ir.ts";
import { STOP } from "../store/pair-set.ts";
import type { MemoryMap } from "./memory-map.ts";

/**
 * Does something with each state of a buffer, the address of whose words `body` is given, until somebody wants room. The
 * parameters of the function: the buffer, the number of the first state, the one behind the last.
 */
export function overPacked(
  { layout }: MemoryMap,
  writer: FunctionWriter,
  body: (at: (word: number) => Expr) => void,
): void {
  const bytes = c(4 * layout.words);
  writer.loop((end) => {
    writer.if(ir.bitOr(ir.eq(get(1), get(2)), ir.load(c(STOP))), () => writer.emit(ir.br(end)));
    const state = get(writer.local(ir.add(get(0), ir.mul(get(1), bytes))));
    body((word) => ir.add(state, c(4 * word)));
    writer.emit(ir.set(1, ir.add(get(1), c(1))));
  });
}

/** Words whose bits are in one byte of a mask. */
const GROUP = 8;

/**
 * Writes by what the current state differs from `target`, and makes that the current one: at parameter 3 a bit for each
 * word, at parameter 4 for each word that differs a mask of its bytes, then those that do.
 */
export function writeDifference({ layout, memory }: MemoryMap, writer: FunctionWriter): void {
  const [masks, bytes] = [3, 4];
  const [bits, difference, mask, at] = [0, 0, 0, 0].map((value) => writer.local(c(value))) as [
    number,
    number,
    number,
    number,
  ];
  const next = (pointer: number): void => writer.emit(ir.set(pointer, ir.add(get(pointer), c(1))));
  for (let first = 0; first < layout.words; first += GROUP) {
    writer.emit(ir.set(bits, c(0)));
    for (let word = first; word < Math.min(first + GROUP, layout.words); word++) {
      const [now, before] = [memory.current, memory.target].map((one) => ir.own(one, 4 * word)) as [Expr, Expr];
      writer.emit(ir.set(difference, ir.xor(ir.load(now), ir.load(before))));
      writer.if(get(difference), () => {
        writer.emit(ir.store(before, ir.load(now)), ir.set(bits, ir.bitOr(get(bits), c(1 << (word - first)))));
        writer.emit(ir.set(at, get(bytes)), ir.set(mask, c(0)));
        next(bytes);
        for (let byte = 0; byte < 4; byte++) {
          writer.if(ir.bitAnd(get(difference), c(0xff << (8 * byte))), () => {
            writer.emit(ir.store8(get(bytes), ir.shru(get(difference), c(8 * byte))));
            writer.emit(ir.set(mask, ir.bitOr(get(mask), c(1 << byte))));
            next(bytes);
          });
        }
        writer.emit(ir.store8(get(at), get(mask)));
      });
    }
    writer.emit(ir.store8(get(masks), get(bits)));
    next(masks);
  }
}
