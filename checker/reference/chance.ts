/** Which step does chance take? The same for the same seed, on every machine: the numbers are hashes of seed and place. */
import { createHash } from "node:crypto";
import type { Walk } from "../simulate/walk.ts";

/** Number `n` of a seed, as good as evenly spread below `below`. */
export function drawn(seed: number, n: number, below: number): number {
  const hash = createHash("sha256").update(`${seed}/${n}`).digest();
  return hash.readUIntBE(0, 6) % below;
}

/** Walks at random, until something is violated, no step is open, or that many steps are taken. */
export function walkAtRandom(walk: Walk, seed: number, most: number): void {
  for (let n = walk.taken.length; n < most && walk.violations.length === 0 && walk.open.length > 0; n++) {
    const step = walk.open[drawn(seed, n, walk.open.length)];
    if (step) walk.take(step);
  }
}
