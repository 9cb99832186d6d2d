/**
 * What may a context read and write at a label, and what from there on? Read off guards and effects, never declared,
 * with every index followed to the values that it may have.
 *
 * "From there on" is all that the context may ever do after standing at the label: the labels that it can still reach.
 * A frame that has not come yet stands at its arrival, so what it would do on top of others is in it.
 */
import type { Binder, Node } from "../language/nodes.ts";
import type { Value } from "../language/shapes.ts";
import type { Command, Label, System } from "../language/system.ts";
import { CellSet } from "./cell-set.ts";
import { Possible, type Scope, union, type Values } from "./possible-values.ts";

export interface Footprint {
  readonly reads: CellSet;
  readonly writes: CellSet;
  /** Comparisons of a context's label with some labels. */
  readonly labels: readonly { readonly context: number; readonly among: readonly number[] }[];
}

/** Footprints of every label at which some context may stand. */
export interface Footprints {
  readonly possible: Possible;
  /** The step itself, by context and label: guards of all alternatives, effects, checks; without `mayRun`. */
  readonly now: (context: number, label: number) => Footprint;
  /** `mayRun`, which everything but an arrival asks first. */
  readonly mayRun: (context: number) => Footprint;
  /** The step and all that can follow it, `mayRun` included. Nothing at the end of a script. */
  readonly fromHereOn: (context: number, label: number) => Footprint;
  /** What conditions on states read. */
  readonly ofStates: (conditions: readonly Node[]) => Footprint;
  /** What conditions read that a context asks at a label, whatever it chooses. */
  readonly asked: (
    context: number,
    label: number,
    conditions: readonly Node[],
    binders: readonly Binder[],
  ) => Footprint;
}

type Slots = Values[];

export function footprintsOf(system: System): Footprints {
  const possible = new Possible(system);
  const { cells, slots } = flow(system, possible);

  const recorder = () => {
    const reads = new CellSet(possible.cellCount);
    const writes = new CellSet(possible.cellCount);
    const labels = new Map<string, { context: number; among: readonly number[] }>();
    const scope = (self: number, label: number): Scope => ({
      self,
      slot: (index) => slots[self]?.get(label)?.[index] ?? new Set(),
      cell: (cell) => cells[cell] as Values,
      bound: new Map(),
      onRead: (cell) => reads.add(cell),
      onLabel: (context, among) => labels.set(`${context} ${among.join()}`, { context, among }),
    });
    return { reads, writes, labels, scope, result: (): Footprint => ({ reads, writes, labels: [...labels.values()] }) };
  };

  const stepOf = (context: number, { id, entries, waits }: Label): Footprint => {
    const to = recorder();
    const scope = to.scope(context, id);
    for (const { condition } of waits) possible.of(condition, scope);
    for (const command of entries.flat()) {
      const inside = possible.bindAll(command.binders, scope);
      const guard = possible.of(command.guard, inside);
      if (!guard.has(true)) continue;
      for (const { condition } of [...command.checks, ...command.witnesses]) possible.of(condition, inside);
      for (const assign of command.effect) {
        const each = possible.bindAll(assign.over, inside);
        possible.of(assign.value, each);
        if (!assign.unstored) for (const cell of possible.cells(assign.place, each)) to.writes.add(cell);
      }
    }
    return to.result();
  };

  const asked: Footprints["asked"] = (context, label, conditions, binders) => {
    const to = recorder();
    const scope = possible.bindAll(binders, to.scope(context, label));
    for (const condition of conditions) possible.of(condition, scope);
    return to.result();
  };

  const now = system.contexts.map((_, context) => {
    const known = slots[context] as ReadonlyMap<number, Slots>;
    return new Map([...known.keys()].map((id) => [id, stepOf(context, system.labels[id] as Label)]));
  });
  const mayRun = system.contexts.map((_, context) => asked(context, 0, [system.mayRun], []));
  const later = now.map((steps, context) => fixpoint(system, steps, mayRun[context] as Footprint, possible.cellCount));
  const nothing: Footprint = {
    reads: new CellSet(possible.cellCount),
    writes: new CellSet(possible.cellCount),
    labels: [],
  };
  return {
    possible,
    now: (context, label) => now[context]?.get(label) ?? nothing,
    mayRun: (context) => mayRun[context] as Footprint,
    fromHereOn: (context, label) => later[context]?.get(label) ?? nothing,
    ofStates: (conditions) => asked(-1, 0, conditions, []),
    asked,
  };
}

/** Values of all cells, whatever the order of steps, and of each context's slots at each label that it may reach. */
function flow(system: System, possible: Possible) {
  const cells: Values[] = initialCells(system);
  const slots = system.contexts.map(({ script }, context) => {
    const entry = system.scripts[script]?.entry ?? 0;
    const first = (system.initials[0].local[context] ?? []).map((value): Values => new Set([value]));
    return new Map<number, Slots>(entry === 0 ? [] : [[entry, first]]);
  });
  // A label is looked at again only where something that it read has changed since: anything else would say the same.
  let now = 0;
  const cellChanged = cells.map(() => 0);
  const looks = slots.map(() => new Map<number, Look>());
  for (let changed = true; changed; ) {
    changed = false;
    for (const [context, known] of slots.entries()) {
      for (const [id, at] of known) {
        const last = looks[context]?.get(id);
        const isNews = last === undefined || at.some((values, i) => values !== last.at[i]);
        if (!isNews && [...last.reads].every((cell) => (cellChanged[cell] as number) <= last.when)) continue;
        // Its own changes are news to it as well.
        const look = { when: now, at: [...at], reads: new Set<number>() };
        looks[context]?.set(id, look);
        now += 1;
        const label = system.labels[id] as Label;
        const scope: Scope = {
          self: context,
          slot: (i) => at[i] as Values,
          cell: (c) => cells[c] as Values,
          bound: new Map(),
          onRead: (cell) => look.reads.add(cell),
        };
        const onChange = (cell: number): void => {
          cellChanged[cell] = now;
        };
        for (const command of label.entries.flat()) {
          if (transfer(possible, command, scope, at, cells, known, onChange)) changed = true;
        }
      }
    }
  }
  return { cells, slots };
}

/** When a label was looked at, what its slots might be then, and which cells it read. */
interface Look {
  readonly when: number;
  readonly at: Slots;
  readonly reads: ReadonlySet<number>;
}

/** One alternative: what it may store, and what the slots are at its target. Says whether anything is new. */
function transfer(
  possible: Possible,
  command: Command,
  scope: Scope,
  at: Slots,
  cells: Values[],
  known: Map<number, Slots>,
  onChange: (cell: number) => void,
): boolean {
  const inside = possible.bindAll(command.binders, scope);
  if (command.target === null || !possible.of(command.guard, inside).has(true)) return false;
  let changed = false;
  const after = [...at];
  for (const assign of command.effect) {
    if (assign.unstored) continue;
    const each = possible.bindAll(assign.over, inside);
    const values = possible.stored(assign, each);
    if (assign.place.base.kind === "slot") {
      after[assign.place.base.index] = values;
      continue;
    }
    for (const cell of possible.cells(assign.place, each)) {
      const before = cells[cell] as Values;
      const joined = union(before, values);
      if (joined === before) continue;
      cells[cell] = joined;
      onChange(cell);
      changed = true;
    }
  }
  if (command.target === 0) return changed;
  const there = known.get(command.target);
  if (!there) {
    known.set(command.target, after);
    return true;
  }
  for (const [i, values] of after.entries()) {
    const joined = union(there[i] as Values, values);
    if (joined === there[i]) continue;
    there[i] = joined;
    changed = true;
  }
  return changed;
}

function initialCells(system: System): Values[] {
  const found: Values[] = [];
  const visit = (data: readonly unknown[]): void => {
    const [first] = data;
    if (first !== null && typeof first === "object")
      for (const part of Object.keys(first)) visit(data.map((one) => (one as Record<string, unknown>)[part]));
    else found.push(new Set(data as readonly Value[]));
  };
  for (const field of Object.keys(system.fields)) visit(system.initials.map((state) => state[field]));
  return found;
}

/** Joins each label's footprint with those of its successors until nothing changes. */
function fixpoint(
  system: System,
  now: ReadonlyMap<number, Footprint>,
  mayRun: Footprint,
  cellCount: number,
): ReadonlyMap<number, Footprint> {
  const found = new Map<number, { reads: CellSet; writes: CellSet; labels: Footprint["labels"][number][] }>();
  for (const [id, { reads, writes, labels }] of now) {
    const own = { reads: new CellSet(cellCount), writes: new CellSet(cellCount), labels: [...labels] };
    own.reads.addAll(reads);
    own.reads.addAll(mayRun.reads);
    own.labels.push(...mayRun.labels);
    own.writes.addAll(writes);
    found.set(id, own);
  }
  for (let changed = true; changed; ) {
    changed = false;
    for (const [id, own] of found) {
      for (const { target } of system.labels[id]?.entries.flat() ?? []) {
        const after = target ? found.get(target) : undefined;
        if (!after || after === own) continue;
        if (own.reads.addAll(after.reads)) changed = true;
        if (own.writes.addAll(after.writes)) changed = true;
        for (const one of after.labels) {
          if (own.labels.some((l) => l.context === one.context && l.among === one.among)) continue;
          own.labels.push(one);
          changed = true;
        }
      }
    }
  }
  return found;
}
