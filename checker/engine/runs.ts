/** Which states are meant: a run of those that a log lists, one after the other; or of the places of a table. */

export interface Run {
  /** Where the list of the log's segments is, or the table. */
  readonly directory: number;
  readonly from: number;
  readonly to: number;
}

/** States of a log after which counts are collected: counters have 32 bits. */
const COUNTED = 1 << 20;

export const statesIn = (runs: readonly Run[]): number => runs.reduce((n, { from, to }) => n + to - from, 0);

/** Runs of one level in slices, so that counts can be collected in between; each has at most one run of a log. */
export function slicesOf(runs: readonly Run[]): (readonly Run[])[] {
  const longest = Math.max(0, ...runs.map(({ from, to }) => to - from));
  return Array.from({ length: Math.ceil(longest / COUNTED) }, (_, i) =>
    runs
      .map(({ directory, from, to }) => {
        const start = from + i * COUNTED;
        return { directory, from: start, to: Math.min(to, start + COUNTED) };
      })
      .filter(({ from, to }) => from < to),
  );
}
