/** How a shard of the set of the roots gets room: its table, its stash, the logs of its roots. Mostly there is one, which is all. */
import type { Arrangement } from "./arrangement.ts";
import { FIRST_TABLE, GrowingSets, type GrowthOptions, makeSegments, PAIRS, takeDirectory } from "./growing-sets.ts";
import type { Pages } from "./memories.ts";
import { PAGE } from "./pair-set.ts";
import type { Range } from "./ranges.ts";
import { LOG, type OwnRoots, ROOTS } from "./root-set.ts";

/** A table of the roots is filled up to this part of its places: distances in it are short. */
const FILL = 0.75;

/** What is to be moved into a new table of a shard: all places of the one before, and pairs that were in the stash. */
export interface Move {
  readonly shard: number;
  readonly table: number;
  readonly to: number;
  readonly stash: readonly Range[];
}

export interface ShardOptions extends GrowthOptions {
  /** For tests: the largest table; what does not find a place in it is in the stash. */
  readonly largestRoots?: number;
}

/** Where the headers of a shard are in its memory, and what its code does. */
export interface ShardCode {
  readonly header: number;
  readonly stash: number;
  /** Enters a range of the stash's pairs into its table. */
  readonly rebuildStash: (from: number, to: number) => void;
  /** Puts the numbers of a range of a log as all are to be now. */
  readonly rearrange: (directory: number, from: number, to: number) => void;
}

/** A log: where its header is, and how many segments it has. */
interface Log {
  readonly header: number;
  segments: number;
}

export class Shard {
  readonly pages: Pages;
  readonly #options: ShardOptions;
  readonly #code: ShardCode;
  readonly #stash: GrowingSets;
  readonly #logs: Log[] = [];
  /** Where the search's own thread, which is the first, has the address of the marks. */
  #marks = 0;
  #places = 0;

  constructor(pages: Pages, code: ShardCode, arrangement: Arrangement, options: ShardOptions) {
    this.pages = pages;
    this.#options = options;
    this.#code = code;
    this.#stash = new GrowingSets(pages, options);
    this.#stash.add(code.stash, code.rebuildStash);
    this.#arrange(arrangement);
  }

  /** Adds a thread, by where it has what is its own. */
  addThread(base: number, own: OwnRoots): void {
    const header = base + own.log.offset;
    if (this.#logs.length === 0) this.#marks = base + own.marks.offset;
    this.pages.setWord(header + LOG.directory, takeDirectory(this.pages));
    this.#stash.addThread(base + own.block.offset);
    this.#logs.push({ header, segments: 0 });
  }

  /** For each thread where the list of its log's segments is, and how many roots there are in it. */
  get logs(): readonly { readonly directory: number; readonly count: number }[] {
    return this.#logs.map(({ header }) => ({
      directory: this.pages.word(header + LOG.directory),
      count: this.pages.word(header + LOG.count),
    }));
  }

  /** How many roots there are. */
  get total(): number {
    return this.#logs.reduce((n, { header }) => n + this.pages.word(header + LOG.count), 0);
  }

  /** Has room for a mark of each root: `identify` gives no larger numbers. Throws `OutOfMemory`. */
  takeMarks(): void {
    const bytes = this.#places + this.#stash.count(0);
    this.pages.setWord(this.#marks, this.pages.take(Math.ceil(bytes / PAGE)).at);
  }

  /** Whether the table is to be larger. */
  get isSmall(): boolean {
    return this.#wanted > this.#places;
  }

  /** Gives room to the stash. */
  makeRoom(): void {
    this.#stash.makeRoom();
  }

  /** Makes a table as large as is wanted, for numbers that lie so; what there was is to be moved into it. */
  makeTable(arrangement: Arrangement): Omit<Move, "shard"> | null {
    const { header } = this.#code;
    const before = this.#places;
    const table = this.pages.word(header + ROOTS.table);
    this.#places = this.#wanted;
    this.pages.setWord(header + ROOTS.table, this.pages.takeTable(this.#places));
    this.pages.setWord(header + ROOTS.mask, this.#places - 1);
    this.pages.setWord(header + ROOTS.maskBefore, before - 1);
    if (this.#arrange(arrangement)) {
      for (const { directory, count } of this.logs) this.#code.rearrange(directory, 0, count);
    }
    return before === 0 ? null : { table, to: before, stash: this.#stash.empty(0) };
  }

  /** Says when the stash and the logs are to have more room. */
  limit(): void {
    this.#stash.limit(() => Number.POSITIVE_INFINITY);
    const { largestRoots = Number.POSITIVE_INFINITY, slack } = this.#options;
    const left = Math.floor((this.#places * FILL - this.total) / this.#logs.length);
    for (const log of this.#logs) {
      const count = this.pages.word(log.header + LOG.count);
      const directory = this.pages.word(log.header + LOG.directory);
      log.segments = makeSegments(this.pages, directory, log.segments, count + 2 * slack + 1);
      const room = log.segments * PAIRS - slack;
      this.pages.setWord(log.header + LOG.limit, this.#places < largestRoots ? Math.min(room, count + left) : room);
    }
  }

  /** Takes back the table that all was moved from. */
  moved({ table, to }: Move): void {
    this.pages.releaseTable(table, to);
  }

  get #wanted(): number {
    const { firstTable = FIRST_TABLE, largestRoots = Number.POSITIVE_INFINITY } = this.#options;
    const least = this.total + (this.total >> 4) + 1;
    let places = Math.max(this.#places, firstTable, 2);
    while (places * FILL < least && places < largestRoots) places *= 2;
    return places;
  }

  /** Says how numbers lie now, and did before; whether that differs. */
  #arrange({ alone, split }: Arrangement): boolean {
    const { header } = this.#code;
    const before = [this.pages.word(header + ROOTS.alone), this.pages.word(header + ROOTS.split)] as const;
    this.pages.setWord(header + ROOTS.aloneBefore, before[0]);
    this.pages.setWord(header + ROOTS.splitBefore, before[1]);
    this.pages.setWord(header + ROOTS.alone, alone);
    this.pages.setWord(header + ROOTS.split, split);
    return before[0] !== alone || before[1] !== split;
  }
}
