/** Threads that expand a level together. They are started for the first level that is worth it, and end with the search. */
import { Worker } from "node:worker_threads";
import { STOP } from "../store/pair-set.ts";
import { type Run, SHARD_BITS } from "../store/ranges.ts";
import type { Machine } from "./machine.ts";

/** Functions of the engine that take a run, and give the number of the first state that they left. */
export type Job = (typeof JOBS)[number];
const JOBS = ["expand", "move table"] as const;

/**
 * Words of the control block. Behind the first ones stand, for each job, the runs that it is about: one for each log,
 * with a cursor that all threads take states from. They lie apart, so that one thread's writing does not slow the
 * others' reading.
 */
const WORDS = {
  round: 0,
  done: 1,
  exit: 2,
  failed: 3,
  job: 4,
  firstRun: 32,
  wordsOfRun: 32,
  cursor: 0,
  end: 1,
  at: 2,
  /** How many states a thread takes at once. */
  taken: 256,
  stop: STOP,
  shardBits: SHARD_BITS,
};

/** Milliseconds. */
const BETWEEN_LOOKS = 100;

export class Crew {
  /** Where each thread has what is its own: events and counts are read from there. */
  readonly bases: readonly number[];
  readonly #control: Int32Array;
  readonly #logs: number;
  readonly #workers: readonly Worker[];

  constructor(machine: Machine, threads: number) {
    const all = Array.from({ length: threads }, () => machine.newThread());
    // Each thread has logs, and so has the search itself.
    this.#logs = machine.store.logs.length;
    const shared = new SharedArrayBuffer(4 * (WORDS.firstRun + WORDS.wordsOfRun * this.#logs * JOBS.length));
    this.#control = new Int32Array(shared);
    this.bases = all.map(({ base }) => base);
    this.#workers = all.map((thread, number) => {
      const code = machine.toRun(thread);
      const data = { number, logs: this.#logs, code, control: this.#control, words: WORDS, jobs: JOBS };
      const worker = new Worker(new URL("./worker.js", import.meta.url), { workerData: data });
      worker.unref();
      return worker;
    });
  }

  /** Begins to do something to runs, at most one of each log. */
  begin(job: Job, runs: readonly Run[]): void {
    for (let i = 0; i < this.#logs; i++) {
      const { at, from, to } = runs[i] ?? { at: 0, from: 0, to: 0 };
      const run = WORDS.firstRun + (JOBS.indexOf(job) * this.#logs + i) * WORDS.wordsOfRun;
      this.#control[run + WORDS.cursor] = from;
      this.#control[run + WORDS.end] = to;
      this.#control[run + WORDS.at] = at;
    }
  }

  /** Lets all work until the runs of a job are done, or until one wants more room; meanwhile looks up now and then. */
  *round(job: Job): Generator<void, void, void> {
    this.#control[WORDS.job] = JOBS.indexOf(job);
    Atomics.store(this.#control, WORDS.done, 0);
    this.#wake();
    for (let done = 0; done < this.#workers.length; done = Atomics.load(this.#control, WORDS.done)) {
      if (Atomics.wait(this.#control, WORDS.done, done, BETWEEN_LOOKS) === "timed-out") yield;
    }
    if (this.#control[WORDS.failed] !== 0) throw new Error("a thread of the engine failed");
  }

  end(): void {
    this.#control[WORDS.exit] = 1;
    this.#wake();
  }

  #wake(): void {
    Atomics.add(this.#control, WORDS.round, 1);
    Atomics.notify(this.#control, WORDS.round);
  }
}
