/** What if something else came next? All that may happen in the state that is looked at; each can be taken. */
import { useMemo } from "preact/hooks";
import type { PageData } from "../checker/html/data.ts";
import type { State } from "../checker/language/evaluate.ts";
import type { System } from "../checker/language/system.ts";
import { expand, isAtRest, isDeadlock, type Transition } from "../checker/reference/step.ts";
import { brokenIn, type Journey, type Position, take } from "./journey.ts";
import { kindClass } from "./kinds.ts";
import { nameOf } from "./lanes.ts";

interface Props {
  readonly system: System;
  readonly data: PageData;
  readonly journey: Journey;
  readonly position: Position;
  readonly onGo: (to: Position) => void;
}

export function WhatIf({ system, data, journey, position, onGo }: Props) {
  const { step } = position;
  const state = journey.states[step] as State;
  const { expansion, broken } = useMemo(
    () => ({ expansion: expand(system, state), broken: brokenIn(system, state) }),
    [system, state],
  );
  const ends = journey.trace.steps[step - 1]?.after === null;
  const next = journey.transitions[step];
  return (
    <section class="what-if" aria-labelledby="what-if-title">
      <h2 id="what-if-title">What may come next</h2>
      {ends ? (
        <p>The step ends the run: there is no state after it.</p>
      ) : (
        <>
          {isDeadlock(system, state, expansion) && <p class="breaks">Nothing can happen: a deadlock.</p>}
          {isAtRest(system, state, expansion) && <p>All is done: every context may stop here.</p>}
          {broken.length > 0 && <p class="breaks">Violated in this state: {broken.join(", ")}</p>}
          <ol>
            {expansion.transitions.map((transition, i) => (
              <li key={`${transition.context} ${transition.command.id} ${transition.chosen.join()}`}>
                <button
                  type="button"
                  class={kindClass(data, transition.context)}
                  aria-pressed={next ? isSame(transition, next) : undefined}
                  onClick={() =>
                    onGo(
                      next && isSame(transition, next)
                        ? { ...position, step: step + 1 }
                        : take(position, i, data.routes),
                    )
                  }
                >
                  <Words system={system} transition={transition} />
                  {next && isSame(transition, next) && <small> (the next step shown)</small>}
                </button>
              </li>
            ))}
          </ol>
          {expansion.waiting.map(({ context, label }) => (
            <p key={context} class="waiting">
              {nameOf(system, context)} waits at {label.program}: {label.rowLabel} <code>{label.row.quote}</code>
            </p>
          ))}
          {expansion.errors.map(({ context, error }) => (
            <p key={context} class="breaks">
              {nameOf(system, context)}: {error.message}
            </p>
          ))}
        </>
      )}
    </section>
  );
}

const isSame = (a: Transition, b: Transition): boolean =>
  a.context === b.context && a.command.id === b.command.id && a.chosen.join() === b.chosen.join();

function Words({ system, transition }: { readonly system: System; readonly transition: Transition }) {
  const { context, label, command, chosen } = transition;
  const to = command.target === null ? null : system.labels[command.target];
  const choices = command.binders.map(
    ({ set }, i) => `${set.name} ${system.universe.elementName(set, chosen[i] as number)}`,
  );
  return (
    <>
      <strong>{nameOf(system, context)}</strong> {label.program}: {label.rowLabel} →{" "}
      {command.fails ? `fails ${command.fails.property}` : to ? `${to.program}: ${to.rowLabel}` : "(end)"}
      {choices.length > 0 && ` (${choices.join(", ")})`} <code>{label.row.quote}</code>
    </>
  );
}
