/**
 * The state that stands for all that differ by names, in generated code: the renamings of `checker/reduction/symmetry.ts`
 * as tables, tried on the successor in memory. Two states are compared cell by cell, so that most renamings are put
 * aside after a few cells. Held equal to the reference.
 */
import { type Renaming, renameValue } from "../language/renaming.ts";
import { type AnyLeaf, valuesOf } from "../language/shapes.ts";
import type { Symmetry } from "../reduction/symmetry.ts";
import { Unsupported } from "./codes.ts";
import { bytesOf, type Frame } from "./frame.ts";
import * as ir from "./ir.ts";
import { c, type Expr, type Func, FunctionWriter, get, type Own } from "./ir.ts";
import { type Field, maskOf } from "./layout.ts";

/** Words of a cell in its table: where its field is; the labels where it lives, 0 for all; where that label is. */
const CELL = { bytes: 16, field: 0, live: 4, label: 8 };
/** Words of a cell in the table of a renaming: where the field is that moves here; what becomes of each code, 0 for itself. */
const MOVE = { bytes: 8, from: 0, codes: 4 };

export interface Renamer {
  /** Gives the successor the names by which it is least; says whether they are others. */
  readonly canonical: Func;
  /** Gives it those back that it had. */
  readonly restore: Func;
  /** All functions, those that the others call first. */
  readonly functions: readonly Func[];
}

export function renamerOf(frame: Frame, symmetry: Symmetry): Renamer {
  const { layout, memory } = frame;
  const touched = symmetry.cells.filter((i) => (layout.fields[i]?.bits ?? 0) > 0);
  const cells = frame.table(bytesOf(touched.flatMap((i) => cellWords(frame, i))));
  const at = new Map(layout.fields.map(({ cell }, i) => [cell.path.join("."), i]));
  const rows = symmetry.renamings
    .map((renaming) =>
      touched.flatMap((i) => {
        const { cell } = layout.fields[i] as Field;
        const from = at.get(symmetry.moved(cell.path, symmetry.back(renaming)).join(".")) as number;
        return [fieldWord(frame, from), codesWord(frame, cell.shape as AnyLeaf, renaming)];
      }),
    )
    .map((words) => frame.table(bytesOf(words)));
  const value = valueAfter(frame);
  const isLess = isLessAfter(frame, cells, touched.length, value);
  const rename = renameBy(frame, cells, touched.length, value);
  const canonical = new FunctionWriter("canonical");
  // The state that is expanded has its least names already: where nothing of that has changed, so has the successor.
  canonical.if(ir.not(differs(frame, touched)), () => canonical.emit(ir.ret(c(0))));
  const changed = canonical.local(c(0));
  canonical.loop((end) => {
    const improved = canonical.local(c(0));
    for (const row of rows) {
      canonical.if(ir.call(isLess, c(row)), () => {
        canonical.if(ir.not(get(changed)), () => copy(canonical, layout.words, memory.successor, memory.given));
        canonical.emit(ir.run(ir.call(rename, c(row))), ir.set(improved, c(1)), ir.set(changed, c(1)));
      });
    }
    canonical.if(ir.not(get(improved)), () => canonical.emit(ir.br(end)));
  });
  canonical.emit(ir.ret(get(changed)));
  const restore = new FunctionWriter("restore");
  copy(restore, layout.words, memory.given, memory.successor);
  return { canonical: canonical.fn, restore: restore.fn, functions: [value, isLess, rename, canonical.fn, restore.fn] };
}

/** Whether the successor differs from the state that is expanded in something that a renaming may change. */
function differs(frame: Frame, touched: readonly number[]): Expr {
  const { layout, memory } = frame;
  const masks = new Map<number, number>();
  for (const i of touched) {
    const { word, bits, shift } = layout.fields[i] as Field;
    masks.set(word, (masks.get(word) ?? 0) | (maskOf(bits) << shift));
  }
  const changed = [...masks].map(([word, mask]) => {
    const [before, after] = [memory.expanded, memory.successor].map((at) => ir.load(ir.own(at, 4 * word)));
    return ir.bitAnd(ir.xor(before as Expr, after as Expr), c(mask));
  });
  return [...changed, ...livesChanged(frame, touched)].reduce(ir.bitOr, c(0));
}

/** For each context with such slots, whether others of them live now: a slot may come to life with the value that it had. */
function livesChanged(frame: Frame, touched: readonly number[]): Expr[] {
  const { layout, memory, system } = frame;
  const paths = touched.map((i) => (layout.fields[i] as Field).cell.path);
  return [...system.contexts.keys()].flatMap((context) => {
    const slots = paths.flatMap(([base, of, slot]) => (base === "local" && of === context ? [slot as number] : []));
    if (slots.length === 0) return [];
    if (slots.length > 32) throw new Unsupported(`${slots.length} slots that may be renamed`);
    const lives = system.labels.map((label) =>
      slots.reduce((bits, slot, i) => bits | (Number(label?.slots.some((s) => s.slot === slot) ?? false) << i), 0),
    );
    const at = frame.table(bytesOf(lives));
    const { word, bits, shift } = layout.fields[layout.pcCell(context)] as Field;
    const [before, after] = [memory.expanded, memory.successor].map((packed) => {
      const label = ir.bitAnd(ir.shru(ir.load(ir.own(packed, 4 * word)), c(shift)), c(maskOf(bits)));
      return ir.load(ir.add(ir.shl(label, c(2)), c(at)));
    });
    return [ir.xor(before as Expr, after as Expr)];
  });
}

function fieldWord({ layout }: Frame, cell: number): number {
  const { word, bits, shift } = layout.fields[cell] as Field;
  return ((4 * word) << 16) | (bits << 8) | shift;
}

/** A slot holds an element only where something lives in it. */
function cellWords(frame: Frame, cell: number): number[] {
  const { layout, system } = frame;
  const { path } = (layout.fields[cell] as Field).cell;
  if (path[0] !== "local") return [fieldWord(frame, cell), 0, 0, 0];
  const lives = system.labels.map((label) => Number(label?.slots.some(({ slot }) => slot === path[2]) ?? false));
  const label = fieldWord(frame, layout.pcCell(path[1] as number));
  return [fieldWord(frame, cell), frame.table(Uint8Array.from(lives)), label, 0];
}

function codesWord(frame: Frame, shape: AnyLeaf, renaming: Renaming): number {
  const { universe } = frame.system;
  const values = valuesOf(shape, universe);
  const codes = values.map((value) => values.indexOf(renameValue(value, shape, renaming, universe)));
  return codes.every((code, i) => code === i) ? 0 : frame.table(bytesOf(codes));
}

/** The code of a field, by its word, in the successor. */
function codeOf(frame: Frame, writer: FunctionWriter, word: Expr): Expr {
  const field = writer.shared(word);
  const mask = ir.sub(ir.shl(c(1), ir.bitAnd(ir.shru(field, c(8)), c(0xff))), c(1));
  const packed = ir.load(ir.add(ir.own(frame.memory.successor), ir.shru(field, c(16))));
  return ir.bitAnd(ir.shru(packed, ir.bitAnd(field, c(31))), mask);
}

/** Takes the cell's words and those of its move, gives its code after the renaming. */
function valueAfter(frame: Frame): Func {
  const writer = new FunctionWriter("value after", 2);
  const live = writer.local(ir.load(get(0), CELL.live));
  writer.if(get(live), () => {
    const label = codeOf(frame, writer, ir.load(get(0), CELL.label));
    writer.if(ir.not(ir.load8(ir.add(get(live), label))), () =>
      writer.emit(ir.ret(codeOf(frame, writer, ir.load(get(0), CELL.field)))),
    );
  });
  const code = writer.local(codeOf(frame, writer, ir.load(get(1), MOVE.from)));
  const codes = writer.local(ir.load(get(1), MOVE.codes));
  writer.if(get(codes), () => writer.emit(ir.set(code, ir.load(ir.add(get(codes), ir.shl(get(code), c(2)))))));
  writer.emit(ir.ret(get(code)));
  return writer.fn;
}

/** Does something for each cell that a renaming may change. */
function eachCell(
  writer: FunctionWriter,
  cells: number,
  count: number,
  body: (cell: number, move: number) => void,
): void {
  const cell = writer.local(c(cells));
  const move = writer.local(get(0));
  writer.loop((end) => {
    writer.if(ir.eq(get(cell), c(cells + CELL.bytes * count)), () => writer.emit(ir.br(end)));
    body(cell, move);
    writer.emit(ir.set(cell, ir.add(get(cell), c(CELL.bytes))), ir.set(move, ir.add(get(move), c(MOVE.bytes))));
  });
}

/** Takes a renaming: whether it makes the successor less. */
function isLessAfter(frame: Frame, cells: number, count: number, value: Func): Func {
  const writer = new FunctionWriter("is less after", 1);
  eachCell(writer, cells, count, (cell, move) => {
    const after = writer.local(ir.call(value, get(cell), get(move)));
    const now = writer.local(codeOf(frame, writer, ir.load(get(cell), CELL.field)));
    writer.if(ir.ne(get(after), get(now)), () => writer.emit(ir.ret(ir.lt(get(after), get(now)))));
  });
  writer.emit(ir.ret(c(0)));
  return writer.fn;
}

/** Takes a renaming: does it. */
function renameBy(frame: Frame, cells: number, count: number, value: Func): Func {
  const { layout, memory } = frame;
  const writer = new FunctionWriter("rename", 1);
  copy(writer, layout.words, memory.successor, memory.renamed);
  eachCell(writer, cells, count, (cell, move) => {
    const after = writer.local(ir.call(value, get(cell), get(move)));
    const field = writer.local(ir.load(get(cell), CELL.field));
    const at = writer.local(ir.add(ir.own(memory.renamed), ir.shru(get(field), c(16))));
    const shift = writer.local(ir.bitAnd(get(field), c(31)));
    const bits = ir.bitAnd(ir.shru(get(field), c(8)), c(0xff));
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
