/** Threads that expand a level together. They are started for the first level that is worth it, and end with the search. */
import { Worker } from "node:worker_threads";
import type { Machine } from "./machine.ts";
import { PAGE, STOP } from "./pair-set.ts";
import type { Run } from "./runs.ts";

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
  directory: 2,
  /** How many states a thread takes at once. */
  taken: 256,
  stop: STOP,
};

/** Milliseconds. */
const BETWEEN_LOOKS = 100;

export class Crew {
  /** Where each thread has what is its own: events and counts are read from there. */
  readonly bases: readonly number[];
  readonly #control: Int32Array;
  readonly #logs: number;
  readonly #workers: readonly Worker[];

  constructor({ engine: { frame }, store, module }: Machine, threads: number) {
    // Each thread has a log, and the search itself one.
    this.#logs = threads + 1;
    const shared = new SharedArrayBuffer(4 * (WORDS.firstRun + WORDS.wordsOfRun * this.#logs * JOBS.length));
    this.#control = new Int32Array(shared);
    this.bases = Array.from({ length: threads }, () => {
      const pages = Math.ceil(frame.own / PAGE);
      const { at } = store.pages(pages);
      // They may have been a table before.
      store.bytes.fill(0, at, at + pages * PAGE);
      frame.begin(store.words, at);
      store.addThread(at, frame.memory);
      return at;
    });
    this.#workers = this.bases.map((base, number) => {
      const { memory } = store;
      const data = { number, logs: this.#logs, base, module, memory, control: this.#control, words: WORDS, jobs: JOBS };
      const worker = new Worker(new URL("./worker.js", import.meta.url), { workerData: data });
      worker.unref();
      return worker;
    });
  }

  /** Begins to do something to runs, at most one of each log. */
  begin(job: Job, runs: readonly Run[]): void {
    for (let i = 0; i < this.#logs; i++) {
      const { directory, from, to } = runs[i] ?? { directory: 0, from: 0, to: 0 };
      const at = WORDS.firstRun + (JOBS.indexOf(job) * this.#logs + i) * WORDS.wordsOfRun;
      this.#control[at + WORDS.cursor] = from;
      this.#control[at + WORDS.end] = to;
      this.#control[at + WORDS.directory] = directory;
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
