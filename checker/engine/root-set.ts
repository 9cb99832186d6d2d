/**
 * Which states have been seen? The set of the roots, in generated code: pairs of the numbers of a state's two halves.
 *
 * It is a hash table of one word an entry that holds its pairs exactly. A pair (a, b) is first scrambled, one to one:
 * each step changes one of the two by something computed from the other, so that each can be undone. The new b is
 * where the search in the table starts (so b must be smaller than the table), the new a stands in the entry (so it
 * has at most `KEPT` bits), beside the distance from that start: place and entry together are the pair. What does not
 * fit, in its number of bits or within the largest distance, goes to an ordinary set of pairs, the stash. No entry is
 * ever taken out, so a pair whose places were all taken is looked for in the stash from then on.
 *
 * Each thread lists the roots that it adds, in its log: that is what a level is expanded from, and what the table is
 * made anew from when it is to grow.
 */
import * as ir from "./ir.ts";
import { c, type Expr, type Func, FunctionWriter, get } from "./ir.ts";
import { intern, type PairSet, pairIn, STOP } from "./pair-set.ts";

/** Offsets in the header of the table; `shift` is 32 less the bits of a place. */
export const ROOTS = { table: 0, mask: 4, shift: 8, bytes: 64 } as const;

/** Offsets in the header of a log. */
export const LOG = { directory: 0, count: 4, limit: 8, bytes: 16 } as const;

const DISTANCE_BITS = 5;
const KEPT = 32 - DISTANCE_BITS;
/** Distances are counted from 1, so that no entry is 0. */
const LARGEST_DISTANCE = (1 << DISTANCE_BITS) - 1;

/** How many pairs are added together. */
export const BATCH = 64;

/** Bytes of a batch: how many pairs wait, something to keep loads alive, then for each pair: itself, place, entry. */
export const BATCH_BYTES = 8 + 16 * BATCH;

/** Stands for an entry where a pair does not fit; no entry without its distance looks so. */
const UNFIT = -1;

export interface RootSet {
  readonly header: number;
  readonly stash: PairSet;
  /** This thread's log, and the pairs that wait. */
  readonly log: ir.Own;
  readonly batch: ir.Own;
}

/** Scrambles a pair: where to look for it, and what its entry is without the distance. */
function scramble(writer: FunctionWriter, { header }: RootSet, a: Expr, b: Expr) {
  const shift = writer.local(ir.load(c(header + ROOTS.shift)));
  const one = writer.local(ir.xor(b, ir.shru(ir.mul(a, c(0x9e3779b1)), get(shift))));
  const kept = writer.local(ir.xor(a, ir.shru(ir.mul(get(one), c(0x85ebca77)), c(32 - KEPT))));
  const place = writer.local(ir.xor(get(one), ir.shru(ir.mul(get(kept), c(0xc2b2ae3d)), get(shift))));
  const entry = writer.local(ir.shl(get(kept), c(DISTANCE_BITS)));
  const isUnfit = ir.bitOr(ir.shru(a, c(KEPT)), ir.bitAnd(b, ir.xor(ir.load(c(header + ROOTS.mask)), c(-1))));
  writer.if(isUnfit, () => writer.emit(ir.set(entry, c(UNFIT)), ir.set(place, c(0))));
  return { place, entry };
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
 * Adds the pairs that wait, in two rounds: fetch the place of each, then decide. In a large table each place is far
 * away in memory, and those of one round are fetched at the same time. What is new goes into the log, unless it
 * comes from there.
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
    const fetched = ir.load(ir.add(ir.load(c(header + ROOTS.table)), ir.shl(get(place), c(2))));
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

/** Enters a run of a log into a table that was emptied; gives the number of the first that it left. */
export function rebuildRoots(set: RootSet, add: Func): Func {
  const writer = new FunctionWriter("rebuild roots", 3);
  writer.loop((end) => {
    writer.if(ir.bitOr(ir.eq(get(1), get(2)), ir.load(c(STOP))), () => writer.emit(ir.br(end)));
    const pair = writer.local(pairIn(get(0), get(1)));
    addLater(writer, set, add, ir.load(get(pair)), ir.load(get(pair), 4));
    writer.emit(ir.set(1, ir.add(get(1), c(1))));
  });
  writer.emit(ir.run(ir.call(add)), ir.ret(get(1)));
  return writer.fn;
}

/** Both questions of the stash: is a pair new there, which is its number? */
export const stashOf = ({ stash }: RootSet): { readonly isNew: Func; readonly number: Func } => ({
  isNew: intern("stash", stash, "isNew"),
  number: intern("stash", stash),
});
