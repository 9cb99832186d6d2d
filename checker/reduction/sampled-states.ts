/** States that walks at random come through, for questions that cannot be asked of all of them. The walks are the same each time. */
import { ModelError, type State } from "../language/evaluate.ts";
import type { System } from "../language/system.ts";
import { drawn } from "../reference/chance.ts";
import { apply, expand, type Transition } from "../reference/step.ts";

/** From where a run begins; from a dead end, and where a step leads nowhere, the next walk begins. */
export function* strolled(system: System, looks: number): Iterable<State> {
  const start = (look: number): State => system.initials[drawn(1, look, system.initials.length)] as State;
  let state = start(0);
  for (let look = 0; look < looks; look++) {
    yield state;
    const { transitions } = expand(system, state);
    const via = transitions[drawn(0, look, Math.max(transitions.length, 1))];
    state = (via && stateAfter(system, state, via)) ?? start(look + 1);
  }
}

/** Null where a step fails or has no value. */
export function stateAfter(system: System, before: State, via: Transition): State | null {
  if (via.command.fails) return null;
  try {
    return apply(system, before, via).state;
  } catch (error) {
    if (error instanceof ModelError) return null;
    throw error;
  }
}
