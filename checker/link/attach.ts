/**
 * Third pass: what properties ask and write stands at the steps that they speak of; what they ask of states stands beside.
 * Which ghosts are kept follows from what they read.
 */
import { type FairKind, type FairRegion, kindOfRow } from "../language/fairness.ts";
import { LinkError } from "../language/link-error.ts";
import type { Property } from "../language/properties.ts";
import type { Shape } from "../language/shapes.ts";
import type { LivenessCheck, StateCheck, StepCheck, StepWitness, Witness } from "../language/system.ts";
import { attachments, type OfCommand } from "./clauses.ts";
import { keepGhosts } from "./ghosts.ts";
import { type Ordered, onceBegun } from "./order.ts";
import { labelsIn } from "./regions.ts";
import { resolveAssign, type Script, type SplicedCommand, type SplicedStep } from "./splice.ts";

/** An alternative with what properties ask of it; what they write to ghosts is part of its effect. */
export interface AttachedCommand extends SplicedCommand {
  readonly checks: readonly StepCheck[];
  readonly witnesses: readonly StepWitness[];
}

export interface AttachedStep extends Omit<SplicedStep, "entries"> {
  readonly entries: readonly (readonly AttachedCommand[])[];
  /** Checked where a context that may run stands here with nothing open. */
  readonly waits: readonly StepCheck[];
}

/** The conditions of steps have no labels for their regions yet: which locals live is read off them as they are. */
export interface Attached extends Omit<Ordered, "scripts"> {
  readonly scripts: readonly Script<AttachedStep>[];
  /** Those that ask something here. */
  readonly properties: readonly Property[];
  /** State and ghosts that are kept. */
  readonly fields: Readonly<Record<string, Shape>>;
  readonly droppedGhosts: readonly string[];
  readonly invariants: readonly StateCheck[];
  readonly atRest: readonly StateCheck[];
  readonly alwaysPossible: readonly StateCheck[];
  readonly liveness: readonly LivenessCheck[];
  readonly witnesses: readonly Witness[];
}

/** Throws `LinkError` where a property would check nothing. */
export function attach({ scripts, ...spliced }: Ordered): Attached {
  const { collected, resolve, begins } = spliced;
  const steps = scripts.flatMap((script) => script.steps);
  const { options, properties, env } = collected;
  const found = attachments(properties, steps, env, options.whereTheyApply ?? []);
  const ghosts = keepGhosts(collected.declared.ghost, found);
  const states = (checks: readonly StateCheck[]) => checks.map((c) => ({ ...c, condition: resolve(c.condition) }));
  const commandOf = (command: SplicedCommand): AttachedCommand => {
    const { checks, witnesses, effect } = found.ofCommand.get(command) as OfCommand;
    const made = effect.filter(ghosts.isMade).map((assign) => resolveAssign(assign, resolve));
    return { ...command, effect: [...command.effect, ...made], checks, witnesses };
  };
  return {
    ...spliced,
    scripts: scripts.map((script) => ({
      ...script,
      steps: script.steps.map((step) => ({
        ...step,
        entries: step.entries.map((members) => members.map(commandOf)),
        waits: (found.waits.get(step) ?? []).map((w) => ({
          ...w,
          condition: onceBegun(begins.get(step.id), w.condition),
        })),
      })),
    })),
    properties: found.properties,
    fields: { ...collected.declared.state, ...ghosts.fields },
    droppedGhosts: ghosts.dropped,
    invariants: states(found.invariants),
    atRest: states(found.atRest),
    alwaysPossible: states(found.alwaysPossible),
    liveness: found.liveness.map(({ fairness, property, condition, from }) => ({
      property,
      condition: resolve(condition),
      from: from && resolve(from),
      fair: fairAt(property, fairness, steps),
    })),
    witnesses: found.witnesses.map((w) => ({ ...w, condition: w.condition ? resolve(w.condition) : null })),
  };
}

/** What a context is owed at each label: by what the property says of regions, else by the rows. */
function fairAt(property: string, said: readonly FairRegion[], steps: readonly SplicedStep[]): readonly FairKind[] {
  const fair: FairKind[] = ["none"];
  for (const step of steps) fair[step.id] = kindOfRow(step.row.meta);
  // The first that is said of a row counts.
  for (const { kind, region } of said.toReversed()) {
    const labels = region === null ? steps.map(({ id }) => id) : labelsIn(region, steps);
    if (labels.length === 0)
      throw new LinkError([
        `property ${property}: no row is in the region whose fairness it says ("${kind}"); drop it, or add a context that reaches it`,
      ]);
    for (const id of labels) fair[id] = kind;
  }
  return fair;
}
