/**
 * How is a search kept in a checkpoint, and how does it go on from one? At moments when all that was seen belongs to
 * states that are expanded, it is noted how far the search is; that is written when it is time, and when the search
 * ends before it is through. Tables, logs and threads are made anew: what is read are states, level by level.
 */
import { maskBytes, mostBytes } from "../checkpoint/blocks.ts";
import type { Checkpoint, Gradual, SearchName } from "../checkpoint/checkpoint.ts";
import type { SavedSearch } from "../checkpoint/manifest.ts";
import type { PieceWriter } from "../checkpoint/piece.ts";
import { PAGE } from "../store/pair-set.ts";
import { type Range, rangesBetween, statesIn } from "../store/ranges.ts";
import type { Machine } from "./machine.ts";
import type { Sightings } from "./sightings.ts";
import type { Work } from "./work.ts";

type Packed = Int32Array;

/** Pages of the memory of all through which states go to files and come from them. */
const BUFFER_PAGES = 16;

/** Milliseconds of writing between two looks at threads that work meanwhile. */
const STEP = 10;

/** A state that the findings speak of, with the level that it is on. */
export interface Noted {
  readonly packed: Packed;
  readonly level: number;
}

/** What a search shares with what keeps it. */
export interface Kept {
  readonly machine: Machine;
  readonly work: Work;
  readonly sightings: Sightings;
  /** Before each level, and behind the last: how many states each log had. */
  readonly levels: (readonly number[])[];
  readonly noted: readonly Noted[];
}

/** Where a search goes on. */
export interface Resumed {
  readonly level: number;
  readonly isDone: boolean;
  /** Those of the level that are still to be expanded. */
  readonly todo: readonly Range[];
  readonly noted: readonly Noted[];
  readonly least: readonly Packed[];
}

/** How far a search was at a moment when that could be said. */
interface Moment {
  readonly level: number;
  readonly todo: readonly Range[] | null;
  /** How many states each log had. */
  readonly counts: readonly number[];
  readonly transitions: number;
  readonly fired: readonly number[];
  readonly rested: boolean;
  readonly cuts: readonly (readonly number[])[];
  readonly open: readonly (readonly number[])[];
  readonly noted: number;
  readonly least: readonly Packed[];
}

export class Keeping {
  readonly #checkpoint: Checkpoint;
  readonly #name: SearchName;
  readonly #kept: Kept;
  readonly #words: number;
  /** Where the buffer is in the memory of all. */
  readonly #buffer: number;
  #moment: Moment | null = null;
  /** What is being written. */
  #writing: Gradual<void> | null = null;
  /** How many states of each log are in files. */
  #written: readonly number[] = [];
  /** While files are read: how many levels are entered, and behind which states of each log all are expanded. */
  #entered = 0;
  #todoTo: readonly number[] = [];

  /** Throws `OutOfMemory`. */
  constructor(checkpoint: Checkpoint, name: SearchName, kept: Kept) {
    this.#checkpoint = checkpoint;
    this.#name = name;
    this.#kept = kept;
    this.#words = kept.machine.engine.map.layout.words;
    this.#buffer = kept.machine.store.main.take(BUFFER_PAGES).at;
  }

  /** Reads what was kept of this search; null where there is nothing. Throws `OutOfMemory` and `TooWide`. */
  *resume(): Gradual<Resumed | null> {
    const saved = this.#checkpoint.saved(this.#name);
    if (!saved) return null;
    const { level, isDone } = saved;
    yield* this.#beginLevel(saved);
    for (const piece of saved.pieces) {
      for (const stretch of this.#checkpoint.statesOf(piece)) {
        yield* this.#reach(stretch.level, saved);
        yield* this.#enter(stretch.states);
      }
    }
    // The level that comes next may be found in part, or have nothing.
    yield* this.#reach(isDone ? level + 2 : level + 1, saved);
    const expected = saved.levels.reduce((n, count) => n + count, 0);
    const { total } = this.#kept.machine.store;
    if (total !== expected) throw new Error(`there are ${total} states in files, and there were ${expected}`);
    this.#written = this.#counts;
    this.#kept.sightings.resume(saved);
    return {
      level,
      isDone,
      todo: rangesBetween(this.#logs, this.#kept.levels[level] ?? [], this.#todoTo),
      noted: saved.noted.map((one) => ({ level: one.level, packed: Int32Array.from(one.packed) })),
      least: saved.least.map((packed) => Int32Array.from(packed)),
    };
  }

  /** All states of the levels before this one are entered. */
  *#reach(level: number, saved: SavedSearch): Gradual<void> {
    const { levels } = this.#kept;
    while (this.#entered < level) {
      levels.push(this.#counts);
      const [before, after] = levels.slice(this.#entered, this.#entered + 2) as [readonly number[], readonly number[]];
      const found = statesIn(rangesBetween(this.#logs, before, after));
      const expected = saved.levels[this.#entered];
      // Files are what was written: so this is no fault of theirs.
      if (found !== expected)
        throw new Error(`level ${this.#entered} has ${found} states in files, and had ${expected}`);
      this.#entered += 1;
      yield* this.#beginLevel(saved);
    }
  }

  /** States of the level that is under way that are to be expanded come first: in the files of all they are known then. */
  *#beginLevel({ level, todo }: SavedSearch): Gradual<void> {
    if (this.#entered !== level || !todo) return;
    for (const { states } of this.#checkpoint.statesOf(todo)) yield* this.#enter(states);
    this.#todoTo = this.#counts;
  }

  /**
   * Notes how far the search is: what is still to be expanded of a level (null: nothing, and it has been looked at), and
   * what was seen in it. Writes it where that is due.
   */
  note(level: number, todo: readonly Range[] | null, least: readonly Packed[]): void {
    const { sightings, noted } = this.#kept;
    const { transitions, fired, rested } = sightings;
    const labels = (what: "cuts" | "open") => sightings.labels(what).map((of) => [...of]);
    const [cuts, open] = [labels("cuts"), labels("open")];
    const seen = { transitions, fired: [...fired], rested, cuts, open, noted: noted.length, least };
    this.#moment = { level, todo, counts: this.#counts, ...seen };
    if (this.#writing || !this.#checkpoint.isDue) return;
    this.#begin(this.#moment);
    // Threads go on meanwhile; where there are none, nobody does.
    if (!this.#kept.work.hasThreads) this.#finish();
  }

  /** Goes on writing for a moment, if something is being written. To be called while threads are at work. */
  step(): void {
    const until = performance.now() + STEP;
    while (this.#writing && performance.now() < until) this.#take(this.#writing);
  }

  /** Writes how far the search was when that was noted last: it ends before it is through. */
  end(): void {
    this.#finish();
    if (this.#moment) this.#begin(this.#moment);
    this.#finish();
  }

  /** Leaves what is being written: nobody needs it. */
  leave(): void {
    this.#writing?.return();
    this.#writing = null;
  }

  #begin(moment: Moment): void {
    this.#writing = this.#write(moment);
    this.#kept.work.isWatched = true;
  }

  #take(writing: Gradual<void>): void {
    if (!writing.next().done) return;
    this.#writing = null;
    this.#kept.work.isWatched = false;
  }

  #finish(): void {
    while (this.#writing) this.#take(this.#writing);
  }

  *#write(moment: Moment): Gradual<void> {
    const { level, todo, counts, least, noted, ...seen } = moment;
    // Behind the last level there may be states that were found since.
    const bounds = [...this.#kept.levels.slice(0, level + 2), counts];
    const ranges = bounds
      .slice(1)
      .map((after, one) => rangesBetween(this.#logs, bounds[one] as readonly number[], after));
    const isWritten = yield* this.#checkpoint.write(this.#name, {
      known: {
        level,
        isDone: todo === null,
        levels: ranges.map(statesIn),
        ...seen,
        noted: this.#kept.noted.slice(0, noted).map((one) => ({ level: one.level, packed: [...one.packed] })),
        least: least.map((packed) => [...packed]),
      },
      states: function* (this: Keeping, writer: PieceWriter): Gradual<void> {
        for (const [one, all] of ranges.entries()) yield* this.#pack(writer, one, this.#unwritten(all));
      }.bind(this),
      todo: todo && ((writer) => this.#pack(writer, level, todo)),
    });
    if (!isWritten) return;
    this.#written = counts;
    if (this.#moment === moment) this.#moment = null;
  }

  /** How many states are in files. */
  get kept(): number {
    return this.#written.reduce((n, count) => n + count, 0);
  }

  get #logs(): Machine["store"]["logs"] {
    return this.#kept.machine.store.logs;
  }

  get #counts(): readonly number[] {
    return this.#logs.map(({ count }) => count);
  }

  /** What is not in files yet of ranges of logs. */
  #unwritten(ranges: readonly Range[]): readonly Range[] {
    const logs = this.#logs.map(({ log }) => log);
    return ranges
      .map(({ at, from, to }) => ({ at, from: Math.max(from, this.#written[logs.indexOf(at)] ?? 0), to }))
      .filter(({ from, to }) => from < to);
  }

  /** Enters states that were read. */
  *#enter(states: Int32Array): Gradual<void> {
    const words = this.#words;
    const most = Math.floor((BUFFER_PAGES * PAGE) / (4 * words)) * words;
    for (let from = 0; from < states.length; from += most) {
      const some = states.subarray(from, from + most);
      this.#kept.machine.store.main.words.set(some, this.#buffer / 4);
      yield* this.#kept.work.enter(this.#buffer, some.length / words);
    }
  }

  *#pack(writer: PieceWriter, level: number, ranges: readonly Range[]): Gradual<void> {
    const { machine } = this.#kept;
    const { map } = machine.engine;
    const perState = maskBytes(this.#words);
    const most = Math.floor((BUFFER_PAGES * PAGE) / (perState + mostBytes(this.#words)));
    const rest = this.#buffer + most * perState;
    const target = (map.base + map.memory.target.offset) / 4;
    for (const { at, from, to } of ranges) {
      for (let next = from; next < to; ) {
        const count = Math.min(most, writer.left, to - next);
        const { words, bytes } = machine.store.main;
        if (writer.isBetweenBlocks) words.fill(0, target, target + this.#words);
        const end = machine.call("pack", at, next, next + count, this.#buffer, rest);
        writer.add(
          level,
          count,
          bytes.slice(this.#buffer, this.#buffer + count * perState),
          bytes.slice(rest, end >>> 0),
        );
        next += count;
        yield;
      }
    }
  }
}
