/** The memories of the engine, page by page. All that they hold together is counted, so that a limit is kept. */
import { PAGE } from "./pair-set.ts";

/** Thrown when there is no room within the limit; says within which one. */
export class OutOfMemory extends Error {}

/** Thrown when one memory has given all that its addresses reach. */
export class OutOfAddresses extends OutOfMemory {
  constructor() {
    super("all memory that 32 bits can address is in use");
  }
}

/** As many as 32 bits can address. */
export const MAXIMUM_PAGES = 65536;

/** Bytes of what the machine gives at once when a page of memory is written to. */
const MACHINE_PAGE = 4096;

/** How much all memories of a search may take together. */
export class Budget {
  readonly limit: number;
  #used = 0;

  /** In bytes. */
  constructor(limit: number) {
    this.limit = limit;
  }

  /** Bytes that were given. */
  get used(): number {
    return this.#used;
  }

  /** Throws `OutOfMemory`. */
  take(bytes: number): void {
    if (this.#used + bytes > this.limit) throw new OutOfMemory("the memory limit was reached");
    this.#used += bytes;
  }
}

/** A memory that may have as many pages as there can be. Throws `OutOfMemory`. */
export function emptyMemory(shared: boolean): WebAssembly.Memory {
  return orOutOfMemory(() => new WebAssembly.Memory({ initial: 0, maximum: MAXIMUM_PAGES, shared }));
}

function orOutOfMemory<T>(take: () => T): T {
  try {
    return take();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new OutOfMemory("the machine gave no more memory");
  }
}

export interface PagesOptions {
  readonly budget: Budget;
  readonly memory: WebAssembly.Memory;
  /** For tests: how many pages there may be, if fewer than 32 bits can address. */
  readonly most?: number;
  /** How many pages of the memory a search had that has ended: they are used again. */
  readonly ended?: number;
}

/** One memory. */
export class Pages {
  readonly memory: WebAssembly.Memory;
  readonly #budget: Budget;
  readonly #most: number;
  readonly #free = new Map<number, number[]>();
  #top = 0;
  /** How many pages the machine has given. */
  #taken: number;
  words: Int32Array;
  bytes: Uint8Array;
  /** Called when the memory's buffer is another one. */
  onMove: () => void = () => {};

  constructor({ budget, memory, most = MAXIMUM_PAGES, ended = 0 }: PagesOptions) {
    this.#budget = budget;
    this.#most = most;
    this.memory = memory;
    this.words = new Int32Array(memory.buffer);
    this.bytes = new Uint8Array(memory.buffer);
    budget.take(ended * PAGE);
    this.#taken = ended;
    this.bytes.fill(0, 0, ended * PAGE);
  }

  get taken(): number {
    return this.#taken;
  }

  /** The address of that many fresh pages in a row. Those that were in use before are not empty. */
  take(count: number): { readonly at: number; readonly isFresh: boolean } {
    const again = this.#free.get(count)?.pop();
    if (again !== undefined) return { at: again, isFresh: false };
    if (this.#top + count > this.#most) throw new OutOfAddresses();
    const fresh = Math.max(0, this.#top + count - this.#taken);
    this.#budget.take(fresh * PAGE);
    const missing = this.#top + count - this.memory.buffer.byteLength / PAGE;
    if (missing > 0) this.#grow(missing);
    this.#taken += fresh;
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
    const more = Math.max(missing, Math.min(MAXIMUM_PAGES - pages, missing + Math.max(64, pages >> 2)));
    orOutOfMemory(() => this.memory.grow(more));
  }

  release(at: number, count: number): void {
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

  /** The address of a table of so many words, all 0. */
  takeTable(entries: number): number {
    const { at, isFresh } = this.take(pagesOf(entries));
    if (isFresh) this.#touch(at, 4 * entries);
    else this.words.fill(0, at / 4, at / 4 + entries);
    return at;
  }

  releaseTable(at: number, entries: number): void {
    this.release(at, pagesOf(entries));
  }

  /**
   * Writes to fresh memory before anybody reads it. Where a page is read first, the machine shows one of zeros that all
   * share, and when it is written to must tell all processors that it is another.
   */
  #touch(at: number, bytes: number): void {
    for (let byte = at; byte < at + bytes; byte += MACHINE_PAGE) this.setWord(byte, 0);
  }
}

/** Pages of a table of so many words. */
export const pagesOf = (entries: number): number => Math.ceil((4 * entries) / PAGE);
