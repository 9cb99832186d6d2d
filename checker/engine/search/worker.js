/**
 * A thread that works on runs of states: the same generated code as the search's own, over the same memories. It waits
 * for a round, takes states from the runs, one thread beginning with one and another with the next, and stops where a
 * set wants more room; what it was about to do then, it goes on with in the next round of that job. What the words of
 * `control` mean stands in crew.ts, what a handle is in runs.ts.
 */
import { workerData } from "node:worker_threads";

const { number, logs, code, control, words, jobs } = workerData;
const stopOf = ({ memory }) => new Int32Array(memory.buffer, words.stop, 1);
const stop = stopOf(code.main);
const stops = code.shards.map(stopOf);
const shardMask = (1 << words.shardBits) - 1;

/** For each job the function that does it, once they are there. */
let functions = null;

function start() {
  const run = ({ module, memory, base }, imports) =>
    new WebAssembly.Instance(module, { host: { memory, base, ...imports } }).exports;
  const shards = code.shards.map((shard) => run(shard, {}));
  const main = run(
    code.main,
    Object.fromEntries(code.imports.map(({ name, door, shard }) => [name, shards[shard][door]])),
  );
  // What the engine does not do, each shard does to what is its own.
  return jobs.map((job) => main[job] ?? ((at, from, to) => shards[at & shardMask][job](at & ~shardMask, from, to)));
}

/** For each job what is left of the states taken. */
const taken = jobs.map(() => ({ at: 0, from: 0, to: 0 }));

function take(job) {
  for (let i = 0; i < logs; i++) {
    const run = words.firstRun + (job * logs + ((number + i) % logs)) * words.wordsOfRun;
    const end = control[run + words.end];
    // A cursor that is looked at first is not raised for ever.
    if (Atomics.load(control, run + words.cursor) >= end) continue;
    const from = Atomics.add(control, run + words.cursor, words.taken);
    if (from < end) return { at: control[run + words.at], from, to: Math.min(end, from + words.taken) };
  }
  return null;
}

/** Whether all are to stop: that is said in the memory of all, or by a shard that is given more room. */
const isStopped = () => Atomics.load(stop, 0) !== 0 || stops.some((one) => Atomics.load(one, 0) !== 0);

function work(job) {
  for (;;) {
    const { at, from, to } = taken[job];
    if (from < to) taken[job].from = functions[job](at, from, to);
    if (isStopped()) return;
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
    functions ??= start();
    work(control[words.job]);
  } catch {
    control[words.failed] = 1;
  }
  Atomics.add(control, words.done, 1);
  Atomics.notify(control, words.done);
}
