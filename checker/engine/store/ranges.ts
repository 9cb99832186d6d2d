/**
 * Which states are meant: a range of those that a log lists, one after the other; or of the places of a table. Both are
 * known by where they are: an address, in the memory of which shard. Addresses are those of pages, which leaves their
 * lowest bits for the shard.
 */

export interface Range {
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

export const statesIn = (ranges: readonly Range[]): number => ranges.reduce((n, { from, to }) => n + to - from, 0);

/** Ranges of one level in slices, so that counts can be collected in between; each has at most one range of a log. */
export function slicesOf(ranges: readonly Range[], most = COUNTED): (readonly Range[])[] {
  const longest = Math.max(0, ...ranges.map(({ from, to }) => to - from));
  return Array.from({ length: Math.ceil(longest / most) }, (_, i) =>
    ranges
      .map(({ at, from, to }) => {
        const start = from + i * most;
        return { at, from: start, to: Math.min(to, start + most) };
      })
      .filter(({ from, to }) => from < to),
  );
}

/** For each log that has more at the second count than at the first, what is between. Logs that are new come last. */
export const rangesBetween = (
  logs: readonly { readonly log: number }[],
  before: readonly number[],
  after: readonly number[],
): readonly Range[] =>
  logs.map(({ log }, i) => ({ at: log, from: before[i] ?? 0, to: after[i] ?? 0 })).filter(({ from, to }) => from < to);
