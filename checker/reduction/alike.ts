/**
 * Does the relation take states alike that differ by names only? Asked of a state and of each way to give two elements each
 * other's names: the same steps by the other names, to the same states by the other names, and the same said of both. And
 * is there one form for a state and for the same by other names?
 */
import { stateKey } from "../language/cells.ts";
import { ModelError, type State } from "../language/evaluate.ts";
import type { Renaming } from "../language/renaming.ts";
import type { System } from "../language/system.ts";
import { Findings } from "../reference/findings.ts";
import { apply, expand, type Transition } from "../reference/step.ts";
import { Symmetry } from "./symmetry.ts";

/** What a state does and what is said of it, as text that two states may be compared by. */
function told(system: System, key: (state: State) => string, state: State, rename: Naming): string {
  const findings = new Findings(system);
  const { transitions } = findings.look(state, 0, 0);
  const steps = transitions.map((step) => {
    const { context, command, chosen } = rename.step(step);
    return [context, command.id, ...chosen, after(step)].join(" ");
  });
  function after(step: Transition): string {
    findings.take([step], state, 0, 0);
    if (step.command.fails) return "fails";
    try {
      return key(rename.state(apply(system, state, step).state));
    } catch (error) {
      if (error instanceof ModelError) return "no value";
      throw error;
    }
  }
  const met = findings.met.map((place) => place !== null);
  const violated = findings.violations.values().map(({ property, verdict }) => `${property}: ${verdict}`);
  return JSON.stringify([steps.toSorted(), violated.toSorted(), met]);
}

interface Naming {
  readonly state: (state: State) => State;
  readonly step: (step: Transition) => Transition;
}

/** Of so many states the form of one is asked for: all renamings are tried for it. */
const FORMS = 10;

/** Whether a state and the same by other names have one form. */
const hasOneForm = (form: Symmetry, key: (state: State) => string, state: State, renaming: Renaming): boolean =>
  key(form.canonical(form.rename(state, renaming)).state) === key(form.canonical(state).state);

/** What is wrong, a sentence each; nothing where no element may be renamed. */
export function unlike(system: System, states: Iterable<State>): string[] {
  const symmetry = new Symmetry(system, 1);
  const key = stateKey(system);
  const problems = new Set<string>();
  const same: Naming = { state: (state) => state, step: (step) => step };
  const form = new Symmetry(system);
  let number = 0;
  for (const state of states) {
    number += 1;
    if (form.isExact && !form.isTrivial && number % FORMS === 1) {
      const renaming = form.renamings[Math.ceil(number / FORMS) % form.renamings.length] as Renaming;
      if (!hasOneForm(form, key, state, renaming)) problems.add("a state with other names has another form");
    }
    for (const swap of symmetry.isTrivial ? [] : symmetry.renamings) {
      // A swap takes itself back.
      const swapped: Naming = {
        state: (one) => symmetry.rename(one, swap),
        step: (one) => symmetry.renameStep(one, swap),
      };
      const other = symmetry.rename(state, swap);
      if (told(system, key, other, same) === told(system, key, state, swapped)) continue;
      const where = expand(system, state).transitions.map((t) => `${t.label.program}: ${t.label.rowLabel}`);
      problems.add(`a state with other names behaves in another way, where these rows are open: ${where.join(", ")}`);
    }
  }
  return [...problems];
}
