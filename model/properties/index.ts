/** Every property and witness that a spec can name, in the order of reports. */
import type { Property } from "../../checker/language/index.ts";
import { E11, E27, S12 } from "./accounting.ts";
import { CLAIM_PROPERTIES } from "./claims.ts";
import { DEFERRED_CLAIMS, DEFERRED_WITNESSES, L3, S14 } from "./deferred.ts";
import { FRAME_WITNESSES, returns } from "./frames.ts";
import { L4, L6, S17, S19, S20 } from "./gate.ts";
import { guards } from "./guards.ts";
import { givenUp, lists, S2, S3, S4, S5, S6, S11, S13, S15, S18, S21 } from "./heap.ts";
import { atomicSleep, rawSections, S1, S7, S8, S9, S10, WARN } from "./locks.ts";
import { references, S16 } from "./memcg.ts";
import { E35, E39, nmiUnlocksSlowly } from "./pages.ts";
import { callsEnd, deferredIsDone, firstCallEnds, firstCallEndsIfStrong, L1, L2, L5, rests } from "./progress.ts";
import { WITNESSES } from "./witnesses.ts";

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
  S15,
  S16,
  S17,
  S18,
  S19,
  S20,
  S21,
  WARN,
  lists,
  givenUp,
  references,
  rawSections,
  guards,
];
const PROGRESS = [
  L1,
  L2,
  L3,
  L4,
  L5,
  L6,
  returns,
  rests,
  deferredIsDone,
  callsEnd,
  firstCallEnds,
  firstCallEndsIfStrong,
];
const CLAIMED = [...CLAIM_PROPERTIES, ...DEFERRED_CLAIMS, E11, E27, E35, E39];

/**
 * What any version must keep, and so what is asked of every spec that names no properties. The others are what somebody
 * said, what one design promises, or (`returns`, `rests`) what only the whole graph tells, which is then not reduced.
 */
export const RULES: readonly string[] = [...SAFETY, atomicSleep, L1, L2, L3, L5]
  .filter((one) => one !== references)
  .map(({ name }) => name);

export const PROPERTIES: Readonly<Record<string, Property>> = Object.fromEntries(
  [
    ...SAFETY,
    atomicSleep,
    ...PROGRESS,
    ...CLAIMED,
    ...WITNESSES,
    ...DEFERRED_WITNESSES,
    ...FRAME_WITNESSES,
    nmiUnlocksSlowly,
  ].map((one) => [one.name, one]),
);
