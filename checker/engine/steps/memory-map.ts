/**
 * What all generated code of one system shares: where things lie in memory, and the tables that it looks things up in.
 *
 * Nothing here grows while the search runs; the sets of states and of their parts come after it.
 */
import type { Shape } from "../../language/shapes.ts";
import type { System } from "../../language/system.ts";
import type { Dependence } from "../../reduction/dependence.ts";
import type { Symmetry } from "../../reduction/symmetry.ts";
import type { Violation } from "../../reference/result.ts";
import type { Transition } from "../../reference/step.ts";
import * as ir from "../code/ir.ts";
import { c, type Expr, type Own } from "../code/ir.ts";
import { Words } from "../state/codes.ts";
import type { Layout } from "../state/layout.ts";
import type { Tree } from "../state/tree.ts";
import { type OwnRoots, ownRoots } from "../store/root-set.ts";

/** Something that may be seen in a state or at a step from it, and that a search keeps the least occurrence of. */
export type Event =
  | {
      readonly kind: "violation";
      readonly property: string;
      readonly verdict: Violation["verdict"];
      readonly atStep: boolean;
    }
  | { readonly kind: "witness"; readonly witness: number }
  /** A step that leads to the state that is looked for. */
  | { readonly kind: "hit" };

export interface MemoryMapOptions {
  /** Binders over sets up to this size are written out, element by element. */
  readonly unroll: number;
  /** Whether several threads add to the sets. */
  readonly shared: boolean;
  /** In how many shards the set of the roots is, if not here; for tests how many bits may differ within one. */
  readonly shards: number;
  readonly nearBits?: number;
  /** Where liveness is asked, and only there: how many steps one state can have; 0 where nothing ever happens. */
  readonly edges?: number;
  /** Where only what must be followed is: which steps may be ample, and how many successors a state can have. */
  readonly reduction?: { readonly dependence: Dependence; readonly most: number };
  /** Where of states that differ by names only one is kept. */
  readonly symmetry?: Symmetry;
}

const violation = (property: string, verdict: Violation["verdict"], atStep: boolean): Event => ({
  kind: "violation",
  property,
  verdict,
  atStep,
});

/** A question about the state, or about a step, has no value. */
export const errorAt = (atStep: boolean): Event => violation("model error", "model error", atStep);

/** Nothing can happen, and some script is unfinished. */
export const NO_STEP: Event = violation("deadlock", "deadlock", false);

/** A row fires more often in one call than it may. */
export const notBounded = (property: string): Event => violation(property, "noProgress", true);

export const violated = (property: string, atStep: boolean): Event => violation(property, "violated", atStep);

/** What `found` does with a successor. */
export const MODE = { insert: 0, match: 1, mark: 2, edges: 3 } as const;

/** What each thread has for itself. */
export interface Memory {
  /** Packed words: of the state that is expanded, of a successor, of the state looked for. */
  readonly current: Own;
  readonly successor: Own;
  readonly target: Own;
  /** The number of each node of the current state's tree; -1 at first, which is none. */
  readonly nodes: Own;
  /** A byte for each context and label. */
  readonly open: Own;
  readonly cuts: Own;
  /** A word for each command. */
  readonly fired: Own;
  /** A byte for each event: whether its occurrences matter. */
  readonly wanted: Own;
  /** For each event a word that says whether it was seen, then the packed words of the least state. */
  readonly least: Own;
  /** The state of the log that is expanded: another than `current` only where states are passed through. */
  readonly expanded: Own;
  /** States that may be passed through, each with the context that moved; and how many there are. */
  readonly stack: Own;
  readonly stacked: Own;
  /** Of the successor: with other names, and as it was before it had other names. */
  readonly renamed: Own;
  readonly given: Own;
  /** Counts successors, kept or not. */
  readonly successors: Own;
  /** For each set of pairs two words: the numbers that the thread has taken for it and not yet used. */
  readonly blocks: Own;
  /** Where the roots are in this memory. */
  readonly roots: OwnRoots;
  readonly mode: Own;
  readonly transitions: Own;
  /** Whether some state was at rest. */
  readonly rested: Own;
  /** Whether a successor of the current state is marked. */
  readonly reaches: Own;
  /** Where liveness is asked: for each step of the current state two words, which it is and the number of where it leads. */
  readonly edges: Own;
  readonly edgeCount: Own;
  /** Which step is taken. */
  readonly step: Own;
  /** A byte for each context that may run and waits. */
  readonly waiting: Own;
  /** Two bytes for each question of liveness: whether it is owed from the current state, and whether it is there. */
  readonly owed: Own;
}

export class MemoryMap {
  readonly system: System;
  readonly layout: Layout;
  readonly tree: Tree;
  readonly words = new Words();
  readonly options: MemoryMapOptions;
  readonly events: readonly Event[];
  /** Where liveness is asked: the steps, by number. */
  readonly steps: Transition[] = [];
  readonly memory: Memory;
  /** How many bytes each thread has for itself. */
  readonly own: number;
  /** Where the search's own thread has them. */
  readonly base: number;
  /** A table of where the field of each cell is: byte offset of its word, width, shift. */
  readonly fields: number;
  /** First byte after the tables. */
  end: number;
  readonly #data: { readonly at: number; readonly bytes: Uint8Array }[] = [];
  readonly #tables = new Map<string, number>();
  readonly #eventNumbers: ReadonlyMap<string, number>;

  constructor(layout: Layout, tree: Tree, base: number, options: MemoryMapOptions) {
    const { system } = layout;
    this.system = system;
    this.layout = layout;
    this.tree = tree;
    this.options = options;
    this.base = base;
    this.events = [
      { kind: "hit" },
      ...system.properties.flatMap(({ name }) => [violated(name, false), violated(name, true), notBounded(name)]),
      NO_STEP,
      errorAt(false),
      errorAt(true),
      ...system.witnesses.map((_, witness): Event => ({ kind: "witness", witness })),
    ];
    this.#eventNumbers = new Map(this.events.map((event, i) => [JSON.stringify(event), i]));
    const packed = 4 * layout.words;
    const places = system.contexts.length * system.labels.length;
    let size = 0;
    const own = (bytes: number): Own => {
      const offset = size;
      size = (offset + bytes + 7) & ~7;
      return { offset };
    };
    const current = own(packed);
    this.memory = {
      current,
      expanded: options.reduction ? own(packed) : current,
      stack: own(options.reduction ? (packed + 4) * options.reduction.most : 0),
      stacked: own(4),
      renamed: own(options.symmetry ? packed : 0),
      given: own(options.symmetry ? packed : 0),
      successors: own(4),
      successor: own(packed),
      target: own(packed),
      nodes: own(4 * tree.nodes.length),
      open: own(places),
      cuts: own(places),
      fired: own(4 * system.commands.length),
      wanted: own(this.events.length),
      least: own((packed + 4) * this.events.length),
      blocks: own(8 * tree.nodes.length),
      roots: ownRoots(own),
      mode: own(4),
      transitions: own(4),
      rested: own(4),
      reaches: own(4),
      edges: own(8 * (options.edges ?? 0)),
      edgeCount: own(4),
      step: own(4),
      waiting: own(options.edges === undefined ? 0 : system.contexts.length),
      owed: own(2 * system.liveness.length),
    };
    this.own = size;
    this.end = base + size;
    this.fields = this.table(
      bytesOf(layout.fields.map(({ word, bits, shift }) => ((4 * word) << 16) | (bits << 8) | shift)),
    );
  }

  #allot(bytes: number): number {
    const at = this.end;
    this.end = (at + bytes + 7) & ~7;
    return at;
  }

  /** Makes ready what a thread has for itself, which is empty. */
  begin(words: Int32Array, base: number): void {
    const at = (base + this.memory.nodes.offset) / 4;
    words.fill(-1, at, at + this.tree.nodes.length);
  }

  /** Writes the tables into a memory. */
  initialise(bytes: Uint8Array): void {
    for (const { at, bytes: data } of this.#data) bytes.set(data, at);
  }

  /** Where what is kept of an event lies. */
  leastOf(event: number): Own {
    return { offset: this.memory.least.offset + event * 4 * (this.layout.words + 1) };
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
    const key = Buffer.from(bytes).toString("latin1");
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
