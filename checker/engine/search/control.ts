/** By what words do a crew and its threads understand each other? A block of shared memory that both read and write. */
import type { Job } from "../code/doors.ts";
import type { CodeToRun } from "./code-to-run.ts";

/** What threads do together. */
export const JOBS = ["expand", "move table"] as const satisfies readonly Job[];
export type JobOfCrew = (typeof JOBS)[number];

/**
 * Words of the block. Behind the first ones stand, for each job, the ranges that it is about: one for each log, with a
 * cursor that all threads take states from. They lie apart, so that one thread's writing does not slow the others'
 * reading.
 */
export const WORDS = {
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
} as const;

/** How many states a thread takes at once. */
export const TAKEN = 256;

/** The first word of a range of a job, where there are so many logs. */
export const rangeAt = (job: number, log: number, logs: number): number =>
  WORDS.firstRun + (job * logs + log) * WORDS.wordsOfRun;

/** How many words there are. */
export const wordsFor = (logs: number): number => rangeAt(JOBS.length, 0, logs);

/** What a thread is told when it is started. */
export interface ThreadData {
  readonly number: number;
  readonly logs: number;
  readonly code: CodeToRun;
  readonly control: Int32Array;
}
