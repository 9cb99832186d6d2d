/**
 * Locals become slots of their context: dead ones are reset on the edge where they die, and locals that never live
 * together share a slot. Both merge states that differ only in values nobody will read again.
 */
import { type Assign, leafShape, type Node, type PlaceNode, walk, walkAssign } from "../language/nodes.ts";
import type { IndexSet, Universe } from "../language/sets.ts";
import { type AnyLeaf, belongs, type Data, defaultOf, describeShape, type Value } from "../language/shapes.ts";
import type { Slot } from "../language/system.ts";

/** One step as liveness sees it; the index of a step is its position in the script, null its end. */
export interface FlowStep {
  /** Everything that is evaluated here whichever alternative fires: guards and waiting checks. */
  readonly reads: readonly Node[];
  readonly edges: readonly {
    readonly reads: readonly Node[];
    readonly effect: readonly Assign[];
    readonly target: number | null | undefined;
  }[];
}

export interface Allocation {
  readonly slots: readonly Slot[];
  /** Slot of each local. */
  readonly slotOf: ReadonlyMap<string, number>;
  /** Locals that live on entry to each step. */
  readonly live: readonly ReadonlySet<string>[];
  /** The effect of an edge with dead writes dropped and resets added; places are still named. */
  readonly effectOf: (step: number, edge: number) => readonly Assign[];
}

export function allocateSlots(steps: readonly FlowStep[], universe: Universe): Allocation {
  const shapes = new Map<string, AnyLeaf>();
  const note = (place: PlaceNode, into?: Set<string>): void => {
    if (place.base.kind !== "local") return;
    shapes.set(place.base.name, place.shape as AnyLeaf);
    into?.add(place.base.name);
  };
  const readsOf = (nodes: readonly Node[], effects: readonly Assign[]): Set<string> => {
    const found = new Set<string>();
    const visit = (node: Node): void => {
      if (node.op === "read") note(node.place, found);
    };
    for (const node of nodes) walk(node, visit);
    for (const assign of effects) walkAssign(assign, visit);
    return found;
  };
  const sets = (effect: readonly Assign[]): Set<string> => {
    const found = new Set<string>();
    for (const assign of effect) note(assign.place, found);
    return found;
  };

  const live: Set<string>[] = steps.map((step) => readsOf(step.reads, []));
  const edges = steps.map((step) =>
    step.edges.map((edge) => ({ ...edge, uses: readsOf(edge.reads, edge.effect), defines: sets(edge.effect) })),
  );
  for (const [i, out] of edges.entries()) for (const edge of out) for (const name of edge.uses) live[i]?.add(name);
  for (let changed = true; changed; ) {
    changed = false;
    for (let i = steps.length - 1; i >= 0; i--) {
      for (const edge of edges[i] ?? []) {
        if (typeof edge.target !== "number") continue;
        for (const name of live[edge.target] ?? []) {
          if (edge.defines.has(name) || live[i]?.has(name)) continue;
          live[i]?.add(name);
          changed = true;
        }
      }
    }
  }

  const { slots, slotOf } = colour(live, shapes);
  const effectOf = (stepIndex: number, edgeIndex: number): readonly Assign[] => {
    const edge = edges[stepIndex]?.[edgeIndex];
    if (!edge) throw new Error("no such edge");
    const after = typeof edge.target === "number" ? (live[edge.target] as Set<string>) : new Set<string>();
    const kept = edge.effect.flatMap((a) => {
      if (a.place.base.kind !== "local" || after.has(a.place.base.name)) return [a];
      const { name } = a.place.base;
      const twice = edge.effect.some((b) => b !== a && "name" in b.place.base && b.place.base.name === name);
      return cannotFail(a, universe) && !twice ? [] : [{ ...a, unstored: true as const }];
    });
    if (edge.target === undefined) return kept;
    const taken = new Set([...after].map((name) => slotOf.get(name)));
    const resets: Assign[] = [];
    for (const name of live[stepIndex] ?? []) {
      const slot = slotOf.get(name);
      if (taken.has(slot)) continue;
      taken.add(slot);
      const shape = shapes.get(name) as AnyLeaf;
      const value: Node = { op: "const", value: defaultOf(shape, universe) as Value & Data };
      resets.push({ over: [], place: { base: { kind: "local", name }, path: [], shape }, value });
    }
    return [...kept, ...resets];
  };
  return { slots, slotOf, live, effectOf };
}

/** Whether a value always is one of the shape that it is assigned to: then nothing is lost when it is not stored. */
function cannotFail({ place, value }: Assign, universe: Universe): boolean {
  const shape = leafShape(place);
  if (value.op === "const") return belongs(value.value, shape, universe);
  const steady = (index: Node, set: IndexSet): boolean =>
    index.op === "const"
      ? typeof index.value === "number" && index.value >= 0 && index.value < universe.size(set)
      : index.op === "self" || (index.op === "bound" && index.binder.set.name === set.name);
  if (value.op !== "read") return value.op === "self" || value.op === "bound";
  return (
    describeShape(value.place.shape) === describeShape(shape) &&
    value.place.path.every((step) => "field" in step || steady(step.index, step.set))
  );
}

/** Greedy colouring in order of first appearance; only locals of the same shape share. */
function colour(
  live: readonly ReadonlySet<string>[],
  shapes: ReadonlyMap<string, AnyLeaf>,
): { slots: Slot[]; slotOf: Map<string, number> } {
  const conflicts = new Map<string, Set<string>>();
  for (const together of live) {
    for (const name of together) {
      const with_ = conflicts.get(name) ?? new Set<string>();
      conflicts.set(name, with_);
      for (const other of together) if (other !== name) with_.add(other);
    }
  }
  const slots: Slot[] = [];
  const slotOf = new Map<string, number>();
  for (const [name, with_] of conflicts) {
    const shape = shapes.get(name) as AnyLeaf;
    const busy = new Set([...with_].map((other) => slotOf.get(other)));
    let slot = slots.findIndex((s, i) => !busy.has(i) && describeShape(s.shape) === describeShape(shape));
    if (slot < 0) slot = slots.push({ shape }) - 1;
    slotOf.set(name, slot);
  }
  return { slots, slotOf };
}
