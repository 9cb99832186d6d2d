/** Is a recording a way of the model, which rows has it confirmed, and where does it differ? */
import type { System } from "../../checker/language/index.ts";
import type { Variant } from "../../checker/language/variants.ts";
import { storePairs } from "../../checker/mutation/store-pairs.ts";
import { withStoresSwapped } from "../../checker/mutation/swap-stores.ts";
import model from "../../model/index.ts";
import type { Cells } from "../recording/cells.ts";
import { KERNELS, type KernelName } from "../recording/kernels.ts";
import type { Cut, Recording, Step } from "../recording/recording.ts";
import { agrees, type Disagreement, Run } from "./follow.ts";
import { ORDERS } from "./orders.ts";
import { systemOf } from "./question.ts";
import { rowsOfEveryWay } from "./rows.ts";
import { States } from "./states.ts";

/** Where a recording and the model differ first. */
export interface Difference extends Disagreement {
  /** Null: in the run of the task alone. */
  readonly cut: Cut | null;
}

export interface Checked {
  readonly recording: Recording;
  readonly system: System;
  readonly differences: readonly Difference[];
  /** Rows that every way of the model that fits must take, "program: label -> way". */
  readonly rows: ReadonlySet<string>;
}

/** The system of a recording, as the compiler of its kernel has it: stores that it exchanged are exchanged. */
function systemFor({ kernel, scenario, question }: Recording, changes: readonly Variant[]): System {
  const { swapped } = KERNELS[kernel as KernelName];
  const system = systemOf(scenario, question, [...(ORDERS[kernel as KernelName] ?? []), ...changes]);
  return swapped.reduce((made, name) => {
    const pair = storePairs(made, () => true).find((one) => one.name.startsWith(`${name},`));
    return pair && pair.obstacle === null ? withStoresSwapped(made, pair) : made;
  }, system);
}

/** Whether the model has the version that a recording is held to. */
export const hasVersion = ({ question }: Pick<Recording, "question">): boolean =>
  Object.hasOwn(model.versions, question.version);

/** How the heap that a kernel begins with differs from the scenario's; null: it does not. */
export function startDiffers(name: string, question: Recording["question"], sizes: readonly number[], start: Cells) {
  const states = new States(systemOf(name, question), sizes.length);
  const run = Run.from(states, question.contexts[0]?.name ?? "", start);
  return agrees(run) ? null : run.what;
}

/** Follows a recording, with rows of the model replaced where a mutant is asked about. */
export function check(recording: Recording, changes: readonly Variant[] = []): Checked {
  const system = systemFor(recording, changes);
  const states = new States(system, recording.sizes.length);
  const [task] = recording.question.contexts;
  const run = Run.from(states, task?.name ?? "", recording.start);
  const answer = (differences: readonly Difference[], rows: ReadonlySet<string>): Checked => ({
    recording,
    system,
    differences,
    rows,
  });
  if (!agrees(run)) return answer([{ ...run, cut: null }], new Set());
  /** The layer after each step of the base run. */
  const layerOf: number[] = [];
  const wrong = follow(run, recording.base, (i) => {
    layerOf[i] = run.layers.length - 1;
  });
  const differences: Difference[] = wrong ? [{ ...wrong, cut: null }] : [];
  const rows = new Set(wrong ? [] : rowsOfEveryWay(run));
  for (const cut of recording.cuts) {
    const layer = layerOf[cut.after];
    // The base run did not come as far.
    if (layer === undefined) continue;
    const cutRun = run.forkAt(layer);
    const differs = follow(cutRun, cut.steps, () => {});
    if (differs) differences.push({ ...differs, cut });
    else for (const row of rowsOfEveryWay(cutRun)) rows.add(row);
  }
  return answer(differences, rows);
}

function follow(run: Run, steps: readonly Step[], done: (i: number) => void): Disagreement | null {
  for (const [i, step] of steps.entries()) {
    const wrong = run.follow(step, i);
    if (wrong) return wrong;
    done(i);
  }
  return null;
}
