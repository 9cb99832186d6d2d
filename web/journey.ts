/**
 * Where is a reader, and how did they get there? Along a way that the search found, or off it: then each step taken by hand
 * is a number in the list of what was possible. All of it stands in the address, so that a link leads to the same place.
 */

import type { Choice, Route } from "../checker/html/data.ts";
import type { State } from "../checker/language/evaluate.ts";
import type { System } from "../checker/language/system.ts";
import { Findings } from "../checker/reference/findings.ts";
import { apply, expand, type Transition } from "../checker/reference/step.ts";
import type { Trace } from "../checker/reference/trace.ts";
import { traceOf } from "../checker/reference/trace.ts";

export interface Position {
  /** Number of the route; -1: none, from the initial state. */
  readonly route: number;
  /** Steps of the route that are kept; null: all. */
  readonly left: number | null;
  /** Where a way by hand begins, by its number among the states where a run may; a route begins where it was found. */
  readonly start: number;
  /** What was taken by hand after them. */
  readonly taken: readonly number[];
  /** Steps made at the place that is looked at. */
  readonly step: number;
}

export interface Journey {
  readonly transitions: readonly Transition[];
  readonly trace: Trace;
  /** Before the first step, then after each; where a step has none after it, that before it. */
  readonly states: readonly State[];
  /** Properties that break at each step, or in the state after it. */
  readonly broken: readonly (readonly string[])[];
  /** Steps of the address that are not possible, and were left out. */
  readonly refused: number;
}

/** Replays, by the reference, what a position says. */
export function journeyOf(system: System, routes: readonly Route[], { route, left, start, taken }: Position): Journey {
  const from = routes[route];
  const begin = system.initials[from?.start ?? start] ?? system.initials[0];
  const transitions = (from?.choices ?? []).slice(0, left ?? undefined).map((choice) => transitionOf(system, choice));
  let state = transitions.reduce((at, one) => stateAfter(system, at, one) ?? at, begin);
  let refused = 0;
  for (const [i, n] of taken.entries()) {
    const transition = expand(system, state).transitions[n];
    if (!transition) {
      refused = taken.length - i;
      break;
    }
    transitions.push(transition);
    const after = stateAfter(system, state, transition);
    if (!after) break;
    state = after;
  }
  const trace = traceOf(system, from?.property ?? "", from?.why ?? "", { start: begin, steps: transitions });
  const states = [begin, ...trace.steps.map(({ before, after }) => after ?? before)];
  const broken = brokenAt(system, trace, transitions);
  const last = broken.at(-1);
  // That something can never hold again is no matter of one state: the search found it out.
  if (from && left === null && last && from.kind !== "witness" && !last.includes(from.property))
    last.push(from.property);
  return { transitions, trace, states, broken, refused };
}

/** What the reference finds wrong in each step, and in the state after it that was not wrong before. */
function brokenAt(system: System, { steps }: Trace, transitions: readonly Transition[]): string[][] {
  let before: readonly string[] = [];
  return steps.map((step, i) => {
    const transition = transitions[i] as Transition;
    const ofStep = found(system, (f) => f.take([transition], step.before, 0, 0));
    const here = step.after ? found(system, (f) => f.look(step.after as State, 0, 0)) : [];
    const fresh = here.filter((property) => !before.includes(property));
    before = here;
    return [...new Set([...ofStep, ...fresh])];
  });
}

function found(system: System, look: (findings: Findings) => unknown): string[] {
  const findings = new Findings(system);
  look(findings);
  return findings.violations.told().map(({ property }) => property);
}

/** What is wrong in a state as it is. */
export const brokenIn = (system: System, state: State): readonly string[] => found(system, (f) => f.look(state, 0, 0));

/** Null where a step has no state after it. */
function stateAfter(system: System, state: State, transition: Transition): State | null {
  const known = found(system, (f) => f.take([transition], state, 0, 0));
  return transition.command.fails || known.includes("model error") ? null : apply(system, state, transition).state;
}

function transitionOf(system: System, [context = 0, id = 0, ...chosen]: Choice): Transition {
  const command = system.commands[id];
  const label = system.labels.find((one) => one?.entries.some((entry) => entry.some((c) => c.id === id)));
  if (!command || !label) throw new Error(`the page has no command ${id}`);
  return { context, label, command, chosen };
}

/** "#step=12", "#step=14&way=S4&left=12&took=1.0". What is as at the beginning is left out. */
export function addressOf({ route, left, start, taken, step }: Position, routes: readonly Route[]): string {
  const parts = new URLSearchParams({ step: String(step) });
  if (route > 0) parts.set("way", routes[route]?.property ?? "");
  if (route < 0 && routes.length > 0) parts.set("way", "");
  if (start > 0) parts.set("start", String(start));
  if (left !== null) parts.set("left", String(left));
  if (taken.length > 0) parts.set("took", taken.join("."));
  return `#${parts}`;
}

/** Where an address leads. What in it makes no sense is as if it were not there. */
export function positionOf(address: string, routes: readonly Route[]): Position {
  const parts = new URLSearchParams(address.replace(/^#/, ""));
  const numbers = (text: string | null): number[] =>
    (text ?? "")
      .split(".")
      .filter((word) => /^\d{1,9}$/.test(word))
      .map(Number);
  const way = parts.get("way");
  const named = way === null ? 0 : routes.findIndex(({ property }) => property === way);
  const route = routes.length === 0 ? -1 : named;
  const length = routes[route]?.choices.length ?? 0;
  const taken = numbers(parts.get("took"));
  const [given] = numbers(parts.get("left"));
  const left = given === undefined && taken.length === 0 ? null : Math.min(given ?? length, length);
  const most = left === null ? length : left + taken.length;
  const [step = left === null ? 0 : most] = numbers(parts.get("step"));
  const [start = 0] = numbers(parts.get("start"));
  return { route, left, start, taken, step: Math.min(step, most) };
}

/** Takes a transition by hand: what lay ahead of the place that is looked at is left. */
export function take(position: Position, n: number, routes: readonly Route[]): Position {
  const { route, left, start, taken, step } = position;
  const kept = left ?? routes[route]?.choices.length ?? 0;
  return step <= kept
    ? { route, left: step, start, taken: [n], step: step + 1 }
    : { route, left: kept, start, taken: [...taken.slice(0, step - kept), n], step: step + 1 };
}
