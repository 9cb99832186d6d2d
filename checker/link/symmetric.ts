/**
 * Which elements may be renamed, and does the relation take them all alike? A constant element, the order of a set, a
 * scan whose answer depends on where it begins: each would make renamed states behave differently, and a search that
 * looks at one of them only would be wrong. So they are refused by name.
 */
import { type Assign, type Node, setOf, walk } from "../language/nodes.ts";
import { basesOfShape, changes, type Renamable, renameData } from "../language/renaming.ts";
import type { IndexSet, Universe } from "../language/sets.ts";
import type { Data, Shape } from "../language/shapes.ts";
import type { Slot, System } from "../language/system.ts";
import { scans } from "./scans.ts";

/** Elements that a configuration speaks of, by set: they keep their names. */
export type Named = Readonly<Record<string, readonly number[]>>;

/** The elements of interchangeable sets that no row is told of, where there are at least two. */
export function renamableOf(
  fields: Readonly<Record<string, Shape>>,
  scripts: readonly { readonly slots: readonly Slot[] }[],
  universe: Universe,
  named: Named,
): Renamable {
  const shapes = [...Object.values(fields), ...scripts.flatMap(({ slots }) => slots.map(({ shape }) => shape))];
  const sets = new Map(shapes.flatMap(basesOfShape).map((set) => [set.name, set]));
  const found: [string, readonly number[]][] = [];
  for (const [name, set] of sets) {
    if (!set.interchangeable) continue;
    const free = Array.from({ length: universe.size(set) }, (_, i) => i).filter((i) => !named[name]?.includes(i));
    if (free.length > 1) found.push([name, free]);
  }
  return Object.fromEntries(found);
}

/** What is not symmetric, a sentence each. */
export function asymmetries(
  system: Omit<System, "hash">,
  constantShapes: Readonly<Record<string, Shape>>,
): readonly string[] {
  const { renamable } = system;
  if (Object.keys(renamable).length === 0) return [];
  const problems = new Set<string>(constantProblems(system, constantShapes));
  const within =
    (where: string, isProperty: boolean) =>
    (node: Node): void => {
      for (const what of [...named(node, system), ...scans(node, renamable, isProperty)])
        problems.add(`${where}: ${what}`);
    };
  for (const label of system.labels) {
    if (!label) continue;
    const row = `${label.program}, row "${label.rowLabel}"`;
    for (const { guard, effect, checks, witnesses } of label.entries.flat()) {
      within(row, false)(guard);
      for (const assign of effect) assigned(assign, within(row, false));
      for (const { condition } of witnesses) within(row, true)(condition);
      for (const { property, condition } of checks) within(`property ${property} at ${row}`, true)(condition);
    }
    for (const { property, condition } of label.waits) within(`property ${property} at ${row}`, true)(condition);
    if (label.cuts) within(row, false)(label.cuts);
  }
  within("mayRun", false)(system.mayRun);
  if (system.below) within("below", false)(system.below);
  for (const { property, condition } of [...system.invariants, ...system.atRest, ...system.alwaysPossible])
    within(`property ${property}`, true)(condition);
  for (const { property, condition, from } of system.liveness)
    for (const asked of from ? [from, condition] : [condition]) within(`property ${property}`, true)(asked);
  for (const { property, condition } of system.witnesses)
    if (condition) within(`property ${property}`, true)(condition);
  return [...problems];
}

function assigned(assign: Assign, visit: (node: Node) => void): void {
  visit(assign.value);
  for (const step of assign.place.path) if ("index" in step) visit(step.index);
}

/** Constants that tell elements apart. */
function* constantProblems(
  { renamable, universe, constants }: Omit<System, "hash">,
  shapes: Readonly<Record<string, Shape>>,
): Iterable<string> {
  for (const [set, free] of Object.entries(renamable)) {
    for (const [i, a] of free.slice(1).entries()) {
      const b = free[i] as number;
      const names = Array.from({ length: universe.sizes[set] as number }, (_, x) => (x === a ? b : x === b ? a : x));
      for (const [field, shape] of Object.entries(shapes)) {
        const data = constants[field] as Data;
        if (JSON.stringify(renameData(data, shape, { [set]: names }, universe)) !== JSON.stringify(data))
          yield `the constants: "${field}" tells elements of "${set}" apart, whose elements may be renamed; do not mark the set as interchangeable, or name those elements in "named"`;
      }
    }
  }
}

/** Elements that are named, and orders that are asked for. */
function named(node: Node, { renamable, universe }: Omit<System, "hash">): string[] {
  const found: string[] = [];
  const isFree = (set: IndexSet, element: number): boolean => {
    switch (set.kind) {
      case "base":
        return renamable[set.name]?.includes(element) ?? false;
      case "product":
        return Object.entries(set.parts).some(([key, part]) => isFree(part, universe.component(set, element, key)));
      case "sum": {
        const kind = universe.kindOf(set, element);
        return isFree(kind.set, kind.element);
      }
    }
  };
  walk(node, (part) => {
    if (part.op === "const" && part.set && typeof part.value === "number" && isFree(part.set, part.value))
      found.push(
        `it names ${universe.elementName(part.set, part.value)}, and elements of "${part.set.name}" may be renamed; use \`choose\` or a quantifier, or list it in "named"`,
      );
    if (part.op === "next" && changes(part.set, renamable))
      found.push(
        `it asks for the element after one of "${part.set.name}", whose elements may be renamed; use \`choose\``,
      );
    const operands = part.op === "mod" ? [part.of] : "left" in part && part.op !== "eq" ? [part.left, part.right] : [];
    const set = operands.map(setOf).find((one) => one !== null) ?? null;
    if (set && changes(set, renamable))
      found.push(`it orders elements of "${set.name}", which may be renamed; use \`choose\``);
  });
  return found;
}
