/**
 * How many random systems a test draws: some with each change, so many times more where NOLOCK_RUNS says so
 * (`.ci/nightly`).
 */
export const TIMES = Number(process.env.NOLOCK_RUNS ?? 1);
if (!(TIMES >= 1)) throw new Error(`NOLOCK_RUNS is "${process.env.NOLOCK_RUNS}": it has to be a number from 1 on`);

export const runs = (usual: number): { readonly numRuns: number } => ({ numRuns: Math.round(usual * TIMES) });
