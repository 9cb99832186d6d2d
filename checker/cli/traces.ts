/** How does a counterexample, or a walk, become a file that can be taken again? */
import type { Outcome } from "../answer/outcome.ts";
import { commandOf } from "../report/facts.ts";
import { namedOfTrace, type Saved, traceFile } from "../simulate/trace-file.ts";
import type { Environment } from "./environment.ts";
import { writeOutput } from "./outputs.ts";

export function saveTrace(path: string, option: string, { system }: Pick<Outcome, "system">, saved: Saved): void {
  writeOutput(path, option, traceFile(system, saved));
}

/** Saves the counterexample that is shown; says so where there is none. */
export function saveCounterexample(path: string, outcome: Outcome, env: Environment): void {
  const { trace, source, spec } = outcome;
  if (!trace) {
    env.complain(`--save-trace: there is no counterexample: ${path} is not written\n`);
    return;
  }
  const steps = trace.steps.map((step) => namedOfTrace(outcome.system, step));
  saveTrace(path, "--save-trace", outcome, {
    source,
    changed: spec.changed,
    by: commandOf(outcome),
    found: trace.property,
    start: trace.start,
    steps,
    ...(trace.loop === undefined ? {} : { loop: trace.loop }),
  });
}
