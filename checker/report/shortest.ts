/** What does the counterexample that is shown have the fewest of, and how sure is that? */
import type { Outcome } from "../answer/outcome.ts";

type Shown = Pick<Outcome, "fewest" | "reduced">;

/** After the number of its steps: ", the fewest that show it". */
export function howFew({ fewest, reduced }: Shown): string {
  if (fewest?.by === "switches") return ", with the fewest switches that show it";
  return reduced ? "" : ", the fewest that show it";
}

/** A sentence where there is more to say than that it has the fewest steps. */
export function ofTheTrace({ fewest, reduced }: Shown): string {
  const ofReduced = "of the reduced graph: it replays, but a shorter one may exist";
  if (!fewest) return reduced ? ofReduced : "";
  if (fewest.by === "steps") {
    const found = reduced ? ofReduced : "the fewest steps";
    return `${found}; fewest switches not searched to the end: ${fewest.why}`;
  }
  const { cost, shortest } = fewest;
  const other = `${reduced ? "that of the reduced graph" : "the one of fewest steps"} has ${shortest.switches}, ${shortest.begins}, ${shortest.steps}`;
  return `fewest switches of task or CPU: ${cost.switches}; then interrupts and hooks that begin: ${cost.begins}; then steps: ${cost.steps} (${other})`;
}
