/**
 * The state that stands for all that differ by names, in generated code: the renamings of `checker/reduction/symmetry.ts`
 * as tables, tried on the successor in memory. Two states are compared cell by cell, so that most renamings are put
 * aside after a few cells. Held equal to the reference.
 */
import { type Renaming, renameValue } from "../../language/renaming.ts";
import { type AnyLeaf, valuesOf } from "../../language/shapes.ts";
import type { Symmetry } from "../../reduction/symmetry.ts";
import * as ir from "../code/ir.ts";
import { c, type Expr, type Func, FunctionWriter, get, type Own } from "../code/ir.ts";
import { Unsupported } from "../state/codes.ts";
import { type Field, maskOf } from "../state/layout.ts";
import { bytesOf, type MemoryMap } from "./memory-map.ts";

/**
 * Words of what a renaming does to a cell: its field; the field that moves there; what becomes of each code, 0 for itself;
 * the labels where the cell lives, 0 for all; where that label is. Behind the last is a word of 0.
 */
const MOVE = { bytes: 20, field: 0, from: 4, codes: 8, live: 12, label: 16 };

/** Renamings of which a word can hold a bit each, with a number that is not negative. */
const MOST_BITS = 31;

export interface Renamer {
  /** Gives the successor the names by which it is least; says whether they are others. */
  readonly canonical: Func;
  /** Gives it those back that it had. */
  readonly restore: Func;
  /** All functions, those that the others call first. */
  readonly functions: readonly Func[];
}

export function renamerOf(map: MemoryMap, symmetry: Symmetry): Renamer {
  const { layout, memory } = map;
  const touched = symmetry.cells.filter((i) => (layout.fields[i]?.bits ?? 0) > 0);
  const moves = symmetry.renamings.map((renaming) => movesOf(map, symmetry, touched, renaming));
  const rows = moves.map((of) => tableOf(map, of));
  const asked = moves.map((of, i) =>
    tableOf(map, withoutLast(of, orderOf(symmetry, symmetry.renamings[i] as Renaming))),
  );
  const isLess = isLessAfter(map);
  const rename = renameBy(map);
  const canonical = new FunctionWriter("canonical");
  // The state that is expanded has its least names already: where nothing of that has changed, so has the successor.
  canonical.if(ir.not(differs(map, touched)), () => canonical.emit(ir.ret(c(0))));
  const changed = canonical.local(c(0));
  const use = (row: number): void => {
    canonical.if(ir.not(get(changed)), () => copy(canonical, layout.words, memory.successor, memory.given));
    canonical.emit(ir.run(ir.call(rename, c(row))), ir.set(changed, c(1)));
  };
  const functions = [isLess, rename];
  let isTried = (_: number): Expr => c(1);
  if (symmetry.isExact && rows.length <= MOST_BITS) {
    // Roots first: they leave few renamings, of which any will do; from there on those that leave the roots as they are.
    const roots = touched.filter((i) => symmetry.roots.includes(i));
    const narrow = narrowed();
    const least = leastRoots(map, symmetry, roots, narrow);
    functions.push(narrow, least);
    const among = canonical.local(ir.call(least));
    const has = (i: number): Expr => ir.bitAnd(ir.shru(get(among), c(i)), c(1));
    const itself = moves.findIndex((of) => of.length === 0);
    canonical.block((end) => {
      canonical.if(has(itself), () => canonical.emit(ir.br(end)));
      for (const [i, row] of rows.entries()) {
        canonical.if(has(i), () => {
          use(row);
          canonical.emit(ir.set(among, ir.call(least)), ir.br(end));
        });
      }
    });
    canonical.if(ir.eq(get(among), c(1 << itself)), () => canonical.emit(ir.ret(get(changed))));
    isTried = has;
  }
  canonical.loop((end) => {
    const improved = canonical.local(c(0));
    for (const [i, row] of rows.entries()) {
      if (moves[i]?.length === 0) continue;
      canonical.if(isTried(i), () =>
        canonical.if(ir.call(isLess, c(asked[i] as number)), () => {
          use(row);
          canonical.emit(ir.set(improved, c(1)));
        }),
      );
    }
    canonical.if(ir.not(get(improved)), () => canonical.emit(ir.br(end)));
  });
  canonical.emit(ir.ret(get(changed)));
  const restore = new FunctionWriter("restore");
  copy(restore, layout.words, memory.given, memory.successor);
  return { canonical: canonical.fn, restore: restore.fn, functions: [...functions, canonical.fn, restore.fn] };
}

/** What a renaming does to a cell: which cell moves there, and the words for it. */
interface Move {
  readonly cell: number;
  readonly from: number;
  readonly words: readonly number[];
}

/** Of the cells those that the renaming may change, in the order in which states are compared. */
function movesOf(map: MemoryMap, symmetry: Symmetry, cells: readonly number[], renaming: Renaming): Move[] {
  const { fields } = map.layout;
  const at = new Map(fields.map(({ cell }, i) => [cell.path.join("."), i]));
  const back = symmetry.back(renaming);
  const tables = new Map<AnyLeaf, number>();
  const tableFor = (shape: AnyLeaf): number => {
    const codes = codesOf(map, shape, renaming);
    return codes.every((code, i) => code === i) ? 0 : map.table(bytesOf(codes));
  };
  return cells.flatMap((cell) => {
    const { path, shape } = (fields[cell] as Field).cell;
    const leaf = shape as AnyLeaf;
    const from = at.get(symmetry.moved(path, back).join(".")) as number;
    const codes = tables.get(leaf) ?? tableFor(leaf);
    tables.set(leaf, codes);
    if (from === cell && codes === 0) return [];
    return [{ cell, from, words: [fieldWord(map, cell), fieldWord(map, from), codes, ...liveWords(map, cell)] }];
  });
}

const tableOf = (map: MemoryMap, moves: readonly Move[]): number =>
  map.table(bytesOf([...moves.flatMap(({ words }) => words), 0]));

/**
 * Of cells that move around in a ring the last one need not be asked: where none of the others changes, once around they all
 * hold what it holds. That takes a renaming which is back at the start where the ring is.
 */
function withoutLast(moves: readonly Move[], order: number): readonly Move[] {
  const fromOf = new Map(moves.map(({ cell, from }) => [cell, from]));
  const places = new Map(moves.map(({ cell }, i) => [cell, i]));
  const placeOf = (cell: number): number => places.get(cell) as number;
  return moves.filter(({ cell, from }) => {
    const ring = [cell];
    for (let at = from; at !== cell; at = fromOf.get(at) as number) ring.push(at);
    return ring.length < 2 || ring.length !== order || ring.some((one) => placeOf(one) > placeOf(cell));
  });
}

/** How many times a renaming is done until all names are as they were. */
function orderOf(symmetry: Symmetry, renaming: Renaming): number {
  const isItself = (one: Renaming): boolean =>
    Object.values(one).every((names) => names.every((name, i) => name === i));
  let order = 1;
  for (let one = symmetry.after({}, renaming); !isItself(one); one = symmetry.after(one, renaming)) order += 1;
  return order;
}

/**
 * The renamings, a bit each, that make the cells that stay where they are least. What becomes of such a cell depends on
 * what it holds alone; so for each of its values there is a list: who makes it the least, the second least, and so on.
 */
function leastRoots(map: MemoryMap, symmetry: Symmetry, roots: readonly number[], narrow: Func): Func {
  const { layout, memory } = map;
  const lists = new Map<string, number>();
  const listOf = (after: readonly number[], itself: number): number => {
    if (after.every((code) => code === itself)) return 0;
    const codes = [...new Set(after)].sort((a, b) => a - b);
    const masks = codes.map((code) => after.reduce((bits, one, i) => bits | (Number(one === code) << i), 0));
    const known = lists.get(masks.join());
    const at = known ?? map.table(bytesOf(masks));
    lists.set(masks.join(), at);
    return at;
  };
  const writer = new FunctionWriter("least roots");
  const among = writer.local(c(2 ** symmetry.renamings.length - 1));
  for (const i of roots) {
    const { word, bits, shift, cell } = layout.fields[i] as Field;
    const after = symmetry.renamings.map((renaming) => codesOf(map, cell.shape as AnyLeaf, renaming));
    const table = (after[0] ?? []).map((_, code) =>
      listOf(
        after.map((codes) => codes[code] as number),
        code,
      ),
    );
    const at = map.table(bytesOf(table));
    const ask = (): void => {
      const code = ir.bitAnd(ir.shru(ir.load(ir.own(memory.successor, 4 * word)), c(shift)), c(maskOf(bits)));
      const list = writer.local(ir.load(ir.shl(code, c(2)), at));
      writer.if(get(list), () => {
        writer.emit(ir.set(among, ir.call(narrow, get(among), get(list))));
        const isOne = ir.not(ir.bitAnd(get(among), ir.sub(get(among), c(1))));
        writer.if(isOne, () => writer.emit(ir.ret(get(among))));
      });
    };
    const [live = 0, label = 0] = liveWords(map, i);
    if (live === 0) ask();
    else writer.if(ir.load8(codeOf(map, writer, c(label)), live), ask);
  }
  writer.emit(ir.ret(get(among)));
  return writer.fn;
}

/** Takes renamings, and a list as above: those among them that come first in the list. */
function narrowed(): Func {
  const writer = new FunctionWriter("narrowed", 2);
  writer.loop(() => {
    const both = writer.local(ir.bitAnd(get(0), ir.load(get(1))));
    writer.if(get(both), () => writer.emit(ir.ret(get(both))));
    writer.emit(ir.set(1, ir.add(get(1), c(4))));
  });
  writer.emit(ir.ret(c(0)));
  return writer.fn;
}

/** Whether the successor differs from the state that is expanded in something that a renaming may change. */
function differs(map: MemoryMap, touched: readonly number[]): Expr {
  const { layout, memory } = map;
  const masks = new Map<number, number>();
  for (const i of touched) {
    const { word, bits, shift } = layout.fields[i] as Field;
    masks.set(word, (masks.get(word) ?? 0) | (maskOf(bits) << shift));
  }
  const changed = [...masks].map(([word, mask]) => {
    const [before, after] = [memory.expanded, memory.successor].map((at) => ir.load(ir.own(at, 4 * word)));
    return ir.bitAnd(ir.xor(before as Expr, after as Expr), c(mask));
  });
  return [...changed, ...livesChanged(map, touched)].reduce(ir.bitOr, c(0));
}

/** For each context with such slots, whether others of them live now: a slot may come to life with the value that it had. */
function livesChanged(map: MemoryMap, touched: readonly number[]): Expr[] {
  const { layout, memory, system } = map;
  const paths = touched.map((i) => (layout.fields[i] as Field).cell.path);
  return [...system.contexts.keys()].flatMap((context) => {
    const slots = paths.flatMap(([base, of, slot]) => (base === "local" && of === context ? [slot as number] : []));
    if (slots.length === 0) return [];
    if (slots.length > 32) throw new Unsupported(`${slots.length} slots that may be renamed`);
    const lives = system.labels.map((label) =>
      slots.reduce((bits, slot, i) => bits | (Number(label?.slots.some((s) => s.slot === slot) ?? false) << i), 0),
    );
    const at = map.table(bytesOf(lives));
    const { word, bits, shift } = layout.fields[layout.pcCell(context)] as Field;
    const [before, after] = [memory.expanded, memory.successor].map((packed) => {
      const label = ir.bitAnd(ir.shru(ir.load(ir.own(packed, 4 * word)), c(shift)), c(maskOf(bits)));
      return ir.load(ir.add(ir.shl(label, c(2)), c(at)));
    });
    return [ir.xor(before as Expr, after as Expr)];
  });
}

function fieldWord({ layout }: MemoryMap, cell: number): number {
  const { word, bits, shift } = layout.fields[cell] as Field;
  return ((4 * word) << 16) | (bits << 8) | shift;
}

/** A slot holds an element only where something lives in it: those labels, and where the label is. */
function liveWords(map: MemoryMap, cell: number): number[] {
  const { layout, system } = map;
  const { path } = (layout.fields[cell] as Field).cell;
  if (path[0] !== "local") return [0, 0];
  const lives = system.labels.map((label) => Number(label?.slots.some(({ slot }) => slot === path[2]) ?? false));
  return [map.table(Uint8Array.from(lives)), fieldWord(map, layout.pcCell(path[1] as number))];
}

/** What becomes of each code. */
function codesOf({ system: { universe } }: MemoryMap, shape: AnyLeaf, renaming: Renaming): number[] {
  const values = valuesOf(shape, universe);
  return values.map((value) => values.indexOf(renameValue(value, shape, renaming, universe)));
}

/** The code of a field, by its word, in the successor. */
function codeOf(map: MemoryMap, writer: FunctionWriter, word: Expr): Expr {
  const field = writer.shared(word);
  const mask = ir.sub(ir.shl(c(1), ir.bitAnd(ir.shru(field, c(8)), c(0xff))), c(1));
  const packed = ir.load(ir.add(ir.own(map.memory.successor), ir.shru(field, c(16))));
  return ir.bitAnd(ir.shru(packed, ir.bitAnd(field, c(31))), mask);
}

/** Takes the moves of a renaming; does something for each, with where its words are and the code that its cell gets. */
function eachMove(map: MemoryMap, writer: FunctionWriter, body: (field: Expr, after: number) => void): void {
  const at = (offset: number): Expr => ir.load(get(0), offset);
  writer.loop((end) => {
    const field = writer.local(at(MOVE.field));
    writer.if(ir.not(get(field)), () => writer.emit(ir.br(end)));
    const after = writer.local(codeOf(map, writer, at(MOVE.from)));
    const codes = writer.local(at(MOVE.codes));
    writer.if(get(codes), () => writer.emit(ir.set(after, ir.load(ir.add(get(codes), ir.shl(get(after), c(2)))))));
    const live = writer.local(at(MOVE.live));
    writer.if(get(live), () => {
      const label = codeOf(map, writer, at(MOVE.label));
      writer.if(ir.not(ir.load8(ir.add(get(live), label))), () =>
        writer.emit(ir.set(after, codeOf(map, writer, get(field)))),
      );
    });
    body(get(field), after);
    writer.emit(ir.set(0, ir.add(get(0), c(MOVE.bytes))));
  });
}

/** Takes the moves of a renaming: whether they make the successor less. */
function isLessAfter(map: MemoryMap): Func {
  const writer = new FunctionWriter("is less after", 1);
  eachMove(map, writer, (field, after) => {
    const now = writer.local(codeOf(map, writer, field));
    writer.if(ir.ne(get(after), get(now)), () => writer.emit(ir.ret(ir.lt(get(after), get(now)))));
  });
  writer.emit(ir.ret(c(0)));
  return writer.fn;
}

/** Takes the moves of a renaming: does them. */
function renameBy(map: MemoryMap): Func {
  const { layout, memory } = map;
  const writer = new FunctionWriter("rename", 1);
  copy(writer, layout.words, memory.successor, memory.renamed);
  eachMove(map, writer, (field, after) => {
    const at = writer.local(ir.add(ir.own(memory.renamed), ir.shru(field, c(16))));
    const shift = writer.local(ir.bitAnd(field, c(31)));
    const bits = ir.bitAnd(ir.shru(field, c(8)), c(0xff));
    const mask = ir.shl(ir.sub(ir.shl(c(1), bits), c(1)), get(shift));
    const kept = ir.bitAnd(ir.load(get(at)), ir.xor(mask, c(-1)));
    writer.emit(ir.store(get(at), ir.bitOr(kept, ir.shl(get(after), get(shift)))));
  });
  copy(writer, layout.words, memory.renamed, memory.successor);
  return writer.fn;
}

function copy(writer: FunctionWriter, words: number, from: Own, to: Own): void {
  for (let word = 0; word < words; word++) writer.emit(ir.store(ir.own(to, 4 * word), ir.load(ir.own(from, 4 * word))));
}
