/**
 * How far is a search? A search is written as a generator that says so now and then: whoever runs it may show that, or turn
 * to the rest of the process, a signal for instance, and let it go on. `finish` runs it without a look.
 */

export interface Progress {
  readonly level: number;
  /** States seen so far. */
  readonly states: number;
  /** States of the level. */
  readonly frontier: number;
  /** How many of them are on a disk, so that another search can go on from there. */
  readonly kept?: number;
  /** Why a search that had come far began again at its first state, if it did. */
  readonly anew?: string;
}

/** Something that takes long: says how far it is, and in the end gives what it found. */
export type Lengthy<T> = Generator<Progress, T, void>;

/** Runs to the end. */
export function finish<T>(work: Lengthy<T>): T {
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
  }
}

/** Why a search that was asked to end is not complete. */
export const INTERRUPTED = "it was interrupted";
