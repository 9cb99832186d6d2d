/** The state at a step, as the structures of the model, with what the step changed. */
import { useMemo } from "preact/hooks";
import { locksOf } from "../checker/answer/locks.ts";
import type { State } from "../checker/language/evaluate.ts";
import type { System } from "../checker/language/system.ts";
import type { Views } from "../checker/spec/views.ts";
import { touched } from "./commands.ts";
import type { Filter } from "./filters.tsx";
import type { Journey } from "./journey.ts";
import { laneNames } from "./lanes.ts";
import { type Box, groupsOf, type Item } from "./structures.ts";

interface Props {
  readonly system: System;
  readonly views: Views;
  readonly journey: Journey;
  readonly step: number;
  readonly filter: Filter;
}

/** A box with what it held before the step, item by item. */
interface Compared {
  readonly box: Box;
  readonly items: readonly { readonly item: Item; readonly before: string | null }[];
}

export function StateView({ system, views, journey, step, filter }: Props) {
  const live = useMemo(() => touched(system), [system]);
  const state = journey.states[step] as State;
  const now = groupsOf(system, views, state);
  const before = groupsOf(system, views, journey.states[Math.max(0, step - 1)] as State);
  const names = useMemo(
    () => ({ lanes: new Set(laneNames(system)), locks: new Set(locksOf(system, views).map(({ name }) => name)) }),
    [system, views],
  );
  const compare = (box: Box, old: Box): Compared => ({
    box,
    items: box.items
      .map((item, i) => {
        const was = old.items.find(({ label }) => label === item.label) ?? (box.of.length > 0 ? null : old.items[i]);
        return { item, before: was && was.text !== item.text ? was.text : null };
      })
      .filter(
        ({ item, before: was }) => was !== null || !item.isEmpty || live.has(item.pattern) || item.pattern === "pc",
      ),
  });
  return (
    <section class="state" aria-labelledby="state-title">
      <h2 id="state-title">{step === 0 ? "The initial state" : `The state after step ${step}`}</h2>
      {now.map(({ title, boxes }, g) => {
        if (filter.structure !== "" && filter.structure !== title) return null;
        const compared = boxes
          .map((box, b) => compare(box, before[g]?.boxes[b] as Box))
          .filter(({ box, items }) => items.length > 0 && isShown(box, filter, names));
        const isQuiet = ({ items }: Compared): boolean => items.every(({ item, before: was }) => item.isEmpty && !was);
        const empty = compared.filter(isQuiet);
        if (compared.length === 0) return null;
        return (
          <details key={title} open>
            <summary>
              <h3>{title}</h3>
            </summary>
            <div class="boxes">
              {compared
                .filter((one) => !isQuiet(one))
                .map(({ box, items }) => (
                  <BoxView key={box.name} box={box} items={items} />
                ))}
            </div>
            {empty.length > 0 && <p class="empty">empty: {empty.map(({ box }) => box.name).join(", ")}</p>}
          </details>
        );
      })}
    </section>
  );
}

/** What belongs to no lane is shown in each, and what is no lock beside each. */
function isShown(
  { name, of }: Box,
  { lane, lock }: Filter,
  { lanes, locks }: { readonly lanes: ReadonlySet<string>; readonly locks: ReadonlySet<string> },
): boolean {
  const elsewhere = lane !== "" && of.some((one) => lanes.has(one)) && !of.includes(lane);
  const another = lock !== "" && locks.has(name) && name !== lock;
  return !elsewhere && !another;
}

function BoxView({ box, items }: Compared) {
  return (
    <div class={items.some(({ before }) => before !== null) ? "box changed" : "box"}>
      <h4>{box.name}</h4>
      <dl>
        {items.map(({ item, before }) => (
          <div key={item.label} class={before === null ? "" : "changed"}>
            <dt>{item.label === "" ? "is" : item.label}</dt>
            <dd>
              <Parts item={item} />
              {before !== null && (
                <small>
                  {" "}
                  was <del>{before}</del>
                </small>
              )}
            </dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

/** A chain as boxes with arrows between, a set as its members, all else as text. */
function Parts({ item: { kind, parts, text } }: { readonly item: Item }) {
  if (kind === "value" || (kind === "set" && parts.length === 0)) return <span>{text}</span>;
  return (
    <span class={kind}>
      {parts.map((part, i) => (
        <span key={`${i} ${part}`}>
          {kind === "list" && i > 0 && <span class="arrow"> → </span>}
          {kind === "set" && i > 0 && " "}
          <span class={kind === "list" && i === parts.length - 1 ? "last" : "element"}>{part}</span>
        </span>
      ))}
    </span>
  );
}
