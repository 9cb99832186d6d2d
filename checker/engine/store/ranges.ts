/**
 * Which states are meant: a run of those that a log lists, one after the other; or of the places of a table. Both are
 * known by where they are: an address, in the memory of which shard. Addresses are those of pages, which leaves their
 * lowest bits for the shard.
 */

export interface Run {
  /** The handle of the list of the log's segments, or of the table. */
  readonly at: number;
  readonly from: number;
  readonly to: number;
}

/** The lowest bits of the address of a page. */
export const SHARD_BITS = 16;
const SHARD_MASK = (1 << SHARD_BITS) - 1;

export const handleOf = (address: number, shard: number): number => address | shard;
export const shardOf = (handle: number): number => handle & SHARD_MASK;
export const addressOf = (handle: number): number => handle & ~SHARD_MASK;

/** States of a log after which counts are collected: counters have 32 bits. */
const COUNTED = 1 << 20;

export const statesIn = (runs: readonly Run[]): number => runs.reduce((n, { from, to }) => n + to - from, 0);

/** Runs of one level in slices, so that counts can be collected in between; each has at most one run of a log. */
export function slicesOf(runs: readonly Run[]): (readonly Run[])[] {
  const longest = Math.max(0, ...runs.map(({ from, to }) => to - from));
  return Array.from({ length: Math.ceil(longest / COUNTED) }, (_, i) =>
    runs
      .map(({ at, from, to }) => {
        const start = from + i * COUNTED;
        return { at, from: start, to: Math.min(to, start + COUNTED) };
      })
      .filter(({ from, to }) => from < to),
  );
}
