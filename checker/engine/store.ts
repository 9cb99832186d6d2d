/**
 * The memory of the engine: who gets which pages, and how the sets of pairs get room. Everything is counted, so that a
 * limit is kept.
 */
import { HEADER, PAGE, PAIRS_BITS } from "./pair-set.ts";

const FIRST_TABLE = 1 << 10;
/** A table is filled up to this part of its entries. */
const FILL = 0.8;

/** Thrown when there is no room within the limit. */
export class OutOfMemory extends Error {}

interface PairSet {
  readonly header: number;
  entries: number;
  segments: number;
  readonly rebuild: () => void;
}

export interface StoreOptions {
  /** Bytes that may be used. */
  readonly limit: number;
  /** Entries of the first table of each set; small ones make tests grow. */
  readonly firstTable?: number;
  readonly shared: boolean;
  /** How many pairs a set may get between two looks at it. */
  readonly slack: number;
}

/** A directory has a word for each segment that fits into 4 GiB. */
const DIRECTORY_PAGES = 4;
export const MAXIMUM_PAGES = 65536;

export class Store {
  readonly memory: WebAssembly.Memory;
  readonly shared: boolean;
  readonly #options: StoreOptions;
  readonly #free = new Map<number, number[]>();
  readonly #sets: PairSet[] = [];
  #top = 0;
  words: Int32Array;
  bytes: Uint8Array;
  /** Called when the memory's buffer is another one. */
  onMove: () => void = () => {};

  constructor(options: StoreOptions) {
    this.#options = options;
    this.shared = options.shared;
    this.memory = new WebAssembly.Memory({ initial: 0, maximum: MAXIMUM_PAGES, shared: options.shared });
    this.words = new Int32Array(this.memory.buffer);
    this.bytes = new Uint8Array(this.memory.buffer);
  }

  /** Bytes in use. */
  get used(): number {
    return this.#top * PAGE;
  }

  /** The address of that many fresh pages in a row. Those that were in use before are not empty. */
  pages(count: number): { readonly at: number; readonly isFresh: boolean } {
    const again = this.#free.get(count)?.pop();
    if (again !== undefined) return { at: again, isFresh: false };
    if ((this.#top + count) * PAGE > this.#options.limit || this.#top + count > MAXIMUM_PAGES) throw new OutOfMemory();
    const at = this.#top * PAGE;
    this.#top += count;
    const missing = this.#top - this.memory.buffer.byteLength / PAGE;
    // Pages that nobody touches cost nothing: the memory grows by more than is asked for.
    if (missing > 0) this.memory.grow(Math.min(MAXIMUM_PAGES - this.#top, Math.max(64, this.#top >> 2)) + missing);
    this.words = new Int32Array(this.memory.buffer);
    this.bytes = new Uint8Array(this.memory.buffer);
    this.onMove();
    return { at, isFresh: true };
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

  /** Gives a set its first room. */
  addSet(header: number, rebuild: () => void): void {
    this.setWord(header + HEADER.directory, this.pages(DIRECTORY_PAGES).at);
    const set: PairSet = { header, entries: 0, segments: 0, rebuild };
    this.#sets.push(set);
    this.#makeRoom(set);
  }

  /** Gives room to every set that has little left. Throws `OutOfMemory`. */
  makeRoom(): void {
    for (const set of this.#sets) this.#makeRoom(set);
  }

  #makeRoom(set: PairSet): void {
    const { slack, firstTable = FIRST_TABLE } = this.#options;
    const count = this.word(set.header + HEADER.count);
    const least = count + 2 * slack + 1;
    let entries = Math.max(set.entries, firstTable);
    while (entries * FILL < least) entries *= 2;
    if (entries !== set.entries) this.#makeTable(set, entries);
    const pairs = 1 << PAIRS_BITS;
    if (set.segments * pairs < least) {
      const more = Math.ceil((least - set.segments * pairs) / pairs) + (set.segments >> 4);
      const directory = this.word(set.header + HEADER.directory);
      for (let i = 0; i < more; i++) {
        this.setWord(directory + 4 * set.segments, this.pages(1).at);
        set.segments += 1;
      }
    }
    const limit = Math.min(Math.floor(entries * FILL), set.segments * pairs) - slack;
    this.setWord(set.header + HEADER.limit, limit);
  }

  #makeTable(set: PairSet, entries: number): void {
    const pagesOf = (n: number): number => Math.ceil((4 * n) / PAGE);
    const before = this.word(set.header + HEADER.table);
    const kept = set.entries > 0 && pagesOf(set.entries) === pagesOf(entries);
    const { at, isFresh } = kept ? { at: before, isFresh: false } : this.pages(pagesOf(entries));
    if (!kept && set.entries > 0) this.#release(before, pagesOf(set.entries));
    if (!isFresh) this.words.fill(0, at / 4, at / 4 + entries);
    set.entries = entries;
    this.setWord(set.header + HEADER.table, at);
    this.setWord(set.header + HEADER.mask, entries - 1);
    // A table is never full, so that a number plus one is below the number of entries.
    this.setWord(set.header + HEADER.numberMask, entries - 1);
    set.rebuild();
  }
}
