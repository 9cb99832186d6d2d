/** Which step does chance take? The same for the same seed, on every machine: the numbers are hashes of seed and place. */
import { createHash } from "node:crypto";

/** Number `n` of a seed, as good as evenly spread below `below`. */
export function drawn(seed: number, n: number, below: number): number {
  const hash = createHash("sha256").update(`${seed}/${n}`).digest();
  return hash.readUIntBE(0, 6) % below;
}
