/**
 * The memory of the engine: who gets which pages, and how the sets of pairs get room. Everything is counted, so that a
 * limit is kept.
 */
import { type Arrangement, type Counts, FIRST_ARRANGEMENT, isWide, nextArrangement, widest } from "./arrangement.ts";
import type { Memory } from "./frame.ts";
import { HEADER, PAGE, PAIRS_BITS } from "./pair-set.ts";
import { LOG, ROOTS } from "./root-set.ts";
import type { Run } from "./runs.ts";

const FIRST_TABLE = 1 << 10;
/** A table is filled up to this part of its entries. */
const FILL = 0.8;
/** That of the roots less: distances in it are short. */
const ROOTS_FILL = 0.75;

/** Thrown when there is no room within the limit; says within which one. */
export class OutOfMemory extends Error {}

const LIMITS = {
  asked: "the memory limit was reached",
  addresses: "all memory that 32 bits can address is in use",
  machine: "the machine gave no more memory",
};

/** What is to be moved into a new table of the roots: all places of the one before, and pairs that were in the stash. */
export interface Move {
  readonly table: number;
  readonly to: number;
  readonly stash: readonly Run[];
}

interface PairSet {
  readonly header: number;
  entries: number;
  segments: number;
  readonly rebuild: (from: number, to: number) => void;
}

/** Where a thread keeps the numbers that it has taken for each set, and the header of its log. */
interface Thread {
  readonly blocks: number;
  readonly log: number;
  segments: number;
}

export interface StoreOptions {
  /** Bytes that may be used. */
  readonly limit: number;
  /** Entries of the first table of each set; small ones make tests grow. */
  readonly firstTable?: number;
  /** For tests: the largest table of the roots; what does not find a place in it is in the stash. */
  readonly largestRoots?: number;
  readonly shared: boolean;
  /** How many pairs a thread may add to a set between two looks at it. */
  readonly slack: number;
  readonly threads: number;
  /** For tests: how many bits two numbers of a root may have together, if not all of a word. */
  readonly rootBits?: number;
  /** One whose search has ended, shared or not as this one: its memory is used again. */
  readonly ended?: Store;
}

/** A list of segments has room for 2 GiB of pairs: with a table for as many, that is all that 32 bits address. */
const DIRECTORY_PAGES = 2;
const MOST_SEGMENTS = (DIRECTORY_PAGES * PAGE) / 4;
export const MAXIMUM_PAGES = 65536;
const PAIRS = 1 << PAIRS_BITS;

export class Store {
  readonly memory: WebAssembly.Memory;
  readonly shared: boolean;
  readonly #options: StoreOptions;
  readonly #free = new Map<number, number[]>();
  readonly #sets: PairSet[] = [];
  readonly #threads: Thread[] = [];
  #roots = 0;
  /** The sets that a root's numbers are of, and what puts a run of a log as all are to be now. */
  #rootOf: readonly number[] = [];
  #rearrange: (directory: number, from: number, to: number) => void = () => {};
  #places = 0;
  #top = 0;
  words: Int32Array;
  bytes: Uint8Array;
  /** Called when the memory's buffer is another one. */
  onMove: () => void = () => {};

  constructor(options: StoreOptions) {
    this.#options = options;
    this.shared = options.shared;
    const { ended, shared } = options;
    this.memory = ended?.memory ?? new WebAssembly.Memory({ initial: 0, maximum: MAXIMUM_PAGES, shared });
    this.words = new Int32Array(this.memory.buffer);
    this.bytes = new Uint8Array(this.memory.buffer);
    if (ended) this.bytes.fill(0, 0, ended.used);
  }

  /** Bytes in use. */
  get used(): number {
    return this.#top * PAGE;
  }

  /** The address of that many fresh pages in a row. Those that were in use before are not empty. */
  pages(count: number): { readonly at: number; readonly isFresh: boolean } {
    const again = this.#free.get(count)?.pop();
    if (again !== undefined) return { at: again, isFresh: false };
    if (this.#top + count > MAXIMUM_PAGES) throw new OutOfMemory(LIMITS.addresses);
    if ((this.#top + count) * PAGE > this.#options.limit) throw new OutOfMemory(LIMITS.asked);
    const missing = this.#top + count - this.memory.buffer.byteLength / PAGE;
    if (missing > 0) this.#grow(missing);
    const at = this.#top * PAGE;
    this.#top += count;
    this.words = new Int32Array(this.memory.buffer);
    this.bytes = new Uint8Array(this.memory.buffer);
    this.onMove();
    return { at, isFresh: true };
  }

  /** Pages that nobody touches cost nothing: the memory grows by more than is asked for. */
  #grow(missing: number): void {
    const pages = this.memory.buffer.byteLength / PAGE;
    try {
      this.memory.grow(Math.max(missing, Math.min(MAXIMUM_PAGES - pages, missing + Math.max(64, pages >> 2))));
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw new OutOfMemory(LIMITS.machine);
    }
  }

  /**
   * Writes to fresh memory before anybody reads it. Where a page is read first, the machine shows one of zeros that all
   * share, and when it is written to must tell all processors that it is another.
   */
  #touch(at: number, bytes: number): void {
    for (let byte = at; byte < at + bytes; byte += MACHINE_PAGE) this.setWord(byte, 0);
  }

  #release(at: number, count: number): void {
    // What is given back is used again page by page: that is what most want.
    const single = this.#free.get(1) ?? [];
    this.#free.set(1, single);
    for (let page = 0; page < count; page++) single.push(at + page * PAGE);
  }

  word(at: number): number {
    return this.words[at >>> 2] as number;
  }

  setWord(at: number, value: number): void {
    this.words[at >>> 2] = value;
  }

  /** Adds a set of pairs; the last one is the stash of the roots. */
  addSet(header: number, rebuild: PairSet["rebuild"]): void {
    this.setWord(header + HEADER.directory, this.pages(DIRECTORY_PAGES).at);
    this.#sets.push({ header, entries: 0, segments: 0, rebuild });
  }

  /** Adds the set of the roots: of which sets their numbers are, and how those of a run of a log are put otherwise. */
  addRoots(
    header: number,
    rootOf: readonly number[],
    rearrange: (directory: number, from: number, to: number) => void,
  ) {
    this.#roots = header;
    this.#rootOf = rootOf;
    this.#rearrange = rearrange;
    this.#arrange(FIRST_ARRANGEMENT);
  }

  /** Adds a thread, by where it has what is its own. */
  addThread(base: number, memory: Pick<Memory, "blocks" | "log">): void {
    const log = base + memory.log.offset;
    this.setWord(log + LOG.directory, this.pages(DIRECTORY_PAGES).at);
    this.#threads.push({ blocks: base + memory.blocks.offset, log, segments: 0 });
  }

  /** For each thread where the list of its log's segments is, and how many roots there are in it. */
  get logs(): readonly { readonly directory: number; readonly count: number }[] {
    return this.#threads.map(({ log }) => ({
      directory: this.word(log + LOG.directory),
      count: this.word(log + LOG.count),
    }));
  }

  /** How many roots there are. */
  get total(): number {
    return this.#threads.reduce((n, { log }) => n + this.word(log + LOG.count), 0);
  }

  /** Numbers that `identify` may give are below. */
  get identities(): number {
    return this.#places + this.word((this.#sets.at(-1) as PairSet).header + HEADER.count);
  }

  /**
   * Gives room to all that have little left. Throws `OutOfMemory` and `TooWide`. Where the table of the roots is a new
   * one, gives what is to be moved into it; what is moved does not make this necessary again.
   */
  makeRoom(): Move | null {
    for (const [number, set] of this.#sets.entries()) this.#makeRoom(set, number);
    const move = this.#makeRootTable();
    for (const [number, set] of this.#sets.entries()) this.#limit(set, number);
    const left = Math.floor((this.#places * ROOTS_FILL - this.total) / this.#threads.length);
    const { largestRoots = Number.POSITIVE_INFINITY } = this.#options;
    for (const thread of this.#threads) {
      const count = this.word(thread.log + LOG.count);
      const least = count + 2 * this.#options.slack + 1;
      thread.segments = this.#makeSegments(this.word(thread.log + LOG.directory), thread.segments, least);
      const room = thread.segments * PAIRS - this.#options.slack;
      this.setWord(thread.log + LOG.limit, this.#places < largestRoots ? Math.min(room, count + left) : room);
    }
    return move;
  }

  /** Takes back the table that all was moved from. */
  moved({ table, to }: Move): void {
    this.#release(table, pagesOf(to));
  }

  #makeRoom(set: PairSet, number: number): void {
    const { threads, firstTable = FIRST_TABLE } = this.#options;
    const slack = threads * this.#options.slack;
    const count = this.word(set.header + HEADER.count);
    const least = count + 2 * slack + 1;
    let entries = Math.max(set.entries, firstTable);
    while (entries * FILL < least) entries *= 2;
    if (entries !== set.entries) this.#makeTable(set, number, entries);
    set.segments = this.#makeSegments(this.word(set.header + HEADER.directory), set.segments, least);
  }

  /** When a set is to have more room, or its numbers are to have more bits. */
  #limit({ header, entries, segments }: PairSet, number: number): void {
    const slack = this.#options.threads * this.#options.slack;
    const one = this.#rootOf.length < 3 ? -1 : this.#rootOf.indexOf(number);
    const most = one < 0 ? Number.POSITIVE_INFINITY : widest(this.#arrangement, one, this.#rootBits);
    this.setWord(header + HEADER.limit, Math.min(Math.floor(entries * FILL), segments * PAIRS, most) - slack);
  }

  get #rootBits(): number {
    return this.#options.rootBits ?? WORD;
  }

  get #arrangement(): Arrangement {
    return { alone: this.word(this.#roots + ROOTS.alone), split: this.word(this.#roots + ROOTS.split) };
  }

  #arrange({ alone, split }: Arrangement): void {
    const before = this.#arrangement;
    this.setWord(this.#roots + ROOTS.aloneBefore, before.alone);
    this.setWord(this.#roots + ROOTS.splitBefore, before.split);
    this.setWord(this.#roots + ROOTS.alone, alone);
    this.setWord(this.#roots + ROOTS.split, split);
  }

  /** Of the three sets that a root's numbers are of, if there are three: how many numbers there are. */
  get #rootCounts(): Counts {
    if (this.#rootOf.length < 3) return [];
    return this.#rootOf.map((set) => {
      const count = this.word((this.#sets[set] as PairSet).header + HEADER.count);
      return { count, least: count + 2 * this.#options.threads * this.#options.slack + 1 };
    });
  }

  /** Adds segments until there are enough for that many pairs; gives how many there are now. */
  #makeSegments(directory: number, segments: number, pairs: number): number {
    if (segments * PAIRS >= pairs) return segments;
    const enough = Math.ceil(pairs / PAIRS) + (segments >> 4);
    if (enough > MOST_SEGMENTS) throw new OutOfMemory(LIMITS.addresses);
    for (let i = segments; i < enough; i++) this.setWord(directory + 4 * i, this.pages(1).at);
    return enough;
  }

  #makeTable(set: PairSet, number: number, entries: number): void {
    const before = this.word(set.header + HEADER.table);
    this.setWord(set.header + HEADER.table, this.#emptyTable(before, set.entries, entries));
    set.entries = entries;
    this.setWord(set.header + HEADER.mask, entries - 1);
    // A table is never full, so that a number plus one is below the number of entries.
    this.setWord(set.header + HEADER.numberMask, entries - 1);
    for (const [from, to] of this.#used(set, number)) set.rebuild(from, to);
  }

  /** The numbers of a set that stand for pairs, in runs; those that a thread has taken and not yet used do not. */
  #used(set: PairSet, number: number): (readonly [number, number])[] {
    const unused = this.#threads.map(({ blocks }) => [0, 4].map((i) => this.word(blocks + 8 * number + i)));
    const inOrder = (unused as [number, number][]).sort((a, b) => a[0] - b[0]).filter(([next, end]) => next !== end);
    const starts = [0, ...inOrder.map(([, end]) => end)];
    const ends = [...inOrder.map(([next]) => next), this.word(set.header + HEADER.count)];
    return starts.map((start, i) => [start, ends[i] as number] as const);
  }

  #makeRootTable(): Move | null {
    const { firstTable = FIRST_TABLE, largestRoots = Number.POSITIVE_INFINITY } = this.#options;
    const least = this.total + (this.total >> 4) + 1;
    const before = this.#places;
    let places = Math.max(before, firstTable, 2);
    while (places * ROOTS_FILL < least && places < largestRoots) places *= 2;
    const [arrangement, counts] = [this.#arrangement, this.#rootCounts];
    if (places === before && isWide(arrangement, counts, this.#rootBits)) return null;
    const next = counts.length > 0 ? nextArrangement(arrangement, counts, this.#rootBits) : arrangement;
    const table = this.word(this.#roots + ROOTS.table);
    this.setWord(this.#roots + ROOTS.table, this.#emptyPages(places));
    this.setWord(this.#roots + ROOTS.mask, places - 1);
    this.setWord(this.#roots + ROOTS.maskBefore, before - 1);
    this.#places = places;
    this.#arrange(next);
    if (next.alone !== arrangement.alone || next.split !== arrangement.split) {
      for (const { directory, count } of this.logs) this.#rearrange(directory, 0, count);
    }
    return before === 0 ? null : { table, to: before, stash: this.#emptyStash() };
  }

  /** Takes all pairs out of the stash; gives where they are until others are put there, in the same order at most. */
  #emptyStash(): readonly Run[] {
    const number = this.#sets.length - 1;
    const stash = this.#sets[number] as PairSet;
    const directory = this.word(stash.header + HEADER.directory);
    const runs = this.#used(stash, number).map(([from, to]) => ({ directory, from, to }));
    const table = this.word(stash.header + HEADER.table) / 4;
    this.words.fill(0, table, table + stash.entries);
    this.setWord(stash.header + HEADER.count, 0);
    for (const { blocks } of this.#threads) {
      for (const i of [0, 4]) this.setWord(blocks + 8 * number + i, 0);
    }
    return runs;
  }

  /** The address of an empty table of a set of pairs, in place of one before it. */
  #emptyTable(before: number, entriesBefore: number, entries: number): number {
    if (entriesBefore === 0) return this.#emptyPages(entries);
    if (pagesOf(entriesBefore) === pagesOf(entries)) {
      this.words.fill(0, before / 4, before / 4 + entries);
      return before;
    }
    this.#release(before, pagesOf(entriesBefore));
    return this.#emptyPages(entries);
  }

  #emptyPages(entries: number): number {
    const { at, isFresh } = this.pages(pagesOf(entries));
    if (isFresh) this.#touch(at, 4 * entries);
    else this.words.fill(0, at / 4, at / 4 + entries);
    return at;
  }
}

const WORD = 32;

/** Bytes of what the machine gives at once when a page of memory is written to. */
const MACHINE_PAGE = 4096;

/** Pages of a table. */
const pagesOf = (entries: number): number => Math.ceil((4 * entries) / PAGE);
