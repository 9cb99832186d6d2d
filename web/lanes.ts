/** What stands where in the swimlanes? For each step its lane, the frames that it stands on, and who waits and who holds. */
import { holdersOf, type Lock, locksOf } from "../checker/answer/locks.ts";
import type { State } from "../checker/language/evaluate.ts";
import type { Label, StackFrame, System } from "../checker/language/system.ts";
import { expand, isDeadlock } from "../checker/reference/step.ts";
import type { TraceStep } from "../checker/reference/trace.ts";
import { chainIn, laneOf, lanesOf } from "../checker/reference/trace.ts";
import type { Views } from "../checker/spec/views.ts";
import type { Journey } from "./journey.ts";

export interface LaneRow {
  readonly step: TraceStep;
  readonly lane: string;
  /** Contexts from the one at the bottom to the one that takes the step. */
  readonly chain: readonly number[];
  /** In the lanes beside: who stands there meanwhile. */
  readonly beside: ReadonlyMap<string, readonly number[]>;
  /** Functions that were called since the context's last step, with how deep each is. */
  readonly enters: readonly { readonly name: string; readonly depth: number }[];
  /** The function that the step is in. */
  readonly inner: string | null;
  /** Calls that the step is in. */
  readonly depth: number;
  /** Contexts that may run before this step and find nothing open, by lane. */
  readonly waits: ReadonlyMap<string, readonly number[]>;
  /** After the step, who holds each lock of `locks`; null for nobody. */
  readonly holders: readonly (string | null)[];
}

export interface Lanes {
  readonly names: readonly string[];
  /** Those in which no step is taken. */
  readonly idle: ReadonlySet<string>;
  /** Locks that somebody holds at some time. */
  readonly locks: readonly Lock[];
  readonly rows: readonly LaneRow[];
  /** Who cannot go on where the way ends: it waits, or, where nothing can happen any more, was stopped. */
  readonly end: readonly { readonly context: number; readonly waits: boolean }[];
}

export function lanesOfJourney(system: System, views: Views, { trace, states }: Journey): Lanes {
  const locks = locksOf(system, views);
  const holdersIn = (state: State): (string | null)[] => locks.map((lock) => holdersOf(system, lock, state)[0] ?? null);
  const held = locks.map((_, i) => states.some((state) => holdersIn(state)[i] !== null));
  const stacks = new Map<number, readonly StackFrame[]>();
  const tops = new Map<string, readonly number[]>();
  const rows = trace.steps.map((step): LaneRow => {
    const { context, label } = step;
    const lane = step.lane ?? nameOf(system, context);
    // An arrival stands on others only once it has come.
    const chain = chainIn(system, (label.cuts && step.after) || step.before, context);
    const beside = new Map([...tops].filter(([name]) => name !== lane));
    tops.set(lane, step.after && isAway(system, step.after, context) ? chain.slice(0, -1) : chain);
    const calls = shownCalls(system, label.stack);
    const known = commonLength(stacks.get(context) ?? [], label.stack);
    stacks.set(context, label.stack);
    const enters = calls.flatMap((frame, depth) =>
      label.stack.indexOf(frame) < known ? [] : [{ name: frame.program, depth }],
    );
    return {
      step,
      lane,
      chain,
      beside,
      enters,
      inner: calls.at(-1)?.program ?? null,
      depth: calls.length,
      waits: waitsIn(system, step.before),
      holders: holdersIn(step.after ?? step.before).filter((_, i) => held[i]),
    };
  });
  const all = laneNames(system);
  const used = new Set(rows.flatMap((row) => [row.lane, ...row.waits.keys()]));
  const last = states.at(-1) as State;
  return {
    names: all.length <= 4 ? all : all.filter((name) => used.has(name)),
    idle: new Set(all.filter((name) => !used.has(name))),
    locks: locks.filter((_, i) => held[i]),
    rows,
    end: trace.steps.at(-1)?.after === null ? [] : leftIn(system, last),
  };
}

/** Where a model has no lanes, each context has one of its own. */
export function laneNames(system: System): readonly string[] {
  const lanes = lanesOf(system);
  return lanes.length > 0 ? lanes : system.contexts.map(({ name }) => name);
}

export const nameOf = (system: System, context: number): string => system.contexts[context]?.name ?? "?";

/** At the end of its script, or where it comes from. */
const isAway = (system: System, state: State, context: number): boolean => {
  const label = system.labels[state.pc[context] as number];
  return !label || label.meta.arrive === true;
};

/** Nobody misses a context that serves others and has nothing to do. */
const isIdle = ({ meta }: Label): boolean => [meta.arrive, meta.mayStop, meta.serves, meta.schedules].includes(true);

/** Who waits; in a deadlock also who cannot run at all, such as one that sleeps. */
function leftIn(system: System, state: State): { context: number; waits: boolean }[] {
  const expansion = expand(system, state);
  const stuck = isDeadlock(system, state, expansion);
  return system.contexts.flatMap((_, context) => {
    const label = system.labels[state.pc[context] as number];
    if (!label || isIdle(label)) return [];
    const waits = expansion.waiting.some((one) => one.context === context);
    return waits || stuck ? [{ context, waits }] : [];
  });
}

function waitsIn(system: System, state: State): ReadonlyMap<string, readonly number[]> {
  const waits = new Map<string, number[]>();
  for (const { context, label } of expand(system, state).waiting) {
    if (isIdle(label)) continue;
    const lane = laneOf(system, state, context) ?? nameOf(system, context);
    waits.set(lane, [...(waits.get(lane) ?? []), context]);
  }
  return waits;
}

/** Scripts and other programs of the model alone are left out: their names would look like functions. */
const shownCalls = (system: System, stack: readonly StackFrame[]): readonly StackFrame[] =>
  stack.filter(({ program }, depth) =>
    depth === 0 ? system.programs[program]?.kernel != null : /^[\w.]+$/.test(program),
  );

const commonLength = (a: readonly StackFrame[], b: readonly StackFrame[]): number => {
  const differs = b.findIndex((frame, i) => frame.program !== a[i]?.program || frame.callLabel !== a[i]?.callLabel);
  return differs < 0 ? b.length : differs;
};
