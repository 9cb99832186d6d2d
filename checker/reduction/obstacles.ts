/**
 * What stands in the way of a reduction on a system? Asked of states that walks at random come through, so that a small
 * gain has a reason that was counted.
 */
import { stateKey } from "../language/cells.ts";
import type { State } from "../language/evaluate.ts";
import type { System } from "../language/system.ts";
import { expand } from "../reference/step.ts";
import { type Dependence, dependenceOf, type Obstacle } from "./dependence.ts";
import { Reduction } from "./reduction.ts";
import { strolled } from "./sampled-states.ts";
import { Symmetry } from "./symmetry.ts";

export type Hindrance = Obstacle | "depends on a frame that may still come" | "depends on another that is under way";
export type Hindrances = ReadonlyMap<Hindrance | "nothing", number>;

/** States that are asked. */
const LOOKS = 500;

/** Of each context that could step, in each state of the walks: what keeps its steps from being ample, counted. */
export function hindrances(system: System): Hindrances {
  const dependence = dependenceOf(system);
  const reduction = new Reduction(system, dependence);
  const found = new Map<Hindrance | "nothing", number>();
  for (const state of strolled(system, LOOKS)) {
    const { transitions } = expand(system, state);
    const under = reduction.under(state);
    for (const context of new Set(transitions.map((t) => t.context))) {
      const why = hindrance(system, dependence, state, context, under);
      found.set(why, (found.get(why) ?? 0) + 1);
    }
  }
  return found;
}

function hindrance(
  { labels }: System,
  { obstacle, conflict }: Dependence,
  state: State,
  context: number,
  under: readonly ReadonlySet<number>[],
): Hindrance | "nothing" {
  const label = state.pc[context] as number;
  const never = obstacle(context, label);
  if (never) return never;
  const others = [...state.pc.keys()].filter(
    (other) =>
      other !== context && !under[other]?.has(context) && conflict(context, label, other, state.pc[other] as number),
  );
  if (others.length === 0) return "nothing";
  const isToCome = (other: number): boolean => labels[state.pc[other] as number]?.meta.arrive ?? false;
  // The harder one to get rid of: who is under way is there, whatever frames do.
  return others.every(isToCome) ? "depends on a frame that may still come" : "depends on another that is under way";
}

/** By how many names a state may be known: symmetry keeps at best one state for so many. */
export const namings = (system: System): number =>
  Object.values(system.renamable).reduce((n, free) => free.reduce((m, _, i) => m * (i + 1), n), 1);

/** Whether two elements may give each other's names, and runs begin where they began. */
export function areAlikeAtFirst(system: System): boolean {
  const symmetry = new Symmetry(system, 1);
  const key = stateKey(system);
  const starts = new Set(system.initials.map(key));
  return (
    !symmetry.isTrivial &&
    symmetry.renamings.some((swap) => system.initials.every((state) => starts.has(key(symmetry.rename(state, swap)))))
  );
}
