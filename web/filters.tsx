/** Which steps and which part of the state are shown: of one lane, of one structure, of one lock. */

import type { PageData } from "../checker/html/data.ts";
import type { System } from "../checker/language/system.ts";
import type { TraceStep } from "../checker/reference/trace.ts";
import type { LaneRow, Lanes } from "./lanes.ts";
import { groupsOf } from "./structures.ts";

/** An empty text stands for all. */
export interface Filter {
  readonly lane: string;
  /** Title of a group. */
  readonly structure: string;
  readonly lock: string;
}

export const NO_FILTER: Filter = { lane: "", structure: "", lock: "" };

/** Whether a step is of the lane, and changes the structure and the lock that are asked for. */
export function passes({ lane, step }: LaneRow, filter: Filter, fieldsOf: ReadonlyMap<string, readonly string[]>) {
  const fields = fieldsOf.get(filter.structure);
  return (
    (filter.lane === "" || lane === filter.lane) &&
    (!fields || changes(step, (cell) => fields.includes(cell.replace(/[[.].*$/, "")))) &&
    (filter.lock === "" || changes(step, (cell) => cell === filter.lock || cell.startsWith(`${filter.lock}.`)))
  );
}

const changes = (step: TraceStep, is: (cell: string) => boolean): boolean => step.changes.some(({ cell }) => is(cell));

export const fieldsByTitle = (system: System, { views }: PageData): ReadonlyMap<string, readonly string[]> =>
  new Map(groupsOf(system, views, system.initials[0]).map(({ title, fields }) => [title, fields]));

interface Props {
  readonly system: System;
  readonly data: PageData;
  readonly lanes: Lanes;
  readonly filter: Filter;
  readonly onFilter: (filter: Filter) => void;
}

export function Filters({ system, data, lanes, filter, onFilter }: Props) {
  const titles = [...fieldsByTitle(system, data).keys()].filter((title) => title !== "contexts");
  const choice = (label: string, key: keyof Filter, all: string, names: readonly string[]) =>
    names.length > 0 && (
      <span>
        <label for={`filter-${key}`}>{label}</label>{" "}
        <select
          id={`filter-${key}`}
          value={filter[key]}
          onChange={(event) => onFilter({ ...filter, [key]: event.currentTarget.value })}
        >
          <option value="">{all}</option>
          {names.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      </span>
    );
  return (
    <form class="filters" aria-label="Filter" onSubmit={(event) => event.preventDefault()}>
      {choice("Lane", "lane", "all", lanes.names)}
      {choice("Structure", "structure", "all", titles)}
      {choice(
        "Lock",
        "lock",
        "all",
        lanes.locks.map(({ name }) => name),
      )}
      {filter !== NO_FILTER && (
        <button type="button" onClick={() => onFilter(NO_FILTER)}>
          Show all
        </button>
      )}
    </form>
  );
}
