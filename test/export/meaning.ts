/** What does a condition of an export mean, by the reference's own evaluation of its parts? */

import { type Condition, not } from "../../checker/export/condition.ts";
import type { Rules } from "../../checker/export/rules.ts";
import { type Env, evaluate, ModelError } from "../../checker/language/evaluate.ts";
import type { Binder } from "../../checker/language/nodes.ts";
import type { System } from "../../checker/language/system.ts";

/** Evaluates a condition as C does. Throws `ModelError` where it asks for what has no value: it must not. */
export function meaning(condition: Condition, env: Env, rules: Rules): boolean {
  const of = (part: Condition): boolean => meaning(part, env, rules);
  switch (condition.is) {
    case "true":
      return true;
    case "false":
      return false;
    case "node":
      return evaluate(condition.node, env) === true;
    case "not":
      return !of(condition.of);
    case "and":
      return condition.of.every(of);
    case "or":
      return condition.of.some(of);
    case "every":
      return !meaning({ is: "some", binder: condition.binder, of: not(condition.of) }, env, rules);
    case "some":
      return elements(env.universe.size(condition.binder.set)).some((i) =>
        meaning(condition.of, withBound(env, condition.binder, i), rules),
      );
    case "walk":
      return endOf(() => evaluate(condition.walk, env)) === condition.ends;
    case "mayRun":
      return meaning(rules.mayRun[condition.how], env, rules);
  }
}

export const elements = (size: number): number[] => Array.from({ length: size }, (_, i) => i);

export const withBound = (env: Env, binder: Binder, value: number): Env => ({
  ...env,
  bound: new Map(env.bound).set(binder, value),
});

/** How an evaluation ends. */
export function endOf(run: () => unknown): "defined" | "broken" | "undefined" {
  try {
    run();
    return "defined";
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    return error.kind === "broken chain" ? "broken" : "undefined";
  }
}

export const envAt = (system: System, state: Env["state"], self: number): Env => ({
  universe: system.universe,
  constants: system.constants,
  state,
  self,
  bound: new Map(),
});
