/** How the sets of pairs of one memory get room: their tables are made anew, their lists of segments go on. */
import { OutOfAddresses, type Pages, pagesOf } from "./memories.ts";
import { HEADER, PAGE, PAIRS_BITS } from "./pair-set.ts";
import type { Range } from "./ranges.ts";

export const FIRST_TABLE = 1 << 10;
/** A table is filled up to this part of its entries. */
const FILL = 0.8;

/** A list of segments has room for 2 GiB of pairs: with a table for as many, that is all that 32 bits address. */
const DIRECTORY_PAGES = 2;
const MOST_SEGMENTS = (DIRECTORY_PAGES * PAGE) / 4;
export const PAIRS = 1 << PAIRS_BITS;

export interface GrowthOptions {
  /** Entries of the first table of each set; small ones make tests grow. */
  readonly firstTable?: number;
  /** How many pairs a thread may add to a set between two looks at it. */
  readonly slack: number;
  /** How many threads add pairs. */
  readonly threads: number;
}

interface PairSet {
  readonly header: number;
  entries: number;
  segments: number;
  readonly rebuild: (from: number, to: number) => void;
}

export class GrowingSets {
  readonly #pages: Pages;
  readonly #options: GrowthOptions;
  readonly #sets: PairSet[] = [];
  /** Of each thread, where it keeps the numbers that it has taken for each set: the next, the first behind them. */
  readonly #blocks: number[] = [];

  constructor(pages: Pages, options: GrowthOptions) {
    this.#pages = pages;
    this.#options = options;
  }

  add(header: number, rebuild: PairSet["rebuild"]): void {
    this.#pages.setWord(header + HEADER.directory, takeDirectory(this.#pages));
    this.#sets.push({ header, entries: 0, segments: 0, rebuild });
  }

  /** Adds a thread, by the address of its blocks: two words for each set. */
  addThread(blocks: number): void {
    this.#blocks.push(blocks);
  }

  /** How many numbers of a set there are: those that are taken and not yet used among them. */
  count(number: number): number {
    return this.#pages.word(this.#set(number).header + HEADER.count);
  }

  /** For how many there must be room before anybody looks again. */
  least(number: number): number {
    return this.count(number) + 2 * this.#slack + 1;
  }

  makeRoom(): void {
    for (const number of this.#sets.keys()) this.#makeRoom(number);
  }

  /** Says when each is to have more room, or there are to be no more than so many numbers. */
  limit(most: (number: number) => number): void {
    for (const [number, { header, entries, segments }] of this.#sets.entries()) {
      const room = Math.min(Math.floor(entries * FILL), segments * PAIRS, most(number));
      this.#pages.setWord(header + HEADER.limit, room - this.#slack);
    }
  }

  /** Takes all pairs out of a set; gives where they are until others are put there, in the same order at most. */
  empty(number: number): readonly Range[] {
    const { header, entries } = this.#set(number);
    const at = this.#pages.word(header + HEADER.directory);
    const ranges = this.#used(number).map(([from, to]) => ({ at, from, to }));
    const table = this.#pages.word(header + HEADER.table) / 4;
    this.#pages.words.fill(0, table, table + entries);
    this.#pages.setWord(header + HEADER.count, 0);
    for (const blocks of this.#blocks) {
      for (const i of [0, 4]) this.#pages.setWord(blocks + 8 * number + i, 0);
    }
    return ranges;
  }

  get #slack(): number {
    return this.#options.threads * this.#options.slack;
  }

  #set(number: number): PairSet {
    return this.#sets[number] as PairSet;
  }

  #makeRoom(number: number): void {
    const set = this.#set(number);
    const { firstTable = FIRST_TABLE } = this.#options;
    const least = this.least(number);
    let entries = Math.max(set.entries, firstTable);
    while (entries * FILL < least) entries *= 2;
    if (entries !== set.entries) this.#makeTable(number, entries);
    set.segments = makeSegments(this.#pages, this.#pages.word(set.header + HEADER.directory), set.segments, least);
  }

  #makeTable(number: number, entries: number): void {
    const set = this.#set(number);
    const { header } = set;
    this.#pages.setWord(header + HEADER.table, this.#emptyTable(set, entries));
    set.entries = entries;
    this.#pages.setWord(header + HEADER.mask, entries - 1);
    // A table is never full, so that a number plus one is below the number of entries.
    this.#pages.setWord(header + HEADER.numberMask, entries - 1);
    for (const [from, to] of this.#used(number)) set.rebuild(from, to);
  }

  /** The address of an empty table in place of the one that a set has. */
  #emptyTable({ header, entries: before }: PairSet, entries: number): number {
    const table = this.#pages.word(header + HEADER.table);
    if (before > 0 && pagesOf(before) === pagesOf(entries)) {
      this.#pages.words.fill(0, table / 4, table / 4 + entries);
      return table;
    }
    if (before > 0) this.#pages.releaseTable(table, before);
    return this.#pages.takeTable(entries);
  }

  /** The numbers of a set that stand for pairs, in ranges; those that a thread has taken and not yet used do not. */
  #used(number: number): (readonly [number, number])[] {
    const unused = this.#blocks.map((blocks) => [0, 4].map((i) => this.#pages.word(blocks + 8 * number + i)));
    const inOrder = (unused as [number, number][]).sort((a, b) => a[0] - b[0]).filter(([next, end]) => next !== end);
    const starts = [0, ...inOrder.map(([, end]) => end)];
    const ends = [...inOrder.map(([next]) => next), this.count(number)];
    return starts.map((start, i) => [start, ends[i] as number] as const);
  }
}

/** The address of an empty list of segments. */
export const takeDirectory = (pages: Pages): number => pages.take(DIRECTORY_PAGES).at;

/** Adds segments to a list until there are enough for that many pairs; gives how many there are now. */
export function makeSegments(pages: Pages, directory: number, segments: number, pairs: number): number {
  if (segments * PAIRS >= pairs) return segments;
  const enough = Math.ceil(pairs / PAIRS) + (segments >> 4);
  if (enough > MOST_SEGMENTS) throw new OutOfAddresses();
  for (let i = segments; i < enough; i++) pages.setWord(directory + 4 * i, pages.take(1).at);
  return enough;
}
