/** The values of expressions along the counterexample, a line for each that differs from the one before. */
import type { Outcome } from "../answer/outcome.ts";
import { wrap } from "../text/wrap.ts";

export function evaluatedLines({ evaluated }: Pick<Outcome, "evaluated">): string[] {
  return evaluated.flatMap(({ expression, values }) => [
    ...wrap(`${expression}:`, { rest: "  " }),
    ...values.flatMap(({ after, value }) =>
      wrap(value, { first: `  ${when(after).padEnd(LABEL)}`, rest: " ".repeat(LABEL + 2) }),
    ),
  ]);
}

const LABEL = "after step 9999".length + 2;

const when = (after: number): string => (after === 0 ? "at first" : `after step ${after}`);
