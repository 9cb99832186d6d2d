/** Every property that a spec of 7.0 or later can name, in the order of reports. What an earlier version has too is its own. */
import { type Property, property } from "../../checker/language/index.ts";
import { S12 } from "./accounting.ts";
import { S11, S13, S15 } from "./heap.ts";
import { atomicSleep, rawSections, S1, S7, S8, S9, S10 } from "./locks.ts";
import { E35, E39, nmiUnlocksSlowly } from "./pages.ts";
import { SHEAF_CLAIM_PROPERTIES } from "./sheaves-claims.ts";
import { guards, S17 } from "./sheaves-guards.ts";
import { S2, S3, S4, S5, S6, S18, S22, S23, S24 } from "./sheaves-heap.ts";
import { E58, references, S16 } from "./sheaves-memcg.ts";
import { L8 } from "./sheaves-pages.ts";
import { L1, L2, L3, L5, rests, returns, S14, T39, twoBuckets } from "./sheaves-progress.ts";
import { L7, S25 } from "./sheaves-rcu.ts";

/** Rows say it themselves (`fails`). */
const lists = property(
  "lists",
  "what is put on a list is on none, what is taken off a list is on it, and a slab on a partial list has a free object",
);
const givenUp = property("givenUp", "a slab is given up only where it is on no list, and nobody has an object of it");

const SAFETY = [
  S1,
  S2,
  S3,
  S4,
  S5,
  S6,
  S7,
  S8,
  S9,
  S10,
  S11,
  S12,
  S13,
  S14,
  S16,
  S17,
  S18,
  S22,
  S23,
  S24,
  S25,
  references,
  lists,
  givenUp,
  rawSections,
  guards,
];
const PROGRESS = [L1, L2, L3, L5, L7, L8, twoBuckets, returns, rests];

/** `references` is about specs in which no cgroup is gone. */
export const SHEAF_RULES: readonly string[] = [...SAFETY, atomicSleep, L1, L2, L3]
  .filter((one) => one !== references)
  .map(({ name }) => name);

export const SHEAF_PROPERTIES: Readonly<Record<string, Property>> = Object.fromEntries(
  [...SAFETY, atomicSleep, S15, ...PROGRESS, ...SHEAF_CLAIM_PROPERTIES, T39, E35, E39, E58, nmiUnlocksSlowly].map(
    (one) => [one.name, one],
  ),
);
