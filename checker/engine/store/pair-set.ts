/**
 * Sets of pairs of words, in generated code: has this pair been seen, and under which number? Exact: an entry of the
 * hash table holds a number and as many bits of the hash as there is room for, and the pair itself decides.
 *
 * A set has a header of words, a hash table of one word an entry (0: empty), and its pairs in segments of one page.
 * Pairs never move; a table is made anew, twice as large, when it is filled. A thread takes numbers a block at a time,
 * and uses them up one by one: a number that it wanted for a pair which another thread added meanwhile is its next one.
 */
import { doorWriter } from "../code/doors.ts";
import * as ir from "../code/ir.ts";
import { c, type Expr, type Func, FunctionWriter, get } from "../code/ir.ts";

/** Offsets in a header. What threads write often lies apart from what they only read. */
export const HEADER = { table: 0, mask: 4, numberMask: 8, limit: 12, directory: 16, count: 64, bytes: 128 } as const;

/** The address of a word, the same for all threads: whether a set wants more room, and all are to stop. */
export const STOP = 64;

/** A page of memory is a segment of 2^13 pairs of 8 bytes. */
export const PAGE = 65536;
export const PAIRS_BITS = 13;

/** How many numbers a thread takes at once; they lie in one segment. */
export const BLOCK = 64;

export interface PairSet {
  readonly header: number;
  /** Where this thread keeps its block: the next number, and the first behind the block. */
  readonly block: ir.Own;
  /** Whether other threads add pairs, too. */
  readonly shared: boolean;
}

export function hash(writer: FunctionWriter, a: Expr, b: Expr): number {
  const h = writer.local(ir.mul(a, c(0xcc9e2d51)));
  const mix = (value: Expr) => writer.emit(ir.set(h, value));
  const fold = (shift: number) => mix(ir.xor(get(h), ir.shru(get(h), c(shift))));
  fold(16);
  mix(ir.mul(ir.xor(get(h), b), c(0x85ebca6b)));
  fold(15);
  return h;
}

/** The address of a pair, by the address of the list of its set's segments. */
export function pairIn(directory: Expr, number: Expr): Expr {
  const segment = ir.add(directory, ir.shl(ir.shru(number, c(PAIRS_BITS)), c(2)));
  const offset = ir.shl(ir.bitAnd(number, c((1 << PAIRS_BITS) - 1)), c(3));
  return ir.add(ir.load(segment), offset);
}

export const pairAt = (header: number, number: Expr): Expr => pairIn(ir.load(c(header + HEADER.directory)), number);

/** Finds a pair, or adds it; gives its number, or whether it is new. Has all stop when the set is to grow soon. */
export function intern(name: string, set: PairSet, answer: "number" | "isNew" = "number"): Func {
  const writer = new FunctionWriter(`${answer} ${name}`, 2);
  const { header, shared } = set;
  const [a, b] = [get(0), get(1)];
  const h = hash(writer, a, b);
  const mask = writer.local(ir.load(c(header + HEADER.mask)));
  const table = writer.local(ir.load(c(header + HEADER.table)));
  const numberMask = writer.local(ir.load(c(header + HEADER.numberMask)));
  const slot = writer.local(ir.bitAnd(get(h), get(mask)));
  const give = (number: number, isNew: number) => writer.emit(ir.ret(answer === "number" ? get(number) : c(isNew)));
  writer.loop(() => {
    const at = writer.local(ir.add(get(table), ir.shl(get(slot), c(2))));
    const entry = writer.local(shared ? ir.atomicLoad(get(at)) : ir.load(get(at)));
    writer.if(ir.not(get(entry)), () => {
      const number = nextNumber(writer, set);
      const pair = writer.local(pairAt(header, get(number)));
      writer.emit(ir.store(get(pair), a), ir.store(get(pair), b, 4));
      const tag = ir.bitAnd(get(h), ir.xor(get(numberMask), c(-1)));
      const added = ir.bitOr(tag, ir.add(get(number), c(1)));
      // The pair is written before its entry is: who reads the entry finds the pair.
      if (shared) writer.emit(ir.set(entry, ir.cas(get(at), c(0), added)));
      else writer.emit(ir.store(get(at), added));
      writer.if(shared ? ir.not(get(entry)) : c(1), () => {
        writer.emit(ir.store(ir.own(set.block), ir.add(get(number), c(1))));
        give(number, 1);
      });
    });
    const differs = ir.bitAnd(ir.xor(get(entry), get(h)), ir.xor(get(numberMask), c(-1)));
    writer.if(ir.not(differs), () => {
      const number = writer.local(ir.sub(ir.bitAnd(get(entry), get(numberMask)), c(1)));
      const pair = writer.local(pairAt(header, get(number)));
      const same = ir.bitOr(ir.xor(ir.load(get(pair)), a), ir.xor(ir.load(get(pair), 4), b));
      writer.if(ir.not(same), () => give(number, 0));
    });
    writer.emit(ir.set(slot, ir.bitAnd(ir.add(get(slot), c(1)), get(mask))));
  });
  return writer.fn;
}

/** The number that the thread would give to a new pair. */
function nextNumber(writer: FunctionWriter, { header, block, shared }: PairSet): number {
  const number = writer.local(ir.load(ir.own(block)));
  writer.if(ir.eq(get(number), ir.load(ir.own(block, 4))), () => {
    const count = c(header + HEADER.count);
    writer.emit(ir.set(number, shared ? ir.fetchAdd(count, c(BLOCK)) : ir.load(count)));
    const end = writer.local(ir.add(get(number), c(BLOCK)));
    if (!shared) writer.emit(ir.store(count, get(end)));
    writer.emit(ir.store(ir.own(block), get(number)), ir.store(ir.own(block, 4), get(end)));
    writer.if(ir.le(ir.load(c(header + HEADER.limit)), get(end)), () => writer.emit(ir.store(c(STOP), c(1))));
  });
  return number;
}

/** Enters a range of pairs into a table that was emptied. */
export function rebuild(door: `rebuild ${number | "stash"}`, header: number): Func {
  const writer = doorWriter(door);
  const mask = writer.local(ir.load(c(header + HEADER.mask)));
  const table = writer.local(ir.load(c(header + HEADER.table)));
  const tagMask = writer.local(ir.xor(ir.load(c(header + HEADER.numberMask)), c(-1)));
  writer.loop((end) => {
    writer.if(ir.eq(get(0), get(1)), () => writer.emit(ir.br(end)));
    const pair = writer.local(pairAt(header, get(0)));
    const h = hash(writer, ir.load(get(pair)), ir.load(get(pair), 4));
    const at = writer.local(c(0));
    const slot = writer.local(ir.bitAnd(get(h), get(mask)));
    writer.loop((empty) => {
      writer.emit(ir.set(at, ir.add(get(table), ir.shl(get(slot), c(2)))));
      writer.if(ir.not(ir.load(get(at))), () => writer.emit(ir.br(empty)));
      writer.emit(ir.set(slot, ir.bitAnd(ir.add(get(slot), c(1)), get(mask))));
    });
    writer.emit(ir.set(0, ir.add(get(0), c(1))));
    writer.emit(ir.store(get(at), ir.bitOr(ir.bitAnd(get(h), get(tagMask)), get(0))));
  });
  return writer.fn;
}
