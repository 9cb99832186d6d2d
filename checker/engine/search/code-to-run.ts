/** What does a thread run? The same generated code as the search itself, over the same memories. */
import { behind, type Functions, functionNamed, type Job } from "../code/doors.ts";
import { addressOf, shardOf } from "../store/ranges.ts";
import type { Import } from "../store/roots.ts";

/** Code, the memory that it works on, and where in that the thread has what is its own. */
interface OneCode {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly base: number;
}

/** What a thread is given: it can be sent to it as it is. */
export interface CodeToRun {
  readonly main: OneCode;
  readonly shards: readonly OneCode[];
  readonly imports: readonly Import[];
}

/** Does something to a range, by its handle; gives the number of the first state that it left. */
export type RangeJob = (at: number, from: number, to: number) => number;

/** Starts the code of a thread; gives what does a job there. */
export function started({ main, shards, imports }: CodeToRun): (job: Job) => RangeJob {
  const run = ({ module, memory, base }: OneCode, more: Functions): Functions =>
    new WebAssembly.Instance(module, { host: { memory, base, ...more } }).exports;
  const apart = shards.map((shard) => run(shard, {}));
  const doors = imports.map(({ name, door, shard }) => [name, functionNamed(apart[shard], door)] as const);
  const functions = run(main, Object.fromEntries(doors));
  return (job) => jobOf(job, functions, apart);
}

/** What the code of the engine does not do, each shard does to what is its own. */
export function jobOf(job: Job, engine: Functions, shards: readonly Functions[]): RangeJob {
  if (engine[job]) return behind(engine, job);
  const each = shards.map((own) => behind(own, job));
  return (at, from, to) => (each[shardOf(at)] as RangeJob)(addressOf(at), from, to);
}
