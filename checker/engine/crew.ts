/** Threads that expand a level together. They are started for the first level that is worth it, and end with the search. */
import { Worker } from "node:worker_threads";
import { type Frame, STOP } from "./frame.ts";
import type { Layout } from "./layout.ts";
import { type MachineOptions, moduleOf } from "./machine.ts";
import { PAGE } from "./pair-set.ts";
import { generate } from "./program.ts";
import type { Store } from "./store.ts";
import type { Tree } from "./tree.ts";

/** How many states a thread takes at once. */
const RUN = 128;

/** Words of the control block: numbers of states, but for the first ones. */
const WORDS = {
  round: 0,
  done: 1,
  exit: 2,
  cursor: 3,
  end: 4,
  failed: 5,
  holeCount: 6,
  holes: 7,
  run: RUN,
  stop: STOP,
};

export class Crew {
  /** Each thread's own memory: events and counts are read from there. */
  readonly frames: readonly Frame[];
  readonly #control: Int32Array;
  readonly #workers: readonly Worker[];

  constructor(layout: Layout, tree: Tree, store: Store, { threads, unroll }: MachineOptions) {
    const shared = new SharedArrayBuffer(4 * (WORDS.holes + threads));
    this.#control = new Int32Array(shared);
    const engines = Array.from({ length: threads }, () => {
      const sized = generate(layout, tree, { unroll, shared: true }, 0).frame.end;
      const pages = Math.ceil(sized / PAGE);
      const { at } = store.pages(pages);
      // They may have been a table before.
      store.bytes.fill(0, at, at + pages * PAGE);
      const engine = generate(layout, tree, { unroll, shared: true }, at);
      engine.frame.initialise(store.bytes);
      return engine;
    });
    this.frames = engines.map((e) => e.frame);
    this.#workers = engines.map(({ program }) => {
      const data = { module: moduleOf(program, store), memory: store.memory, control: this.#control, words: WORDS };
      const worker = new Worker(new URL("./worker.js", import.meta.url), { workerData: data });
      worker.unref();
      return worker;
    });
  }

  /** Begins with a run of states, without those numbers in it that stand for none: at most one a thread. */
  begin(from: number, to: number, holes: readonly number[]): void {
    this.#control[WORDS.cursor] = from;
    this.#control[WORDS.end] = to;
    this.#control[WORDS.holeCount] = holes.length;
    this.#control.set(holes, WORDS.holes);
  }

  /** Lets all work until the run is done, or until one wants more room. */
  round(): void {
    Atomics.store(this.#control, WORDS.done, 0);
    this.#wake();
    for (let done = 0; done < this.#workers.length; done = Atomics.load(this.#control, WORDS.done)) {
      Atomics.wait(this.#control, WORDS.done, done);
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
