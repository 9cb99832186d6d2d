/** Which states are reachable, and how do they look beside those of the second answer? */
import { cellsOf, stateKey, valueAt } from "../../checker/language/cells.ts";
import type { State } from "../../checker/language/evaluate.ts";
import { ModelError } from "../../checker/language/evaluate.ts";
import type { System } from "../../checker/language/index.ts";
import { apply, expand } from "../../checker/reference/step.ts";
import type { NaiveState } from "./naive-values.ts";

/** All reachable states of a linked system, by its step alone. */
export function statesOf(system: System): readonly State[] {
  const key = stateKey(system);
  const found = new Map(system.initials.map((state) => [key(state), state]));
  for (const state of found.values()) {
    for (const transition of expand(system, state).transitions) {
      if (transition.command.fails) continue;
      try {
        const after = apply(system, state, transition).state;
        if (!found.has(key(after))) found.set(key(after), after);
      } catch (error) {
        if (!(error instanceof ModelError)) throw error;
      }
    }
  }
  return [...found.values()];
}

/** What a linked state and a state of the second answer both tell: the fields, and where each context stands. */
export function project(system: System, state: State): string {
  const fields = cellsOf(system)
    .filter(({ path }) => path[0] !== "pc" && path[0] !== "local")
    .map(({ path }) => valueAt(state, path));
  const stacks = state.pc.map((pc) => {
    const label = system.labels[pc];
    if (!label) return "";
    const calls = label.stack.map((frame, i) => `${frame.program}:${label.stack[i + 1]?.callLabel ?? label.rowLabel}`);
    return calls.join(" > ");
  });
  return JSON.stringify([fields, stacks]);
}

export function projectNaive(system: System, { cells, stacks }: NaiveState): string {
  const fields = cellsOf(system)
    .filter(({ path }) => path[0] !== "pc" && path[0] !== "local")
    .map(({ path }) => cells[path.join("/")]);
  return JSON.stringify([fields, stacks.map((stack) => stack.map((f) => `${f.program}:${f.label}`).join(" > "))]);
}
