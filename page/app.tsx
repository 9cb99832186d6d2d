/** The page as a whole: where the reader is, what moves them, and the parts that show it. */
import { useEffect, useMemo, useState } from "preact/hooks";
import type { System } from "../checker/language/system.ts";
import type { PageData } from "../checker/page/data.ts";
import { Commands } from "./commands-view.tsx";
import { type Filter, Filters, NO_FILTER } from "./filters.tsx";
import { GraphView } from "./graph-view.tsx";
import { Heading } from "./heading.tsx";
import { addressOf, journeyOf, type Position, positionOf } from "./journey.ts";
import { lanesOfJourney, nameOf } from "./lanes.ts";
import { StateView } from "./state-view.tsx";
import { Swimlanes } from "./swimlanes.tsx";
import { WhatIf } from "./what-if.tsx";

export interface Props {
  readonly data: PageData;
  readonly system: System;
}

const KEYS: Readonly<Record<string, (step: number, last: number) => number>> = {
  ArrowRight: (step) => step + 1,
  ArrowDown: (step) => step + 1,
  ArrowLeft: (step) => step - 1,
  ArrowUp: (step) => step - 1,
  Home: () => 0,
  End: (_, last) => last,
};

export function App({ data, system }: Props) {
  const { routes, views } = data;
  const [position, setPosition] = useState<Position>(() => positionOf(location.hash, routes));
  const [filter, setFilter] = useState<Filter>(NO_FILTER);
  const way = JSON.stringify([position.route, position.left, position.taken]);
  const journey = useMemo(() => journeyOf(system, routes, position), [way]);
  const lanes = useMemo(() => lanesOfJourney(system, views, journey), [journey]);
  const last = journey.transitions.length;
  const step = Math.min(position.step, last);

  const go = (to: Position): void => {
    setPosition(to);
    history.replaceState(null, "", addressOf(to, routes));
  };
  const goTo = (n: number): void => go({ ...position, step: Math.max(0, Math.min(last, n)) });

  useEffect(() => {
    const follow = () => setPosition(positionOf(location.hash, routes));
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, [routes]);
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      const move = KEYS[event.key];
      const isTyping = (event.target as Element).closest?.("input, select, textarea, [data-keys]");
      if (!move || isTyping || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      goTo(move(step, last));
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  });

  const shown = journey.trace.steps[step - 1];
  const said = shown
    ? `Step ${step} of ${last}: ${nameOf(system, shown.context)}, ${shown.label.program}: ${shown.label.rowLabel}${(
        journey.broken[step - 1] ?? []
      )
        .map((name) => `; ${name} breaks here`)
        .join("")}`
    : `The initial state, before step 1 of ${last}`;
  return (
    <>
      {/* biome-ignore lint/a11y/useValidAnchor: it leads within the page, and the address is kept for the step */}
      <a class="skip" href="#trace" onClick={focusOn("trace")}>
        Skip to the steps
      </a>
      <Heading data={data} />
      <main>
        <Filters system={system} data={data} lanes={lanes} filter={filter} onFilter={setFilter} />
        <div class="columns">
          <Swimlanes
            data={data}
            system={system}
            journey={journey}
            lanes={lanes}
            position={{ ...position, step }}
            filter={filter}
            onGo={go}
          />
          <aside aria-label="The state, and what may happen in it">
            <nav class="steps" aria-label="Steps">
              <button type="button" disabled={step === 0} onClick={() => goTo(0)} aria-label="First step">
                |&lt;
              </button>
              <button type="button" disabled={step === 0} onClick={() => goTo(step - 1)} aria-label="Step back">
                &lt;
              </button>
              <p aria-live="polite" class="where">
                {said}
              </p>
              <button type="button" disabled={step === last} onClick={() => goTo(step + 1)} aria-label="Step on">
                &gt;
              </button>
              <button type="button" disabled={step === last} onClick={() => goTo(last)} aria-label="Last step">
                &gt;|
              </button>
            </nav>
            <StateView system={system} views={views} journey={journey} step={step} filter={filter} />
            <WhatIf system={system} data={data} journey={journey} position={{ ...position, step }} onGo={go} />
          </aside>
        </div>
        <GraphView system={system} data={data} journey={journey} step={step} onGo={go} />
        <Commands system={system} data={data} />
      </main>
    </>
  );
}

/** The address says where in the trace one is, so a link within the page must not change it. */
const focusOn = (id: string) => (event: Event) => {
  event.preventDefault();
  document.getElementById(id)?.focus();
};
