/** How are several measurements of the same told in one figure? */

/** The middle one; of an even number the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  if (low === undefined || high === undefined) throw new Error("the median of nothing");
  return (low + high) / 2;
}

export interface Ratio {
  /** Of the medians. */
  readonly of: number;
  /** The least and the greatest of the rounds; null where there were not as many of both. */
  readonly range: readonly [number, number] | null;
}

/** How many times the other takes. Rounds that ran next to each other are compared with each other. */
export function ratio(other: readonly number[], ours: readonly number[]): Ratio {
  const of = median(other) / median(ours);
  if (other.length !== ours.length || ours.length < 2) return { of, range: null };
  const each = other.map((value, round) => value / (ours[round] as number));
  return { of, range: [Math.min(...each), Math.max(...each)] };
}
