/**
 * Who does something to ranges of states: the search's own thread, or threads that it starts for levels that are worth it.
 * Room is made in between, when a set wants more. Every now and then whoever asked for the work gets the word.
 */
import { INTERRUPTED } from "../../reference/progress.ts";
import type { Job } from "../code/doors.ts";
import { STOP } from "../store/pair-set.ts";
import { handleOf, type Range, statesIn } from "../store/ranges.ts";
import type { Move } from "../store/shard.ts";
import type { JobOfCrew } from "./control.ts";
import { Crew } from "./crew.ts";
import type { Machine } from "./machine.ts";

/** Thrown where the work was asked to end; what was done until then stands. */
export class Interrupted extends Error {
  constructor() {
    super(INTERRUPTED);
  }
}

/** Work goes on where it stood each time that it is asked to. */
type Working = Generator<void, void, void>;

/** States that are expanded between two looks up: many, so that looking up costs nothing. */
const BETWEEN_LOOKS = 4096;

export class Work {
  readonly #machine: Machine;
  readonly #threads: number;
  /** Ranges of at least this many states are expanded by several threads. */
  readonly #crewFrom: number;
  readonly #signal: AbortSignal | undefined;
  #crew: Crew | null = null;
  /** Whether somebody has something to do while threads work: then they are not waited for. */
  isWatched = false;

  constructor(machine: Machine, threads: number, crewFrom: number, signal: AbortSignal | undefined) {
    this.#machine = machine;
    this.#threads = threads;
    this.#crewFrom = threads > 1 ? crewFrom : Number.POSITIVE_INFINITY;
    this.#signal = signal;
  }

  /** Where each thread has what is its own. */
  get bases(): readonly number[] {
    return [this.#machine.engine.map.base, ...(this.#crew?.bases ?? [])];
  }

  get hasThreads(): boolean {
    return this.#crew !== null;
  }

  /** Has threads for a level of these ranges, if it is worth them. Throws `OutOfMemory`. */
  *prepare(level: readonly Range[]): Working {
    if (this.#crew || !this.#isLarge(level)) return;
    this.#crew = new Crew(this.#machine, this.#threads);
    for (const move of this.#machine.store.makeRoom()) yield* this.#move(move);
  }

  /** Expands ranges of a level, at most one of each log. Throws `OutOfMemory` and `Interrupted`. */
  *expand(ranges: readonly Range[], level: readonly Range[]): Working {
    yield* this.#isLarge(level) ? this.#together("expand", ranges) : this.#alone("expand", ranges);
  }

  /** Enters packed states that lie one after the other at an address. Throws `OutOfMemory` and `TooWide`. */
  *enter(at: number, count: number): Working {
    yield* this.#alone("enter packed", [{ at, from: 0, to: count }]);
  }

  end(): void {
    this.#crew?.end();
  }

  #isLarge(level: readonly Range[]): boolean {
    return statesIn(level) >= this.#crewFrom;
  }

  *#alone(job: Job, ranges: readonly Range[]): Working {
    const work = this.#machine.job(job);
    for (const { at, from, to } of ranges) {
      for (let next = from; next < to; yield* this.#makeRoom()) {
        next = work(at, next, Math.min(to, next + BETWEEN_LOOKS));
        yield;
        this.#endIfAsked(job);
      }
    }
  }

  *#together(job: JobOfCrew, ranges: readonly Range[]): Working {
    const { store } = this.#machine;
    const crew = this.#crew as Crew;
    crew.begin(job, ranges);
    do {
      for (const _ of crew.round(job, () => !this.isWatched)) {
        yield;
        // Threads stop where a set wants room, and so do they here.
        if (job === "expand" && this.#signal?.aborted) store.main.setWord(STOP, 1);
      }
      this.#endIfAsked(job);
    } while (yield* this.#makeRoom());
  }

  /** Not in the middle of a new table: states would be missing there. */
  #endIfAsked(job: Job): void {
    if (job === "expand" && this.#signal?.aborted) throw new Interrupted();
  }

  /** Makes room if a set wanted it, which had all stop. Throws `OutOfMemory`. */
  *#makeRoom(): Generator<void, boolean, void> {
    const { store } = this.#machine;
    if (!store.takeStop()) return false;
    for (const move of store.makeRoom()) yield* this.#move(move);
    return true;
  }

  /** Moves what a shard holds into its new table; the stash first, while nobody adds to it. */
  *#move(move: Move): Working {
    const { store } = this.#machine;
    const { shard } = move;
    const stash = move.stash.map((range) => ({ ...range, at: handleOf(range.at, shard) }));
    yield* this.#alone("move stash", stash);
    const places = [{ at: handleOf(move.table, shard), from: 0, to: move.to }];
    const byCrew = this.#crew && store.total >= this.#crewFrom;
    yield* byCrew ? this.#together("move table", places) : this.#alone("move table", places);
    store.moved(move);
  }
}
