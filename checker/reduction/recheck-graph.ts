/** Is what a reduction rests on true of a system? Walks its graph, or a part of it, by the reference and asks at every step. */
import { stateKey } from "../language/cells.ts";
import type { State } from "../language/evaluate.ts";
import type { System } from "../language/system.ts";
import { expand } from "../reference/step.ts";
import { unlike } from "./alike.ts";
import { dependenceOf } from "./dependence.ts";
import { type Footprints, footprintsOf } from "./footprints.ts";
import { Recheck } from "./recheck.ts";
import { Reduction } from "./reduction.ts";
import { stateAfter, strolled } from "./sampled-states.ts";

export interface Walk {
  readonly states: number;
  readonly steps: number;
  /** States in which the steps of one context are ample. */
  readonly ample: number;
  /** Whether the whole graph was walked. */
  readonly complete: boolean;
  /** What is wrong, a sentence each, no sentence twice. */
  readonly problems: readonly string[];
}

/** States that are compared with those of other names: each takes many looks. */
const MOST_COMPARED = 500;

/**
 * Looks at the whole graph, where it has at most so many states; else at those within a few steps of the initial state and
 * at as many that walks at random come through. Steps that fail or have no value lead nowhere.
 */
export function recheck(system: System, maxStates: number, footprints: Footprints = footprintsOf(system)): Walk {
  const reduction = new Reduction(system, dependenceOf(system, footprints));
  const check = new Recheck(system, footprints, reduction);
  const key = stateKey(system);
  const states: State[] = [...system.initials];
  const seen = new Set(states.map(key));
  const looked = new Set<string>();
  const problems = new Set<string>();
  let steps = 0;
  let ample = 0;

  const look = (before: State): void => {
    if (looked.has(key(before))) return;
    looked.add(key(before));
    const { transitions, errors } = expand(system, before);
    const after = transitions.flatMap((via) => {
      const next = stateAfter(system, before, via);
      return next ? [{ via, next }] : [];
    });
    for (const { via, next } of after) {
      steps += 1;
      for (const problem of check.step(before, via, next)) problems.add(problem);
      if (seen.has(key(next))) continue;
      seen.add(key(next));
      states.push(next);
    }
    // A diamond needs both of its sides.
    const going = errors.length === 0 && after.length === transitions.length ? reduction.ample(before) : [];
    if (going.length > 0) ample += 1;
    for (const context of going) for (const problem of check.ample(before, context)) problems.add(problem);
  };

  for (const before of states) {
    if (states.length > maxStates) break;
    look(before);
  }
  const complete = states.length <= maxStates;
  if (!complete) for (const before of strolled(system, maxStates)) look(before);
  const evenly = Math.ceil(states.length / MOST_COMPARED);
  const compared = states.filter((_, i) => i % evenly === 0);
  for (const problem of unlike(system, compared)) problems.add(problem);
  return { states: seen.size, steps, ample, complete, problems: [...problems] };
}
