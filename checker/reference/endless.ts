/**
 * Does a run that goes round for ever show that something owed never comes? Asked of the run alone, step by step, by the
 * definition: before one is shown, and where a saved one is replayed.
 */
import { ModelError, type State } from "../language/evaluate.ts";
import { setOver } from "../language/shapes.ts";
import type { LivenessCheck, System } from "../language/system.ts";
import type { Endless } from "./result.ts";
import { apply, expand, holds, type Transition } from "./step.ts";

/** Why it does not, a sentence; null where it does. The steps must be open one after the other. */
export function whyNotEndless(system: System, check: LivenessCheck, { start, stem, cycle }: Endless): string | null {
  let state = start;
  let isOwed = check.from === null && !isThere(system, check, state);
  const look = (): void => {
    if (check.from !== null && asked(system, check.from, state) === true) isOwed = true;
    if (isThere(system, check, state)) isOwed = false;
  };
  look();
  for (const step of stem) {
    state = apply(system, state, step).state;
    look();
  }
  if (!isOwed) return "nothing is owed where the cycle begins";
  const states = [state];
  for (const step of cycle) {
    state = apply(system, state, step).state;
    look();
    if (!isOwed) return "what is owed comes in the cycle";
    states.push(state);
  }
  return unfairTo(system, check, states, cycle);
}

/** Whom a cycle is unfair to, a sentence; `states`: those that it passes. */
function unfairTo(
  system: System,
  { fair }: LivenessCheck,
  states: readonly State[],
  cycle: readonly Transition[],
): string | null {
  const expansions = states.map((state) => expand(system, state));
  const open = expansions.flatMap(({ transitions }) => transitions);
  for (const [who, { name }] of system.contexts.entries()) {
    if (cycle.some(({ context }) => context === who)) continue;
    const kinds = new Set(open.filter(({ context }) => context === who).map(({ label }) => fair[label.id]));
    const waits = expansions.some(({ waiting }) => waiting.some(({ context }) => context === who));
    if (kinds.has("strong") || (kinds.has("weak") && !waits))
      return `${name} can go on again and again, and never does`;
  }
  for (const element of new Set(open.flatMap((step) => chosenBy(fair, step))))
    if (!cycle.some((step) => chosenBy(fair, step).includes(element)))
      return `${element} can be chosen again and again, and never is`;
  return null;
}

/** The elements that a step chooses at a row that owes it to them. */
function chosenBy(fair: LivenessCheck["fair"], { label, command, chosen }: Transition): readonly string[] {
  const { fair: owes } = label.meta;
  if (fair[label.id] !== "each" || typeof owes !== "object") return [];
  const each = setOver(owes.each, "fair");
  return command.binders.flatMap(({ set }, i) => (set === each ? [`element ${chosen[i]} of "${set.name}"`] : []));
}

/** Null where it has no value; false where a chain that it walks is broken. */
function asked(system: System, condition: LivenessCheck["condition"], state: State): boolean | null {
  try {
    return holds(system, condition, state);
  } catch (error) {
    if (error instanceof ModelError) return error.kind === "broken chain" ? false : null;
    throw error;
  }
}

const isThere = (system: System, { condition }: LivenessCheck, state: State): boolean =>
  asked(system, condition, state) !== false;
