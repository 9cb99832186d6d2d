/**
 * How does a state lie in memory? Each cell is a bit field that holds the code of its value; no field straddles a
 * 32-bit word. Cells that the same contexts write lie together: a step then changes few words.
 */
import { type Cell, cellsOf, valueAt } from "../../language/cells.ts";
import type { State } from "../../language/evaluate.ts";
import type { Node, PlaceNode } from "../../language/nodes.ts";
import type { Shape, Value } from "../../language/shapes.ts";
import type { System } from "../../language/system.ts";
import { codeOf, type LeafCodes, leafCodes, valueFrom } from "./codes.ts";

export interface Field {
  readonly cell: Cell;
  /** Null for a label, whose code is its number. */
  readonly codes: LeafCodes | null;
  /** 0 for a cell that has one value only: it takes no room. */
  readonly bits: number;
  readonly word: number;
  readonly shift: number;
}

export interface Layout {
  readonly system: System;
  /** By the number of the cell, in the order of `cellsOf`. */
  readonly fields: readonly Field[];
  readonly words: number;
  /** Number of the first cell of each field of the state. */
  readonly firstOf: ReadonlyMap<string, number>;
  readonly pcCell: (context: number) => number;
  readonly slotCell: (context: number, slot: number) => number;
}

const bitsFor = (count: number): number => (count <= 1 ? 0 : 32 - Math.clz32(count - 1));

export function layoutOf(system: System): Layout {
  const cells = cellsOf(system);
  const codes = cells.map(({ shape }) => shape && leafCodes(shape, system.universe));
  const groups = groupsOf(system, cells);
  const places: { word: number; shift: number }[] = [];
  const used: number[] = [];
  const names = [...new Set(groups)].sort();
  const bits = codes.map((code) => bitsFor(code ? code.count : system.labels.length));
  for (const group of names) {
    const members = cells.flatMap((_, i) => (groups[i] === group && (bits[i] as number) > 0 ? [i] : []));
    const total = members.reduce((n, i) => n + (bits[i] as number), 0);
    // A group that fits beside an earlier one shares its word; else it begins a word of its own.
    const shared = used.findIndex((taken) => taken + total <= 32);
    let word = shared < 0 ? used.push(0) - 1 : shared;
    for (const i of members) {
      const width = bits[i] as number;
      if ((used[word] as number) + width > 32) word = used.push(0) - 1;
      places[i] = { word, shift: used[word] as number };
      used[word] = (used[word] as number) + width;
    }
  }
  const fields = cells.map((cell, i): Field => {
    const { word, shift } = places[i] ?? { word: 0, shift: 0 };
    return { cell, codes: codes[i] ?? null, bits: bits[i] as number, word, shift };
  });
  const firstOf = new Map<string, number>();
  const at = new Map<string, number>();
  for (const [i, { path }] of cells.entries()) {
    if (!firstOf.has(String(path[0]))) firstOf.set(String(path[0]), i);
    at.set(path.join("."), i);
  }
  return {
    system,
    fields,
    words: Math.max(used.length, 1),
    firstOf,
    pcCell: (context) => at.get(`pc.${context}`) as number,
    slotCell: (context, slot) => at.get(`local.${context}.${slot}`) as number,
  };
}

/** For each cell the contexts that may write it, as text: a label and the slots belong to their context. */
function groupsOf(system: System, cells: readonly Cell[]): readonly string[] {
  const writers = new Map<string, Set<number>>();
  for (const [context, { script }] of system.contexts.entries()) {
    for (const label of system.labels) {
      if (label?.script !== script) continue;
      for (const { place } of label.entries.flat().flatMap((c) => c.effect)) {
        if (!("field" in place.base)) continue;
        for (const path of pathsOf(place, system, context)) {
          const known = writers.get(path) ?? new Set();
          known.add(context);
          writers.set(path, known);
        }
      }
    }
  }
  return cells.map(({ path }) => {
    if (path[0] === "pc" || path[0] === "local") return `1 context ${String(path[1]).padStart(3, "0")}`;
    const by = [...(writers.get(path.join(".")) ?? [])];
    return by.length === 1 ? `1 context ${String(by[0]).padStart(3, "0")}` : by.length === 0 ? "2 fixed" : "0 shared";
  });
}

/** The cells that a place may name where `self` is this context. */
function pathsOf(place: PlaceNode, system: System, self: number): string[] {
  const { base } = place;
  let paths: string[] = "field" in base ? [base.field] : [];
  for (const step of place.path) {
    const keys = "field" in step ? [step.field] : elementsOf(step.index, system.universe.size(step.set), self);
    paths = paths.flatMap((path) => keys.map((key) => `${path}.${key}`));
  }
  return paths;
}

function elementsOf(index: Node, size: number, self: number): readonly number[] {
  if (index.op === "self") return [self];
  if (index.op === "const" && typeof index.value === "number") return [index.value];
  return Array.from({ length: size }, (_, i) => i);
}

/** Writes a state into words. */
export function encode({ fields, words }: Layout, state: State): Int32Array {
  const packed = new Int32Array(words);
  for (const { cell, codes, bits, word, shift } of fields) {
    const value = valueAt(state, cell.path);
    if (bits > 0) packed[word] = (packed[word] as number) | ((codes ? codeOf(value, codes) : Number(value)) << shift);
  }
  return packed;
}

/** The code of a cell in packed words. */
export const codeIn = (packed: ArrayLike<number>, { bits, word, shift }: Field): number =>
  bits === 0 ? 0 : ((packed[word] as number) >>> shift) & maskOf(bits);

export const maskOf = (bits: number): number => (bits === 32 ? -1 : (1 << bits) - 1);

/** Reads a state from words. */
export function decode({ system, fields }: Layout, packed: ArrayLike<number>): State {
  let next = 0;
  const value = (): Value => {
    const field = fields[next++] as Field;
    const code = codeIn(packed, field);
    return field.codes ? valueFrom(code, field.codes) : code;
  };
  const build = (shape: Shape): unknown => {
    switch (shape.kind) {
      case "struct":
        return Object.fromEntries(Object.entries(shape.fields).map(([name, of]) => [name, build(of)]));
      case "each":
        return Array.from({ length: system.universe.size(shape.set) }, () => build(shape.of as Shape));
      default:
        return value();
    }
  };
  const state = Object.fromEntries(Object.entries(system.fields).map(([name, shape]) => [name, build(shape)]));
  const pc = system.contexts.map(() => value());
  const local = system.contexts.map(({ script }) => (system.scripts[script]?.slots ?? []).map(() => value()));
  return { ...state, pc, local } as unknown as State;
}

/** Orders packed states as the reference orders states: cell by cell, by code. */
export function compareStates({ fields }: Layout, a: ArrayLike<number>, b: ArrayLike<number>): number {
  for (const field of fields) {
    const difference = codeIn(a, field) - codeIn(b, field);
    if (difference !== 0) return difference;
  }
  return 0;
}
