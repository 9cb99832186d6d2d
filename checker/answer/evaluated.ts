/** What were the values of expressions along the counterexample? Asked by `--eval`, before and after each step. */
import type { System } from "../language/index.ts";
import { ExpressionError } from "../language/parse-scanner.ts";
import { type Ask, asking } from "../reference/asked.ts";
import type { Trace } from "../reference/trace.ts";
import { SpecError } from "../spec/problems.ts";

export interface Evaluated {
  readonly expression: string;
  /** Its values, each with the number of the step that it holds after, 0 for where the run begins; changes only. */
  readonly values: readonly { readonly after: number; readonly value: string }[];
}

/** Expressions that can be asked of a system. Throws `SpecError` where one says nothing of it. */
export function askingAll(system: System, expressions: readonly string[]): readonly (readonly [string, Ask])[] {
  return expressions.map((text) => {
    try {
      return [text, asking(system, text)] as const;
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      const { message } = error;
      const mend = "write it as `npm run print -- SPEC` prints guards, with names of cells and elements";
      throw new SpecError([{ where: "--eval", what: message, mend }]);
    }
  });
}

export function evaluatedAlong(system: System, trace: Trace, expressions: readonly string[]): readonly Evaluated[] {
  return askingAll(system, expressions).map(([expression, ask]) => {
    const values: { after: number; value: string }[] = [{ after: 0, value: ask(trace.start) }];
    for (const { number, after } of trace.steps) {
      if (!after) continue;
      const value = ask(after);
      if (value !== values.at(-1)?.value) values.push({ after: number, value });
    }
    return { expression, values };
  });
}
