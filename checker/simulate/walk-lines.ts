/** A walk as a report tells a counterexample: the scenario, what is wrong where it ends, the steps. */
import type { Outcome } from "../answer/outcome.ts";
import type { Violation } from "../reference/result.ts";
import { traceOf } from "../reference/trace.ts";
import { type Detail, scenario } from "../report/scenario.ts";
import { stepTable } from "../report/steps.ts";
import { bannerOf, starred } from "../report/text.ts";
import { wrap } from "../text/wrap.ts";
import type { Walk } from "./walk.ts";

type Of = Pick<Outcome, "spec" | "system">;

/** `shown` is what the scenario is about: it says which steps matter. */
export function walkLines(of: Of, walk: Walk, shown: Violation | undefined, detail: Detail): string[] {
  if (walk.taken.length === 0) return ["No step was taken.", ...endOf(of, walk)];
  const trace = traceOf(of.system, shown?.property ?? "", shown?.why ?? "", { start: walk.start, steps: walk.taken });
  return [...scenario(of.system, trace, detail), ...endOf(of, walk), "", ...stepTable(of.system, trace, detail)];
}

/** What is to be said of the place where a walk stands. */
export function endOf(of: Of, walk: Walk): string[] {
  const wrong = walk.violations.flatMap(({ verdict, property, why }) => starred(bannerOf(of, verdict, property, why)));
  if (wrong.length > 0 || walk.open.length > 0) return wrong;
  return wrap(walk.isAtRest ? "The end: no script goes on." : "Nothing can happen, and some script is unfinished.", {
    first: "  ",
  });
}
