/**
 * Which states have been seen? The set of the roots, in generated code: the numbers of a state's parts, as a pair. Of
 * three numbers one, of which there are the most, is a word of its own; the other two lie side by side in one. The header
 * says which and how: that is arranged anew when they grow.
 *
 * It is a hash table of one word an entry that holds its pairs exactly. A pair (a, b) is first scrambled, one to one:
 * each step changes one of the two by something computed from the other, so that each can be undone. The new b is
 * where the search in the table starts (so b must be smaller than the table), the new a stands in the entry (so it
 * has at most `KEPT` bits), beside the distance from that start: place and entry together are the pair. What does not
 * fit, in its number of bits or within the largest distance, goes to an ordinary set of pairs, the stash. No entry is
 * ever taken out, so a pair whose places were all taken is looked for in the stash from then on.
 *
 * A table that is to grow is read from its start to its end: each entry gives back its pair, which is added to the new
 * table. What the new a is made of are the lowest bits of b alone, so that a table of twice the size has the pairs of
 * one place in two, in their order: both tables are walked through, not jumped about in.
 *
 * Each thread lists the roots that it adds, in its log: that is what a level is expanded from.
 */
import { doorWriter } from "../code/doors.ts";
import * as ir from "../code/ir.ts";
import { c, type Expr, type Func, FunctionWriter, get } from "../code/ir.ts";
import { intern, type PairSet, pairIn, STOP } from "./pair-set.ts";

/**
 * Offsets in the header of the table; a mask is one less than its places. Of three numbers: which one has a word of its
 * own, and how many bits of the other word the first of the others has. And all this of the table before.
 */
export const ROOTS = {
  table: 0,
  mask: 4,
  maskBefore: 8,
  alone: 12,
  aloneBefore: 16,
  split: 20,
  splitBefore: 24,
  bytes: 64,
} as const;

/** Offsets in the header of a log. */
export const LOG = { directory: 0, count: 4, limit: 8, bytes: 16 } as const;

const DISTANCE_BITS = 5;
export const KEPT = 32 - DISTANCE_BITS;
/** Distances are counted from 1, so that no entry is 0. */
const LARGEST_DISTANCE = (1 << DISTANCE_BITS) - 1;

/** How many pairs are added together. */
export const BATCH = 64;

/** Bytes of a batch: how many pairs wait, something to keep loads alive, then for each pair: itself, place, entry. */
export const BATCH_BYTES = 8 + 16 * BATCH;

/** Stands for an entry where a pair does not fit; no entry without its distance looks so. */
const UNFIT = -1;

/** What each thread has for itself of the set. */
export interface OwnRoots {
  /** The header of its log, and the pairs that wait. */
  readonly log: ir.Own;
  readonly batch: ir.Own;
  /** The numbers that it has taken of the stash's. */
  readonly block: ir.Own;
  /** First byte of the marks, a byte for each state. */
  readonly marks: ir.Own;
}

/** Places for it, each by how many bytes it has. */
export const ownRoots = (own: (bytes: number) => ir.Own): OwnRoots => ({
  log: own(LOG.bytes),
  batch: own(BATCH_BYTES),
  block: own(8),
  marks: own(4),
});

export interface RootSet extends OwnRoots {
  readonly header: number;
  /** How many numbers a root is made of: 1, 2 or 3. */
  readonly numbers: number;
  readonly stash: PairSet;
}

/** The set with these headers, of roots of so many numbers; `shared` by threads or not. */
export const rootSet = (
  header: number,
  stash: number,
  own: OwnRoots,
  { numbers, shared }: { readonly numbers: number; readonly shared: boolean },
): RootSet => ({ ...own, header, numbers, stash: { header: stash, block: own.block, shared } });

/** The pair that a root's numbers are now; each is read several times. */
export function pairOf(writer: FunctionWriter, { header }: RootSet, numbers: readonly Expr[]): readonly [Expr, Expr] {
  const [first = c(0), second = c(0), third] = numbers;
  if (!third) return [first, second];
  const { isFirst, isThird } = aloneAt(writer, header + ROOTS.alone);
  const low = ir.select(isFirst, second, first);
  const high = ir.select(isThird, second, third);
  const alone = ir.select(isFirst, first, ir.select(isThird, third, second));
  return [ir.bitOr(low, ir.shl(high, ir.load(c(header + ROOTS.split)))), alone];
}

/** The numbers of a root, of its pair now or before; both words are read several times. */
export function numbersOf(
  writer: FunctionWriter,
  { header, numbers }: RootSet,
  [a, b]: readonly [Expr, Expr],
  when: "now" | "before" = "now",
): readonly Expr[] {
  if (numbers < 3) return [a, b].slice(0, numbers);
  const { isFirst, isThird } = aloneAt(writer, header + (when === "now" ? ROOTS.alone : ROOTS.aloneBefore));
  const split = get(writer.local(ir.load(c(header + (when === "now" ? ROOTS.split : ROOTS.splitBefore)))));
  const low = get(writer.local(ir.bitAnd(a, ir.sub(ir.shl(c(1), split), c(1)))));
  const high = get(writer.local(ir.shru(a, split)));
  const second = ir.select(isFirst, low, ir.select(isThird, high, b));
  return [ir.select(isFirst, b, low), second, ir.select(isThird, b, high)].map((number) => get(writer.local(number)));
}

function aloneAt(writer: FunctionWriter, at: number): { readonly isFirst: Expr; readonly isThird: Expr } {
  const alone = writer.local(ir.load(c(at)));
  const isFirst = writer.local(ir.not(get(alone)));
  return { isFirst: get(isFirst), isThird: get(writer.local(ir.eq(get(alone), c(2)))) };
}

/** The pair now of a root that was another before. */
function pairNow(writer: FunctionWriter, set: RootSet, before: readonly [Expr, Expr]): readonly [Expr, Expr] {
  const [a, b] = before.map((word) => get(writer.local(word))) as [Expr, Expr];
  return set.numbers < 3 ? [a, b] : pairOf(writer, set, numbersOf(writer, set, [a, b], "before"));
}

/** How many bits of a place change what an entry keeps. */
const LOWEST = (1 << 16) - 1;

/** What each half is changed by: the high bits of a product depend on all of its factor, and are folded upon the low ones. */
function spread(writer: FunctionWriter, value: Expr, factor: number): Expr {
  const product = writer.local(ir.mul(value, c(factor)));
  return ir.xor(get(product), ir.shru(get(product), c(15)));
}
const byA = (writer: FunctionWriter, a: Expr, mask: Expr): Expr => ir.bitAnd(spread(writer, a, 0x9e3779b1), mask);
const byPlace = (writer: FunctionWriter, place: Expr): Expr =>
  ir.shru(spread(writer, ir.bitAnd(place, c(LOWEST)), 0x85ebca77), c(32 - KEPT));
const byKept = (writer: FunctionWriter, kept: Expr, mask: Expr): Expr =>
  ir.bitAnd(spread(writer, kept, 0xc2b2ae3d), mask);

/** Scrambles a pair: where to look for it, and what its entry is without the distance. */
function scramble(writer: FunctionWriter, { header }: RootSet, a: Expr, b: Expr) {
  const mask = get(writer.local(ir.load(c(header + ROOTS.mask))));
  const one = writer.local(ir.xor(b, byA(writer, a, mask)));
  const kept = writer.local(ir.xor(a, byPlace(writer, get(one))));
  const place = writer.local(ir.xor(get(one), byKept(writer, get(kept), mask)));
  const entry = writer.local(ir.shl(get(kept), c(DISTANCE_BITS)));
  const isUnfit = ir.bitOr(ir.shru(a, c(KEPT)), ir.bitAnd(b, ir.xor(mask, c(-1))));
  writer.if(isUnfit, () => writer.emit(ir.set(entry, c(UNFIT)), ir.set(place, c(0))));
  return { place, entry };
}

/** The pair that an entry at a place stands for, in a table with this mask. */
function unscramble(writer: FunctionWriter, mask: Expr, at: Expr, entry: Expr): readonly [Expr, Expr] {
  const kept = writer.local(ir.shru(entry, c(DISTANCE_BITS)));
  const distance = ir.sub(ir.bitAnd(entry, c(LARGEST_DISTANCE)), c(1));
  const place = ir.bitAnd(ir.sub(at, distance), mask);
  const one = writer.local(ir.xor(place, byKept(writer, get(kept), mask)));
  const a = writer.local(ir.xor(get(kept), byPlace(writer, get(one))));
  return [get(a), ir.xor(get(one), byA(writer, get(a), mask))];
}

/**
 * Walks from a place to the pair with this entry; `here` is told its place, or the first empty one, which it fills or
 * leaves. Falls out where the pair is in the stash, if anywhere.
 */
function walk(
  writer: FunctionWriter,
  { header }: RootSet,
  { place, entry }: { readonly place: number; readonly entry: number },
  here: (found: { readonly at: number; readonly place: number; readonly wanted: number; seen: number }) => void,
): void {
  writer.if(ir.ne(get(entry), c(UNFIT)), () => {
    const table = writer.local(ir.load(c(header + ROOTS.table)));
    const mask = writer.local(ir.load(c(header + ROOTS.mask)));
    const wanted = writer.local(ir.add(get(entry), c(1)));
    const last = writer.local(ir.add(get(entry), c(LARGEST_DISTANCE)));
    writer.loop((end) => {
      const at = writer.local(ir.add(get(table), ir.shl(get(place), c(2))));
      const seen = writer.local(ir.load(get(at)));
      here({ at, place, wanted, seen });
      writer.if(ir.eq(get(wanted), get(last)), () => writer.emit(ir.br(end)));
      writer.emit(ir.set(wanted, ir.add(get(wanted), c(1))));
      writer.emit(ir.set(place, ir.bitAnd(ir.add(get(place), c(1)), get(mask))));
    });
  });
}

/**
 * Adds the pairs that wait, in three rounds: compute the place of each, fetch it, decide. In a large table each place is
 * far away in memory; a round that does nothing but fetch has the most of them on their way at the same time. What is
 * new goes into the log, unless it is moved from another table.
 */
export function addBatch(name: string, set: RootSet, isNew: Func, intoLog: boolean): Func {
  const writer = new FunctionWriter(`add ${name}`);
  const { batch, header } = set;
  const first = ir.own(batch, 8);
  const end = writer.local(ir.add(first, ir.shl(ir.load(ir.own(batch)), c(4))));
  const sink = writer.local(c(0));
  const round = (body: (at: Expr) => void): void => {
    const at = writer.local(first);
    writer.loop((done) => {
      writer.if(ir.eq(get(at), get(end)), () => writer.emit(ir.br(done)));
      body(get(at));
      writer.emit(ir.set(at, ir.add(get(at), c(16))));
    });
  };
  round((at) => {
    const [a, b] = [ir.load(at), ir.load(at, 4)].map((word) => get(writer.local(word)));
    const { place, entry } = scramble(writer, set, a as Expr, b as Expr);
    writer.emit(ir.store(at, get(place), 8), ir.store(at, get(entry), 12));
  });
  const table = writer.local(ir.load(c(header + ROOTS.table)));
  round((at) => {
    const fetched = ir.load(ir.add(get(table), ir.shl(ir.load(at, 8), c(2))));
    writer.emit(ir.set(sink, ir.xor(get(sink), fetched)));
  });
  round((at) => {
    const place = writer.local(ir.load(at, 8));
    const entry = writer.local(ir.load(at, 12));
    const pair = [ir.load(at), ir.load(at, 4)] as const;
    writer.block((next) => {
      writer.block((added) => {
        walk(writer, set, { place, entry }, ({ at: slot, wanted, seen }) => {
          writer.if(ir.not(get(seen)), () => {
            if (set.stash.shared) {
              writer.emit(ir.set(seen, ir.cas(get(slot), c(0), get(wanted))));
              writer.if(ir.not(get(seen)), () => writer.emit(ir.br(added)));
            } else writer.emit(ir.store(get(slot), get(wanted)), ir.br(added));
          });
          writer.if(ir.eq(get(seen), get(wanted)), () => writer.emit(ir.br(next)));
        });
        writer.if(ir.not(ir.call(isNew, ...pair)), () => writer.emit(ir.br(next)));
      });
      if (intoLog) append(writer, set.log, ...pair);
    });
  });
  writer.emit(ir.store(ir.own(batch), c(0)), ir.store(ir.own(batch, 4), get(sink)));
  return writer.fn;
}

function append(writer: FunctionWriter, log: ir.Own, a: Expr, b: Expr): void {
  const count = writer.local(ir.load(ir.own(log, LOG.count)));
  const pair = writer.local(pairIn(ir.load(ir.own(log, LOG.directory)), get(count)));
  writer.emit(ir.store(get(pair), a), ir.store(get(pair), b, 4));
  writer.emit(ir.set(count, ir.add(get(count), c(1))), ir.store(ir.own(log, LOG.count), get(count)));
  writer.if(ir.le(ir.load(ir.own(log, LOG.limit)), get(count)), () => writer.emit(ir.store(c(STOP), c(1))));
}

/** Notes a pair that is to be added, and adds all that wait when the batch is full. */
export function addLater(writer: FunctionWriter, { batch }: RootSet, add: Func, a: Expr, b: Expr): void {
  const waiting = writer.local(ir.load(ir.own(batch)));
  const at = writer.local(ir.add(ir.own(batch, 8), ir.shl(get(waiting), c(4))));
  writer.emit(ir.store(get(at), a), ir.store(get(at), b, 4));
  writer.emit(ir.store(ir.own(batch), ir.add(get(waiting), c(1))));
  writer.if(ir.eq(get(waiting), c(BATCH - 1)), () => writer.emit(ir.run(ir.call(add))));
}

/** Something that numbers the pairs in the set, densely enough for an array: the place, or the number in the stash. */
export function identify(set: RootSet, number: Func): Func {
  const writer = new FunctionWriter("identify", 2);
  const scrambled = scramble(writer, set, get(0), get(1));
  walk(writer, set, scrambled, ({ place, wanted, seen }) => {
    writer.if(ir.eq(get(seen), get(wanted)), () => writer.emit(ir.ret(get(place))));
  });
  const places = ir.add(ir.load(c(set.header + ROOTS.mask)), c(1));
  writer.emit(ir.ret(ir.add(places, ir.call(number, get(0), get(1)))));
  return writer.fn;
}

/** Adds each pair of a range, until some set wants more room; gives the number of the first that was left. */
function addRun(door: "move table" | "move stash", add: Func, addOne: (writer: FunctionWriter) => void): Func {
  const writer = doorWriter(door);
  writer.loop((end) => {
    writer.if(ir.bitOr(ir.eq(get(1), get(2)), ir.load(c(STOP))), () => writer.emit(ir.br(end)));
    addOne(writer);
    writer.emit(ir.set(1, ir.add(get(1), c(1))));
  });
  writer.emit(ir.run(ir.call(add)), ir.ret(get(1)));
  return writer.fn;
}

/** Moves a range of the places of the table before, by its address, into the table. */
export const moveTable = (set: RootSet, add: Func): Func =>
  addRun("move table", add, (writer) => {
    const entry = writer.local(ir.load(ir.add(get(0), ir.shl(get(1), c(2)))));
    writer.if(get(entry), () => {
      const maskBefore = get(writer.local(ir.load(c(set.header + ROOTS.maskBefore))));
      addLater(writer, set, add, ...pairNow(writer, set, unscramble(writer, maskBefore, get(1), get(entry))));
    });
  });

/** Adds a range of the pairs that were in the stash, by the address of the list of its segments; it was emptied before. */
export const moveStash = (set: RootSet, add: Func): Func =>
  addRun("move stash", add, (writer) => {
    const pair = writer.local(pairIn(get(0), get(1)));
    addLater(writer, set, add, ...pairNow(writer, set, [ir.load(get(pair)), ir.load(get(pair), 4)]));
  });

/** Arranges a range of a log anew. */
export function rearrange(set: RootSet): Func {
  const writer = doorWriter("rearrange");
  writer.loop((end) => {
    writer.if(ir.eq(get(1), get(2)), () => writer.emit(ir.br(end)));
    const pair = writer.local(pairIn(get(0), get(1)));
    const [a, b] = pairNow(writer, set, [ir.load(get(pair)), ir.load(get(pair), 4)]);
    writer.emit(ir.store(get(pair), a), ir.store(get(pair), b, 4), ir.set(1, ir.add(get(1), c(1))));
  });
  return writer.fn;
}

/** Both questions of the stash: is a pair new there, which is its number? */
export const stashOf = ({ stash }: RootSet): { readonly isNew: Func; readonly number: Func } => ({
  isNew: intern("stash", stash, "isNew"),
  number: intern("stash", stash),
});
