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
export function intern(name: string, header: number, stop: number, spare: number | null): Func {
  const writer = new FunctionWriter(`intern ${name}`, 2);
  const h = hash(writer, get(0), get(1));
  const slot = writer.local(ir.bitAnd(get(h), ir.load(c(header + HEADER.mask))));
  find(writer, { header, stop, spare, a: get(0), b: get(1), h, slot }, (number) => writer.emit(ir.ret(get(number))));
  return writer.fn;
}

interface Probe {
  readonly header: number;
  readonly stop: number;
  /**
   * With threads, where a number plus one is kept that was taken for a pair that another thread added meanwhile; null
   * for one thread alone.
   */
  readonly spare: number | null;
  readonly a: Expr;
  readonly b: Expr;
  readonly h: number;
  /** The first slot that the pair may be in; no entry before it, on its way, is the pair's. */
  readonly slot: number;
}

/** Finds the pair, or adds it; `then` is to leave the loop that this is. */
function find(writer: FunctionWriter, probe: Probe, then: (number: number) => void): void {
  const { header, stop, spare, a, b, h, slot } = probe;
  const mask = writer.local(ir.load(c(header + HEADER.mask)));
  const table = writer.local(ir.load(c(header + HEADER.table)));
  const numberMask = writer.local(ir.load(c(header + HEADER.numberMask)));
  writer.loop(() => {
    const at = writer.local(ir.add(get(table), ir.shl(get(slot), c(2))));
    const entry = writer.local(spare === null ? ir.load(get(at)) : ir.atomicLoad(get(at)));
    writer.if(ir.not(get(entry)), () => {
      const count = c(header + HEADER.count);
      const number = writer.local(ir.load(spare === null ? count : c(spare)));
      if (spare === null) writer.emit(ir.store(count, ir.add(get(number), c(1))));
      else {
        const fresh = ir.set(number, ir.fetchAdd(count, c(1)));
        const kept = ir.set(number, ir.sub(get(number), c(1)));
        writer.emit({ op: "if", test: get(number), then: [kept], else: [fresh] });
      }
      const pair = writer.local(pairAt(header, get(number)));
      writer.emit(ir.store(get(pair), a), ir.store(get(pair), b, 4));
      const tag = ir.bitAnd(get(h), ir.xor(get(numberMask), c(-1)));
      const added = ir.bitOr(tag, ir.add(get(number), c(1)));
      if (spare === null) writer.emit(ir.store(get(at), added));
      else {
        // The pair is written before its entry is: who reads the entry finds the pair.
        writer.emit(ir.set(entry, ir.cas(get(at), c(0), added)));
        writer.emit(ir.store(c(spare), ir.select(get(entry), ir.add(get(number), c(1)), c(0))));
      }
      writer.if(spare === null ? c(1) : ir.not(get(entry)), () => {
        writer.if(ir.le(ir.load(c(header + HEADER.limit)), get(number)), () => writer.emit(ir.store(c(stop), c(1))));
        then(number);
      });
    });
    const differs = ir.bitAnd(ir.xor(get(entry), get(h)), ir.xor(get(numberMask), c(-1)));
    writer.if(ir.not(differs), () => {
      const number = writer.local(ir.sub(ir.bitAnd(get(entry), get(numberMask)), c(1)));
      const pair = writer.local(pairAt(header, get(number)));
      const same = ir.bitOr(ir.xor(ir.load(get(pair)), a), ir.xor(ir.load(get(pair), 4), b));
      writer.if(ir.not(same), () => then(number));
    });
    writer.emit(ir.set(slot, ir.bitAnd(ir.add(get(slot), c(1)), get(mask))));
  });
}

/** How many pairs are added together. */
export const BATCH = 64;

/** Words of a batch: how many pairs wait, something to keep loads alive, then for each pair: itself, hash, slot. */
export const BATCH_BYTES = 8 + 16 * BATCH;

/** Notes a pair that is to be added; gives how many wait now. */
export function internLater(name: string, batch: number): Func {
  const writer = new FunctionWriter(`intern later ${name}`, 2);
  const waiting = writer.local(ir.load(c(batch)));
  const at = writer.local(ir.shl(get(waiting), c(4)));
  writer.emit(ir.store(get(at), get(0), batch + 8), ir.store(get(at), get(1), batch + 12));
  writer.emit(ir.set(waiting, ir.add(get(waiting), c(1))), ir.store(c(batch), get(waiting)), ir.ret(get(waiting)));
  return writer.fn;
}

/**
 * Adds the pairs that wait, in three rounds: fetch the first slot of each, fetch the pair that its entry names, decide.
 * In a large table each of these is far away in memory, and those of one round are fetched at the same time.
 */
export function internBatch(name: string, header: number, stop: number, spare: number | null, batch: number): Func {
  const writer = new FunctionWriter(`intern batch ${name}`);
  const end = writer.local(ir.shl(ir.load(c(batch)), c(4)));
  const mask = writer.local(ir.load(c(header + HEADER.mask)));
  const table = writer.local(ir.load(c(header + HEADER.table)));
  const numberMask = writer.local(ir.load(c(header + HEADER.numberMask)));
  const sink = writer.local(c(0));
  const touch = (value: Expr) => writer.emit(ir.set(sink, ir.xor(get(sink), value)));
  const entryAt = (slot: Expr) => ir.load(ir.add(get(table), ir.shl(slot, c(2))));
  const round = (body: (at: Expr) => void): void => {
    const at = writer.local(c(0));
    writer.loop((done) => {
      writer.if(ir.eq(get(at), get(end)), () => writer.emit(ir.br(done)));
      body(get(at));
      writer.emit(ir.set(at, ir.add(get(at), c(16))));
    });
  };
  round((at) => {
    const h = hash(writer, ir.load(at, batch + 8), ir.load(at, batch + 12));
    writer.emit(ir.store(at, get(h), batch + 16));
    touch(entryAt(ir.bitAnd(get(h), get(mask))));
  });
  round((at) => {
    const h = writer.local(ir.load(at, batch + 16));
    const slot = writer.local(ir.bitAnd(get(h), get(mask)));
    writer.loop((found) => {
      const entry = writer.local(entryAt(get(slot)));
      writer.if(ir.not(get(entry)), () => writer.emit(ir.br(found)));
      const differs = ir.bitAnd(ir.xor(get(entry), get(h)), ir.xor(get(numberMask), c(-1)));
      writer.if(ir.not(differs), () => {
        touch(ir.load(pairAt(header, ir.sub(ir.bitAnd(get(entry), get(numberMask)), c(1)))));
        writer.emit(ir.br(found));
      });
      writer.emit(ir.set(slot, ir.bitAnd(ir.add(get(slot), c(1)), get(mask))));
    });
    writer.emit(ir.store(at, get(slot), batch + 20));
  });
  round((at) => {
    const h = writer.local(ir.load(at, batch + 16));
    const slot = writer.local(ir.load(at, batch + 20));
    const [a, b] = [ir.load(at, batch + 8), ir.load(at, batch + 12)].map((word) => get(writer.local(word)));
    writer.block((next) => {
      const probe = { header, stop, spare, a: a as Expr, b: b as Expr, h, slot };
      find(writer, probe, () => writer.emit(ir.br(next)));
    });
  });
  writer.emit(ir.store(c(batch), c(0)), ir.store(c(batch), get(sink), 4));
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
