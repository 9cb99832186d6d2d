/** The steps as swimlanes: a lane a CPU, frames nested in it, time downwards, locks as bars beside, waits as such. */
import { Fragment } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import type { PageData, Route } from "../checker/html/data.ts";
import type { System } from "../checker/language/system.ts";
import { wayOf } from "./commands.ts";
import { type Filter, fieldsByTitle, passes } from "./filters.tsx";
import { addressOf, type Journey, type Position } from "./journey.ts";
import { kindClass } from "./kinds.ts";
import { type LaneRow, type Lanes, nameOf } from "./lanes.ts";

interface Props {
  readonly data: PageData;
  readonly system: System;
  readonly journey: Journey;
  readonly lanes: Lanes;
  readonly position: Position;
  readonly filter: Filter;
  readonly onGo: (to: Position) => void;
}

export function Swimlanes({ data, system, journey, lanes, position, filter, onGo }: Props) {
  const { routes } = data;
  const { step, left, route } = position;
  const fields = useMemo(() => fieldsByTitle(system, data), [system, data]);
  const current = useRef<HTMLTableRowElement>(null);
  const moved = useRef(step > 0);
  // A page begins with its question.
  useEffect(() => {
    // Of a row that is wider than the screen, the lane where something happens.
    const row = current.current;
    if (moved.current) (row?.querySelector(".runs") ?? row)?.scrollIntoView({ block: "nearest", inline: "nearest" });
    moved.current = true;
  }, [step]);
  const shown = lanes.rows.filter((row) => row.step.number === step || passes(row, filter, fields));
  const hidden = lanes.rows.length - shown.length;
  const loop = left === null ? (routes[route]?.loop ?? null) : null;
  // The first of the steps that go round, or of those of them that the filter shows.
  const again = loop === null ? undefined : shown.find((row) => row.step.number > loop);
  const initial: Position = { route: -1, left: 0, start: position.start, taken: [], step: 0 };
  return (
    <section class="trace" id="trace" tabIndex={-1} aria-labelledby="trace-title">
      <h2 id="trace-title">{titleOf(routes[route], left, lanes)}</h2>
      <p class="ways">
        {routes.length > 0 && (
          <span>
            <label for="way">Way to</label>{" "}
            <select
              id="way"
              value={route}
              onChange={(event) =>
                onGo({ route: Number(event.currentTarget.value), left: null, start: 0, taken: [], step: 0 })
              }
            >
              {routes.map(({ kind, property, choices }, i) => (
                <option key={property} value={i}>
                  {kind === "witness" ? "witness: " : ""}
                  {property} ({choices.length} steps)
                </option>
              ))}
              <option value={-1}>none: from the initial state</option>
            </select>
          </span>
        )}
        {left !== null && route >= 0 && (
          <button type="button" onClick={() => onGo({ route, left: null, start: 0, taken: [], step: left })}>
            Back to the way found
          </button>
        )}
        {left !== null && route < 0 && position.taken.length > 0 && (
          <button type="button" onClick={() => onGo(initial)}>
            Begin again
          </button>
        )}
      </p>
      {journey.refused > 0 && (
        <p role="alert">{journey.refused} steps of the address are not possible in this relation, and are left out.</p>
      )}
      <div class="lanes">
        <table>
          <caption class="hidden">
            A row for each step, time downwards; a column for each lane; bars for locks that are held
          </caption>
          <thead>
            <tr>
              <th scope="col">step</th>
              {lanes.names.map((name) => (
                <th scope="col" key={name} class={lanes.idle.has(name) ? "lane idle" : "lane"}>
                  {name}
                </th>
              ))}
              {lanes.locks.map(({ name }) => (
                <th scope="col" key={name} class="lock">
                  <span>{name.replace(/^[^[]*\[(.*)\]$/, "$1")}</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            <tr class={step === 0 ? "current" : ""} ref={step === 0 ? current : null}>
              <th scope="row">
                <a href={addressOf({ ...position, step: 0 }, routes)} aria-current={step === 0 ? "step" : undefined}>
                  0
                </a>
              </th>
              <td colSpan={lanes.names.length}>the initial state</td>
              {lanes.locks.map(({ name }) => (
                <td key={name} class="lock" />
              ))}
            </tr>
            {shown.map((row) => (
              <Fragment key={row.step.number}>
                {row === again && (
                  <tr class="again">
                    <td colSpan={1 + lanes.names.length + lanes.locks.length}>and then for ever:</td>
                  </tr>
                )}
                <Row
                  {...{ row, data, system, journey, lanes, position, onGo }}
                  at={row.step.number === step ? current : null}
                />
              </Fragment>
            ))}
          </tbody>
        </table>
      </div>
      {hidden > 0 && <p role="status">{hidden} steps are hidden by the filter.</p>}
      {lanes.end.length > 0 && (
        <p class="end">
          {lanes.end.map(({ context, waits }) => {
            const label = system.labels[(journey.trace.final.pc[context] ?? 0) as number];
            return (
              <span key={context} class="waiting">
                {nameOf(system, context)} {waits ? "waits" : "is stopped before"}: <code>{label?.row.quote}</code>
              </span>
            );
          })}
        </p>
      )}
    </section>
  );
}

function titleOf(route: Route | undefined, left: number | null, { rows }: Lanes): string {
  const steps = `${rows.length} ${rows.length === 1 ? "step" : "steps"}`;
  if (!route) return rows.length === 0 ? "From the initial state" : `From the initial state, ${steps} by hand`;
  if (left !== null) return `Off the way to ${route.property} after step ${left}: ${steps}`;
  if (route.loop !== null)
    return `The way to ${route.property}: ${route.loop} ${route.loop === 1 ? "step" : "steps"}, then ${rows.length - route.loop} again and again`;
  return route.kind === "witness" ? `How ${route.property} is met: ${steps}` : `The way to ${route.property}: ${steps}`;
}

interface RowProps extends Omit<Props, "filter"> {
  readonly row: LaneRow;
  readonly at: { current: HTMLTableRowElement | null } | null;
}

function Row({ row, data, system, journey, lanes, position, onGo, at }: RowProps) {
  const { step, lane, chain, beside, holders, waits } = row;
  const { number, context, label, chosen } = step;
  const broken = journey.broken[number - 1] ?? [];
  const isCurrent = number === position.step;
  const byHand = position.left !== null && number > position.left;
  const before = lanes.rows[number - 2];
  const isNew = before?.step.context !== context || before.lane !== lane;
  const tag = label.meta.tag ?? system.programs[label.program]?.tag;
  return (
    <tr
      ref={at}
      class={`${isCurrent ? "current " : ""}${broken.length > 0 ? "broken " : ""}${byHand ? "by-hand" : ""}`}
      onClick={() => onGo({ ...position, step: number })}
    >
      <th scope="row">
        <a
          href={addressOf({ ...position, step: number }, data.routes)}
          aria-current={isCurrent ? "step" : undefined}
          title={byHand ? "taken by hand" : undefined}
        >
          {number}
        </a>
      </th>
      {lanes.names.map((name) => {
        const waiting = (waits.get(name) ?? []).filter((who) => who !== context);
        const stands = name === lane ? chain : (beside.get(name) ?? []);
        return (
          <td key={name} class={`lane${name === lane ? " runs" : ""}${lanes.idle.has(name) ? " idle" : ""}`}>
            <Frames data={data} chain={stands}>
              {name === lane && (
                <>
                  {isNew && (
                    <span class={`frame ${kindClass(data, context)}`}>
                      {nameOf(system, context)} <small>{data.kinds[context]}</small>
                    </span>
                  )}
                  {isNew && number > 1 && row.enters.length === 0 && row.inner !== null && (
                    <span class="call again" style={indent(row.depth - 1)}>
                      {row.inner}() ..
                    </span>
                  )}
                  {row.enters.map(({ name: program, depth }) => (
                    <span key={`${depth} ${program}`} class="call" style={indent(depth)}>
                      {program}()
                    </span>
                  ))}
                  <span class="quote" style={indent(row.depth)}>
                    <code>{label.row.quote}</code>{" "}
                    <small class="label">
                      {label.program}: {label.rowLabel}
                      {wayOf(system, step)}
                      {tag && ` [${tag}]`}
                      {chosen.map(({ set, value }) => `; ${set} ${value} is chosen`)}
                    </small>
                    {label.meta.note && <small class="note">{label.meta.note}</small>}
                  </span>
                  {broken.map((property) => (
                    <Broken key={property} property={property} system={system} />
                  ))}
                </>
              )}
              {waiting.map((who) => (
                <span key={who} class="waiting">
                  {nameOf(system, who)} waits
                </span>
              ))}
            </Frames>
          </td>
        );
      })}
      {holders.map((holder, i) => {
        const name = (lanes.locks[i] as Lanes["locks"][number]).name;
        const owner = system.contexts.findIndex((one) => one.name === holder);
        const begins = holder !== (before?.holders[i] ?? null);
        return (
          <td key={name} class={holder === null ? "lock" : `lock held ${kindClass(data, owner)}`}>
            {holder !== null && (
              <>
                <span class="hidden">{`${name} is held by ${holder}`}</span>
                {begins && <span aria-hidden="true">{holder}</span>}
              </>
            )}
          </td>
        );
      })}
    </tr>
  );
}

/** Deep calls are not drawn deeper than a lane is wide. */
const indent = (depth: number) => ({ paddingLeft: `${Math.min(depth, 8) * 0.6}em` });

/** Nested bars, from the context at the bottom to the one on top. */
function Frames({
  data,
  chain,
  children,
}: {
  data: PageData;
  chain: readonly number[];
  children: preact.ComponentChildren;
}) {
  return chain.reduceRight(
    (inner, context) => <div class={`bar ${kindClass(data, context)}`}>{inner}</div>,
    <div class="inner">{children}</div>,
  );
}

function Broken({ property, system }: { readonly property: string; readonly system: System }) {
  const sentence = system.properties.find(({ name }) => name === property)?.sentence;
  return (
    <strong class="breaks">
      ✗ {property} breaks here{sentence ? `: ${sentence}` : ""}
    </strong>
  );
}
