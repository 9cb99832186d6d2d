/**
 * How do the three numbers of a root lie in a pair of words? One has a word of its own; the two others share one, the
 * first of them in its lowest bits. Which, and in how many: that follows how many numbers there are.
 */
import { KEPT } from "./root-set.ts";

export interface Arrangement {
  /** Which of the three has a word of its own: 0, 1 or 2. */
  readonly alone: number;
  /** How many bits of the other word the first of the two others has. */
  readonly split: number;
}

export const FIRST_ARRANGEMENT: Arrangement = { alone: 2, split: 16 };

/** Thrown where two numbers have become too large to share a word. */
export class TooWide extends Error {}

/** Of each of the three: how many numbers there are, and how many there must be room for. */
export type Counts = readonly { readonly count: number; readonly least: number }[];

/** How many numbers there may be of one of the three, where the two that share a word have so many bits together. */
export function widest({ alone, split }: Arrangement, one: number, bits: number): number {
  if (one === alone) return Number.POSITIVE_INFINITY;
  return 2 ** (one === (alone === 0 ? 1 : 0) ? split : bits - split);
}

/** Whether there is room for what there must be room for. */
export const isWide = (arrangement: Arrangement, counts: Counts, bits: number): boolean =>
  counts.every(({ least }, one) => least <= widest(arrangement, one, bits));

/**
 * How numbers are to lie from now on: as before, as long as the two that share a word would fit what a table's entry
 * keeps even if there were twice as many; else the one with the most is alone, and the others have room to grow alike
 * there, if there is any, and in their word, as there must be. Throws `TooWide`.
 */
export function nextArrangement(before: Arrangement, counts: Counts, bits: number): Arrangement {
  const shared = (alone: number, of: "count" | "least"): readonly [number, number] => {
    const [low = 0, high = 0] = counts.filter((_, one) => one !== alone).map((one) => bitsFor(one[of]));
    return [low, high];
  };
  const [low, high] = shared(before.alone, "count");
  if (low < before.split && high < KEPT - before.split && isWide(before, counts, bits)) return before;
  const alone = counts.reduce((most, { count }, one) => (count > (counts[most]?.count ?? 0) ? one : most), 0);
  const [forLow, forHigh] = shared(alone, "count");
  const [leastLow, leastHigh] = shared(alone, "least");
  if (leastLow + leastHigh > bits) throw new TooWide();
  const even = forLow + Math.floor((KEPT - forLow - forHigh) / 2);
  return { alone, split: Math.max(leastLow, Math.min(even, bits - leastHigh)) };
}

/** Bits of the largest of so many numbers. */
const bitsFor = (count: number): number => 32 - Math.clz32(Math.max(count, 1) - 1);
