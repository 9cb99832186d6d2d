/** The state graph of a small system as a picture; the way that is looked at stands out, and any state can be gone to. */
import { useMemo } from "preact/hooks";
import type { PageData } from "../checker/html/data.ts";
import type { State } from "../checker/language/evaluate.ts";
import type { System } from "../checker/language/system.ts";
import { graphOf, MOST_STATES } from "./graph.ts";
import { addressOf, brokenIn, type Journey, type Position } from "./journey.ts";

interface Props {
  readonly system: System;
  readonly data: PageData;
  readonly journey: Journey;
  readonly step: number;
  readonly onGo: (to: Position) => void;
}

const STEP_X = 26;
const STEP_Y = 30;

export function GraphView({ system, data, journey, step, onGo }: Props) {
  const graph = useMemo(() => (data.states <= MOST_STATES ? graphOf(system) : null), [system, data]);
  const broken = useMemo(() => graph?.nodes.map(({ state }) => brokenIn(system, state).length > 0) ?? [], [graph]);
  if (!graph) return null;
  const way = journey.states.map((state) => graph.indexOf(state));
  const onWay = new Set(way);
  const edgesOnWay = new Set(way.slice(1).map((to, i) => `${way[i]} ${to}`));
  const here = graph.indexOf(journey.states[step] as State);
  const [width, height] = [(graph.width + 1) * STEP_X, (graph.height + 1) * STEP_Y];
  const at = (n: number): [number, number] => {
    const { x, level } = graph.nodes[n] as (typeof graph.nodes)[number];
    return [width / 2 + x * STEP_X, (level + 1) * STEP_Y];
  };
  return (
    <details class="graph" open>
      <summary>
        <h2>
          The state graph: {graph.nodes.length} states, {graph.height - 1} levels
        </h2>
      </summary>
      <p>
        The initial state is on top, each state as deep as the fewest steps that lead to it. The way above is drawn
        thick, the state that is looked at is filled; a cross marks a state in which something is violated.
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard */}
      <section class="picture" aria-label="State graph" tabIndex={0} data-keys>
        <svg viewBox={`0 0 ${width} ${height}`} width={width} height={height}>
          <title>{`State graph of ${data.spec}`}</title>
          {graph.edges.map(([from, to], i) => {
            const [[x1, y1], [x2, y2]] = [at(from), at(to)];
            const bend = y2 > y1 ? 0 : 14;
            const d = `M${x1},${y1} Q${(x1 + x2) / 2 + bend},${(y1 + y2) / 2} ${x2},${y2}`;
            return <path key={i} class={edgesOnWay.has(`${from} ${to}`) ? "edge way" : "edge"} d={d} />;
          })}
          {graph.nodes.map((node, n) => {
            const [x, y] = at(n);
            const to: Position = { route: -1, left: 0, start: node.start, taken: node.way, step: node.way.length };
            const name = `state ${n}, ${node.level} steps from the initial state${broken[n] ? ", violated" : ""}`;
            const kind = [n === here ? "here" : "", onWay.has(n) ? "way" : "", broken[n] ? "broken" : ""].join(" ");
            return (
              <a
                key={n}
                href={addressOf(to, data.routes)}
                tabIndex={-1}
                aria-label={name}
                onClick={(event) => {
                  event.preventDefault();
                  onGo(to);
                }}
              >
                <circle class={`node ${kind}`} cx={x} cy={y} r={8} />
                {broken[n] && <path class="cross" d={`M${x - 4},${y - 4} l8,8 m0,-8 l-8,8`} />}
              </a>
            );
          })}
        </svg>
      </section>
    </details>
  );
}
