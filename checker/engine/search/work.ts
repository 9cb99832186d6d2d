/**
 * Who does something to runs of states: the search's own thread, or threads that it starts for levels that are worth it.
 * Room is made in between, when a set wants more. Every now and then whoever asked for the work gets the word.
 */
import { INTERRUPTED } from "../../reference/progress.ts";
import type { Job } from "../code/doors.ts";
import { STOP } from "../store/pair-set.ts";
import { handleOf, type Run, statesIn } from "../store/ranges.ts";
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
  /** Runs of at least this many states are expanded by several threads. */
  readonly #crewFrom: number;
  readonly #signal: AbortSignal | undefined;
  #crew: Crew | null = null;

  constructor(machine: Machine, threads: number, crewFrom: number, signal: AbortSignal | undefined) {
    this.#machine = machine;
    this.#threads = threads;
    this.#crewFrom = threads > 1 ? crewFrom : Number.POSITIVE_INFINITY;
    this.#signal = signal;
  }

  /** Where each thread has what is its own. */
  get bases(): readonly number[] {
    return [this.#machine.engine.frame.base, ...(this.#crew?.bases ?? [])];
  }

  /** Has threads for a level of these runs, if it is worth them. Throws `OutOfMemory`. */
  *prepare(level: readonly Run[]): Working {
    if (this.#crew || !this.#isLarge(level)) return;
    this.#crew = new Crew(this.#machine, this.#threads);
    for (const move of this.#machine.store.makeRoom()) yield* this.#move(move);
  }

  /** Expands runs of a level, at most one of each log. Throws `OutOfMemory` and `Interrupted`. */
  *expand(runs: readonly Run[], level: readonly Run[]): Working {
    yield* this.#isLarge(level) ? this.#together("expand", runs) : this.#alone("expand", runs);
  }

  end(): void {
    this.#crew?.end();
  }

  #isLarge(level: readonly Run[]): boolean {
    return statesIn(level) >= this.#crewFrom;
  }

  *#alone(job: Job, runs: readonly Run[]): Working {
    const work = this.#machine.job(job);
    for (const { at, from, to } of runs) {
      for (let next = from; next < to; yield* this.#makeRoom()) {
        next = work(at, next, Math.min(to, next + BETWEEN_LOOKS));
        yield;
        this.#endIfAsked(job);
      }
    }
  }

  *#together(job: JobOfCrew, runs: readonly Run[]): Working {
    const { store } = this.#machine;
    const crew = this.#crew as Crew;
    crew.begin(job, runs);
    do {
      for (const _ of crew.round(job)) {
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
    const stash = move.stash.map((run) => ({ ...run, at: handleOf(run.at, shard) }));
    yield* this.#alone("move stash", stash);
    const places = [{ at: handleOf(move.table, shard), from: 0, to: move.to }];
    const byCrew = this.#crew && store.total >= this.#crewFrom;
    yield* byCrew ? this.#together("move table", places) : this.#alone("move table", places);
    store.moved(move);
  }
}
