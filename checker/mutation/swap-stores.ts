/**
 * What if a compiler stores in another order? The system in which the first store of a pair comes behind the second.
 *
 * What properties say of a store goes with it, and is said of the order in the source: a check of the store that now comes
 * first sees the other one as made. What both write of ghosts stays in its order. Regions, where a hook may fire, are of
 * places in the code and stay.
 */

import { type Assign, mapParts, mapPlace, type Node, TRUE } from "../language/nodes.ts";
import type { Command, Label, System } from "../language/system.ts";
import { hashOf } from "../link/hash.ts";
import { cellsOf, ghostsOfBoth, onlyWay, type Site, type StorePair } from "./store-pairs.ts";

/** The system with a pair exchanged, wherever its code was inlined. */
export function withStoresSwapped(system: System, { sites }: StorePair): System {
  const labels: (Label | null)[] = [...system.labels];
  const commands: Command[] = [...system.commands];
  /** Places that are new, by the place that each is a copy of. */
  const copies = new Map<number, number[]>();
  for (const { from, then, rows } of sites.map(exchanged)) {
    const places = then.map(({ id }) => {
      const copy = labels.push(null) - 1;
      copies.set(id, [...(copies.get(id) ?? []), copy]);
      return copy;
    });
    for (const [i, row] of rows.entries()) {
      const id = i === 0 ? from.id : (places[i - 1] as number);
      const target = places[i] ?? row.target;
      const numbered = (command: Command): Command => {
        if (!row.moved.includes(command)) return command;
        const made = { ...command, id: commands.length, target: command.fails ? null : target };
        commands.push(made);
        return made;
      };
      const name = i === 0 ? from.name : `${row.label.name} (exchanged)`;
      // Another of its ways may have been exchanged already.
      const label = row.instead === null ? row.label : (labels[id] as Label);
      const entries = label.entries.map((members) =>
        members.map((one) => numbered(one === row.instead ? (row.moved[0] as Command) : one)),
      );
      labels[id] = { ...label, id, name, entries };
    }
  }
  const known = (node: Node): Node => {
    const mapped = mapParts(node, known);
    if (mapped.op !== "pcIn") return mapped;
    return { ...mapped, labels: mapped.labels.flatMap((id) => [id, ...(copies.get(id) ?? [])]) };
  };
  const made = withNodes({ ...system, labels, commands }, known);
  return Object.freeze({ ...made, hash: hashOf(made) });
}

/** What now stands at one place of the code. */
interface Moved {
  readonly label: Label;
  /** Alternatives of the label that are new, and go on to `target`, or to the next place. */
  readonly moved: readonly Command[];
  readonly target: number | null;
  /** The one alternative of `from` that the first of `moved` takes the place of; null: all are new. */
  readonly instead: Command | null;
}

/** The rows of a pair in their new order, that of `from` first. */
function exchanged({ from, first, then }: Site) {
  const second = then.at(-1) as Label;
  const ways = then.map((label) => onlyWay(label) as Command);
  const target = ways.at(-1)?.target ?? null;
  const both = ghostsOfBoth(first, ways);
  const isOnly = onlyWay(from) === first;
  /** A command where another stood: with what that one tracks of ghosts that both do. */
  const at = (stood: Command, command: Command): Command => ({
    ...command,
    effect: [
      ...command.effect.filter((assign) => !both.has(cellsOf(assign.place))),
      ...stood.effect.filter((assign) => both.has(cellsOf(assign.place))),
    ],
  });
  const asIfMade = (command: Command): Command => ({
    ...command,
    checks: command.checks.map((check) => ({ ...check, condition: after(first.effect, check.condition) })),
  });
  const replaced = (label: Label, old: Command, by: Command): Label["entries"] =>
    label.entries.map((members) => members.map((one) => (one === old ? by : one)));
  /** Locals of the first store live until it has been made. */
  const live = (label: Label): Label["slots"] => [
    ...label.slots,
    ...from.slots.filter(({ slot }) => label.slots.every((other) => other.slot !== slot)),
  ];
  const stands = [first, ...ways];
  const rows = then.map((label, i): Moved => {
    const way = ways[i] as Command;
    const made = asIfMade(at(stands[i] as Command, way));
    if (i > 0 || isOnly) {
      const entries = replaced(label, way, made);
      return { label: { ...label, slots: live(label), entries }, moved: entries.flat(), target, instead: null };
    }
    const one = { ...made, guard: first.guard, source: first.source };
    return { label: from, moved: [one], target, instead: first };
  });
  const last = at(ways.at(-1) as Command, isOnly ? first : { ...first, guard: TRUE });
  const entries = isOnly ? replaced(from, first, last) : [[last]];
  rows.push({ label: { ...from, slots: live(second), entries }, moved: entries.flat(), target, instead: null });
  return { from, then, rows };
}

/** A condition on the state after an effect. A write of every element of a set is left out. */
function after(effect: readonly Assign[], condition: Node): Node {
  const mapped = mapParts(condition, (part) => after(effect, part));
  if (mapped.op !== "read") return mapped;
  const { place } = mapped;
  return effect.reduce<Node>((otherwise, { over, place: written, value }) => {
    if (over.length > 0 || written.base.kind !== "state" || cellsOf(written) !== cellsOf(place)) return otherwise;
    const same = written.path.flatMap((step, i): Node[] => {
      const other = place.path[i];
      return "index" in step && other && "index" in other ? [{ op: "eq", left: other.index, right: step.index }] : [];
    });
    return { op: "ite", test: { op: "and", args: same }, then: value, else: otherwise };
  }, mapped);
}

/** The system with every expression replaced. */
function withNodes(system: System, map: (node: Node) => Node): System {
  const conditions = <T extends { readonly condition: Node }>(all: readonly T[]): readonly T[] =>
    all.map((one) => ({ ...one, condition: map(one.condition) }));
  const optional = (node: Node | null): Node | null => node && map(node);
  const commands = system.commands.map((one) => ({
    ...one,
    guard: map(one.guard),
    effect: one.effect.map((assign) => ({ ...assign, place: mapPlace(assign.place, map), value: map(assign.value) })),
    checks: conditions(one.checks),
    witnesses: conditions(one.witnesses),
  }));
  const labels = system.labels.map(
    (label) =>
      label && {
        ...label,
        entries: label.entries.map((members) => members.map(({ id }) => commands[id] as Command)),
        waits: conditions(label.waits),
        cuts: optional(label.cuts),
      },
  );
  return {
    ...system,
    commands,
    labels,
    mayRun: map(system.mayRun),
    below: optional(system.below),
    lane: optional(system.lane),
    invariants: conditions(system.invariants),
    atRest: conditions(system.atRest),
    alwaysPossible: conditions(system.alwaysPossible),
    liveness: conditions(system.liveness).map((one) => ({ ...one, from: optional(one.from) })),
    witnesses: system.witnesses.map((one) => ({ ...one, condition: optional(one.condition) })),
  };
}
