/** Do Spin and Rumur find what the checker finds: states, transitions, violated properties, witnesses met? */
import { check } from "../check.ts";
import type { System } from "../language/system.ts";
import type { SearchResult } from "../reference/result.ts";
import type { Loaded } from "../spec/load.ts";
import { type Rules, rulesOf } from "./rules.ts";
import { type Answer, askRumur, askSpin, type NoAnswer, type RunOptions, told } from "./tools.ts";

export interface Opinion {
  readonly tool: "Spin" | "Rumur";
  /** What the tool answered, or why it did not. */
  readonly answer: Answer | NoAnswer;
  /** Where it differs from the checker, a sentence each; empty where it agrees. */
  readonly differences: readonly string[];
}

export interface Crosschecked {
  readonly result: SearchResult;
  readonly violated: readonly string[];
  readonly opinions: readonly Opinion[];
}

/** Asks both tools about a spec, going on past violations. */
export function crosscheck(loaded: Loaded, timeoutSeconds: number): Promise<Crosschecked> {
  return crosscheckSystem(loaded.system, check(loaded, { exploreAll: true }).result, timeoutSeconds);
}

/** Asks both tools about a system that a search has explored whole. */
export async function crosscheckSystem(
  system: System,
  result: SearchResult,
  timeoutSeconds: number,
): Promise<Crosschecked> {
  if (!result.complete) throw new Error("a search that did not finish cannot be compared");
  const options: RunOptions = { timeoutSeconds, states: result.states };
  const rules = rulesOf(system);
  const [spin, rumur] = await Promise.all([askSpin(system, options), askRumur(system, options)]);
  return {
    result,
    violated: result.violations.map((v) => v.property),
    opinions: [
      { tool: "Spin", answer: spin, differences: differences(spin, result, rules) },
      { tool: "Rumur", answer: rumur, differences: differences(rumur, result, rules) },
    ],
  };
}

function differences(answer: Answer | NoAnswer, result: SearchResult, rules: Rules): string[] {
  if ("why" in answer) return [`no answer: ${answer.why}`];
  const said: string[] = [];
  for (const count of ["states", "transitions"] as const)
    if (answer[count] !== result[count]) said.push(`${answer[count]} ${count}, and ${result[count]} here`);
  const { violated, met } = told(answer, rules);
  const here = new Set(result.violations.map((v) => v.property));
  const notAsked = new Set(answer.lost === null ? rules.alwaysPossible.map((p) => p.property) : []);
  for (const name of violated) if (!here.has(name)) said.push(`${name} is violated, and not here`);
  for (const name of here)
    if (!violated.has(name) && !notAsked.has(name)) said.push(`${name} is not violated, and is here`);
  for (const [w, witness] of rules.system.witnesses.entries()) {
    const metHere = result.met[w] !== null;
    if (metHere === met.has(w)) continue;
    const name = `${witness.property}${witness.text && ` (${witness.text})`}`;
    said.push(metHere ? `${name} is never met, and is here` : `${name} is met, and never here`);
  }
  return said;
}
