/** A walk that chance takes: the same for the same seed. */
import { drawn } from "../reference/chance.ts";
import type { Walk } from "./walk.ts";

/** Walks at random, until something is violated, no step is open, or that many steps are taken. */
export function walkAtRandom(walk: Walk, seed: number, most: number): void {
  for (let n = walk.taken.length; n < most && walk.violations.length === 0 && walk.open.length > 0; n++) {
    const step = walk.open[drawn(seed, n, walk.open.length)];
    if (step) walk.take(step);
  }
}
