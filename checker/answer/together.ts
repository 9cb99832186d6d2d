/**
 * What must come together for a violation? The fewest contexts that show it, found by asking smaller sets of them, on how
 * many lanes; who of them comes over whom, under which locks; and at which rows each frame must come.
 */
import { runSearching } from "../engine/run.ts";
import type { System } from "../language/system.ts";
import { link } from "../link/link.ts";
import type { Lengthy } from "../reference/progress.ts";
import { pathOf, type SearchResult } from "../reference/result.ts";
import { chainIn, laneOf, type Trace, traceOf } from "../reference/trace.ts";
import { MOST_STATES as MOST_WINDOW_STATES, tooMany, type Window, windowsOf } from "../reference/windows.ts";
import { asOf, type ContextSpec } from "../spec/model.ts";
import { linkOptionsOf } from "../spec/question.ts";
import type { Spec } from "../spec/spec.ts";
import { holdersOf, locksOf } from "./locks.ts";

export interface Member {
  readonly name: string;
  /** As the spec says it; null for what the model itself runs, such as an irq_work. */
  readonly kind: string | null;
  readonly lane: string | null;
  /** Whom it comes over, and the locks that those below it hold then. */
  readonly over: string | null;
  readonly under: readonly string[];
}

export interface FrameWindow {
  readonly frame: string;
  readonly over: string;
  /** Rows of that context at which the frame may come, and the violation may still follow. */
  readonly rows: readonly { readonly program: string; readonly label: string }[];
  /** All rows of it at which it may come. */
  readonly of: number;
}

export interface Together {
  readonly property: string;
  /** Steps of the shortest trace with these contexts. */
  readonly steps: number;
  /** Who takes a step on that trace. */
  readonly members: readonly Member[];
  readonly lanes: readonly string[];
  /** Contexts that the spec has. */
  readonly asked: number;
  /** Null: no smaller set of them shows it. Else why that is not known. */
  readonly unsure: string | null;
  /** Or why they are not known. */
  readonly windows: readonly FrameWindow[] | string;
}

/** A set of the contexts of a spec that shows a violation. */
interface Showing {
  readonly system: System;
  readonly trace: Trace;
  /** That a search of it saw. */
  readonly states: number;
}

/** What was found of a spec, as far as it matters here. */
interface Found {
  readonly spec: Spec;
  readonly system: System;
  readonly trace: Trace | null;
  readonly result: Pick<SearchResult, "states">;
}

/** States of a smaller set of contexts that are looked at before its search is given up. */
const MOST_STATES = 500_000;

/** Of the counterexample that is shown; null where there is none. */
export function* togetherOf(
  { spec, system, trace, result: { states } }: Found,
  signal?: AbortSignal,
): Lengthy<Together | null> {
  if (!trace) return null;
  const { property } = trace;
  const { contexts } = spec.asked;
  let best: Showing = { system, trace, states };
  let unsure = contexts.length === 0 ? "the model makes its contexts itself" : null;
  for (let size = 1, isFound = false; size < contexts.length && !isFound; size++) {
    for (const some of subsetsOf(contexts, size)) {
      const found = yield* shownBy(spec, some, property, signal);
      if (typeof found === "string") unsure = found;
      if (found === null || typeof found === "string") continue;
      if (!isFound || isLess(found, best)) best = found;
      isFound = true;
    }
  }
  // The search of windows would find that out, too, but only then.
  const windows = best.system.liveness.some((one) => one.property === property)
    ? "it is about runs without end"
    : best.states > MOST_WINDOW_STATES
      ? tooMany(MOST_WINDOW_STATES)
      : yield* windowsOf(best.system, property, signal ? { signal } : {});
  const members = membersOf(spec, best);
  return {
    property,
    steps: best.trace.steps.length,
    members,
    lanes: [...new Set(members.flatMap(({ lane }) => lane ?? []))].sort(),
    asked: contexts.length,
    unsure,
    windows: typeof windows === "string" ? windows : windows.map((one) => toldWindow(best.system, one)),
  };
}

/** Sets of so many contexts in which nobody waits for one that is not there. */
function subsetsOf(contexts: readonly ContextSpec[], size: number): readonly (readonly ContextSpec[])[] {
  const choose = (from: number, left: number): (readonly ContextSpec[])[] =>
    left === 0
      ? [[]]
      : contexts
          .slice(from)
          .flatMap((one, i) =>
            choose(from + i + 1, left - 1).map((others): readonly ContextSpec[] => [one, ...others]),
          );
  return choose(0, size).filter((some) =>
    some.every(({ after = [] }) => after.every((name) => some.some((one) => one.name === name))),
  );
}

/** What a set of contexts shows of a property: null where nothing, or where the model has no such question; or why it is not known. */
function* shownBy(
  spec: Spec,
  contexts: readonly ContextSpec[],
  property: string,
  signal: AbortSignal | undefined,
): Lengthy<Showing | string | null> {
  const { model } = spec;
  const asked = { ...spec.asked, contexts };
  if (model.problems(asked).length > 0) return null;
  const properties = Object.hasOwn(asOf(model, asked.version).properties, property) ? [property] : [];
  const system = linkFew({
    ...spec,
    asked,
    properties,
    whereTheyApply: properties,
    sometimes: [],
    happens: [],
    deadlock: property === "deadlock",
  });
  const { result } = yield* runSearching(system, {
    exploreAll: true,
    maxStates: MOST_STATES,
    ...(signal ? { signal } : {}),
  });
  const violation = result.violations.find((one) => one.property === property);
  if (violation)
    return {
      system,
      trace: traceOf(system, property, violation.why, pathOf(result, violation)),
      states: result.states,
    };
  return result.complete ? null : (result.incomplete ?? "a search did not end");
}

/** A variant may change what only the others run: as with a version, that is no mistake here. */
function linkFew(spec: Spec): System {
  const options = linkOptionsOf(spec);
  return link({ ...options, variants: (options.variants ?? []).map((one) => ({ ...one, isVersion: true })) });
}

/** On how many lanes it is shown; each context is one where the model has none. */
const lanesOn = ({ trace }: Showing): number =>
  new Set(trace.steps.filter(({ label }) => !label.meta.schedules).map(({ lane, context }) => lane ?? context)).size;

const isLess = (a: Showing, b: Showing): boolean =>
  lanesOn(a) < lanesOn(b) || (lanesOn(a) === lanesOn(b) && a.trace.steps.length < b.trace.steps.length);

function membersOf(spec: Spec, { system, trace }: Showing): readonly Member[] {
  const kinds = new Map(spec.asked.contexts.map(({ name, kind }) => [name, kind]));
  const locks = locksOf(system, spec.model.views ?? { structures: [] });
  const members = new Map<string, Member>();
  for (const { context, label, before, cuts, lane } of trace.steps) {
    const name = nameOf(system, context);
    if (label.meta.schedules || members.has(name)) continue;
    const below = cuts === null ? [] : chainIn(system, before, cuts).map((one) => nameOf(system, one));
    members.set(name, {
      name,
      kind: kinds.get(name) ?? null,
      lane: lane ?? laneOf(system, before, cuts ?? context),
      over: cuts === null ? null : nameOf(system, cuts),
      under: locks.flatMap((lock) =>
        holdersOf(system, lock, before).some((who) => below.includes(who)) ? [withoutField(lock.name)] : [],
      ),
    });
  }
  return [...members.values()];
}

const nameOf = (system: System, context: number): string => system.contexts[context]?.name ?? "?";

/** "list(A)" of "lock[list(A)]". */
const withoutField = (name: string): string => /^\w+\[(.*)\]$/.exec(name)?.[1] ?? name;

function toldWindow(system: System, { frame, over, opens, comes }: Window): FrameWindow {
  const rows = (labels: ReadonlySet<number>) => {
    const found = new Map<string, FrameWindow["rows"][number]>();
    for (const id of [...labels].sort((a, b) => a - b)) {
      const label = system.labels[id];
      // 0: at the end of its script.
      const row = label ? { program: label.program, label: label.rowLabel } : { program: "(model)", label: "the end" };
      found.set(`${row.program}: ${row.label}`, row);
    }
    return [...found.values()];
  };
  return { frame: nameOf(system, frame), over: nameOf(system, over), rows: rows(opens), of: rows(comes).length };
}
