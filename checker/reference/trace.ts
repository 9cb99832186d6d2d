/**
 * Replay: a list of transitions becomes a trace that a person can read, or the checker is at fault. Nothing is shown
 * that the reference did not itself find open, step by step, from the initial state.
 */
import { type Cell, cellsOf, showCell, slotName, stateKey, valueAt } from "../language/cells.ts";
import { evaluate, ModelError, type State } from "../language/evaluate.ts";
import { setOf } from "../language/nodes.ts";
import type { Command, Label, System } from "../language/system.ts";
import type { Path } from "./result.ts";
import { apply, envOf, expand, type Transition } from "./step.ts";

/** One step of a trace, replayed by the reference. */
export interface TraceStep {
  readonly number: number;
  readonly context: number;
  /** Where it runs ("cpu0"), where the model has lanes. */
  readonly lane: string | null;
  readonly label: Label;
  readonly command: Command;
  /** Free choices, by the set chosen from. */
  readonly chosen: readonly { readonly set: string; readonly value: string }[];
  /** Null at the end of the script, and where the step fails. */
  readonly next: Label | null;
  /** The context that this arrival cuts. */
  readonly cuts: number | null;
  /** Cells that changed, by name ("cpu[cpu0].irqsOff"), locals by the program's name; labels left out. */
  readonly changes: readonly { readonly cell: string; readonly from: string; readonly to: string }[];
  readonly before: State;
  /** Null where the step fails. */
  readonly after: State | null;
}

/** A counterexample or a witness. */
export interface Trace {
  readonly property: string;
  readonly why: string;
  /** Where it begins. */
  readonly start: State;
  readonly steps: readonly TraceStep[];
  readonly final: State;
  /** Of a run that goes on for ever: how many steps come before those that are taken again and again. */
  readonly loop?: number;
}

/** Replays transitions from the initial state. Throws where one is not open in the state reached: a fault of ours. */
export function traceOf(
  system: System,
  property: string,
  why: string,
  { start, steps: transitions }: Path,
  loop?: number,
): Trace {
  const cells = new Map(cellsOf(system).map((cell, order) => [cell.path.join("."), { cell, order }]));
  const steps: TraceStep[] = [];
  const key = stateKey(system);
  if (!system.initials.some((one) => key(one) === key(start)))
    throw new Error(`the trace of ${property} does not replay: no run begins where it does`);
  let state = start;
  for (const [i, asked] of transitions.entries()) {
    const transition = expand(system, state).transitions.find((open) => isSame(open, asked));
    if (!transition) throw fault(system, property, i + 1, asked, "it is not open in the state reached");
    const { context: who, label, command, chosen } = transition;
    const isLast = i === transitions.length - 1;
    const after = stateAfter(system, state, transition);
    if (!after && !isLast) throw fault(system, property, i + 1, asked, "it ends the run, yet steps follow");
    const next = command.target ? (system.labels[command.target] ?? null) : null;
    const cut = label.cuts ? evaluate(label.cuts, envOf(system, state, who)) : null;
    steps.push({
      number: i + 1,
      context: who,
      lane: laneOf(system, state, who),
      label,
      command,
      chosen: command.binders.map(({ set }, b) => ({
        set: set.name,
        value: system.universe.elementName(set, chosen[b] as number),
      })),
      next,
      cuts: typeof cut === "number" ? cut : null,
      changes: after ? changesOf(system, cells, state, transition, after) : [],
      before: state,
      after: after?.state ?? null,
    });
    if (after) state = after.state;
  }
  if (loop === undefined) return { property, why, start, steps, final: state };
  const entered = loop === 0 ? start : (steps[loop - 1] as TraceStep).after;
  if (!entered || key(entered) !== key(state))
    throw new Error(`the trace of ${property} does not replay: its last step does not lead back into the cycle`);
  return { property, why, start, steps, final: state, loop };
}

const isSame = (a: Transition, b: Transition): boolean =>
  a.context === b.context &&
  a.command.id === b.command.id &&
  a.chosen.length === b.chosen.length &&
  a.chosen.every((value, i) => value === b.chosen[i]);

function fault(system: System, property: string, number: number, { context: who, label }: Transition, what: string) {
  const where = `${system.contexts[who]?.name} at ${label.program}: ${label.rowLabel}`;
  return new Error(`the trace of ${property} does not replay: step ${number} (${where}): ${what}`);
}

/** Null where the step has no state after it: it fails, or it is the model error that the trace shows. */
function stateAfter(system: System, state: State, transition: Transition) {
  if (transition.command.fails) return null;
  try {
    return apply(system, state, transition);
  } catch (error) {
    if (error instanceof ModelError) return null;
    throw error;
  }
}

type NamedCells = ReadonlyMap<string, { readonly cell: Cell; readonly order: number }>;

/**
 * What a step changed, in the order of the cells. A local counts where it lives after the step: one that only now
 * begins to live is "(unset)" before, and is shown even where its value is the slot's old one.
 */
function changesOf(
  system: System,
  cells: NamedCells,
  before: State,
  { context: who, label, command }: Transition,
  after: ReturnType<typeof apply>,
): TraceStep["changes"] {
  const changes = new Map<number, { cell: string; from: string; to: string }>();
  const find = (path: readonly (string | number)[]) => {
    const found = cells.get(path.join("."));
    if (!found) throw new Error(`a step changed ${path.join(".")}, which is no cell`);
    return found;
  };
  const setSlots = command.effect.flatMap(({ place: { base } }) =>
    base.kind === "slot" ? [["local", who, base.index]] : [],
  );
  for (const path of [...after.patches.map((p) => p.path), ...setSlots]) {
    if (path[0] === "pc") continue;
    const { cell, order } = find(path);
    const from = showCell(cell, valueAt(before, path), system);
    const to = showCell(cell, valueAt(after.state, path), system);
    if (path[0] !== "local") {
      changes.set(order, { cell: cell.name, from, to });
      continue;
    }
    const name = slotName(system, who, path[2] as number, command.target ?? 0);
    if (name === null) continue;
    const lived = slotName(system, who, path[2] as number, label.id) === name;
    if (lived && from === to) continue;
    changes.set(order, { cell: name, from: lived ? from : "(unset)", to });
  }
  return [...changes].sort(([a], [b]) => a - b).map(([, change]) => change);
}

/** Where a context runs in a state, as reports show it; null where the model has no lanes, or the context is on none. */
export function laneOf(system: System, state: State, who: number): string | null {
  if (!system.lane) return null;
  const value = evaluate(system.lane, envOf(system, state, who));
  const set = setOf(system.lane);
  if (typeof value !== "number") return null;
  return set ? system.universe.elementName(set, value) : `lane ${value}`;
}

/** Contexts that stand under one in a state, and that one, from the bottom; as far as the model tells. */
export function chainIn(system: System, state: State, context: number): number[] {
  const chain = [context];
  while (system.below && chain.length <= system.contexts.length) {
    const below = evaluate(system.below, envOf(system, state, chain[0] as number));
    if (typeof below !== "number") break;
    chain.unshift(below);
  }
  return chain;
}

/** The lanes of a system in their order; none where the model has none. */
export function lanesOf(system: System): readonly string[] {
  const set = system.lane && setOf(system.lane);
  if (!set) return [];
  return Array.from({ length: system.universe.size(set) }, (_, i) => system.universe.elementName(set, i));
}
