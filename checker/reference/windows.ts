/**
 * At which rows must a frame come, so that a property can still be violated? Of a frame, its arrivals after which some
 * way leads to the violation, out of all arrivals: the states of the whole graph, once forwards and once backwards.
 */
import { stateKey } from "../language/cells.ts";
import { evaluate, ModelError, type State } from "../language/evaluate.ts";
import type { System } from "../language/system.ts";
import { Findings } from "./findings.ts";
import { INTERRUPTED, type Lengthy } from "./progress.ts";
import { envOf, type Transition } from "./step.ts";

/** Where a frame comes on top of one context: labels of that context. */
export interface Window {
  readonly frame: number;
  readonly over: number;
  /** Labels at which it may come, and the violation may still follow. */
  readonly opens: ReadonlySet<number>;
  /** All labels at which it comes. */
  readonly comes: ReadonlySet<number>;
}

/** States that are looked at before the search gives up: the reference visits each. */
export const MOST_STATES = 50_000;

/** Why windows are not known. */
export const tooMany = (most: number): string => `there are more than ${most} states`;

const BETWEEN_LOOKS = 64;

interface Arrival {
  readonly frame: number;
  readonly over: number;
  readonly at: number;
  readonly to: number;
}

/** The windows of a violated property, one for each frame and whom it cuts; or why they are not known. */
export function* windowsOf(
  system: System,
  property: string,
  { most = MOST_STATES, signal }: { readonly most?: number; readonly signal?: AbortSignal } = {},
): Lengthy<readonly Window[] | string> {
  const key = stateKey(system);
  const states: State[] = [];
  const index = new Map<string, number>();
  const numberOf = (state: State): number => {
    const of = key(state);
    const known = index.get(of);
    if (known !== undefined) return known;
    index.set(of, states.push(state) - 1);
    return states.length - 1;
  };
  for (const state of system.initials) numberOf(state);
  const findings = new Findings(system);
  const before: number[][] = [];
  const arrivals: Arrival[] = [];
  const violating: number[] = [];
  // Those that are found meanwhile are looked at, too.
  for (let from = 0; from < states.length; from++) {
    if (from % BETWEEN_LOOKS === 0) yield { level: 0, states: states.length, frontier: states.length - from };
    if (signal?.aborted) return INTERRUPTED;
    if (states.length > most) return tooMany(most);
    const state = states[from] as State;
    findings.violations.clear();
    for (const { via, state: after } of findings.visit(state, from, 0)) {
      const to = numberOf(after);
      before[to] = [...(before[to] ?? []), from];
      const over = cutBy(system, state, via);
      if (over !== null) arrivals.push({ frame: via.context, over, at: state.pc[over] as number, to });
    }
    if (findings.violations.has(property)) violating.push(from);
  }
  // What is to stay possible is violated by all that may follow: from such a state it never holds again.
  const lost = system.alwaysPossible
    .filter((goal) => goal.property === property)
    .flatMap((goal) => {
      const can = backFrom(
        indices(states.map((state, s) => findings.isGoal(goal, state, s, 0))),
        before,
        states.length,
      );
      return indices(can.map((is) => !is));
    });
  return windowsAmong(arrivals, backFrom([...violating, ...lost], before, states.length));
}

/** Whom a step comes on top of, as a frame does; null where it comes on nobody, or serves others. */
function cutBy(system: System, state: State, { context, label: { cuts, meta } }: Transition): number | null {
  if (cuts === null || meta.serves) return null;
  try {
    const over = evaluate(cuts, envOf(system, state, context));
    return typeof over === "number" && over !== context ? over : null;
  } catch (error) {
    // A model error, which is found as such where states are visited.
    if (!(error instanceof ModelError)) throw error;
    return null;
  }
}

const indices = (marks: readonly boolean[]): readonly number[] => marks.flatMap((is, i) => (is ? [i] : []));

/** From which states one of these can be reached, themselves among them. */
function backFrom(these: readonly number[], before: readonly (readonly number[])[], size: number): boolean[] {
  const can = new Array<boolean>(size).fill(false);
  const queue = [...these];
  for (const s of queue) can[s] = true;
  for (let s = queue.pop(); s !== undefined; s = queue.pop()) {
    for (const from of before[s] ?? []) {
      if (can[from]) continue;
      can[from] = true;
      queue.push(from);
    }
  }
  return can;
}

function windowsAmong(arrivals: readonly Arrival[], leads: readonly boolean[]): readonly Window[] {
  const found = new Map<string, { frame: number; over: number; opens: Set<number>; comes: Set<number> }>();
  for (const { frame, over, at, to } of arrivals) {
    const name = `${frame}/${over}`;
    const one = found.get(name) ?? { frame, over, opens: new Set<number>(), comes: new Set<number>() };
    found.set(name, one);
    one.comes.add(at);
    if (leads[to]) one.opens.add(at);
  }
  return [...found.values()].sort((a, b) => a.frame - b.frame || a.over - b.over);
}
