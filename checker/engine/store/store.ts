/**
 * What the engine has seen, as its host holds it: the sets of the parts, the shards of the set of the roots, and the
 * memories that they are in. Everything is counted, so that a limit is kept.
 */
import { type Arrangement, FIRST_ARRANGEMENT, isWide, nextArrangement, widest } from "./arrangement.ts";
import { GrowingSets } from "./growing-sets.ts";
import { Budget, emptyMemory, Pages } from "./memories.ts";
import { STOP } from "./pair-set.ts";
import { handleOf } from "./ranges.ts";
import type { OwnRoots } from "./root-set.ts";
import { type Move, Shard, type ShardCode, type ShardOptions } from "./shard.ts";

export interface StoreOptions extends ShardOptions {
  /** Bytes that may be used. */
  readonly limit: number;
  readonly shared: boolean;
  /** In how many shards the set of the roots is; with 0 it is in the memory of the rest. */
  readonly shards: number;
  /** For tests: how many bits two numbers of a root may have together, if not all of a word. */
  readonly rootBits?: number;
  /** For tests: how many pages one memory may have, if fewer than 32 bits can address. */
  readonly addresses?: number;
  /** One whose search has ended, shared or not as this one: its memories are used again. */
  readonly ended?: Store;
}

/** Bits of a word. */
const WORD = 32;

export class Store {
  /** The memory of all but the roots, or of all. */
  readonly main: Pages;
  readonly shared: boolean;
  /** Those that the roots have for themselves, if they do. */
  readonly apart: readonly Pages[];
  readonly #options: StoreOptions;
  readonly #budget: Budget;
  readonly #spare: WebAssembly.Memory[] = [];
  readonly #parts: GrowingSets;
  readonly #shards: Shard[] = [];
  /** The sets that a root's numbers are of. */
  #rootOf: readonly number[] = [];
  #arrangement = FIRST_ARRANGEMENT;

  constructor(options: StoreOptions) {
    const { limit, shared, shards, addresses, ended } = options;
    this.#options = options;
    this.shared = shared;
    this.#budget = new Budget(limit);
    // Roots have the first ones: what was the only memory before is full of them. All are there before one is emptied.
    const again = ended ? [...ended.apart, ended.main] : [];
    const before = [...again.map(({ memory }) => memory), ...(ended ? ended.#spare : [])];
    const memories = Array.from({ length: shards + 1 }, (_, i) => before[i] ?? emptyMemory(shared));
    const most = addresses === undefined ? {} : { most: addresses };
    const pages = memories.map(
      (memory, i) => new Pages({ budget: this.#budget, memory, ...most, ended: again[i]?.taken ?? 0 }),
    );
    this.main = pages[shards] as Pages;
    this.apart = pages.slice(0, shards);
    this.#parts = new GrowingSets(this.main, options);
  }

  /** Has memories for a search after this one, so many in all. Throws `OutOfMemory`, and this one is what it was. */
  reserve(memories: number): void {
    const more = memories - this.apart.length - 1 - this.#spare.length;
    for (let i = 0; i < more; i++) this.#spare.push(emptyMemory(this.shared));
  }

  /** Bytes in use. */
  get used(): number {
    return this.#budget.used;
  }

  /** Adds the set of a node. */
  addSet(header: number, rebuild: (from: number, to: number) => void): void {
    this.#parts.add(header, rebuild);
  }

  /** Adds the set of the roots: of which sets their numbers are, and the code of each shard. */
  addRoots(rootOf: readonly number[], code: readonly ShardCode[]): void {
    this.#rootOf = rootOf;
    for (const [i, one] of code.entries()) {
      this.#shards.push(new Shard(this.apart[i] ?? this.main, one, this.#arrangement, this.#options));
    }
  }

  /** Adds a thread, by the address of its blocks, and for each shard where it has what is its own. */
  addThread(blocks: number, bases: readonly number[], own: OwnRoots): void {
    this.#parts.addThread(blocks);
    for (const [i, shard] of this.#shards.entries()) shard.addThread(bases[i] as number, own);
  }

  /** For each thread and shard its log, and how many roots there are in it; those of one more thread come behind. */
  get logs(): readonly { readonly log: number; readonly count: number }[] {
    const ofShards = this.#shards.map((shard, i) =>
      shard.logs.map(({ directory, count }) => ({ log: handleOf(directory, i), count })),
    );
    return (ofShards[0] ?? []).flatMap((_, thread) => ofShards.flatMap((logs) => logs[thread] ?? []));
  }

  /** How many roots there are. */
  get total(): number {
    return this.#shards.reduce((n, shard) => n + shard.total, 0);
  }

  /** Has room for a mark of each root. Throws `OutOfMemory`. */
  takeMarks(): void {
    for (const shard of this.#shards) shard.takeMarks();
  }

  /** Whether somebody wanted more room, which had all stop; nobody does any more then. */
  takeStop(): boolean {
    const all = [this.main, ...this.apart];
    const wanted = all.filter((pages) => pages.word(STOP) !== 0);
    for (const pages of wanted) pages.setWord(STOP, 0);
    return wanted.length > 0;
  }

  /**
   * Gives room to all that have little left. Throws `OutOfMemory` and `TooWide`. Where a table of the roots is a new
   * one, gives what is to be moved into it; what is moved does not make this necessary again.
   */
  makeRoom(): readonly Move[] {
    this.#parts.makeRoom();
    for (const shard of this.#shards) shard.makeRoom();
    const moves = this.#makeTables();
    this.#parts.limit((number) => {
      const one = this.#rootOf.length < 3 ? -1 : this.#rootOf.indexOf(number);
      return one < 0 ? Number.POSITIVE_INFINITY : widest(this.#arrangement, one, this.#rootBits);
    });
    for (const shard of this.#shards) shard.limit();
    return moves;
  }

  /** Takes back the table that all was moved from. */
  moved(move: Move): void {
    this.#shards[move.shard]?.moved(move);
  }

  get #rootBits(): number {
    return this.#options.rootBits ?? WORD;
  }

  /** New tables for shards that have little room, and for all where numbers are to lie otherwise. */
  #makeTables(): readonly Move[] {
    // Only three numbers can lie in several ways.
    const counts = (this.#rootOf.length < 3 ? [] : this.#rootOf).map((set) => ({
      count: this.#parts.count(set),
      least: this.#parts.least(set),
    }));
    const before = this.#arrangement;
    if (!this.#shards.some(({ isSmall }) => isSmall) && isWide(before, counts, this.#rootBits)) return [];
    const next: Arrangement = counts.length > 0 ? nextArrangement(before, counts, this.#rootBits) : before;
    const isOther = next.alone !== before.alone || next.split !== before.split;
    this.#arrangement = next;
    return this.#shards.flatMap((shard, i) => {
      const move = isOther || shard.isSmall ? shard.makeTable(next) : null;
      return move ? [{ ...move, shard: i }] : [];
    });
  }
}
