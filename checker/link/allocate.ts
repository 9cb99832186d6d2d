/**
 * Fourth pass: locals become slots of their context. Which live where, and which share a slot, is for `liveness.ts`; here
 * every node of a step gets its last form.
 */
import { orLinkErrors } from "../language/link-error.ts";
import { mapParts, mapPlace, type Node, type PlaceNode } from "../language/nodes.ts";
import type { Command, Label, Slot } from "../language/system.ts";
import type { Attached, AttachedStep } from "./attach.ts";
import { type Allocation, allocateSlots, type FlowStep } from "./liveness.ts";
import type { Script } from "./splice.ts";

/** A step as the system has it, but for the numbers of its commands. */
export interface AllocatedStep extends Pick<AttachedStep, "id" | "instance" | "row" | "rowLabel"> {
  readonly entries: readonly (readonly Omit<Command, "id">[])[];
  readonly waits: Label["waits"];
  readonly cuts: Label["cuts"];
  readonly slots: Label["slots"];
}

export interface AllocatedScript extends Script<AllocatedStep> {
  readonly slots: readonly Slot[];
}

export interface Allocated extends Omit<Attached, "scripts"> {
  readonly scripts: readonly AllocatedScript[];
}

/** Throws `LinkError` where a local may be read before it is set. */
export function allocate({ scripts, ...attached }: Attached): Allocated {
  const { collected, resolve } = attached;
  const { universe } = collected.env;
  const allocations = scripts.map(({ program, entry, steps }) => {
    const first = steps[0]?.id ?? 0;
    const allocation = allocateSlots(flowOf(steps, first), universe);
    const early = [...(allocation.live[entry - first] ?? [])].filter((name) => !name.includes(":passes of "));
    orLinkErrors(early.map((name) => `${program}: the local "${name}" may be read before it is set`));
    return allocation;
  });
  return {
    ...attached,
    scripts: scripts.map((script, i) => {
      const allocation = allocations[i] as Allocation;
      return {
        ...script,
        steps: script.steps.map((step, position) => allocatedStep(step, position, allocation, resolve)),
        slots: allocation.slots,
      };
    }),
  };
}

/** The steps of a script as liveness sees them: by their position, `first` being the label of the first. */
const flowOf = (steps: readonly AttachedStep[], first: number): readonly FlowStep[] =>
  steps.map(({ entries, waits }) => {
    const commands = entries.flat();
    return {
      reads: [...commands.map((c) => c.guard), ...waits.map((w) => w.condition)],
      edges: commands.map(({ checks, witnesses, effect, target }) => ({
        reads: [...checks, ...witnesses].map((x) => x.condition),
        effect,
        target: target === null ? undefined : target === 0 ? null : target - first,
      })),
    };
  });

function allocatedStep(
  { id, instance, row, rowLabel, entries, waits }: AttachedStep,
  position: number,
  { slotOf, live, effectOf }: Allocation,
  resolve: (node: Node) => Node,
): AllocatedStep {
  const slotted = (node: Node): Node => toSlots(node, slotOf);
  const finish = (node: Node): Node => slotted(resolve(node));
  const finished = <T extends { readonly condition: Node }>(checks: readonly T[]): T[] =>
    checks.map((check) => ({ ...check, condition: finish(check.condition) }));
  let edge = 0;
  return {
    id,
    instance,
    row,
    rowLabel,
    entries: entries.map((members) =>
      members.map(({ source, binders, guard, target, fails, checks, witnesses }) => ({
        source,
        binders,
        guard: slotted(guard),
        effect: effectOf(position, edge++).map((a) => ({
          ...a,
          place: a.unstored ? a.place : placeToSlot(a.place, slotOf),
          value: slotted(a.value),
        })),
        target,
        fails,
        checks: finished(checks),
        witnesses: finished(witnesses),
      })),
    ),
    waits: finished(waits),
    cuts: row.meta.cuts ? finish(row.meta.cuts.node) : null,
    slots: [...(live[position] ?? [])].map((name) => ({
      slot: slotOf.get(name) as number,
      name: name.slice(name.lastIndexOf(":") + 1),
    })),
  };
}

function toSlots(node: Node, slotOf: ReadonlyMap<string, number>): Node {
  if (node.op === "read") {
    const place = placeToSlot(node.place, slotOf);
    return place === node.place ? node : { op: "read", place };
  }
  return mapParts(node, (part) => toSlots(part, slotOf));
}

function placeToSlot(place: PlaceNode, slotOf: ReadonlyMap<string, number>): PlaceNode {
  const mapped = mapPlace(place, (index) => toSlots(index, slotOf));
  if (mapped.base.kind !== "local") return mapped;
  const index = slotOf.get(mapped.base.name);
  if (index === undefined) throw new Error(`the local ${mapped.base.name} has no slot`);
  return {
    ...mapped,
    base: { kind: "slot", index, name: mapped.base.name.slice(mapped.base.name.lastIndexOf(":") + 1) },
  };
}
