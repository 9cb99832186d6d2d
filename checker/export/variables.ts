/** Which variables hold a state in an exported model: an array for each field, a variable for each local slot. */
import { valueAt } from "../language/cells.ts";
import type { State } from "../language/evaluate.ts";
import type { IndexSet } from "../language/sets.ts";
import type { AnyLeaf, Shape, Value } from "../language/shapes.ts";
import type { System } from "../language/system.ts";
import type { Names } from "./names.ts";

export interface Variable {
  readonly name: string;
  readonly shape: AnyLeaf;
  /** The sets that index it, outermost first. */
  readonly sets: readonly IndexSet[];
  /** Its values in each of the states where a run may begin, the last index running fastest. */
  readonly initials: readonly (readonly Value[])[];
  readonly comment: string;
}

/** All variables but the labels; and the name of a cell's variable, slots being the context's own. */
export function variablesOf(system: System, names: Names) {
  const variables: Variable[] = [];
  const byKey = new Map<string, Variable>();
  const add = (
    key: string,
    wanted: string,
    shape: AnyLeaf,
    sets: readonly IndexSet[],
    valueIn: (state: State, i: number[]) => Value,
    comment = "",
  ) => {
    const sizes = sets.map((set) => system.universe.size(set));
    const initials = system.initials.map((state) => indicesOf(sizes).map((i) => valueIn(state, i)));
    const variable = { name: names.of(`cell ${key}`, wanted), shape, sets, initials, comment };
    // An array over a set that nothing is in has no cell: neither language
    // can declare it, and no step reads or writes it.
    if (sizes.every((size) => size > 0)) variables.push(variable);
    byKey.set(key, variable);
  };
  const visit = (
    shape: Shape,
    fields: readonly string[],
    steps: readonly (string | null)[],
    sets: readonly IndexSet[],
  ): void => {
    switch (shape.kind) {
      case "struct":
        for (const [field, of] of Object.entries(shape.fields)) visit(of, [...fields, field], [...steps, field], sets);
        return;
      case "each":
        visit(shape.of as Shape, fields, [...steps, null], [...sets, shape.set]);
        return;
      default:
        add(fields.join("."), fields.join("_"), shape, sets, (state, indices) => {
          const left = [...indices];
          return valueAt(
            state,
            steps.map((step) => step ?? (left.shift() as number)),
          );
        });
    }
  };
  for (const [field, shape] of Object.entries(system.fields)) visit(shape, [field], [field], []);
  for (const [c, { name, script }] of system.contexts.entries()) {
    for (const [slot, { shape }] of (system.scripts[script]?.slots ?? []).entries()) {
      const locals = localsIn(system, script, slot);
      const wanted = locals.length === 1 ? `${name}_${locals[0]}` : `${name}_slot${slot}`;
      const comment = locals.length > 1 ? `holds ${locals.join(", ")}` : "";
      add(`${c} slot ${slot}`, wanted, shape, [], (state) => state.local[c]?.[slot] as Value, comment);
    }
  }
  return {
    variables,
    variable: (key: string, self: number): Variable => {
      const found = byKey.get(key.startsWith("slot ") ? `${self} ${key}` : key);
      if (!found) throw new Error(`no variable holds ${key}`);
      return found;
    },
  };
}

/** The locals that a slot holds at one label or another. */
const localsIn = (system: System, script: number, slot: number): readonly string[] => [
  ...new Set(
    system.labels.flatMap((label) =>
      label?.script === script ? label.slots.filter((s) => s.slot === slot).map((s) => s.name) : [],
    ),
  ),
];

const indicesOf = (sizes: readonly number[]): number[][] =>
  sizes.reduce<number[][]>((all, size) => all.flatMap((i) => Array.from({ length: size }, (_, n) => [...i, n])), [[]]);
