/** The page as a whole: where the reader is, what moves them, and the parts that show it. */
import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { PageData } from "../checker/html/data.ts";
import type { System } from "../checker/language/system.ts";
import { Asked } from "./asked.tsx";
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

/** From a step of so many to another one. */
type Move = (step: number, last: number) => number;

const on: Move = (step) => step + 1;
const back: Move = (step) => step - 1;
const toFirst: Move = () => 0;
const toLast: Move = (_, last) => last;

const KEYS: Readonly<Record<string, Move>> = {
  ArrowRight: on,
  ArrowDown: on,
  ArrowLeft: back,
  ArrowUp: back,
  Home: toFirst,
  End: toLast,
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
  const busy = lanes.names.filter((name) => !lanes.idle.has(name));

  // Where the reader wants to be, which the page may not have been drawn for yet: keys can come faster.
  const wanted = useRef({ position, last });
  wanted.current = { position, last };
  const go = (to: Position): void => {
    wanted.current = { ...wanted.current, position: to };
    setPosition(to);
    history.replaceState(null, "", addressOf(to, routes));
  };
  const goBy = (move: Move): void => {
    const { position: from, last: end } = wanted.current;
    go({ ...from, step: Math.max(0, Math.min(end, move(Math.min(from.step, end), end))) });
  };

  useLayoutEffect(() => {
    const follow = () => setPosition(positionOf(location.hash, routes));
    const press = (event: KeyboardEvent): void => {
      const move = KEYS[event.key];
      const isTyping = (event.target as Element).closest?.("input, select, textarea, [data-keys]");
      if (!move || isTyping || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      goBy(move);
    };
    addEventListener("hashchange", follow);
    addEventListener("keydown", press);
    return () => {
      removeEventListener("hashchange", follow);
      removeEventListener("keydown", press);
    };
  }, [routes]);

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
        <div class={busy.length > 2 ? "columns many" : "columns"}>
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
              <button type="button" disabled={step === 0} onClick={() => goBy(toFirst)} aria-label="First step">
                |&lt;
              </button>
              <button type="button" disabled={step === 0} onClick={() => goBy(back)} aria-label="Step back">
                &lt;
              </button>
              <p aria-live="polite" class="where">
                {said}
              </p>
              <button type="button" disabled={step === last} onClick={() => goBy(on)} aria-label="Step on">
                &gt;
              </button>
              <button type="button" disabled={step === last} onClick={() => goBy(toLast)} aria-label="Last step">
                &gt;|
              </button>
            </nav>
            <StateView system={system} views={views} journey={journey} step={step} filter={filter} />
            <Asked system={system} journey={journey} step={step} onStep={(to) => go({ ...position, step: to })} />
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
