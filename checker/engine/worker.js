/**
 * A thread that expands states: the same generated code as the search's own, over the same memory. It waits for a
 * round, takes runs of states from a common cursor, and stops where a set wants more room; what it was about to expand
 * then, it goes on with in the next round. What the words of `control` mean stands in crew.ts.
 */
import { workerData } from "node:worker_threads";

const { module, memory, control, words } = workerData;
const stop = new Int32Array(memory.buffer, words.stop, 1);

let from = 0;
let to = 0;
let expand = null;

/** Numbers that stand for no state. */
const holes = () => control.subarray(words.holes, words.holes + control[words.holeCount]);

function work() {
  while (Atomics.load(stop, 0) === 0) {
    if (from === to) {
      const start = Atomics.add(control, words.cursor, words.run);
      if (start >= control[words.end]) return;
      from = start;
      to = Math.min(start + words.run, control[words.end]);
    }
    const next = holes().reduce((least, hole) => (hole >= from && hole < least ? hole : least), to);
    from = next === from ? from + 1 : expand(from, next);
  }
}

for (let round = 0; ; ) {
  Atomics.wait(control, words.round, round);
  round = Atomics.load(control, words.round);
  if (control[words.exit] !== 0) break;
  try {
    expand ??= new WebAssembly.Instance(module, { host: { memory } }).exports.expand;
    work();
  } catch {
    control[words.failed] = 1;
  }
  Atomics.add(control, words.done, 1);
  Atomics.notify(control, words.done);
}
