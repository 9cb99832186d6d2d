/** Threads that expand a level together. They are started for the first level that is worth it, and end with the search. */
import type { Worker } from "node:worker_threads";
import type { Range } from "../store/ranges.ts";
import { JOBS, type JobOfCrew, rangeAt, WORDS, wordsFor } from "./control.ts";
import type { Machine } from "./machine.ts";
import { newThread } from "./thread.ts";

/** Milliseconds. */
const BETWEEN_LOOKS = 100;

export class Crew {
  /** Where each thread has what is its own: events and counts are read from there. */
  readonly bases: readonly number[];
  readonly #control: Int32Array;
  readonly #logs: number;
  readonly #workers: readonly Worker[];
  /** Why a thread did not come as far as to wait for a round. It is known when whoever asked for the work looks up. */
  #broken: Error | null = null;

  constructor(machine: Machine, threads: number) {
    const all = Array.from({ length: threads }, () => machine.newThread());
    // Each thread has logs, and so has the search itself.
    this.#logs = machine.store.logs.length;
    const shared = new SharedArrayBuffer(4 * wordsFor(this.#logs));
    this.#control = new Int32Array(shared);
    this.bases = all.map(({ base }) => base);
    this.#workers = all.map((thread, number) => {
      const code = machine.toRun(thread);
      const worker = newThread({ number, logs: this.#logs, code, control: this.#control });
      worker.unref();
      worker.on("error", (error) => {
        this.#broken ??= error;
      });
      return worker;
    });
  }

  /** Begins to do something to ranges, at most one of each log. */
  begin(job: JobOfCrew, ranges: readonly Range[]): void {
    for (let i = 0; i < this.#logs; i++) {
      const { at, from, to } = ranges[i] ?? { at: 0, from: 0, to: 0 };
      const range = rangeAt(JOBS.indexOf(job), i, this.#logs);
      this.#control[range + WORDS.cursor] = from;
      this.#control[range + WORDS.end] = to;
      this.#control[range + WORDS.at] = at;
    }
  }

  /**
   * Lets all work until the ranges of a job are done, or until one wants more room; meanwhile looks up now and then, or
   * again and again where nobody waits.
   */
  *round(job: JobOfCrew, waits: () => boolean): Generator<void, void, void> {
    this.#control[WORDS.job] = JOBS.indexOf(job);
    Atomics.store(this.#control, WORDS.done, 0);
    this.#wake();
    for (let done = 0; done < this.#workers.length; done = Atomics.load(this.#control, WORDS.done)) {
      if (Atomics.wait(this.#control, WORDS.done, done, waits() ? BETWEEN_LOOKS : 0) === "timed-out") yield;
      if (this.#broken) throw new Error("a thread of the engine could not be started", { cause: this.#broken });
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
