/** Does a saved trace still happen? Each of its steps is looked for among those that are open, by its names. */
import type { System } from "../language/system.ts";
import type { Violation } from "../reference/result.ts";
import { startsWith } from "../reference/starts.ts";
import type { Transition } from "../reference/step.ts";
import { type NamedStep, named, type TraceFile } from "./trace-file.ts";
import { Walk } from "./walk.ts";

export interface Replayed {
  readonly walk: Walk;
  /** Whether the relation is the one that the steps were taken from. */
  readonly isSame: boolean;
  /** The first violation of each property that was met, by the number of steps before it. */
  readonly met: ReadonlyMap<string, { readonly violation: Violation; readonly after: number }>;
  /** The step that is not open where it stands, by its number from 1. */
  readonly stuck: { readonly number: number; readonly step: NamedStep } | null;
}

export function replay(system: System, { relationHash, begins = {}, steps }: TraceFile): Replayed {
  const [start = system.initials[0]] = startsWith(system, begins);
  const walk = new Walk(system, start);
  const isSame = relationHash === system.hash;
  const met = new Map<string, { violation: Violation; after: number }>();
  const note = (): void => {
    for (const violation of walk.violations) {
      const known = met.get(violation.property);
      if (!known) met.set(violation.property, { violation, after: walk.taken.length });
    }
  };
  note();
  for (const [i, step] of steps.entries()) {
    const open = find(walk, step, isSame);
    if (!open) return { walk, isSame, met, stuck: { number: i + 1, step } };
    walk.take(open);
    note();
  }
  return { walk, isSame, met, stuck: null };
}

/**
 * The open step that a file means: in the same relation by all of its names; in another the one that leads to the same
 * row, and of several of those the same alternative.
 */
function find(walk: Walk, step: NamedStep, isSame: boolean): Transition | undefined {
  const similar = walk.open
    .map((open) => ({ open, name: named(walk.system, open) }))
    .filter(
      ({ name }) =>
        name.context === step.context &&
        name.at === step.at &&
        name.to === step.to &&
        name.chosen.join("/") === step.chosen.join("/"),
    );
  const same = similar.find(({ name }) => name.alternative === step.alternative);
  if (same) return same.open;
  return isSame || similar.length !== 1 ? undefined : similar[0]?.open;
}
