/**
 * Third pass: what properties ask and write stands at the steps that they speak of; what they ask of states stands beside.
 * Which ghosts are kept follows from what they read.
 */
import type { Property } from "../language/properties.ts";
import type { Shape } from "../language/shapes.ts";
import type { StateCheck, StepCheck, StepWitness, Witness } from "../language/system.ts";
import { attachments, type OfCommand } from "./clauses.ts";
import { keepGhosts } from "./ghosts.ts";
import { type Ordered, onceBegun } from "./order.ts";
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
  readonly witnesses: readonly Witness[];
}

/** Throws `LinkError` where a property would check nothing. */
export function attach({ scripts, ...spliced }: Ordered): Attached {
  const { collected, resolve, begins } = spliced;
  const steps = scripts.flatMap((script) => script.steps);
  const { options, properties, env } = collected;
  const found = attachments(properties, steps, env, options.whereTheyApply ?? false);
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
    witnesses: found.witnesses.map((w) => ({ ...w, condition: w.condition ? resolve(w.condition) : null })),
  };
}
