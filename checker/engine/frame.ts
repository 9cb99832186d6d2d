/**
 * What all generated code of one system shares: where things lie in memory, and the tables that it looks things up in.
 *
 * Nothing here grows while the search runs; the sets of states and of their parts come after it.
 */
import type { Shape } from "../language/shapes.ts";
import type { System } from "../language/system.ts";
import { Words } from "./codes.ts";
import * as ir from "./ir.ts";
import { c, type Expr } from "./ir.ts";
import type { Layout } from "./layout.ts";
import { BATCH_BYTES, LOG } from "./root-set.ts";
import type { Tree } from "./tree.ts";

/** Something that may be seen in a state or at a step from it, and that a search keeps the least occurrence of. */
export type Event =
  | { readonly kind: "violation"; readonly property: string; readonly atStep: boolean }
  | { readonly kind: "witness"; readonly witness: number }
  /** A step that leads to the state that is looked for. */
  | { readonly kind: "hit" };

export interface FrameOptions {
  /** Binders over sets up to this size are written out, element by element. */
  readonly unroll: number;
  /** Whether several threads add to the sets. */
  readonly shared: boolean;
}

export const MODEL_ERROR = "model error";
export const DEADLOCK = "deadlock";

/** What `found` does with a successor. */
export const MODE = { insert: 0, match: 1, mark: 2 } as const;

/** Each thread has its own. */
export interface Memory {
  /** Packed words: of the state that is expanded, of a successor, of the state looked for. */
  readonly current: number;
  readonly successor: number;
  readonly target: number;
  /** The id of each inner node of the current state's tree. */
  readonly nodes: number;
  /** For each cell, where its field is: byte offset of its word, width, shift. */
  readonly fields: number;
  /** A byte for each context and label. */
  readonly open: number;
  readonly cuts: number;
  /** A word for each command. */
  readonly fired: number;
  /** A byte for each event: whether its occurrences matter. */
  readonly wanted: number;
  /** For each event a word that says whether it was seen, then the packed words of the least state. */
  readonly least: number;
  /** Successors that wait to be entered. */
  readonly batch: number;
  /** For each set of pairs two words: the numbers that the thread has taken for it and not yet used. */
  readonly blocks: number;
  /** The header of the thread's log. */
  readonly log: number;
  readonly mode: number;
  readonly transitions: number;
  /** Whether a successor of the current state is marked. */
  readonly reaches: number;
  /** First byte of the marks, a byte for each state. */
  readonly marks: number;
}

export class Frame {
  readonly system: System;
  readonly layout: Layout;
  readonly tree: Tree;
  readonly words = new Words();
  readonly options: FrameOptions;
  readonly events: readonly Event[];
  readonly memory: Memory;
  /** First byte after everything. */
  end: number;
  readonly #data: { readonly at: number; readonly bytes: Uint8Array }[] = [];
  readonly #tables = new Map<string, number>();
  readonly #eventNumbers: ReadonlyMap<string, number>;

  constructor(layout: Layout, tree: Tree, base: number, options: FrameOptions) {
    const { system } = layout;
    this.system = system;
    this.layout = layout;
    this.tree = tree;
    this.options = options;
    this.end = base;
    const names = [...new Set([...system.properties.map((p) => p.name), DEADLOCK, MODEL_ERROR])];
    this.events = [
      { kind: "hit" },
      ...names.flatMap((property) => [false, true].map((atStep): Event => ({ kind: "violation", property, atStep }))),
      ...system.witnesses.map((_, witness): Event => ({ kind: "witness", witness })),
    ];
    this.#eventNumbers = new Map(this.events.map((event, i) => [JSON.stringify(event), i]));
    const packed = 4 * layout.words;
    const places = system.contexts.length * system.labels.length;
    this.memory = {
      current: this.#allot(packed),
      successor: this.#allot(packed),
      target: this.#allot(packed),
      nodes: this.#allot(4 * tree.nodes.length),
      fields: this.table(
        bytesOf(layout.fields.map(({ word, bits, shift }) => ((4 * word) << 16) | (bits << 8) | shift)),
      ),
      open: this.#allot(places),
      cuts: this.#allot(places),
      fired: this.#allot(4 * system.commands.length),
      wanted: this.#allot(this.events.length),
      least: this.#allot((packed + 4) * this.events.length),
      batch: this.#allot(BATCH_BYTES),
      blocks: this.#allot(8 * tree.nodes.length),
      log: this.#allot(LOG.bytes),
      mode: this.#allot(4),
      transitions: this.#allot(4),
      reaches: this.#allot(4),
      marks: this.#allot(4),
    };
  }

  #allot(bytes: number): number {
    const at = this.end;
    this.end = (at + bytes + 7) & ~7;
    return at;
  }

  /** Writes the tables into a memory. */
  initialise(bytes: Uint8Array): void {
    for (const { at, bytes: data } of this.#data) bytes.set(data, at);
  }

  /** The address of what is kept of an event. */
  leastOf(event: number): number {
    return this.memory.least + event * 4 * (this.layout.words + 1);
  }

  eventNumber(event: Event): number {
    const number = this.#eventNumbers.get(JSON.stringify(event));
    if (number === undefined) throw new Error(`no such event: ${JSON.stringify(event)}`);
    return number;
  }

  /** How many cells a value of a shape has. */
  cellsIn(shape: Shape): number {
    switch (shape.kind) {
      case "struct":
        return Object.values(shape.fields).reduce((n, of) => n + this.cellsIn(of), 0);
      case "each":
        return this.system.universe.size(shape.set) * this.cellsIn(shape.of as Shape);
      default:
        return 1;
    }
  }

  /** Whether a label is one of a list. */
  isLabelIn(label: Expr, labels: readonly number[]): Expr {
    const sorted = [...new Set(labels)].sort((a, b) => a - b);
    const [first, last] = [sorted[0], sorted.at(-1)];
    if (first === undefined || last === undefined) return c(0);
    if (last - first === sorted.length - 1) return ir.ltu(ir.sub(label, c(first)), c(sorted.length));
    if (sorted.length <= 3) return sorted.map((one) => ir.eq(label, c(one))).reduce(ir.bitOr);
    return ir.load8(label, this.table(Uint8Array.from(this.system.labels, (_, id) => Number(sorted.includes(id)))));
  }

  /** The address of a table with these bytes. */
  table(bytes: Uint8Array): number {
    const key = bytes.join();
    const known = this.#tables.get(key);
    if (known !== undefined) return known;
    const at = this.#allot(bytes.length);
    this.#data.push({ at, bytes });
    this.#tables.set(key, at);
    return at;
  }
}

/** Words as the bytes of a table. */
export const bytesOf = (words: readonly number[]): Uint8Array => new Uint8Array(Int32Array.from(words).buffer);
