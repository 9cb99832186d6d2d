/**
 * How many random systems a test draws: some with each change, so many times more where NOLOCK_RUNS says so
 * (`.ci/nightly`). The first that fails is told as it is, with its seed; NOLOCK_SHRINK=1 makes it smaller first, which
 * may take an hour.
 */
export const TIMES = Number(process.env.NOLOCK_RUNS ?? 1);
if (!(TIMES >= 1)) throw new Error(`NOLOCK_RUNS is "${process.env.NOLOCK_RUNS}": it has to be a number from 1 on`);

export const runs = (usual: number): { readonly numRuns: number; readonly endOnFailure: boolean } => ({
  numRuns: Math.round(usual * TIMES),
  endOnFailure: process.env.NOLOCK_SHRINK !== "1",
});
