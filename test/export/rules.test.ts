/** Do the rules of an export fire where the reference steps, and say undefined where it reports an error? */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { rulesOf } from "../../checker/export/rules.ts";
import type { Env } from "../../checker/language/evaluate.ts";
import { ModelError } from "../../checker/language/evaluate.ts";
import type { System } from "../../checker/language/index.ts";
import type { Command } from "../../checker/language/system.ts";
import { search } from "../../checker/reference/search.ts";
import { apply, expand, type Transition } from "../../checker/reference/step.ts";
import { tapes } from "../reference/random-systems.ts";
import { statesOf } from "../reference/states.ts";
import { runs } from "../runs.ts";
import { drawn } from "./drawn.ts";
import { elements, envAt, meaning, withBound } from "./meaning.ts";

const MAX_STATES = 300;

/** A state for each choice of a command's variables. */
const choices = (env: Env, { binders }: Command): { env: Env; chosen: number[] }[] =>
  binders.reduce(
    (all, binder) =>
      all.flatMap((one) =>
        elements(env.universe.size(binder.set)).map((i) => ({
          env: withBound(one.env, binder, i),
          chosen: [...one.chosen, i],
        })),
      ),
    [{ env, chosen: [] as number[] }],
  );

function leadsOn(system: System, state: Env["state"], transition: Transition): boolean {
  if (transition.command.fails) return false;
  try {
    apply(system, state, transition);
    return true;
  } catch (error) {
    if (error instanceof ModelError) return false;
    throw error;
  }
}

const said = (context: number, command: Command, chosen: readonly number[], steps: boolean): string =>
  `${context} takes ${command.id} with ${chosen.join()}${steps ? "" : ": no step"}`;

describe("the rules of an export", () => {
  it("fire, wait and are undefined as the reference says, in every state", () => {
    fc.assert(
      fc.property(tapes, (numbers) => {
        const system = drawn(numbers);
        fc.pre(system !== null && search(system, { exploreAll: true, maxStates: MAX_STATES }).complete);
        const rules = rulesOf(system as System);
        for (const state of statesOf(system as System)) {
          const here = rules.stands.filter((s) => state.pc[s.context] === s.label.id);
          const envOf = (self: number): Env => envAt(system as System, state, self);
          const holds = (condition: Parameters<typeof meaning>[0], self: number) =>
            meaning(condition, envOf(self), rules);
          const { transitions, errors } = expand(system as System, state);
          const fired = here.flatMap((stand) =>
            stand.rules.flatMap(({ command, when, steps }) =>
              choices(envOf(stand.context), command).flatMap(({ env, chosen }) =>
                meaning(when, env, rules) ? [said(stand.context, command, chosen, steps)] : [],
              ),
            ),
          );
          const taken = transitions.map((t) =>
            said(t.context, t.command, t.chosen, leadsOn(system as System, state, t)),
          );
          expect(fired.sort()).toEqual(taken.sort());
          expect(here.filter((s) => holds(s.undefined, s.context)).map((s) => s.context)).toEqual(
            errors.map((e) => e.context),
          );
          const moving = new Set(transitions.map((t) => t.context));
          expect(here.filter((s) => holds(s.open, s.context)).map((s) => s.context)).toEqual([...moving].sort());
        }
      }),
      runs(60),
    );
  });
});
