/**
 * Sets of pairs of words, in generated code: has this pair been seen, and under which number? Exact: an entry of the
 * hash table holds a number and as many bits of the hash as there is room for, and the pair itself decides.
 *
 * A set has a header of words, a hash table of one word an entry (0: empty), and its pairs in segments of one page,
 * in the order in which they were added. Pairs never move; a table is made anew, twice as large, when it is filled.
 */
import * as ir from "./ir.ts";
import { c, type Expr, type Func, FunctionWriter, get } from "./ir.ts";

/** Offsets in a header. */
export const HEADER = { table: 0, mask: 4, numberMask: 8, count: 12, limit: 16, directory: 20, bytes: 24 } as const;

/** A page of memory is a segment of 2^13 pairs of 8 bytes. */
export const PAGE = 65536;
export const PAIRS_BITS = 13;

function hash(writer: FunctionWriter, a: Expr, b: Expr): number {
  const h = writer.local(ir.mul(a, c(0xcc9e2d51)));
  const mix = (value: Expr) => writer.emit(ir.set(h, value));
  const fold = (shift: number) => mix(ir.xor(get(h), ir.shru(get(h), c(shift))));
  fold(16);
  mix(ir.mul(ir.xor(get(h), b), c(0x85ebca6b)));
  fold(15);
  mix(ir.mul(get(h), c(0xc2b2ae35)));
  fold(16);
  return h;
}

/** The address of a pair. */
export function pairAt(header: number, number: Expr): Expr {
  const segment = ir.add(ir.load(c(header + HEADER.directory)), ir.shl(ir.shru(number, c(PAIRS_BITS)), c(2)));
  const offset = ir.shl(ir.bitAnd(number, c((1 << PAIRS_BITS) - 1)), c(3));
  return ir.add(ir.load(segment), offset);
}

/** The number of a pair, which is added if it is new. Sets the word at `stop` when the table is to grow soon. */
export function intern(name: string, header: number, stop: number): Func {
  const writer = new FunctionWriter(`intern ${name}`, 2);
  const [a, b] = [get(0), get(1)];
  const h = hash(writer, a, b);
  const mask = writer.local(ir.load(c(header + HEADER.mask)));
  const table = writer.local(ir.load(c(header + HEADER.table)));
  const numberMask = writer.local(ir.load(c(header + HEADER.numberMask)));
  const slot = writer.local(ir.bitAnd(get(h), get(mask)));
  writer.loop(() => {
    const at = writer.local(ir.add(get(table), ir.shl(get(slot), c(2))));
    const entry = writer.local(ir.load(get(at)));
    writer.if(ir.not(get(entry)), () => {
      const count = c(header + HEADER.count);
      const number = writer.local(ir.load(count));
      writer.emit(ir.store(count, ir.add(get(number), c(1))));
      const pair = writer.local(pairAt(header, get(number)));
      writer.emit(ir.store(get(pair), a), ir.store(get(pair), b, 4));
      const tag = ir.bitAnd(get(h), ir.xor(get(numberMask), c(-1)));
      writer.emit(ir.store(get(at), ir.bitOr(tag, ir.add(get(number), c(1)))));
      writer.if(ir.le(ir.load(c(header + HEADER.limit)), get(number)), () => writer.emit(ir.store(c(stop), c(1))));
      writer.emit(ir.ret(get(number)));
    });
    const differs = ir.bitAnd(ir.xor(get(entry), get(h)), ir.xor(get(numberMask), c(-1)));
    writer.if(ir.not(differs), () => {
      const number = writer.local(ir.sub(ir.bitAnd(get(entry), get(numberMask)), c(1)));
      const pair = writer.local(pairAt(header, get(number)));
      const same = ir.bitOr(ir.xor(ir.load(get(pair)), a), ir.xor(ir.load(get(pair), 4), b));
      writer.if(ir.not(same), () => writer.emit(ir.ret(get(number))));
    });
    writer.emit(ir.set(slot, ir.bitAnd(ir.add(get(slot), c(1)), get(mask))));
  });
  return writer.fn;
}

/** Enters all pairs into a table that was emptied. */
export function rebuild(name: string, header: number): Func {
  const writer = new FunctionWriter(`rebuild ${name}`);
  const mask = writer.local(ir.load(c(header + HEADER.mask)));
  const table = writer.local(ir.load(c(header + HEADER.table)));
  const tagMask = writer.local(ir.xor(ir.load(c(header + HEADER.numberMask)), c(-1)));
  const number = writer.local(c(0));
  writer.loop((end) => {
    writer.if(ir.eq(get(number), ir.load(c(header + HEADER.count))), () => writer.emit(ir.br(end)));
    const pair = writer.local(pairAt(header, get(number)));
    const h = hash(writer, ir.load(get(pair)), ir.load(get(pair), 4));
    const at = writer.local(c(0));
    const slot = writer.local(ir.bitAnd(get(h), get(mask)));
    writer.loop((empty) => {
      writer.emit(ir.set(at, ir.add(get(table), ir.shl(get(slot), c(2)))));
      writer.if(ir.not(ir.load(get(at))), () => writer.emit(ir.br(empty)));
      writer.emit(ir.set(slot, ir.bitAnd(ir.add(get(slot), c(1)), get(mask))));
    });
    writer.emit(ir.set(number, ir.add(get(number), c(1))));
    writer.emit(ir.store(get(at), ir.bitOr(ir.bitAnd(get(h), get(tagMask)), get(number))));
  });
  return writer.fn;
}
