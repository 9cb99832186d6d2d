/**
 * A thread that works on runs of states: the same generated code as the search's own, over the same memory. It waits
 * for a round, takes states from the runs, one thread beginning with one and another with the next, and stops where a
 * set wants more room; what it was about to do then, it goes on with in the next round of that job. What the words of
 * `control` mean stands in crew.ts.
 */
import { workerData } from "node:worker_threads";

const { number, logs, base, module, memory, control, words, jobs } = workerData;
const stop = new Int32Array(memory.buffer, words.stop, 1);

let functions = null;

/** For each job what is left of the states taken. */
const taken = jobs.map(() => ({ directory: 0, from: 0, to: 0 }));

function take(job) {
  for (let i = 0; i < logs; i++) {
    const run = words.firstRun + (job * logs + ((number + i) % logs)) * words.wordsOfRun;
    const end = control[run + words.end];
    // A cursor that is looked at first is not raised for ever.
    if (Atomics.load(control, run + words.cursor) >= end) continue;
    const from = Atomics.add(control, run + words.cursor, words.taken);
    if (from < end) return { directory: control[run + words.directory], from, to: Math.min(end, from + words.taken) };
  }
  return null;
}

function work(job) {
  for (;;) {
    const { directory, from, to } = taken[job];
    if (from < to) taken[job].from = functions[jobs[job]](directory, from, to);
    if (Atomics.load(stop, 0) !== 0) return;
    if (taken[job].from < to) continue;
    const next = take(job);
    if (!next) return;
    taken[job] = next;
  }
}

for (let round = 0; ; ) {
  Atomics.wait(control, words.round, round);
  round = Atomics.load(control, words.round);
  if (control[words.exit] !== 0) break;
  try {
    functions ??= new WebAssembly.Instance(module, { host: { memory, base } }).exports;
    work(control[words.job]);
  } catch {
    control[words.failed] = 1;
  }
  Atomics.add(control, words.done, 1);
  Atomics.notify(control, words.done);
}
