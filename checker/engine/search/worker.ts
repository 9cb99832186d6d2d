/**
 * A thread that works on ranges of states: the same generated code as the search's own, over the same memories. It waits
 * for a round, takes states from the ranges, one thread beginning with one and another with the next, and stops where a
 * set wants more room; what it was about to do then, it goes on with in the next round of that job.
 */
import { workerData } from "node:worker_threads";
import { STOP } from "../store/pair-set.ts";
import { type RangeJob, started } from "./code-to-run.ts";
import { JOBS, rangeAt, TAKEN, type ThreadData, WORDS } from "./control.ts";

const { number, logs, code, control } = workerData as ThreadData;
const stops = [code.main, ...code.shards].map(({ memory }) => new Int32Array(memory.buffer, STOP, 1));

/** What does each job, once the code is started. */
let jobs: readonly RangeJob[] | null = null;

/** States of a range that a thread has taken, from the next one on. */
interface Taken {
  readonly at: number;
  from: number;
  readonly to: number;
}

/** For each job what is left of the states taken. */
const taken: Taken[] = JOBS.map(() => ({ at: 0, from: 0, to: 0 }));

function take(job: number): Taken | null {
  for (let i = 0; i < logs; i++) {
    const range = rangeAt(job, (number + i) % logs, logs);
    const end = control[range + WORDS.end] as number;
    // A cursor that is looked at first is not raised for ever.
    if (Atomics.load(control, range + WORDS.cursor) >= end) continue;
    const from = Atomics.add(control, range + WORDS.cursor, TAKEN);
    if (from < end) return { at: control[range + WORDS.at] as number, from, to: Math.min(end, from + TAKEN) };
  }
  return null;
}

/** Whether all are to stop: that is said in the memory of all, or by a shard that is given more room. */
const isStopped = (): boolean => stops.some((one) => Atomics.load(one, 0) !== 0);

function work(job: number, run: RangeJob): void {
  for (;;) {
    const now = taken[job] as Taken;
    if (now.from < now.to) now.from = run(now.at, now.from, now.to);
    if (isStopped()) return;
    if (now.from < now.to) continue;
    const next = take(job);
    if (!next) return;
    taken[job] = next;
  }
}

for (let round = 0; ; ) {
  Atomics.wait(control, WORDS.round, round);
  round = Atomics.load(control, WORDS.round);
  if (control[WORDS.exit] !== 0) break;
  try {
    jobs ??= JOBS.map(started(code));
    const job = control[WORDS.job] as number;
    work(job, jobs[job] as RangeJob);
  } catch {
    control[WORDS.failed] = 1;
  }
  Atomics.add(control, WORDS.done, 1);
  Atomics.notify(control, WORDS.done);
}
