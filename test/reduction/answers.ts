/** What do tests of reductions compare, and does a run show what it is said to show? */
import { expect } from "vitest";
import type { System } from "../../checker/language/index.ts";
import type { Choice } from "../../checker/reduction/reduction.ts";
import { Findings } from "../../checker/reference/findings.ts";
import type { SearchResult, Violation } from "../../checker/reference/result.ts";
import { traceOf } from "../../checker/reference/trace.ts";

/** What a reduction may not change. */
export const answers = ({ violations, met, fired, complete }: SearchResult) => ({
  violated: violations.map(({ property, verdict }) => `${property}: ${verdict}`).toSorted(),
  met: met.map((place) => place !== null),
  fired: fired.map((n) => n > 0),
  complete,
});

/** The same choice of steps, and every state is kept. */
export const keepingAll = (choice: Choice): Choice => ({
  chosen: (state, open) => choice.chosen(state, open),
  passes: () => false,
});

/** What symmetry alone does not change either: it keeps the levels of the whole graph, and where contexts stand. */
export const lengths = ({ depth, violations, cuts, open }: SearchResult) => ({
  depth,
  lengths: violations.map(({ property, length }) => `${property}: ${length}`).toSorted(),
  cuts,
  open,
});

/** What two searches of the same reduced graph have in common. */
export const counts = ({ states, transitions, depth, fired, cuts, open }: SearchResult) => ({
  states,
  transitions,
  depth,
  fired,
  cuts,
  open,
});

/** Each violation has a run from the initial state that shows it, in the names of that run. */
export function replay(system: System, { violations, trace }: SearchResult): void {
  for (const violation of violations) shows(system, violation, trace(violation.at));
}

function shows(system: System, { property, verdict, why, at }: Violation, run: ReturnType<SearchResult["trace"]>) {
  // Throws where a step is not open.
  const { final } = traceOf(system, property, why, run);
  // That something is not possible any more is about all that may follow.
  if (verdict === "noProgress" && at.transition === null) return;
  const findings = new Findings(system);
  const before = at.transition
    ? traceOf(system, property, why, { ...run, steps: run.steps.slice(0, -1) }).final
    : final;
  if (at.transition) findings.take(run.steps.slice(-1), before, 0, 0);
  else findings.look(final, 0, 0);
  expect(findings.violations.get(property, verdict)).toMatchObject({ verdict, why });
}
