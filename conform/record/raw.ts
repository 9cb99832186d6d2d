/** What was seen of a run, before it has names; and how it becomes the steps of a recording. */
import type { Abstraction } from "../recording/abstraction.ts";
import { applied, type Cells, cellsOf, difference } from "../recording/cells.ts";
import { type Concrete, sheavesIn } from "../recording/concrete.ts";
import type { Event, Step } from "../recording/recording.ts";

/** `outside`: in code that the model leaves out. */
export interface RawSeen {
  readonly concrete: Concrete;
  readonly outside: boolean;
  readonly leapt: boolean;
}

export interface RawEvent extends Omit<Event, "gave"> {
  /** What a call returned, where it gives something. */
  readonly object?: bigint;
}

export type Raw = RawSeen | RawEvent;

/** Objects in the order in which they turn up: in sheaves, and returned by calls. Each once. */
export const appearIn = (run: readonly Raw[]): readonly bigint[] => [
  ...new Set(
    run.flatMap((one) => {
      if (!("event" in one)) return sheavesIn(one.concrete).flat();
      return one.object === undefined || one.object === 0n ? [] : [one.object];
    }),
  ),
];

/** The steps, equal observations merged; `before` is what stood before the first. */
export function stepsOf(run: readonly Raw[], names: Abstraction, before: Cells): Step[] {
  const steps: Step[] = [];
  let cells = before;
  for (const one of run) {
    if ("event" in one) {
      const { object, ...event } = one;
      steps.push({ ...event, ...(object === undefined ? {} : { gave: names.nameOf(object) }) });
      continue;
    }
    const now = cellsOf(names.view(one.concrete, one.outside));
    const { changed, gone } = difference(cells, now);
    const last = steps.at(-1);
    const same = Object.keys(changed).length === 0 && gone.length === 0;
    if (one.leapt) steps.push({ changed, gone, leapt: true });
    else if (same && last && "n" in last) steps[steps.length - 1] = { ...last, n: last.n + 1 };
    else steps.push({ changed, gone, n: 1 });
    cells = applied(cells, { changed, gone });
  }
  return steps;
}
