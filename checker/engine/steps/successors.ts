/** How many steps may one state have? */
import type { System } from "../../language/system.ts";

/** The most successors that one state can have: as many pairs of one set may be added before anybody looks. */
export function mostSuccessors({ contexts, labels, universe }: System): number {
  const ofLabel = (script: number): number[] =>
    labels.flatMap((label) =>
      label?.script !== script
        ? []
        : label.entries.map((entry) =>
            entry.reduce((n, { binders }) => n + binders.reduce((m, b) => m * universe.size(b.set), 1), 0),
          ),
    );
  return contexts.reduce((n, { script }) => n + Math.max(0, ...ofLabel(script)), 0);
}
